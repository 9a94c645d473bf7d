"""The checks of lesson 06: gradients back through a layer, and a network's loss with the gradients of all its parameters.

The kinks of ReLU are far away in every gradient that is compared with a numerical one: `layer` sees to that.
"""

import numpy as np

from lessonkit.checks import (
    as_it_was,
    away_from_zero,
    builds_on,
    contents,
    different_sizes,
    in_floats,
    layer,
    network_params,
    numerical_gradient,
    whole_numbers,
)
from lessonkit.engine.check import check
from lessonkit.engine.values import counted

LAYERS = ("affine_backward", "affine_relu_backward")
GRADIENTS = ("dx", "dw", "db")


def forward_of(code):
    """The forward pass that belongs to the backward pass under test."""
    return getattr(code, code.exercise.replace("backward", "forward"))


def gradients(code, rng, x, w, b):
    """The upstream gradient, and what the student returns for it: ``dout, (dx, dw, db)``."""
    out, cache = forward_of(code)(x, w, b)
    dout = away_from_zero(rng, out.shape)
    return dout, code.under_test(dout, cache)


@check(*LAYERS, points=1)
def gives_the_right_gradients_for_one_example(code, rng):
    builds_on(code, "affine_backward")
    x, w, b = layer(rng, 1, (2,), 3)
    if x[0] @ w[:, 0] + b[0] < 0:  # one neuron is on, so that not every gradient is zero
        w[:, 0], b[0] = -w[:, 0], -b[0]
    _, cache = forward_of(code)(x, w, b)
    dout = rng.choice([-3.0, -2, -1, 1, 2, 3], (1, 3))
    yield from zip(GRADIENTS, code.under_test(dout, cache))


@check(*LAYERS, points=2)
def agrees_with_numerical_gradients(code, rng):
    builds_on(code, "affine_backward")
    N, D, M = different_sizes(rng, 3, low=3)
    arguments = layer(rng, N, (D,), M)
    dout, found = gradients(code, rng, *arguments)
    forward = forward_of(code)
    for place, (name, gradient) in enumerate(zip(GRADIENTS, found)):

        def outputs(stepped):
            calls = [(*arguments[:place], each, *arguments[place + 1 :]) for each in stepped]
            return [out for out, _ in code.map(forward.name, calls)]

        # linear between the kinks, so two points are exact
        yield name, gradient, numerical_gradient(outputs, arguments[place], dout, h=1 / 16, points=2)


@check(*LAYERS, points=1, of_property=True)
def gives_every_gradient_as_floats_in_the_shape_of_its_array(code, rng):
    builds_on(code, "affine_backward")
    for inputs in [(2, 3), (3, 1, 2)]:
        N, M = different_sizes(rng, 2, low=4, high=6)  # not 6, which is D
        _, found = gradients(code, rng, *layer(rng, N, inputs, M))
        for name, gradient in zip(GRADIENTS, found):
            yield f"{name} for examples of shape {inputs}", gradient
    x, w, b = layer(rng, 4, (3,), 2)
    shifts = rng.permutation([40, -50])  # more than any weighted sum: the ReLU is on in one unit and off in the other
    whole = {"x": (np.trunc(2 * x).astype(int), w, b), "w and b": (x, w.astype(int), shifts)}
    for which, arguments in whole.items():
        _, cache = forward_of(code)(*arguments)
        dout = away_from_zero(rng, (4, 2))
        for name, gradient in zip(GRADIENTS, code.under_test(dout, cache)):
            yield f"{name} for integer {which}", gradient
    _, cache = forward_of(code)(x + 0.3, w + 0.2, shifts)
    for name, gradient in zip(GRADIENTS, code.under_test(whole_numbers(rng, (4, 2)), cache)):
        yield f"{name} for integer dout", in_floats(gradient)


@check(*LAYERS, points=1, of_property=True)
def keeps_two_layers_on_one_input_apart(code, rng):
    builds_on(code, "affine_backward")
    N, D, M = different_sizes(rng, 3, low=3)
    x, w, b = layer(rng, N, (D,), M)
    _, v, c = layer(rng, N, (D,), M)
    _, first = forward_of(code)(x, w, b)
    _, second = forward_of(code)(x, v, c)
    dx, dw, db = code.under_test(away_from_zero(rng, (N, M)), first)
    other_dx, dv, dc = code.under_test(away_from_zero(rng, (N, M)), second)
    yield "dx summed over both layers", dx + other_dx if np.shape(dx) == np.shape(other_dx) == x.shape else dx
    yield from zip(("dw", "db", "dw of the second layer", "db of the second layer"), (dw, db, dv, dc))


@check(*LAYERS, points=1, of_property=True)
def leaves_dout_and_the_cache_as_they_were(code, rng):
    builds_on(code, "affine_backward")
    N, D, M = different_sizes(rng, 3, low=3)
    out, cache = forward_of(code)(*layer(rng, N, (D,), M))
    code.under_test(away_from_zero(rng, out.shape), cache)
    yield "dout after the call", code.after[0]
    for name, gradient in zip(GRADIENTS, code.under_test(np.ones(out.shape), cache)):
        yield f"{name} of a second call with the same cache", gradient
    out, cache = forward_of(code)(*layer(rng, N, (3, 2), M))
    before = contents(cache)
    code.under_test(away_from_zero(rng, out.shape), cache)
    yield "the cache after the call", as_it_was(contents(cache), before)


# TrainableNet


def network(code, rng, dims, activation="relu", reg=0.0):
    """A student's network with known parameters."""
    net = network_of(code, dims, activation, reg)
    net.params = network_params(rng, dims)
    return net


def network_of(code, dims, activation, reg):
    """A student's network, with the parameters that it has drawn."""
    return code.TrainableNet(
        "regression", list(dims[1:-1]), [False] * (len(dims) - 2), input_dim=dims[0], output_dim=dims[-1],
        reg=reg, dtype="float64", activation=activation, rng=np.random.default_rng(0),
    )  # fmt: skip


def networks(code, rng, reg=0.0):
    """Networks with 0, 1 and 2 hidden layers and sizes that all differ, each with examples and targets."""
    for hidden_layers, activation in [(0, "relu"), (1, "relu"), (2, "tanh")]:
        N, *dims = different_sizes(rng, hidden_layers + 3)
        net = network(code, rng, dims, activation, reg)
        words = f"with {counted(hidden_layers, 'hidden layer')}"
        yield words, net, away_from_zero(rng, (N, dims[0])), rng.normal(size=(N, dims[-1]))


def product(scores, y):
    """A loss function from no lesson, and its gradient: the sum over all scores of score times target."""
    return float(np.sum(scores * y)), np.array(y)


def with_another_loss(code, rng):
    """A network that was given another loss function, examples, and targets."""
    N, *dims = different_sizes(rng, 4)
    net = network(code, rng, dims)
    net.loss_function = product
    return net, away_from_zero(rng, (N, dims[0])), away_from_zero(rng, (N, dims[-1]))


def ordered(grads):
    """The same dict with its keys in alphabetical order; anything else stays as it is."""
    return {name: grads[name] for name in sorted(grads)} if isinstance(grads, dict) else grads


@check("TrainableNet", points=1)
def goes_back_through_a_hidden_layer(code, rng):
    builds_on(code, "affine_backward")
    for activation in ("relu", "tanh"):
        dims = different_sizes(rng, 4)
        net = network(code, rng, dims, activation)
        for i in (2, 1):
            out, cache = net.hidden_forward(i, away_from_zero(rng, (7, dims[i - 1])))
            dh, grads = net.hidden_backward(i, away_from_zero(rng, out.shape), cache)
            yield f"dh of hidden layer {i} with {activation}", dh
            yield f"grads of hidden layer {i} with {activation}", ordered(grads)


@check("TrainableNet", points=1)
def gives_scores_without_targets_and_a_loss_with_them(code, rng):
    for words, net, X, y in networks(code, rng):
        yield f"scores {words}", net.loss(X)
        loss, _ = net.loss(X, y)
        yield f"loss {words}", loss
    net, X, y = with_another_loss(code, rng)
    loss, _ = net.loss(X, y)
    yield "loss with another loss_function", loss


@check("TrainableNet", points=2)
def gives_the_gradient_of_every_parameter(code, rng):
    builds_on(code, "affine_backward")
    for words, net, X, y in networks(code, rng):
        _, grads = net.loss(X, y)
        yield f"grads {words}", ordered(grads)
    net, X, y = with_another_loss(code, rng)
    _, grads = net.loss(X, y)
    yield "grads with another loss_function", ordered(grads)


@check("TrainableNet", points=1)
def adds_the_regularization_to_the_loss(code, rng):
    for words, net, X, y in networks(code, rng, reg=float(rng.uniform(0.3, 0.9))):
        loss, _ = net.loss(X, y)
        yield f"loss {words}", loss


@check("TrainableNet", points=1)
def adds_the_regularization_to_the_gradients(code, rng):
    builds_on(code, "affine_backward")
    for words, net, X, y in networks(code, rng, reg=float(rng.uniform(0.3, 0.9))):
        _, grads = net.loss(X, y)
        yield f"grads {words}", ordered(grads)


@check("TrainableNet", points=1, of_property=True)
def takes_any_examples_and_leaves_everything_as_it_was(code, rng):
    builds_on(code, "affine_backward")
    for N, shape in [(1, (5,)), (4, (3, 2))]:
        net = network(code, rng, [int(np.prod(shape)), 3, 2], "tanh", reg=0.25)
        X, y = away_from_zero(rng, (N, *shape)), rng.normal(size=(N, 2))
        given = f"{counted(N, 'example')} of shape {shape}"
        for call in ("first", "second"):
            loss, grads = net.loss(X, y)
            yield f"loss of the {call} call with {given}", loss
            yield f"grads of the {call} call with {given}", ordered(grads)
        yield "X after the calls", code.after[0]
        yield "y after the calls", code.after[1]
        yield "params after the calls", ordered(net.params)
    net = network(code, rng, [4, 3, 2], "relu")
    loss, grads = net.loss(rng.integers(-3, 4, (3, 4)), rng.integers(-3, 4, (3, 2)))
    yield "loss of integer X and y", loss
    yield "grads of integer X and y", ordered(grads)
    out, cache = net.hidden_forward(1, away_from_zero(rng, (5, 4)))
    before = contents(cache)
    net.hidden_backward(1, away_from_zero(rng, out.shape), cache)
    yield "dout after hidden_backward", code.after[1]
    yield "the cache after hidden_backward", as_it_was(contents(code.after[2]), before)
