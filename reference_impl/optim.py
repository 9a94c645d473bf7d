"""Lesson 07: from a gradient to the next value of a parameter.

Every rule takes (w, dw, config). It returns the next w, in the same shape and dtype, and the config for the next
call. The config holds the rule's settings, as Python numbers, and what the rule remembers from earlier steps. Missing
entries get the defaults that are given in parentheses below. The returned config is the dict that came in, or a new
one if that was None. `dw` is not modified; a rule may change `w` in place or leave it alone.

References
----------
I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the Importance of Initialization and Momentum in Deep Learning",
ICML 2013, equations 1 and 2.
T. Tieleman, G. Hinton, "Lecture 6.5 - RMSProp", Coursera: Neural Networks for Machine Learning, 2012.
D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
"""

import numpy as np


def sgd(w, dw, config=None):
    """Take a step against the gradient: the learning rate times the gradient.

    Parameters
    ----------
    w, dw : arrays of the same shape
        A parameter and its gradient.
    config : dict, optional
        "learning_rate" (default 1e-2).

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    next_w = w - config["learning_rate"] * dw
    return next_w, config


def sgd_momentum(w, dw, config=None):
    """Add the step of `sgd` to a velocity, and move by the new velocity.

    The new velocity is `momentum` times the old one, minus the learning rate times the gradient (Sutskever et al.,
    2013).

    Parameters
    ----------
    w, dw : arrays of the same shape
        A parameter and its gradient.
    config : dict, optional
        With defaults: "learning_rate" (1e-2), "momentum" (0.9), "velocity" (zeros of the shape of w).

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    if "velocity" not in config:
        config["velocity"] = np.zeros_like(w)
    config["velocity"] = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + config["velocity"]
    return next_w, config


def rmsprop(w, dw, config=None):
    """Divide each entry's step by the recent size of its gradients (Tieleman and Hinton, 2012).

    The cache is a running mean of the squared gradients: the share `decay_rate` of the old mean stays, and the rest
    comes from the new square. The step of `sgd` is divided by the root of the new cache. Add epsilon to the root, not
    under it.

    Parameters
    ----------
    w, dw : arrays of the same shape
        A parameter and its gradient.
    config : dict, optional
        With defaults: "learning_rate" (1e-2), "decay_rate" (0.99), "epsilon" (1e-8), "cache" (zeros of the shape of w).

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    if "cache" not in config:
        config["cache"] = np.zeros_like(w)
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return next_w, config


def adam(w, dw, config=None):
    """Combine momentum and RMSProp, both corrected for starting at zero (Kingma and Ba, 2015).

    m is a running mean of the gradients, and v is one of their squares: the share beta1 (for v, beta2) of the old mean
    stays. The config keeps both uncorrected; for the step, each is divided by 1 minus its beta to the power t. The step
    is the learning rate times the corrected m, divided by the root of the corrected v. Add epsilon to the root, not
    under it.

    Parameters
    ----------
    w, dw : arrays of the same shape
        A parameter and its gradient.
    config : dict, optional
        With defaults: "learning_rate" (1e-3), "beta1" (0.9), "beta2" (0.999), "epsilon" (1e-8), "m" and "v" (zeros of
        the shape of w), "t" (0), the number of steps so far, which is increased before it is used.

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    for mean in ("m", "v"):
        if mean not in config:
            config[mean] = np.zeros_like(w)
    config["t"] = config.get("t", 0) + 1
    t, beta1, beta2 = config["t"], config["beta1"], config["beta2"]
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = config["m"] / (1 - beta1**t)
    v_hat = config["v"] / (1 - beta2**t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config
