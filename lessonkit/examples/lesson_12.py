"""The small examples of lesson 12."""

import itertools

import numpy as np

from lessonkit.checks.lesson_12 import GRADIENTS, forward, gradients, stored
from lessonkit.engine.check import example

# Small examples. Those of the layer add 3 to a variance of 1, or 12 to one of 4, so that the root is whole.

ONE_COLUMN = [[1.0], [3.0]], [2.0], [5.0]
THREE_COLUMNS = [[1.0, 4.0, 7.0], [3.0, 2.0, 9.0]], [2.0, 4.0, -6.0], [5.0, 1.0, 0.0]


def small_forward(code, arrays, **bn_param):
    """The output of a forward pass with the bn_param in words, and the running statistics after it."""
    words = ", ".join(f"{key} {value}" for key, value in bn_param.items()).replace(".0", "")
    given = {key: np.array(value) if isinstance(value, list) else value for key, value in bn_param.items()}
    out, _ = code.batchnorm_forward(*map(np.array, arrays), given)
    yield f"out ({words})", out
    for name, value in stored(code.after[3]):
        yield f"{name} ({words})", value
    for name, value in zip(("x", "gamma", "beta"), code.after):
        yield f"{name} after the call", value


@example("batchnorm_forward")
def one_column_in_training(code, rng):
    yield from small_forward(code, ONE_COLUMN, mode="train", eps=0.0, momentum=0.5)


@example("batchnorm_forward")
def three_columns_in_training(code, rng):
    yield from small_forward(code, THREE_COLUMNS, mode="train", eps=3.0, momentum=0.5)


@example("batchnorm_forward")
def running_statistics_in_training(code, rng):
    traces = {"running_mean": [6.0], "running_var": [9.0]}
    yield from small_forward(code, ([[1.0], [5.0]], [2.0], [5.0]), mode="train", eps=12.0, momentum=0.5, **traces)


@example("batchnorm_forward")
def statistics_without_the_output(code, rng):
    yield from itertools.islice(small_forward(code, ONE_COLUMN, mode="train", eps=3.0, momentum=0.5), 1, 3)


@example("batchnorm_forward")
def the_default_settings(code, rng):
    yield from small_forward(code, ONE_COLUMN, mode="train")


@example("batchnorm_forward")
def one_column_in_testing(code, rng):
    yield from small_forward(code, ONE_COLUMN, mode="test", eps=0.0, running_mean=[7.0], running_var=[4.0])


@example("batchnorm_forward")
def one_example_in_testing(code, rng):
    arrays = [[5.0]], [2.0], [1.0]
    yield from small_forward(code, arrays, mode="test", eps=3.0, running_mean=[7.0], running_var=[1.0])


@example("batchnorm_forward")
def integers_in_training(code, rng):
    yield from small_forward(code, ([[1], [3]], [2], [5]), mode="train", eps=3.0)


def small_backward(code, arrays, dout):
    """The gradients, by their names."""
    cache = forward(code, *map(np.array, arrays), eps=3.0)
    for words in ("eps 3", "eps 3, in a second call with the same cache"):
        for name, value in zip(GRADIENTS, code.batchnorm_backward(np.array(dout), cache)):
            yield f"{name} ({words})", value
        yield "dout after the call", code.after[0]


@example("batchnorm_backward")
def back_through_one_column(code, rng):
    yield from small_backward(code, ONE_COLUMN, [[1.0], [5.0]])


@example("batchnorm_backward")
def back_through_three_columns(code, rng):
    yield from small_backward(code, THREE_COLUMNS, [[1.0, 2.0, 3.0], [5.0, -4.0, 9.0]])


@example("batchnorm_backward")
def the_gradients_of_one_gamma_and_one_beta(code, rng):
    yield from itertools.islice(small_backward(code, ONE_COLUMN, [[1.0], [5.0]]), 1, 3)


@example("batchnorm_backward")
def the_gradients_of_three_gammas_and_betas(code, rng):
    yield from itertools.islice(small_backward(code, THREE_COLUMNS, [[1.0, 2.0, 3.0], [5.0, -4.0, 9.0]]), 1, 3)


BATCH = [[6], [2], [3], [3]]  # before batch norm these are 7, -1, 1, 1, with the mean 2 and the standard deviation 3
TARGETS = [[3], [8], [7], [5]]


def tiny_network(code, normalized=True, activation="relu", **statistics):
    """A network of one number in each layer with one hidden layer, and what it is in words."""
    net = code.FullyConnectedNet(
        "regression", [1], [normalized], input_dim=1, output_dim=1, dtype="float64", activation=activation, reg=2.0
    )
    params = {"W1": 2, "b1": -5, **({"gamma1": -3, "beta1": 2} if normalized else {}), "W2": 2, "b2": 1}
    net.params = {name: np.full((1, 1) if name[0] == "W" else 1, float(value)) for name, value in params.items()}
    net.bn_params = [{"mode": "train", **{name: np.array([float(value)]) for name, value in statistics.items()}}]
    return net, ", ".join(
        [f"with {activation}, reg = 2", *(f"{name} = {value}" for name, value in (params | statistics).items())]
    )


def tiny_training(code, **options):
    """A training step of that network: what it yields."""
    net, words = tiny_network(code, **options)
    loss, grads = net.loss(np.array(BATCH, float), np.array(TARGETS, float))
    yield f"loss ({words})", loss
    yield f"grads ({words})", gradients(grads, [options.get("normalized", True)])


@example("FullyConnectedNet")
def training_with_batch_norm(code, rng):
    yield from tiny_training(code)


@example("FullyConnectedNet")
def training_without_batch_norm(code, rng):
    yield from tiny_training(code, normalized=False)


@example("FullyConnectedNet")
def training_with_tanh(code, rng):
    yield from tiny_training(code, activation="tanh")


@example("FullyConnectedNet")
def statistics_after_training_and_scoring(code, rng):
    net, words = tiny_network(code)
    net.loss(np.array(BATCH, float), np.array(TARGETS, float))
    net.loss(np.array([[9.0]]))
    for name, value in stored(net.bn_params[0]):
        yield f"{name} (trained on X = {BATCH}, y = {TARGETS}, then scores of X = [[9]], {words})", value


@example("FullyConnectedNet")
def scores_of_a_tiny_network(code, rng):
    net, words = tiny_network(code, running_mean=-5, running_var=4)
    yield f"scores ({words})", net.loss(np.array([[3.0]]))
    for name, value in stored(net.bn_params[0]):
        yield f"{name} (after the scores, {words})", value


@example("FullyConnectedNet")
def first_scales_and_shifts(code, rng):
    params = code.FullyConnectedNet("regression", [1], [True], input_dim=1, output_dim=1).params
    yield from ((name, params.get(name)) for name in ("beta1", "gamma1"))
