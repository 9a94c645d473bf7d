"""nbgrader's autograder with the sandbox, and with the checks outside it.

`nbgrader_config.py` puts `Recognise` first among the steps that clean a submission, and `GradeOutside` in place of
`Execute`. `nbgrader autograde` and formgrader's button then use them; `python -m autograder grade` does the same for a
whole class.
"""

import json

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool

from autograder.course import this_course
from autograder.flags import UNGRADED
from autograder.grading.cells import checks_of, labels, opening, own_cells
from autograder.grading.notebook import about, nothing_to_grade, output_of
from autograder.grading.releases import Releases
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.worker import Setup, grade_in_session
from autograder.handed_in import Submission
from autograder.terminal import printable
from lessonkit.catalogue import lessons
from lessonkit.engine.check import checks_of as checks_of_exercise

NOT_GRADED = (
    "not_graded"  # key in the metadata of a notebook, then of its checks' outputs: why there is nothing to grade
)


class Recognise(NbGraderPreprocessor):
    """Repairs a submission before nbgrader looks at it."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # the instructor's own assignment
            return nb, resources
        released, earlier = this_course().released(name), Releases(this_course(), name).earlier
        submission = resources.pop("handed_in", None) or Submission(json.dumps(nb).encode())
        notebook, notes, flags = released, [*submission.notes], [*submission.flags]
        if submission.data is not None:
            try:
                recognised = recognise(submission.data, released, earlier)
                notebook, notes, flags = recognised.notebook, notes + recognised.notes, flags + recognised.flags
            except Unreadable as error:
                submission.data = None
                notes.append(str(error))
                flags.append(f"{UNGRADED}: {error}")
        _log(self.log, resources, notes, flags)
        notebook = nbformat.reads(json.dumps(about(notebook, notes)), as_version=4)
        if submission.data is None:
            notebook.metadata[NOT_GRADED] = notes[-1]
        return notebook, resources


class GradeOutside(Execute):
    """Runs a submission in a sandboxed process, and grades its check cells from outside."""

    unsandboxed = Bool(False, help="Grade even if a protection is missing on this machine.").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # the instructor's own assignment: graded by nbgrader itself
            return super().preprocess(nb, resources, km)
        if NOT_GRADED in nb.metadata:
            return _ungraded(nb, nb.metadata.pop(NOT_GRADED)), resources
        course, cells = this_course(), list(checks_of(nb))
        released = course.released(name)
        setup = Setup(name, opening(released), course.secret_seed(), self.unsandboxed)
        sources = [(source, exercise) for _, source, exercise in cells]
        own = own_cells(nb, released, *Releases(course, name).earlier)
        graded = grade_in_session(sources, setup, own=own, labels=labels(nb))
        for number, (index, _, _) in enumerate(cells):
            nb.cells[index].execution_count = number + 1
            nb.cells[index].outputs = [nbformat.from_dict(output) for output in graded.outputs.get(number, [])]
        _log(self.log, resources, graded.notes, graded.flags)
        return _with_notes(nb, graded.notes), resources


def _with_notes(nb, notes):
    """Add the notes from running the notebook below the notes from repairing it."""
    if notes and nb.cells and nb.cells[0].get("id") == "about":
        first = about({"cells": []}, notes)["cells"][0]["source"].partition("\n\n")[2]
        nb.cells[0].source += f"\n{first}"
        return nb
    return nbformat.from_dict(about(nb, notes))


def _ungraded(nb, why):
    """Return the released notebook, in which each check says why there is nothing to grade."""
    for number, (index, _, exercise) in enumerate(checks_of(nb), start=1):
        if exercise:
            result = nothing_to_grade(exercise, checks_of_exercise(exercise), why)
            nb.cells[index].outputs = [nbformat.from_dict({**output_of(result, number), "metadata": {NOT_GRADED: why}})]
    return nb


def _log(log, resources, notes, flags):
    """Tell the instructor what was repaired, and what to look at."""
    who = f"{resources['nbgrader']['student']}, {resources['nbgrader']['assignment']}"
    for line in (*notes, *(f"please look at this: {flag}" for flag in flags)):
        log.warning("%s: %s", printable(who), printable(line))
