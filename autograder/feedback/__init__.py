"""The page that a student gets back: what passed, what is left, and at each exercise what went wrong and where to read on.

`nbgrader_config.py` names `FeedbackExporter` and `Grades`; `nbgrader generate_feedback` and formgrader's button then
write this page.
"""

from autograder.feedback.exporter import FeedbackExporter, Grades
from autograder.feedback.render import page

__all__ = ["FeedbackExporter", "Grades", "page"]
