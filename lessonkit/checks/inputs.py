"""Random inputs that several lessons' checks draw."""

import numpy as np

from lessonkit.engine.values import is_number


def away_from_zero(rng, shape, low=0.1, high=2.0):
    """Random inputs of both signs, away from zero, where ReLU has its kink."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)


def whole_numbers(rng, shape, low=1, high=4):
    """Random integers of both signs, away from zero."""
    return rng.choice([-1, 1], shape) * rng.integers(low, high, shape)


def in_floats(result):
    """A result of integers only: products and sums of integers may stay integers, so only the values count here."""
    return 1.0 * np.asarray(result) if is_number(result) else result


def two_sizes(rng, low=2, high=6):
    """Two different sizes: with equal sizes, a wrong axis or a transpose would not show."""
    return tuple(int(n) for n in rng.permutation(np.arange(low, high))[:2])


def different_sizes(rng, count, low=2, high=7):
    """As `two_sizes`, for any number of sizes."""
    return tuple(int(n) for n in rng.permutation(np.arange(low, high))[:count])


def layer(rng, N, inputs, M):
    """x, w and b of an affine layer, in numbers that a student can multiply mentally.

    `inputs` is the shape of one example. x holds halves, w whole numbers and b odd quarters, so no output of
    the layer is closer to zero, where ReLU has its kink, than a quarter.
    """
    x = rng.choice([-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2], (N, *inputs))
    w = rng.choice([-3.0, -2, -1, 1, 2, 3], (int(np.prod(inputs)), M))
    b = rng.choice([-1.25, -0.75, -0.25, 0.25, 0.75, 1.25], M)
    return x, w, b


def network_params(rng, dims):
    """Weights and biases by name, for layers that turn ``dims[0]`` numbers into ``dims[1]``, and so on."""
    params = {}
    for i, (fan_in, fan_out) in enumerate(zip(dims, dims[1:]), start=1):
        params[f"W{i}"] = away_from_zero(rng, (fan_in, fan_out), low=0.2, high=1.0)
        params[f"b{i}"] = away_from_zero(rng, fan_out, low=0.2, high=1.0)
    return params


def generators(rng):
    """Two random generators in different states."""
    return [np.random.default_rng([int(rng.integers(2**31)), i]) for i in range(2)]
