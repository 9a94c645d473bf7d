"""The student's side of grading: it runs in a sandboxed process without expected values.

These modules are copied beside the lesson's bundle, where sessions can import them. Nothing else of the grader is there.
"""
