"""Grading finds the answer to an exercise wherever it is, and says which answer it chose."""

import json

import nbformat
import pytest
from arena import RELEASED, notebook, solved

from autograder.grading.cells import checks_of, grade_id
from autograder.grading.repair import recognise

NAME, CHECK = "relu_forward", 'check("relu_forward")'
EMPTY = next("".join(c["source"]) for c in json.loads(RELEASED)["cells"] if grade_id(c) == NAME)
MINE, OTHER = "def relu_forward(x):\n    return 'mine'", "def relu_forward(x):\n    return 'other'"
WHERE = {  # the content of the exercise's own cell, the cells below its check, and the message
    "in its own cell": (MINE, [], ""),
    "in its own cell, with an empty one below": (MINE, [EMPTY], ""),
    "in its own cell, with an empty one and its check below": (MINE, [EMPTY, CHECK], ""),
    "in its own cell, with another one below": (MINE, [OTHER], "defined again in cell"),
    "below lines that are none": (f"# a note\u2028and \x0c more\x85\n{MINE}", [EMPTY], ""),
    "in a new cell": (EMPTY, [MINE], "is still empty, but cell"),
    "in a new cell, twice": (EMPTY, [OTHER, MINE], "is still empty, but cell"),
    "in a new cell, with the own one's text": (f"# see below\n{EMPTY}", [MINE], "is still empty, but cell"),
    "in a new cell, with more in the own one": (f"import math\n{EMPTY}", [MINE], "does not define it, but cell"),
    "in a new cell, with notes in the own one": ("# done below", [MINE], "does not define it, but cell"),
    "in a new cell, with no Python in the own one": ("def relu_forward(x:\n    return x", [MINE], "does not define it"),
    "in a block": (EMPTY, ["if True:\n    def relu_forward(x):\n        return 'mine'"], "is still empty, but cell"),
    "in a block that may fail": (
        EMPTY,
        ["try:\n    def relu_forward(x): return 'mine'\nfinally:\n    pass"],
        "but cell",
    ),
    "under another name": (EMPTY, ["def solution(x):\n    return 'mine'\nrelu_forward = solution"], "but cell"),
    "under another name, with its type": (EMPTY, ["relu_forward: object = lambda x: 'mine'"], "but cell"),
    "in the cell of its check": (EMPTY, [f"{MINE}\n{CHECK}"], "is still empty, but cell"),
    "as a method of its own": (
        EMPTY,
        ["class Layer:\n    pass\nlayer = Layer()\nlayer.relu_forward = 5", MINE],
        "but cell",
    ),
}


def cells_of(own, below):
    """Return a solved notebook with this source in the exercise's cell, and more cells at the end."""
    found = json.loads(notebook(solved(), *below))
    next(cell for cell in found["cells"] if grade_id(cell) == NAME)["source"] = own
    return found


def graded_answer(recognised):
    """Return the result of the function that exists when its check runs."""
    namespace = {"check": lambda name: None}
    for _, source, exercise in checks_of(recognised.notebook):
        if exercise == NAME:
            return namespace[NAME](None)
        try:
            exec(source, namespace)
        except Exception:  # in a kernel too, the next cell runs
            continue
        except SyntaxError:
            continue


@pytest.mark.parametrize("own, below, told", WHERE.values(), ids=WHERE)
def test_the_answer_is_graded_where_it_stands(own, below, told):
    recognised = recognise(json.dumps(cells_of(own, below)).encode(), json.loads(RELEASED))
    assert graded_answer(recognised) == "mine"
    assert told in "\n".join(recognised.notes)
    assert told.removesuffix(" in cell") in "\n".join(recognised.flags)  # a flag names the cell after its kind
    assert bool(recognised.flags) == bool(told)
    ids = [cell["id"] for cell in recognised.notebook["cells"]]
    assert len(set(ids)) == len(ids)


def test_two_answers_in_one_cell_are_both_graded():
    found = cells_of(f"{MINE}\n\n\ndef relu_backward(dout, cache):\n    return 'back'", [])
    other = next(cell for cell in found["cells"] if grade_id(cell) == "relu_backward")
    for source in (
        "",
        next("".join(c["source"]) for c in json.loads(RELEASED)["cells"] if grade_id(c) == "relu_backward"),
    ):
        other["source"] = source
        recognised = recognise(json.dumps(found).encode(), json.loads(RELEASED))
        assert graded_answer(recognised) == "mine"
        marked = [grade_id(cell) for cell in recognised.notebook["cells"] if grade_id(cell)]
        assert len(marked) == len(set(marked)) and {NAME, "relu_backward", "check_relu_backward"} <= set(marked)
        assert "relu_backward" in "\n".join(recognised.flags)


@pytest.mark.parametrize("change", [
    lambda text: f"{text};", lambda text: f"{text}\n", lambda text: text.replace('"', "'"), lambda text: f"\n\n{text}  ",
    lambda text: f"# a comment\n{text}  # another", lambda text: text.replace("(", " ( "), lambda text: f"({text})",
])  # fmt: skip
def test_a_check_as_a_formatter_leaves_it_is_the_same(change):
    found = cells_of(MINE, [])
    for cell in found["cells"]:
        if (grade_id(cell) or "").startswith("check_"):
            cell["source"] = change("".join(cell["source"]))
    recognised = recognise(json.dumps(found).encode(), json.loads(RELEASED))
    assert not recognised.notes and not recognised.flags


ODD = {
    "tags": None,
    "collapsed": "true",
    "scrolled": None,
    "jupyter": None,
    "name": "",
    "execution": None,
    "deletable": "no",
}


@pytest.mark.parametrize("odd", [ODD, {"tags": ["a,b"]}, {"tags": ["a", "a"]}, {"tags": [5, "b"]}, {"tags": {"a": 1}}])
def test_metadata_that_nbformat_does_not_take_is_left_out(odd):
    found = cells_of(MINE, [])
    for cell in found["cells"]:
        cell["metadata"].update(odd)
    recognised = recognise(json.dumps(found).encode(), json.loads(RELEASED))
    nbformat.validate(nbformat.from_dict(recognised.notebook))
    assert graded_answer(recognised) == "mine" and not recognised.flags


def test_a_check_runs_below_every_exercise_that_comes_before_it():
    found = json.loads(notebook(solved()))
    first = next(cell for cell in found["cells"] if grade_id(cell) == NAME)
    found["cells"].remove(first)
    found["cells"].append(first)
    recognised = recognise(json.dumps(found).encode(), json.loads(RELEASED))
    order = [grade_id(cell) for cell in recognised.notebook["cells"] if grade_id(cell)]
    assert order.index("check_relu_backward") > order.index(NAME) and order.index(f"check_{NAME}") > order.index(NAME)
    assert any("was above an earlier exercise" in note for note in recognised.notes)
