"""`progress()` and `own` see what `check` sees, run nothing else, and name what they cannot run."""

import json
import sys
import time

import pytest

from autograder.course import COURSE
from lessonkit import definitions, progress
from lessonkit.catalogue import lessons
from lessonkit.definitions import definitions as read

SETUP = "import numpy as np\n\nfrom lessonkit import check"
MSE = """def mse_loss(x, y):
    x, y = x * 1.0, np.asarray(y)
    if x.shape not in (y.shape, y.shape + (1,)) and y.shape != x.shape + (1,):
        raise ValueError("shapes")
    error = x - y.reshape(x.shape)
    return np.mean(error ** 2), 2 * error / np.size(x)"""
RMS = "def rms_error(x, y):\n    return float(np.sqrt(mse_loss(x, y)[0]))"
EMPTY = "def mse_loss(x, y):\n    raise NotImplementedError()"


def marked(source, grade_id):
    return source, {"nbgrader": {"grade_id": grade_id, "solution": not grade_id.startswith("check_")}}


def notebook(*cells):
    """Return a notebook's document. Each cell is a source, or a source with its metadata."""
    pairs = [(cell, {}) if isinstance(cell, str) else cell for cell in cells]
    code = {"cell_type": "code", "outputs": [], "execution_count": None}
    cells = [{**code, "id": f"c{i}", "metadata": metadata, "source": source} for i, (source, metadata) in enumerate(pairs)]  # fmt: skip
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def written(tmp_path):
    """Return a function that writes the notebook of lesson 02 with given cells and returns its path."""

    def write(*cells, data=None):
        path = tmp_path / "02_mse.ipynb"
        path.write_bytes(json.dumps(notebook(*cells)).encode() if data is None else data)
        return path

    return write


def passing(path):
    return [row.exercise for row in progress(path.parent).rows if row.points == row.max_points]


SEEN = {
    "expression": ("TWO = 1 + 1", MSE.replace("2 *", "TWO *")),
    "annotated": ("TWO: int = 1 + 1", MSE.replace("2 *", "TWO *")),
    "lambda": (MSE.replace("mse_loss", "loss"), "mse_loss = lambda x, y: loss(x, y)"),
    "annotated lambda": (MSE.replace("mse_loss", "loss"), "mse_loss: object = lambda x, y: loss(x, y)"),
    "helper below": (MSE.replace("np.size(x)", "count(x)"), "def count(x):\n    return np.size(x)\n" + RMS),
    "generator": ("rng = np.random.default_rng(0)", MSE.replace("2 *", "(2 + 0 * rng.normal()) *")),
    "magic in a block": ("if True:\n    %pip install pandas\n" + MSE,),
    "shell": ("files = !ls\n!pip install pandas\n%matplotlib inline\n" + MSE,),
    "help": ("np.mean?\n?np.mean\n" + MSE,),
    "timed": ("%%time\n" + MSE,),
    "filled": ("table = {}\ntable.update(two=2)\ntable['more'] = 1", MSE.replace("2 *", "table['two'] *")),
    "in a block": ("try:\n    import pandaz\nexcept ImportError:\n    TWO = 2", MSE.replace("2 *", "TWO *")),
    "with": ("import contextlib\nwith contextlib.suppress(Exception):\n    TWO = 2", MSE.replace("2 *", "TWO *")),
    "star": ("from math import *", MSE.replace("2 *", "ceil(1.5) *")),
    "decorated": ("import functools\nkeep = functools.wraps(print)", "@keep\n" + MSE),
    "global": ("TWO = 0\ndef start():\n    global TWO\n    TWO = 2", MSE.replace("    return", "    start()\n    return", 1).replace("2 *", "TWO *")),
    "unpacked": ("ONE, (TWO, *_) = 1, (2, 3)", MSE.replace("2 *", "TWO *")),
    "walrus": ("print(TWO := 2)", MSE.replace("2 *", "TWO *")),
    "in the main module": ("if __name__ == '__main__':\n    " + MSE.replace("\n", "\n    "),),
    "annotations of the future": ("from __future__ import annotations\n" + MSE.replace("(x, y):", "(x: Array, y: Array):", 1),),
    "filled by NumPy": ("two = np.zeros(1)\nnp.copyto(two, 2.0)", MSE.replace("2 *", "two[0] *")),
    "filled by a method": ("two = np.zeros(1)\ntwo.fill(2)", MSE.replace("2 *", "two[0] *")),
    "by exec": (f"exec({MSE!r})",),
    "by globals": (MSE.replace("mse_loss", "loss"), "globals()['mse_loss'] = loss"),
    "awaited": ("async def two():\n    return 2\nTWO = await two()", MSE.replace("2 *", "TWO *")),
    "shown": (MSE.replace("    return", "    display(error)\n    return"),),
    "a constant at the end": (MSE.replace("2 *", "TWO *"), RMS, "TWO = 2"),
    "beside a dead line": (MSE + "\n    raise NotImplementedError()", RMS, "def mse_loss(x, y):\n    return 0, 0"),
    "in two steps": (MSE.replace("mse_loss", "loss"), "mse_loss = loss"),
}  # fmt: skip


@pytest.mark.parametrize("cells", SEEN.values(), ids=SEEN)
def test_what_a_check_sees_is_seen(written, cells):
    cells = [marked(cell, "mse_loss") if "raise NotImpl" in cell else cell for cell in cells]
    assert passing(written(SETUP, *cells, RMS)) == ["mse_loss", "rms_error"]


STOPS = {
    "def f(:": "cell 2 stopped at line 1: invalid syntax",
    "x = 1\n  y = 2": "cell 2 stopped at line 2: unexpected indent",
    "import pandaz\n" + EMPTY: "cell 2 stopped at line 1: No module named 'pandaz'",
    "h = 1\nmse_loss = nothing": "cell 2 stopped at line 2: name 'nothing' is not defined",
    "\n\nmse_loss = exit()": "cell 2 stopped at line 3: SystemExit",
}


@pytest.mark.parametrize("source", STOPS)
def test_a_cell_that_cannot_run_is_named(written, source):
    path = written(SETUP, source, RMS)
    (note,) = read(path, ["mse_loss", "rms_error"]).stopped
    assert note.startswith(STOPS[source])
    assert f"02_mse: {note}" in str(progress(path.parent))


def test_a_name_that_is_lost_has_its_reason(written):
    lost = read(written(SETUP, "def mse_loss(x, y)\n    return 1", RMS), ["mse_loss", "rms_error"]).lost
    assert lost == {"mse_loss": "cell 2 stopped at line 1: expected ':'"}


def test_endless_loops_hold_nothing_up(written, monkeypatch):
    monkeypatch.setattr(definitions, "SECONDS", 0.3)
    path = written(SETUP, "while True: pass", MSE, "def wait():\n    while True: pass\nTWO = wait()", RMS.replace("np.sqrt", "TWO or np.sqrt"))  # fmt: skip
    start = time.monotonic()
    result = read(path, ["mse_loss", "rms_error"])
    assert time.monotonic() - start < 10
    assert result.stopped == ["cell 4 stopped at line 3: this statement did not finish within 0.3 seconds"]
    assert passing(path) == ["mse_loss"]


def test_an_endless_exercise_holds_nothing_up(written, monkeypatch):
    monkeypatch.setattr(sys.modules["lessonkit.progress"], "seconds_for", lambda exercise: 0.3)
    path = written(SETUP, MSE.replace("    return", "    while True: pass\n    return"), RMS)
    start = time.monotonic()
    assert passing(path) == []
    assert time.monotonic() - start < 10


def test_nothing_is_run_that_no_exercise_needs(written, capsys):
    loud = "print('ran')\nx = print('bound')\nfor i in range(3): print(i)\nopen('made', 'w').close()"
    path = written(SETUP, loud, "print('noise')\n" + MSE, RMS, loud)
    assert passing(path) == ["mse_loss", "rms_error"]
    assert capsys.readouterr().out == ""
    assert not (path.parent / "made").exists()


@pytest.mark.parametrize("name", [name for name in lessons() if name >= "05"])
def test_a_solved_lesson_is_read_at_once(name):
    """Nothing trains a network: this takes a tenth of a second, even on a busy machine."""
    path = COURSE / "solutions" / name / f"{name}.ipynb"
    names = [exercise.name for exercise in lessons()[name].exercises]
    start = time.process_time()
    result = read(path, names)
    assert time.process_time() - start < 2
    assert set(names) <= set(result.namespace) and not result.stopped


WRONG = "def mse_loss(x, y):\n    return 0, x"


def test_the_answer_that_is_graded_is_the_one_that_is_seen(written):
    check = marked('check("mse_loss")', "check_mse_loss")
    own, empty = marked(MSE, "mse_loss"), marked(EMPTY, "mse_loss")
    assert "mse_loss" in passing(written(SETUP, own, check, WRONG, RMS))
    assert "mse_loss" in passing(written(SETUP, empty, check, MSE, RMS))
    assert "mse_loss" not in passing(written(SETUP, own, WRONG, check, RMS))
    assert "mse_loss" in passing(written(SETUP, WRONG, own, check, RMS))


def test_a_demonstration_is_no_answer(written):
    shown = MSE, {"tags": ["demonstration"]}
    assert "mse_loss" not in read(written(SETUP, shown), ["mse_loss"]).namespace
    assert passing(written(SETUP, shown, marked(EMPTY, "mse_loss"))) == []


def sources_as_lists(document, ends):
    for cell in document["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=ends)
    return json.dumps(document).encode()


ENCODED = {
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-32": lambda text: text.encode("utf-32"),
    "crlf": lambda text: text.replace("\n", "\r\n").replace("\\n", "\\r\\n").encode(),
    "lists": lambda text: sources_as_lists(json.loads(text), True),
    "lists without line ends": lambda text: sources_as_lists(json.loads(text), False),
    "envelope": lambda text: json.dumps({"type": "notebook", "content": json.loads(text)}).encode(),
    "null cells": lambda text: text.replace('"cells": [', '"cells": [null, 3, ').encode(),
    "nbformat 5": lambda text: text.replace('"nbformat": 4', '"nbformat": 5').encode(),
}


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
def test_a_notebook_is_read_as_the_world_writes_it(written, encode):
    text = json.dumps(notebook(SETUP, "# größer\n" + MSE, RMS), ensure_ascii=False, indent=1)
    assert passing(written(data=encode(text))) == ["mse_loss", "rms_error"]


@pytest.mark.parametrize(
    "data, words",
    [(b"", "is empty"), (b"%PDF-1.7", "is a PDF"), (b"<html>", "is a web page"), (b"{", "is cut off"), (b"[]", "no cells")],
)  # fmt: skip
def test_what_is_no_notebook_is_called_what_it_is(written, data, words):
    path = written(data=data)
    with pytest.raises(ValueError, match=words):
        read(path, ["mse_loss"])
    assert words in str(progress(path.parent))
