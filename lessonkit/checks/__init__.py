"""The checks, one module a lesson, and what several lessons' checks share."""

import numpy as np


def away_from_zero(rng, shape, low=0.1, high=2.0):
    """Random inputs of either sign that keep a distance from zero, where ReLU has its kink."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)


def two_sizes(rng, low=2, high=6):
    """Two different sizes: with equal ones a wrong axis or a transpose would not show."""
    return tuple(int(n) for n in rng.permutation(np.arange(low, high))[:2])


def numerical_gradient(function, x, dout, h=1e-2):
    """The gradient of ``sum(function(x) * dout)`` at x, by four-point differences.

    Their error falls with h**4, so h can stay large enough for a float32 forward pass.

    Parameters
    ----------
    function : callable
        Takes a list of inputs and gives the list of outputs: ``lambda xs: [out, ...]``.
    x : array
        Where to differentiate; any shape.
    dout : array
        Upstream gradient, of the output's shape.
    h : float
        Step.

    Returns
    -------
    array of x's shape
    """
    steps = []
    for i in np.ndindex(x.shape):
        for factor in (-2, -1, 1, 2):
            stepped = x.astype(float)
            stepped[i] += factor * h
            steps.append(stepped)
    sums = np.array([np.sum(out * dout) for out in function(steps)]).reshape(-1, 4)
    return (sums @ np.array([1, -8, 8, -1]) / (12 * h)).reshape(x.shape)
