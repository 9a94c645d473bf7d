"""The small examples of lesson 10."""

import numpy as np

from lessonkit.engine.check import example


@example("constant_baseline")
def one_training_example(code, rng):
    yield "predictions", code.constant_baseline(np.array([[1.0]]), np.array([4.0]), np.array([[2.0]]))


@example("constant_baseline")
def two_training_examples(code, rng):
    yield "predictions", code.constant_baseline(np.array([[1.0], [2.0]]), np.array([1.0, 4.0]), np.array([[5.0]]))


@example("constant_baseline")
def three_training_examples_and_two_to_answer_for(code, rng):
    X_train, y_train = np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 6.0])
    yield "predictions", code.constant_baseline(X_train, y_train, np.array([[5.0], [7.0]]))
    yield from zip(("X_train after the call", "y_train after the call", "X after the call"), code.after)


@example("linear_baseline")
def two_training_examples_of_one_feature(code, rng):
    X_train, y_train = np.array([[1.0], [2.0]]), np.array([5.0, 8.0])
    yield "predictions", code.linear_baseline(X_train, y_train, np.array([[4.0], [0.0]]))
    yield from zip(("X_train after the call", "y_train after the call", "X after the call"), code.after)


@example("linear_baseline")
def three_training_examples_that_lie_on_no_line(code, rng):
    X_train, y_train = np.array([[1.0], [2.0], [3.0]]), np.array([4.0, 7.0, 4.0])
    yield "predictions", code.linear_baseline(X_train, y_train, np.array([[4.0]]))


@example("linear_baseline")
def three_training_examples_of_two_features(code, rng):
    X_train, y_train = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([1.0, 3.0, 4.0])
    yield "predictions", code.linear_baseline(X_train, y_train, np.array([[2.0, 1.0]]))


def straight(code, D):
    """A network without a hidden layer: its scores are the sum of the inputs, plus 1."""
    net = code.FullyConnectedNet("regression", [], [], input_dim=D, output_dim=1, dtype="float64")
    net.params = {"W1": np.ones((D, 1)), "b1": np.ones(1)}
    return net


@example("predict")
def one_feature(code, rng):
    arguments = np.array([[1.0], [5.0]]), np.array([2.0, 8.0]), np.array([[7.0]])
    yield "predictions of a model that adds 1 to its input", code.predict(straight(code, 1), *arguments)
    yield from zip(("X_train after the call", "y_train after the call", "X after the call"), code.after[1:])


@example("predict")
def one_feature_of_two_examples(code, rng):
    arguments = np.array([[1.0], [5.0]]), np.array([2.0, 8.0]), np.array([[7.0], [3.0]])
    yield "predictions of a model that adds 1 to its input", code.predict(straight(code, 1), *arguments)


@example("predict")
def two_features(code, rng):
    arguments = np.array([[1.0, 2.0], [5.0, 4.0]]), np.array([2.0, 8.0]), np.array([[7.0, 3.0]])
    yield "predictions of a model that adds 1 to the sum of its inputs", code.predict(straight(code, 2), *arguments)
