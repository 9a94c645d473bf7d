"""The small examples of lesson 02."""

import numpy as np

from lessonkit.checks.lesson_02 import BOTH, results
from lessonkit.engine.check import example


@example(*BOTH)
def one_prediction(code, rng):
    yield from results(code, np.array([3.0]), np.array([1.0]), "one prediction")


@example(*BOTH)
def two_predictions(code, rng):
    yield from results(code, np.array([1.0, 2.0]), np.array([2.0, 9.0]), "two predictions")
    yield "x after the call", code.after[0]
    yield "y after the call", code.after[1]


@example(*BOTH)
def two_predictions_of_two_numbers(code, rng):
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 9.0], [2.0, -3.0]])
    yield from results(code, x, y, "two predictions of two numbers")


@example(*BOTH)
def predictions_in_a_column(code, rng):
    yield from results(code, np.array([[1.0], [2.0]]), np.array([2.0, 9.0]), "x of shape (2, 1) and y of shape (2,)")


@example(*BOTH)
def targets_in_a_column(code, rng):
    yield from results(code, np.array([1.0, 2.0]), np.array([[2.0], [9.0]]), "x of shape (2,) and y of shape (2, 1)")


@example(*BOTH)
def two_whole_numbers(code, rng):
    yield from results(code, np.array([1, 2]), np.array([2, 4]), "integers")


@example(*BOTH)
def halves_and_whole_numbers(code, rng):
    yield from results(code, np.array([1.5, 2.5]), np.array([1, 5]), "floating x and integer y")


@example(*BOTH)
def whole_numbers_and_halves(code, rng):
    yield from results(code, np.array([1, 5]), np.array([1.5, 2.5]), "integer x and floating y")


@example("mse_loss")
def the_gradient_for_one_prediction(code, rng):
    yield "dx", code.mse_loss(np.array([3.0]), np.array([1.0]))[1]


@example("mse_loss")
def the_gradient_for_two_predictions(code, rng):
    yield "dx", code.mse_loss(np.array([1.0, 2.0]), np.array([2.0, 9.0]))[1]


@example("mse_loss")
def the_gradient_for_two_predictions_of_two_numbers(code, rng):
    yield "dx", code.mse_loss(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 9.0], [2.0, -3.0]]))[1]
