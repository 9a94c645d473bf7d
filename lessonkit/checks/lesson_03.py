"""The checks of lesson 03, gradient check: on cubics with a large step, where a different difference or step shows.

A central difference of a cubic is off by a known amount that depends on the step alone, so nothing here needs a
small step or suffers from rounding. `grad_check_sparse` draws its entries as it likes: what is yielded about it
is the same for every honest way of drawing.
"""

import functools
import math

import numpy as np

from lessonkit.checks import builds_on, two_sizes
from lessonkit.engine.check import check
from lessonkit.engine.host import OfArgument, StudentError
from lessonkit.engine.values import describe

NUMERICAL = ("eval_numerical_gradient", "eval_numerical_gradient_array")
SHAPES = [(4,), (1, 3), (2, 3, 2)]
OUTPUT_SHAPES = [(2, 3), (5,), (2, 1)]


def whole(x, shape):
    """`x` as f received it, when it is the whole array and not a part of it."""
    if np.shape(x) != shape:
        raise TypeError(f"f takes the whole array x of shape {shape}, and was called with {describe(x)}")
    return np.asarray(x)


def with_a_number(rng, shape):
    """A cubic ``f(x) -> number`` whose slope in one entry depends on the others, and its central difference."""
    a, b = rng.uniform(0.5, 1.5, shape), rng.uniform(0.5, 1.5, shape)

    def f(x):
        x = whole(x, shape)
        return math.fsum((a * x * x * x).ravel()) + math.fsum((b * x).ravel()) ** 2

    def central(x, h):
        return a * (3 * x * x + h * h) + 2 * b * np.sum(b * x)

    return f, central


def with_an_array(rng, shape, output_shape):
    """A cubic ``f(x) -> array`` where every output depends on every input."""
    weights = rng.normal(size=(math.prod(output_shape), math.prod(shape)))

    def f(x):
        x = whole(x, shape)
        return (weights @ (x * x * x + x * x.sum()).ravel()).reshape(output_shape)

    return f


def the_same_everywhere(rng, shape):
    """An x of equal entries and an f with the same slope in each: it does not matter which one is drawn."""
    x, a = np.full(shape, rng.uniform(0.5, 1.5)), rng.uniform(0.5, 1.5)

    def f(x):
        x = whole(x, shape)
        return a * math.fsum((x * x * x).ravel())

    return f, x, 3 * a * x * x


def as_a_loss(f):
    """`f` as a network's loss: it looks at x itself, whatever its argument. If a copy is stepped, nothing moves."""
    return OfArgument(f, 1)


def with_step(function, *args, h):
    """Call a numerical gradient with the step `h` by its name, since another argument may come before it.

    In CS231n's signature, ``verbose`` does. Where the step has another name, it goes by its place.
    """
    try:
        return function(*args, h=h)
    except StudentError as error:
        if error.kind != "TypeError":
            raise
    return function(*args, h)


def call(code, rng, x, h=None):
    """Call the numerical gradient under test with a function, an upstream gradient if it takes one, and perhaps `h`."""
    if code.exercise == "eval_numerical_gradient":
        args = (with_a_number(rng, x.shape)[0], x)
    else:
        args = (with_an_array(rng, x.shape, x.shape), x, rng.normal(size=x.shape))
    return code.under_test(*args) if h is None else with_step(code.under_test, *args, h=h)


def outcome(function, *args):
    """Say in words whether the code under test answers or raises.

    A function that raises whatever it is given refuses nothing: call it with good arguments first.
    """
    try:
        function(*args)
    except StudentError as error:
        if error.kind in ("empty", "missing"):
            raise
        return "it returns None" if error.kind == "returns" else f"it raises {error.kind}"
    return "it returns an answer"


def to_the_last_bit(after, before):
    """Say in words how the call left an array."""
    if np.array_equal(after, before):
        return "exactly as before"
    near = np.shape(after) == before.shape and np.allclose(after, before, rtol=0, atol=1e-9)
    return "off by rounding errors" if near else "changed"


def size_of(errors):
    return "all below 1e-7" if np.all(np.asarray(errors) < 1e-7) else "not all below 1e-7"


def tiny(rng, shape):
    """Entries so small compared with a step of 0.1 that adding and subtracting it cannot restore them exactly."""
    return rng.uniform(1e-4, 1e-3, shape)


@check("eval_numerical_gradient", points=2)
def takes_the_central_difference(code, rng):
    shape = two_sizes(rng)
    f, _ = with_a_number(rng, shape)
    yield "grad", with_step(code.eval_numerical_gradient, f, rng.normal(size=shape), h=0.1)


@check("eval_numerical_gradient", points=1, of_property=True)
def works_for_any_shape_and_step(code, rng):
    for shape in SHAPES:
        yield f"grad for x of shape {shape}", call(code, rng, rng.normal(size=shape), rng.uniform(0.05, 0.3))
    yield "grad with the default h", call(code, rng, rng.normal(size=2))
    f, _ = with_a_number(rng, (2, 2))
    grad = with_step(code.eval_numerical_gradient, as_a_loss(f), rng.normal(size=(2, 2)), h=0.1)
    yield "grad for an f that looks at x itself", grad


@check("eval_numerical_gradient_array", points=2)
def weights_the_outputs_by_df(code, rng):
    shape = two_sizes(rng)
    f = with_an_array(rng, shape, shape)
    x, df = rng.normal(size=shape), rng.normal(size=shape)
    yield "grad", with_step(code.eval_numerical_gradient_array, f, x, df, h=0.1)


@check("eval_numerical_gradient_array", points=1, of_property=True)
def works_for_any_shapes_and_step_and_any_f(code, rng):
    for shape, output_shape in zip(SHAPES, OUTPUT_SHAPES):
        f, h = with_an_array(rng, shape, output_shape), rng.uniform(0.05, 0.3)
        x, df = rng.normal(size=shape), rng.normal(size=output_shape)
        grad = with_step(code.eval_numerical_gradient_array, f, x, df, h=h)
        yield f"grad for x of shape {shape} and f(x) of shape {output_shape}", grad
    x, df = rng.normal(size=(2, 3)), rng.integers(2, 6, (2, 3))
    grad = code.eval_numerical_gradient_array(with_an_array(rng, x.shape, df.shape), x, df, 0.1)
    yield "grad for df of integers", grad
    # as_float returns floats as they are, without a copy
    yield "grad where f returns x itself", code.eval_numerical_gradient_array(code.as_float, x, 0.5 * df, 0.1)
    f, x, df = with_an_array(rng, (2, 2), (3,)), rng.normal(size=(2, 2)), rng.normal(size=3)
    grad = with_step(code.eval_numerical_gradient_array, as_a_loss(f), x, df, h=0.1)
    yield "grad for an f that looks at x itself", grad
    yield "grad with the default h", call(code, rng, rng.normal(size=2))


@check(*NUMERICAL, points=1, of_property=True)
def leaves_x_as_it_was(code, rng):
    x = tiny(rng, two_sizes(rng))
    call(code, rng, x, 0.1)
    yield "x after the call", code.after[1]
    yield "x after the call, to the last bit", to_the_last_bit(code.after[1], x)
    if code.exercise == "eval_numerical_gradient_array":
        yield "df after the call", code.after[2]


@check(*NUMERICAL, points=1, of_property=True)
def refuses_integers(code, rng):
    call(code, rng, rng.normal(size=3), 0.1)
    yield "what happens for an integer x", outcome(call, code, rng, rng.integers(2, 6, size=3), 0.1)


@check("eval_numerical_gradient_array", points=1, of_property=True)
def refuses_a_df_of_another_shape(code, rng):
    x, (rows, columns) = rng.normal(size=4), two_sizes(rng)
    f, df = with_an_array(rng, x.shape, (rows, columns)), rng.normal(size=(rows, columns))
    with_step(code.eval_numerical_gradient_array, f, x, df, h=0.1)
    said = f"what happens for df of shape {df[0].shape} for f(x) of shape {df.shape}"
    yield said, outcome(functools.partial(with_step, code.eval_numerical_gradient_array, f, x, df[0], h=0.1))


@check("rel_error", points=2)
def is_the_largest_relative_error(code, rng):
    shape = two_sizes(rng)
    sizes = rng.permutation(np.geomspace(1e-2, 1e2, math.prod(shape))).reshape(shape)
    x = sizes * rng.choice([-1.0, 1.0], shape)
    steps = sizes * rng.uniform(0.05, 0.2, shape)
    yield "error where y is larger than x", code.rel_error(x, x + steps)
    yield "error where y is smaller than x", code.rel_error(x, x - steps)
    yield "error where x and y have opposite signs", code.rel_error(x, -x * rng.uniform(0.3, 0.9, shape))


@check("rel_error", points=1, of_property=True)
def stays_finite_and_small_near_zero(code, rng):
    x = rng.uniform(0.5, 1.5, 4) * [1, -1, 0, 1]
    yield "error where an entry is zero in both", code.rel_error(x, 1.1 * x)
    yield "error of zeros", code.rel_error(np.zeros((2, 3)), np.zeros((2, 3)))
    near = rng.uniform(1e-10, 1e-9, 3)
    yield "error of entries far below 1e-8", code.rel_error(near, 3 * near)


@check("rel_error", points=1, of_property=True)
def takes_numbers_and_arrays_of_any_shape(code, rng):
    yield "error of two numbers", code.rel_error(2.0, float(rng.uniform(2.1, 2.5)))
    for shape in SHAPES:
        yield f"error for shape {shape}", code.rel_error(rng.normal(size=shape), rng.normal(size=shape))
    integers = np.array([1, -20, 300])
    yield "error of integers", code.rel_error(integers, np.array([1, -21, 310]))
    yield "error of integers and floats", code.rel_error(integers, integers * rng.uniform(1.2, 1.4))
    yield "error of floats and integers", code.rel_error(integers * rng.uniform(1.2, 1.4), integers)


@check("rel_error", points=1, of_property=True)
def refuses_other_shapes(code, rng):
    rows, columns = two_sizes(rng)
    x, y = rng.uniform(1, 2, (rows, columns)), rng.uniform(1, 2, columns)
    code.rel_error(x, 2 * x)
    yield f"what happens for shapes {x.shape} and {y.shape}", outcome(code.rel_error, x, y)
    yield "what happens for arrays without entries", outcome(code.rel_error, np.zeros((0, 2)), np.zeros((0, 2)))


@check("rel_error", points=1, of_property=True)
def leaves_both_arrays_as_they_were(code, rng):
    x, y = rng.normal(size=(2, *two_sizes(rng)))
    x[0, 0] = y[0, 0] = 0
    code.rel_error(x, y)
    yield "x after the call", code.after[0]
    yield "y after the call", code.after[1]
    for name, after, before in zip("xy", code.after, (x, y)):
        yield f"{name}, to the last bit, is", to_the_last_bit(after, before)


@check("grad_check_sparse", points=2)
def returns_the_relative_errors(code, rng):
    builds_on(code, "rel_error")
    f, x, slope = the_same_everywhere(rng, two_sizes(rng))
    large = float(rng.uniform(2, 3))
    for words, factor in [
        ("the exact derivative", 1),
        (f"a slope {large:.3f} times too large", large),
        ("a slope of the wrong sign", -1),
    ]:
        yield f"errors for {words}", code.grad_check_sparse(f, x, factor * slope, 3, 0.2, rng)
    whole = np.full(x.shape, 7)
    yield "errors for a gradient of integers", code.grad_check_sparse(f, x, whole, 3, 0.2, rng)
    yield "errors where both gradients are 0", code.grad_check_sparse(lambda x: 5.0, x, 0 * slope, 3, 0.2, rng)


@check("grad_check_sparse", points=1, of_property=True)
def compares_the_same_entry_of_both(code, rng):
    for shape in [(1,), *SHAPES]:
        x = rng.uniform(0.5, 1.5, shape)
        f, central = with_a_number(rng, shape)
        errors = code.grad_check_sparse(f, x, central(x, 0.1), 20, 0.1, rng)
        yield f"errors of a right gradient of shape {shape}", size_of(errors)
    errors = code.grad_check_sparse(as_a_loss(f), x, central(x, 0.1), 20, 0.1, rng)
    yield "errors of a right gradient for an f that looks at x itself", size_of(errors)
    errors = code.grad_check_sparse(f, x, central(x, 1e-5))
    yield "errors of a right gradient with the default num_checks and h", size_of(errors)
    yield "number of errors with the default num_checks", np.size(errors)


@check("grad_check_sparse", points=1, of_property=True)
def draws_from_all_entries_with_rng(code, rng):
    f, x, slope = the_same_everywhere(rng, two_sizes(rng, high=4))
    factors = rng.permutation(np.arange(2.0, 2 + x.size)).reshape(x.shape)
    own_error = (factors - 1) / (
        factors + 1
    )  # every entry is wrong by its own factor, so the error tells which entry it is

    def errors(number, seed):
        return np.round(code.grad_check_sparse(f, x, factors * slope, number, 1e-6, np.random.default_rng(seed)), 3)

    def same(some, others):
        return "the same entries" if np.array_equal(some, others) else "other entries"

    seed = int(rng.integers(2**31))
    many = errors(100, seed)
    yield "number of errors from 100 checks", many.size
    yield (
        "came_up (whether each entry of x did, in 100 checks)",
        np.isclose(own_error[..., None], many, atol=1e-3).any(axis=-1),
    )
    yield "entries that a second run with the same seed checks", same(many, errors(100, seed))
    yield "entries that a run with another seed checks", same(many, errors(100, seed + 1))


@check("grad_check_sparse", points=1, of_property=True)
def leaves_x_and_the_gradient_as_they_were(code, rng):
    shape = two_sizes(rng)
    x, gradient = tiny(rng, shape), rng.normal(size=shape)
    code.grad_check_sparse(with_a_number(rng, shape)[0], x, gradient, 20, 0.1, rng)
    yield "x after the call, to the last bit", to_the_last_bit(code.after[1], x)
    yield "analytic_grad after the call", code.after[2]


@check("grad_check_sparse", points=1, of_property=True)
def refuses_integers_and_other_shapes(code, rng):
    rows, columns = two_sizes(rng)
    f, x, slope = the_same_everywhere(rng, (rows, columns))
    integers = np.full(x.shape, 3)
    code.grad_check_sparse(f, x, slope, 3, 0.1, rng)
    yield "what happens for an integer x", outcome(code.grad_check_sparse, f, integers, slope, 3, 0.1, rng)
    wrong = np.full((rows + 1, columns), 2 * slope[0, 0])
    said = f"what happens for a gradient of shape {wrong.shape} for x of shape {x.shape}"
    yield said, outcome(code.grad_check_sparse, f, x, wrong, 3, 0.1, rng)
    nothing = np.zeros((0, columns))
    yield (
        "what happens for an x without entries",
        outcome(code.grad_check_sparse, lambda x: 0.0, nothing, nothing, 3, 0.1, rng),
    )
