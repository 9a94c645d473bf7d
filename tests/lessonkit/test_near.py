"""A check says how wrong values came about only if the values prove it."""

import numpy as np
import pytest

from autograder.bank import reference_names
from autograder.bank.expected import Live
from autograder.bank.mutants import mutants
from lessonkit.catalogue import exercises
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.near import Fingerprint, fingerprint


class Nameless(Live):
    """The expected values alone, without known mistakes: what a check says comes from the values."""

    def find_suspects(self, exercise):
        return []


@pytest.fixture(scope="module")
def live():
    return Nameless(2024)


def said(live, exercise, source):
    """Return the sentences about a student's function, one for each failing check."""
    names = {"np": np, **reference_names()}
    exec(source, names)
    outcomes = grade(exercise, LocalHost(names), live).outcomes
    return [outcome.sentence for outcome in outcomes if not outcome.passed]


@pytest.mark.parametrize(
    ("exercise", "body", "words"),
    [
        ("tanh_backward", "return dout * (1 + cache * cache)", "with `1 + out * out`"),
        ("sigmoid_backward", "return dout * (1 - cache)", "without the factor `out`"),
        ("sigmoid_backward", "return dout - np.multiply(cache, dout)", "without the factor `out`"),
        ("affine_backward", "x, w, b = cache\n    g = np.mean(dout, 0)\n    return dout @ w.T, x.T @ dout, g", "with a mean in place of the sum"),
    ],
)  # fmt: skip
def test_wrong_values_are_recognized(exercise, body, words, live):
    sentences = said(live, exercise, f"def {exercise}(dout, cache):\n    {body}")
    assert sum(f"You get these values {words}." in sentence for sentence in sentences) >= 1


@pytest.mark.parametrize(
    "body",
    [
        "return dout * cache * (1 - dout)",  # no small change of the formula gives this
        "return dout * (1 - cache) if dout.shape == (1, 3) else dout * cache * (1 - cache)",  # right in most checks
        "return np.zeros_like(dout)",  # many mistakes give zeros
    ],
)
def test_nothing_is_said_where_something_speaks_against_it(body, live):
    sentences = said(live, "sigmoid_backward", f"def sigmoid_backward(dout, cache):\n    {body}")
    assert sentences and not any("You get these values" in sentence for sentence in sentences)


def test_a_fingerprint_tells_values_apart():
    value = np.random.default_rng(1).normal(size=(3, 4))
    same = fingerprint(0, value * (1 + 1e-9))
    assert fingerprint(0, value).fits(same) and not fingerprint(1, value).fits(same)
    for other in (value.T, value.ravel(), -value, value[::-1], value + 1e-3, value.astype(int), value > 0, (value,)):
        assert not fingerprint(0, other).fits(same)
    assert not Fingerprint(-1).fits(Fingerprint(-1))  # two errors are not the same value
    holes = np.where(value > 0.5, np.nan, value)
    assert fingerprint(0, holes).fits(fingerprint(0, holes)) and not fingerprint(0, holes).fits(same)


def test_what_is_quoted_is_a_piece_of_a_formula():
    quoted = [q for exercise in exercises() for mutant in mutants(exercise) for q in mutant.words.split("`")[1::2]]
    assert len(quoted) > 100 and max(map(len, quoted)) <= 24
