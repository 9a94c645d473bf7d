"""Lesson 03: is a gradient right? Compare it with what the definition of the derivative gives.

The functions f may ignore their argument and read the same array elsewhere: a network's loss reads its own
parameters. So the entries of x itself are changed, one at a time, and changed back. Afterwards x holds exactly what
it held before, even if f fails. Use float64: in float32, a step of 1e-5 drowns in rounding errors.
"""

import numpy as np

from .given.floats import as_float


def eval_numerical_gradient(f, x, h=1e-5):
    """Return the gradient of a function that returns one number, by central differences.

    df/dx_i = (f(x with x_i + h) - f(x with x_i - h)) / (2 h), one entry at a time

    Parameters
    ----------
    f : callable
        Takes `x` and returns a number. It may read the array elsewhere: change `x` itself, not a copy.
    x : floating array of any shape
        Afterwards it holds exactly what it held before.
    h : float

    Returns
    -------
    grad : array of the shape of x

    Raises
    ------
    ValueError
        If `x` holds integers: they cannot take a small step.
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype}")
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        original = x[i]
        try:
            x[i] = original + h
            f_plus = f(x)
            x[i] = original - h
            f_minus = f(x)
        finally:
            x[i] = original
        grad[i] = (f_plus - f_minus) / (2 * h)
    return grad


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """Return the gradient of sum(df * f(x)), where f(x) is an array, by central differences.

    If `df` is the gradient of a loss with respect to f(x), this is what a backward function computes.

    Parameters
    ----------
    f : callable
        Takes `x` and returns an array, perhaps `x` itself. It may read the array elsewhere: change `x` itself.
    x : floating array of any shape
        Afterwards it holds exactly what it held before.
    df : array of the shape of f(x)
    h : float

    Returns
    -------
    grad : array of the shape of x

    Raises
    ------
    ValueError
        If `x` holds integers, or if `df` and f(x) have different shapes.
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype}")
    if np.shape(f(x)) != np.shape(df):
        raise ValueError(f"df must have the shape of f(x), {np.shape(f(x))}, got {np.shape(df)}")
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        original = x[i]
        try:
            x[i] = original + h
            f_plus = np.array(f(x))  # a copy: f may return x itself, which is about to change
            x[i] = original - h
            f_minus = np.array(f(x))
        finally:
            x[i] = original
        grad[i] = np.sum(df * (f_plus - f_minus)) / (2 * h)
    return grad


def rel_error(x, y):
    """Return the largest relative error between the entries of two arrays.

    error = largest over all entries of |x - y| / max(10^-8, |x| + |y|), so two zeros give 0

    Parameters
    ----------
    x, y : arrays of the same shape, or numbers

    Returns
    -------
    error : float

    Raises
    ------
    ValueError
        If the shapes differ or there are no entries.
    """
    x, y = as_float(x), as_float(y)
    if x.shape != y.shape or x.size == 0:
        raise ValueError(f"x and y must have the same shape and not be empty, got {x.shape} and {y.shape}")
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))))


def grad_check_sparse(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    """Check a gradient at a few entries chosen at random, and print one line for each.

    numerical: 1.234567 analytic: 1.234568, relative error: 4.050001e-07

    Parameters
    ----------
    f, x, h
        As for `eval_numerical_gradient`; `x` has at least one entry.
    analytic_grad : array of the shape of x
    num_checks : int
        How many entries to draw, independently of one another: the same entry may come twice.
    rng : numpy.random.Generator, optional
        Draws the entries.

    Returns
    -------
    errors : array of shape (num_checks,)
        Relative errors of the central differences, as `rel_error` defines them.

    Raises
    ------
    ValueError
        If `analytic_grad` and `x` have different shapes, or if `x` holds integers or is empty.
    """
    if not np.issubdtype(x.dtype, np.floating) or x.size == 0:
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype} of shape {x.shape}")
    if np.shape(analytic_grad) != x.shape:
        raise ValueError(f"analytic_grad must have the shape of x, {x.shape}, got {np.shape(analytic_grad)}")
    rng = np.random.default_rng() if rng is None else rng
    errors = np.zeros(num_checks)
    for check in range(num_checks):
        i = tuple(rng.integers(n) for n in x.shape)
        original = x[i]
        try:
            x[i] = original + h
            f_plus = f(x)
            x[i] = original - h
            f_minus = f(x)
        finally:
            x[i] = original
        numerical, analytic = (f_plus - f_minus) / (2 * h), analytic_grad[i]
        errors[check] = rel_error(numerical, analytic)
        print(f"numerical: {numerical:f} analytic: {analytic:f}, relative error: {errors[check]:e}")
    return errors
