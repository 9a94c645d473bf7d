"""Lets `nbgrader generate_assignment` make a lesson's first releases, but not change it after students have handed it in.

nbgrader deletes the released notebook before it finds that it cannot change the gradebook. So functions here replace two methods of its
converter, if `nbgrader_config.py` names `Released` as its exporter. nbgrader's own methods still handle assignments without our checks.
A new gradebook is made without another process.
"""

import os

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from autograder.course import Course, CourseError, open_gradebooks_fast
from autograder.grading.releases import Releases
from autograder.grading.rows import notebook_of
from lessonkit.catalogue import lessons


class Released(NotebookExporter):
    """Writes a released notebook as nbgrader's own exporter does; naming it in the configuration switches on this module."""


def _is_ours(self):
    return issubclass(self.exporter_class, Released) and self.coursedir.assignment_id in lessons()


def _init_notebooks(self, theirs=GenerateAssignment.init_notebooks):
    """Stop before anything is deleted."""
    theirs(self)
    name = self.coursedir.assignment_id
    stands = os.path.exists(self._format_dest(name, ".")) and not self.force
    if stands or not _is_ours(self):
        return
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        notebook = notebook_of(gradebook, name)
        students = len(notebook.submissions) if notebook else 0
    if students:
        sentence = (
            f"{students} student{' has' if students == 1 else 's have'} grades in {name}, and nothing has been changed. "
            f"To change it and keep their grades, run: python -m autograder release {name}"
        )
        _stop(self, sentence)


def _stop(self, sentence):
    """End the command with one line."""
    self.log.error(sentence)
    raise NbGraderException(sentence)


def _start(self, theirs=GenerateAssignment.start):
    """Save the notebook that students get, in case the lesson changes later."""
    theirs(self)
    if _is_ours(self) and not self.no_database:
        name, course = self.coursedir.assignment_id, Course(self.coursedir.root, self.coursedir.db_url)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                Releases(course, name).note(gradebook, course.released(name))
            except CourseError as error:
                _stop(self, str(error))


GenerateAssignment.init_notebooks, GenerateAssignment.start = _init_notebooks, _start
open_gradebooks_fast()
