"""Facts about a wrong array: the check states one only if it is true of every entry."""

import numpy as np
import pytest

from lessonkit.engine.compare import difference
from lessonkit.engine.facts import fact, of_length
from lessonkit.engine.proxy import Call
from lessonkit.engine.transcript import Entry

TRUTH = np.array([[0.5, -2.25, 3.0], [1.25, 4.5, -0.75], [-1.5, 2.0, 0.25], [0.75, -3.5, 1.75]])
X = np.array([[1.5, -0.5, 2.5], [-2.0, 0.5, 3.5], [4.0, -1.0, 0.25], [-0.75, 1.25, 2.25]])
B = np.array([0.5, -1.25, 2.0])
INPUTS = {"x": X, "b": B}


def said(value, truth=TRUTH, **inputs):
    """Return the sentence about a value called dx, from a call with these inputs."""
    found = difference(Entry("dx", value, (), Call("f", inputs)), truth, rtol=1e-5)
    return found.sentence


@pytest.mark.parametrize(
    "value, words",
    [
        (X, "is x, unchanged"),
        (np.abs(X), "is the absolute value of x"),
        (-X, "is x with the opposite sign"),
        (TRUTH + X, "is the expected result plus x"),
        (TRUTH - X, "is the expected result minus x"),
        (TRUTH * X, "is the expected result times x"),
        (TRUTH / X, "is the expected result divided by x"),
        (TRUTH - B, "is the expected result minus b"),
        (TRUTH**2, "is the square of the expected result"),
        (np.abs(TRUTH), "is the absolute value of the expected result"),
        (np.exp(TRUTH), "is the exponential of the expected result"),
        (np.maximum(TRUTH, 0), "is right where it should be positive, and 0 where it should be negative"),
        (np.minimum(TRUTH, 0), "is right where it should be negative, and 0 where it should be positive"),
        (np.trunc(TRUTH), "is the expected result, cut off at the decimal point"),
        (np.round(TRUTH), "is the expected result, rounded to whole numbers"),
        (np.floor(TRUTH), "is the expected result, rounded down to whole numbers"),
        (TRUTH[::-1], "is the expected result with its rows in reverse order"),
        (TRUTH[:, ::-1], "is the expected result with its columns in reverse order"),
        (TRUTH[::-1, ::-1], "is the expected result with its rows and its columns in reverse order"),
        (np.roll(TRUTH, 1, axis=0), "is the expected result, shifted by one row: the last row comes first"),
        (np.roll(TRUTH, -1, axis=0), "is the expected result, shifted by one row: the first row comes last"),
        (np.where(X > 1, TRUTH, 0), "is right in 6 of 12 entries, and 0 in the others"),
    ],
)
def test_a_fact_is_said(value, words):
    assert said(value, **INPUTS) == f"dx {words}."


def test_a_square_root_is_said():
    assert said(np.sqrt(np.abs(TRUTH)), np.abs(TRUTH)) == "dx is the square root of the expected result."


def test_entries_of_a_vector_are_called_entries():
    assert said(TRUTH[:, 0][::-1], TRUTH[:, 0]) == "dx is the expected result with its entries in reverse order."
    assert "shifted by one entry: the last entry comes first" in said(np.roll(TRUTH[:, 0], 1), TRUTH[:, 0])


@pytest.mark.parametrize("place", list(np.ndindex(TRUTH.shape)))
def test_a_fact_must_be_true_of_every_entry(place):
    for value in (X, TRUTH + X, TRUTH * X, TRUTH**2, np.exp(TRUTH), TRUTH[::-1], np.trunc(TRUTH)):
        other = value.copy()
        other[place] += 0.37
        assert fact(other, TRUTH, INPUTS, rtol=1e-5) == ""


@pytest.mark.parametrize(
    "value, truth",
    [
        (np.ones((2, 3)), np.full((2, 3), -1.0)),  # absolute value or square? a single number proves nothing
        (np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, -1.0])),
        (np.array([2.0, 3.0]), np.array([3.0, 2.0])),
    ],
)
def test_few_numbers_say_nothing(value, truth):
    assert fact(value, truth, {"x": value}, rtol=1e-5) == ""


def test_random_numbers_have_nothing_in_common():
    rng = np.random.default_rng(0)
    for shape in [(4,), (3, 5), (2, 2, 3)]:
        for _ in range(50):
            value, truth, x = rng.normal(size=(3, *shape))
            assert fact(value, truth, {"x": x, "b": x[0]}, rtol=1e-5) == ""


def test_a_factor_comes_with_the_axes_that_are_as_long():
    assert said(4 * TRUTH, x=X).endswith("everything is 4 times too large, and x has 4 rows.")
    assert said(TRUTH / 3, x=X, b=B).endswith(
        "everything is 3 times too small, and x has 3 columns and b has 3 entries."
    )
    assert said(-4 * TRUTH, x=X).endswith("everything is 4 times too large, with the opposite sign, and x has 4 rows.")
    assert said(12 * TRUTH, x=X).endswith("everything is 12 times too large, and x has 12 entries.")
    assert said(5 * TRUTH, x=X).endswith("everything is 5 times too large.")
    assert said(2.5 * TRUTH, x=X).endswith("everything is 2.5 times too large.")


def test_axes_of_one_length_that_are_many_are_not_told():
    assert of_length(3.0, {"x": np.ones((3, 3)), "b": np.ones(3)}) == ""
    assert of_length(3.0, {"x": np.ones((3, 2)), "dout": np.ones((3, 4))}) == "x and dout have 3 rows"
    assert of_length(3.0, {"images": np.ones((2, 3, 5))}) == "images has length 3 along axis 1"
    assert of_length(1.0, {"x": np.ones((1, 1))}) == ""


def test_an_offset_comes_with_the_input_that_is_as_large():
    assert said(TRUTH + 0.25, eps=0.25).endswith("everything is too large by 0.25, which is eps.")
    assert said(TRUTH - 0.5, eps=0.25).endswith("everything is too small by 0.5.")


def test_whole_numbers_that_are_cut_are_told_so():
    truth = TRUTH + [0.2, 0.4, 0.3]
    assert said(np.trunc(truth).astype(int), truth).endswith("It is the expected result, cut off at the decimal point.")
    assert said(np.full(truth.shape, 7), truth) == "dx has dtype int64, expected a floating dtype."
