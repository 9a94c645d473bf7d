"""How fast the course is, compared with its peers: ``make bench`` measures it and writes docs/benchmarks.md."""
