"""nbgrader's autograder, with the sandbox and the checks outside.

`nbgrader_config.py` puts `Recognise` first among the steps that clean a submission, and `GradeOutside` in place of
`Execute`. `nbgrader autograde` and formgrader's button then use them; `python -m autograder grade` does the same for a
whole class.
"""

import json

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool

from autograder.course import this_course
from autograder.grading.notebook import about
from autograder.grading.repair import checks_of, opening, recognise
from autograder.grading.worker import Setup, grade_in_session
from lessonkit.catalogue import lessons


class Recognise(NbGraderPreprocessor):
    """Brings a submission into shape, whatever was done to it, before nbgrader looks at it."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # an assignment of the instructor's own
            return nb, resources
        recognised = recognise(json.dumps(nb).encode(), this_course().released(name))
        _log(self.log, resources, recognised)
        notebook = about(recognised.notebook, recognised.notes)
        return nbformat.from_dict(notebook), resources


class GradeOutside(Execute):
    """Runs a submission in a locked-in process and grades its check cells from outside."""

    unsandboxed = Bool(False, help="Grade although a protection is missing on this machine.").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # an assignment of the instructor's own: nbgrader's way
            return super().preprocess(nb, resources, km)
        course, cells = this_course(), list(checks_of(nb))
        setup = Setup(name, opening(course.released(name)), course.secret_seed(), self.unsandboxed)
        graded = grade_in_session([(source, exercise) for _, source, exercise in cells], setup)
        for number, (index, _, _) in enumerate(cells):
            nb.cells[index].execution_count = number + 1
            nb.cells[index].outputs = [nbformat.from_dict(output) for output in graded.outputs.get(number, [])]
        _log(self.log, resources, graded)
        return nb, resources


def _log(log, resources, result):
    """Tell the instructor what was mended and what should be looked at."""
    who = f"{resources['nbgrader']['student']}, {resources['nbgrader']['assignment']}"
    for line in (*result.notes, *(f"to be looked at: {flag}" for flag in result.flags)):
        log.warning("%s: %s", who, line)
