"""The small examples of lesson 01."""

import numpy as np

from lessonkit.checks.lesson_01 import BACKWARD, FORWARD, forward_of
from lessonkit.engine.check import example


@example("sigmoid_forward", "tanh_forward")
def zero(code, rng):
    yield "out", code.under_test(np.array([0.0]))[0]


@example(*FORWARD)
def one_number(code, rng):
    out, _ = code.under_test(np.array([2.0]))
    yield "out", out
    yield "x after the call", code.after[0]


@example(*FORWARD)
def a_number_on_either_side_of_zero(code, rng):
    out, _ = code.under_test(np.array([-1.0, 3.0]))
    yield "out", out
    yield "x after the call", code.after[0]


@example("sigmoid_backward", "tanh_backward")
def an_upstream_gradient_at_zero(code, rng):
    _, cache = forward_of(code)(np.array([0.0]))
    yield "dx", code.under_test(np.array([2.0]), cache)


@example(*BACKWARD)
def the_derivative_at_one_number(code, rng):
    _, cache = forward_of(code)(np.array([2.0]))
    yield "dx", code.under_test(np.array([1.0]), cache)


@example(*BACKWARD)
def an_upstream_gradient_for_a_number_on_either_side_of_zero(code, rng):
    _, cache = forward_of(code)(np.array([-1.0, 3.0]))
    yield "dx", code.under_test(np.array([5.0, -2.0]), cache)
    yield "dout after the call", code.after[0]
    yield "dx of a second call with the same cache", code.under_test(np.array([5.0, -2.0]), cache)
