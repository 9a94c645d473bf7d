"""Helpers for the tests of the reference."""

import numpy as np
from hypothesis import settings, strategies
from hypothesis.extra import numpy as arrays_of

from lessonkit.catalogue import exercises

EXERCISES = list(exercises())

# The same examples in every run, so that a failure can be repeated.
repeatable = settings(derandomize=True, deadline=None, max_examples=60, database=None)


def floats(shape, largest=1e3, dtype=np.float64):
    """Return a strategy for arrays of numbers up to `largest` in size; `shape` may itself be a strategy."""
    largest = float(np.dtype(dtype).type(largest))
    elements = strategies.floats(-largest, largest, width=np.dtype(dtype).itemsize * 8, allow_subnormal=False)
    return arrays_of.arrays(dtype, shape, elements=elements)


def shapes(max_dims=3, max_side=5):
    """Return a strategy for shapes with one to `max_dims` sides, none of them empty."""
    return arrays_of.array_shapes(min_dims=1, max_dims=max_dims, max_side=max_side)


def numerical_gradient(f, x, dout, h=1e-6):
    """Return central differences of sum(dout * f(x)), independent of the reference's own gradient check."""
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([np.sum(dout * (f(x + step) - f(x - step))) / (2 * h) for step in steps]).reshape(x.shape)


def agree(got, expected, tolerance=1e-7):
    """Assert the same shape, a floating dtype, and the same values."""
    assert np.shape(got) == np.shape(expected)
    assert np.issubdtype(np.asarray(got).dtype, np.floating)
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)
