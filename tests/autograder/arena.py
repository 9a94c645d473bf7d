"""A grader with short limits, and submissions to attack it."""

import json
import os
import secrets
import time
from pathlib import Path

from autograder.bank.expected import Live
from autograder.course import COURSE
from autograder.grading.cells import checks_of, labels, own_cells
from autograder.grading.notebook import grade_notebook
from autograder.grading.repair import recognise
from autograder.sandbox.inside.lockdown import Limits
from lessonkit.catalogue import lesson as find_lesson
from tools.synthetic_class import right, submission

LESSON = "01_activations"
EXERCISES = [exercise.name for exercise in find_lesson(LESSON).exercises]
DRAWING = ("plots.", "explorers.", "activations = {")  # figures take longer than everything else
SHORT = Limits(memory=2**31, cell=1.5, call=0.8, exercise=2.0, notebook=60.0)
MARKER = "marker-" + secrets.token_hex(8)

# The attackers have solved the first exercises honestly; they have left the others empty and want points for them.
HONEST = ("relu_forward", "relu_backward", "sigmoid_forward", "sigmoid_backward")
EMPTY = ("tanh_forward", "tanh_backward")
FIND_CHANNEL = """import os, struct
from autograder.sandbox.inside import wire
def _is_socket(fd):
    try: return os.fstat(fd).st_mode & 0o170000 == 0o140000
    except OSError: return False
channel = next(filter(_is_socket, range(3, 1000)))
"""


def without_figures(path):
    """Return a notebook without the cells that draw, as JSON."""
    found = json.loads(path.read_text(encoding="utf-8"))
    found["cells"] = [cell for cell in found["cells"] if not "".join(cell["source"]).startswith(DRAWING)]
    return json.dumps(found, indent=1)


RELEASED = without_figures(COURSE / "lessons" / LESSON / f"{LESSON}.ipynb")


def solved(*names):
    """Return the right answers to `names`, or to all exercises."""
    return right(names or EXERCISES)


def notebook(answers, *cells, first=()):
    """Return a submission with additional code cells: `first` after the imports, the others after the exercises."""
    found = json.loads(submission(RELEASED, answers))
    kept = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    setup = next(place for place, cell in enumerate(kept) if "setup" in cell["metadata"].get("tags", ())) + 1
    added = [[{"cell_type": "code", "metadata": {}, "source": source} for source in part] for part in (first, cells)]
    found["cells"] = [*kept[:setup], *added[0], *kept[setup:], *added[1]]
    return json.dumps(found)


class Grader:
    """Grades one submission at a time, as `grade` does."""

    def __init__(self, fork_server):
        self.fork_server, self.live = fork_server, Live(secrets.randbits(63))

    def __call__(self, text, own=False):
        """Grade a submission. The result also has `points` by exercise, and `said`: all outputs as one text.

        With `own`, the result tells student and instructor where the student's own cells stop.
        """
        found = recognise(text.encode(), json.loads(RELEASED))
        cells = [(source, exercise) for _, source, exercise in checks_of(found.notebook)]
        known = own_cells(found.notebook, json.loads(RELEASED)) if own else None
        graded = grade_notebook(self.fork_server, cells, self.live, own=known, labels=labels(found.notebook))
        graded.points = {name: result.points for name, result in graded.results.items()}
        graded.said = json.dumps(graded.outputs)
        graded.notes = found.notes + graded.notes
        return graded

    def processes(self):
        """Return the processes below this grader's copy of the fork server, after giving them a moment to end."""
        for _ in range(40):
            below = _below(self.fork_server._process.pid)
            if len(below) == 1:  # only the copy itself is left, waiting for orders
                return set()
            time.sleep(0.05)
        return below


def _below(pid):
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def snapshot(folder):
    """Return everything about the files below `folder`."""
    about = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        about[str(path)] = (status.st_mode, status.st_uid, status.st_mtime_ns, content, tuple(os.listxattr(path)))
    return about


def all_stands(grader, world, before, listener):
    """Check that nothing outside was touched or reached, nothing is left, and the next student is graded as usual."""
    assert snapshot(world) == before
    assert not listener[1]
    assert not grader.processes()
    assert grader(notebook(solved())).points == dict.fromkeys(EXERCISES, 5.0)
