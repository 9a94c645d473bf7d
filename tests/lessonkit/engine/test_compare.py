"""The general messages are proper sentences: numbers, plurals, keys and names read well."""

import numpy as np
import pytest

from lessonkit.engine.compare import difference
from lessonkit.engine.proxy import Call, Code
from lessonkit.engine.transcript import Entry
from lessonkit.engine.values import describe, show_both, show_number

TRUTH = np.array([[0.5, -2.0, 3.0], [1.0, 4.0, -0.25]])


def pointed(value, truth, name="grads", **inputs):
    return difference(Entry(name, value, (), Call("f", inputs)), truth, rtol=1e-5)


@pytest.mark.parametrize(
    "value, words",
    [
        (-0.0, "0"),
        (np.float64(-0.0), "0"),
        (-1, "-1"),
        (np.int64(7), "7"),
        (142.0, "142"),
        (1 / 3, "0.33333"),
        (True, "True"),
    ],
)
def test_numbers_read_as_numbers(value, words):
    assert show_number(value) == words


def test_two_numbers_are_shown_with_the_digits_that_tell_them_apart():
    assert show_both(0.123456, 0.1234562) == ("0.123456", "0.1234562")
    assert show_both(1.0, 2.0) == ("1", "2") and show_both(0.0, -0.0) == ("0", "0")


@pytest.mark.parametrize(
    "value, words",
    [
        (None, "None"),
        (3, "the number 3"),
        (False, "False"),
        ((), "an empty tuple"),
        ([1], "a list of 1 value"),
        ((1, 2), "a tuple of 2 values"),
        ({}, "an empty dict"),
        ({"W1": 1}, "a dict with the key W1"),
        ({"W1": 1, "b1": 2}, "a dict with the keys W1, b1"),
        (dict.fromkeys(range(9)), "a dict with the keys 0, 1, 2, 3, 4, 5, 6, 7, ..."),
        ("x" * 50, f"the string '{'x' * 40}...'"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
    ],
)
def test_values_are_described_in_words(value, words):
    assert describe(value) == words


@pytest.mark.parametrize(
    "keys, words",
    [
        (["W1", "w2"], 'The key of grads should be "W2", with a capital W; yours is "w2".'),
        (["W1"], "grads has no key W2."),
        ([], "grads has no keys W1, W2."),
        (["W1", "W2", "b"], "grads has a key b that is not expected."),
        (["W1", "W2", "b", "c"], "grads has keys b, c that are not expected."),
        (["W1", "dW2"], "grads has no key W2 and has a key dW2 that is not expected."),
        (["W2", "W1"], "grads has the right keys in another order."),
    ],
)
def test_keys_are_told_by_their_names(keys, words):
    assert pointed(dict.fromkeys(keys, TRUTH), {"W1": TRUTH, "W2": TRUTH}).sentence == words


def test_a_small_letter_is_told_as_such():
    said = pointed({"M": TRUTH}, {"m": TRUTH}, "config").sentence
    assert said == 'The key of config should be "m", with a lowercase m; yours is "M".'


def test_a_key_with_several_values_is_no_other_order():
    assert pointed({"W1": (TRUTH, TRUTH)}, {"W1": TRUTH}).sentence == (
        "grads['W1'] is a tuple of 2 values, expected an array of shape (2, 3)."
    )


@pytest.mark.parametrize(
    "factor, words",
    [
        (-142.0, "everything is 142 times too large, with the opposite sign."),
        (-1 / 7, "everything is 7 times too small, with the opposite sign."),
        (7.0, "everything is 7 times too large."),
    ],
)
def test_a_factor_has_no_sign(factor, words):
    assert pointed(factor * TRUTH, TRUTH).sentence == f"grads is right up to a constant: {words}"


@pytest.mark.parametrize(
    "value, truth, words",
    [
        (0.35, 0.7, "loss is 0.35, expected 0.7: 2 times too small."),
        (-2.1, 0.7, "loss is -2.1, expected 0.7: 3 times too large, with the opposite sign."),
        (0.3, 0.7, "loss is 0.3, expected 0.7."),
        (np.nan, 0.7, "loss is NaN, where the mathematics gives a number."),
        (np.inf, 0.7, "loss is infinite, where the mathematics gives a number."),
    ],
)
def test_a_number_is_told_with_the_expected_one(value, truth, words):
    assert pointed(value, truth, "loss").sentence == words


def test_nan_and_infinite_are_counted_together():
    value = TRUTH.copy()
    value[0, 0], value[1, 1] = np.nan, np.inf
    said = pointed(value, TRUTH, "dx").sentence
    assert said == "dx: 2 of 6 entries are NaN or infinite, where the mathematics gives numbers."


def test_a_shape_that_an_input_has_is_called_so():
    said = pointed(TRUTH.T, TRUTH, "dw", w=TRUTH).sentence
    assert said == "dw has shape (3, 2), expected (2, 3), the shape of w. The axes are in another order."


def test_a_single_entry_is_told_with_the_expected_one():
    said = pointed(np.array([4.5]), np.array([3.5]), "loss_history").sentence
    assert said == "loss_history has the right shape, but its only entry is 4.5, expected 3.5."


def test_arguments_of_any_number_have_names():
    class Host:
        def call(self, *args):
            return 1.0, ()

    code = Code(Host())
    code.normalize(TRUTH, TRUTH, TRUTH)
    code.no_exercise(TRUTH)
    assert list(code.calls[0].inputs) == ["X_train", "others[0]", "others[1]"]
    assert list(code.calls[1].inputs) == ["argument 1"]


def test_bytes_are_told_as_the_numbers_they_are():
    truth = np.array([3, 200, 17], dtype=np.uint8)
    assert pointed(truth - 2, truth, "X").sentence == "X is right up to a constant: everything is too small by 2."
    assert "opposite sign" not in pointed(-truth, truth, "X").sentence
    assert "square" not in pointed(truth**2, truth, "X").sentence


ODD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e300, 1e-300, 255, 2]
DTYPES = [float, np.float32, np.float16, int, np.uint8, bool, complex]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("truth_dtype", DTYPES)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow", "ignore:Casting complex")
def test_whatever_comes_is_told_in_a_sentence(dtype, truth_dtype):
    rng = np.random.default_rng(0)
    for shape, truth_shape in [
        ((), ()),
        ((1,), (1,)),
        ((3,), (3,)),
        ((2, 3), (2, 3)),
        ((3, 3), (3, 3)),
        ((2, 0), (2, 0)),
        ((3,), (1, 3)),
        ((0,), (3,)),
    ]:
        for _ in range(10):
            value, truth = rng.choice(ODD, shape), rng.choice(ODD[3:], truth_shape)
            value, truth = np.asarray(value).astype(dtype), np.asarray(truth).astype(truth_dtype)
            found = difference(
                Entry("dx", value, (), Call("f", {"x": value, "b": truth, "n": 3, "f": None})), truth, rtol=1e-5
            )
            if found:
                assert found.sentence.startswith("dx") and found.sentence[-1] in ".?" and "-0 " not in found.sentence
                assert found.line.startswith("Your ")


def test_a_line_begins_with_whose_it_is():
    said = pointed({"w": TRUTH}, {"W": TRUTH})
    assert said.line == said.sentence and pointed(0.3, 0.7, "loss").line == "Your loss is 0.3, expected 0.7."
