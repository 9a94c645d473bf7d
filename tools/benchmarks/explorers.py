"""How long an explorer takes from a new value to a new picture, compared with drawing everything again.

Each explorer is drawn with the reference, at its first values and its default size. "Anew" includes the figure, axes, ticks and
labels, as when a notebook with this cell is graded.
"""

import importlib

import numpy as np

import reference_impl as ref
from tools.benchmarks.timing import Row, in_turn

AT_MOST = 100  # ms from input to picture


def examples():
    """Return every explorer as its lesson shows it, with the reference's functions.

    Returns
    -------
    dict of int to callable
        By the lesson's number: called without arguments, it returns what the lesson's cell shows.
    """
    pairs = {
        name: (getattr(ref, f"{kind}_forward"), getattr(ref, f"{kind}_backward"))
        for name, kind in (("ReLU", "relu"), ("tanh", "tanh"), ("sigmoid", "sigmoid"))
    }
    forward = {name: pair[0] for name, pair in pairs.items()}
    grid, height = ref.data.load_terrain()
    raw, data = importlib.import_module("reference_impl.regression").terrain()
    calls = {
        0: ("broadcasting",),
        1: ("tangent", pairs),
        2: ("error_surface", ref.mse_loss, ref.rms_error, ref.standardize),
        3: ("step_size", ref.eval_numerical_gradient),
        4: ("weight_scale", ref.init_normal, {name: forward[name] for name in ("tanh", "ReLU")}),
        5: ("walk_forward", ref.affine_forward, ref.relu_forward),
        6: ("there_and_back", ref.affine_forward, ref.relu_forward),
        7: ("race", ref.sgd, ref.sgd_momentum, ref.rmsprop, ref.adam),
        8: ("batch_means", ref.minibatches, grid, height),
        9: ("training_run", ref.Solver, _small_network, _wave()),
        10: ("learn_the_land", ref.make_solver, ref.predict, data, raw, grid),
        11: ("decision_regions", _classifier, ref.adam),
        12: ("activations", ref.affine_forward, ref.tanh_forward, ref.batchnorm_forward),
    }
    return {number: _maker(number, *call) for number, call in calls.items()}


def _maker(number, name, *given):
    def make(change=lambda function: function):
        """Return the explorer; `change` may replace each function that it is given."""

        def changed(value):
            if isinstance(value, dict):
                return {key: changed(item) for key, item in value.items()}
            if isinstance(value, tuple):
                return tuple(map(changed, value))
            return change(value) if callable(value) else value

        module = importlib.import_module(f"lessonkit.explorers.lesson_{number:02d}")
        return getattr(module, name)(*map(changed, given))

    return make


def _wave():
    rng = np.random.default_rng(9)
    x = rng.uniform(-2, 2, (72, 1))
    y = np.sin(2.5 * x[:, 0]) + 0.3 * x[:, 0] + rng.normal(0, 0.15, 72)
    return {"X_train": x[:48], "y_train": y[:48], "X_val": x[48:], "y_val": y[48:]}


def _small_network():
    look = {"activation": "tanh", "initializer": "xavier", "dtype": np.float64, "rng": np.random.default_rng(0)}
    return ref.FullyConnectedNet("regression", [16], [False], input_dim=1, output_dim=1, **look)


def _classifier(neurons, reg):
    look = {"activation": "tanh", "initializer": "xavier", "reg": reg, "rng": np.random.default_rng(0)}
    return ref.FullyConnectedNet("classification", 2 * [neurons], 2 * [False], input_dim=2, output_dim=3, **look)


def measure(quick=False):
    """Yield one row for each explorer, or, to be quick, for the first two."""
    for number, make in list(examples().items())[: 2 if quick else None]:
        shown = make()
        jobs = {"redrawn": shown.redraw, "anew": make}
        timings = in_turn(jobs, rounds=1 if quick else 9, warm_up=0 if quick else 1)
        yield Row(
            f"lesson {number:02d}",
            {
                "redrawn": timings.time("redrawn", "ms", at_most=AT_MOST),
                "redrawn (processor)": timings.time("redrawn", "ms", kind="cpu"),
                "anew / redrawn": timings.ratio("anew", "redrawn"),
            },
        )
