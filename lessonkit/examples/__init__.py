"""Small examples of the exercises, one module a lesson: whole numbers that one can redo in the head, and no points."""
