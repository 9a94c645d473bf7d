"""Lesson 01: the nonlinear functions between the layers, each with its derivative.

A forward function returns its result and a cache: whatever its backward function will need. A backward function
takes the upstream gradient `dout` and that cache. Inputs and caches are not modified. Results have a floating
dtype, and no input, however large or small, gives NaN, infinity or a warning.

References
----------
V. Nair, G. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML 2010.
"""

import numpy as np

from .given.floats import as_float


def sigmoid_forward(x):
    """Squash every entry of `x` into the range 0 to 1.

    sigmoid(x) = 1 / (1 + e^-x) = e^x / (1 + e^x). Each of the two forms overflows on one side of zero.

    Parameters
    ----------
    x : array of any shape

    Returns
    -------
    out : array of the shape of x
        No entry of `x`, however large or small, gives NaN, infinity or a warning.
    cache : anything
    """
    # e^-|x| never overflows; it serves the first form where x >= 0 and the second where x < 0.
    decay = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, decay) / (1 + decay)
    return out, out


def sigmoid_backward(dout, cache):
    """Pass a gradient back through the sigmoid.

    sigmoid'(x) = sigmoid(x) (1 - sigmoid(x))

    Parameters
    ----------
    dout : array of the shape of x
    cache : what `sigmoid_forward` returned as its cache

    Returns
    -------
    dx : array of the shape of x
    """
    out = cache
    return dout * out * (1 - out)


def relu_forward(x):
    """Keep the positive entries and replace all others with zero.

    relu(x) = max(0, x)

    Parameters
    ----------
    x : array of any shape

    Returns
    -------
    out : array of the shape of x
    cache : anything
    """
    return np.maximum(x, 0.0), x


def relu_backward(dout, cache):
    """Pass a gradient back through the ReLU.

    relu'(x) = 1 where x > 0, and 0 where x < 0. At x = 0 there is no derivative; any value from 0 to 1 will do.

    Parameters
    ----------
    dout : array of the shape of x
    cache : what `relu_forward` returned as its cache

    Returns
    -------
    dx : array of the shape of x
    """
    x = cache
    return as_float(dout) * (x > 0)


def tanh_forward(x):
    """Squash every entry of `x` into the range -1 to 1.

    tanh(x) = (e^x - e^-x) / (e^x + e^-x)

    Parameters
    ----------
    x : array of any shape

    Returns
    -------
    out : array of the shape of x
        No entry of `x`, however large or small, gives NaN, infinity or a warning.
    cache : anything
    """
    out = np.tanh(x)
    return out, out


def tanh_backward(dout, cache):
    """Pass a gradient back through the hyperbolic tangent.

    tanh'(x) = 1 - tanh(x)^2

    Parameters
    ----------
    dout : array of the shape of x
    cache : what `tanh_forward` returned as its cache

    Returns
    -------
    dx : array of the shape of x
    """
    out = cache
    return dout * (1 - out * out)
