"""Lessons 02 and 11: how wrong the predictions are, as one number with its gradient."""

import numpy as np

from .given.floats import as_float


def mse_loss(x, y):
    """Mean squared error of predictions, and its gradient.

    loss = sum of (x - y)^2 over all entries, divided by the number of entries

    Parameters
    ----------
    x : array of shape (N,) or (N, M)
        Predictions: N examples, M outputs each.
    y : array of the shape of x
        Targets, integer or not. One output may be written as (N,) or as (N, 1): if x has one of these
        shapes and y the other, they are the same N values.

    Returns
    -------
    loss : float
    dx : array of the shape of x
        Gradient of the loss with respect to x, in the dtype of x (float64 if x holds integers).

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
    """Root mean squared error: the typical size of an error, in the unit of the targets.

    rms = square root of (sum of (x - y)^2 over all entries, divided by the number of entries)

    It measures a prediction and nothing else: no regularization belongs to it.

    Parameters
    ----------
    x : array of shape (N,) or (N, M)
        Predictions.
    y : array of the shape of x
        Targets. As in `mse_loss`, (N,) and (N, 1) are the same N values.

    Returns
    -------
    rms : float
        Zero for perfect predictions.

    Raises
    ------
    ValueError
        If the shapes do not match, or if there are no entries.
    """
    mean_square, _ = mse_loss(x, y)
    return float(np.sqrt(mean_square))


def softmax_loss(x, y):
    """Cross-entropy of the softmax of scores, and its gradient.

    The softmax makes probabilities of the scores of one example, and the loss is the mean over the
    examples of minus the logarithm of the probability of the right class:

    p_ij = e^x_ij / sum over k of e^x_ik
    loss = -(1/N) sum over i of log p_i,y_i

    Parameters
    ----------
    x : array of shape (N, C)
        Scores: N examples, C classes. Any finite scores, however large, give a finite loss, no NaN and
        no warning.
    y : integer array of shape (N,)
        The right classes, 0 to C - 1.

    Returns
    -------
    loss : float
    dx : array of shape (N, C)
        Gradient of the loss with respect to x.

    Raises
    ------
    ValueError
        If x is not of shape (N, C) with N at least 1, if y is not N integers, or if a label is not
        between 0 and C - 1.

    Notes
    -----
    Adding the same number to all scores of an example changes no probability, so the largest may be made
    zero: then no exponential overflows.
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
