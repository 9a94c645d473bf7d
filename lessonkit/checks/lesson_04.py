"""The checks of lesson 04, initialization: the three functions promise the same things, so they share them.

Two right answers draw different weights, so no check yields the weights themselves. It yields what every right
answer shares: shapes, biases, and statistics of so many draws that chance stays far below the tolerance.
"""

import numpy as np

from lessonkit.checks import two_sizes
from lessonkit.engine.check import check
from lessonkit.engine.compare import same_values
from lessonkit.engine.host import StudentError

EXERCISES = ("init_normal", "init_xavier", "init_he")

# Chance. The reference and the code under test draw at least N = 40,000 weights each, and a statistic may differ by
# 2 * rtol of its value. Between two right answers, the difference of
#   standard deviations has a relative standard error of 1 / sqrt(N) = 0.50 %;            3 % is  6.0 of these;
#   shares of p = 0.50  has one of sqrt(2 (1 - p) / (p N)) = 0.71 %;                       5 % is  7.1 of these;
#   shares of p = 0.38  has one of at most 0.91 % by the same formula;                     5 % is  5.5 of these.
# So a right answer fails less than once in 10 million runs. The closest wrong width that we know is 4 % off.
WIDTH_RTOL = 0.015
SHARE_RTOL = 0.025


def arguments(code, rng, fan_in, fan_out):
    """The arguments of the exercise: the sizes, a weight scale where it takes one, a new generator."""
    scale = [float(10 ** rng.uniform(-2, -1.5))] * (code.exercise == "init_normal")
    return (int(fan_in), int(fan_out), *scale, np.random.default_rng(int(rng.integers(2**32))))


def as_zeros(array):
    """Zeros that keep the shape, the dtype and every NaN; anything else stays as it is."""
    if isinstance(array, tuple):
        return tuple(map(as_zeros, array))
    return np.abs(0 * array) if isinstance(array, np.ndarray) else array


def repeated(w):
    """Say in words which weights repeat one another: the words do not depend on the draw."""
    columns, rows = np.all(w == w[:, :1]), np.all(w == w[:1])
    return "all" if columns and rows else "those of one input" if columns else "those of one neuron" if rows else "none"


def weights(code, *arguments):
    """The weights as a matrix, if their number is right: another check covers their shape."""
    w, _ = code.under_test(*arguments)
    w = np.asarray(w, dtype=float)
    return w.reshape(arguments[:2]) if w.size == arguments[0] * arguments[1] else np.atleast_2d(w)


@check(*EXERCISES, points=1)
def gives_each_neuron_its_own_weights_and_a_bias_of_zero(code, rng):
    for sizes in (two_sizes(rng), (1, 4), (3, 1)):
        w, b = code.under_test(*arguments(code, rng, *sizes))
        yield "w", as_zeros(w)
        yield "b", as_zeros(b)
        yield "number of biases other than 0", int(np.count_nonzero(b))
        w = np.asarray(w) + 0.0  # which turns -0.0 into 0.0
        yield "number of different columns of w", len({column.tobytes() for column in w.T})
        yield "number of different rows of w", len({row.tobytes() for row in w})


@check(*EXERCISES, points=2, rtol=WIDTH_RTOL)
def gives_weights_of_the_right_width(code, rng):
    few, many = rng.integers(100, 130), rng.integers(400, 500)
    # two ratios: with only one, a wrong rule may give the right width by chance
    for sizes in ((few, many), (many, 2 * few)):
        w = weights(code, *arguments(code, rng, *sizes))
        yield "weights that are all the same", repeated(w)
        yield "standard deviation of w", np.std(w)


@check(*EXERCISES, points=1, rtol=SHARE_RTOL)
def draws_from_a_normal_distribution_around_zero(code, rng):
    w = weights(code, *arguments(code, rng, rng.integers(180, 200), rng.integers(230, 250)))
    yield "weights that are all the same", repeated(w)
    yield "share of the weights whose sign differs from that of the first", np.mean(np.sign(w) != np.sign(w.flat[0]))
    yield "share of the weights within half a standard deviation of 0", np.mean(np.abs(w) < np.std(w) / 2)


@check(*EXERCISES, points=1, of_property=True)
def takes_its_randomness_from_rng_alone(code, rng):
    *sizes, generator = arguments(code, rng, *two_sizes(rng))
    first, _ = code.under_test(*sizes, generator)
    same_generator = code.after[-1]  # as the first call left it, where `generator` is as it was before

    def compared(other):
        return f"{'equal' if same_values(other, first, rtol=0) else 'different'} weights"

    yield "what two generators with the same seed give", compared(code.under_test(*sizes, generator)[0])
    other_generator = np.random.default_rng(int(rng.integers(2**32)))
    yield "what two generators with different seeds give", compared(code.under_test(*sizes, other_generator)[0])
    yield "what two calls in a row with one generator give", compared(code.under_test(*sizes, same_generator)[0])


@check(*EXERCISES, points=1, of_property=True)
def raises_a_value_error_without_inputs_or_outputs(code, rng):
    some = int(rng.integers(3, 7))
    for fan_in, fan_out in ((0, some), (some, 0), (0, 0), (-2, some), (some, -2), (1, some), (some, 1)):
        outcome = "no error"
        try:
            code.under_test(*arguments(code, rng, fan_in, fan_out))
        except StudentError as error:
            if error.kind in ("empty", "missing"):
                raise
            if error.kind != "returns":  # it returned, but too few things
                outcome = error.kind
        yield f"outcome for fan_in = {fan_in}, fan_out = {fan_out}", outcome
