"""Explorer of lesson 09: a training run, and what the learning rate and the batch size do to it."""

import numpy as np

from lessonkit.explorers import panel, train
from lessonkit.explorers.stage import train_for
from lessonkit.plots import BLACK, BLUE, VERMILLION

EPOCHS = 30
LARGEST = 30.0  # loss that the figure shows


def training_run(Solver, make_model, data):
    """Train a small network while one looks on: its curve and its losses, epoch by epoch.

    Parameters
    ----------
    Solver : class
        The student's.
    make_model : callable
        Without arguments; returns a fresh network of one input and one output, the same each time.
    data : dict
        "X_train" of shape (N, 1) and so on.
    """
    X = data["X_train"]
    line = np.linspace(X.min() - 0.2, X.max() + 0.2, 120)[:, np.newaxis]
    left, right = _curve_and_losses(data, line)

    def start(learning_rate, batch_size, update_rule):
        config, rng = {"learning_rate": float(learning_rate)}, np.random.default_rng(0)
        options = {"batch_size": batch_size, "num_epochs": EPOCHS, "verbose": False, "rng": rng}
        return Solver(make_model(), data, update_rule, config, **options)

    def advance(solver):
        """One epoch."""
        return train_for(solver, solver.iterations_per_epoch)

    def draw(solver, learning_rate, batch_size, update_rule):
        losses, errors = np.array(solver.loss_history), solver.val_acc_history
        steps = f"{len(losses)} steps of {update_rule}, learning rate {learning_rate}, batch size {batch_size}"
        if np.isfinite(losses[-1]):
            left.plot(line[:, 0], solver.model.loss(line)[:, 0], color=VERMILLION, linestyle="-")
            words = f"Epoch {len(errors)} of {EPOCHS}: {steps}. RMS error on the validation data {errors[-1]:.2f}, at best {min(errors):.2f}."
        else:
            left.text(0, 1.8, "training blew up", ha="center", color=VERMILLION)
            words = f"Training blew up after {steps}. The learning rate is too large."
        epochs = np.arange(1, len(losses) + 1) / solver.iterations_per_epoch
        shown = np.clip(np.nan_to_num(losses, nan=LARGEST, posinf=LARGEST), 1e-4, LARGEST)
        right.plot(epochs, shown, color=BLUE, linestyle="-", linewidth=1)
        return words

    return train(
        start,
        advance,
        draw,
        left,
        right,
        first=EPOCHS,
        learning_rate=["0.1", "0.001", "0.003", "0.01", "0.03", "0.3", "1.0"],
        batch_size=[8, 1, 2, 16, 48],
        update_rule=["sgd", "sgd_momentum", "rmsprop", "adam"],
    )


def _curve_and_losses(data, line):
    """The axes for the data and the network's curve, and those for the losses of the batches."""
    left = panel(title="data and network", xlabel="x", ylabel="y", xlim=(line.min(), line.max()), ylim=(-2.2, 2.2))
    left.plot(data["X_train"][:, 0], data["y_train"], marker="o", markersize=4, color=BLACK, linestyle="", alpha=0.5)
    right = panel(title="loss of every batch", xlabel="epoch", ylabel="loss", xlim=(0, EPOCHS), yscale="log")
    right.set_ylim(3e-3, 1.5 * LARGEST)
    return left, right
