"""The small examples of lesson 05."""

import numpy as np

from lessonkit.checks import builds_on
from lessonkit.checks.lesson_05 import LAYERS
from lessonkit.engine.check import example


def small_layer():
    """Two examples of two numbers, and a layer of three neurons, of which some are off."""
    return np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, -3.0, 1.0], [1.0, 1.0, -2.0]]), np.array([5.0, 1.0, 2.0])


@example(*LAYERS)
def one_number(code, rng):
    yield "out", code.under_test(np.array([[2.0]]), np.array([[3.0]]), np.array([4.0]))[0]


@example(*LAYERS)
def one_number_that_comes_out_negative(code, rng):
    yield "out", code.under_test(np.array([[2.0]]), np.array([[-3.0]]), np.array([1.0]))[0]


@example(*LAYERS)
def one_example_of_two_numbers(code, rng):
    yield "out", code.under_test(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))[0]


@example(*LAYERS)
def two_examples_of_two_numbers(code, rng):
    yield "out", code.under_test(*small_layer())[0]
    for name, value in zip("xwb", code.after):
        yield f"{name} after the call", value


@example(*LAYERS)
def one_example_of_two_rows(code, rng):
    x, w = np.array([[[1.0, 2.0], [3.0, 4.0]]]), np.array([[1.0], [2.0], [3.0], [-1.0]])
    yield "out for an example of shape (2, 2)", code.under_test(x, w, np.array([5.0]))[0]
    yield "x after the call", code.after[0]


@example(*LAYERS)
def whole_numbers(code, rng):
    yield "out for integer x", code.under_test(np.array([[3]]), np.array([[1.5]]), np.array([1.0]))[0]


@example(*LAYERS)
def what_is_left_of_one_example(code, rng):
    code.under_test(np.array([[-1.0, 2.0]]), np.array([[3.0], [-4.0]]), np.array([4.0]))
    for name, value in zip("xwb", code.after):
        yield f"{name} after the call", value


def tiny_network(code, weights, activation="relu"):
    """A network of one number in each layer, and what it is in words: `weights` are its weights and biases in turn."""
    hidden = len(weights) // 2 - 1
    net = code.ForwardNet(
        "regression", [1] * hidden, [False] * hidden, input_dim=1, output_dim=1,
        dtype="float64", activation=activation, rng=np.random.default_rng(0),
    )  # fmt: skip
    builds_on(code, "affine_forward")
    names = [f"{kind}{i}" for i in range(1, hidden + 2) for kind in "Wb"]
    net.params = {name: np.full((1, 1) if name[0] == "W" else 1, float(w)) for name, w in zip(names, weights)}
    words = [f"{name} = {w}" for name, w in zip(names, weights)]
    return net, ", ".join([f"with {activation}"] * (hidden > 0) + words)


@example("ForwardNet")
def a_hidden_layer_of_one_number(code, rng):
    for weights, activation in [((3, 1), "relu"), ((-3, 1), "relu"), ((1, -1), "tanh")]:
        net, words = tiny_network(code, (*weights, 1, 0), activation)
        out, _ = net.hidden_forward(1, np.array([[2.0]]))
        yield f"out (of hidden layer 1, {words})", out


@example("ForwardNet")
def networks_of_one_and_two_layers(code, rng):
    for weights in [(3, 1), (3, 1, -2, 5), (-3, 1, 2, -5)]:
        net, words = tiny_network(code, weights)
        scores, caches = net.forward(np.array([[2.0]]))
        yield f"scores ({words})", scores
        yield f"number of caches with {len(weights) // 2 - 1} hidden layers", len(caches)


@example("ForwardNet")
def networks_of_three_layers(code, rng):
    for weights, activation in [((3, 1, 2, -5, -1, 4), "relu"), ((1, -1, 3, 0, 2, 5), "tanh")]:
        net, words = tiny_network(code, weights, activation)
        scores, caches = net.forward(np.array([[2.0]]))
        yield f"scores ({words})", scores
        yield "number of caches with 2 hidden layers", len(caches)


@example("ForwardNet")
def what_is_left_of_a_network_and_its_input(code, rng):
    net, words = tiny_network(code, (3, 1, -2, 5))
    net.forward(np.array([[2.0]]))
    yield f"X after the call ({words})", code.after[0]
    params = net.params
    yield f"params after the call ({words})", {name: params[name] for name in sorted(params)}
