"""The small examples of lesson 06."""

import numpy as np

from lessonkit.checks.lesson_06 import GRADIENTS, LAYERS, forward_of, network_of, ordered, product
from lessonkit.engine.check import example


@example(*LAYERS)
def one_number(code, rng):
    _, cache = forward_of(code)(np.array([[2.0]]), np.array([[3.0]]), np.array([4.0]))
    yield from zip(GRADIENTS, code.under_test(np.array([[5.0]]), cache))


@example(*LAYERS)
def one_number_that_comes_out_negative(code, rng):
    _, cache = forward_of(code)(np.array([[2.0]]), np.array([[3.0]]), np.array([-7.0]))
    yield from zip(GRADIENTS, code.under_test(np.array([[5.0]]), cache))


@example(*LAYERS)
def one_example_with_two_inputs(code, rng):
    _, cache = forward_of(code)(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0]))
    yield from zip(GRADIENTS, code.under_test(np.array([[10.0]]), cache))


@example(*LAYERS)
def two_examples_with_two_inputs(code, rng):
    _, cache = forward_of(code)(*two_examples())
    dout = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    yield from zip(GRADIENTS, code.under_test(dout, cache))
    yield "dout after the call", code.after[0]
    for name, gradient in zip(GRADIENTS, code.under_test(dout, cache)):
        yield f"{name} of a second call with the same cache", gradient


def two_examples():
    """x, w and b of a layer of three neurons, of which some are off."""
    x, w = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([[5.0, 6.0, -7.0], [-8.0, 9.0, 1.0]])
    return x, w, np.array([1.0, 2.0, 3.0])


@example(*LAYERS)
def one_example_of_two_rows(code, rng):
    x, w = np.array([[[1.0, 2.0], [3.0, 4.0]]]), np.array([[1.0], [2.0], [3.0], [-1.0]])
    _, cache = forward_of(code)(x, w, np.array([5.0]))
    for name, gradient in zip(GRADIENTS, code.under_test(np.array([[10.0]]), cache)):
        yield f"{name} for an example of shape (2, 2)", gradient


@example(*LAYERS)
def one_number_in_two_layers(code, rng):
    x, b = np.array([[2.0]]), np.array([4.0])
    _, first = forward_of(code)(x, np.array([[3.0]]), b)
    _, second = forward_of(code)(x, np.array([[-3.0]]), b)
    dx, _, _ = code.under_test(np.array([[-5.0]]), first)
    other_dx, _, _ = code.under_test(np.array([[10.0]]), second)
    yield "dx summed over both layers (w = 3 and dout = -5 for the first)", np.add(dx, other_dx)


def tiny_network(code, weights, activation="relu", reg=0.0):
    """A network of one number in each hidden layer, and what it is in words: `weights` are its weights and biases in turn."""
    hidden, inputs = len(weights) // 2 - 1, np.size(weights[0])
    net = network_of(code, [inputs] + [1] * (hidden + 1), activation, reg)
    names = [f"{kind}{i}" for i in range(1, hidden + 2) for kind in "Wb"]
    net.params = {
        name: np.reshape(np.array(w, float), (-1, 1)[: 1 + (name[0] == "W")]) for name, w in zip(names, weights)
    }
    words = [f"reg = {reg:g}"] * bool(reg) + [f"{name} = {w}" for name, w in zip(names, weights)]
    return net, ", ".join([f"with {activation}"] * (hidden > 0) + words)


SMALL = [  # networks, examples and targets
    ((3, 1), [[2]], [[5]]),
    ((3, 1), [[2], [1]], [[4], [5]]),
    (([[3], [-1]], 1), [[2, 4]], [[5]]),
    ((3, 1, 2, -4), [[2]], [[7]]),
    ((3, 1, 2, -4), [[2], [1]], [[7], [5]]),
    ((3, -7, 2, -4), [[2]], [[-6]]),
    ((1, 1, 3, 1, 2, -4), [[2]], [[7]]),
    ((1, -1, 2, -4), [[2]], [[7]], "tanh"),
]


def small_losses(code, reg=0.0, loss_function=None):
    """The results that the small networks should give: the loss and the gradients of each, and the network in words.

    The worked entry shows X and y.
    """
    for weights, X, y, *activation in SMALL:
        net, words = tiny_network(code, weights, *activation, reg=reg)
        words = f"({words})"
        if loss_function:
            net.loss_function = loss_function
            words = f"with the sum of score times target as loss_function {words}"
        loss, grads = net.loss(np.array(X, float), np.array(y, float))
        yield words, loss, ordered(grads)


@example("TrainableNet")
def back_through_a_hidden_layer_of_one_number(code, rng):
    for weights, activation in [((3, 1), "relu"), ((3, -7), "relu"), ((1, -1), "tanh")]:
        net, words = tiny_network(code, (*weights, 1, 0), activation)
        _, cache = net.hidden_forward(1, np.array([[2.0]]))
        dh, grads = net.hidden_backward(1, np.array([[5.0]]), cache)
        yield f"dh (of hidden layer 1 for h = 2, {words})", dh
        yield f"grads (of hidden layer 1 for h = 2, {words})", ordered(grads)


@example("TrainableNet")
def scores_of_small_networks(code, rng):
    for weights, X, _, *activation in SMALL:
        net, words = tiny_network(code, weights, *activation)
        yield f"scores ({words})", net.loss(np.array(X, float))


@example("TrainableNet")
def losses_of_small_networks(code, rng):
    yield from ((f"loss {words}", loss) for words, loss, _ in small_losses(code))


@example("TrainableNet")
def gradients_of_small_networks(code, rng):
    yield from ((f"grads {words}", grads) for words, _, grads in small_losses(code))


@example("TrainableNet")
def losses_with_regularization(code, rng):
    yield from ((f"loss {words}", loss) for words, loss, _ in small_losses(code, reg=2.0))


@example("TrainableNet")
def gradients_with_regularization(code, rng):
    yield from ((f"grads {words}", grads) for words, _, grads in small_losses(code, reg=2.0))


@example("TrainableNet")
def losses_by_another_function(code, rng):
    yield from ((f"loss {words}", loss) for words, loss, _ in small_losses(code, loss_function=product))


@example("TrainableNet")
def gradients_by_another_function(code, rng):
    yield from ((f"grads {words}", grads) for words, _, grads in small_losses(code, loss_function=product))


@example("TrainableNet")
def a_second_call(code, rng):
    net, words = tiny_network(code, (3, 1, 2, -4), reg=2.0)
    for _ in range(2):
        loss, grads = net.loss(np.array([[2.0]]), np.array([[7.0]]))
    yield f"loss (of the second call, {words})", loss
    yield f"grads (of the second call, {words})", ordered(grads)
    yield f"params after the calls ({words})", ordered(net.params)
