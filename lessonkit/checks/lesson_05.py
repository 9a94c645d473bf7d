"""The checks of lesson 05: the affine layer, alone and with a ReLU, and a network's forward pass."""

import numpy as np

from lessonkit.checks import away_from_zero, builds_on, different_sizes, layer, network_params
from lessonkit.engine.check import check
from lessonkit.engine.values import counted

LAYERS = ("affine_forward", "affine_relu_forward")


@check(*LAYERS, points=1)
def gives_the_right_values_for_one_example(code, rng):
    builds_on(code, "affine_forward")
    arguments = layer(rng, 1, (2,), 3)
    yield "out", code.under_test(*arguments)[0]


@check(*LAYERS, points=2)
def gives_the_right_values_for_a_batch(code, rng):
    builds_on(code, "affine_forward")
    N, D, M = different_sizes(rng, 3, low=3)
    arguments = layer(rng, N, (D,), M)
    yield "out", code.under_test(*arguments)[0]


@check(*LAYERS, points=1, of_property=True)
def takes_examples_of_any_shape(code, rng):
    builds_on(code, "affine_forward")
    for inputs in [(2, 3), (3, 1, 2)]:
        N, M = different_sizes(rng, 2, low=4, high=6)  # not 6, which is D
        yield f"out for examples of shape {inputs}", code.under_test(*layer(rng, N, inputs, M))[0]
        yield "x after the call", code.after[0]
    x, w, b = layer(rng, 4, (3,), 2)
    yield "out for integer x", code.under_test(np.trunc(2 * x).astype(int), w, b)[0]
    yield "out for integer w", code.under_test(x, w.astype(int), b)[0]
    yield "out for integer b", code.under_test(x, w + 0.5, np.trunc(4 * b).astype(int))[0]


@check(*LAYERS, points=1, of_property=True)
def leaves_x_w_and_b_as_they_were(code, rng):
    builds_on(code, "affine_forward")
    N, D, M = different_sizes(rng, 3, low=3)
    code.under_test(*layer(rng, N, (D,), M))
    for name, value in zip("xwb", code.after):
        yield f"{name} after the call", value


def network(code, rng, dims, activation="relu", category="regression"):
    """A student's network with known parameters."""
    net = code.ForwardNet(
        category, list(dims[1:-1]), [False] * (len(dims) - 2), input_dim=dims[0], output_dim=dims[-1],
        dtype="float64", activation=activation, rng=np.random.default_rng(0),
    )  # fmt: skip
    builds_on(code, "affine_forward")
    net.params = network_params(rng, dims)
    return net


@check("ForwardNet", points=1)
def params_have_the_right_names_and_shapes(code, rng):
    for hidden_layers in (0, 1, 2):
        dims = different_sizes(rng, hidden_layers + 2)
        net = code.ForwardNet(
            "regression", list(dims[1:-1]), [False] * hidden_layers, input_dim=dims[0], output_dim=dims[-1],
            rng=np.random.default_rng(0),
        )  # fmt: skip
        params = net.params
        yield (
            f"params with {counted(hidden_layers, 'hidden layer')}",
            {name: 0 * params[name] for name in sorted(params)},
        )
    yield "dtypes of params", {name: str(params[name].dtype) for name in sorted(params)}


@check("ForwardNet", points=1)
def first_weights_are_drawn_as_asked(code, rng):
    fan_in, fan_out = (int(n) for n in rng.permutation([90, 120, 150])[:2])
    scale = float(rng.choice([0.05, 0.2]))
    seed = int(rng.integers(1000))

    def drawn(**options):
        options.update(input_dim=fan_in, output_dim=2, rng=np.random.default_rng(seed))
        return code.ForwardNet("regression", [fan_out, fan_in], [False, False], **options).params

    # So many weights that the rounded value is the same for every honest draw.
    params, again = drawn(weight_scale=scale), drawn(weight_scale=scale)
    yield "names of the parameters", ", ".join(sorted(params))
    spreads = {name: float(np.std(params[name])) for name in ("W1", "W2")}
    for name, spread in spreads.items():
        yield f"standard deviation of {name} divided by weight_scale", one_digit(spread / scale)
        mean = float(np.mean(params[name])) / (spread or 1)
        yield f"mean of {name} divided by its standard deviation", one_decimal(mean)
    first, second = params["W1"], np.asarray(params["W2"]).reshape(np.shape(params["W1"]))
    overlap = np.mean(first * second) / (spreads["W1"] * spreads["W2"] or 1)
    yield "overlap of W2 with W1 (1: the same numbers, 0: unrelated ones)", one_decimal(overlap)
    yield "largest entry of all biases", max(float(np.max(np.abs(params[f"b{i}"]))) for i in (1, 2, 3))
    for name, variance in [("he", 2 / fan_in), ("xavier", 2 / (fan_in + fan_out))]:
        spread = np.std(drawn(initializer=name)["W1"]) / np.sqrt(variance)
        yield f"standard deviation of W1 with initializer {name} divided by that of lesson 04", one_digit(spread)
    change = np.std(np.subtract(again["W1"], first)) / scale
    yield "change of W1 (divided by weight_scale) when the same rng draws again", one_digit(change)


def one_decimal(value):
    """The value to one digit after the decimal point; zero without a sign."""
    return round(float(value), 1) + 0.0


def one_digit(value):
    """The value to one significant digit."""
    return float(f"{value:.1g}")


@check("ForwardNet", points=1)
def a_hidden_layer_is_affine_then_activation(code, rng):
    for activation in ("relu", "tanh"):
        dims = different_sizes(rng, 4)
        net = network(code, rng, dims, activation)
        for i in (1, 2):
            out, _ = net.hidden_forward(i, away_from_zero(rng, (7, dims[i - 1])))
            yield f"out of hidden layer {i} with {activation}", out


@check("ForwardNet", points=1)
def layers_follow_one_another(code, rng):
    net = network(code, rng, [3, 3, 3, 3], "tanh")  # equal sizes: a wrong order gives numbers, not an error
    scores, caches = net.forward(away_from_zero(rng, (4, 3)))
    yield "scores", scores
    yield "number of caches", len(caches)


@check("ForwardNet", points=2)
def scores_are_right_at_every_depth(code, rng):
    for hidden_layers, activation, category in [
        (0, "relu", "regression"), (1, "relu", "classification"), (2, "tanh", "regression"), (3, "relu", "regression"),
    ]:  # fmt: skip
        dims = different_sizes(rng, hidden_layers + 2)
        net = network(code, rng, dims, activation, category)
        scores, caches = net.forward(away_from_zero(rng, (4, dims[0])))
        words = f"with {counted(hidden_layers, 'hidden layer')}"
        yield f"scores {words}", scores
        yield f"number of caches {words}", len(caches)


@check("ForwardNet", points=1, of_property=True)
def takes_any_examples_and_leaves_them_as_they_were(code, rng):
    for N, shape in [(3, (2, 2, 2)), (1, (4,))]:
        net = network(code, rng, [int(np.prod(shape)), 3, 2])
        yield (
            f"scores of {counted(N, 'example')} of shape {shape}",
            net.forward(away_from_zero(rng, (N, *shape)))[0],
        )
        yield "X after the call", code.after[0]
    params = net.params
    yield "params after the call", {name: params[name] for name in sorted(params)}
    net.hidden_forward(1, away_from_zero(rng, (3, 4)))
    yield "h after the call of hidden_forward", code.after[1]
    net = network(code, rng, [4, 3, 2])
    yield "scores of integer X", net.forward(rng.integers(-3, 4, (3, 4)))[0]
    net = code.ForwardNet("regression", [3], [False], input_dim=4, output_dim=2, rng=np.random.default_rng(0))
    net.params = {name: w.astype(np.float32) for name, w in network_params(rng, [4, 3, 2]).items()}
    scores, _ = net.forward(away_from_zero(rng, (5, 4)))
    yield "scores of float64 X in a float32 network", scores
    yield "dtype of the scores of float64 X in a float32 network", str(scores.dtype)
    yield "their dtype", str(scores.dtype)
