"""Explorer of lesson 09: a training run, and what the learning rate and the batch size do to it."""

import numpy as np

from lessonkit.explorers import explore
from lessonkit.plots import BLACK, BLUE, VERMILLION, figure

EPOCHS = 30
LARGEST = 30.0  # loss that the figure shows


def training_run(Solver, make_model, data):
    """Train a small network anew for every setting, and show its curve and its losses.

    Parameters
    ----------
    Solver : class
        The student's.
    make_model : callable
        Without arguments; returns a fresh network of one input and one output, the same each time.
    data : dict
        "X_train" of shape (N, 1) and so on.
    """
    X, y = data["X_train"], data["y_train"]
    line = np.linspace(X.min() - 0.2, X.max() + 0.2, 120)[:, np.newaxis]

    def draw(learning_rate, batch_size, update_rule):
        options = {"optim_config": {"learning_rate": float(learning_rate)}, "rng": np.random.default_rng(0)}
        solver = Solver(
            make_model(), data, update_rule, batch_size=batch_size, num_epochs=EPOCHS, verbose=False, **options
        )
        said = f"{update_rule}, learning rate {learning_rate}, batch size {batch_size}: "
        fig, (left, right) = figure(1, 2, width=9, height=3.2)
        left.plot(X[:, 0], y, marker="o", markersize=4, color=BLACK, linestyle="", alpha=0.5)
        try:
            with np.errstate(all="ignore"):
                solver.train()
            left.plot(line[:, 0], solver.model.loss(line)[:, 0], color=VERMILLION, linestyle="-")
            said += f"{len(solver.loss_history)} steps in {EPOCHS} epochs. "
            said += f"RMS error on the validation data {min(solver.val_acc_history):.2f}."
        except FloatingPointError:
            left.text(0.5, 0.9, "training blew up", transform=left.transAxes, ha="center", color=VERMILLION)
            said += f"training blew up after {len(solver.loss_history)} steps. The learning rate is too large."
        left.set(title="data and network", xlabel="x", ylabel="y", ylim=(-2.2, 2.2))
        losses = np.clip(np.nan_to_num(solver.loss_history, nan=LARGEST, posinf=LARGEST), 1e-4, LARGEST)
        epochs = np.arange(1, len(losses) + 1) / solver.iterations_per_epoch
        right.semilogy(epochs, losses, color=BLUE, linestyle="-", linewidth=1)
        right.set(
            title="loss of every batch", xlabel="epoch", ylabel="loss", xlim=(0, EPOCHS), ylim=(3e-3, 1.5 * LARGEST)
        )
        return fig, said

    return explore(
        draw,
        learning_rate=["0.1", "0.001", "0.003", "0.01", "0.03", "0.3", "1.0"],
        batch_size=[8, 1, 2, 16, 48],
        update_rule=["sgd", "sgd_momentum", "rmsprop", "adam"],
    )
