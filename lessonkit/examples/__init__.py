"""Small examples of the exercises, one module a lesson: whole numbers that a student can work out mentally, and no points."""
