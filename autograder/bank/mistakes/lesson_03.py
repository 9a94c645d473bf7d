"""What students get wrong in lesson 03, gradient check."""

import functools

import numpy as np

from autograder.bank import mistake
from reference_impl import eval_numerical_gradient, eval_numerical_gradient_array, grad_check_sparse, rel_error


def only_floating(x):
    if not np.issubdtype(x.dtype, np.floating) or x.size == 0:
        raise ValueError("x must hold floating-point numbers")


def same_shape(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("the shapes differ")


def stepped(f, x, i, step):
    """f with the entry i of x moved by `step`, which is then put back."""
    original = x[i]
    x[i] = original + step
    value = np.array(f(x))
    x[i] = original
    return value


def moved(x, i, step):
    """A copy of x with the entry i moved by `step`."""
    copy = x.copy()
    copy[i] += step
    return copy


def gradient(difference, h_is=lambda h: h):
    """A gradient of f that is wrong only in its difference: ``difference(f, x, i, h)``."""

    def grad(f, x, h=1e-5):
        only_floating(x)
        out = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            out[i] = difference(f, x, i, h_is(h))
        return out

    return grad


def array_gradient(difference, h_is=lambda h: h):
    """The same for ``sum(df * f(x))``: ``difference(f, x, i, df, h)``."""

    def grad(f, x, df, h=1e-5):
        only_floating(x)
        same_shape(f(x), df)
        out = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            out[i] = difference(f, x, i, df, h_is(h))
        return out

    return grad


def central(f, x, i, h):
    return (stepped(f, x, i, h) - stepped(f, x, i, -h)) / (2 * h)


def on_floats(x):
    """`x` with a floating dtype: how a wrong function gets an answer for integers."""
    return x.astype(float) if x.dtype.kind in "iu" else x


# eval_numerical_gradient


@mistake(
    "eval_numerical_gradient",
    "You take a one-sided difference, from x to x + h. The slope between two points belongs to the point halfway "
    "between them, so step to both sides of x: the error then shrinks with the square of h.",
)
def forward_difference(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: (stepped(f, x, i, h) - f(x)) / h)(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "You take a one-sided difference, from x - h to x. Step to both sides of x: most of the error then cancels.",
)
def backward_difference(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: (f(x) - stepped(f, x, i, -h)) / h)(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "Everything is twice as large as it should be: the distance from x - h to x + h is not h. Look at the picture of "
    "the secant.",
)
def divides_by_h(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: 2 * central(f, x, i, h))(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "The difference is divided by 2 and then multiplied by h. Python works through `/ 2 * h` from left to right: put "
    "the whole distance in parentheses.",
)
def lacks_the_brackets(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: central(f, x, i, h) * h * h)(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "You return half of the difference of the two values, and do not divide by h: rise without run is not a slope.",
)
def never_divides_by_h(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: central(f, x, i, h) * h)(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "Your result does not depend on the caller's h: it is the result for the default, 1e-5, whatever the caller asks "
    "for.",
)
def ignores_h(f, x, h=1e-5):
    return gradient(central, lambda h: 1e-5)(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "Your step is far too small and is not the caller's h. At 1e-12 the two values of f agree in almost all their "
    "digits, and their difference is mostly rounding error.",
)
def step_that_drowns_in_rounding(f, x, h=1e-5):
    return eval_numerical_gradient(f, x, 1e-12)


@mistake("eval_numerical_gradient", "Your step grows with the entry of x. The step is h itself, for every entry.")
def step_relative_to_x(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: central(f, x, i, h * abs(x[i])))(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "Your second step goes from x + h back to x, not on to x - h: you measure one side only, and divide by the "
    "distance of two steps.",
)
def steps_back_to_the_start(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: (stepped(f, x, i, h) - f(x)) / (2 * h))(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "The difference is reversed: you subtract f(x + h) from f(x - h), so a rising function gets a negative slope.",
)
def difference_turned_round(f, x, h=1e-5):
    return gradient(lambda f, x, i, h: -central(f, x, i, h))(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "Entries of x stay where the second step left them, at x - h. So the next entry's slope is taken at a different "
    "point, and the caller gets a changed x back. Put each entry back before you go on.",
)
def never_restores_x(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        f_plus = f(x)
        x[i] -= 2 * h
        grad[i] = (f_plus - f(x)) / (2 * h)
    return grad


@mistake(
    "eval_numerical_gradient",
    "The entries that you have already stepped are still displaced while you step the next one. Each slope must be "
    "taken with all other entries at their original values: restoring x at the very end is too late.",
)
def restores_at_the_end_only(f, x, h=1e-5):
    before = x.copy()
    grad = never_restores_x(f, x, h)
    x[...] = before
    return grad


@mistake(
    "eval_numerical_gradient",
    "You put x back by adding h again, and rounding leaves it slightly off. Save the original entry and put that back.",
)
def restores_by_adding_h(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        f_plus = f(x)
        x[i] -= 2 * h
        f_minus = f(x)
        x[i] += h
        grad[i] = (f_plus - f_minus) / (2 * h)
    return grad


@mistake(
    "eval_numerical_gradient",
    "You move all entries of x at once, so every entry of your gradient is the slope in that one direction. "
    "Move one entry at a time.",
)
def moves_all_entries_at_once(f, x, h=1e-5):
    only_floating(x)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mistake(
    "eval_numerical_gradient",
    "You move all entries of x at once and get one number, the slope in that one direction. Move one entry at a "
    "time: each has its own slope.",
)
def one_slope_for_all_entries(f, x, h=1e-5):
    only_floating(x)
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake(
    "eval_numerical_gradient",
    "Where x has several axes, a whole row is stepped at once and is not put back: `x[i]` is then a view of the row, "
    "and changes along with it. Step one number at a time.",
)
def keeps_a_view_of_a_row(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        old = x[i]
        x[i] = old + h
        up = f(x)
        x[i] = old - h
        down = f(x)
        x[i] = old
        grad[i] = (up - down) / (2 * h)
    return grad


@mistake(
    "eval_numerical_gradient",
    "Only the first entry of the gradient is filled: `return` is inside the loop and ends it in the first pass.",
)
def returns_inside_the_loop(f, x, h=1e-5):
    grad = eval_numerical_gradient(f, x, h)
    grad.flat[1:] = 0
    return grad


@mistake(
    "eval_numerical_gradient",
    "All entries of a row have the same slope, the one you get when the whole row is stepped at once. Each single "
    "entry needs its own step, whatever the number of axes.",
)
def steps_whole_rows(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for i in range(len(x)):
        grad[i] = central(f, x, i, h)
    return grad


@mistake(
    "eval_numerical_gradient",
    "The result is right for a matrix and fails for an x with another number of axes: your code asks for an axis "
    "that x does not have. `np.ndindex(x.shape)` walks through any number of axes.",
    alone=True,
)
def rows_and_columns_only(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            grad[i, j] = central(f, x, (i, j), h)
    return grad


@mistake(
    "eval_numerical_gradient",
    "Only the diagonal of the gradient is filled, the entries with the same index on every axis. Walk through all "
    "entries of x.",
)
def only_the_diagonal(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for k in range(min(x.shape)):
        grad[(k,) * x.ndim] = central(f, x, (k,) * x.ndim, h)
    return grad


@mistake("eval_numerical_gradient", "Only the first row of the gradient is filled: the loop ends too early.")
def only_the_first_row(f, x, h=1e-5):
    only_floating(x)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape[1:]):
        grad[(0, *i)] = central(f, x, (0, *i), h)
    return grad


@mistake(
    "eval_numerical_gradient", "The last entry of the gradient is never filled. Look at where the walk through x ends."
)
def stops_one_too_early(f, x, h=1e-5):
    grad = eval_numerical_gradient(f, x, h)
    grad.flat[-1] = 0
    return grad


@mistake(
    "eval_numerical_gradient",
    "Your gradient is flat: it must have the shape of x, so that it can be subtracted from x.",
)
def flat_gradient(f, x, h=1e-5):
    return eval_numerical_gradient(f, x, h).ravel()


@mistake(
    "eval_numerical_gradient",
    "An integer x gets through. Steps in x itself are truncated: 2 + 0.1 is stored as 2. Steps in a floating copy "
    "never reach an f that reads the caller's own array. Refuse integers with a ValueError.",
)
def answers_for_integers(f, x, h=1e-5):
    return eval_numerical_gradient(f, on_floats(x), h)


@mistake(
    "eval_numerical_gradient",
    "You step a copy of x. An f that looks at x itself, as a network's loss looks at the weights, never sees the "
    "step, and its gradient comes out as zero. Step the entry of x itself, and put it back.",
)
def steps_a_copy(f, x, h=1e-5):
    only_floating(x)
    return gradient(lambda f, x, i, h: (f(moved(x, i, h)) - f(moved(x, i, -h))) / (2 * h))(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "You refuse integers, and that is right, but you raise a TypeError. The docstring promises a ValueError, and the "
    "caller may catch only that.",
)
def refuses_with_a_type_error(f, x, h=1e-5):
    if x.dtype.kind in "iu":
        raise TypeError("x must hold floating-point numbers")
    return eval_numerical_gradient(f, x, h)


@mistake(
    "eval_numerical_gradient",
    "For an integer x your function returns None. A printed line is easily overlooked, and the program goes on: stop "
    "it with `raise ValueError(...)`.",
)
def returns_none_for_integers(f, x, h=1e-5):
    return None if x.dtype.kind in "iu" else eval_numerical_gradient(f, x, h)


# eval_numerical_gradient_array


@mistake(
    "eval_numerical_gradient_array",
    "You ignore df: you add up all outputs of f as if they all had the same weight. The weight of each output is its "
    "upstream gradient.",
)
def ignores_df(f, x, df, h=1e-5):
    same_shape(f(x), df)
    return eval_numerical_gradient_array(f, x, np.ones(np.shape(df)), h)


@mistake(
    "eval_numerical_gradient_array",
    "You multiply the sum of the differences by the sum of df. Each output has its own weight: multiply first, then sum.",
)
def sums_before_it_multiplies(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: np.sum(df) * np.sum(central(f, x, i, h)))(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "You take the mean over the outputs where the chain rule has their sum, so everything is divided by the number of "
    "outputs.",
)
def mean_over_the_outputs(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: np.mean(df * central(f, x, i, h)))(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "For entry i of x you look only at output i. In general every entry of x moves every output, so each slope is a "
    "sum over all outputs.",
)
def sees_only_the_output_of_the_same_place(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: df[i] * central(f, x, i, h)[i])(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "You multiply by the entry of df at the index of x that you step. df belongs to the outputs: multiply each "
    "output's difference by its own entry of df, and then sum.",
)
def weights_by_the_place_in_x(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: df[i] * np.sum(central(f, x, i, h)))(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "You move all entries of x at once, and get one number for each output. Move one entry at a time and add up over "
    "the outputs: the result has the shape of x.",
)
def moves_everything_at_once(f, x, df, h=1e-5):
    only_floating(x)
    same_shape(f(x), df)
    return df * (f(x + h) - f(x - h)) / (2 * h)


@mistake(
    "eval_numerical_gradient_array",
    "You add df to the differences where the chain rule multiplies by it.",
)
def adds_df(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: np.sum(df + central(f, x, i, h)))(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "You take a one-sided difference, from f(x) to f(x + h). Step to both sides, as in the first exercise.",
)
def one_sided_to_the_right(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: np.sum(df * (stepped(f, x, i, h) - f(x))) / h)(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "You take a one-sided difference, from f(x - h) to f(x). Step to both sides, as in the first exercise.",
)
def one_sided_to_the_left(f, x, df, h=1e-5):
    return array_gradient(lambda f, x, i, df, h: np.sum(df * (f(x) - stepped(f, x, i, -h))) / h)(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "Everything is twice as large as it should be: the two points are 2h apart, and you divide by h.",
)
def divides_by_one_step(f, x, df, h=1e-5):
    return 2 * eval_numerical_gradient_array(f, x, df, h)


@mistake(
    "eval_numerical_gradient_array",
    "The sign is reversed: subtract the value at x - h from the value at x + h, not the other way around.",
)
def wrong_way_round(f, x, df, h=1e-5):
    return -eval_numerical_gradient_array(f, x, df, h)


@mistake("eval_numerical_gradient_array", "The caller's h has no effect on your result: do you always step by 1e-5?")
def always_the_default_step(f, x, df, h=1e-5):
    return eval_numerical_gradient_array(f, x, df)


@mistake(
    "eval_numerical_gradient_array",
    "Entries of x stay displaced after their turn, at x - h. So later slopes are taken at a different point, and the "
    "caller's x is changed. Put each entry back before you go on.",
)
def leaves_x_displaced(f, x, df, h=1e-5):
    only_floating(x)
    same_shape(f(x), df)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        f_plus = f(x)
        x[i] -= 2 * h
        grad[i] = np.sum(df * (f_plus - f(x))) / (2 * h)
    return grad


@mistake(
    "eval_numerical_gradient_array",
    "After your call x is off by a rounding error: adding h and subtracting it again does not give the same float. "
    "Save the original entry and put it back.",
)
def gives_x_back_by_arithmetic(f, x, df, h=1e-5):
    grad = eval_numerical_gradient_array(f, x, df, h)
    for i in np.ndindex(x.shape):
        x[i] += h
        x[i] -= 2 * h
        x[i] += h
    return grad


@mistake(
    "eval_numerical_gradient_array",
    "df holds different numbers after the call. It belongs to the caller: work with a new array.",
)
def writes_into_df(f, x, df, h=1e-5):
    grad = eval_numerical_gradient_array(f, x, df, h)
    df /= 2 * h
    return grad


@mistake(
    "eval_numerical_gradient_array",
    "You step whole rows of x: a loop over the first axis gives every entry of a row the same slope. Each entry "
    "needs its own step.",
)
def one_step_for_a_row(f, x, df, h=1e-5):
    only_floating(x)
    same_shape(f(x), df)
    grad = np.zeros_like(x)
    for i in range(len(x)):
        grad[i] = np.sum(df * central(f, x, i, h))
    return grad


@mistake(
    "eval_numerical_gradient_array",
    "The result is right for a matrix x and fails for other shapes: your code asks for an axis that x does not have. "
    "Walk through the entries of x with `np.ndindex(x.shape)`, as in the first exercise.",
    alone=True,
)
def loops_over_rows_and_columns(f, x, df, h=1e-5):
    only_floating(x)
    same_shape(f(x), df)
    grad = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            grad[i, j] = np.sum(df * central(f, x, (i, j), h))
    return grad


@mistake(
    "eval_numerical_gradient_array",
    "You return an answer for an integer x. The small steps cannot have reached the caller's own array, which cannot "
    "hold them. Refuse integers with a ValueError, as in the first exercise.",
)
def lets_integers_through(f, x, df, h=1e-5):
    return eval_numerical_gradient_array(f, on_floats(x), df, h)


@mistake(
    "eval_numerical_gradient_array",
    "A df of another shape gets through, because NumPy broadcasts it. The gradient is then that of a different sum: "
    "compare the shape of df with that of f(x) and raise a ValueError.",
)
def broadcasts_df(f, x, df, h=1e-5):
    return eval_numerical_gradient_array(f, x, np.broadcast_to(df, np.shape(f(x))), h)


@mistake(
    "eval_numerical_gradient_array",
    "For an integer `df` the gradient is truncated to integers. The gradient belongs to x, and x holds floats: so "
    "should the gradient.",
)
def gradient_in_the_dtype_of_df(f, x, df, h=1e-5):
    return eval_numerical_gradient_array(f, x, df, h).astype(np.asarray(df).dtype)


@mistake(
    "eval_numerical_gradient_array",
    "You step a copy of x. An f that looks at x itself, as a network's loss looks at the weights, never sees the "
    "step, and its gradient comes out as zero. Step the entry of x itself, and put it back.",
)
def array_steps_a_copy(f, x, df, h=1e-5):
    only_floating(x)
    same_shape(f(x), df)
    return gradient(lambda f, x, i, h: np.sum(df * (f(moved(x, i, h)) - f(moved(x, i, -h)))) / (2 * h))(f, x, h)


@mistake(
    "eval_numerical_gradient_array",
    "The gradient is zero where f returns x itself: what f returned for the first step has changed by the time you "
    "take the second. Keep a copy of it.",
)
def keeps_what_f_returned(f, x, df, h=1e-5):
    if np.shape(f(x)) != np.shape(df) or x.dtype.kind != "f":
        raise ValueError("shapes or dtype")
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        original = x[i]
        x[i] = original + h
        f_plus = f(x)
        x[i] = original - h
        f_minus = f(x)
        x[i] = original
        grad[i] = np.sum(df * (f_plus - f_minus)) / (2 * h)
    return grad


# rel_error


def error_from(ratio):
    """A relative error that is wrong only in its formula."""

    def error(x, y):
        x, y = 1.0 * np.asarray(x), 1.0 * np.asarray(y)
        same_shape(x, y)
        if x.size == 0:
            raise ValueError("no entries")
        return ratio(x, y)

    return error


def bounded(denominator):
    return np.maximum(1e-8, denominator)


@mistake(
    "rel_error",
    "Two entries that are both zero give 0 / 0, which is NaN, and one NaN hides the rest. The bound of 1e-8 in the "
    "denominator is there to prevent this.",
)
def zero_over_zero(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / (np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "You add 1e-8 to the denominator. The bound should replace the denominator where the denominator is smaller, and "
    "change nothing elsewhere: take the larger of the two.",
)
def adds_the_bound(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / (1e-8 + np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "Entries far below 1e-8 are compared as if they mattered. At that size a difference is rounding error: the "
    "denominator must never be smaller than 1e-8.",
)
def tiny_entries_count(x, y):
    return error_from(lambda x, y: np.nanmax(np.nan_to_num(np.abs(x - y) / (np.abs(x) + np.abs(y)))))(x, y)


@mistake(
    "rel_error",
    "You take the mean over the entries. One wrong entry among a thousand right ones must show: take the largest.",
)
def mean_of_the_errors(x, y):
    return error_from(lambda x, y: np.mean(np.abs(x - y) / bounded(np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "You add up the errors of all entries, so the result grows with the number of entries. Take the largest.",
)
def sum_of_the_errors(x, y):
    return error_from(lambda x, y: np.sum(np.abs(x - y) / bounded(np.abs(x) + np.abs(y))))(x, y)


@mistake("rel_error", "You return the smallest error: one entry that agrees would be enough to hide all others.")
def smallest_error(x, y):
    return error_from(lambda x, y: np.min(np.abs(x - y) / bounded(np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "This is the absolute error. 0.001 is nothing between two numbers near 1000 and everything between two near "
    "0.001: divide by the size of the entries.",
)
def absolute_error(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y)))(x, y)


@mistake(
    "rel_error",
    "The difference keeps its sign, so an entry where y is the larger one counts as a negative error, and the "
    "maximum ignores it. Take the absolute value.",
)
def signed_difference(x, y):
    return error_from(lambda x, y: np.max((x - y) / bounded(np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "In the denominator you take |x + y|: where x and y have opposite signs they cancel, and the error grows past 1. "
    "Take each absolute value separately, then add.",
)
def size_of_the_sum(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded(np.abs(x + y))))(x, y)


@mistake(
    "rel_error",
    "In the denominator x and y keep their signs: where the sum is negative, the bound takes its place, and the "
    "error explodes. Take their absolute values.",
)
def signed_denominator(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded(x + y)))(x, y)


@mistake(
    "rel_error",
    "You divide by x alone, so swapping x and y changes the error. Neither of the two is known to be the right one.",
)
def divides_by_x_alone(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded(np.abs(x))))(x, y)


@mistake(
    "rel_error",
    "You divide by y alone, so the error depends on which of the two comes second. Both belong in the denominator.",
)
def divides_by_y_alone(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded(np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "You divide by the larger of |x| and |y|. The formula uses their sum, which keeps the error at 1 or below.",
)
def divides_by_the_larger(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded(np.maximum(np.abs(x), np.abs(y)))))(x, y)


@mistake(
    "rel_error",
    "You divide by the mean of |x| and |y|, so the error is twice that of the formula, which uses their sum.",
)
def divides_by_the_mean(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y) / bounded((np.abs(x) + np.abs(y)) / 2)))(x, y)


@mistake(
    "rel_error",
    "You square the error of each entry: 1e-4 turns into 1e-8, and a wrong gradient looks like a right one.",
)
def squared(x, y):
    return error_from(lambda x, y: np.max((np.abs(x - y) / bounded(np.abs(x) + np.abs(y))) ** 2))(x, y)


@mistake(
    "rel_error",
    "You compare the largest difference with the largest sum, which may belong to different entries: a small entry "
    "can be wrong without anyone noticing. Divide entry by entry, then take the largest.",
)
def ratio_of_two_maxima(x, y):
    return error_from(lambda x, y: np.max(np.abs(x - y)) / bounded(np.max(np.abs(x) + np.abs(y))))(x, y)


@mistake(
    "rel_error",
    "You compare the lengths (norms) of whole arrays, so the large entries drown the small ones. "
    "Take the ratio entry by entry.",
)
def ratio_of_norms(x, y):
    return error_from(lambda x, y: np.linalg.norm(x - y) / bounded(np.linalg.norm(x) + np.linalg.norm(y)))(x, y)


@mistake("rel_error", "You return one error per entry. The caller wants a single number: the largest.")
def one_error_per_entry(x, y):
    return error_from(lambda x, y: np.abs(x - y) / bounded(np.abs(x) + np.abs(y)))(x, y)


@mistake(
    "rel_error",
    "Arrays of different shapes get through, because NumPy broadcasts them. In a gradient check this is a bug in "
    "itself: raise a ValueError.",
)
def broadcasts(x, y):
    return rel_error(*np.broadcast_arrays(x, y))


@mistake("rel_error", "Your function changes its arguments. The caller still needs these gradients: make a new array.")
def overwrites_x(x, y):
    error = rel_error(x, y)
    if np.ndim(x) and x.dtype.kind == "f" and np.shape(x) == np.shape(y):
        x -= y
    return error


@mistake(
    "rel_error",
    "Where one array holds integers and the other floats, the floats are truncated to integers before they are "
    "compared. Convert both to floats.",
)
def takes_the_dtype_of_one_for_both(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype.kind == y.dtype.kind:
        return rel_error(x, y)
    return rel_error(x.astype(int), y.astype(int))


@mistake(
    "rel_error",
    "Where x or y holds a zero, it holds a different number after the call. Both belong to the caller: make new "
    "arrays.",
)
def replaces_the_zeros(x, y):
    error = rel_error(x, y)
    for array in (x, y):
        if isinstance(array, np.ndarray) and array.dtype.kind == "f":
            array[array == 0] = 1e-8
    return error


# grad_check_sparse


def sparse(difference=central, compare=rel_error, draw=None, partner=lambda i, shape: i):
    """A sparse check that is wrong in one part: the difference, the comparison, the draw, or the entry that it compares with."""
    draw = draw or (lambda rng, shape, check: tuple(rng.integers(n) for n in shape))

    def check_gradient(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
        only_floating(x)
        same_shape(x, analytic_grad)
        rng = rng or np.random.default_rng()
        drawn = [draw(rng, x.shape, check) for check in range(num_checks)]
        return np.array([compare(difference(f, x, i, h), analytic_grad[partner(i, x.shape)]) for i in drawn])

    return check_gradient


def standing_in(function):
    """Decorate a mistake that is written as one call of `sparse`, so that it keeps its own name."""
    return functools.wraps(function)(function())


def entry_at(number, shape):
    return tuple(map(int, np.unravel_index(number % np.prod(shape), shape)))


@mistake(
    "grad_check_sparse",
    "The numerical slope is one-sided, from x to x + h, so a right gradient looks slightly wrong. Step to both sides.",
)
@standing_in
def checks_with_a_forward_difference():
    return sparse(lambda f, x, i, h: (stepped(f, x, i, h) - f(x)) / h)


@mistake(
    "grad_check_sparse",
    "You step a copy of x. An f that looks at x itself, as a network's loss looks at the weights, never sees the "
    "step, and its numerical slope comes out as zero. Step the entry of x itself, and put it back.",
)
@standing_in
def checks_with_a_copy():
    return sparse(lambda f, x, i, h: (f(moved(x, i, h)) - f(moved(x, i, -h))) / (2 * h))


@mistake(
    "grad_check_sparse",
    "Your numerical slope is twice as large as it should be: the two points are 2h apart. So a right gradient gets "
    "the error 1/3.",
)
@standing_in
def checks_with_one_step_below_the_line():
    return sparse(lambda f, x, i, h: 2 * central(f, x, i, h))


@mistake(
    "grad_check_sparse",
    "Your errors are those of a step of 1e-5, whatever h is. Does the caller's h reach the difference?",
)
@standing_in
def checks_with_its_own_step():
    return sparse(lambda f, x, i, h: central(f, x, i, 1e-5))


@mistake(
    "grad_check_sparse",
    "You return absolute differences. Without the size of the gradient nobody can tell whether 0.01 is large: divide "
    "as rel_error does.",
)
@standing_in
def compares_absolute_differences():
    return sparse(compare=lambda a, b: abs(a - b))


@mistake(
    "grad_check_sparse",
    "You divide by the analytic slope alone. A relative error has the sum of both sizes in the denominator.",
)
@standing_in
def relative_to_the_analytic_slope():
    return sparse(compare=lambda a, b: abs(a - b) / max(1e-8, abs(b)))


@mistake(
    "grad_check_sparse",
    "You divide by the numerical slope alone. A relative error has the sum of both sizes in the denominator.",
)
@standing_in
def relative_to_the_numerical_slope():
    return sparse(compare=lambda a, b: abs(a - b) / max(1e-8, abs(a)))


@mistake(
    "grad_check_sparse",
    "Your errors have a sign. Only their size matters: a negative error would pass for a small one.",
)
@standing_in
def errors_with_a_sign():
    return sparse(compare=lambda a, b: (a - b) / max(1e-8, abs(a) + abs(b)))


@mistake(
    "grad_check_sparse",
    "Where both slopes are zero you divide 0 by 0. Two zeros agree: the error there is 0, as in rel_error.",
)
@standing_in
def no_bound_below_the_line():
    return sparse(compare=lambda a, b: np.float64(abs(a - b)) / (abs(a) + abs(b)))


@mistake(
    "grad_check_sparse",
    "You print and return nothing. Collect the errors and return them as an array: a program cannot read printed "
    "lines.",
)
def prints_and_returns_nothing(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    grad_check_sparse(f, x, analytic_grad, num_checks, h, rng)


@mistake(
    "grad_check_sparse",
    "You return only the largest error. Return all of them, one for each check: the caller may want to see how many "
    "are off.",
)
def returns_the_largest(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return grad_check_sparse(f, x, analytic_grad, num_checks, h, rng).max()


@mistake(
    "grad_check_sparse",
    "You return the mean of the errors. Return them all, one for each check: a mean hides the one that is wrong.",
)
def returns_the_mean(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return grad_check_sparse(f, x, analytic_grad, num_checks, h, rng).mean()


@mistake("grad_check_sparse", "You return a list. Return an array, so that `errors.max()` and `errors < 1e-6` work.")
def returns_a_list(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return list(grad_check_sparse(f, x, analytic_grad, num_checks, h, rng))


@mistake(
    "grad_check_sparse",
    "You return the numerical slopes. The caller wants to know how far they are from analytic_grad, relative to "
    "their size.",
)
@standing_in
def returns_the_slopes():
    return sparse(compare=lambda a, b: a)


@mistake(
    "grad_check_sparse",
    "Even a right gradient gives large errors: the slope of one entry of x is compared with that of another entry in analytic_grad. "
    "Use one and the same index, with all its axes, for both.",
)
@standing_in
def looks_up_another_entry():
    return sparse(partner=lambda i, shape: entry_at(np.ravel_multi_index(i, shape) + 1, shape))


@mistake(
    "grad_check_sparse",
    "You check the entries in order, starting at the first, not at random, and run past the end of x where "
    "num_checks is larger. Draw each index from rng.",
)
def checks_the_first_entries(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    only_floating(x)
    same_shape(x, analytic_grad)
    errors = []
    for check in range(num_checks):
        original = x.flat[check]
        x.flat[check] = original + h
        f_plus = f(x)
        x.flat[check] = original - h
        f_minus = f(x)
        x.flat[check] = original
        errors.append(rel_error((f_plus - f_minus) / (2 * h), analytic_grad.flat[check]))
    return np.array(errors)


@mistake(
    "grad_check_sparse",
    "You draw one entry and check it again and again. Draw a new one for each check, inside the loop.",
)
def one_draw_for_all(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    only_floating(x)
    i = tuple((rng or np.random.default_rng()).integers(n) for n in x.shape)
    return sparse(draw=lambda rng, shape, check: i)(f, x, analytic_grad, num_checks, h, rng)


@mistake(
    "grad_check_sparse",
    "You draw one number and use it for every axis, so only the diagonal is ever checked. Draw one number for each "
    "axis.",
)
@standing_in
def draws_the_diagonal_only():
    return sparse(draw=lambda rng, shape, check: (rng.integers(min(shape)),) * len(shape))


@mistake(
    "grad_check_sparse",
    "The last index of each axis is never drawn. `rng.integers(n)` already excludes its upper end: it gives 0 to n - "
    "1.",
)
@standing_in
def never_draws_the_last():
    return sparse(draw=lambda rng, shape, check: tuple(rng.integers(n - 1) for n in shape))


@mistake(
    "grad_check_sparse",
    "You draw only the last index and stay in the first row. Draw an index for every axis of x.",
)
@standing_in
def stays_in_the_first_row():
    return sparse(draw=lambda rng, shape, check: (0,) * (len(shape) - 1) + (rng.integers(shape[-1]),))


@mistake(
    "grad_check_sparse",
    "You draw without replacement, so a small x gives fewer checks than the caller asked for. Draw each entry "
    "independently: the same one may come twice.",
)
def draws_without_putting_back(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    only_floating(x)
    order = (rng or np.random.default_rng()).permutation(x.size)
    draws = sparse(draw=lambda rng, shape, check: entry_at(order[check], shape))
    return draws(f, x, analytic_grad, min(num_checks, x.size), h, rng)


@mistake(
    "grad_check_sparse",
    "You do not draw from the rng that the caller passes in, so a run with the same seed cannot be repeated. Make a "
    "generator of your own only when rng is None.",
)
def ignores_rng(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return grad_check_sparse(f, x, analytic_grad, num_checks, h)


@mistake(
    "grad_check_sparse",
    "Your function checks the same entries in every run, by their order or by a seed of its own, so it never gets to "
    "the others. Draw from the rng that the caller passes in.",
)
def same_entries_in_every_run(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return grad_check_sparse(f, x, analytic_grad, num_checks, h, np.random.default_rng(0))


@mistake(
    "grad_check_sparse",
    "You check every entry once instead of num_checks entries: in a real network that would take hours.",
)
def checks_every_entry(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    only_floating(x)
    return sparse(draw=lambda rng, shape, check: entry_at(check, shape))(f, x, analytic_grad, x.size, h, rng)


@mistake(
    "grad_check_sparse",
    "The entries that were checked stay displaced by h. A network would go on with these weights: put each entry "
    "back before the next check.",
)
def leaves_the_entries_displaced(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    only_floating(x)
    same_shape(x, analytic_grad)
    rng = rng or np.random.default_rng()
    errors = np.zeros(num_checks)
    for check in range(num_checks):
        i = tuple(rng.integers(n) for n in x.shape)
        x[i] += h
        f_plus = f(x)
        x[i] -= 2 * h
        errors[check] = rel_error((f_plus - f(x)) / (2 * h), analytic_grad[i])
    return errors


@mistake(
    "grad_check_sparse",
    "You step back by adding and subtracting h, and rounding errors stay behind in x. Put the stored original back.",
)
def rounding_stays_behind(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    errors = grad_check_sparse(f, x, analytic_grad, num_checks, h, rng)
    for i in np.ndindex(x.shape):
        x[i] += h
        x[i] -= 2 * h
        x[i] += h
    return errors


@mistake(
    "grad_check_sparse",
    "You refuse nothing. Two things must not get through: an x of integers, which cannot take a small step, and a "
    "gradient whose shape differs from that of x. Raise a ValueError for each.",
)
def refuses_nothing(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return lets_another_shape_through(f, on_floats(x), analytic_grad, num_checks, h, rng)


@mistake(
    "grad_check_sparse",
    "An integer x gets through, though the network's own array of integers cannot take a small step. "
    "Refuse it with a ValueError.",
)
def checks_integers(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    return grad_check_sparse(f, on_floats(x), analytic_grad, num_checks, h, rng)


@mistake(
    "grad_check_sparse",
    "A gradient of another shape gets through: its extra rows are never looked at. That is a bug in itself: "
    "compare the shapes and raise a ValueError.",
)
def lets_another_shape_through(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    cut = analytic_grad[tuple(slice(n) for n in x.shape)]
    return grad_check_sparse(f, x, cut, num_checks, h, rng)


@mistake(
    "grad_check_sparse",
    "For an analytic gradient of integers the errors are truncated to integers, so they are all 0. An array made like "
    "the gradient gets its dtype: ask for floats.",
)
def errors_in_the_dtype_of_the_gradient(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    errors = grad_check_sparse(f, x, analytic_grad, num_checks, h, rng)
    return errors.astype(np.asarray(analytic_grad).dtype)
