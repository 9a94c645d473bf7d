"""If something other than the answer hides it from the check, grading repairs that, or tells student and instructor."""

import json
from dataclasses import replace

import pytest
from arena import EXERCISES, LESSON, RELEASED, SHORT, notebook, solved

from autograder.grading.cells import grade_id
from autograder.grading.worker import work
from autograder.handed_in import Submission

pytestmark = pytest.mark.usefixtures("protected")
FULL = 5.0 * len(EXERCISES)
NAME = "relu_forward"
RIGHT = "def relu_forward(x):\n    return np.maximum(x, 0.0), x"
EMPTY = next("".join(c["source"]) for c in json.loads(RELEASED)["cells"] if grade_id(c) == NAME)

REPAIRED = {  # the exercise's own cell, and the cells at the end of the notebook
    "a constant below": ("def relu_forward(x):\n    return np.maximum(x, ZERO), x", ["ZERO = 0.0"]),
    "a helper below": ("def relu_forward(x):\n    return _mx(x), x", ["def _mx(x):\n    return np.maximum(x, 0.0)"]),
    "an import below": ("def relu_forward(x):\n    return m.floor(1) * np.maximum(x, 0.0), x", ["import math as m"]),
    "by globals()": (EMPTY, ["globals()['relu_forward'] = lambda x: (np.maximum(x, 0.0), x)"]),
    "by exec": (EMPTY, [f"exec('''{RIGHT}''')"]),
    "in a block that needs nothing": (EMPTY, ["if True:\n    " + RIGHT.replace("\n", "\n    ")]),
}
ANNOTATED = "from __future__ import annotations\nimport torch\ndef relu_forward(x: torch.Tensor) -> torch.Tensor:"
REPAIRED["with annotations that are never read"] = (RIGHT.replace("def relu_forward(x):", ANNOTATED), [])
TOLD = {
    "in a block that fails": (f"try:\n    import pandas\n    {RIGHT.replace(chr(10), chr(10) + '    ')}\nexcept ImportError: pass", []),
    "in a block that is not entered": (f"import sys\nif 'google.colab' in sys.modules:\n    {RIGHT.replace(chr(10), chr(10) + '    ')}", []),
    "with another program": ("def relu_forward(x):\n    import os; os.system('cls')\n    return np.maximum(x, 0.0), x", []),
    "with a package that is not here": ("def relu_forward(x):\n    import pandas\n    return np.maximum(x, 0.0), x", []),
    "with a file": ("def relu_forward(x):\n    open('/content/log', 'a').write('x')\n    return np.maximum(x, 0.0), x", []),
    "with a question": ("def relu_forward(x):\n    input('press enter')\n    return np.maximum(x, 0.0), x", []),
    "without an end": ("def relu_forward(x):\n    while True: pass", []),
    "below a magic": (f"%%html\n{RIGHT}", []),
    "below another magic": (f"%%timeit -n 1 -r 1\n{RIGHT}", []),
    "under another name": (RIGHT.replace("relu_forward", "relu_forwards"), []),
    "inside a class": (f"class Activations:\n    {RIGHT.replace(chr(10), chr(10) + '    ')}", []),
    "inside a function": (f"def main():\n    {RIGHT.replace(chr(10), chr(10) + '    ')}\nmain()", []),
    "in a text": (f"'''\n{RIGHT}\n'''", []),
    "replaced by its result": (f"{RIGHT}\nrelu_forward = relu_forward(np.ones(3))", []),
}  # fmt: skip


ENDLESS = replace(SHORT, call=0.2, exercise=0.5)  # for what would only wait for its end


def graded(own, below, extra=(), limits=SHORT):
    found = json.loads(notebook(solved(), *below))
    next(cell for cell in found["cells"] if grade_id(cell) == NAME)["source"] = own
    found["cells"] += extra
    return work(LESSON, Submission(json.dumps(found).encode()), json.loads(RELEASED), 7, limits=limits)


@pytest.mark.parametrize("own, below", REPAIRED.values(), ids=REPAIRED)
def test_what_a_check_sees_at_the_end_is_graded_and_told(own, below):
    done = graded(own, below)
    assert done.earned == FULL and done.notes and done.flags


@pytest.mark.parametrize("own, below", TOLD.values(), ids=TOLD)
def test_what_keeps_an_answer_from_being_seen_is_told_to_both(own, below):
    done = graded(own, below, limits=ENDLESS if "while True" in own else SHORT)
    assert done.earned < FULL and not done.failed
    assert any(NAME in note for note in done.notes) and any(NAME in flag for flag in done.flags)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_in_a_text_cell_is_told(kind):
    cell = {"cell_type": kind, "metadata": {}, "source": f"```python\n{RIGHT}\n```"}
    done = graded(EMPTY, [], [cell])
    assert any(f", which is a {kind} cell" in flag for flag in done.flags) and done.notes


def test_a_wrong_answer_is_no_news():
    done = graded("def relu_forward(x):\n    return x + undefined, x", [])
    assert done.earned < FULL and not done.flags and not done.notes


def test_a_line_in_the_way_of_everything_is_told():
    found = json.loads(notebook(solved(), first=["np = None"]))
    done = work(LESSON, Submission(json.dumps(found).encode()), json.loads(RELEASED), 7, limits=SHORT)
    # Three backward passes need no NumPy, and are graded with correct forward passes.
    assert done.earned == 15 and any("A single line may be causing all the failures" in flag for flag in done.flags)


@pytest.mark.parametrize("lesson", ["09_solver", "06_backward"])
@pytest.mark.parametrize("head", ["class {0}({0}):", "Base = {0}\nclass {0}(Base):"])
def test_a_class_that_builds_on_the_empty_one_is_whole(lesson, head):
    from autograder.course import COURSE
    from lessonkit.catalogue import lesson as find_lesson
    from lessonkit.engine.check import points_of
    from tools.synthetic_class import right, submission

    name = {"09_solver": "Solver", "06_backward": "TrainableNet"}[lesson]
    text = (COURSE / "lessons" / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8")
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    found, released = json.loads(submission(text, right(exercises))), json.loads(text)
    own = next(cell for cell in found["cells"] if grade_id(cell) == name)
    first, _, body = "".join(own["source"]).partition("\n")
    own["source"] = next(cell["source"] for cell in released["cells"] if grade_id(cell) == name)
    answer = f"{head.format(name)}\n{body}"
    found["cells"].append({"cell_type": "code", "metadata": {}, "source": answer})
    drawing = ("plots.", "explorers.")
    found["cells"] = [cell for cell in found["cells"] if not "".join(cell["source"]).startswith(drawing)]
    done = work(lesson, Submission(json.dumps(found).encode()), released, 7)
    assert done.earned == sum(map(points_of, exercises)), done.notes
    assert any(f"{name} is still empty" in flag for flag in done.flags)
