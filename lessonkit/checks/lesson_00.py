"""The checks of lesson 00: standardized columns and pairwise differences."""

import numpy as np

from lessonkit.checks import two_sizes
from lessonkit.engine.check import check


def shuffled_steps(rng, rows, columns):
    """Whole numbers, each column in its own order: in no column are all rows alike."""
    return rng.permuted(np.tile(np.arange(rows)[:, np.newaxis], (1, columns)), axis=0)


def spread_columns(rng, rows, columns):
    """Columns of different means and widths, each with a spread far from zero."""
    jitter = rng.uniform(-0.3, 0.3, (rows, columns))
    size, place = rng.uniform(0.5, 3.0, columns), rng.uniform(2.0, 6.0, columns)
    return place + size * (shuffled_steps(rng, rows, columns) + jitter)


def three_sizes(rng):
    """N, M and D, all different."""
    return (int(n) for n in rng.permutation([2, 3, 4, 5])[:3])


# A tiny number added to the standard deviation, against division by zero, is within the tolerance.
@check("standardize", points=2, rtol=1e-4)
def gives_the_right_values(code, rng):
    yield "z", code.standardize(spread_columns(rng, *two_sizes(rng, 3, 7)))


@check("standardize", points=1, rtol=1e-4, of_property=True)
def turns_a_column_without_spread_into_zeros(code, rng):
    x = spread_columns(rng, *two_sizes(rng, 3, 7))
    x[:, rng.integers(x.shape[1])] = np.round(np.median(x))  # neither the smallest of all numbers nor the largest
    yield "z for an x with a column of equal values", code.standardize(x)
    yield "z for a single row", code.standardize(rng.integers(2, 6, (1, 3)) + 0.5)


@check("standardize", points=1, rtol=1e-4, of_property=True)
def gives_floats_for_integers(code, rng):
    rows, columns = two_sizes(rng, 3, 7)
    x = shuffled_steps(rng, rows, columns) * rng.integers(1, 5, columns) + rng.integers(2, 6, columns)
    yield "z for integer x", code.standardize(x)


@check("standardize", points=1, of_property=True)
def leaves_x_as_it_was(code, rng):
    x = spread_columns(rng, *two_sizes(rng, 3, 7))
    code.standardize(x)
    yield "x after the call", code.after[0]
    x[:, 0] = rng.integers(2, 6)
    code.standardize(x)
    yield "x with a column of equal values, after the call", code.after[0]


@check("pairwise_differences", points=2)
def subtracts_every_row_of_b_from_every_row_of_a(code, rng):
    N, M, D = three_sizes(rng)
    yield "differences", code.pairwise_differences(rng.normal(size=(N, D)), rng.normal(size=(M, D)))


@check("pairwise_differences", points=1, of_property=True)
def works_for_single_rows_and_columns_and_for_equal_numbers_of_rows(code, rng):
    for a_shape, b_shape in [((1, 3), (4, 3)), ((4, 3), (1, 3)), ((2, 1), (3, 1)), ((3, 2), (3, 2))]:
        differences = code.pairwise_differences(rng.normal(size=a_shape), rng.normal(size=b_shape))
        yield f"differences for shapes {a_shape} and {b_shape}", differences


@check("pairwise_differences", points=1, of_property=True)
def gives_floats_for_integers_and_bytes(code, rng):
    N, M, D = three_sizes(rng)
    a, b = rng.integers(1, 100, (N, D)), rng.integers(1, 100, (M, D))
    yield "differences for integers", code.pairwise_differences(a, b)
    high = b.astype(np.uint8) + 100  # so that a - b is negative, which a byte cannot be
    yield "differences for bytes (uint8)", code.pairwise_differences(a.astype(np.uint8), high)
    yield "differences for integer a and floating b", code.pairwise_differences(a, b + rng.uniform(0.2, 0.8, b.shape))
    yield "differences for floating a and integer b", code.pairwise_differences(a + rng.uniform(0.2, 0.8, a.shape), b)


@check("pairwise_differences", points=1, of_property=True)
def leaves_a_and_b_as_they_were(code, rng):
    N, M, D = three_sizes(rng)
    code.pairwise_differences(rng.normal(size=(N, D)), rng.normal(size=(M, D)))
    yield "a after the call", code.after[0]
    yield "b after the call", code.after[1]
