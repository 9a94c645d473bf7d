"""Figures of lesson 09: the training loop, the best epoch, histories, and a fit that grows."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, GREEN, NO_AXES, UNTITLED, VERMILLION, figure, show


def the_loop():
    """Show the training loop as a diagram: the steps of an epoch, and what happens after each epoch."""
    from matplotlib.patches import FancyBboxPatch

    fig, ax = figure(width=9, height=4.6, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(0, 18), ylim=(0, 9.2))

    def box(x, y, width, height, words, color=BLACK, **look):
        ax.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0.1", facecolor="white",
                                    edgecolor=color, **{"linewidth": 1.5, **look}))  # fmt: skip
        ax.text(x + width / 2, y + height / 2, words, ha="center", va="center", fontsize=10)

    def arrow(start, end, color=BLACK, bend=0.0):
        style = dict(arrowstyle="-|>", linewidth=1.8, mutation_scale=16, color=color,
                     connectionstyle=f"arc3,rad={bend}")  # fmt: skip
        ax.annotate("", end, start, arrowprops=style)

    box(0.3, 0.3, 12.9, 8.5, "", GREEN, linestyle="--")
    ax.text(0.6, 8.25, "every epoch of train()", color=GREEN, fontsize=11, fontweight="bold")
    box(0.9, 4.3, 11.7, 3.5, "", BLUE)
    ax.text(1.2, 7.2, "every step of the epoch: step()", color=BLUE, fontsize=11, fontweight="bold")
    box(1.3, 5.1, 2.6, 1.5, "take the\nnext batch")
    box(5.2, 5.1, 2.9, 1.5, "model: loss\nand gradients")
    box(9.4, 5.1, 2.8, 1.5, "update every\nparameter")
    arrow((4.0, 5.85), (5.1, 5.85))
    arrow((8.2, 5.85), (9.3, 5.85))
    arrow((10.8, 5.0), (2.6, 5.0), BLUE, bend=-0.07)
    box(1.3, 0.9, 2.6, 1.7, "lower the\nlearning rates")
    box(5.2, 0.9, 2.9, 1.7, "measure:\ncheck_accuracy()")
    box(9.4, 0.9, 2.8, 1.7, "best so far?\nkeep a copy")
    arrow((2.6, 4.2), (2.6, 2.7))
    ax.text(2.9, 3.35, "after its last step", va="center", fontsize=10)
    arrow((4.0, 1.75), (5.1, 1.75))
    arrow((8.2, 1.75), (9.3, 1.75))
    arrow((11.6, 2.7), (11.6, 4.2), GREEN)
    ax.text(11.3, 3.35, "next epoch", va="center", ha="right", color=GREEN, fontsize=10)
    box(14.6, 0.9, 3.0, 1.7, "at the very end:\nthe model gets\nthe best back")
    arrow((12.3, 1.75), (14.5, 1.75))
    show(fig, "Diagram of train(). An inner loop, step(), runs for every step of an epoch: take the next batch, get loss and gradients from "
         "the model, update every parameter. After the last step of an epoch: lower the learning rates, measure with check_accuracy(), and "
         "keep a copy of the parameters if they are the best so far. Then the next epoch begins. At the very end, the model gets the best ones back.")  # fmt: skip


def the_best_epoch():
    """Show errors of a long training: they keep falling on the training data, and rise again on the validation data."""
    epochs = np.arange(1, 21)
    train = 30 + 130 * np.exp(-epochs / 4)
    val = 48 + 118 * np.exp(-epochs / 3.2) + 0.14 * np.maximum(epochs - 6, 0) ** 2
    best = int(np.argmin(val))
    fig, ax = figure(width=5.2, height=3.4, margins=UNTITLED)
    ax.plot(epochs, train, color=BLUE, linestyle="-", marker="o", markersize=4, label="on the training data")
    ax.plot(epochs, val, color=VERMILLION, linestyle="--", marker="s", markersize=4, label="on the validation data")
    ax.plot(epochs[best], val[best], marker="*", markersize=18, color=BLACK, linestyle="")
    ax.annotate(
        f"the best: epoch {epochs[best]}", (epochs[best], val[best]), (0, 26), textcoords="offset points", ha="center"
    )
    ax.set(xlabel="epoch", ylabel="RMS error in meters", ylim=(0, None), xticks=range(0, 21, 5))
    ax.legend()
    show(fig, "Sketch of two curves over 20 epochs. The RMS error on the training data keeps falling. The error on the "
         f"validation data falls until epoch {epochs[best]}, marked with a star as the best, and then rises slowly.")  # fmt: skip


def histories(solver, unit=""):
    """Show the loss of every step, and the accuracies of every epoch.

    Parameters
    ----------
    solver : Solver
        The student's solver, after training.
    unit : str
        The unit of the accuracies.
    """
    losses, train, val = (np.array(h) for h in (solver.loss_history, solver.train_acc_history, solver.val_acc_history))
    pick = np.argmax if solver.category == "classification" else np.argmin
    best, epochs = int(pick(val)), np.arange(1, len(val) + 1)
    word = "accuracy" if solver.category == "classification" else "RMS error"
    fig, (left, right) = figure(1, 2, width=9, height=3.3, margins=(0.95, 0.15, 0.6, 0.4))
    left.semilogy(np.arange(1, len(losses) + 1), losses, color=BLUE, linestyle="-", linewidth=1)
    left.set(title="loss of every batch", xlabel="step", ylabel="loss")
    right.plot(epochs, train, color=BLUE, linestyle="-", marker="o", markersize=4, label="training data")
    right.plot(epochs, val, color=VERMILLION, linestyle="--", marker="s", markersize=4, label="validation data")
    right.plot(epochs[best], val[best], marker="*", markersize=16, color=BLACK, linestyle="", label="best")
    right.set(
        title=f"{word} after every epoch", xlabel="epoch", ylabel=f"{word} {f'in {unit}' if unit else ''}".strip()
    )
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(fontsize=9)
    show(fig, f"Two panels. Left: the loss of each of {len(losses)} steps, on a logarithmic axis. Right: {word} after each of "
         f"{len(val)} epochs; on the validation data it goes from {val[0]:.0f} to {val[-1]:.0f}, and the best, {val[best]:.0f}, "
         f"comes after epoch {epochs[best]}.")  # fmt: skip


def a_fit_that_grows(solver, X, y, stops=(1, 5, 20, 80, 320)):
    """Train in stages, and show the curve of the network after each stage.

    Parameters
    ----------
    solver : Solver
        The student's solver, not yet trained, with a model of one input and one output.
    X, y : arrays of shape (N, 1) and (N,)
        The training examples.
    stops : tuple of int
        After how many epochs to look.
    """
    line = np.linspace(X.min() - 0.2, X.max() + 0.2, 120)[:, np.newaxis]
    fig, axes = figure(1, len(stops), width=10, height=2.5, sharey=True)
    errors = []
    for ax, stop in zip(axes, stops, strict=True):
        solver.num_epochs = stop
        solver.train()
        errors.append(solver.check_accuracy(X, y))
        ax.plot(X[:, 0], y, marker="o", markersize=4, color=BLACK, linestyle="", alpha=0.5)
        ax.plot(line[:, 0], solver.model.loss(line)[:, 0], color=VERMILLION, linestyle="-")
        ax.set(title=f"{stop} epoch{'s' if stop > 1 else ''}", xlabel="x")
    axes[0].set_ylabel("y")
    show(fig, f"{len(stops)} panels with the same points and the curve of the network after {', '.join(map(str, stops))} epochs. "
         f"The curve bends toward the points; its RMS error goes from {errors[0]:.2f} to {errors[-1]:.2f}.")  # fmt: skip
