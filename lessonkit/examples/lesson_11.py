"""The small examples of lesson 11."""

import numpy as np

from lessonkit.engine.check import example


def small_scores():
    """Two examples for three classes, with probabilities of 1/4, 1/4, 1/2 and 3/8, 1/8, 1/2; and their right classes."""
    return np.log([[1.0, 1.0, 2.0], [3.0, 1.0, 4.0]]), np.array([2, 0])


@example("softmax_loss")
def two_equal_scores(code, rng):
    loss, dx = code.softmax_loss(np.array([[0.0, 0.0]]), np.array([1]))
    yield "loss", loss
    yield "dx", dx
    yield from zip(("x after the call", "y after the call"), code.after)


@example("softmax_loss")
def two_examples_of_equal_scores(code, rng):
    loss, dx = code.softmax_loss(np.zeros((2, 2)), np.array([0, 1]))
    yield "loss", loss
    yield "dx", dx


@example("softmax_loss")
def two_examples_for_three_classes(code, rng):
    loss, dx = code.softmax_loss(*small_scores())
    yield "loss", loss
    yield "dx", dx
    yield from zip(("x after the call", "y after the call"), code.after)


@example("softmax_loss")
def whole_numbers(code, rng):
    loss, dx = code.softmax_loss(np.array([[1, 1], [2, 2]]), np.array([1, 0]))
    yield "loss of integer scores", loss
    yield "dx of integer scores", dx


@example("softmax_loss")
def the_gradient_for_two_equal_scores(code, rng):
    yield "dx", code.softmax_loss(np.array([[0.0, 0.0]]), np.array([1]))[1]


@example("softmax_loss")
def the_gradient_for_two_examples_of_equal_scores(code, rng):
    yield "dx", code.softmax_loss(np.zeros((2, 2)), np.array([0, 1]))[1]


@example("softmax_loss")
def the_gradient_for_two_examples(code, rng):
    yield "dx", code.softmax_loss(*small_scores())[1]
