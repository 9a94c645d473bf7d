"""Lesson 04: where training starts."""

import numpy as np


def init_normal(fan_in, fan_out, weight_scale, rng):
    """Weights from a normal distribution of a given width, biases zero.

    Parameters
    ----------
    fan_in : int
        How many inputs the layer has.
    fan_out : int
        How many outputs the layer has.
    weight_scale : float
        Standard deviation of the weights. Their mean is 0.
    rng : numpy.random.Generator
        The only source of randomness: the same generator state gives the same weights.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If fan_in or fan_out is less than 1.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return weight_scale * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


def init_xavier(fan_in, fan_out, rng):
    """Weights of a width that suits tanh and sigmoid layers, biases zero.

    The weights are normal with mean 0 and variance 2 / (fan_in + fan_out). It is a compromise: 1 / fan_in
    would keep the variance of the signal from layer to layer, 1 / fan_out that of the gradient on its way
    back.

    Parameters
    ----------
    fan_in : int
        How many inputs the layer has.
    fan_out : int
        How many outputs the layer has.
    rng : numpy.random.Generator
        The only source of randomness: the same generator state gives the same weights.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If fan_in or fan_out is less than 1.

    References
    ----------
    X. Glorot, Y. Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks",
    AISTATS 2010, equation 12.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return np.sqrt(2 / (fan_in + fan_out)) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)


def init_he(fan_in, fan_out, rng):
    """Weights of a width that suits ReLU layers, biases zero.

    The weights are normal with mean 0 and variance 2 / fan_in. The 2 makes up for the half of the signal that
    a ReLU cuts off.

    Parameters
    ----------
    fan_in : int
        How many inputs the layer has.
    fan_out : int
        How many outputs the layer has.
    rng : numpy.random.Generator
        The only source of randomness: the same generator state gives the same weights.

    Returns
    -------
    w : array of shape (fan_in, fan_out)
    b : array of shape (fan_out,)

    Raises
    ------
    ValueError
        If fan_in or fan_out is less than 1.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers: Surpassing Human-Level Performance on
    ImageNet Classification", ICCV 2015, equation 10.
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer needs at least one input and one output, got {fan_in} and {fan_out}")
    return np.sqrt(2 / fan_in) * rng.normal(size=(fan_in, fan_out)), np.zeros(fan_out)
