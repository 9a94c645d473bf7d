"""Lesson 04: where training starts.

A layer has `fan_in` inputs and `fan_out` outputs. Its weights are normal with mean 0, its biases are zero, and
`rng` is the only source of randomness: the same generator state gives the same weights.

References
----------
X. Glorot, Y. Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks", AISTATS 2010,
equation 12.
K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
Classification", ICCV 2015, equation 10.
"""

import numpy as np


def init_normal(fan_in, fan_out, weight_scale, rng):
    """Draw weights with the standard deviation `weight_scale`, and set biases to zero.

    Parameters
    ----------
    fan_in, fan_out : int
    weight_scale : float
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
        Normal, with mean 0.
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If `fan_in` or `fan_out` is less than 1.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return weight_scale * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


def init_xavier(fan_in, fan_out, rng):
    """Draw weights that suit tanh and sigmoid layers (Glorot and Bengio, 2010), and set biases to zero.

    Parameters
    ----------
    fan_in, fan_out : int
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
        Normal, with mean 0 and variance 2 / (fan_in + fan_out).
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If `fan_in` or `fan_out` is less than 1.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return np.sqrt(2 / (fan_in + fan_out)) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


def init_he(fan_in, fan_out, rng):
    """Draw weights that suit ReLU layers (He et al., 2015), and set biases to zero.

    Parameters
    ----------
    fan_in, fan_out : int
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
        Normal, with mean 0 and variance 2 / fan_in.
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If `fan_in` or `fan_out` is less than 1.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return np.sqrt(2 / fan_in) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)
