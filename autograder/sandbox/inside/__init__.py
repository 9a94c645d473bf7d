"""What runs on the student's side of grading: in a sandboxed process that holds no truth.

These modules are imported by path, from a process that has the lesson's bundle and nothing else of the project.
"""
