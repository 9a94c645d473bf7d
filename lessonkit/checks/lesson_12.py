"""The checks of lesson 12, batch normalization: the layer, its gradients, and a network that uses it."""

import numpy as np

from lessonkit.checks import (
    as_it_was,
    away_from_zero,
    contents,
    in_floats,
    numerical_gradient,
    two_sizes,
    whole_numbers,
)
from lessonkit.engine.check import check

STATISTICS = ("running_mean", "running_var")
GRADIENTS = ("dx", "dgamma", "dbeta")


def batch(rng, N=None, D=None):
    """x, gamma and beta; the columns of x differ in mean and width, and one is so narrow that eps matters."""
    if N is None:
        N, D = two_sizes(rng, 3, 7)
    place, width = rng.uniform(-3, 3, D), rng.uniform(0.5, 3, D)
    narrow = rng.integers(D)
    place[narrow], width[narrow] = 0, 3e-3
    return place + width * rng.normal(size=(N, D)), rng.uniform(0.5, 2, D), rng.normal(size=D)


def statistics(rng, D):
    """Running statistics as they may be after some training."""
    return {"running_mean": rng.normal(size=D), "running_var": rng.uniform(0.5, 3, D)}


def stored(bn_param):
    """The running statistics in a bn_param, each with its name."""
    for name in STATISTICS:
        yield name, bn_param.get(name)


# batchnorm_forward


@check("batchnorm_forward", points=2)
def standardizes_scales_and_shifts_in_training(code, rng):
    out, _ = code.batchnorm_forward(*batch(rng), {"mode": "train"})
    yield "out", out
    out, _ = code.batchnorm_forward(*batch(rng), {"mode": "train", "eps": 0.02})
    yield "out with eps 0.02", out


@check("batchnorm_forward", points=1)
def keeps_running_statistics_in_training(code, rng):
    N, D = two_sizes(rng, 3, 7)
    bn_param = {"mode": "train"}
    for count in (1, 2):
        code.batchnorm_forward(*batch(rng, N + count, D), bn_param)
        bn_param = code.after[3]
        for name, value in stored(bn_param):
            yield f"{name} after batch {count}", value
    code.batchnorm_forward(*batch(rng, N, D), {"mode": "train", "momentum": 0.7, "eps": 0.05, **statistics(rng, D)})
    for name, value in stored(code.after[3]):
        yield f"{name} with momentum 0.7", value


@check("batchnorm_forward", points=1)
def uses_the_running_statistics_in_testing(code, rng):
    N, D = two_sizes(rng, 3, 7)
    for count in (N, 1):
        out, _ = code.batchnorm_forward(*batch(rng, count, D), {"mode": "test", "eps": 0.1, **statistics(rng, D)})
        yield f"out for {count} example{'s' * (count > 1)}", out
        for name, value in zip(("x", "gamma", "beta"), code.after):
            yield f"{name} after the call", value
        for name, value in stored(code.after[3]):
            yield f"{name} after the call", value


@check("batchnorm_forward", points=1, of_property=True)
def works_for_any_batch_and_leaves_it_as_it_was(code, rng):
    x, gamma, beta = batch(rng)
    x[:, 0] = 2.5
    out, _ = code.batchnorm_forward(x, gamma, beta, {"mode": "train"})
    yield "out for a batch with a constant column", out
    for name, value in zip(("x", "gamma", "beta"), code.after):
        yield f"{name} after the call", value
    out, _ = code.batchnorm_forward(*batch(rng, 1, 4), {"mode": "train"})
    yield "out for a single example", out
    whole = rng.permutation(np.arange(12)).reshape(4, 3), np.array([1, 2, 3]), np.array([0, 1, -1])
    out, _ = code.batchnorm_forward(*whole, {"mode": "train"})
    yield "out for integers", out
    for name, value in stored(code.after[3]):
        yield f"{name} of integers", value
    out, _ = code.batchnorm_forward(*whole, {"mode": "test", **statistics(rng, 3)})
    yield "out for integers in testing", out


# batchnorm_backward


def forward(code, x, gamma, beta, **options):
    """The cache of a training step."""
    return code.batchnorm_forward(x, gamma, beta, {"mode": "train", **options})[1]


def rising_with(x, rng):
    """An upstream gradient that rises with x in every column, so that no sum over the batch nearly cancels to zero.

    The digits of float32 would not be enough for such a sum, and where it stands alone nothing larger is beside it.
    """
    return np.take_along_axis(np.sort(rng.uniform(0.2, 2, x.shape), axis=0), x.argsort(axis=0).argsort(axis=0), axis=0)


@check("batchnorm_backward", points=1)
def gives_the_gradients_of_gamma_and_beta(code, rng):
    x, gamma, beta = batch(rng)
    _, dgamma, dbeta = code.batchnorm_backward(rng.normal(size=x.shape), forward(code, x, gamma, beta))
    yield "dgamma", dgamma
    yield "dbeta", dbeta


@check("batchnorm_backward", points=2)
def gives_the_gradient_of_x(code, rng):
    N, D = two_sizes(rng, 3, 7)
    x, gamma, beta = rng.uniform(-3, 3, D) + rng.uniform(0.8, 2, D) * rng.normal(size=(N, D)), *batch(rng, N, D)[1:]
    dout = rng.normal(size=x.shape)
    dx, _, _ = code.batchnorm_backward(dout, forward(code, x, gamma, beta, eps=0.3))

    def outputs(inputs):
        runs = [(each, gamma, beta, {"mode": "train", "eps": 0.3}) for each in inputs]
        return [out for out, _ in code.map("batchnorm_forward", runs)]

    yield "dx", dx, numerical_gradient(outputs, x, dout)


@check("batchnorm_backward", points=1, of_property=True)
def works_for_narrow_columns_and_integers_and_any_batch_size(code, rng):
    for N, D in [(5, 3), (1, 4), (6, 1)]:
        x, gamma, beta = batch(rng, N, D)
        dx, dgamma, dbeta = code.batchnorm_backward(rising_with(x, rng), forward(code, x, gamma, beta))
        yield f"dx for x of shape {(N, D)}", dx
        yield f"dgamma for x of shape {(N, D)}", dgamma
        yield f"dbeta for x of shape {(N, D)}", dbeta
    x, gamma, beta = whole_numbers(rng, (5, 3), 1, 9), np.array([1, 2, 3]), np.array([0, 1, -1])
    gradients_of_integers = code.batchnorm_backward(away_from_zero(rng, x.shape), forward(code, x, gamma, beta))
    for name, value in zip(("dx", "dgamma", "dbeta"), gradients_of_integers):
        yield f"{name} for integer x, gamma and beta", value
    dout, cache = whole_numbers(rng, x.shape, 10, 90), forward(code, *batch(rng, *x.shape))
    for name, value in zip(("dx", "dgamma", "dbeta"), code.batchnorm_backward(dout, cache)):
        yield f"{name} for integer dout", in_floats(value)


@check("batchnorm_backward", points=1, of_property=True)
def leaves_dout_and_the_cache_as_they_were(code, rng):
    x, gamma, beta = batch(rng)
    cache = forward(code, x, gamma, beta)
    code.batchnorm_backward(rng.normal(size=x.shape), cache)
    yield "dout after the call", code.after[0]
    again = code.batchnorm_backward(rng.normal(size=x.shape), cache)
    for name, value in zip(GRADIENTS, again):
        yield f"{name} of a second call with the same cache", value
    cache = forward(code, x, gamma, beta)
    before = contents(cache)
    code.batchnorm_backward(rng.normal(size=x.shape), cache)
    yield "the cache after the call", as_it_was(contents(cache), before)


# FullyConnectedNet


def network(code, rng, category, hidden, normalization, activation, **options):
    """A network with parameters that the check has drawn, a batch, and its targets."""
    N, (inputs, outputs) = int(rng.integers(8, 12)), two_sizes(rng, 3, 7)
    options = {"input_dim": inputs, "output_dim": outputs, "dtype": "float64", "activation": activation, **options}
    net = code.FullyConnectedNet(category, hidden, normalization, **options)
    net.params = parameters(rng, [inputs, *hidden, outputs], normalization, activation)
    X = rng.uniform(-1.5, 1.5, (N, inputs))
    y = rng.integers(0, outputs, N) if category == "classification" else rng.normal(size=(N, outputs))
    return net, X, y


def parameters(rng, dims, normalization, activation):
    """Parameters for `network`.

    For ReLU the shifts outweigh all else: half the units are on for every example, the others off, and none is so close
    to the kink that float32 could cross it.
    """
    shifts, scales = {"relu": ((2, 2.5), (0.4, 0.75)), "tanh": ((0.1, 0.5), (1, 2))}[activation]
    params = {}
    for i, (fan_in, fan_out) in enumerate(zip(dims, dims[1:]), start=1):
        params[f"W{i}"] = away_from_zero(rng, (fan_in, fan_out), low=0.3, high=1) / np.sqrt(fan_in)
        shift = rng.permutation(np.resize([-1, 1], fan_out)) * rng.uniform(*shifts, fan_out)
        if i <= len(normalization) and normalization[i - 1]:
            params[f"b{i}"] = rng.normal(size=fan_out)
            params[f"gamma{i}"], params[f"beta{i}"] = rng.uniform(*scales, fan_out), shift
        else:
            params[f"b{i}"] = shift
    return params


def in_order(values):
    """A dict with its keys in alphabetical order: the order in which they were added is free."""
    return {key: values[key] for key in sorted(values)}


def gradients(grads, normalization):
    """All gradients; that of a bias before batch norm is zero except for rounding errors, which are removed."""
    if not isinstance(grads, dict):
        return grads
    zero = [f"b{i}" for i, normalized in enumerate(normalization, start=1) if normalized]
    return {
        name: np.where(np.abs(grad) < 1e-3, 0.0, grad) if name in zero else grad
        for name, grad in in_order(grads).items()
    }


@check("FullyConnectedNet", points=1)
def starts_with_the_right_parameters(code, rng):
    inputs, first, second, third, outputs = (int(n) for n in 2 + rng.permutation(6)[:5])
    net = code.FullyConnectedNet(
        "regression", [first, second, third], [True, False, True], input_dim=inputs, output_dim=outputs
    )
    params = in_order(net.params)
    yield "names in params", ", ".join(params)
    for name, value in params.items():
        # Weights are drawn at random: only their shape is checked here.
        yield name, np.zeros(value.shape) if name.startswith("W") else value
        yield f"dtype of {name}", str(value.dtype)
    yield "modes in bn_params", [bn_param.get("mode") for bn_param in net.bn_params]


@check("FullyConnectedNet", points=1)
def scores_with_the_running_statistics(code, rng):
    net, X, _ = network(code, rng, "classification", [4, 5], [True, True], "relu")
    net.bn_params = [{"mode": "train", **statistics(rng, 4)}, {"mode": "train", **statistics(rng, 5)}]
    yield "scores", net.loss(X)
    yield "X after scoring", code.after[0]
    yield "params after scoring", in_order(net.params)
    yield "scores of the first example alone", net.loss(X[:1])
    for layer, bn_param in enumerate(net.bn_params, start=1):
        for name, value in stored(bn_param):
            yield f"{name} of layer {layer} after scoring", value


@check("FullyConnectedNet", points=2, rtol=1e-4)
def gives_loss_and_gradients_in_training(code, rng):
    for hidden, normalization, activation in [([5, 4], [True, True], "tanh"), ([5], [True], "relu")]:
        net, X, y = network(code, rng, "classification", hidden, normalization, activation, reg=0.3)
        loss, grads = net.loss(X, y)
        yield f"loss with {activation}", loss
        yield f"grads with {activation}", gradients(grads, normalization)


@check("FullyConnectedNet", points=1, rtol=1e-3)
def normalizes_the_layers_that_it_should(code, rng):
    for normalization, activation in [
        ([False, True, False], "tanh"), ([True, False, True], "tanh"), ([False, False, False], "relu"),
    ]:  # fmt: skip
        net, X, y = network(code, rng, "regression", [4, 3, 5], normalization, activation)
        loss, grads = net.loss(X, y)
        yield f"loss with normalization {normalization} and {activation}", loss
        yield f"grads with normalization {normalization} and {activation}", gradients(grads, normalization)


@check("FullyConnectedNet", points=1)
def keeps_the_statistics_of_each_layer_over_training(code, rng):
    net, X, y = network(code, rng, "regression", [4, 4, 4], [True, False, True], "tanh")
    for count in (1, 2):
        net.loss(X + count, y)
        net.loss(X - count)
        for layer in (1, 3):
            for name, value in stored(net.bn_params[layer - 1]):
                yield f"{name} of layer {layer} after training step {count}", value
    net.loss(X, y)
    for name, value in zip("Xy", code.after):
        yield f"{name} after training", value
    yield "params after training", in_order(net.params)
