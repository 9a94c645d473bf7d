"""Lesson 07: from a gradient to the next value of a parameter.

Every rule takes (w, dw, config) and returns the next w and the config for the next call. The config holds the
rule's settings and what it remembers of earlier steps; what is missing is filled in.
"""

import numpy as np


def sgd(w, dw, config=None):
    """Stochastic gradient descent: a step against the gradient.

    The step is as long as the learning rate times the gradient, and leads downhill.

    Parameters
    ----------
    w : array of any shape
        A parameter. It may be changed in place or left alone.
    dw : array of the shape of w
        Gradient of the loss with respect to w.
    config : dict, optional
        "learning_rate" : 1e-2 if missing.

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
        The dict that was passed, with what was missing filled in; a new one if it was None.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    next_w = w - config["learning_rate"] * dw
    return next_w, config


def sgd_momentum(w, dw, config=None):
    """Gradient descent with momentum: the step is a velocity that the gradient changes.

    The new velocity is what momentum leaves of the old one, less the step that `sgd` would take. The parameter
    moves by the new velocity.

    Parameters
    ----------
    w : array of any shape
        A parameter. It may be changed in place or left alone.
    dw : array of the shape of w
        Gradient of the loss with respect to w.
    config : dict, optional
        "learning_rate" : 1e-2 if missing.
        "momentum" : 0.9 if missing; with 0 the rule is that of `sgd`.
        "velocity" : array of the shape of w; zeros if missing.

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
        The dict that was passed, with what was missing filled in and the new velocity; a new one if it was
        None.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the Importance of Initialization and Momentum in Deep
    Learning", ICML 2013, equations 1 and 2.
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
    """RMSProp: divide each entry's step by the size that its gradients have had lately.

    The cache is a running mean of the squared gradients: of the old mean the share decay_rate stays, the rest
    comes from the new square. The step of `sgd` is divided, entry by entry, by the root of the new cache; epsilon is
    added to the root, not below it.

    Parameters
    ----------
    w : array of any shape
        A parameter. It may be changed in place or left alone.
    dw : array of the shape of w
        Gradient of the loss with respect to w.
    config : dict, optional
        "learning_rate" : 1e-2 if missing.
        "decay_rate" : 0.99 if missing.
        "epsilon" : 1e-8 if missing; keeps a gradient that was always zero from giving 0 / 0.
        "cache" : array of the shape of w, the running mean of the squared gradients; zeros if missing.

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
        The dict that was passed, with what was missing filled in and the new cache; a new one if it was None.

    References
    ----------
    T. Tieleman, G. Hinton, "Lecture 6.5 - RMSProp", Coursera: Neural Networks for Machine Learning, 2012.
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
    """Adam: momentum and RMSProp together, both corrected for having started at zero.

    m is a running mean of the gradients and v one of their squares: of the old mean the share beta1 (for v, beta2)
    stays, the rest comes from the new gradient. Both start at zero and so are too small at first; dividing by one
    minus beta to the power t corrects that. The step is the learning rate times the corrected m, divided by the root
    of the corrected v; epsilon is added to the root, not below it.

    Parameters
    ----------
    w : array of any shape
        A parameter. It may be changed in place or left alone.
    dw : array of the shape of w
        Gradient of the loss with respect to w.
    config : dict, optional
        "learning_rate" : 1e-3 if missing.
        "beta1" : 0.9 if missing.
        "beta2" : 0.999 if missing.
        "epsilon" : 1e-8 if missing.
        "m" : array of the shape of w, the running mean of the gradients; zeros if missing.
        "v" : array of the shape of w, the running mean of the squared gradients; zeros if missing.
        "t" : int, the number of steps done; 0 if missing. It is increased before it is used.

    Returns
    -------
    next_w : array of the shape and dtype of w
    config : dict
        The dict that was passed, with what was missing filled in and the new m, v and t; a new one if it was
        None. What it keeps under "m" and "v" are the means themselves, not the corrected ones.

    References
    ----------
    D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("t", 0)
    for name in ("m", "v"):
        if name not in config:
            config[name] = np.zeros_like(w)
    config["t"] += 1
    t, beta1, beta2 = config["t"], config["beta1"], config["beta2"]
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = config["m"] / (1 - beta1**t)
    v_hat = config["v"] / (1 - beta2**t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config
