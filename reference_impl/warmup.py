"""Lesson 00: shapes and broadcasting.

As everywhere in the course, inputs are not modified, and outputs have a floating dtype: integers give float64,
float32 stays float32. Arrays whose shapes do not fit together raise a ValueError.
"""

import numpy as np

from .given.floats import as_float


def standardize(x):
    """Shift and scale every column to mean 0 and standard deviation 1.

    The standard deviation is the square root of the mean squared distance from the mean.

    Parameters
    ----------
    x : array of shape (N, D)
        One example per row, N at least 1; one feature per column.

    Returns
    -------
    z : array of shape (N, D)
        A column of equal values becomes zeros, without NaN and without a warning.

    Raises
    ------
    ValueError
        If `x` is not two-dimensional or has no rows.
    """
    if x.ndim != 2 or x.shape[0] == 0:
        raise ValueError(f"x must have shape (N, D) with N at least 1, got {x.shape}")
    # Not "std == 0": the mean of equal numbers may be off by a rounding error, and then the std is not exactly 0.
    constant = x.max(axis=0) == x.min(axis=0)
    centered = np.where(constant, 0, x - x.mean(axis=0))
    return centered / np.where(constant, 1, x.std(axis=0))


def pairwise_differences(a, b):
    """Subtract every row of `b` from every row of `a`.

    Parameters
    ----------
    a : array of shape (N, D)
    b : array of shape (M, D)

    Returns
    -------
    differences : array of shape (N, M, D)
        Entry (i, j) is the vector a_i - b_j.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must have shapes (N, D) and (M, D), got {a.shape} and {b.shape}")
    return as_float(a)[:, np.newaxis, :] - b[np.newaxis, :, :]
