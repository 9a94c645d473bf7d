"""The small examples of lesson 00."""

import numpy as np

from lessonkit.engine.check import example


@example("standardize")
def one_number(code, rng):
    yield "z", code.standardize(np.array([[5.0]]))


@example("standardize")
def one_column_of_two_numbers(code, rng):
    yield "z", code.standardize(np.array([[1.0], [5.0]]))
    yield "x after the call", code.after[0]


@example("standardize")
def three_columns_of_two_numbers(code, rng):
    yield "z", code.standardize(np.array([[1.0, 2.0, 9.0], [3.0, 8.0, 1.0]]))


@example("standardize")
def one_column_of_four_numbers(code, rng):
    yield "z", code.standardize(np.array([[8.0], [0.0], [2.0], [2.0]]))


@example("standardize")
def a_column_of_equal_numbers(code, rng):
    yield "z", code.standardize(np.array([[1.0, 3.0], [5.0, 3.0]]))


@example("standardize")
def two_whole_numbers(code, rng):
    yield "z", code.standardize(np.array([[1], [4]]))


@example("pairwise_differences")
def one_number_and_another(code, rng):
    yield "differences", code.pairwise_differences(np.array([[3.0]]), np.array([[1.0]]))
    yield "a after the call", code.after[0]
    yield "b after the call", code.after[1]


@example("pairwise_differences")
def two_rows_and_three(code, rng):
    a, b = np.array([[1.0, 2.0], [5.0, 7.0]]), np.array([[1.0, 4.0], [2.0, 2.0], [10.0, 9.0]])
    yield "differences", code.pairwise_differences(a, b)


@example("pairwise_differences")
def two_rows_and_two(code, rng):
    a, b = np.array([[1.0, 2.0], [5.0, 7.0]]), np.array([[1.0, 4.0], [2.0, 9.0]])
    yield "differences", code.pairwise_differences(a, b)


@example("pairwise_differences")
def a_smaller_byte_and_a_larger_one(code, rng):
    yield "differences", code.pairwise_differences(*np.array([[[1]], [[3]]], dtype=np.uint8))
