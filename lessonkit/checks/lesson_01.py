"""The checks of lesson 01, activations: the three functions promise the same things, so they share them."""

import numpy as np

from lessonkit.checks import (
    as_it_was,
    away_from_zero,
    contents,
    in_floats,
    numerical_gradient,
    two_sizes,
    whole_numbers,
)
from lessonkit.engine.check import check

FORWARD = ("sigmoid_forward", "relu_forward", "tanh_forward")
BACKWARD = ("sigmoid_backward", "relu_backward", "tanh_backward")
SHAPES = [(1, 3), (4,), (2, 3, 2)]
FAR = np.array([100.0, 750.0, 1e4])


def extremes(rng):
    """Inputs far from zero, as far as -10,000 and 10,000: a row on each side, in random order."""
    return np.array([-rng.permutation(FAR), rng.permutation(FAR)]) * rng.uniform(0.8, 1.0, (2, 3))


def forward_of(code):
    """The forward pass that belongs to the backward pass under test."""
    return getattr(code, code.exercise.replace("backward", "forward"))


@check(*FORWARD, points=2)
def gives_the_right_values(code, rng):
    out, _ = code.under_test(away_from_zero(rng, two_sizes(rng), high=3.0))
    yield "out", out


@check(*FORWARD, points=1, of_property=True)
def works_for_any_shape_and_for_integers(code, rng):
    for shape in SHAPES:
        out, _ = code.under_test(away_from_zero(rng, shape))
        yield f"out for x of shape {shape}", out
    out, _ = code.under_test(rng.permutation(np.arange(-3, 4)))
    yield "out for integer x", out


@check(*FORWARD, points=1, of_property=True)
def stays_finite_for_extreme_inputs(code, rng):
    for side, x in zip(("below", "above"), extremes(rng)):
        out, _ = code.under_test(x)
        yield f"out for x far {side} zero", out


@check(*FORWARD, points=1, of_property=True)
def leaves_x_as_it_was(code, rng):
    code.under_test(away_from_zero(rng, two_sizes(rng)))
    yield "x after the call", code.after[0]
    code.under_test(extremes(rng))
    yield "extreme x after the call", code.after[0]


@check(*BACKWARD, points=1)
def is_the_derivative_where_dout_is_one(code, rng):
    x = away_from_zero(rng, two_sizes(rng))
    _, cache = forward_of(code)(x)
    yield "dx", code.under_test(np.ones_like(x), cache)


@check(*BACKWARD, points=2)
def multiplies_by_the_upstream_gradient(code, rng):
    shape = two_sizes(rng)
    x, dout = away_from_zero(rng, shape), rng.normal(size=shape)
    forward = forward_of(code)
    _, cache = forward(x)
    dx = code.under_test(dout, cache)

    def outputs(inputs):
        return [out for out, _ in code.map(forward.name, [(each,) for each in inputs])]

    yield "dx", dx, numerical_gradient(outputs, x, dout)


@check(*BACKWARD, points=1, of_property=True)
def works_for_any_shape_and_for_integers_and_extreme_inputs(code, rng):
    for shape in SHAPES:
        _, cache = forward_of(code)(away_from_zero(rng, shape))
        yield f"dx for x of shape {shape}", code.under_test(rng.normal(size=shape), cache)
    x = extremes(rng)
    _, cache = forward_of(code)(x)
    yield "dx for extreme x", code.under_test(np.ones_like(x), cache)
    x, dout = whole_numbers(rng, (2, 3)), away_from_zero(rng, (2, 3))
    _, cache = forward_of(code)(x)
    yield "dx for integer x", code.under_test(dout, cache)
    _, cache = forward_of(code)(away_from_zero(rng, (2, 3)))
    yield "dx for integer dout", in_floats(code.under_test(whole_numbers(rng, (2, 3), 20, 60), cache))
    x = np.array([-0.003, 0.0, 0.004])
    _, cache = forward_of(code)(x)
    dx = code.under_test(np.array([2.0, 2.0, 2.0]), cache)
    yield "dx for x next to zero", np.asarray(dx)[::2]
    yield "dx for x = 0 is", "between 0 and dout" if 0 <= np.asarray(dx)[1] <= 2 else "not between 0 and dout"


@check(*BACKWARD, points=1, of_property=True)
def leaves_dout_and_the_cache_as_they_were(code, rng):
    shape = two_sizes(rng)
    _, cache = forward_of(code)(away_from_zero(rng, shape))
    code.under_test(rng.normal(size=shape), cache)
    yield "dout after the call", code.after[0]
    yield "dx of a second call with the same cache", code.under_test(np.ones(shape), cache)
    x = extremes(rng)
    _, cache = forward_of(code)(x)
    before = contents(cache)
    code.under_test(rng.normal(size=x.shape), cache)
    yield "the cache after the call", as_it_was(contents(cache), before)
