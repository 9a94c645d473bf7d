"""Lessons 02 and 11: how wrong the predictions are, as one number with its gradient.

N is the number of examples, M the number of outputs, C the number of classes. Inputs are not modified, and
gradients have a floating dtype: integers give float64, float32 stays float32.
"""

import numpy as np

from .given.floats import as_float


def mse_loss(x, y):
    """Return the mean squared error of predictions and its gradient.

    loss = sum of (x - y)^2 over all entries, divided by the number of entries

    Parameters
    ----------
    x, y : arrays of the same shape, (N,) or (N, M)
        Predictions and targets. If there is one output, the shape may be (N,) in one of them and (N, 1) in the other.

    Returns
    -------
    loss : float
    dx : array of the shape of x
        Gradient with respect to `x`: floats, even if `x` holds integers.

    Raises
    ------
    ValueError
        If the shapes do not match as above, or if there are no entries.
    """
    x, y = as_float(x), np.asarray(y)
    if x.shape != y.shape and x.shape != y.shape + (1,) and y.shape != x.shape + (1,):
        raise ValueError(f"predictions of shape {x.shape} do not match targets of shape {y.shape}")
    if x.size == 0:
        raise ValueError(f"the mean squared error needs at least one entry, got shape {x.shape}")
    difference = (x - y.reshape(x.shape)).astype(x.dtype)
    loss = float(np.mean(difference**2))
    return loss, difference * (2 / x.size)


def rms_error(x, y):
    """Return the typical size of an error, in the unit of the targets.

    rms = square root of the mean squared error, without regularization

    Parameters
    ----------
    x, y : arrays of the same shape, (N,) or (N, M)
        As for `mse_loss`: (N,) and (N, 1) are the same N values.

    Returns
    -------
    rms : float

    Raises
    ------
    ValueError
        If the shapes do not match, or if there are no entries.
    """
    mean_square, _ = mse_loss(x, y)
    return float(np.sqrt(mean_square))


def softmax_loss(x, y):
    """Return the cross-entropy of the softmax of scores and its gradient.

    p_ij = e^x_ij / sum over k of e^x_ik
    loss = -(1/N) sum over i of log p_i,y_i

    Parameters
    ----------
    x : array of shape (N, C)
        Scores. However large they are, the loss is finite, without NaN and without a warning.
    y : integer array of shape (N,)
        The right classes, 0 to C - 1.

    Returns
    -------
    loss : float
    dx : array of shape (N, C)

    Raises
    ------
    ValueError
        If the shape of `x` is not (N, C) with N at least 1, if `y` does not hold N integers, or if a label is out of
        range.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or x.size == 0:
        raise ValueError(f"scores must have shape (N, C) and at least one entry, got {x.shape}")
    N, C = x.shape
    if y.shape != (N,) or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"expected {N} integer labels, one per row of scores, got {y.dtype} of shape {y.shape}")
    if y.min() < 0 or y.max() >= C:
        raise ValueError(f"labels must lie between 0 and {C - 1}, got {y.min()} to {y.max()}")
    rows = np.arange(N)
    shifted = x - x.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1)
    loss = float(np.mean(np.log(sums) - shifted[rows, y]))
    dx = exps / sums[:, np.newaxis]
    dx[rows, y] -= 1
    return loss, dx / N
