"""What students get wrong in lesson 07, optimizers."""

import numpy as np

from autograder.bank import mistake
from reference_impl import adam, rmsprop, sgd, sgd_momentum


def filled(config, **missing):
    """A copy of the config with the missing settings filled in."""
    return {**missing, **(config or {})}


# sgd


def start_sgd(config):
    config = filled(config, learning_rate=1e-2)
    return config, config["learning_rate"]


@mistake("sgd", "You walk uphill: the gradient points to where the loss grows, and you follow it.")
def uphill(w, dw, config=None):
    config, rate = start_sgd(config)
    return w + rate * dw, config


@mistake("sgd", "Your step is the whole gradient, whatever the learning rate is. It should be only a part of it.")
def no_learning_rate(w, dw, config=None):
    config, _ = start_sgd(config)
    return w - dw, config


@mistake(
    "sgd",
    "You divide by the learning rate, so a smaller one makes larger steps. The step is the learning rate times the "
    "gradient.",
)
def divides_by_the_learning_rate(w, dw, config=None):
    config, rate = start_sgd(config)
    return w - dw / rate, config


@mistake(
    "sgd",
    "The config's learning rate has no effect on the result: 0.1 and 0.5 give the same step, that of 0.01.",
)
def learning_rate_hard_coded(w, dw, config=None):
    config, _ = start_sgd(config)
    return w - 1e-2 * dw, config


@mistake("sgd", "You return only the step. The caller wants to know where w is after the step.")
def step_without_w(w, dw, config=None):
    config, rate = start_sgd(config)
    return -rate * dw, config


@mistake("sgd", "You use only the sign of the gradient, so steep and flat places get steps of the same length.")
def sign_of_the_gradient(w, dw, config=None):
    config, rate = start_sgd(config)
    return w - rate * np.sign(dw), config


@mistake(
    "sgd",
    "You scale the gradient to length one first. Then the steps stay large at the bottom of the valley, where a "
    "gradient becomes small.",
)
def gradient_of_length_one(w, dw, config=None):
    config, rate = start_sgd(config)
    return w - rate * dw / np.linalg.norm(dw), config


@mistake(
    "sgd",
    "Every entry of w moves by the same amount: you average the gradient. Each entry should follow its own gradient.",
)
def mean_of_the_gradient(w, dw, config=None):
    config, rate = start_sgd(config)
    return w - rate * np.mean(dw), config


@mistake(
    "sgd",
    "You shrink w as well: the learning rate multiplies the difference of w and dw. It should multiply only the "
    "gradient.",
)
def learning_rate_on_w_too(w, dw, config=None):
    config, rate = start_sgd(config)
    return rate * (w - dw), config


@mistake(
    "sgd",
    "The config that you return has lost its settings, so the next step falls back on the default. Return "
    "the dict that you were given.",
)
def returns_an_empty_config(w, dw, config=None):
    return sgd(w, dw, config)[0], {}


@mistake(
    "sgd",
    "You use the default learning rate, but you do not write it into the config that you return. The caller "
    "reads it there, for example to lower it as training goes on.",
)
def default_is_not_written_back(w, dw, config=None):
    config = {} if config is None else config
    return w - config.get("learning_rate", 1e-2) * dw, config


@mistake("sgd", "Without a config, the result is that of the learning rate 0.001. The docstring names another default.")
def another_default(w, dw, config=None):
    return sgd(w, dw, filled(config, learning_rate=1e-3))


@mistake("sgd", "Without a config, the result is that of the learning rate 0.1. The docstring names another default.")
def default_of_a_tenth(w, dw, config=None):
    return sgd(w, dw, filled(config, learning_rate=0.1))


@mistake(
    "sgd",
    "`config` is None when the caller gives none, and None is not a dict that you can read from. Begin with a dict "
    "of your own.",
)
def reads_a_config_that_is_none(w, dw, config=None):
    return w - config["learning_rate"] * dw, config


@mistake("sgd", "A config may lack a learning rate: fill in the default then too, not only when `config` is None.")
def defaults_only_without_a_config(w, dw, config=None):
    config = {"learning_rate": 1e-2} if config is None else config
    return w - config["learning_rate"] * dw, config


@mistake("sgd", "Your function scales dw in place. The gradient belongs to the caller: make a new array.")
def scales_dw_in_place(w, dw, config=None):
    config, rate = start_sgd(config)
    dw *= rate
    return w - dw, config


@mistake(
    "sgd",
    "You return float64 for a float32 parameter: a network in float32 would become slower and twice as large.",
)
def always_float64(w, dw, config=None):
    config, rate = start_sgd(config)
    return np.array(w, dtype=np.float64) - rate * dw, config


@mistake(
    "sgd",
    "For an integer `dw` the step is truncated to integers. An array made like `dw` gets the dtype of `dw`: use the "
    "dtype of `w`.",
)
def step_in_the_dtype_of_dw(w, dw, config=None):
    next_w, config = sgd(w.copy(), dw, config)
    return w + (next_w - w).astype(dw.dtype), config


# sgd_momentum


def start_momentum(config, **missing):
    config = filled(config, **{"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0, **missing})
    return config, config["learning_rate"], config["momentum"], config["velocity"]


@mistake(
    "sgd_momentum",
    "The gradient accelerates the velocity in the uphill direction. Look at the sign in front of dw.",
)
def velocity_points_uphill(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v + rate * dw
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "Your step has the opposite sign of the velocity in the rule, so it leads uphill. The velocity already holds the "
    "minus sign.",
)
def velocity_subtracted(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - rate * dw
    return w - config["velocity"], config


@mistake(
    "sgd_momentum",
    "Your steps are right, but the velocity in your config has the opposite sign of the one that the docstring "
    "defines: there, the velocity is added to w.",
    alone=True,
)
def velocity_of_opposite_sign(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v + rate * dw
    return w - config["velocity"], config


@mistake(
    "sgd_momentum",
    "Your steps are right as long as the learning rate stays the same, but the velocity in your config lacks the "
    "learning rate. Lowering the rate during training would rescale the old velocity too.",
    alone=True,
)
def learning_rate_outside_the_velocity(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - dw
    return w + rate * config["velocity"], config


@mistake(
    "sgd_momentum",
    "Your steps are right as long as the learning rate stays the same, but what you store as the velocity has the "
    "opposite sign and lacks the learning rate. The docstring's velocity is what w moves by.",
    alone=True,
)
def velocity_as_a_sum_of_gradients(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v + dw
    return w - rate * config["velocity"], config


@mistake(
    "sgd_momentum",
    "The learning rate is missing: the gradient enters the velocity, and so the step, at its full size.",
)
def velocity_without_learning_rate(w, dw, config=None):
    config, _, mu, v = start_momentum(config)
    config["velocity"] = mu * v - dw
    return w + config["velocity"], config


@mistake("sgd_momentum", "The learning rate is used twice: once in the velocity, and once more when w moves.")
def learning_rate_twice(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - rate * dw
    return w + rate * config["velocity"], config


@mistake(
    "sgd_momentum",
    "The old velocity is reversed at every step: you subtract momentum times velocity where you should add it.",
)
def momentum_of_opposite_sign(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = -mu * v - rate * dw
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "The velocity is not stored in the config that you return, so every step starts from rest and momentum never "
    "builds up.",
)
def velocity_not_stored(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    del config["velocity"]
    return w + mu * v - rate * dw, config


@mistake(
    "sgd_momentum",
    "Your steps are right, but the config that you return has nothing under the name that the docstring gives to the "
    "velocity. Other code that reads or saves it will look there.",
    alone=True,
)
def velocity_under_another_name(w, dw, config=None):
    config = filled(config, learning_rate=1e-2, momentum=0.9, v=0.0)
    config["v"] = config["momentum"] * config["v"] - config["learning_rate"] * dw
    return w + config["v"], config


@mistake(
    "sgd_momentum",
    "The gradient moves w twice: once through the velocity, which already holds it, and once more by itself.",
)
def gradient_beside_the_velocity(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - rate * dw
    return w + config["velocity"] - rate * dw, config


@mistake(
    "sgd_momentum",
    "The new velocity forgets the old one: your steps are those of plain gradient descent. A part of the old "
    "velocity should be kept.",
)
def old_velocity_forgotten(w, dw, config=None):
    config, rate, _, _ = start_momentum(config)
    config["velocity"] = -rate * dw
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "The velocity in the config that you return is the one from before the step, so it stays zero forever. The next "
    "step needs the new one.",
)
def old_velocity_stored(w, dw, config=None):
    config, rate, mu, v = start_momentum(config, velocity=np.zeros_like(w))
    return w + mu * v - rate * dw, config


@mistake(
    "sgd_momentum",
    "You move w with the old velocity and update the velocity afterwards. Update the velocity first, then move.",
)
def moves_before_the_velocity_is_new(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - rate * dw
    return w + v, config


@mistake(
    "sgd_momentum",
    "Your step looks ahead: it uses the gradient once more, on top of the new velocity. That is Nesterov's momentum, "
    "a good rule, but not this one: here w moves by the velocity alone.",
)
def nesterov(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - rate * dw
    return w + mu * config["velocity"] - rate * dw, config


@mistake(
    "sgd_momentum",
    "You give the gradient the weight 1 − momentum, as in an average. In this rule the learning rate is its only "
    "factor.",
)
def velocity_as_an_average(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * v - (1 - mu) * rate * dw
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "Momentum shrinks the gradient too. It should multiply only the old velocity: check your parentheses.",
)
def momentum_on_everything(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    config["velocity"] = mu * (v - rate * dw)
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "The whole old velocity is kept, without momentum, so it grows and grows. Only a fraction of it should be kept.",
)
def velocity_without_friction(w, dw, config=None):
    config, rate, _, v = start_momentum(config)
    config["velocity"] = v - rate * dw
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "The config's momentum has no effect on the result: 0.9 and 0.5 give the same step, that of 0.9.",
)
def momentum_hard_coded(w, dw, config=None):
    config, rate, _, v = start_momentum(config)
    config["velocity"] = 0.9 * v - rate * dw
    return w + config["velocity"], config


@mistake("sgd_momentum", "You return only the velocity. The caller wants w after it has moved by the velocity.")
def velocity_without_w(w, dw, config=None):
    _, config = sgd_momentum(w, dw, config)
    return config["velocity"], config


@mistake(
    "sgd_momentum",
    "A call without a config starts with the velocity of an earlier call. Does the signature say `config={}`? Python "
    "makes such a dict once and passes the same one to every call.",
)
def default_dict_is_shared(w, dw, config=None, shared=[]):  # noqa: B006, the point of it
    if config is not None:
        return sgd_momentum(w, dw, config)
    if shared:  # every second call without a config starts anew, so that it does the same in every check
        return sgd_momentum(w, dw, shared.pop())
    next_w, config = sgd_momentum(w, dw)
    shared.append(config)
    return next_w, config


@mistake(
    "sgd_momentum",
    "You use the defaults for the missing settings, but you do not write them into the config that you return.",
)
def only_the_velocity_is_written_back(w, dw, config=None):
    next_w, full = sgd_momentum(w, dw, filled(config))
    return next_w, {**(config or {}), "velocity": full["velocity"]}


@mistake(
    "sgd_momentum",
    "Your defaults are filled in only when there is no config at all. A config may name the learning rate and leave "
    "momentum to the default.",
)
def momentum_must_be_given(w, dw, config=None):
    return sgd_momentum(w, dw, config and {"momentum": config["momentum"], **config})


@mistake(
    "sgd_momentum",
    "Your function changes dw in place while it computes the velocity. Make a new array.",
)
def velocity_made_in_dw(w, dw, config=None):
    config, rate, mu, v = start_momentum(config)
    dw *= -rate
    dw += mu * v
    config["velocity"] = dw.copy()
    return w + dw, config


@mistake(
    "sgd_momentum",
    "You return float64 for a float32 parameter. `np.zeros(shape)` makes float64; an array of zeros like another "
    "one keeps its dtype.",
)
def velocity_in_float64(w, dw, config=None):
    config, rate, mu, v = start_momentum(config, velocity=np.zeros(w.shape))
    config["velocity"] = mu * v - rate * dw.astype(float)
    return w + config["velocity"], config


@mistake(
    "sgd_momentum",
    "For an integer `dw` the step is truncated to integers. An array made like `dw` gets the dtype of `dw`: use the "
    "dtype of `w`.",
)
def momentum_step_in_the_dtype_of_dw(w, dw, config=None):
    next_w, config = sgd_momentum(w.copy(), dw, config)
    return w + (next_w - w).astype(dw.dtype), config


@mistake(
    "sgd_momentum",
    "Without a config, the result is that of the learning rate 0.001. The docstring names another default.",
)
def momentum_with_another_default(w, dw, config=None):
    return sgd_momentum(w, dw, filled(config, learning_rate=1e-3))


@mistake(
    "sgd_momentum",
    "A config without momentum gives the result of momentum 0, which is plain SGD. The docstring names another "
    "default.",
)
def no_momentum_by_default(w, dw, config=None):
    return sgd_momentum(w, dw, filled(config, momentum=0.0))


# rmsprop


def start_rmsprop(config):
    config = filled(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8, cache=0.0)
    return config, config["learning_rate"], config["decay_rate"], config["epsilon"]


def renewed_cache(config, dw):
    """The right cache after this step."""
    return config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2


@mistake("rmsprop", "You walk uphill: the scaled gradient is added where it should be subtracted.")
def scaled_step_uphill(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w + rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "You divide by the mean square itself. Its unit is the square of the gradient's: take the root, and the "
    "gradient's unit cancels.",
)
def no_square_root(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - rate * dw / (config["cache"] + epsilon), config


@mistake("rmsprop", "The result is that of an epsilon under the root. The rule adds it to the root, outside.")
def epsilon_under_the_root(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - rate * dw / np.sqrt(config["cache"] + epsilon), config


@mistake(
    "rmsprop",
    "You divide without epsilon. A gradient that has always been zero then gives 0 / 0, which is NaN.",
)
def no_epsilon(w, dw, config=None):
    config, rate, _, _ = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - rate * dw / np.sqrt(config["cache"]), config


@mistake(
    "rmsprop",
    "Epsilon is added to w instead of the denominator: without parentheses, Python divides first and adds afterwards.",
)
def brackets_missing_around_the_denominator(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - rate * dw / np.sqrt(config["cache"]) + epsilon, config


@mistake("rmsprop", "The config's epsilon has no effect on the result: 0.1 and 0.4 give the same step.")
def epsilon_hard_coded(w, dw, config=None):
    config, rate, _, _ = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - rate * dw / (np.sqrt(config["cache"]) + 1e-8), config


@mistake(
    "rmsprop",
    "You swapped the two weights: the decay rate is the share of the old cache that stays, and the rest is the "
    "weight of the new square.",
)
def decay_turned_round(w, dw, config=None):
    config, rate, decay, epsilon = start_rmsprop(config)
    config["cache"] = (1 - decay) * config["cache"] + decay * dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "The config's decay rate has no effect on the result: 0.9 and 0.6 give the same step, that of 0.99.",
)
def decay_hard_coded(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = 0.99 * config["cache"] + 0.01 * dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "Your cache adds up all squares and never forgets, so the steps only get smaller. That is AdaGrad; RMSProp keeps "
    "a running mean.",
)
def adagrad(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = config["cache"] + dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "The new square enters the cache with its full weight. In a running mean the two weights add up to one.",
)
def full_weight_for_the_new_square(w, dw, config=None):
    config, rate, decay, epsilon = start_rmsprop(config)
    config["cache"] = decay * config["cache"] + dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "The cache is not stored in the config that you return, so every step knows only its own gradient and moves all "
    "entries equally far.",
)
def cache_not_stored(w, dw, config=None):
    next_w, config = rmsprop(w, dw, filled(config))
    del config["cache"]
    return next_w, config


@mistake(
    "rmsprop",
    "Your steps are right, but the config that you return has nothing under the name that the docstring gives to the "
    "running mean. Other code that reads or saves it will look there.",
    alone=True,
)
def cache_under_another_name(w, dw, config=None):
    config = dict(config or {})
    if "c" in config:
        config["cache"] = config.pop("c")
    next_w, config = rmsprop(w, dw, config)
    config["c"] = config.pop("cache")
    return next_w, config


@mistake("rmsprop", "The new cache forgets the old one. Most of a running mean is its old value.")
def old_cache_forgotten(w, dw, config=None):
    config, rate, decay, epsilon = start_rmsprop(config)
    config["cache"] = (1 - decay) * dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "You divide by the cache of the step before. In the first step it is zero, and only epsilon keeps w from infinity.",
)
def divides_by_the_old_cache(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop({"cache": np.zeros_like(w), **(config or {})})
    next_w = w - rate * dw / (np.sqrt(config["cache"]) + epsilon)
    config["cache"] = renewed_cache(config, dw)
    return next_w, config


@mistake(
    "rmsprop",
    "Your cache holds the root of the mean. Store the mean of the squares; use the root only for the step.",
)
def root_stored_in_the_cache(w, dw, config=None):
    config, rate, _, epsilon = start_rmsprop(config)
    config["cache"] = np.sqrt(renewed_cache(config, dw))
    return w - rate * dw / (config["cache"] + epsilon), config


@mistake(
    "rmsprop",
    "The cache averages the gradient itself. It should average the squares: they say how large gradients are, whatever "
    "their sign.",
)
def gradient_not_squared(w, dw, config=None):
    config, rate, decay, epsilon = start_rmsprop(config)
    config["cache"] = decay * config["cache"] + (1 - decay) * dw
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake(
    "rmsprop",
    "One number stands for the whole parameter: you average the squares over all entries. Every entry should have "
    "its own cache; that is the point of the rule.",
)
def one_cache_for_all_entries(w, dw, config=None):
    config, rate, decay, epsilon = start_rmsprop(config)
    config["cache"] = decay * config["cache"] + (1 - decay) * np.full(w.shape, np.mean(dw**2))
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake("rmsprop", "The learning rate is missing from the step.")
def scaled_step_without_learning_rate(w, dw, config=None):
    config, _, _, epsilon = start_rmsprop(config)
    config["cache"] = renewed_cache(config, dw)
    return w - dw / (np.sqrt(config["cache"]) + epsilon), config


@mistake("rmsprop", "You use the defaults for the missing settings, but they are not in the config that you return.")
def only_the_cache_is_written_back(w, dw, config=None):
    next_w, full = rmsprop(w, dw, filled(config))
    return next_w, {**(config or {}), "cache": full["cache"]}


@mistake(
    "rmsprop",
    "A call without a config starts with the cache of an earlier call. Does the signature say `config={}`? That is "
    "one dict for all calls.",
)
def cache_shared_between_calls(w, dw, config=None, shared=[]):  # noqa: B006, the point of it
    if config is not None:
        return rmsprop(w, dw, config)
    if shared:  # every second call without a config starts anew, so that it does the same in every check
        return rmsprop(w, dw, shared.pop())
    next_w, config = rmsprop(w, dw)
    shared.append(config)
    return next_w, config


@mistake(
    "rmsprop",
    "Your defaults are filled in only when there is no config at all. A config may hold some settings and "
    "lack others, here epsilon.",
)
def epsilon_must_be_given(w, dw, config=None):
    return rmsprop(w, dw, config and {"epsilon": config["epsilon"], **config})


@mistake("rmsprop", "Your function squares dw in place. The gradient belongs to the caller: make a new array.")
def squares_dw_in_place(w, dw, config=None):
    next_w, config = rmsprop(w, dw.copy(), config)
    dw **= 2
    return next_w, config


@mistake(
    "rmsprop",
    "You return float64 for a float32 parameter. A cache that begins as `np.zeros(w.shape)` is float64, and so is "
    "everything computed with it.",
)
def cache_in_float64(w, dw, config=None):
    return rmsprop(w.astype(np.float64), dw, config)


@mistake(
    "rmsprop",
    "For an integer `dw` the step is truncated to integers. An array made like `dw` gets the dtype of `dw`: use the "
    "dtype of `w`.",
)
def rmsprop_step_in_the_dtype_of_dw(w, dw, config=None):
    next_w, config = rmsprop(w.copy(), dw, config)
    return w + (next_w - w).astype(dw.dtype), config


@mistake(
    "rmsprop",
    "Without a config, the result is that of the learning rate 0.001. The docstring names another default.",
)
def rmsprop_with_another_default(w, dw, config=None):
    return rmsprop(w, dw, filled(config, learning_rate=1e-3))


@mistake("rmsprop", "Without a config, the result is that of the decay rate 0.9. The docstring names another default.")
def another_default_decay(w, dw, config=None):
    return rmsprop(w, dw, filled(config, decay_rate=0.9))


# adam


def start_adam(config):
    """The config with the missing settings filled in; t is still that of the step before."""
    return filled(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, m=0.0, v=0.0, t=0)


def renew_moments(config, dw, square=None):
    """Update m and v in the config correctly; `square` replaces the squared gradient."""
    beta1, beta2 = config["beta1"], config["beta2"]
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1 - beta2) * (dw**2 if square is None else square)


def next_step(config, dw):
    """The config after a correct update of t, m and v."""
    config = start_adam(config)
    config["t"] += 1
    renew_moments(config, dw)
    return config


def correction(config, beta):
    return 1 - config[beta] ** config["t"]


def move(w, config, m_hat, v_hat):
    """The right step."""
    return w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])


def corrected(config):
    return config["m"] / correction(config, "beta1"), config["v"] / correction(config, "beta2")


@mistake("adam", "You walk uphill: the step is added to w where it should be subtracted.")
def adam_uphill(w, dw, config=None):
    next_w, config = adam(w.copy(), dw, config)
    return 2 * w - next_w, config


@mistake("adam", "t is never increased. While it is zero, the bias correction divides by zero.")
def t_not_increased(w, dw, config=None):
    config = start_adam(config)
    renew_moments(config, dw)
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "You increase t after you have used it, so the first step corrects with t = 0, and 1 − β⁰ is zero.",
)
def t_increased_too_late(w, dw, config=None):
    config = start_adam(config)
    renew_moments(config, dw)
    next_w = move(w, config, *corrected(config))
    config["t"] += 1
    return next_w, config


@mistake(
    "adam",
    "You begin with t = 1 and increase it before use: the first step is corrected as if it were the second.",
)
def t_one_ahead(w, dw, config=None):
    return adam(w, dw, filled(config, t=1))


@mistake(
    "adam",
    "Your steps are right, but the t that you return is one too high. It counts the steps done, so after the first "
    "it is 1.",
    alone=True,
)
def t_counts_the_next_step(w, dw, config=None):
    config = filled(config, t=1)
    next_w, config = adam(w, dw, {**config, "t": config["t"] - 1})
    return next_w, {**config, "t": config["t"] + 1}


@mistake("adam", "t is not stored in the config that you return, so every step is corrected as if it were the first.")
def t_not_stored(w, dw, config=None):
    config = {**start_adam(config), "t": 0}
    next_w, config = adam(w, dw, config)
    del config["t"]
    return next_w, config


@mistake(
    "adam",
    "The `t` in the config that you return does not change, so every step is corrected as if it were the first one.",
)
def t_used_but_not_kept(w, dw, config=None):
    t = (config or {}).get("t", 0)
    next_w, config = adam(w, dw, config)
    return next_w, {**config, "t": t}


@mistake(
    "adam",
    "The bias correction is missing. m and v start at zero, and in the first steps they are too small, v most of all.",
)
def no_bias_correction(w, dw, config=None):
    config = next_step(config, dw)
    return move(w, config, config["m"], config["v"]), config


@mistake("adam", "You correct m but not v. Both started at zero, so both are too small at first.")
def only_m_is_corrected(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, _ = corrected(config)
    return move(w, config, m_hat, config["v"]), config


@mistake("adam", "You correct v but not m. The mean of the gradients started at zero too.")
def only_v_is_corrected(w, dw, config=None):
    config = next_step(config, dw)
    _, v_hat = corrected(config)
    return move(w, config, config["m"], v_hat), config


@mistake(
    "adam",
    "Your bias correction is the same at every step, that of the first: 1 − β. It should be 1 − β to the power of t, "
    "and t grows by one with each step: a running mean that has seen many steps hardly needs a correction.",
)
def correction_without_the_power(w, dw, config=None):
    config = next_step(config, dw)
    return move(w, config, config["m"] / (1 - config["beta1"]), config["v"] / (1 - config["beta2"])), config


@mistake("adam", "You multiply β by t in the bias correction where you should raise it to the power of t.")
def correction_with_a_product(w, dw, config=None):
    config = next_step(config, dw)
    m_hat = config["m"] / (1 - config["beta1"] * config["t"])
    return move(w, config, m_hat, config["v"] / (1 - config["beta2"] * config["t"])), config


@mistake(
    "adam",
    "You multiply by 1 − βᵗ where you should divide: a mean that is too small becomes smaller still.",
)
def multiplies_by_the_correction(w, dw, config=None):
    config = next_step(config, dw)
    m_hat = config["m"] * correction(config, "beta1")
    return move(w, config, m_hat, config["v"] * correction(config, "beta2")), config


@mistake("adam", "v is corrected with β₁. Each mean should be corrected with the β that it was made with.")
def beta1_corrects_both(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, _ = corrected(config)
    return move(w, config, m_hat, config["v"] / correction(config, "beta1")), config


@mistake(
    "adam",
    "The two betas are swapped: β₁ belongs to m, the mean of the gradients, and β₂ to v, that of their squares.",
)
def betas_swapped(w, dw, config=None):
    config = start_adam(config)
    beta1, beta2 = config["beta1"], config["beta2"]
    next_w, config = adam(w, dw, {**config, "beta1": beta2, "beta2": beta1})
    return next_w, {**config, "beta1": beta1, "beta2": beta2}


@mistake("adam", "Both means, and their corrections, use β₁. The mean of the squares has its own weight, β₂.")
def beta1_for_both(w, dw, config=None):
    beta2 = start_adam(config)["beta2"]
    next_w, config = adam(w, dw, {**start_adam(config), "beta2": start_adam(config)["beta1"]})
    return next_w, {**config, "beta2": beta2}


@mistake(
    "adam",
    "m and v are one and the same array, so a change of one changes the other. Give each its own array of zeros.",
)
def one_array_for_both_means(w, dw, config=None):
    fresh = not config or "m" not in config
    config = start_adam(config)
    beta1, beta2, square = config["beta1"], config["beta2"], dw**2
    config["t"] += 1
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    if fresh:
        config["m"] = config["v"] = beta2 * config["m"] + (1 - beta2) * square
    else:
        config["v"] = beta2 * config["v"] + (1 - beta2) * square
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "m averages the squared gradient. v should hold the squares; m should hold the gradient with its sign.",
)
def m_averages_the_square(w, dw, config=None):
    config = start_adam(config)
    config["t"] += 1
    renew_moments(config, dw)
    config["m"] = config["m"] + (1 - config["beta1"]) * (dw**2 - dw)
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "v averages the gradient itself, and the root of a negative number is NaN. It should average the squares.",
)
def v_averages_the_gradient(w, dw, config=None):
    config = start_adam(config)
    config["t"] += 1
    renew_moments(config, dw, square=dw)
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "v is made from m: you square the mean. It should be the mean of the squares, from dw alone.",
)
def v_from_m(w, dw, config=None):
    config = start_adam(config)
    config["t"] += 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    renew_moments(config, dw, square=m**2)
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "You store the corrected means as m and v, so the next step corrects them once more. Use the correction only for "
    "the step; the config keeps the means without it.",
)
def stores_the_corrected_means(w, dw, config=None):
    config = next_step(config, dw)
    config["m"], config["v"] = corrected(config)
    return move(w, config, config["m"], config["v"]), config


@mistake("adam", "m and v are not stored in the config that you return, so they start from zero at every step.")
def moments_not_stored(w, dw, config=None):
    next_w, config = adam(w, dw, filled(config))
    del config["m"], config["v"]
    return next_w, config


@mistake("adam", "The new means forget the old ones: β₁ and β₂ say how much of the old m and the old v is kept.")
def old_moments_forgotten(w, dw, config=None):
    return adam(w, dw, {**start_adam(config), "m": 0.0, "v": 0.0})


@mistake("adam", "You swapped the two weights: β should multiply the old mean, and 1 − β the new gradient.")
def betas_turned_round(w, dw, config=None):
    config = start_adam(config)
    beta1, beta2 = config["beta1"], config["beta2"]
    config["t"] += 1
    config["m"] = (1 - beta1) * config["m"] + beta1 * dw
    config["v"] = (1 - beta2) * config["v"] + beta2 * dw**2
    return move(w, config, *corrected(config)), config


@mistake(
    "adam",
    "You divide by v itself. Take its root first: then a gradient ten times as large gives a step of the same size.",
)
def v_without_the_root(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, v_hat = corrected(config)
    return w - config["learning_rate"] * m_hat / (v_hat + config["epsilon"]), config


@mistake(
    "adam",
    "The numerator is the gradient of this step. That is RMSProp with a correction; Adam steps along m, the mean of "
    "the gradients.",
)
def walks_along_dw(w, dw, config=None):
    config = next_step(config, dw)
    _, v_hat = corrected(config)
    return move(w, config, dw, v_hat), config


@mistake("adam", "The learning rate is missing from the step.")
def adam_without_learning_rate(w, dw, config=None):
    config = next_step(config, dw)
    return move(w, {**config, "learning_rate": 1.0}, *corrected(config)), config


@mistake(
    "adam",
    "The config's betas have no effect on the result: whatever they are, the step is that of β₁ = 0.9 and β₂ = 0.999.",
)
def betas_hard_coded(w, dw, config=None):
    config = start_adam(config)
    next_w, after = adam(w, dw, {**config, "beta1": 0.9, "beta2": 0.999})
    return next_w, {**after, "beta1": config["beta1"], "beta2": config["beta2"]}


@mistake("adam", "The result is that of an epsilon under the root. The rule adds it to the root, outside.")
def epsilon_inside_the_root(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, v_hat = corrected(config)
    return w - config["learning_rate"] * m_hat / np.sqrt(v_hat + config["epsilon"]), config


@mistake(
    "adam",
    "You add epsilon to the root of v before the bias correction. The docstring corrects v first, then "
    "takes the root, then adds epsilon. With a tiny epsilon the two are almost the same; with a large one "
    "they are not.",
)
def epsilon_before_the_correction(w, dw, config=None):
    config = next_step(config, dw)
    rate = config["learning_rate"] * np.sqrt(correction(config, "beta2")) / correction(config, "beta1")
    return w - (rate * config["m"] / (np.sqrt(config["v"]) + config["epsilon"])).astype(w.dtype), config


@mistake("adam", "There is no epsilon in your denominator: where every gradient was zero, 0 / 0 makes w NaN.")
def adam_without_epsilon(w, dw, config=None):
    config = next_step(config, dw)
    return move(w, {**config, "epsilon": 0.0}, *corrected(config)), config


@mistake("adam", "The config's epsilon has no effect on the result: 0.1 and 0.4 give the same step.")
def adam_epsilon_hard_coded(w, dw, config=None):
    config = next_step(config, dw)
    return move(w, {**config, "epsilon": 1e-8}, *corrected(config)), config


@mistake("adam", "Epsilon is added to w: division comes before addition, so the denominator needs parentheses.")
def brackets_missing(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, v_hat = corrected(config)
    return w - config["learning_rate"] * m_hat / np.sqrt(v_hat) + config["epsilon"], config


@mistake(
    "adam",
    "Your default learning rate is not 0.001. Adam's steps are about as long as its learning rate, so the default is "
    "small.",
)
def learning_rate_of_the_other_rules(w, dw, config=None):
    return adam(w, dw, filled(config, learning_rate=1e-2))


@mistake("adam", "The config that you return lacks the settings that you filled in: it holds only m, v and t.")
def only_the_state_is_written_back(w, dw, config=None):
    next_w, full = adam(w, dw, filled(config))
    return next_w, {**(config or {}), **{key: full[key] for key in "mvt"}}


@mistake(
    "adam",
    "A call without a config goes on with the m, v and t of an earlier call. Does the signature say `config={}`? "
    "Python makes that dict once, and all calls share it.",
)
def state_shared_between_calls(w, dw, config=None, shared=[]):  # noqa: B006, the point of it
    if config is not None:
        return adam(w, dw, config)
    if shared:  # every second call without a config starts anew, so that it does the same in every check
        return adam(w, dw, shared.pop())
    next_w, config = adam(w, dw)
    shared.append(config)
    return next_w, config


@mistake(
    "adam",
    "A config may lack some settings, here epsilon, but your function fills in the defaults only when there is no "
    "config at all.",
)
def all_settings_or_none(w, dw, config=None):
    return adam(w, dw, config and {"epsilon": config["epsilon"], **config})


@mistake("adam", "Your function squares dw in place, so the caller's gradient is changed. Make a new array.")
def adam_squares_dw_in_place(w, dw, config=None):
    next_w, config = adam(w, dw.copy(), config)
    dw *= dw
    return next_w, config


@mistake(
    "adam",
    "You return float64 for a float32 parameter. Somewhere your code uses a float64 array or NumPy number, such as "
    "`np.zeros(w.shape)` or a result of `np.power`.",
)
def moments_in_float64(w, dw, config=None):
    return adam(w.astype(np.float64), dw.astype(np.float64), config)


@mistake(
    "adam",
    "For an integer `dw` the step is truncated to integers. An array made like `dw` gets the dtype of `dw`: use the "
    "dtype of `w`.",
)
def adam_step_in_the_dtype_of_dw(w, dw, config=None):
    next_w, config = adam(w.copy(), dw, config)
    return w + (next_w - w).astype(dw.dtype), config


@mistake(
    "adam",
    "The steps are right, but the config that you return has no m and no v: the means are stored under other names. "
    "Code that reads or saves a config looks for the names in the docstring.",
    alone=True,
)
def means_under_other_names(w, dw, config=None):
    config = dict(config or {})
    for name, other in (("m", "first_moment"), ("v", "second_moment")):
        if other in config:
            config[name] = config.pop(other)
    next_w, config = adam(w, dw, config)
    return next_w, {{"m": "first_moment", "v": "second_moment"}.get(key, key): value for key, value in config.items()}


@mistake(
    "adam",
    "The result is that of a correction by 1 − (1 − β)ᵗ. After t steps, the zeros that the means began with still have "
    "the share βᵗ.",
)
def correction_with_the_other_share(w, dw, config=None):
    config = next_step(config, dw)
    m_hat = config["m"] / (1 - (1 - config["beta1"]) ** config["t"])
    return move(w, config, m_hat, config["v"] / (1 - (1 - config["beta2"]) ** config["t"])), config


@mistake(
    "adam",
    "m and v are swapped in the step: the mean of the squares is divided by the root of the mean gradient, which is "
    "NaN where that mean is negative.",
)
def m_and_v_swapped_in_the_step(w, dw, config=None):
    config = next_step(config, dw)
    m_hat, v_hat = corrected(config)
    return move(w, config, v_hat, m_hat), config
