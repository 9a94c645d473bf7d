"""What students get wrong in lesson 02, mean squared error."""

import numpy as np

from autograder.bank import mistake
from reference_impl import mse_loss, rms_error


def differences(x, y):
    """x - y, in the shape of x; raises where the shapes do not match."""
    _, dx = mse_loss(1.0 * x, y)
    return dx * dx.size / 2


# mse_loss


@mistake(
    "mse_loss",
    "The gradient lacks a factor 2: the derivative of (x - y)² is 2 (x - y). (Some books put 1/2 before the loss to "
    "get rid of it. The loss here has none.)",
)
def gradient_without_the_two(x, y):
    d = differences(x, y)
    return np.mean(d**2), d / d.size


@mistake(
    "mse_loss",
    "The gradient is that of the sum. The loss is a mean, so each entry of its gradient is divided by the number of "
    "entries as well.",
)
def gradient_of_the_sum(x, y):
    d = differences(x, y)
    return np.mean(d**2), 2 * d


@mistake(
    "mse_loss",
    "You add up the squares and never divide: this is the sum of squared errors. With twice the examples "
    "it would be twice as large. The mean divides by the number of entries, in the loss and in the "
    "gradient.",
)
def sum_instead_of_mean(x, y):
    d = differences(x, y)
    return np.sum(d**2), 2 * d


@mistake(
    "mse_loss",
    "The gradient is right, but the loss is the sum of the squares: it is not divided by the number of entries.",
    alone=True,
)
def loss_is_the_sum(x, y):
    d = differences(x, y)
    return np.sum(d**2), 2 * d / d.size


@mistake(
    "mse_loss",
    "With M outputs, each example has M errors. You divide by the number of examples, N; the mean over all entries "
    "divides by N times M.",
)
def divides_by_the_examples_alone(x, y):
    d = differences(x, y)
    return np.sum(d**2) / len(d), 2 * d / len(d)


@mistake(
    "mse_loss",
    "The loss divides by all N times M entries, but the gradient only by the N examples. Both must divide by the "
    "same number.",
    alone=True,
)
def gradient_divides_by_the_examples_alone(x, y):
    d = differences(x, y)
    return np.mean(d**2), 2 * d / len(d)


@mistake(
    "mse_loss",
    "Both the loss and its gradient are half of what they should be: you put 1/2 before the mean. That is "
    "a common convention, but not the one of this exercise.",
)
def half_the_mean(x, y):
    d = differences(x, y)
    return np.mean(d**2) / 2, d / d.size


@mistake(
    "mse_loss",
    "The gradient points the other way: this is the derivative with respect to the targets y. Where a prediction is "
    "too large, making it larger still makes the loss grow, so dx is positive there.",
)
def gradient_with_the_wrong_sign(x, y):
    loss, dx = mse_loss(x, y)
    return loss, -dx


@mistake(
    "mse_loss",
    "This is the mean absolute error, with its gradient of signs. The squared error grows with the square "
    "of a difference, and its gradient with the difference itself.",
)
def mean_absolute_error(x, y):
    d = differences(x, y)
    return np.mean(np.abs(d)), np.sign(d) / d.size


@mistake(
    "mse_loss",
    "The loss is the squared error, but the gradient is that of the absolute error: every entry has the "
    "same size. A squared error pulls harder where the difference is larger.",
    alone=True,
)
def gradient_of_the_absolute_error(x, y):
    d = differences(x, y)
    return np.mean(d**2), np.sign(d) / d.size


@mistake(
    "mse_loss",
    "You return one gradient for all entries: a mean was taken. The loss is one number, but it has a derivative with "
    "respect to every entry of x, so dx has the shape of x.",
)
def one_gradient_for_all(x, y):
    loss, dx = mse_loss(x, y)
    return loss, dx.sum()


@mistake(
    "mse_loss",
    "The loss comes out as one number per output: you take the mean only along axis 0. It should be the mean over "
    "all entries, one number.",
)
def one_loss_per_output(x, y):
    d = differences(x, y)
    return np.mean(d**2, axis=0), 2 * d / d.size


@mistake(
    "mse_loss",
    "The loss comes out as one number per example: you take the mean along axis 1, or over the last axis. It should "
    "be the mean over all entries, one number.",
)
def one_loss_per_example(x, y):
    d = differences(x, y)
    return np.mean(d**2, axis=-1), 2 * d / d.size


@mistake(
    "mse_loss",
    "The loss still has an entry for every prediction: nothing was averaged. It should be one number.",
)
def no_mean_at_all(x, y):
    d = differences(x, y)
    return d**2, 2 * d / d.size


@mistake(
    "mse_loss",
    "You return the square root of the mean, which is the RMS error. The loss is the mean itself, without a root.",
)
def root_mean_square(x, y):
    loss, dx = mse_loss(x, y)
    return np.sqrt(loss), dx


@mistake(
    "mse_loss",
    "You take the square root of the mean: this is the RMS error, with its own gradient (0 / 0 where the prediction "
    "is perfect). The loss is the mean itself, without a root.",
)
def root_mean_square_and_its_gradient(x, y):
    d = differences(x, y)
    rms = np.sqrt(np.mean(d**2))
    return rms, d / (d.size * rms)


@mistake("mse_loss", "The gradient still has a square in it: taking the derivative lowers the power by one.")
def gradient_keeps_the_square(x, y):
    d = differences(x, y)
    return np.mean(d**2), 2 * d**2 / d.size


@mistake(
    "mse_loss",
    "You square the mean of the differences, so errors of opposite sign cancel. Square each one first, then average.",
)
def square_of_the_mean(x, y):
    d = differences(x, y)
    return np.mean(d) ** 2, np.full_like(d, 2 * np.mean(d) / d.size)


@mistake("mse_loss", "You square x and y separately. The square of a difference is not the difference of the squares.")
def difference_of_the_squares(x, y):
    differences(x, y)
    x, y = 1.0 * x, np.reshape(y, x.shape)
    return np.mean(x**2 - y**2), 2 * x / x.size


@mistake(
    "mse_loss",
    "NumPy broadcasts where shapes differ: (N,) against (N, 1) gives a table of N times N differences, every "
    "prediction against every target, and no error message. Compare the shapes first: reshape y to the shape of x "
    "where the two hold the same N values, and refuse the rest.",
)
def broadcasts_whatever_it_gets(x, y):
    d = 1.0 * x - y
    return np.mean(d**2), 2 * d / d.size


@mistake(
    "mse_loss",
    "Your function accepts shapes that do not belong together, and NumPy broadcasts or reshapes one into the other. "
    "Raise a ValueError there: a loss of mismatched numbers looks like any other loss.",
)
def refuses_nothing(x, y):
    y = y.reshape(x.shape) if y.size == x.size else y
    d = 1.0 * x - y
    return np.mean(d**2), 2 * d / d.size


@mistake(
    "mse_loss",
    "Any y with the right number of entries passes. Targets of shape (M, N) for predictions of shape (N, "
    "M) are then paired with the wrong numbers: compare the shapes, and raise a ValueError.",
)
def reshapes_whatever_fits(x, y):
    y = y.reshape(x.shape)
    return mse_loss(x, y)


@mistake(
    "mse_loss",
    "You refuse shapes that do not match, and that is right, but you raise an AssertionError. The docstring promises a "
    "ValueError, and the caller may catch only that.",
)
def refuses_with_an_assertion(x, y):
    assert x.shape == y.shape or x.size == y.size and 1 in (x.ndim, y.ndim)
    return mse_loss(x, y)


@mistake(
    "mse_loss",
    "You demand exactly the same shape. One output may be written as (N,) or as (N, 1): these are the same N values, "
    "and the exercise accepts either.",
)
def refuses_a_column(x, y):
    if x.shape != y.shape:
        raise ValueError("shapes differ")
    return mse_loss(x, y)


@mistake(
    "mse_loss",
    "You flatten x and y, and dx stays flat: its numbers are right, but it must have the shape of x. Flat arrays also "
    "hide shapes that do not match: compare those of x and y first.",
    alone=True,
)
def flattens_x_and_y(x, y):
    return mse_loss(x.ravel(), y.ravel())


@mistake(
    "mse_loss",
    "Where the shapes do not match, your function returns without an answer. A printed line is easily overlooked, "
    "and the program goes on: stop it with `raise ValueError(...)`.",
)
def returns_instead_of_raising(x, y):
    try:
        return mse_loss(x, y)
    except ValueError:
        return None


@mistake(
    "mse_loss",
    "dx comes out flat, or as a column, although x is not: dx must have the shape of x, whichever of the two shapes "
    "y has.",
)
def gradient_in_the_shape_of_y(x, y):
    loss, dx = mse_loss(x, y)
    return loss, dx.reshape(y.shape)


@mistake(
    "mse_loss",
    "One of the two is truncated to integers because the other holds integers: 2.7 has become 2. Convert integers to "
    "floats, never the other way around.",
)
def cut_to_integers(x, y):
    if x.dtype.kind == "i" or y.dtype.kind == "i":
        x, y = x.astype(int), y.astype(int)
    return mse_loss(x, y)


@mistake(
    "mse_loss",
    "For integer predictions your gradient is truncated to integers. Where does its dtype come from? "
    "`np.zeros_like(x)`, for example, copies the dtype of x: ask for floats.",
)
def gradient_in_the_dtype_of_x(x, y):
    loss, dx = mse_loss(x, y)
    return loss, dx.astype(x.dtype)


@mistake(
    "mse_loss",
    "The gradient is zero everywhere. Is there a `//` in your formula? That is integer division, which drops "
    "everything after the decimal point, and 2 // n is 0.",
)
def integer_division(x, y):
    loss, dx = mse_loss(x, y)
    return loss, dx * 0


@mistake(
    "mse_loss",
    "Only the last entry counts in your loss. In a loop, set the total to zero once, before the loop, and add to it "
    "in every pass.",
)
def total_starts_again(x, y):
    loss, dx = mse_loss(x, y)
    last = differences(x, y).flat[-1]
    return last**2 / x.size, dx


@mistake(
    "mse_loss",
    "Your function writes the differences into x, which belongs to the caller (and an array of integers cannot hold "
    "fractions). `x - y` makes a new array; `x -= y` overwrites the old one.",
)
def writes_into_x(x, y):
    loss, dx = mse_loss(x, y)
    x -= y.reshape(x.shape)
    return loss, dx


@mistake(
    "mse_loss",
    "Your function changes y, which belongs to the caller: the next call would get different targets. Make a new "
    "array.",
)
def writes_into_y(x, y):
    loss, dx = mse_loss(x, y)
    if y.dtype.kind == "f":
        y[...] = -differences(x, y).reshape(y.shape)
    return loss, dx


@mistake("mse_loss", "You return the loss and the gradient in the wrong order: the loss comes first.")
def gradient_first(x, y):
    return mse_loss(x, y)[::-1]


@mistake(
    "mse_loss",
    "The values are right, but your function gives y itself the shape of x, and y belongs to the caller. `reshape` "
    "returns a reshaped array and leaves y as it is.",
    alone=True,
)
def gives_y_the_shape_of_x(x, y):
    result = mse_loss(x, y)
    y.shape = x.shape
    return result


# rms_error


@mistake(
    "rms_error",
    "The root is missing: this is the mean squared error, in the square of the target's unit (meters become m²).",
)
def forgets_the_root(x, y):
    return mse_loss(x, y)[0]


@mistake(
    "rms_error",
    "You take the root of the sum. For N entries it is √N times too large, and it grows with every example. Take the "
    "mean first.",
)
def root_of_the_sum(x, y):
    return np.sqrt(np.sum(differences(x, y) ** 2))


@mistake(
    "rms_error",
    "You divide after taking the root: √(sum) / N. RMS takes the mean of the squares, so the division belongs under "
    "the root.",
)
def divides_outside_the_root(x, y):
    return np.sqrt(np.sum(differences(x, y) ** 2)) / x.size


@mistake(
    "rms_error",
    "With M outputs you divide by the number of examples, N: this is the typical length of an example's "
    "error. The mean over all entries divides by N times M.",
)
def divides_by_the_examples(x, y):
    return np.sqrt(np.sum(differences(x, y) ** 2) / len(x))


@mistake(
    "rms_error",
    "This is the mean absolute error, as if every square had its own root. RMS squares, averages, then takes one root.",
)
def mean_of_the_sizes(x, y):
    return np.mean(np.abs(differences(x, y)))


@mistake(
    "rms_error",
    "You average the RMS errors of the columns. The mean of several roots is not the root of the mean: "
    "average all squares, then take one root.",
)
def mean_of_the_roots(x, y):
    return np.mean(np.sqrt(np.mean(differences(x, y) ** 2, axis=0)))


@mistake(
    "rms_error",
    "The error comes out as one number per output: you take the mean only along axis 0. It should be one number for "
    "all outputs.",
)
def one_error_per_output(x, y):
    return np.sqrt(np.mean(differences(x, y) ** 2, axis=0))


@mistake("rms_error", "You average the differences before you square, so errors of opposite sign cancel. Square first.")
def errors_cancel(x, y):
    return np.abs(np.mean(differences(x, y)))


@mistake(
    "rms_error",
    "This is the standard deviation of the differences: it forgives an error that all predictions share. "
    "Predictions that are all 5 m too high should give an RMS error of 5 m, not 0.",
)
def standard_deviation_of_the_differences(x, y):
    return np.std(differences(x, y))


@mistake(
    "rms_error",
    "You return the largest error. RMS is the typical one: the root of the mean of the squares.",
)
def largest_error(x, y):
    return np.max(np.abs(differences(x, y)))


@mistake(
    "rms_error",
    "The error is √2 times too small: there is a factor 1/2 under the root. If you call your mse_loss, look there.",
)
def root_of_half_the_mean(x, y):
    return np.sqrt(mse_loss(x, y)[0] / 2)


@mistake(
    "rms_error",
    "You divide the error by the spread of the targets. That gives a ratio without a unit; the RMS error keeps the "
    "unit of the target.",
)
def relative_to_the_spread(x, y):
    return rms_error(x, y) / np.std(y)


@mistake(
    "rms_error",
    "Your mse_loss returns two things, the loss and its gradient, and you take the root of both. Unpack them first.",
)
def root_of_a_tuple(x, y):
    return np.sqrt(mse_loss(x, y))


@mistake(
    "rms_error",
    "You take the root of the gradient. mse_loss returns the loss first and dx second; you need the loss.",
)
def root_of_the_gradient(x, y):
    _, dx = mse_loss(x, y)
    return np.sqrt(np.mean(dx**2))


@mistake(
    "rms_error",
    "(N,) against (N, 1) gives every prediction against every target: N times N differences, and no error message. "
    "Compare the shapes first: make them agree where they hold the same N values, and refuse the rest.",
)
def every_prediction_against_every_target(x, y):
    return np.sqrt(np.mean((1.0 * x - y) ** 2))


@mistake(
    "rms_error",
    "Your function accepts shapes that do not belong together. Raise a ValueError there, or let mse_loss "
    "do it: an error of mismatched numbers looks like any other.",
)
def accepts_any_shapes(x, y):
    y = y.reshape(x.shape) if y.size == x.size else y
    return np.sqrt(np.mean((1.0 * x - y) ** 2))


@mistake(
    "rms_error",
    "Any two arrays with the same number of entries pass, so (M, N) is paired with (N, M) and the wrong numbers are "
    "compared. Compare the shapes, and raise a ValueError.",
)
def flattens_both(x, y):
    return rms_error(x.ravel(), y.ravel())


@mistake(
    "rms_error",
    "Predictions or targets are truncated to integers because the others are integers. Convert the integers to "
    "floats instead.",
)
def targets_cut_to_integers(x, y):
    if x.dtype.kind == "i" or y.dtype.kind == "i":
        x, y = x.astype(int), y.astype(int)
    return rms_error(x, y)


@mistake(
    "rms_error",
    "Where the shapes do not match, your function returns without an answer. A printed line is easily overlooked, "
    "and the program goes on: stop it with `raise ValueError(...)`.",
)
def gives_up_without_raising(x, y):
    try:
        return rms_error(x, y)
    except ValueError:
        return None


@mistake("rms_error", "The error is truncated to a whole number: 2.7 m has become 2 m. Return the float.")
def whole_numbers_only(x, y):
    return int(rms_error(x, y))


@mistake(
    "rms_error",
    "Your function overwrites x, which belongs to the caller. `x - y` makes a new array; `x -= y` does not.",
)
def overwrites_x(x, y):
    error = rms_error(x, y)
    x -= y.reshape(x.shape)
    return error


@mistake(
    "rms_error",
    "The values are right, but your function gives y itself the shape of x, and y belongs to the caller. `reshape` "
    "returns a reshaped array and leaves y as it is.",
    alone=True,
)
def y_takes_the_shape_of_x(x, y):
    result = rms_error(x, y)
    y.shape = x.shape
    return result
