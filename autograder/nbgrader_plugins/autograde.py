"""nbgrader's autograder, with the sandbox and the checks outside.

`nbgrader_config.py` puts `Recognise` first among the steps that clean a submission, and `GradeOutside` in place of
`Execute`. `nbgrader autograde` and formgrader's button then use them; `python -m autograder grade` does the same for a
whole class.
"""

import json
from functools import cache

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool

from autograder.bank.expected import Live
from autograder.course import this_course
from autograder.grading.notebook import about, grade_notebook
from autograder.grading.repair import checks_of, opening, recognise
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import protections
from lessonkit.catalogue import lessons


@cache
def warm(lesson, unsandboxed=False):
    """The warm process of a lesson: one for as long as this process lives."""
    return ForkServer(lesson, protections=protections(unsandboxed), opening=opening(_released(lesson)))


def _released(lesson):
    return this_course().released(lesson)


@cache
def live():
    """The truth on the course's secret seed."""
    return Live(this_course().secret_seed())


class Recognise(NbGraderPreprocessor):
    """Brings a submission into shape, whatever was done to it, before nbgrader looks at it."""

    def preprocess(self, nb, resources):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # an assignment of the instructor's own
            return nb, resources
        found = recognise(json.dumps(nb).encode(), _released(name))
        _log(self.log, resources, found)
        notebook = about(found.notebook, found.notes)
        return nbformat.from_dict(notebook), resources


class GradeOutside(Execute):
    """Runs a submission in a locked-in process and grades its check cells from outside."""

    unsandboxed = Bool(False, help="Grade although a protection is missing on this machine.").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # an assignment of the instructor's own: nbgrader's way
            return super().preprocess(nb, resources, km)
        cells = list(checks_of(nb))
        graded = grade_notebook(warm(name, self.unsandboxed), [cell[1:] for cell in cells], live())
        for place, (index, _, _) in enumerate(cells):
            nb.cells[index].execution_count = place + 1
            nb.cells[index].outputs = [nbformat.from_dict(output) for output in graded.outputs.get(place, [])]
        _log(self.log, resources, graded)
        return nb, resources


def _log(log, resources, found):
    """Tell the instructor what was mended and what should be looked at."""
    who = f"{resources['nbgrader']['student']}, {resources['nbgrader']['assignment']}"
    for line in (*found.notes, *(f"to be looked at: {flag}" for flag in found.flags)):
        log.warning("%s: %s", who, line)
