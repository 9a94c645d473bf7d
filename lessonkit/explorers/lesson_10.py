"""Explorer of lesson 10: the land, and as a network sees it while it trains, with another learning rate or batch size."""

import numpy as np

from lessonkit.explorers import panel, train
from lessonkit.explorers.stage import train_for
from lessonkit.plots import BLACK, BLUE, VERMILLION
from lessonkit.plots.lesson_10 import draw_map, show_scale

STEPS = 20  # of training between two pictures
FROM_DESIGN = "as in your design"
CURVES = {
    "training": {"color": BLUE, "linestyle": "-", "marker": "o", "markersize": 3},
    "validation": {"color": VERMILLION, "linestyle": "--", "marker": "s", "markersize": 3},
}


def learn_the_land(make_solver, predict, data, raw, grid, target=90.0):
    """Train the student's design while one looks on, and let the student change how it learns.

    Parameters
    ----------
    make_solver, predict : callable
        The student's: ``make_solver(data, rng) -> solver``, ``predict(model, X_train, y_train, X) -> meters``.
    data, raw : dict
        The split, normalized and in degrees and meters.
    grid : array of shape (8686, 2)
        Where to look.
    target : float
        RMS error to reach, in meters.
    """
    land, left, right = axes = _maps_and_errors(target)
    draw_map(land, grid, _heights(raw, grid), "the land as it is")

    def start(learning_rate, batch_size):
        solver = make_solver(data, np.random.default_rng(10))
        if learning_rate != FROM_DESIGN:
            for config in solver.optim_configs.values():
                config["learning_rate"] = float(learning_rate)
        if batch_size != FROM_DESIGN:
            solver.batch_size = int(batch_size)
            solver.iterations_per_epoch = -(-len(solver.X_train) // solver.batch_size)
        return solver

    def advance(solver):
        """A few steps."""
        return train_for(solver, STEPS)

    def draw(solver, learning_rate, batch_size):
        right.set_xlim(0, solver.num_epochs)
        done, steps = len(solver.val_acc_history), len(solver.loss_history)
        right.plot(range(1, done + 1), solver.train_acc_history, **CURVES["training"])
        right.plot(range(1, done + 1), solver.val_acc_history, **CURVES["validation"])
        right.set_title(f"RMS error, epoch {done} of {solver.num_epochs}")
        given = f"learning rate {learning_rate}, batch size {batch_size}"
        if not np.isfinite(solver.loss_history[-1]):
            left.set_title("training blew up")
            return f"Training blew up after {steps} steps: {given}. The learning rate is too large."
        draw_map(left, grid, predict(solver.model, raw["X_train"], raw["y_train"], grid), "as the network sees it")
        error = f"off by {solver.val_acc_history[-1]:.0f} m on the validation set (RMS)" if done else "not measured yet"
        return f"{done} of {solver.num_epochs} epochs, {steps} steps, {given}: {error}. The target is {target:.0f} m."

    return train(
        start,
        advance,
        draw,
        *axes,
        first=50,
        learning_rate=[FROM_DESIGN, "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"],
        batch_size=[FROM_DESIGN, "10", "30", "100", "300", "1000"],
    )


def _heights(raw, grid):
    """The elevation at each point of the grid: every one is in one of the three sets."""
    points, meters = (
        np.concatenate([raw[f"{letter}_{name}"] for name in ("train", "val", "test")]) for letter in ("X", "y")
    )
    heights = np.empty(len(grid))
    heights[np.lexsort(grid.T)] = meters[np.lexsort(points.T)]
    return heights


def _maps_and_errors(target):
    """The axes for the land, for the network's map of it, and for the errors of the epochs."""
    land = panel(width=3.1, height=3.3, margins=(0.8, 0.1, 0.6, 0.4), title=" ")
    left = panel(width=4.0, height=3.3, margins=(0.8, 1, 0.6, 0.4))
    show_scale(left)
    right = panel(width=3.9, height=3.3, xlabel="epoch", ylabel="meters", ylim=(0, 180))
    right.axhline(target, color=BLACK, linestyle=":", linewidth=1.2)
    place = dict(xytext=(-2, 4), textcoords="offset points", ha="right", fontsize=9)
    right.annotate(f"target: {target:.0f} m", (1, target), xycoords=right.get_yaxis_transform(), **place)
    for name, look in CURVES.items():
        right.plot([], [], label=name, **look)
    right.legend(loc="lower left", fontsize=9)
    return land, left, right
