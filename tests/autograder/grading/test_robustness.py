"""Problems without malice: cells that hang or die, broken submissions, and code that is noisy or slow."""

import json

import pytest
from arena import EXERCISES, LESSON, RELEASED, notebook, solved

from autograder.course import Course
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.worker import work
from autograder.handed_in import Submission

FULL = dict.fromkeys(EXERCISES, 5.0)
# What an exercise does when a check calls it
TROUBLE = {
    "hangs": "while True: pass",
    # These two nap, because one that keeps a processor busy is enough.
    "hangs and ignores the alarm": "import signal, time; signal.signal(signal.SIGALRM, signal.SIG_IGN)\n    while True: time.sleep(0.01)",
    "hangs and catches everything": "import time\n    while True:\n        try:\n            while True: time.sleep(0.01)\n        except BaseException: pass",
    "sleeps": "import time; time.sleep(1000)",
    "ends the process": "import os; os._exit(0)",
    "crashes the interpreter": "import ctypes; ctypes.string_at(0)",
    "exits": "raise SystemExit",
    "asks the keyboard": "input()",
    "eats memory": "return np.ones(2**40), x",
    "floods the output": "while True: print('flood' * 1000)",
    "forks": "import os\n    while True: os.fork()",
    "calls itself": "return relu_backward(dout, cache)",
}
# What a student's own cell does
CELLS = {name: source.replace("return ", "_ = ").replace("\n    ", "\n") for name, source in TROUBLE.items()}
CELLS["calls itself"] = "def f(): return f()\nf()"
NOISE = """
import sys, warnings
def relu_forward(x):
    print("a print")
    print("an error message that is none", file=sys.stderr)
    warnings.warn("a warning")
    np.log(np.zeros(1))
    display(x)
    if x.ndim == 1:
        plt.plot(x)
        plt.show()
    sys.stdout.flush()
    return np.maximum(x, 0.0), x
"""
SLOW = '''
import time
def relu_forward(x):
    """Entry by entry, after a nap."""
    time.sleep(0.002)
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        out[index] = x[index] if x[index] > 0 else 0.0
    return out, x
'''


@pytest.mark.parametrize("name", TROUBLE)
def test_an_exercise_in_trouble_costs_itself_alone(name, grader):
    source = f"def relu_backward(dout, cache):\n    {TROUBLE[name]}"
    graded = grader(notebook({**solved(), "relu_backward": source}))
    assert graded.points == {**FULL, "relu_backward": 0.0}
    assert not grader.processes()


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_in_trouble_costs_nothing_that_works(name, grader):
    graded = grader(notebook(solved(), "print('the ' + 'last')", first=[CELLS[name]]))
    assert graded.points == FULL and "the last" in graded.said
    assert not grader.processes()


def test_what_had_passed_before_the_process_ended_stays(grader):
    graded = grader(notebook(solved(), "import os\nos._exit(1)", "print('after ' + 'all')"))
    assert graded.points == FULL and "after all" in graded.said
    assert any("stopped the notebook" in note for note in graded.notes)


def test_noise_costs_nothing(grader):
    answers = {**solved(), "relu_forward": NOISE}
    first = [
        "import matplotlib.pyplot as plt",
        "import sys; sys.displayhook = lambda value: print('hooked', value)\n1 + 1",
        "get_ipython().display_formatter.formatters['text/plain'].for_type(float, lambda v, p, c: p.text('no number'))",
        "import warnings; warnings.simplefilter('error')",
        "np.seterr(all='raise')",
        "np.set_printoptions(precision=1)",
        "%matplotlib inline\n%precision 2",
        "import logging; logging.basicConfig(level=0); logging.error('an error')",
        "1 / 0",
        "this is no Python",
    ]
    graded = grader(notebook(answers, first=first))
    assert graded.points == FULL and not graded.flags


def test_slow_but_honest_code_is_right(grader):
    assert grader(notebook({**solved(), "relu_forward": SLOW})).points == FULL


def test_what_is_no_unicode_can_be_shown(grader):
    graded = grader(notebook(solved(), "print('\\ud800')", "print(chr(0xd800))"))
    assert graded.points == FULL


# Broken submissions: `change` works on the list of cells


def by_id(cells, name):
    return next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def duplicated(cells):
    cells.append(json.loads(json.dumps(by_id(cells, "check_relu_forward"))))


def duplicated_with_another_answer(cells):
    cells.append({**by_id(cells, "relu_forward"), "source": "print('a copy')"})


def deleted(cells):
    cells.remove(by_id(cells, "check_relu_forward"))


def all_checks_deleted(cells):
    cells[:] = [cell for cell in cells if not cell["metadata"].get("nbgrader", {}).get("grade")]


def moved_up(cells):
    check = by_id(cells, "check_relu_forward")
    cells.remove(check)
    cells.insert(0, check)


def moved_down(cells):
    check = by_id(cells, "check_relu_forward")
    cells.remove(check)
    cells.append(check)


def retyped_check(cells):
    check = by_id(cells, "check_relu_forward")
    check["cell_type"] = "markdown"


def retyped_exercise(cells):
    by_id(cells, "relu_forward").update(cell_type="markdown")


def edited(cells):
    by_id(cells, "check_relu_forward")["source"] = "5.0"


def flags_toggled(cells):
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        for name in ("grade", "solution", "locked", "task"):
            if name in marks:
                marks[name] = not marks[name]


def more_points(cells):
    by_id(cells, "check_relu_forward")["metadata"]["nbgrader"]["points"] = 500


def schema_of_the_future(cells):
    for cell in cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


def schema_of_the_past(cells):
    for cell in cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] = {
                "grade_id": cell["metadata"]["nbgrader"]["grade_id"], "grade": False, "schema_version": 1
            }  # fmt: skip


def damaged_cells(cells):
    cells[1:1] = [
        None,
        5,
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": "what", "source": ""},
        {"cell_type": "code", "source": 5},
    ]


def odd_metadata(cells):
    by_id(cells, "relu_forward")["metadata"]["tags"] = {"a": [1]}
    cells[0]["metadata"] = None
    cells.append({"cell_type": "code", "source": "1", "metadata": {"nbgrader": "no"}})
    cells.append({"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": ["no"], "grade": True}}})


def marks_lost(cells):
    """Some editors lose the metadata of cells like this."""
    for cell in cells:
        cell["metadata"] = {}


def mark_of_one_exercise_lost(cells):
    by_id(cells, "relu_forward")["metadata"] = {}


def half_a_character(cells):
    cells.append({"cell_type": "code", "source": "print('\ud800')", "metadata": {}})


BROKEN = {
    duplicated: "",
    duplicated_with_another_answer: "",
    deleted: "was missing. It was put back",
    all_checks_deleted: "was missing. It was put back",
    moved_up: "was above its answer",
    moved_down: "",
    retyped_check: "was changed. It is graded as it was released",
    retyped_exercise: "had been changed to markdown",
    edited: "was changed. It is graded as it was released",
    flags_toggled: "",
    more_points: "",
    schema_of_the_future: "",
    schema_of_the_past: "",
    damaged_cells: "is damaged and was left out",
    odd_metadata: "",
    half_a_character: "",
    marks_lost: "had lost nbgrader's marks and were recognized by their content: relu_forward, check_relu_forward, ",
    mark_of_one_exercise_lost: "were recognized by their content: relu_forward.",
}


@pytest.mark.parametrize("change", BROKEN, ids=lambda change: change.__name__)
def test_a_broken_notebook_is_graded_for_what_can_be_recognised(change, grader):
    found = json.loads(notebook(solved()))
    change(found["cells"])
    graded = grader(json.dumps(found))
    assert graded.points == FULL
    assert BROKEN[change] in "\n".join(graded.notes) and bool(graded.notes) == bool(BROKEN[change])


def test_a_missing_exercise_is_told(grader):
    found = json.loads(notebook(solved()))
    found["cells"].remove(by_id(found["cells"], "relu_forward"))
    graded = grader(json.dumps(found))
    assert graded.points["relu_forward"] == 0 and graded.points["tanh_forward"] == 5
    assert "The cell of relu_forward is missing, so there is nothing to grade." in graded.notes


def test_a_scratch_cell_is_not_taken_for_the_exercise(grader):
    found = json.loads(notebook(solved()))
    scratch = {"cell_type": "code", "metadata": {}, "source": "def relu_forward(x):\n    return None"}
    found["cells"].insert(1, scratch)
    graded = grader(json.dumps(found))
    assert graded.points == FULL and not graded.notes


def test_a_notebook_of_version_3_is_read(grader):
    cells = [
        {**cell, "input": cell.pop("source"), "language": "python"} for cell in json.loads(notebook(solved()))["cells"]
    ]
    assert grader(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})).points == FULL


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe", b"[]", b"5", b'{"cells": 5}', b'{"cells": {}}', RELEASED.encode()[:5000], b"[" * 100_000,
     b'{"worksheets": []}', b'{"cells": [' + b"0," * 5000 + b"0]}", b"9" * 10_000, b" " * (21 * 2**20)],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_notebook_is_said_to_be_none(data):
    with pytest.raises(Unreadable, match="[Hh]and (it )?in"):
        recognise(data, json.loads(RELEASED))
    graded = work(LESSON, Submission(data), json.loads(RELEASED), 1, False)
    assert graded.points == {}  # without an answer there is no zero: a person grades it
    assert graded.flags == [f"could not be graded: {note}" for note in graded.notes] and len(graded.notes) == 1


@pytest.mark.parametrize(
    "student", ["..", "a b", "ünï", "x" * 250, "a%2fb", "new\nline", "-f", "$(touch x)", "'; drop table"]
)
def test_every_name_has_a_journal_of_its_own_in_its_folder(student, tmp_path):
    path = Course(tmp_path).journal(LESSON, student)
    assert path.parent == tmp_path / "grading" / LESSON and len(path.name.encode()) < 250
    assert path != Course(tmp_path).journal(LESSON, student + "x")


@pytest.mark.parametrize("ending", ["", "import os; os._exit(0)", "import time\nwhile True: time.sleep(0.01)"])
def test_the_peak_of_its_memory_is_known_however_it_ends(ending, grader):
    little = grader(notebook({}, ending)).memory
    much = grader(notebook({}, "hoard = np.ones(12_500_000)", "del hoard", ending)).memory
    assert 20e6 < little < 180e6 and 90e6 < much - little < 110e6  # the hoard takes 100 MB


def test_a_notebook_of_an_earlier_release_is_no_tampering_and_its_empty_cells_are_empty():
    """Two releases differ only in a docstring and in nbgrader's checksum."""
    earlier = json.loads(RELEASED.replace("array", "ndarray"))
    for cell in earlier["cells"]:
        cell["metadata"].get("nbgrader", {})["checksum"] = "another"
    answer = {"cell_type": "code", "metadata": {}, "source": "def relu_forward(x):\n    return np.maximum(x, 0.0), x"}
    earlier["cells"].append(answer)
    recognised = recognise(json.dumps(earlier).encode(), json.loads(RELEASED))
    assert any("The cell of relu_forward is still empty" in flag for flag in recognised.flags)
    assert not any("marks" in flag or "edited" in flag for flag in recognised.flags)
