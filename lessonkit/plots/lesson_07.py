"""Figures of lesson 07: two surfaces, paths down them, and what each update rule remembers on the way."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, DASHES, GREEN, MARKERS, NO_AXES, UNTITLED, VERMILLION, figure, show

GRAY = "#8C8C8C"  # stands out from light and from dark paper
PAPER = dict(facecolor="white", edgecolor="none", pad=2)  # under words on a map
OFF_THE_MAP = 1e3


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters that can be drawn as a map.

    Attributes
    ----------
    name : str
    loss, gradient : callable
        Functions of w, an array of shape (2, ...): the height, and the slope in both directions.
    start, minimum : tuple of float
        Where paths begin, and where they should end. The loss at the minimum is zero.
    window : tuple of float
        The part that is drawn: left, right, bottom, top.
    levels : tuple of float
        The heights of the contour lines.
    """

    name: str
    loss: Callable
    gradient: Callable
    start: tuple
    minimum: tuple
    window: tuple
    levels: tuple


def _ravine(w):
    return (w[0] ** 2 + 50 * w[1] ** 2) / 2


def _ravine_gradient(w):
    return np.array([w[0], 50 * w[1]])


def _beale(w):
    x, y = w
    return sum((target - x + x * y**power) ** 2 for power, target in ((1, 1.5), (2, 2.25), (3, 2.625)))


def _beale_gradient(w):
    x, y = w
    gradient = np.zeros_like(w)
    for power, target in ((1, 1.5), (2, 2.25), (3, 2.625)):
        error = target - x + x * y**power
        gradient += 2 * error * np.array([y**power - 1, power * x * y ** (power - 1)])
    return gradient


RAVINE = Surface("ravine", _ravine, _ravine_gradient, (-4.0, 0.8), (0.0, 0.0), (-4.6, 1.7, -1.1, 1.1),
                 (0.1, 0.5, 1.5, 3.5, 7, 12, 18, 26))  # fmt: skip
BEALE = Surface("Beale's function", _beale, _beale_gradient, (1.0, 1.5), (3.0, 0.5), (-0.4, 4.0, -1.7, 1.8),
                (0.03, 0.15, 0.5, 1.5, 4, 10, 25, 60))  # fmt: skip
SURFACES = {surface.name: surface for surface in (RAVINE, BEALE)}


def walk(rule, surface, steps=60, **config):
    """Follow an update rule down a surface.

    Parameters
    ----------
    rule : callable
        ``rule(w, dw, config) -> next_w, config``.
    surface : Surface
    steps : int
        How many steps; the walk ends early if the path leaves the map for good.
    **config
        The rule's settings.

    Returns
    -------
    path : array of shape (steps + 1, 2)
        The start, and w after every step.
    states : list of dict
        The config after every step.
    """
    w = np.array(surface.start)
    path, states = [w.copy()], []
    for _ in range(steps):
        w, config = rule(w, surface.gradient(w), config)
        path.append(np.array(w))
        states.append(copy.deepcopy(config))  # a rule may use the same dict and arrays again
        if not np.abs(w).max() < OFF_THE_MAP:
            break
    return np.array(path), states


def draw_map(ax, surface):
    """Draw the surface from above: contour lines, start and minimum."""
    left, right, bottom, top = surface.window
    x, y = np.meshgrid(np.linspace(left, right, 150), np.linspace(bottom, top, 150))
    heights = surface.loss(np.array([x, y]))
    ax.contour(x, y, heights, levels=surface.levels, colors=GRAY, linewidths=0.8, linestyles="-")
    ax.plot(*surface.start, marker="o", color=BLACK, markersize=7, linestyle="none", zorder=4)
    ax.plot(*surface.minimum, marker="*", color=BLACK, markersize=13, linestyle="none", zorder=4)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.grid(False)


def look(number, **more):
    """Return the color, dash and marker of the line with this number."""
    line = {"color": COLORS[number], "linestyle": DASHES[number], "linewidth": 1.5}
    return {**line, "marker": MARKERS[number], "markersize": 4, **more}


def draw_path(ax, path, number, label=None, every=1):
    """Draw one path in the color, dash and marker of its number."""
    ax.plot(*path.T, **look(number, label=label, markevery=every))


def ending(surface, path):
    """Return where a path ended, in words: its last loss."""
    return f"{surface.loss(path[-1]):.3g}" if np.abs(path[-1]).max() < OFF_THE_MAP else "off the map"


def _arrow(ax, start, end, color, style="-", width=2.0):
    start, end = np.array(start), np.array(end)
    line = dict(color=color, linewidth=width, shrinkA=0)
    shaft = dict(arrowstyle="-", linestyle=style, shrinkB=7, **line)  # it ends inside the head
    head = dict(arrowstyle="-|>", mutation_scale=14, shrinkB=0, **line)  # solid: a dotted outline would look torn
    ax.annotate("", end, start, arrowprops=shaft, zorder=3)
    ax.annotate("", end, end - 0.01 * (end - start), arrowprops=head, zorder=3)


POINTS = [(-4.0, 0.8), (-3.0, -0.7), (-1.8, 0.6), (-2.2, 0.0), (-0.6, -0.5), (0.9, 0.4)]


def downhill():
    """Show the ravine, with the direction of steepest descent at some points."""
    fig, ax = figure(width=8, height=3.6, margins=UNTITLED)
    draw_map(ax, RAVINE)
    for point in POINTS:
        down = -RAVINE.gradient(np.array(point))
        _arrow(ax, point, point + 0.45 * down / np.linalg.norm(down), VERMILLION)
    ax.annotate("start", RAVINE.start, xytext=(8, 6), textcoords="offset points", bbox=PAPER)
    ax.annotate("minimum", RAVINE.minimum, xytext=(8, -18), textcoords="offset points", bbox=PAPER)
    ax.set(xlabel="first parameter, w[0]", ylabel="second parameter, w[1]", aspect="equal")
    show(
        fig,
        "Contour map of a long, narrow valley with its minimum at the star. The arrows of steepest "
        "descent point straight across the valley, not along it: hardly any of them points at the "
        "minimum.",
    )


def learning_rates(paths):
    """Show paths of the same rule, one map for each learning rate.

    Parameters
    ----------
    paths : dict
        The path by learning rate, from small to large.
    """
    fig, axes = figure(1, len(paths), width=10, height=3.2, sharey=True, margins=(0.8, 0.15, 0.6, 0.6))
    for ax, (rate, path) in zip(axes, paths.items()):
        draw_map(ax, RAVINE)
        draw_path(ax, path, 0)
        outcome = f"loss {ending(RAVINE, path)} after {len(path) - 1} steps"
        ax.set_title(f"learning_rate {rate:g}\n{outcome}", fontsize=11)
        ax.set_xlabel("w[0]")
    axes[0].set_ylabel("w[1]")
    losses = ", ".join(f"{ending(RAVINE, path)} with {rate:g}" for rate, path in paths.items())
    show(
        fig,
        "Three maps of the ravine with the path of your rule: small steps that creep along the valley, "
        "steps that zigzag down into it, and steps that jump farther out each time. Loss at the end: "
        f"{losses}.",
    )


def coast_and_push():
    """Show the new velocity as the sum of two arrows."""
    fig, ax = figure(width=7, height=2.9, margins=NO_AXES)
    start, coast, end = np.array([0.0, 0.0]), np.array([3.6, 1.35]), np.array([4.6, 0.15])
    beside = np.array([-0.04, 0.045])  # the whole old velocity runs next to the part of it that stays
    _arrow(ax, start + beside, coast / 0.9 + beside, GRAY, "-", 1.5)
    _arrow(ax, start, coast, BLUE, "--")
    _arrow(ax, coast, end, VERMILLION, ":")
    _arrow(ax, start, end, BLACK, "-", 2.5)
    for position, words, color, align in [
        ((4.05, 1.62), "old velocity", "#505050", "left"),
        ((1.6, 0.85), "coast: a part of the\nold velocity (dashed)", BLUE, "right"),
        ((4.3, 0.8), "push: against the gradient (dotted)", VERMILLION, "left"),
        ((2.5, -0.12), "new velocity: where w moves", BLACK, "center"),
    ]:
        ax.text(*position, words, color=color, ha=align, va="center")
    ax.plot(*start, marker="o", color=BLACK)
    ax.text(-0.15, 0, "w", ha="right", va="center")
    ax.set(xlim=(-0.5, 7.5), ylim=(-0.35, 1.75))
    ax.set_axis_off()
    show(
        fig,
        "Sum of two arrows. A dashed arrow, the coast, runs beside the old velocity and is nine tenths as long. A dotted "
        "arrow, the push, starts at its tip and points against the gradient. The new velocity leads from "
        "w to where the push ends.",
    )


def velocities(plain, path, states):
    """Show the path without and with momentum, and the velocity over the steps.

    Parameters
    ----------
    plain, path : array of shape (steps + 1, 2)
        Without and with momentum.
    states : list of dict
        The configs of the path with momentum.
    """
    fig, (left, right) = figure(
        1, 2, width=10, height=3.8, width_ratios=(3, 2), margins=(0.8, 0.15, 0.6, 0.15), gaps=(1.1, 0)
    )
    draw_map(left, RAVINE)
    draw_path(left, plain, 0, f"sgd: loss {ending(RAVINE, plain)}")
    draw_path(left, path, 1, f"sgd_momentum: loss {ending(RAVINE, path)}")
    left.set(xlabel="w[0]", ylabel="w[1]")
    left.legend(loc="lower right", fontsize=9)
    velocity = np.array([state["velocity"] for state in states])
    for entry, words in enumerate(("along the valley", "across it")):
        label = f"velocity[{entry}]: {words}"
        right.plot(np.arange(1, len(path)), velocity[:, entry], **look(2 + entry, label=label))
    right.set(xlabel="step", ylabel="velocity")
    right.legend(fontsize=9)
    show(
        fig,
        "Left, a map of the ravine: the path of sgd creeps along the valley, while that of sgd_momentum swings "
        "from side to side and gets farther. Right, the velocity over the steps: across the valley it "
        "changes sign again and again and dies out; along the valley it builds up, and fades near the "
        f"minimum. Loss at the end: {ending(RAVINE, plain)} for sgd, {ending(RAVINE, path)} with momentum.",
    )


def each_entry_by_its_size():
    """Show the direction of steepest descent next to the one in which both entries are equally large."""
    fig, ax = figure(width=8, height=3.6, margins=UNTITLED)
    draw_map(ax, RAVINE)
    for point in POINTS[:3] + POINTS[4:]:
        down = -RAVINE.gradient(np.array(point))
        _arrow(ax, point, point + 0.45 * down / np.linalg.norm(down), VERMILLION, ":")
        _arrow(ax, point, point + 0.4 * down / np.abs(down), BLUE)
    ax.text(-4.5, -0.92, "dotted: against the gradient", color=VERMILLION, va="center", bbox=PAPER)
    ax.text(-2.1, -0.92, "solid: each entry divided by its own size", color=BLUE, va="center", bbox=PAPER)
    ax.set(xlabel="w[0]", ylabel="w[1]", aspect="equal")
    show(
        fig,
        "The ravine again. At five points, a dotted arrow points against the gradient, straight across the "
        "valley, and a solid one shows the same gradient with each entry divided by its own size: it "
        "points diagonally, across and along at once.",
    )


def scaled_steps(path, states):
    """Show what RMSProp remembers, and how that changes the learning rate.

    Parameters
    ----------
    path : array of shape (steps + 1, 2)
    states : list of dict
        The configs after every step.
    """
    gradients = np.array([RAVINE.gradient(w) for w in path[:-1]])
    caches = np.array([state["cache"] for state in states])
    with np.errstate(all="ignore"):
        rates = np.abs(np.diff(path, axis=0)) / np.abs(gradients)
    steps = np.arange(1, len(path))
    fig, (left, right) = figure(1, 2, width=9.5, height=3.6)
    for entry in (0, 1):
        line, dots = look(entry, marker=None), look(entry, linestyle="none")
        left.semilogy(steps, gradients[:, entry] ** 2, **dots, label=f"dw[{entry}]²")
        left.semilogy(steps, caches[:, entry], **line, label=f"cache[{entry}]")
        right.semilogy(steps, rates[:, entry], **line, label=f"for w[{entry}]")
    left.set(title="squared gradient, and its running mean", xlabel="step", ylim=(0.05, 3 * np.max(gradients**2)))
    right.set(title="length of the step / size of the gradient", xlabel="step")
    for ax in (left, right):
        ax.title.set_fontsize(11)
        ax.legend(fontsize=9)
    show(
        fig,
        "Two logarithmic plots over the steps of RMSProp in the ravine. Left: the squared gradients of "
        "both entries as dots, far apart, and the caches as lines that follow them. Right: the "
        "learning rate that each entry really gets. It is much smaller for the steep second entry than "
        "for the flat first one, and grows as the gradients shrink.",
    )


def started_at_zero():
    """Show the running mean of a gradient that is always one, for two values of beta."""
    steps = np.arange(1, 61)
    fig, ax = figure(width=7.5, height=3.4, margins=UNTITLED)
    ax.plot(steps, np.ones(60), color=GREEN, linestyle="-.", label="what it should be: the mean of ones is 1")
    for number, beta in enumerate((0.9, 0.999)):
        ax.plot(steps, 1 - beta**steps, **look(number, marker=None, label=f"running mean with β = {beta}"))
    ax.set(xlabel="step", ylabel="running mean", ylim=(0, 1.1), xlim=(0, 60))
    ax.legend(loc="center right", fontsize=10)
    show(
        fig,
        "The running mean of a gradient that is one at every step; the mean starts at zero. With beta 0.9 it "
        "climbs from 0.1 to nearly 1 in 40 steps. With beta 0.999 it is still below 0.06 after 60 steps. "
        "The correct value would be 1 from the first step on.",
    )


def lengths_of_steps(corrected, uncorrected):
    """Show the lengths of Adam's first steps for a constant gradient.

    Parameters
    ----------
    corrected, uncorrected : array
        Lengths in learning rates, starting with the first step.
    """
    steps = np.arange(1, len(corrected) + 1)
    fig, ax = figure(width=7.5, height=3.2, margins=UNTITLED)
    ax.plot(steps, uncorrected, **look(1, label="correction switched off"))
    ax.plot(steps, corrected, **look(0, label="with the correction"))
    ax.set(xlabel="step", ylabel="length of the step\n(in learning rates)", ylim=(0, None))
    ax.legend(fontsize=10)
    show(
        fig,
        f"Length of Adam's first {len(steps)} steps for a gradient that never changes, in learning rates. "
        f"With the correction: from {corrected[0]:.2f} to {corrected[-1]:.2f}. With the correction "
        f"switched off: from {uncorrected[0]:.2f} up to {np.max(uncorrected):.2f}.",
    )


def race(surface, paths):
    """Show the paths of several rules on one map, and their losses.

    Parameters
    ----------
    surface : Surface
    paths : dict
        The path by the rule's name.
    """
    fig, (left, right) = figure(1, 2, width=10, height=4.2, width_ratios=(3, 2), gaps=(1.2, 0))
    draw_map(left, surface)
    for number, (name, path) in enumerate(paths.items()):
        draw_path(left, path, number, every=5)
        right.semilogy(surface.loss(path.T), **look(number, label=name, markevery=10))
    left.set(xlabel="w[0]", ylabel="w[1]", title=surface.name)
    left.title.set_fontsize(11)
    right.set(xlabel="step", ylabel="loss")
    right.legend(fontsize=9)
    ends = ", ".join(f"{name} {ending(surface, path)}" for name, path in paths.items())
    show(
        fig,
        f"Map of {surface.name} with the paths of {', '.join(paths)} from the dot toward the star, and "
        f"next to it their losses over the steps on a logarithmic scale. Loss at the end: {ends}.",
    )


def losses(histories):
    """Plot losses over the steps of training.

    Parameters
    ----------
    histories : dict
        By the rule's name, a dict: the loss after each number of steps; 0 is the start.
    """
    fig, ax = figure(width=7.5, height=3.6, margins=UNTITLED)
    for number, (name, history) in enumerate(histories.items()):
        ax.semilogy(list(history), list(history.values()), **look(number, label=name, markevery=12))
    ax.set(xlabel="step", ylabel="loss on all examples")
    ax.legend(fontsize=10)
    ends = ", ".join(f"{name} {[*history.values()][-1]:.2g}" for name, history in histories.items())
    show(
        fig,
        "Loss of the network over the steps of training, on a logarithmic scale, one line for each rule. "
        f"At the end: {ends}.",
    )
