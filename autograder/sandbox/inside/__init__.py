"""What runs on the student's side of grading: in a sandboxed process that holds no expected values.

They are copied into what sessions can import, beside the lesson's bundle; nothing else of the grader is there.
"""
