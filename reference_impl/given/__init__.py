"""What the lessons provide: the base classes that exercises build on, the data sets, and small helpers."""
