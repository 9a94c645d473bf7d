"""Right answers to lesson 07, as different students write them."""

import math
import sys
import warnings

import numpy as np

from autograder.bank import variant
from reference_impl import adam

# sgd


@variant("sgd")
def in_place_on_w(w, dw, config=None):
    config = config or {}
    if "learning_rate" not in config:
        config["learning_rate"] = 0.01
    w -= config["learning_rate"] * dw
    return w, config


@variant("sgd")
def new_dict_with_defaults_first(w, dw, config=None):
    config = {"learning_rate": 1e-2, **(config or {})}
    return np.subtract(w, config["learning_rate"] * dw), config


@variant("sgd")
def loops_over_all_entries(w, dw, config=None):
    config = dict(config) if config else dict(learning_rate=0.01)
    next_w = np.empty_like(w)
    for index in np.ndindex(w.shape):
        next_w[index] = w[index] - config["learning_rate"] * dw[index]
    return next_w, config


@variant("sgd")
def asks_forgiveness_and_prints(w, dw, config=None):
    try:
        rate = config["learning_rate"]
    except (KeyError, TypeError):
        config, rate = {"learning_rate": 1e-2}, 1e-2
    print("rate", rate, "norm", np.linalg.norm(dw))
    print("to stderr", file=sys.stderr)
    warnings.warn("almost there")
    return w + (-rate) * dw, config


@variant("sgd")
def flat_lists(w, dw, config=None):
    config = {} if config is None else dict(config)
    rate = config.setdefault("learning_rate", 0.01)
    values = [a - rate * g for a, g in zip(w.ravel().tolist(), dw.ravel().tolist())]
    return np.array(values, dtype=w.dtype).reshape(w.shape), [config, config][0]


@variant("sgd")
def single_precision_inside(w, dw, config=None):
    config = {"learning_rate": 1e-2} | (config or {})
    step = np.float32(config["learning_rate"]) * dw.astype(np.float32)
    return (w.astype(np.float32) - step).astype(w.dtype), config


# sgd_momentum


@variant("sgd_momentum")
def updates_the_velocity_in_place(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity")
    if v is None:
        v = np.zeros_like(w)
    v *= config["momentum"]
    v -= config["learning_rate"] * dw
    w += v
    config["velocity"] = v
    return w, config


@variant("sgd_momentum")
def adds_the_two_parts_apart(w, dw, config=None):
    config = {"learning_rate": 0.01, "momentum": 0.9, "velocity": np.zeros(w.shape, w.dtype), **(config or {})}
    coast, push = config["momentum"] * config["velocity"], -config["learning_rate"] * dw
    return w + coast + push, {**config, "velocity": coast + push}


@variant("sgd_momentum")
def remembers_more_than_it_needs(w, dw, config=None):
    config = config if config is not None else {}
    rate = config.setdefault("learning_rate", 1e-2)
    mu = config.setdefault("momentum", 0.9)
    config["steps"] = config.get("steps", 0) + 1
    config["last gradient"] = dw.copy()
    config["velocity"] = mu * config.get("velocity", 0.0) - rate * dw
    return w + config["velocity"], config


@variant("sgd_momentum")
def with_einsum_over_a_stack(w, dw, config=None):
    defaults = dict(learning_rate=1e-2, momentum=0.9)
    config = dict(defaults, **(config or {}))
    terms = np.stack([config.get("velocity", np.zeros_like(w)), dw])
    weights = np.array([config["momentum"], -config["learning_rate"]], dtype=w.dtype)
    config["velocity"] = np.einsum("i,i...->...", weights, terms)
    return w + config["velocity"], config


@variant("sgd_momentum")
class with_a_helper:
    def sgd_momentum(w, dw, config=None):
        def setting(name, default):
            return config.setdefault(name, default)

        config = {} if config is None else config
        velocity = setting("velocity", np.zeros_like(dw)) * setting("momentum", 0.9)
        velocity = velocity - dw * setting("learning_rate", 1e-2)
        config.update(velocity=velocity)
        return w + velocity, config


@variant("sgd_momentum")
def velocity_in_float32(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    old = np.asarray(config.get("velocity", np.zeros_like(w)), dtype=np.float32)
    config["velocity"] = config["momentum"] * old - config["learning_rate"] * dw.astype(np.float32)
    return (w + config["velocity"]).astype(w.dtype), config


# rmsprop


@variant("rmsprop")
def in_place_everywhere(w, dw, config=None):
    if not config:
        config = {}
    for name, value in {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}.items():
        config.setdefault(name, value)
    if "cache" not in config:
        config["cache"] = np.zeros_like(w)
    cache = config["cache"]
    cache *= config["decay_rate"]
    cache += (1 - config["decay_rate"]) * dw * dw
    w -= config["learning_rate"] * dw / (cache**0.5 + config["epsilon"])
    return w, config


@variant("rmsprop")
def moves_the_mean_towards_the_square(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": 0 * dw, **(config or {})}
    cache = config["cache"] + (1 - config["decay_rate"]) * (np.square(dw) - config["cache"])
    rates = config["learning_rate"] / (config["epsilon"] + np.sqrt(cache))
    config["cache"] = cache
    return w - rates * dw, config


@variant("rmsprop")
def entry_by_entry_with_math(w, dw, config=None):
    config = {} if config is None else config
    rate = config.setdefault("learning_rate", 0.01)
    decay = config.setdefault("decay_rate", 0.99)
    epsilon = config.setdefault("epsilon", 1e-8)
    cache, next_w = np.array(config.get("cache", np.zeros_like(w))), w.copy()
    for i in np.ndindex(w.shape):
        cache[i] = decay * cache[i] + (1 - decay) * dw[i] ** 2
        next_w[i] -= rate * dw[i] / (math.sqrt(cache[i]) + epsilon)
    config["cache"] = cache
    return next_w, config


@variant("rmsprop")
def average_of_two_arrays(w, dw, config=None):
    config = dict(learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8) | (config or {})
    both = [config.get("cache", np.zeros_like(w)), np.power(dw, 2)]
    config["cache"] = np.average(both, axis=0, weights=[config["decay_rate"], 1 - config["decay_rate"]])
    step = config["learning_rate"] * np.divide(dw, np.sqrt(config["cache"]) + config["epsilon"])
    return (w - step).astype(w.dtype), config


@variant("rmsprop")
def cache_as_a_list(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}
    old = np.reshape(config.get("cache", np.zeros_like(w)), w.shape)
    new = config["decay_rate"] * old + (1 - config["decay_rate"]) * dw**2
    config["cache"] = new.astype(w.dtype)
    scale = np.hypot(0, np.sqrt(config["cache"])) + config["epsilon"]
    return w - config["learning_rate"] * dw / scale, config


@variant("rmsprop")
def root_in_float32(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **(config or {})}
    g = dw.astype("float32")
    config["cache"] = config["decay_rate"] * config.get("cache", np.float32(0)) + (1 - config["decay_rate"]) * g**2
    return (w - config["learning_rate"] * g / (np.sqrt(config["cache"]) + config["epsilon"])).astype(w.dtype), config


# adam


@variant("adam")
def line_by_line(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw * dw
    mt = m / (1 - config["beta1"] ** t)
    vt = v / (1 - config["beta2"] ** t)
    w = w - config["learning_rate"] * mt / (np.sqrt(vt) + config["epsilon"])
    config["t"], config["m"], config["v"] = t, m, v
    return w, config


@variant("adam")
def in_place_with_out_arguments(w, dw, config=None):
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0, **(config or {})}
    m, v = (config.setdefault(key, np.zeros_like(w)) for key in "mv")
    config["t"] += 1
    np.multiply(m, config["beta1"], out=m)
    np.add(m, (1 - config["beta1"]) * dw, out=m)
    np.multiply(v, config["beta2"], out=v)
    np.add(v, (1 - config["beta2"]) * dw**2, out=v)
    denominator = np.sqrt(v / (1 - math.pow(config["beta2"], config["t"])))
    denominator += config["epsilon"]
    w -= (config["learning_rate"] / (1 - math.pow(config["beta1"], config["t"]))) * m / denominator
    return w, config


@variant("adam")
def corrects_the_denominator_as_pytorch_does(w, dw, config=None):
    config = {} if config is None else dict(config)
    for name, default in zip(("learning_rate", "beta1", "beta2", "epsilon"), (1e-3, 0.9, 0.999, 1e-8)):
        config[name] = config.get(name, default)
    step = config["t"] = config.get("t", 0) + 1
    m = config["m"] = config["beta1"] * config.get("m", 0) + (1 - config["beta1"]) * dw
    v = config["v"] = config["beta2"] * config.get("v", 0) + (1 - config["beta2"]) * dw * dw
    denom = np.sqrt(v) / math.sqrt(1 - config["beta2"] ** step) + config["epsilon"]
    return w - (config["learning_rate"] / (1 - config["beta1"] ** step)) * (m / denom), config


@variant("adam")
def running_products_in_place_of_powers(w, dw, config=None):
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0, **(config or {})}
    config["t"] += 1
    means = []
    for key, beta, new in (("m", config["beta1"], dw), ("v", config["beta2"], np.square(dw))):
        left = config.get("left of " + key, 1.0) * beta
        config["left of " + key] = left
        config[key] = config.get(key, 0.0) + (1 - beta) * (new - config.get(key, 0.0))
        means.append(config[key] / (1 - left))
    return w - config["learning_rate"] * means[0] / (np.sqrt(means[1]) + config["epsilon"]), config


@variant("adam")
class with_closures:
    def adam(w, dw, config=None):
        config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **(config or {})}
        config["t"] = int(config.get("t", 0)) + 1

        def mean(key, beta, new):
            config[key] = config[beta] * config.get(key, np.zeros_like(new)) + (1 - config[beta]) * new
            return lambda: config[key] / (1 - config[beta] ** config["t"])

        m_hat, v_hat = mean("m", "beta1", dw), mean("v", "beta2", dw**2)
        return w - config["learning_rate"] * m_hat() / (v_hat() ** 0.5 + config["epsilon"]), config


@variant("adam")
def t_as_a_float(w, dw, config=None):
    config = dict(config or {})
    config["t"] = float(config.get("t", 0.0))
    next_w, config = adam(w, dw, config)
    return next_w, config


@variant("adam")
def means_in_float32(w, dw, config=None):
    next_w, config = adam(w.astype(np.float32), dw.astype(np.float32), config)
    return next_w.astype(w.dtype), config


# Habits that students bring from other courses and tools


@variant("sgd")
def from_c(w, dw, config=None):
    if config is None:
        config = {}
    lr = config.setdefault("learning_rate", 1e-2)
    next_w = np.empty_like(w)
    for i in range(w.size):
        next_w.flat[i] = w.flat[i] - lr * dw.flat[i]
    return next_w, config


@variant("sgd_momentum")
def from_pytorch(w, dw, config=None):
    config = dict(config or {})
    lr, mu = config.setdefault("learning_rate", 1e-2), config.setdefault("momentum", 0.9)
    # PyTorch keeps buf = -velocity / lr, which is the same as long as the learning rate stays.
    buf = config.get("velocity", np.zeros_like(w)) / -lr
    buf = mu * buf + dw
    config["velocity"] = -lr * buf
    return w - lr * buf, config


@variant("rmsprop")
def from_c(w, dw, config=None):
    config = {} if config is None else config
    for key, value in (("learning_rate", 0.01), ("decay_rate", 0.99), ("epsilon", 1e-8)):
        if key not in config:
            config[key] = value
    lr, rho, eps = config["learning_rate"], config["decay_rate"], config["epsilon"]
    cache = np.array(config.get("cache", np.zeros(w.shape)), dtype=w.dtype)
    next_w = w.copy()
    for i in np.ndindex(w.shape):
        cache[i] = rho * cache[i] + (1 - rho) * dw[i] * dw[i]
        next_w[i] -= lr * dw[i] / (math.sqrt(cache[i]) + eps)
    config["cache"] = cache
    return next_w, config


@variant("adam")
def from_pytorch(w, dw, config=None):
    state = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0, **(config or {})}
    exp_avg, exp_avg_sq = state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))
    state["t"] += 1
    exp_avg = exp_avg + (dw - exp_avg) * (1 - state["beta1"])  # lerp_
    exp_avg_sq = exp_avg_sq * state["beta2"] + (1 - state["beta2"]) * dw * dw  # mul_, addcmul_
    step_size = state["learning_rate"] / (1 - state["beta1"] ** state["t"])
    denom = np.sqrt(exp_avg_sq) / math.sqrt(1 - state["beta2"] ** state["t"]) + state["epsilon"]
    state["m"], state["v"] = exp_avg, exp_avg_sq
    return w - step_size * (exp_avg / denom), state


@variant("adam")
class a_class_that_keeps_nothing:
    class Adam:
        def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, m=None, v=None, t=0):
            self.__dict__.update(learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon, m=m, v=v, t=t)

        def step(self, w, g):
            self.m = np.zeros_like(w) if self.m is None else self.m
            self.v = np.zeros_like(w) if self.v is None else self.v
            self.t += 1
            self.m = self.beta1 * self.m + (1 - self.beta1) * g
            self.v = self.beta2 * self.v + (1 - self.beta2) * np.square(g)
            m_hat, v_hat = self.m / (1 - self.beta1**self.t), self.v / (1 - self.beta2**self.t)
            return w - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)

    def adam(w, dw, config=None):
        optimizer = a_class_that_keeps_nothing.Adam(**(config or {}))
        return optimizer.step(w, dw), dict(vars(optimizer))
