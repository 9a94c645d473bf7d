"""nbgrader's autograder, with the sandbox and the checks outside: what `nbgrader_config.py` puts in place of `Execute`.

`nbgrader autograde` and formgrader's button use it; `python -m autograder grade` does the same for a whole class.
"""

import atexit
from functools import cache

from nbformat import from_dict
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Bool

from autograder.outside import Zygote, grade_notebook, protections
from autograder.truth import Live, secret_seed
from lessonkit.lessons import lessons


@cache
def warm(lesson, unsandboxed=False):
    """The warm process of a lesson: one for as long as this process lives."""
    zygote = Zygote(lesson, protections=protections(unsandboxed))
    atexit.register(zygote.close)
    return zygote


@cache
def live():
    """The truth on the course's secret seed."""
    return Live(secret_seed())


class GradeOutside(Execute):
    """Runs a submission in a locked-in process and grades its check cells from outside."""

    unsandboxed = Bool(False, help="Grade although a protection is missing on this machine.").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        name = resources["nbgrader"]["assignment"]
        if name not in lessons():  # an assignment of the instructor's own: nbgrader's way
            return super().preprocess(nb, resources, km)
        cells = [cell for cell in nb.cells if cell.cell_type == "code"]
        graded = grade_notebook(
            warm(name, self.unsandboxed),
            [(c.source, c.metadata.nbgrader.grade_id.removeprefix("check_") if is_grade(c) else None) for c in cells],
            live(),
        )
        for place, cell in enumerate(cells):
            cell.execution_count = place + 1
            cell.outputs = [from_dict(output) for output in graded.outputs.get(place, [])]
        for flag in graded.flags:
            self.log.warning("%s, %s: to be looked at: %s", resources["nbgrader"]["student"], name, flag)
        for note in graded.notes:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], name, note)
        return nb, resources
