"""What students get wrong in lesson 01, activations."""

import numpy as np

from autograder.bank import mistake
from reference_impl import relu_forward, sigmoid_forward, tanh_forward

# sigmoid_forward


@mistake(
    "sigmoid_forward",
    "Infinity divided by infinity is NaN: `exp(x)` is larger than any float when x is large. Use the form that takes "
    "the exponential only of numbers that are not positive.",
)
def infinity_over_infinity(x):
    x = np.asarray(x, dtype=float)
    out = np.exp(x) / (1 + np.exp(x))
    return out, out


@mistake("sigmoid_forward", "The sign in the exponent is reversed: your curve falls where sigmoid rises.")
def sign_of_the_exponent(x):
    out = 0.5 * (1 - np.tanh(np.asarray(x, dtype=float) / 2))
    return out, out


@mistake("sigmoid_forward", "This is tanh, which runs from -1 to 1. Sigmoid runs from 0 to 1.")
def tanh_instead(x):
    return tanh_forward(x)


@mistake("sigmoid_forward", "Your sigmoid is shifted and runs from -0.5 to 0.5. At x = 0 it should be 0.5, not 0.")
def centred_at_zero(x):
    out, _ = sigmoid_forward(x)
    return out - 0.5, out


@mistake("sigmoid_forward", "You return the derivative of sigmoid. The forward pass returns sigmoid itself.")
def returns_the_derivative(x):
    out, _ = sigmoid_forward(x)
    return out * (1 - out), out


@mistake(
    "sigmoid_forward",
    "The result depends on the other entries of the batch: you divide by a sum over an axis. That is softmax. "
    "Sigmoid treats each entry separately.",
)
def softmax_over_the_last_axis(x):
    x = np.asarray(x, dtype=float)
    out = np.exp(x - x.max(axis=-1, keepdims=True))
    out = out / out.sum(axis=-1, keepdims=True)
    return out, out


@mistake(
    "sigmoid_forward",
    "The result depends on the other entries of the array: you divide by the sum of them all. That is softmax. "
    "Sigmoid treats each entry separately.",
)
def softmax_over_everything(x):
    out = np.exp(x - x.max())
    return out / out.sum(), out


@mistake(
    "sigmoid_forward",
    "The result is 1 + e^-x. Division comes before addition, so `1 / 1 + np.exp(-x)` gives just that; the whole sum "
    "belongs in the denominator.",
)
def forgets_the_parentheses(x):
    out = 1 / 1 + np.exp(-x)
    return out, out


@mistake(
    "sigmoid_forward",
    "Taking the absolute value of x avoids the overflow, but it mirrors the right half of the curve. For negative x "
    "sigmoid is below one half.",
)
def forgets_the_sign_of_x(x):
    out = 1 / (1 + np.exp(-np.abs(x)))
    return out, out


@mistake("sigmoid_forward", "Your function overwrites x. Work on a new array: the caller still needs the old one.")
def writes_into_x(x):
    out, _ = sigmoid_forward(x)
    if x.dtype.kind == "f":
        x[...] = out
    return out, out


@mistake("sigmoid_forward", "The result has an integer dtype when x has one: every value is truncated to 0 or 1.")
def keeps_the_integer_dtype(x):
    out, _ = sigmoid_forward(x)
    out = out.astype(x.dtype)
    return out, out


@mistake("sigmoid_forward", "You return x itself as the output. Look at the order: `return out, cache`.")
def x_as_the_output(x):
    return x, sigmoid_forward(x)[0]


@mistake(
    "sigmoid_forward",
    "The result is right, but entries of x that are far from zero have changed: x belongs to the caller. Make a new array.",
    alone=True,
)
def clips_x_in_place(x):
    if x.dtype.kind == "f":
        np.clip(x, -500, 500, out=x)
    return sigmoid_forward(x)


# sigmoid_backward


@mistake("sigmoid_backward", "You ignore the upstream gradient: dx is `dout` times the derivative of sigmoid.")
def ignores_the_upstream_gradient(dout, cache):
    return cache * (1 - cache)


@mistake(
    "sigmoid_backward",
    "You evaluate the derivative at the output instead of at the input: sigmoid is applied twice. "
    "The output already is sigmoid(x).",
)
def derivative_at_the_output(dout, cache):
    again, _ = sigmoid_forward(cache)
    return dout * again * (1 - again)


@mistake(
    "sigmoid_backward",
    "You put x where sigmoid(x) belongs: the derivative is sigmoid(x) (1 - sigmoid(x)), not x (1 - x).",
)
class input_in_place_of_the_output:
    def sigmoid_forward(x):
        return sigmoid_forward(x)[0], x

    def sigmoid_backward(dout, cache):
        return dout * cache * (1 - cache)


@mistake("sigmoid_backward", "A factor is missing: the derivative of sigmoid is sigmoid(x) times (1 - sigmoid(x)).")
def forgets_one_minus_sigmoid(dout, cache):
    return dout * cache


@mistake("sigmoid_backward", "You used the derivative of tanh, 1 - out², with the output of sigmoid.")
def derivative_of_tanh(dout, cache):
    return dout * (1 - cache**2)


@mistake(
    "sigmoid_backward",
    "The result is dout · s minus s, which `dout * s * 1 - s` gives: it subtracts at the very end. The difference 1 "
    "- s is one factor of the product, so put it in parentheses.",
)
def product_without_parentheses(dout, cache):
    return dout * cache * 1 - cache


@mistake("sigmoid_backward", "You add the upstream gradient where the chain rule multiplies by it.")
def adds_the_upstream_gradient(dout, cache):
    return dout + cache * (1 - cache)


@mistake("sigmoid_backward", "The derivative has the wrong sign: sigmoid rises everywhere, so it is never negative.")
def wrong_sign(dout, cache):
    return dout * cache * (cache - 1)


@mistake(
    "sigmoid_backward", "Your function overwrites dout. Work on a new array: the caller may still need the old one."
)
def writes_into_dout(dout, cache):
    dout *= cache * (1 - cache)
    return dout


@mistake(
    "sigmoid_backward",
    "Your function changes what is in the cache, so a second backward pass with it goes wrong. Make a new array.",
)
def writes_into_the_cache(dout, cache):
    cache *= 1 - cache
    return dout * cache


@mistake(
    "sigmoid_backward",
    "For an integer `dout` your dx is truncated to integers. An array made like `dout` gets the dtype of `dout`: ask "
    "for floats.",
)
def dx_in_the_dtype_of_dout(dout, cache):
    dx = np.zeros_like(dout)
    dx[...] = dout * cache * (1 - cache)
    return dx


@mistake(
    "sigmoid_backward",
    "For an integer x your dx is truncated to integers, though `dout` has fractions. An array made like x takes "
    "over the dtype of x: ask for floats.",
)
class dx_in_the_dtype_of_x:
    def sigmoid_forward(x):
        return sigmoid_forward(x)[0], x

    def sigmoid_backward(dout, cache):
        s = sigmoid_forward(cache)[0]
        dx = np.zeros_like(cache)
        dx[...] = dout * s * (1 - s)
        return dx


@mistake(
    "sigmoid_backward",
    "The x of the forward pass has changed: your backward pass clips it in place. It still belongs to the caller. "
    "Make a new array.",
)
class clips_the_cached_x:
    def sigmoid_forward(x):
        return sigmoid_forward(x)[0], x

    def sigmoid_backward(dout, cache):
        np.clip(cache, -500, 500, out=cache)
        s = sigmoid_forward(cache)[0]
        return dout * s * (1 - s)


@mistake("sigmoid_backward", "dx is `dout` itself: the derivative of sigmoid is missing.")
def no_derivative_at_all(dout, cache):
    return dout.copy()


# relu_forward


@mistake("relu_forward", "You take the absolute value. ReLU sets negative inputs to zero; it does not mirror them.")
def absolute_value(x):
    return np.abs(np.asarray(x, dtype=float)), x


@mistake("relu_forward", "You keep the negative entries and drop the positive ones: the comparison is reversed.")
def keeps_the_negative_side(x):
    return np.minimum(np.asarray(x, dtype=float), 0), x


@mistake("relu_forward", "You return 1 where the input is positive. ReLU keeps the input itself there.")
def returns_the_mask(x):
    return (np.asarray(x) > 0).astype(float), x


@mistake(
    "relu_forward",
    "You return the comparison, True or False for each entry. ReLU keeps the number itself where it is positive.",
)
def returns_the_comparison(x):
    return x > 0, x


@mistake(
    "relu_forward",
    "Your output is capped at 1 as well. ReLU cuts off only below zero; large inputs pass unchanged.",
)
def capped_at_one(x):
    return np.clip(np.asarray(x, dtype=float), 0, 1), x


@mistake(
    "relu_forward", "A little of the negative side leaks through. That is leaky ReLU; ReLU gives exactly zero there."
)
def leaky(x):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, 0.01 * x), x


@mistake("relu_forward", "You take one maximum of the whole array. ReLU compares each entry with zero separately.")
def one_maximum_for_all(x):
    return np.full(np.shape(x), max(0.0, np.max(x))), x


@mistake(
    "relu_forward", "Your function overwrites x with zeros. Work on a new array: the backward pass needs the old x."
)
def zeroes_x_in_place(x):
    x[x < 0] = 0
    return x * 1.0, x


@mistake(
    "relu_forward", "You drop the negative entries, so the shape changes. They must become zero and stay in place."
)
def drops_entries(x):
    return x[x > 0] * 1.0, x


@mistake(
    "relu_forward",
    "The result has an integer dtype when x has one. Every output in this course is floating point.",
)
def integer_in_integer_out(x):
    return np.maximum(x, 0), x


@mistake("relu_forward", "You return x itself as the output. Look at the order: `return out, cache`.")
def x_in_place_of_the_output(x):
    out, cache = relu_forward(x)
    return cache, out


# relu_backward


@mistake(
    "relu_backward",
    "You pass the gradient through where the input was negative. ReLU is flat there, so nothing flows back.",
)
def gradient_flows_where_relu_is_off(dout, cache):
    return dout.copy()


@mistake(
    "relu_backward",
    "You ignore the upstream gradient: dx is 1 where the input was positive, whatever `dout` says. Multiply by it.",
)
def ignores_dout(dout, cache):
    return (cache > 0).astype(float)


@mistake(
    "relu_backward",
    "You clip the upstream gradient at zero. The sign of the input x should decide, not the sign of dout.",
)
def relu_of_dout(dout, cache):
    return np.maximum(dout, 0)


@mistake(
    "relu_backward",
    "The gradient passes where the input was negative and stops where it was positive. It should be the other way "
    "around.",
)
def mask_turned_round(dout, cache):
    return dout * (cache < 0)


@mistake("relu_backward", "You multiply by x itself. The slope of ReLU is 1 where x is positive, not x.")
def multiplies_by_x(dout, cache):
    return dout * np.maximum(cache, 0)


@mistake(
    "relu_backward", "You use -1 as the slope on the negative side: that is the absolute value. ReLU has slope 0 there."
)
def slope_of_the_absolute_value(dout, cache):
    return dout * np.sign(cache)


@mistake(
    "relu_backward",
    "A small slope is left on the negative side. That is leaky ReLU; the slope of ReLU is exactly 0 there.",
)
def leaky_slope(dout, cache):
    return dout * np.where(cache > 0, 1, 0.01)


@mistake(
    "relu_backward",
    "You return the mask, True or False for each entry. It says where the gradient passes: multiply `dout` by it.",
)
def returns_the_mask_alone(dout, cache):
    return cache > 0


@mistake("relu_backward", "Your function overwrites dout. Work on a copy: the caller may still need the old values.")
def zeroes_dout_in_place(dout, cache):
    dout[cache <= 0] = 0
    return dout


@mistake(
    "relu_backward",
    "dx is right, but your function changes numbers in the cache, and they may be the caller's x. Make a new array.",
    alone=True,
)
def makes_the_mask_in_the_cache(dout, cache):
    cache[cache <= 0] = 0
    cache[cache > 0] = 1
    return dout * cache


@mistake(
    "relu_backward",
    "For an integer x your dx is truncated to integers, though `dout` has fractions. An array made like x gets the "
    "dtype of x: ask for floats.",
)
def relu_dx_in_the_dtype_of_x(dout, cache):
    dx = np.zeros_like(cache)
    dx[cache > 0] = dout[cache > 0]
    return dx


# tanh_forward


@mistake(
    "tanh_forward",
    "For large inputs the result is NaN: an intermediate value overflows, and infinity divided by infinity is NaN. "
    "NumPy has a function for tanh.",
)
def overflows(x):
    x = np.asarray(x, dtype=float)
    out = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return out, out


@mistake(
    "tanh_forward",
    "The formula that you use overflows on one side only: `exp(2x)` is larger than any float for large x. "
    "NumPy has a function for tanh.",
)
def overflows_on_one_side(x):
    x = np.asarray(x, dtype=float)
    out = (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
    return out, out


@mistake("tanh_forward", "This is sigmoid, which runs from 0 to 1. Tanh runs from -1 to 1.")
def sigmoid_instead(x):
    return sigmoid_forward(x)


@mistake(
    "tanh_forward",
    "You shift and stretch sigmoid, but without doubling the input: tanh(x) = 2 sigmoid(2x) - 1.",
)
def sigmoid_of_x_not_of_two_x(x):
    out = 2 * sigmoid_forward(x)[0] - 1
    return out, out


@mistake("tanh_forward", "This is the tangent of trigonometry. Tanh is the hyperbolic tangent: look for the h.")
def tangent(x):
    out = np.tan(x)
    return out, out


@mistake(
    "tanh_forward",
    "You return x itself as the output. Look at the order: `return out, cache`.",
)
def swaps_output_and_cache(x):
    return x, np.tanh(x)


@mistake(
    "tanh_forward",
    "The result is e^x minus e^-x / e^x plus e^-x: division comes before addition and subtraction. Put parentheses "
    "around the whole difference in the numerator, and around the whole sum in the denominator.",
)
def fraction_without_parentheses(x):
    out = np.exp(x) - np.exp(-x) / np.exp(x) + np.exp(-x)
    return out, out


@mistake("tanh_forward", "You return the derivative, 1 - tanh(x)². The forward pass returns tanh itself.")
def derivative_in_the_forward_pass(x):
    out = 1 - np.tanh(x) ** 2
    return out, out


@mistake("tanh_forward", "You clip x between -1 and 1. Tanh bends smoothly; it is not a straight line cut off.")
def hard_tanh(x):
    out = np.clip(np.asarray(x, dtype=float), -1, 1)
    return out, out


@mistake("tanh_forward", "Your function overwrites x. Work on a new array: the caller still needs the old one.")
def overwrites_x(x):
    out = np.tanh(x)
    if x.dtype.kind == "f":
        x[...] = out
    return out, out


# tanh_backward


@mistake("tanh_backward", "You ignore the upstream gradient: dx is `dout` times the derivative of tanh.")
def leaves_dout_out(dout, cache):
    return 1 - cache**2


@mistake(
    "tanh_backward",
    "You evaluate the derivative at the output instead of at the input: tanh is applied twice. "
    "The output already is tanh(x).",
)
def tanh_applied_twice(dout, cache):
    return dout * (1 - np.tanh(cache) ** 2)


@mistake("tanh_backward", "You put x where tanh(x) belongs: the derivative is 1 - tanh(x)², not 1 - x².")
class x_in_place_of_tanh:
    def tanh_forward(x):
        return np.tanh(x), x

    def tanh_backward(dout, cache):
        return dout * (1 - cache**2)


@mistake("tanh_backward", "The square is missing: the derivative of tanh is 1 - tanh(x)², not 1 - tanh(x).")
def forgets_the_square(dout, cache):
    return dout * (1 - cache)


@mistake(
    "tanh_backward",
    "The result is dout minus tanh(x)², which `dout * 1 - t**2` gives: it multiplies first. The upstream gradient "
    "should multiply the whole slope, 1 - tanh(x)², so put the slope in parentheses.",
)
def slope_without_parentheses(dout, cache):
    return dout * 1 - cache**2


@mistake("tanh_backward", "You add the upstream gradient where the chain rule multiplies by it.")
def dout_is_added(dout, cache):
    return dout + (1 - cache**2)


@mistake("tanh_backward", "You used the derivative of sigmoid, out (1 - out), with the output of tanh.")
def derivative_of_sigmoid(dout, cache):
    return dout * cache * (1 - cache)


@mistake("tanh_backward", "The derivative has the wrong sign: tanh rises everywhere, so its slope is never negative.")
def slope_with_the_wrong_sign(dout, cache):
    return dout * (cache**2 - 1)


@mistake("tanh_backward", "Your function overwrites dout. Work on a new array: the caller may still need the old one.")
def dout_is_overwritten(dout, cache):
    dout *= 1 - cache**2
    return dout


@mistake(
    "tanh_backward",
    "The contents of the cache change during the call, so a second backward pass with it goes wrong. Make a new array.",
)
def squares_the_cache_in_place(dout, cache):
    cache *= cache
    return dout * (1 - cache)


@mistake(
    "tanh_backward",
    "For an integer `dout` your dx is truncated to integers. An array made like `dout` gets the dtype of `dout`: ask "
    "for floats.",
)
def dx_takes_the_dtype_of_dout(dout, cache):
    dx = np.empty_like(dout)
    dx[...] = dout * (1 - cache**2)
    return dx


@mistake(
    "tanh_backward",
    "For an integer x your dx is truncated to integers, though `dout` has fractions. An array made like x takes "
    "over the dtype of x: ask for floats.",
)
class dx_takes_the_dtype_of_x:
    def tanh_forward(x):
        return np.tanh(x), x

    def tanh_backward(dout, cache):
        dx = np.empty_like(cache)
        dx[...] = dout * (1 - np.tanh(cache) ** 2)
        return dx


@mistake(
    "tanh_backward",
    "The slope is 1 + tanh(x)² where it should be 1 - tanh(x)²: tanh is steepest at 0, where its square is smallest.",
)
def slope_with_a_plus(dout, cache):
    return dout * (1 + cache**2)


@mistake("tanh_backward", "dx is `dout` itself: the derivative of tanh is missing.")
def dout_goes_straight_through(dout, cache):
    return dout.copy()
