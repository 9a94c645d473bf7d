"""What `nbgrader_config.py` names for feedback: the exporter, and the step that reads the grades for it."""

import logging

from nbconvert.exporters.exporter import Exporter
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_task
from traitlets import default

from autograder.feedback.render import page


class Grades(GetGrades):
    """Reads nbgrader's score, and whether a person still has to grade something.

    nbgrader's comment "No response." is left out, since the report below the exercise says it better. nbgrader warns of each late penalty and does not say whose
    it is; the page shows it, and `grade` has told the instructor.
    """

    @default("log")
    def _log_default(self):
        log = logging.getLogger(__name__)
        log.setLevel(logging.ERROR)
        return log

    def _get_comment(self, cell, resources):
        super()._get_comment(cell, resources)
        if not is_grade(cell) and not is_task(cell):
            comment = self.gradebook.find_comment(
                cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
            )
            cell.metadata.nbgrader["comment"] = comment.manual_comment

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waits"] = grade.auto_score is None and grade.manual_score is None


class FeedbackExporter(Exporter):
    """A graded notebook as one HTML page."""

    export_from_notebook = "Feedback"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    def from_notebook_node(self, nb, resources=None, **kwargs):
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return page(nb, resources["nbgrader"]), resources
