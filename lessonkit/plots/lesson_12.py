"""Figures of lesson 12: what batch normalization does to a column, to a deep network, and in the backward pass."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, DASHES, GREEN, MARKERS, NO_AXES, VERMILLION, figure, show, written

DEPTH, WIDTH, EXAMPLES = 10, 100, 200
STARTS = {"weights too small, 0.05": 0.05, "just right, 0.14": 0.1414, "weights too large, 0.4": 0.4}


def signals_through_layers(affine_forward, relu_forward, batchnorm_forward=None):
    """Plot the size of the signals in a deep network before training, for three widths of the weights.

    Parameters
    ----------
    affine_forward, relu_forward : callable
        The layers.
    batchnorm_forward : callable, optional
        The student's function; if given, a second panel shows the same networks with it.
    """
    panels = {"without batch norm": None}
    if batchnorm_forward:
        panels["with batch norm"] = batchnorm_forward
    fig, axes = figure(
        1, len(panels), width=4.8 * len(panels), height=3.4, sharey=True, squeeze=False, margins=(1.15, 0.15, 0.6, 0.4)
    )
    for ax, (title, normalize) in zip(axes[0], panels.items()):
        for (name, weight_scale), color, dash, marker in zip(STARTS.items(), COLORS, DASHES, MARKERS):
            sizes = _sizes(weight_scale, affine_forward, relu_forward, normalize)
            ax.semilogy(range(1, DEPTH + 1), sizes, color=color, linestyle=dash, marker=marker)
            if not normalize:
                below = weight_scale < 0.1
                ax.annotate(name, (6, sizes[5]), xytext=(-8, -8 if below else 6), textcoords="offset points", ha="right",
                            va="top" if below else "bottom", fontsize=10)  # fmt: skip
        ax.set(title=title, xlabel="layer")
    axes[0, 0].set_ylabel("standard deviation\nbefore the activation")
    alt = (
        "Line plot, logarithmic: standard deviation of the signal before the activation in layers 1 to 10, for three widths of the weights. "
        "Without batch norm it falls below a thousandth with weights that are too small, stays near 1 with the right ones, and grows to more "
        "than ten thousand with weights that are too large."
    )
    show(
        fig, alt + " A second panel, with batch norm: all three lines should lie together near 1." * (len(panels) == 2)
    )


def _sizes(weight_scale, affine_forward, relu_forward, normalize):
    rng = np.random.default_rng(12)
    signal, sizes = rng.normal(size=(EXAMPLES, WIDTH)), []
    for _ in range(DEPTH):
        signal, _ = affine_forward(signal, weight_scale * rng.normal(size=(WIDTH, WIDTH)), np.zeros(WIDTH))
        if normalize:
            signal, _ = normalize(signal, np.ones(WIDTH), np.zeros(WIDTH), {"mode": "train"})
        sizes.append(signal.std())
        signal, _ = relu_forward(signal)
    return sizes


def one_column(steps):
    """Show the numbers of one column after each step.

    Parameters
    ----------
    steps : dict
        The list of numbers, by the name of the step.
    """
    fig, ax = figure(width=8, height=0.7 * len(steps) + 0.9, margins=(1.7, 0.15, 0.6, 0.15))
    ax.axvline(0, color=BLACK, linewidth=0.8, linestyle="-")
    for row, values in enumerate(steps.values()):
        ax.axhline(row, color=BLACK, linewidth=0.5, linestyle="-")
        for value in sorted(set(values)):
            count = values.count(value)
            ax.plot([value], [row], marker=MARKERS[row], color=COLORS[row], markersize=11, linestyle="none")
            ax.annotate(written(value) + f"  ({count}×)" * (count > 1), (value, row), xytext=(0, 9), textcoords="offset points",
                        ha="center", fontsize=10, bbox=dict(boxstyle="square,pad=0.1", facecolor="white", edgecolor="none"))  # fmt: skip
    ax.set_yticks(range(len(steps)), steps)
    ax.margins(x=0.08)
    ax.set(ylim=(len(steps) - 0.5, -0.6), xlabel="value")
    rows = "; ".join(f"{name}: {', '.join(map(written, values))}" for name, values in steps.items())
    show(fig, f"Dots on one number line for each step, from top to bottom. {rows}.")


# The position of each quantity in the graph, and its value for the column of the lesson.
NODES = {
    "x": (0, 0, "0  0  4  4"),
    "μ": (1.4, 1.5, "2"),
    "c": (2.8, 0, "−2  −2  2  2"),
    "v": (4.2, 1.5, "4"),
    "s": (5.6, 1.5, "2"),
    "x̂": (7.0, 0, "−1  −1  1  1"),
    "out": (9.8, 0, "7  7  13  13"),
    "γ": (8.4, 1.5, "3"),
    "β": (9.8, 1.5, "10"),
}
EDGES = {
    ("x", "c"): 5, ("x", "μ"): 6, ("μ", "c"): 5, ("c", "x̂"): 2, ("c", "v"): 4, ("v", "s"): 3,
    ("s", "x̂"): 2, ("x̂", "out"): 1, ("γ", "out"): 1, ("β", "out"): 1,
}  # fmt: skip


def graph():
    """Show batch normalization as a computational graph, with the numbers of the lesson's column."""
    fig, ax = figure(width=10, height=3.4, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(-0.7, 10.6), ylim=(-0.75, 2.2))
    boxes = {}
    for name, (x, y, numbers) in NODES.items():
        learned = name in "γβ"
        words = ax.text(x, y, name, ha="center", va="center", fontsize=13,
                        bbox=dict(boxstyle="round,pad=0.45", facecolor="white", edgecolor=GREEN if learned else BLACK,
                                  linestyle="--" if learned else "-", linewidth=1.5))  # fmt: skip
        boxes[name] = words.get_bbox_patch()
        ax.text(x, y + (0.42 if y else -0.42), numbers, ha="center", va="center", fontsize=11)
    for (start, end), step in EDGES.items():
        (x0, y0, _), (x1, y1, _) = NODES[start], NODES[end]
        ends = dict(patchA=boxes[start], patchB=boxes[end], shrinkA=3, shrinkB=3)
        ax.annotate(
            "",
            (x1, y1),
            (x0, y0),
            arrowprops=dict(arrowstyle="-|>", mutation_scale=16, linewidth=1.8, color=BLUE, **ends),
        )
        ax.text((x0 + x1) / 2, (y0 + y1) / 2, str(step), ha="center", va="center", fontsize=11, color=VERMILLION, fontweight="bold",
                bbox=dict(boxstyle="circle,pad=0.2", facecolor="white", edgecolor=VERMILLION))  # fmt: skip
    show(fig, "Computational graph, from left to right. x leads to its mean μ (2) and, with the mean subtracted, to c. c leads to the variance v (4), v to its root s (2). "
         "c divided by s is x̂. x̂ times γ (3) plus β (10) is out. Below x, c, x̂ and out are the four numbers of the column: x is 0, 0, 4, 4; "
         "c is −2, −2, 2, 2; x̂ is −1, −1, 1, 1; out is 7, 7, 13, 13. The circled numbers on the arrows are the steps of the backward pass: "
         "1 at out, 2 at x̂, 3 from s to v, 4 from v to c, 5 at c, 6 from μ to x.")  # fmt: skip


def two_modes(batchnorm_forward, batches=60, batch_size=64, company=15):
    """Show the running statistics during training, and one example in batches with others.

    Parameters
    ----------
    batchnorm_forward : callable
        The student's function.
    batches, batch_size : int
        How many batches train the running statistics, and how many examples each one has.
    company : int
        How many other examples share a batch with the one example.
    """
    rng = np.random.default_rng(7)
    gamma, beta, bn_param = np.ones(1), np.zeros(1), {"mode": "train"}
    running = []
    for _ in range(batches):
        batchnorm_forward(rng.normal(3, 2, size=(batch_size, 1)), gamma, beta, bn_param)
        running.append((bn_param["running_mean"][0], bn_param["running_var"][0]))
    fig, (left, right) = figure(1, 2, width=9.5, height=3.3)
    for values, name, true_value, color, dash in zip(zip(*running), ("mean", "variance"), (3, 4), COLORS, DASHES):
        left.plot(range(1, batches + 1), values, color=color, linestyle=dash, label=f"running {name}")
        left.axhline(true_value, color=color, linestyle=":", linewidth=1.2)
    left.set(title="running statistics start at zero", xlabel="training batch", ylim=(0, 5.5))
    left.legend(loc="lower right")
    example = np.array([[5.0]])
    for mode, marker, color in (("train", "o", BLUE), ("test", "s", VERMILLION)):
        outs = []
        for _ in range(20):
            batch = np.concatenate([example, rng.normal(3, 2, size=(company, 1))])
            out, _ = batchnorm_forward(batch, gamma, beta, {**bn_param, "mode": mode})
            outs.append(out[0, 0])
        right.plot(range(1, 21), outs, marker=marker, color=color, linestyle="none", label=f"mode {mode}")
    right.set(title="the same example, x = 5, in 20 batches", xlabel="batch", ylabel="out", ylim=(-0.4, 3))
    right.set_xticks([1, 5, 10, 15, 20])
    right.legend(loc="upper right", ncols=2)
    show(fig, "Left: running mean and running variance over 60 training batches; both start near zero, rise, and then hover around the true values 3 and 4. "
         "Right: the output for the same example in 20 different batches. In training mode, circles, it differs from batch to batch; in test mode, "
         "squares, it is always the same.")  # fmt: skip


def with_and_without(runs):
    """Plot the validation accuracy of the same networks with and without batch normalization.

    Parameters
    ----------
    runs : dict
        A pair of trained solvers, without and with batch norm, by the name of the start.
    """
    fig, axes = figure(1, len(runs), width=9.5, height=3.3, sharey=True)
    for ax, (start, solvers) in zip(axes, runs.items()):
        for solver, name, color, dash, marker in zip(
            solvers, ("without", "with"), (VERMILLION, BLUE), ("--", "-"), MARKERS
        ):
            epochs = range(1, len(solver.val_acc_history) + 1)
            ax.plot(
                epochs, solver.val_acc_history, color=color, linestyle=dash, marker=marker, label=f"{name} batch norm"
            )
        ax.set(title=start, xlabel="epoch", ylim=(0, 1.02))
        ax.title.set_fontsize(11)
    axes[0].set_ylabel("validation accuracy")
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    axes[0].legend(loc="center right", fontsize=9)
    show(fig, f"Three line plots of validation accuracy over the epochs, for the starts {', '.join(runs)}; dashed without batch norm, solid with it. "
         "Without it, the network does not learn at all if the weights are too small, and learns slowly if they are too large. "
         "With it, the network learns from all three starts.")  # fmt: skip
