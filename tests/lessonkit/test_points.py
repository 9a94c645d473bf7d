"""A small mistake costs few points: shares of a check, properties, and exercises that depend on others."""

import textwrap

import numpy as np
import pytest

from autograder.bank import reference_names
from autograder.bank.expected import Live
from lessonkit import report
from lessonkit.engine.diagnose import Outcome, Result, grade
from lessonkit.engine.host import LocalHost


@pytest.fixture(scope="module")
def live():
    return Live(2024)


def graded(live, exercise, source):
    names = {"np": np, **reference_names()}
    exec(source, names)
    return grade(exercise, LocalHost(names), live)


AFFINE = "def affine_backward(dout, cache):\n    x, w, b = cache\n    dx, dw, db = (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(0)\n    return {}"


@pytest.mark.parametrize(
    ("returned", "points"),
    [
        ("dx, dw, db", 6),
        ("dx, dw, dout.mean(0)", 5.25),  # right mean for a single example; the rest earns 2/3 of 2 points, in quarters
        ("dx, dw, 2 * db", 4.75),
        ("dx, 2 * dw, 2 * db", 3.75),
        ("2 * dx, 2 * dw, 2 * db", 0),
        ("0 * dx, 0 * dw, 0 * db", 0),
        ("x, w, b", 0),
        ("dx", 0),
        ("None, dw, db", 4.75),
        ("None, None, dout[0]", 0),  # the right db for a single example, but it is the input itself
    ],
)
def test_each_result_has_its_share(returned, points, live):
    assert graded(live, "affine_backward", AFFINE.format(returned)).points == points


def test_a_property_is_judged_alone(live):
    result = graded(live, "affine_backward", AFFINE.format("dx, dw, 2 * db"))
    states = {outcome.check: report.state(outcome) for outcome in result.outcomes}
    assert (
        states["leaves_dout_and_the_cache_as_they_were"]
        == states["gives_every_gradient_as_floats_in_the_shape_of_its_array"]
        == "✓ passes"
    )
    assert states["agrees_with_numerical_gradients"] == "◐ partly"
    assert "This check leaves out db: see the other checks." in report.text(result)
    writes = graded(live, "affine_backward", AFFINE.format("dx, dw, 2 * db").replace("return", "dout *= 2\n    return"))
    assert report.state(writes.outcomes[-1]) == "✗ fails"


def test_what_a_namedtuple_keeps_is_looked_at_too(live):
    source = """
        from collections import namedtuple
        Cache = namedtuple("Cache", "x w b")
        def affine_forward(x, w, b):
            return x.reshape(len(x), -1) @ w + b, Cache(x.copy(), w.copy(), b)
        def affine_backward(dout, cache):
            x, w, b = cache
            dx, dw, db = (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
            w *= 0
            return dx, dw, db
    """
    result = graded(live, "affine_backward", textwrap.dedent(source))
    assert report.state(result.outcomes[-1]) == "✗ fails"


@pytest.mark.parametrize(
    ("exercise", "source", "points"),
    [
        ("init_he", "init_he = lambda fan_in, fan_out, rng: (reference(fan_in, fan_out, rng)[0].ravel(), np.zeros(fan_out))", 5),
        ("grad_check_sparse", "grad_check_sparse = lambda *a, **k: list(reference(*a, **k))", 4),
        ("standardize", "standardize = lambda x: reference(x).tolist()", 1),
        ("train_val_test_split", "def train_val_test_split(X, y, n, m, rng):\n    return dict(X_train=X, y_train=y, X_val=X[:0], y_val=y[:0], X_test=X[:0], y_test=y[:0])", 0),
        ("minibatches", "minibatches = lambda X, y, batch_size, rng: [(X, y)]", 0),
    ],
)  # fmt: skip
def test_the_form_alone_and_nothing_at_all(exercise, source, points, live):
    names = {"np": np, **reference_names(), "reference": reference_names()[exercise]}
    exec(source, names)
    assert grade(exercise, LocalHost(names), live).points == points


def test_a_property_of_nothing_right_is_not_seen(live):
    result = graded(live, "relu_forward", "def relu_forward(x):\n    return x, x")
    assert result.points == 0 and {report.state(outcome) for outcome in result.outcomes} == {"✗ fails", "… unseen"}


def test_what_uses_a_wrong_one_waits(live):
    source = (
        AFFINE.format("dx, 2 * dw, db")
        + "\ndef affine_relu_backward(dout, cache):\n    return affine_backward(relu_backward(dout, cache[1]), cache[0])"
    )
    waiting = [outcome for outcome in graded(live, "affine_relu_backward", source).outcomes if not outcome.passed]
    assert waiting and {report.state(outcome) for outcome in waiting} == {"… waits"}
    assert "your affine_backward does not pass yet" in waiting[0].sentence


def test_a_result_says_what_was_lent():
    result = Result("second", (Outcome("a", "a", 2, True),), ("first",))
    assert "Graded with a correct `first`, since yours does not pass yet." in report.text(result)
    assert (
        Result.from_record(
            {"exercise": "old", "outcomes": [{"check": "a", "title": "a", "points": 2, "passed": True}]}
        ).points
        == 2
    )
