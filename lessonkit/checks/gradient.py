"""The numerical gradient that checks yield beside a student's own."""

import numpy as np

DIFFERENCES = {  # central ones, by their number of points: steps of h, weights, and the divisor besides h
    2: ((-1, 1), (-1, 1), 2),
    4: ((-2, -1, 1, 2), (1, -8, 8, -1), 12),
}


def numerical_gradient(function, x, dout, h=1e-2, points=4):
    """The gradient of ``sum(function(x) * dout)`` at x, by central differences.

    With four points their error falls with h**4, so h can stay large enough for a float32 forward pass. Two are
    exact where the function is linear as far as h reaches.

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
    points : int
        How many points each slope is taken from: 2 or 4.

    Returns
    -------
    array of x's shape
    """
    steps, weights, divisor = DIFFERENCES[points]
    inputs = []
    for i in np.ndindex(x.shape):
        for step in steps:
            stepped = x.astype(float)
            stepped[i] += step * h
            inputs.append(stepped)
    sums = np.array([np.sum(out * dout) for out in function(inputs)]).reshape(-1, points)
    return (sums @ np.array(weights) / (divisor * h)).reshape(x.shape)
