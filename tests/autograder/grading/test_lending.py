"""An exercise that uses a wrong one is graded on its own merit: a correct one, passed by value, takes the wrong one's place."""

import json
import textwrap
from dataclasses import replace

import pytest

from autograder.bank.expected import Live
from autograder.course import COURSE
from autograder.grading.cells import checks_of
from autograder.grading.lending import used_by
from autograder.grading.notebook import grade_notebook
from autograder.grading.repair import recognise
from autograder.sandbox import protections
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside.lockdown import Limits
from lessonkit import report
from tools.synthetic_class import right, submission

LESSON = "06_backward"
RELEASED = (COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
EXERCISES = ("affine_backward", "affine_relu_backward", "TrainableNet")
LIMITS = Limits(call=0.8, exercise=2.5, notebook=20.0)
WRONG = "def affine_backward(dout, cache):\n    x, w, b = cache\n    return dout, dout, dout\n"


@pytest.fixture(scope="module")
def live():
    """One for all: to work out what every known mistake yields takes longer than to grade a notebook."""
    live = Live(7)
    live.suspects("affine_backward"), live.changes("affine_backward")  # in nobody's time
    return live


@pytest.fixture(scope="module")
def graded(live):
    if missing := protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {missing}")
    with ForkServer(LESSON, limits=LIMITS) as fork_server:

        def grade(seconds=LIMITS.notebook, **answers):
            fork_server.limits = replace(LIMITS, notebook=seconds)
            notebook = json.loads(submission(RELEASED, {**right(EXERCISES), **answers}))
            cells = notebook["cells"]
            notebook["cells"] = [
                cell for cell in cells if not "".join(cell["source"]).startswith(("plots.", "explorers."))
            ]
            cells = checks_of(recognise(json.dumps(notebook).encode(), json.loads(RELEASED)).notebook)
            return grade_notebook(fork_server, [(source, exercise) for _, source, exercise in cells], live).results

        yield grade


def told_to_wait(results):
    return any("When your notebook is graded" in outcome.sentence for r in results.values() for outcome in r.outcomes)


def test_a_wrong_one_costs_its_own_points_alone(graded):
    results = graded(affine_backward=WRONG)
    assert results["affine_backward"].points == 0
    for exercise in EXERCISES[1:]:
        assert results[exercise].passed and results[exercise].lent == ("affine_backward",)
        assert "Graded with a correct `affine_backward`, since yours does not pass yet." in report.text(
            results[exercise]
        )


def test_what_is_wrong_itself_stays_wrong(graded):
    wrong = "def affine_relu_backward(dout, cache):\n    return affine_backward(dout, cache[0])\n"
    results = graded(affine_backward=WRONG, affine_relu_backward=wrong)
    assert results["affine_relu_backward"].points < 2 and results["TrainableNet"].passed
    assert not told_to_wait(results)


def test_what_is_lent_helps_nobody_with_the_exercise_itself(graded):
    keeps = "kept = []\ndef affine_relu_backward(dout, cache):\n    kept.append(affine_backward)\n    return dout, dout, dout\n"
    hoping = "def affine_backward(dout, cache):\n    return kept[0](dout, cache)\n"
    results = graded(affine_backward=hoping, affine_relu_backward=keeps)
    assert results["affine_backward"].points == results["affine_relu_backward"].points == 0


@pytest.mark.parametrize(
    "ends", ["import os\n        os._exit(1)", "import time\n        while True: time.sleep(0.01)"]
)
def test_a_process_that_has_ended_keeps_nothing_from_the_others(ends, graded):
    net = f"class TrainableNet(ForwardNet):\n    def loss(self, X, y=None):\n        {ends}\n"
    results = graded(5.0, affine_backward=WRONG, TrainableNet=net)
    assert results["affine_relu_backward"].passed and results["affine_relu_backward"].lent == ("affine_backward",)
    assert not told_to_wait(results)


def test_what_is_lent_serves_one_thread_after_the_other(graded):
    threads = """
    from concurrent.futures import ThreadPoolExecutor
    def affine_relu_backward(dout, cache):
        dout = relu_backward(dout, cache[1])
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: affine_backward(dout, cache[0]), range(8)))[-1]
    """
    results = graded(affine_backward=WRONG, affine_relu_backward=textwrap.dedent(threads))
    assert results["affine_relu_backward"].passed and not told_to_wait(results)


def test_a_right_notebook_is_lent_nothing(graded):
    assert all(result.passed and not result.lent for result in graded().values())


def test_what_an_exercise_uses():
    assert used_by("affine_relu_backward") == ["affine_backward"]
    assert used_by("sigmoid_backward") == ["sigmoid_forward"]
    assert used_by("affine_backward") == []


SMOOTH = """
class Smooth:
    def __init__(self, raw):
        self.places, self.scores = (normalize(raw[name])[0][::4] for name in ("X_train", "y_train"))

    def loss(self, X):
        far = ((X[:, None] - self.places[None]) ** 2).sum(axis=-1)
        return self.scores[np.argpartition(far, 4, axis=1)[:, :4]].mean(axis=1)[:, None]


def elevation(X):
    raw, _ = terrain()
    return np.concatenate([predict(Smooth(raw), raw["X_train"], raw["y_train"], part) for part in np.array_split(X, len(X) // 200 + 1)])
"""


def test_what_takes_an_object_is_lent_too(live):
    wrong = "def predict(model, X_train, y_train, X):\n    return model.loss(X)[:, 0]"
    cells = [("import numpy as np\nfrom reference_impl import *", None), (wrong, None), (SMOOTH, None)]
    checks = [(f'check("{name}")', name) for name in ("predict", "elevation")]
    with ForkServer("10_regression", limits=Limits(notebook=60.0)) as fork_server:
        results = grade_notebook(fork_server, cells + checks, live).results
    assert results["predict"].points < 2
    assert results["elevation"].passed and results["elevation"].lent == ("predict",)
