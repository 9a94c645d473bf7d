"""The page that a student gets back: what passed, what is left and, for each exercise, what went wrong and where to read.

`nbgrader_config.py` names `FeedbackExporter` and `Grades`, so that `nbgrader generate_feedback` and formgrader's button write
this page.
"""

from autograder.feedback.exporter import FeedbackExporter, Grades
from autograder.feedback.render import page

__all__ = ["FeedbackExporter", "Grades", "page"]
