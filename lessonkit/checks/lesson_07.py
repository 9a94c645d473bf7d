"""The checks of lesson 07, optimizers: the four rules promise the same things, so they share them.

Every check hands the config that one step returned to the next step, by value. What a rule remembers must
therefore travel in its config: neither a global variable nor the object's identity will do.
"""

import numpy as np

from lessonkit.checks import away_from_zero, two_sizes, whole_numbers
from lessonkit.engine.check import check

SETTINGS = {
    "sgd": ("learning_rate",),
    "sgd_momentum": ("learning_rate", "momentum"),
    "rmsprop": ("learning_rate", "decay_rate", "epsilon"),
    "adam": ("learning_rate", "beta1", "beta2", "epsilon"),
}
STATE = {"sgd": (), "sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}
RULES = tuple(SETTINGS)
RANGES = {
    "learning_rate": (0.2, 0.6),
    "momentum": (0.3, 0.7),
    "decay_rate": (0.6, 0.85),
    "beta1": (0.3, 0.55),
    "beta2": (0.6, 0.85),
}


def random_config(rule, rng, epsilon=1e-8):
    """Settings for `rule`, none of them a default, so that it shows when a rule ignores them."""
    drawn = {name: round(float(rng.uniform(*RANGES[name])), 2) for name in SETTINGS[rule] if name in RANGES}
    return {**drawn, "epsilon": epsilon} if "epsilon" in SETTINGS[rule] else drawn


def gradient(rng, shape):
    """A gradient of both signs whose squares stay far above any small epsilon."""
    return away_from_zero(rng, shape, low=0.5)


def named(name, config):
    """The name of a value, with the settings that led to it: the worked entry shows only w and dw."""
    return f"{name} (with {', '.join(f'{key} {value:g}' for key, value in config.items())})"


def entries(config, keys):
    """The entries of a returned config that the exercise asks for; the student decides what else it holds."""
    return {key: config[key] for key in keys if key in config} if isinstance(config, dict) else config


@check(*RULES, points=1)
def takes_the_right_first_step(code, rng):
    shape, config = two_sizes(rng), random_config(code.exercise, rng)
    next_w, returned = code.under_test(away_from_zero(rng, shape), gradient(rng, shape), config)
    yield named("next_w", config), next_w
    if STATE[code.exercise]:
        yield "config", entries(returned, STATE[code.exercise])


@check(*RULES, points=2)
def takes_the_right_steps_one_after_another(code, rng):
    rows, columns = two_sizes(rng)
    shapes = (rows,), (rows,), (1, columns, rows)
    ws = [away_from_zero(rng, shape) for shape in shapes]
    settings = [random_config(code.exercise, rng) for _ in shapes]
    configs = list(settings)
    for step in (1, 2, 3):
        for i, shape in enumerate(shapes):
            ws[i], configs[i] = code.under_test(ws[i], gradient(rng, shape), configs[i])
            if step > 1:  # another check covers the first step
                yield named(f"next_w of parameter {i + 1} after step {step}", settings[i]), ws[i]
    for _ in range(7):
        ws[0], configs[0] = code.under_test(ws[0], gradient(rng, shapes[0]), configs[0])
    yield named("next_w of parameter 1 after step 10", settings[0]), ws[0]


@check(*RULES, points=1)
def fills_in_what_the_config_lacks(code, rng):
    shape = two_sizes(rng)
    next_w, config = code.under_test(away_from_zero(rng, shape), gradient(rng, shape))
    yield "next_w without a config", next_w
    yield "config", entries(config, SETTINGS[code.exercise] + STATE[code.exercise])
    next_w, _ = code.under_test(away_from_zero(rng, shape), gradient(rng, shape), config)
    yield "next_w of a second step with the config of the first", next_w
    next_w, _ = code.under_test(away_from_zero(rng, shape), gradient(rng, shape))
    yield "next_w of a second call without a config", next_w
    config = random_config(code.exercise, rng)
    missing, _ = config.popitem()
    next_w, _ = code.under_test(away_from_zero(rng, shape), gradient(rng, shape), config)
    yield f"next_w where the config lacks {missing}", next_w


@check(*RULES, points=1, of_property=True)
def leaves_dw_as_it_was_and_keeps_the_dtype_of_w(code, rng):
    shape, config = two_sizes(rng), random_config(code.exercise, rng)
    w = away_from_zero(rng, shape).astype(np.float32)
    for step in (1, 2):
        w, config = code.under_test(w, gradient(rng, shape).astype(np.float32), config)
        yield f"dw after step {step}", code.after[1]
        yield f"dtype of next_w for float32 w in step {step}", np.asarray(w).dtype.name
    w, settings = away_from_zero(rng, shape), random_config(code.exercise, rng)
    config = settings
    for step in (1, 2):
        w, config = code.under_test(w, whole_numbers(rng, shape), config)
        yield named(f"next_w for integer dw in step {step}", settings), w


@check("rmsprop", "adam", points=1)
def uses_epsilon_as_the_rule_says(code, rng):
    shape, config = two_sizes(rng), random_config(code.exercise, rng, epsilon=0.4)
    next_w, _ = code.under_test(away_from_zero(rng, shape), gradient(rng, shape), config)
    yield named("next_w", config), next_w
    tiny = random_config(code.exercise, rng)
    next_w, _ = code.under_test(away_from_zero(rng, shape), np.zeros(shape), tiny)
    yield named("next_w where dw is zero", tiny), next_w
