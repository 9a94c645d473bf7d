"""What the lessons give away: the base classes that exercises build on, the data sets, and small helpers."""
