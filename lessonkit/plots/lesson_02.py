"""Figures of lesson 02: squared errors, the slope of the loss, and the broadcasting trap."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, GREEN, ORANGE, UNTITLED, VERMILLION, figure, show, written

# The example that the lesson works out by hand.
PREDICTIONS, TARGETS = np.array([3.0, 3.0, 5.0]), np.array([2.0, 3.0, 7.0])


def errors_as_squares():
    """Show three predictions, three targets, and the squares between them."""
    from matplotlib.patches import Rectangle

    positions = np.array([0.0, 4.0, 7.5])
    hollow = {"marker": "s", "markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2}
    fig, ax = figure(width=8, height=3.8, margins=UNTITLED)
    ax.plot(positions, PREDICTIONS, color=BLUE, linestyle="", marker="o", markersize=9, label="prediction $x_i$")
    ax.plot(positions, TARGETS, color=VERMILLION, linestyle="", label="target $y_i$", **hollow)
    for i, (p, x, y) in enumerate(zip(positions, PREDICTIONS, TARGETS, strict=True)):
        side = abs(x - y)
        look = {"facecolor": ORANGE, "alpha": 0.35, "edgecolor": BLACK, "hatch": "//"}
        ax.add_patch(Rectangle((p, min(x, y)), side, side, **look))
        words = f"$x_{i + 1} - y_{i + 1} = {x - y:g}$\narea {side * side:g}"
        ax.annotate(words, (p + side, max(x, y)), xytext=(12, 2), textcoords="offset points", va="top")
    ax.set(xlim=(-0.6, 12), ylim=(1, 8), aspect="equal", xticks=[], ylabel="predicted and true value")
    ax.legend(loc="upper left", fontsize=10)
    show(fig, "Three predictions (dots: 3, 3, 5), each in one column with its target (squares: 2, 3, 7). Between each pair lies a "
         "square whose side is the error. The areas are 1, 0 and 4. The largest error dominates.")  # fmt: skip


def every_against_every():
    """Show what NumPy makes of (N, 1) minus (N,) for three predictions: a table of nine differences."""
    fig, (left, right) = figure(1, 2, width=7.5, height=3.2, width_ratios=(1, 2))
    pairs = (PREDICTIONS - TARGETS)[:, np.newaxis]
    table = PREDICTIONS[:, np.newaxis] - TARGETS
    for ax, values, title in [(left, pairs, "meant: 3 differences"), (right, table, "got: a table of 3 × 3")]:
        for (i, j), value in np.ndenumerate(values):
            own = values.shape[1] == 1 or i == j
            look = {"facecolor": ORANGE, "alpha": 0.45} if own else {"facecolor": "white"}
            ax.fill([j, j + 1, j + 1, j], [i, i, i + 1, i + 1], edgecolor=BLACK, linestyle="-", **look)
            ax.text(j + 0.5, i + 0.5, written(value), ha="center", va="center", fontweight="bold" if own else "normal")
        ax.set(xlim=(-0.1, values.shape[1] + 0.1), ylim=(3.1, -0.1), aspect="equal", xticks=[], title=title)
        ax.set_yticks([0.5, 1.5, 2.5], [f"{x:g}" for x in PREDICTIONS])
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    left.set_ylabel("predictions x")
    right.set_xticks([0.5, 1.5, 2.5], [f"{y:g}" for y in TARGETS])
    right.set_xlabel("targets y")
    show(fig, "Left: the three differences 1, 0 and -2. Right: with x of shape (3, 1) and y of shape (3,) NumPy makes a "
         "table of nine differences, each prediction against each target. Only its diagonal, shaded and bold, holds the differences that you want.")  # fmt: skip


def loss_of_one_prediction(mse_loss):
    """Show the loss while one of three predictions moves, with the slopes that `mse_loss` gives."""

    def at(third):
        x = PREDICTIONS.copy()
        x[2] = third
        loss, dx = mse_loss(x, TARGETS)
        return float(loss), float(dx[2])

    moves = np.linspace(2, 12, 101)
    fig, ax = figure(width=7, height=3.8, margins=UNTITLED)
    ax.plot(moves, [at(third)[0] for third in moves], color=BLUE, linestyle="-", label="your loss")
    slopes = []
    for third in (3.0, 5.0, 7.0, 10.0):
        loss, slope = at(third)
        slopes.append(f"{slope:.3g} at {third:g}")
        reach = np.array([-0.9, 0.9])
        label = "your slope dx" if third == 3 else None
        ax.plot(third + reach, loss + slope * reach, color=VERMILLION, linestyle="--", label=label)
        ax.plot(third, loss, marker="o", color=BLACK)
        beside = {"xytext": (10, -4), "va": "top"} if slope > 0 else {"xytext": (10, 2)}
        ax.annotate(written(slope, ".3g"), (third, loss), textcoords="offset points", **beside)
    ax.axvline(TARGETS[2], color=GREEN, linestyle=":", label="its target, 7")
    ax.set(xlabel="third prediction", ylabel="loss", xlim=(2, 12), ylim=(-0.6, 9.5))
    ax.legend(loc="upper left", bbox_to_anchor=(0.52, 1))
    show(fig, "Your loss while the third prediction moves from 2 to 12: a parabola when the loss is right. "
         f"Dashed lines have the slopes that your dx gives: {', '.join(slopes)}. "
         "They touch the curve when dx is right, and lie flat at the target, 7.")  # fmt: skip


def pull_of_an_outlier(mse_loss):
    """Show how far each of ten predictions should move when one target is an outlier."""
    rng = np.random.default_rng(5)
    targets = rng.normal(0, 1, 10)
    targets[6] = 8.0
    _, dx = mse_loss(np.zeros(10), targets)
    fig, ax = figure(width=7, height=3.2, margins=UNTITLED)
    ax.bar(np.arange(10), -dx, color=BLUE, edgecolor=BLACK)
    ax.bar([6], -dx[6], color=ORANGE, edgecolor=BLACK, hatch="//")
    ax.axhline(0, color=BLACK, linewidth=0.8, linestyle="-")
    ax.set(xlabel="example", ylabel="−dx: where to move", xticks=range(10))
    ax.annotate("the outlier", (6, -dx[6]), xytext=(22, -12), textcoords="offset points")
    share = abs(dx[6]) / np.abs(dx).sum()
    show(fig, "Bar chart of minus dx for ten predictions of zero. Nine targets lie near zero, and the target of example 6 is 8: "
         f"its bar makes up {100 * share:.0f} percent of the total pull.")  # fmt: skip
