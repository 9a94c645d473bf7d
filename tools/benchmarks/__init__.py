"""How fast the course is, beside its peers: ``make bench`` measures and writes docs/benchmarks.md."""
