"""Figures of lesson 11: scores, probabilities and losses of a classifier, and where it goes wrong."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, VERMILLION, figure, show, written


def digits(images, labels, rows=2, columns=5):
    """Show some images with their labels.

    Parameters
    ----------
    images : array of shape (N, H, W)
    labels : integer array of shape (N,)
    rows, columns : int
        How many are shown.
    """
    fig, axes = figure(
        rows, columns, width=columns, height=1.1 * rows + 0.2, margins=(0.1, 0.1, 0.05, 0.3), gaps=(0.1, 0.3)
    )
    for ax, image, label in zip(axes.flat, images, labels):
        _draw_digit(ax, image)
        ax.set_title(str(label), fontsize=10)
    caption = ", ".join(map(str, labels[: rows * columns]))
    show(
        fig, f"{rows * columns} small gray images of handwritten digits, each below the digit that it shows: {caption}."
    )


def numbers_are_no_classes():
    """Show why one number cannot stand for a class: for an image that is a 1 or a 7, the least squared error is at 4."""
    guess = np.arange(0, 9.01, 0.1)
    fig, (left, right) = figure(1, 2, width=9, height=3)
    left.plot(guess, ((guess - 1) ** 2 + (guess - 7) ** 2) / 2, color=BLUE, linestyle="-")
    left.plot([4], [9], color=VERMILLION, marker="o", linestyle="none")
    left.annotate("best guess: 4", (4, 9), xytext=(0, -14), textcoords="offset points", ha="center", va="top")
    left.set(title="One number for ten classes", xlabel="predicted number", ylabel="mean squared error", ylim=(0, 40))
    left.set_xticks(range(10))
    right.bar(range(10), [0, 0.5, 0, 0, 0, 0, 0, 0.5, 0, 0], color=BLUE)
    right.set(title="One probability for each class", xlabel="class", ylabel="probability", ylim=(0, 1))
    right.set_xticks(range(10))
    right.set_axisbelow(True)
    show(fig, "An image that is a 1 or a 7 with equal odds. Left: the mean squared error over the predicted number is a valley "
         "with its lowest point at 4. Right: bars of probability one half for the classes 1 and 7, zero for the others.")  # fmt: skip


def sure_and_wrong():
    """Show two losses while the score of the right class is ahead or behind."""
    lead = np.linspace(-8, 8, 161)
    wrong = 1 / (1 + np.exp(lead))
    curves = {
        "cross-entropy": (np.logaddexp(0, -lead), -wrong, BLUE, "-"),
        "squared error": (wrong**2, -2 * wrong**2 * (1 - wrong), VERMILLION, "--"),
    }
    fig, axes = figure(1, 2, width=9, height=3.2)
    for name, (loss, slope, color, dash) in curves.items():
        axes[0].plot(lead, loss, color=color, linestyle=dash, label=name)
        axes[1].plot(lead, slope, color=color, linestyle=dash, label=name)
    for ax, title in zip(axes, ("loss", "slope of the loss")):
        ax.axvline(0, color=BLACK, linewidth=0.8, linestyle="-")
        ax.set(title=title, xlabel="score of the right class minus that of the wrong one")
        ax.xaxis.label.set_fontsize(10)
    axes[0].legend()
    axes[0].annotate("confident,\nbut wrong", (-8, 1), xytext=(-7.8, 1.5), fontsize=10)
    axes[1].annotate("no slope:\nnothing is learned", (-7, 0), xytext=(-7.6, -0.45), fontsize=10,
                     arrowprops=dict(arrowstyle="->"))  # fmt: skip
    show(fig, "Two line plots over the lead of the right class's score, from −8 to 8. Left, the loss: cross-entropy rises in a straight "
         "line as the lead becomes negative, while the squared error of the probability levels off at 1. Right, the slope: that of cross-entropy "
         "goes to −1 there, and that of the squared error back to 0.")  # fmt: skip


def scores_to_probabilities(scores, exponentials, probabilities):
    """Show the three steps of softmax for one example.

    Parameters
    ----------
    scores, exponentials, probabilities : lists of float
        One number per class.
    """
    steps = {
        "scores": (scores, "any number"),
        "exponentials": (exponentials, "all positive"),
        "probabilities": (probabilities, "positive, and their sum is 1"),
    }
    fig, axes = figure(1, 3, width=9, height=2.8, margins=(0.5, 0.15, 0.35, 0.6))
    for ax, (name, (values, words)) in zip(axes, steps.items()):
        bars = ax.bar(range(len(values)), values, color=COLORS[: len(values)], edgecolor=BLACK)
        ax.bar_label(bars, [written(value, ".3g") for value in values], padding=4, fontsize=10)
        ax.axhline(0, color=BLACK, linewidth=0.8, linestyle="-")
        ax.set_title(f"{name}\n{words}", fontsize=11)
        ax.set_xticks(range(len(values)), [f"class {k}" for k in range(len(values))])
        ax.margins(y=0.25)
        ax.locator_params("y", nbins=6)
        ax.grid(False)
    caption = "; ".join(f"{name} {', '.join(map(written, values))}" for name, (values, _) in steps.items())
    show(fig, f"Three bar charts, one bar for each class, side by side: {caption}.")


def training(solver, good_enough):
    """Show loss and accuracy during training.

    Parameters
    ----------
    solver : Solver
        The solver after training.
    good_enough : float
        The validation accuracy to reach.
    """
    from matplotlib.ticker import LogLocator, MultipleLocator

    fig, (left, right) = figure(1, 2, width=9, height=3.2)
    steps = np.arange(1, len(solver.loss_history) + 1)
    left.semilogy(steps, solver.loss_history, color=BLUE, linestyle="-", linewidth=1)
    left.axhline(np.log(10), color=BLACK, linestyle=":", linewidth=1.5)
    below = dict(xytext=(0, -4), textcoords="offset points", ha="right", va="top", fontsize=10)
    left.annotate("guessing: ln 10 ≈ 2.3", (steps[-1], np.log(10)), **below)
    left.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    left.set(title="loss of each batch", xlabel="step")
    epochs = np.arange(1, len(solver.val_acc_history) + 1)
    right.plot(epochs, solver.train_acc_history, color=BLUE, linestyle="-", label="training")
    right.plot(epochs, solver.val_acc_history, color=VERMILLION, linestyle="--", marker="s", markersize=4,
               label=f"validation, at best {max(solver.val_acc_history):.1%}")  # fmt: skip
    right.axhline(good_enough, color=BLACK, linestyle=":", linewidth=1.5)
    right.annotate(f"target: {good_enough:.0%}", (epochs[-1], good_enough), **below)
    right.set(
        title="accuracy after each epoch", xlabel="epoch", ylim=(min(0.9, min(solver.val_acc_history)) - 0.02, 1.005)
    )
    right.yaxis.set_major_locator(MultipleLocator(0.05))
    right.yaxis.set_major_formatter("{x:.0%}")
    right.legend(loc="lower right")
    show(fig, "Left: line plot, logarithmic, of the loss of each batch over the steps of training; it starts near ln 10 and should fall far "
         "below. Right: accuracy on the training set, solid, and on the validation set, dashed with squares, after each epoch; "
         f"a dotted line marks the target, {good_enough:.0%}.")  # fmt: skip


def confusion(labels, predicted, classes=10):
    """Show how often the network predicted each class for each true class.

    Parameters
    ----------
    labels, predicted : integer arrays of shape (N,)
    classes : int
    """
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    wrong = counts * (1 - np.eye(classes, dtype=int))
    darkest = max(wrong.max(), 8)
    fig, ax = figure(width=5.2, height=4.9)
    ax.imshow(np.where(wrong, wrong, np.nan), cmap="Oranges", vmin=0, vmax=darkest)
    for row, column in zip(*np.nonzero(counts)):
        color = "white" if wrong[row, column] > 0.6 * darkest else BLACK
        weight = "normal" if row == column else "bold"
        ax.text(column, row, counts[row, column], ha="center", va="center", fontsize=10, color=color, fontweight=weight)
    ax.set(xlabel="predicted digit", ylabel="true digit", title=f"{wrong.sum()} of {len(labels)} wrong")
    ax.set_xticks(range(classes))
    ax.set_yticks(range(classes))
    edges = np.arange(classes + 1) - 0.5  # between the cells, not through their numbers
    ax.set_xticks(edges, minor=True)
    ax.set_yticks(edges, minor=True)
    ax.tick_params(which="minor", length=0)
    ax.grid(False)
    ax.grid(which="minor", alpha=0.3)
    show(fig, "Confusion matrix: a row for each true digit, a column for each predicted digit, and the number of such "
         f"images in each cell. {len(labels) - wrong.sum()} of {len(labels)} lie on the diagonal, where both agree; the mistakes are off the diagonal, in bold.")  # fmt: skip


def worst_mistakes(images, labels, predicted, losses, columns=8):
    """Show the misclassified images with the largest losses.

    Parameters
    ----------
    images : array of shape (N, H, W)
    labels, predicted : integer arrays of shape (N,)
    losses : array of shape (N,)
    columns : int
        At most this many are shown.
    """
    wrong = np.flatnonzero(labels != predicted)
    worst = wrong[np.argsort(-losses[wrong])][:columns]
    fig, axes = figure(1, columns, width=9, height=1.8, margins=(0.1, 0.1, 0.05, 0.5), gaps=(0.3, 0))
    for ax in axes:
        ax.set_axis_off()
    for ax, i in zip(axes, worst):
        _draw_digit(ax, images[i])
        ax.set_title(f"is {labels[i]}, read as {predicted[i]}\nloss {losses[i]:.1f}", fontsize=9)
    caption = (
        "; ".join(f"true digit {labels[i]}, predicted {predicted[i]}, loss {losses[i]:.1f}" for i in worst) or "none"
    )
    show(
        fig,
        f"A row of handwritten digits that the network misread, those with the largest loss first: {caption}.",
    )


def _draw_digit(ax, image):
    ax.imshow(image, cmap="gray_r")
    ax.set_axis_off()
