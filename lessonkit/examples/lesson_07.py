"""The small examples of lesson 07."""

import numpy as np

from lessonkit.checks.lesson_07 import RULES, SETTINGS, STATE, entries, named
from lessonkit.engine.check import example

# Settings that give a step in round numbers, and traces of a step before it. Adam has none: besides m, v and t, its config may
# hold anything, such as powers of the betas.
ROUND = {
    "sgd": {},
    "sgd_momentum": {"momentum": 0.5},
    "rmsprop": {"decay_rate": 0.75, "epsilon": 0.0},
    "adam": {"beta1": 0.5, "beta2": 0.75, "epsilon": 0.0},
}
TRACES = {
    "sgd_momentum": {"velocity": [3.0]},
    "rmsprop": {"learning_rate": 0.75, "decay_rate": 0.5, "cache": [2.0]},
}
LARGE = {"rmsprop": 2.0, "adam": 4.0}  # values of epsilon


def one_step(code, w, dw, config):
    """What the exercise under test returns for a config, with the numbers that the worked entry does not show."""
    words = ", ".join(f"{key} {value}" for key, value in config.items()).replace(".0", "")
    arrays = {key: np.array(value) if isinstance(value, list) else value for key, value in config.items()}
    next_w, config = code.under_test(np.array(w), np.array(dw), arrays)
    yield f"next_w (with {words})", next_w
    yield f"config (from {words})", entries(config, SETTINGS[code.exercise] + STATE[code.exercise])
    yield "dw after the call", code.after[1]


@example(*RULES)
def a_first_step(code, rng):
    yield from one_step(code, [5.0], [4.0], {"learning_rate": 0.5, **ROUND[code.exercise]})


@example(*TRACES)
def a_step_after_another(code, rng):
    yield from one_step(code, [5.0], [4.0], {"learning_rate": 0.5, **ROUND[code.exercise], **TRACES[code.exercise]})


@example(*RULES)
def two_parameters_of_one_array(code, rng):
    yield from one_step(code, [5.0, 1.0], [4.0, -2.0], {"learning_rate": 0.5, **ROUND[code.exercise]})


@example(*RULES)
def two_steps(code, rng):
    settings = {"learning_rate": 0.5, **ROUND[code.exercise]}
    for dw in (-2.0, 4.0, 2.0):
        _, config = code.under_test(np.array([5.0]), np.array([4.0]), settings)
        # This step begins at 5 again: the student's own next_w would be shown as given.
        next_w, _ = code.under_test(np.array([5.0]), np.array([dw]), config)
        yield named("next_w from the config that a step with dw 4 returned", settings), next_w


@example(*RULES)
def two_first_steps_without_a_config(code, rng):
    for dw in (4.0, -2.0):
        next_w, _ = code.under_test(np.array([5.0]), np.array([dw]))
    yield "next_w of a second call without a config, which starts anew", next_w


@example(*RULES)
def a_step_without_a_config(code, rng):
    next_w, config = code.under_test(np.array([5.0]), np.array([4.0]))
    yield "next_w without a config", next_w
    yield "config", entries(config, SETTINGS[code.exercise] + STATE[code.exercise])


@example(*RULES)
def a_config_without_a_step(code, rng):
    _, config = code.under_test(np.array([5.0]), np.array([4.0]))
    yield "config", entries(config, SETTINGS[code.exercise] + STATE[code.exercise])


@example("rmsprop", "adam")
def a_step_with_a_large_epsilon(code, rng):
    config = {"learning_rate": 0.5, **ROUND[code.exercise], "epsilon": LARGE[code.exercise]}
    yield from one_step(code, [5.0], [4.0], config)


@example("rmsprop", "adam")
def a_step_without_a_gradient(code, rng):
    config = {"learning_rate": 0.5, **ROUND[code.exercise], "epsilon": LARGE[code.exercise]}
    yield from one_step(code, [5.0], [0.0], config)
