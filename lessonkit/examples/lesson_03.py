"""The small examples of lesson 03."""

import numpy as np

from lessonkit.engine.check import example


@example("eval_numerical_gradient")
def a_cube(code, rng):
    grad = code.eval_numerical_gradient(lambda x: float(np.sum(x**3)), np.array([2.0]), 1.0)
    yield "grad of f(x) = the cube of x", grad
    yield "x after the call", code.after[1]


@example("eval_numerical_gradient")
def the_square_of_a_sum(code, rng):
    grad = code.eval_numerical_gradient(lambda x: float(np.sum(x)) ** 2, np.array([1.0, 3.0]), 0.5)
    yield "grad of f(x) = the square of the sum of x", grad
    yield "x after the call", code.after[1]


@example("eval_numerical_gradient")
def the_square_of_the_sum_of_a_row(code, rng):
    grad = code.eval_numerical_gradient(lambda x: float(np.sum(x)) ** 2, np.array([[1.0, 3.0, -2.0]]), 0.5)
    yield "grad of f(x) = the square of the sum of x", grad


@example("eval_numerical_gradient_array")
def the_cube_of_one_number(code, rng):
    grad = code.eval_numerical_gradient_array(lambda x: x**3, np.array([2.0]), np.array([3.0]), 1.0)
    yield "grad of f(x) = the cube of x", grad
    yield "x after the call", code.after[1]
    yield "df after the call", code.after[2]


@example("eval_numerical_gradient_array")
def the_cubes_of_two_numbers(code, rng):
    grad = code.eval_numerical_gradient_array(lambda x: x**3, np.array([1.0, 2.0]), np.array([3.0, -2.0]), 1.0)
    yield "grad of f(x) = the cubes of x", grad
    yield "x after the call", code.after[1]
    yield "df after the call", code.after[2]


@example("eval_numerical_gradient_array")
def two_numbers_times_their_sum(code, rng):
    def f(x):
        return x * np.sum(x)

    grad = code.eval_numerical_gradient_array(f, np.array([1.0, 2.0]), np.array([3.0, -2.0]), 0.5)
    yield "grad of f(x) = x times the sum of x", grad


@example("eval_numerical_gradient_array")
def the_cubes_of_a_row(code, rng):
    x, df = np.array([[1.0, 2.0]]), np.array([[3.0, -2.0]])
    yield "grad of f(x) = the cubes of x", code.eval_numerical_gradient_array(lambda x: x**3, x, df, 1.0)


@example("rel_error")
def one_number_and_another(code, rng):
    yield "error", code.rel_error(np.array([1.0]), np.array([3.0]))


@example("rel_error")
def two_numbers_and_two_others(code, rng):
    yield "error", code.rel_error(np.array([1.0, 9.0]), np.array([3.0, 7.0]))
    yield "x after the call", code.after[0]
    yield "y after the call", code.after[1]


@example("rel_error")
def negative_numbers(code, rng):
    yield "error", code.rel_error(np.array([-3.0]), np.array([-1.0]))


@example("rel_error")
def opposite_numbers(code, rng):
    yield "error", code.rel_error(np.array([3.0]), np.array([-1.0]))


@example("rel_error")
def zero_and_zero(code, rng):
    yield "error", code.rel_error(np.array([0.0]), np.array([0.0]))


@example("rel_error")
def plain_numbers(code, rng):
    yield "error", code.rel_error(1.0, 3.0)


def sum_of_cubes(x):
    """Its central difference with a step of 1 is 4 for every entry that is 1."""
    return float(np.sum(x**3))


@example("grad_check_sparse")
def a_gradient_that_is_too_large(code, rng):
    arguments = sum_of_cubes, np.array([1.0]), np.array([6.0]), 1, 1.0, np.random.default_rng(0)
    yield "errors for f(x) = the sum of the cubes of x", code.grad_check_sparse(*arguments)


@example("grad_check_sparse")
def a_gradient_of_the_wrong_sign(code, rng):
    arguments = sum_of_cubes, np.array([1.0]), np.array([-4.0]), 2, 1.0, np.random.default_rng(0)
    yield "errors for f(x) = the sum of the cubes of x", code.grad_check_sparse(*arguments)


@example("grad_check_sparse")
def two_entries_alike(code, rng):
    arguments = sum_of_cubes, np.array([1.0, 1.0]), np.array([6.0, 6.0]), 4, 1.0, np.random.default_rng(0)
    yield "errors for f(x) = the sum of the cubes of x", code.grad_check_sparse(*arguments)


@example("grad_check_sparse")
def no_gradient_at_all(code, rng):
    arguments = np.array([2.0]), np.array([0.0]), 1, 1.0, np.random.default_rng(0)
    yield "errors for f(x) = 5", code.grad_check_sparse(lambda x: 5.0, *arguments)


@example("grad_check_sparse")
def the_number_of_three_errors(code, rng):
    arguments = sum_of_cubes, np.array([1.0, 1.0]), np.array([4.0, 4.0]), 3, 1.0, np.random.default_rng(0)
    yield "number of errors", np.size(code.grad_check_sparse(*arguments))


@example("grad_check_sparse")
def with_three_checks(code, rng):
    arguments = sum_of_cubes, np.array([1.0, 1.0]), np.array([4.0, 4.0]), 3, 1.0, np.random.default_rng(0)
    yield "number of errors with num_checks = 3", np.size(code.grad_check_sparse(*arguments))
