"""Wrong results for ``docs/messages.md``. Each has one cause, and together they produce every general message."""

import numpy as np

import reference_impl
from reference_impl import affine_backward, mse_loss, sgd_momentum

TRUTH = np.array([[0.5, -2.25, 3.0], [1.25, 4.5, -0.75], [-1.5, 2.0, 0.25], [0.75, -3.5, 1.75]])
X = np.array([[1.5, -0.5, 2.5], [-2.0, 0.5, 3.5], [4.0, -1.0, 0.25], [-0.75, 1.25, 2.25]])
B = np.array([0.5, -1.25, 2.0])
SQUARE = np.arange(9.0).reshape(3, 3)
CUT = TRUTH + [0.2, 0.4, 0.3]
IN, NONE = {"x": X, "b": B}, {}
PARAMS = {"W1": TRUTH, "W2": TRUTH}


def with_(value, **entries):
    """Return a copy of an array with some entries replaced, for instance ``at_0_1=3.0``."""
    value = value.copy()
    for place, entry in entries.items():
        value[tuple(int(i) for i in place.split("_")[1:])] = entry
    return value


LEAVES = {
    "What kind of value it is": {
        "None": ("dx", None, TRUTH, NONE),
        "a string": ("dx", "six", TRUTH, NONE),
        "two arrays in place of one": ("dx", (TRUTH, TRUTH), TRUTH, NONE),
        "a list in place of an array, inside a tuple": ("data", (TRUTH, [TRUTH]), (TRUTH, TRUTH), NONE),
        "an empty dict": ("dx", {}, TRUTH, NONE),
        "an outcome other than expected": ("what it raises for an integer x", "nothing", "ValueError", NONE),
        "True for a number": ("number of caches", True, 3, NONE),
        "no in place of yes": ("close in reverse order", False, True, NONE),
    },
    "The keys of a dict": {
        "a lowercase letter for a capital": ("grads", {"W1": TRUTH, "w2": TRUTH}, PARAMS, NONE),
        "a key is missing": ("grads", {"W1": TRUTH}, PARAMS, NONE),
        "keys are missing": ("grads", {}, PARAMS, NONE),
        "one key too many": ("grads", {**PARAMS, "b": B}, PARAMS, NONE),
        "another key": ("grads", {"W1": TRUTH, "dW2": TRUTH}, PARAMS, NONE),
        "another order": ("grads", dict(reversed(PARAMS.items())), PARAMS, NONE),
        "a tuple under a key": ("grads", {"W1": (TRUTH,), "W2": TRUTH}, PARAMS, NONE),
    },
    "The shape": {
        "the transpose": ("dw", TRUTH.T, TRUTH, {"w": TRUTH}),
        "one axis too many": ("db", B[None], B, {"b": B}),
        "one axis too few": ("out", B, B[None], NONE),
        "two axes too few": ("out", B, B[None, None], NONE),
        "flattened": ("dx", TRUTH.ravel(), TRUTH, IN),
        "not summed": ("db", TRUTH, B, NONE),
        "summed": ("dx", TRUTH.sum(axis=0), TRUTH, NONE),
        "another length": ("dx", TRUTH[:3], TRUTH, NONE),
    },
    "The dtype": {
        "a comparison": ("dx", TRUTH > 1, TRUTH, NONE),
        "whole numbers, cut off": ("out", np.trunc(CUT).astype(int), CUT, NONE),
        "whole numbers, rounded": ("out", np.round(CUT).astype(int), CUT, NONE),
        "whole numbers that are right": ("differences", np.array([3, -1, 2]), np.array([3.0, -1.0, 2.0]), NONE),
        "an integer": ("accuracy", 1, 0.75, NONE),
        "whole numbers in place of truth values": ("close", np.array([1, 0, 1]), np.array([True, True, False]), NONE),
        "truth values in place of whole numbers": ("y", np.array([True, True]), np.array([3, 1]), NONE),
        "other whole numbers": ("out", np.full(TRUTH.shape, 7), TRUTH, NONE),
    },
    "NaN and infinity": {
        "one NaN": ("dx", with_(TRUTH, at_0_1=np.nan), TRUTH, IN),
        "two infinite entries": ("dx", with_(TRUTH, at_0_1=np.inf, at_2_2=-np.inf), TRUTH, NONE),
        "both": ("dx", with_(TRUTH, at_0_1=np.nan, at_2_2=np.inf), TRUTH, NONE),
        "a number that is NaN": ("loss", np.nan, 0.7, NONE),
    },
    "One number": {
        "a wrong number": ("loss", 0.3, 0.7, {"x": B}),
        "a number close to it": ("loss", 0.7000203, 0.7, NONE),
        "half of it": ("loss", 0.35, 0.7, {"x": B}),
        "three times as large, and x has three entries": ("loss", 2.1, 0.7, {"x": B}),
        "the opposite sign": ("loss", -0.7, 0.7, NONE),
        "three times as large, with the opposite sign": ("loss", -2.1, 0.7, NONE),
        "negative zero": ("loss", -0.0, 0.7, NONE),
        "a count": ("number of caches", 2, 3, NONE),
        "an array of one entry": ("loss_history", np.array([4.5]), np.array([3.5]), NONE),
    },
    "The same for every entry": {
        "the opposite sign": ("dx", -TRUTH, TRUTH, IN),
        "a factor": ("dx", 2 * TRUTH, TRUTH, IN),
        "a factor and the opposite sign": ("dx", -142 * TRUTH, TRUTH, IN),
        "a sum in place of a mean": ("dx", 4 * TRUTH, TRUTH, IN),
        "a mean in place of a sum": ("dx", TRUTH / 3, TRUTH, IN),
        "the number of all entries": ("dx", 12 * TRUTH, TRUTH, {"x": X}),
        "an axis of an image": ("dx", 5 * TRUTH, TRUTH, {"images": np.ones((2, 3, 5))}),
        "an offset": ("z", TRUTH + 1, TRUTH, NONE),
        "an offset that is an input": ("z", TRUTH - 0.25, TRUTH, {"eps": 0.25}),
        "the transpose of a square array": ("dw", SQUARE.T, SQUARE, NONE),
        "zeros": ("dx", 0 * TRUTH, TRUTH, NONE),
    },
    "Facts about the numbers": {
        "an input": ("dx", X, TRUTH, IN),
        "its absolute value": ("out", np.abs(X), np.maximum(X, 0), {"x": X}),
        "its opposite": ("dx", -X, TRUTH, IN),
        "an input added": ("out", TRUTH + X, TRUTH, IN),
        "an input subtracted": ("out", TRUTH - B, TRUTH, IN),
        "an input multiplied": ("dx", TRUTH * X, TRUTH, IN),
        "an input divided": ("dx", TRUTH / X, TRUTH, IN),
        "a square": ("z", TRUTH**2, TRUTH, NONE),
        "a square root": ("z", np.sqrt(np.abs(TRUTH)), np.abs(TRUTH), NONE),
        "an absolute value": ("z", np.abs(TRUTH), TRUTH, NONE),
        "an exponential": ("z", np.exp(TRUTH), TRUTH, NONE),
        "clipped below": ("scores", np.maximum(TRUTH, 0), TRUTH, NONE),
        "clipped above": ("scores", np.minimum(TRUTH, 0), TRUTH, NONE),
        "cut": ("z", np.trunc(TRUTH), TRUTH, NONE),
        "rounded": ("z", np.round(TRUTH), TRUTH, NONE),
        "rounded down": ("z", np.floor(TRUTH), TRUTH, NONE),
        "rows reversed": ("z", TRUTH[::-1], TRUTH, NONE),
        "columns reversed": ("z", TRUTH[:, ::-1], TRUTH, NONE),
        "both reversed": ("z", TRUTH[::-1, ::-1], TRUTH, NONE),
        "a vector reversed": ("losses", B[::-1] + 1, B + 1, NONE),
        "rows too late": ("z", np.roll(TRUTH, 1, axis=0), TRUTH, NONE),
        "rows too early": ("z", np.roll(TRUTH, -1, axis=0), TRUTH, NONE),
        "zeros among right ones": ("dx", np.where(X > 1, TRUTH, 0), TRUTH, NONE),
    },
    "Where it is wrong": {
        "one row": ("dx", TRUTH * [[1], [2.5], [1], [1]], TRUTH, NONE),
        "one column": ("dx", TRUTH + [0, 0, 1], TRUTH, NONE),
        "one entry": ("dx", with_(TRUTH, at_1_2=9.0), TRUTH, NONE),
        "some entries": ("dx", with_(TRUTH, at_1_2=9.0, at_0_0=8.0), TRUTH, IN),
        "all entries": ("dx", np.sin(TRUTH) + 7, TRUTH, IN),
    },
}


def as_the_students(name):
    """Give a class the name that the student's class has."""

    def rename(cls):
        cls.__name__ = name
        return cls

    return rename


@as_the_students("TrainableNet")
class OtherOrder(reference_impl.TrainableNet):
    def loss(self, X, y=None):
        result = super().loss(X, y)
        return result if y is None else result[::-1]


@as_the_students("TrainableNet")
class ChangesItself(reference_impl.TrainableNet):
    def loss(self, X, y=None):
        loss, grads = super().loss(X, y) if y is not None else (super().loss(X), None)
        if y is None:
            return loss
        self.params["b1"] = self.params["b1"] + 1
        return loss, grads


@as_the_students("TrainableNet")
class AddsUp(reference_impl.TrainableNet):
    calls = 0

    def loss(self, X, y=None):
        if y is None:
            return super().loss(X)
        loss, grads = super().loss(X, y)
        self.calls += 1
        return loss, {name: grad * self.calls for name, grad in grads.items()}


@as_the_students("TrainableNet")
class OneResult(reference_impl.TrainableNet):
    def loss(self, X, y=None):
        result = super().loss(X, y)
        return result if y is None else result[0]


@as_the_students("ForwardNet")
class NoForward:
    def __init__(self, *args, **kwargs):
        self.params = reference_impl.ForwardNet(*args, **kwargs).params


def remembering():
    """Return an update rule that repeats the result of its second step forever."""
    kept = {}

    def rule(w, dw, config=None):
        next_w, config = sgd_momentum(w, dw, config)
        steps = kept.setdefault((w.shape, config["learning_rate"]), [])
        steps.append(next_w)
        return steps[:2][-1], config

    return {"sgd_momentum": rule}


def relu_forward(x):
    raise NotImplementedError


EMPTY = {"relu_forward": relu_forward}


def relu_forward(x):  # noqa: F811
    out = np.maximum(x, 0)
    raise NotImplementedError
    return out, x


BESIDE = {"relu_forward": relu_forward}


def relu_forward(x):  # noqa: F811
    return np.maximun(x, 0), x


MISSPELT = {"relu_forward": relu_forward}


def keeps_running(x):
    while True:
        x = x + 1


def with_b_as_a_row(dout, cache):
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw, db[None]


def asks_for_yields(X, y, batch_size, rng):
    while True:
        yield X, y


def with_dbeta(dout, cache):
    dx, dgamma, dbeta = reference_impl.batchnorm_backward(dout, cache)
    return dx, dgamma + dbeta, dbeta


TANH = {
    "tanh_forward": lambda x: (np.tanh(x / 2), x),
    "tanh_backward": lambda dout, x: dout * (1 - np.tanh(x / 2) ** 2) / 2,
}
TOGETHER = {
    "Several results of one check": {
        "gradient first": ("mse_loss", {"mse_loss": lambda x, y: mse_loss(x, y)[::-1]}, "another order"),
        "weights first": (
            "affine_backward",
            {"affine_backward": lambda dout, cache: tuple(affine_backward(dout, cache)[i] for i in (1, 0, 2))},
            "another order",
        ),
        "of a method": ("TrainableNet", {"TrainableNet": OtherOrder}, "another order"),
        "one of several has another shape": (
            "affine_backward",
            {"affine_backward": with_b_as_a_row},
            "of the same call",
        ),
        "params that change": ("TrainableNet", {"TrainableNet": ChangesItself}, "second call"),
        "gradients that add up": ("TrainableNet", {"TrainableNet": AddsUp}, "second call"),
        "an old result comes back": ("sgd_momentum", remembering(), "an earlier call"),
        "a result added to another": ("batchnorm_backward", {"batchnorm_backward": with_dbeta}, "what dbeta"),
        "it matches a wrong forward pass": ("tanh_backward", TANH, "Your gradient matches"),
    },
}
ERRORS = {
    "What is returned": {
        "nothing": ("relu_forward", {"relu_forward": lambda x: None}, "None"),
        "one result in place of two": ("relu_forward", {"relu_forward": lambda x: np.maximum(x, 0.0)}, "must return"),
        "three in place of two": ("mse_loss", {"mse_loss": lambda x, y: (1.0, x, y)}, "must return"),
        "one result of a method": ("TrainableNet", {"TrainableNet": OneResult}, "must return"),
        "something that no check can use": (
            "augment_flip",
            {"augment_flip": lambda X, y, rng: ([1], y)},
            "could not use",
        ),
        "batches that never end": ("minibatches", {"minibatches": asks_for_yields}, "does it end"),
    },
    "What stops a check": {
        "the exercise does not exist": ("relu_forward", {"relu_forward": None}, "There is no"),
        "a method does not exist": ("ForwardNet", {"ForwardNet": NoForward}, "Your ForwardNet has no"),
        "it is empty": ("relu_forward", EMPTY, "empty"),
        "another exercise is empty": ("relu_backward", EMPTY, "write that one first"),
        "the placeholder is still there": ("relu_forward", BESIDE, "is still in"),
        "an exception": ("relu_forward", MISSPELT, "raised"),
        "a loop that never ends": ("relu_forward", {"relu_forward": keeps_running}, "never end"),
        "called again after that": ("relu_forward", {"relu_forward": keeps_running}, "not called again"),
    },
}
