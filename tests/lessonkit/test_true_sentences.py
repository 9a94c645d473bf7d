"""Sentences that the checks once gave and that were not true, one of each kind: what a check must not say about such an answer."""

import textwrap

import numpy as np
import pytest

from autograder.bank import reference_names
from autograder.bank.expected import Live
from lessonkit import report
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost

ADAM = """
    def adam(w, dw, config=None):
        config = {} if config is None else config
        start = dict(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=EPSILON, m=np.zeros_like(w), v=np.zeros_like(w), t=0)
        for key, value in start.items():
            config.setdefault(key, value)
        COUNT
        config["m"] = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
        config["v"] = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
        m, v = config["m"] / (1 - config["beta1"]**POWER), config["v"] / (1 - config["beta2"]**POWER)
        return w - config["learning_rate"] * m / (np.sqrt(v) + config["epsilon"]), config
"""
BATCHNORM = """
    def batchnorm_forward(x, gamma, beta, bn_param):
        momentum, D = bn_param.get("momentum", 0.9), x.shape[1]
        mean, var = bn_param.get("running_mean", np.zeros(D)), bn_param.get("running_var", np.zeros(D))
        if bn_param["mode"] == "train":
            mu, sigma2 = x.mean(axis=0), x.var(axis=0)
            bn_param["running_mean"] = momentum * mean + (1 - momentum) * mu
            bn_param["running_var"] = momentum * var + (1 - momentum) * sigma2
        else:
            mu, sigma2 = mean, var
        x_hat = (x - mu) / np.sqrt(sigma2)
        return gamma * x_hat + beta, (x_hat, gamma, np.sqrt(sigma2))
"""


def adam(epsilon="1e-8", count="config['t'] += 1", power="config['t']"):
    return ADAM.replace("EPSILON", epsilon).replace("COUNT", count).replace("POWER", power)


def backward(unpacked="x, w, b", returned="dx, dw, db"):
    return f"""
        def affine_backward(dout, cache):
            {unpacked} = cache
            dx, dw, db = (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
            return {returned}
    """


CASES = {  # exercise, answer, what a check must not say, what it says
    "a wrong variable in the bracket": (
        "sigmoid_backward",
        "def sigmoid_backward(dout, cache):\n    return dout * cache * (1 - dout)",
        "subtracts at the very end",
        "",
    ),
    "t never grows": ("adam", adam(count="config['t'] = 1"), "leaves out the power", "that of the first"),
    "the power is always 2": ("adam", adam(power="2"), "one ahead", ""),
    "another epsilon": ("adam", adam(epsilon="1e-7"), "1e-8 is", ""),
    "another key": (
        "sgd_momentum",
        """
        def sgd_momentum(w, dw, config=None):
            config = {} if config is None else config
            config.setdefault("learning_rate", 1e-2)
            v = config.get("mu", 0.9) * config.get("velocity", np.zeros_like(w)) - config["learning_rate"] * dw
            config["velocity"] = v
            return w + v, config
        """,
        "fixed in your code",
        "",
    ),
    "eps is left out on the way there": ("batchnorm_forward", BATCHNORM, "backward", ""),
    "another order": ("affine_backward", backward(returned="dx, db, dw"), "is an axis missing", "in another order"),
    "another order of three": (
        "batchnorm_backward",
        """
        def batchnorm_backward(dout, cache):
            x_hat, gamma, std = cache
            dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
            dx = gamma / (len(dout) * std) * (len(dout) * dout - dbeta - x_hat * dgamma)
            return dgamma, dbeta, dx
        """,
        "is the same as dbeta",
        "in another order",
    ),
    "a cache in another order": ("affine_backward", backward(unpacked="w, x, b"), "In `dout @ w`", ""),
    "a fraction upside down": (
        "sigmoid_forward",
        "def sigmoid_forward(x):\n    out = (1 + np.exp(-x)) / 1\n    return out, out",
        "Parentheses:",
        "The result is 1 + e^-x",
    ),
    "rolled, not reversed": (
        "augment_flip",
        """
        def augment_flip(X, y, rng):
            coins = rng.random(len(X)) < 0.5
            return np.where(coins[:, None, None], np.roll(X, 1, axis=2), X), y.copy()
        """,
        "reversed",
        "as it was, something else",
    ),
    "the gradient is wrong, too": (
        "mse_loss",
        """
        def mse_loss(x, y):
            d = x - y.reshape(x.shape)
            return np.sum(d**2), d
        """,
        "the gradient is right",
        "",
    ),
    "the means stand nowhere": (
        "adam",
        """
        def adam(w, dw, config=None):
            config = {} if config is None else config
            for key, value in dict(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, t=0).items():
                config.setdefault(key, value)
            config["t"] += 1
            return w - config["learning_rate"] * dw / (np.abs(dw) + config["epsilon"]), config
        """,
        "under other names",
        "",
    ),
    "the velocity is another one": (
        "sgd_momentum",
        """
        def sgd_momentum(w, dw, config=None):
            config = {} if config is None else config
            config.setdefault("learning_rate", 1e-2)
            config.setdefault("momentum", 0.9)
            config["velocity"] = config["learning_rate"] * dw
            return w - config["velocity"], config
        """,
        "steps are right",
        "",
    ),
    "one entry that is not zero": (
        "affine_relu_forward",
        """
        def affine_relu_forward(x, w, b):
            out = x.reshape(len(x), -1) @ w
            return (out > 0) * 1.0, (x, w, b)
        """,
        "right up to a constant",
        "",
    ),
}


@pytest.fixture(scope="module")
def live():
    return Live(2024)


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_proved_is_not_told(case, live):
    exercise, source, untrue, told = CASES[case]
    names = {"np": np, **reference_names()}
    exec(textwrap.dedent(source), names)
    result = grade(exercise, LocalHost(names), live)
    text = report.text(result)
    assert not result.passed and untrue.lower() not in text.lower() and told in text
