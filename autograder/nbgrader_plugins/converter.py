"""Makes `nbgrader autograde` and formgrader's button find and read submissions as ``python -m autograder grade`` does.

nbgrader looks for files with the lesson's name, reads them as UTF-8 and by its own schema, and guesses time zones. Its converter
cannot be configured, so functions here replace four of its methods. They take effect if `nbgrader_config.py` names `Reader` as the
exporter, which can be configured. nbgrader's own methods still handle assignments without our checks.
"""

import glob
import os
from functools import partial, wraps
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree

from autograder import handed_in
from autograder.course import TIMESTAMP, CourseError, open_gradebooks_fast, this_course
from autograder.grading.form import form_of
from autograder.grading.gradebook import UNTIMED
from autograder.grading.penalties import LatePenalties
from autograder.grading.releases import Releases, require_points_of_checks
from autograder.grading.rows import notebook_of
from autograder.grading.timestamps import Uncertain, when
from autograder.nbgrader_plugins.autograde import NOT_GRADED
from autograder.terminal import printable
from lessonkit import notebook_file
from lessonkit.catalogue import lessons


class Reader(NotebookExporter):
    """Reads a submission with the project's own reader, and passes it to the following steps."""

    def from_filename(self, filename, resources=None, **options):
        about = (resources or {}).get("nbgrader", {})
        if about.get("assignment") not in lessons() or not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **options)
        name, folder = about["assignment"], Path(filename).parent
        submission = handed_in.submission(folder, name, lambda: _releases(name))
        if isinstance(submission.data, Exception):
            raise submission.data
        resources["handed_in"] = submission
        resources["metadata"] = {"name": name, "path": str(folder)}
        return self.from_notebook_node(_notebook(submission.data), resources, **options)


def _releases(name):
    return [this_course().released(name), *Releases(this_course(), name).earlier]


def _notebook(data):
    """Return a submission's cells for nbgrader's own steps; no cells if it is not a notebook."""
    try:
        notebook, _ = notebook_file.read(data or b"")
    except notebook_file.NotANotebook:
        return nbformat.v4.new_notebook()
    bare = {"metadata": {}, "attachments": {}}  # deeply nested values cannot be copied
    cells = [
        {"id": f"cell-{number}", **{key: bare.get(key, value) for key, value in cell.items()}}
        for number, cell in enumerate(notebook["cells"])
        if cell
    ]
    return nbformat.from_dict({**notebook, "cells": cells, "metadata": {}})


def instead(method):
    """Replace the converter's method of the same name, for lessons that `Reader` reads.

    The function gets nbgrader's own method first, then that method's arguments.
    """
    theirs = getattr(Autograde, method.__name__)

    @wraps(theirs)
    def either(self, *arguments):
        if issubclass(self.exporter_class, Reader) and self.coursedir.assignment_id in lessons():
            return method(partial(theirs, self), self, *arguments)
        return theirs(self, *arguments)

    setattr(Autograde, method.__name__, either)
    return method


@instead
def init_notebooks(theirs, self):
    """Find everyone who handed in something, whatever the file's name."""
    name, student = self.coursedir.assignment_id, self.coursedir.student_id
    if self.coursedir.notebook_id != "*":
        return theirs()
    folders = set(filter(os.path.isdir, glob.glob(self._format_source(name, student))))
    try:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            form = Releases(this_course(), name).note(gradebook, this_course().released(name))
        require_points_of_checks(name, form.points)
    except CourseError as error:  # before anything is graded
        self.log.error(printable(error))
        raise NbGraderException(str(error)) from None
    if not folders:
        return theirs()
    self.notebooks, self.assignments = [], {folder: [os.path.join(folder, f"{name}.ipynb")] for folder in folders}


@instead
def init_destination(theirs, self, lesson, student):
    """Grade students again who had handed in nothing before, and now have."""
    graded = Path(self._format_dest(lesson, student)) / f"{lesson}.ipynb"
    excluded = student in (self.coursedir.student_id_exclude or "").split(",")
    if not excluded and graded.is_file() and Path(self._format_source(lesson, student)).is_dir():
        if handed_in.NOTHING in graded.read_text(encoding="utf-8", errors="replace"):
            rmtree(str(graded.parent))
    return theirs(lesson, student)


@instead
def init_assignment(theirs, self, lesson, student):
    """Remove a submission's time if it cannot be read without guessing, and enter extensions."""
    theirs(lesson, student)
    folder = Path(self._format_source(lesson, student))
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        submission = gradebook.find_submission(lesson, student)
        if (folder / TIMESTAMP).exists() and timestamp(folder) is None:
            submission.timestamp = None
        LatePenalties(this_course(), gradebook, lesson).extend(submission)
        gradebook.db.commit()


@instead
def convert_single_notebook(theirs, self, filename):
    """If there is nothing to grade or the grader fails, mark the row in the gradebook for a person, instead of giving zero.

    Dropped exercises that count in full do so here too, and the late penalty is the same as from `grade`.
    """
    lesson, student = self.coursedir.assignment_id, Path(filename).parent.parent.name
    waits = True
    try:
        theirs(filename)
        waits = _is_ungraded(Path(self._format_dest(lesson, student)) / f"{lesson}.ipynb")
    finally:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            submission, full = gradebook.find_submission(lesson, student), form_of(notebook_of(gradebook, lesson)).full
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                if grade.name in full:
                    grade.auto_score, grade.needs_manual_grade = grade.max_score, False
                elif waits:
                    grade.auto_score, grade.needs_manual_grade = None, True
            LatePenalties(this_course(), gradebook, lesson).apply(submission)
            gradebook.db.commit()


def _is_ungraded(path):
    cells = nbformat.read(path, as_version=nbformat.NO_CONVERT).cells
    return any(NOT_GRADED in output.get("metadata", {}) for cell in cells for output in cell.get("outputs", ()))


def timestamp(folder, log=None):
    """Return when a submission was handed in, in UTC; None if that is unknown or cannot be read without guessing."""
    folder = Path(folder)
    text = handed_in.line(folder / TIMESTAMP)
    try:
        return when(text) if text else None
    except Uncertain as error:
        if log:
            who, why = printable(f"{folder.parent.name}, {folder.name}"), printable(error)
            log.warning("%s: please look at this: %s: %s", who, UNTIMED, why)
        return None


def _of_course(course, dest_path):
    return timestamp(dest_path, course.log)


def _of_api(api, assignment_id, student_id):
    return timestamp(api.coursedir.format_path(api.coursedir.submitted_directory, student_id, assignment_id))


CourseDirectory.get_existing_timestamp, NbGraderAPI.get_submitted_timestamp = _of_course, _of_api
open_gradebooks_fast()
