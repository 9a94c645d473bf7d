"""What measures the project itself: the scorecard, the benchmarks, the demo, the synthetic class."""
