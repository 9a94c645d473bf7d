"""Explorer of lesson 11: the regions that a classifier learns from labels that are partly wrong, step by step."""

import copy
from functools import cache

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLACK, COLORS, MARKERS

CLASSES, STEPS, EVERY, SIDE = 3, 300, 10, 1.3


def spiral(rng, examples, wrong):
    """Three arms of a spiral, `examples` points each; a fraction `wrong` of the labels is that of another arm."""
    arm = np.repeat(np.arange(CLASSES), examples)
    radius = np.tile(np.linspace(0.1, 1, examples), CLASSES)
    angle = 2 * np.pi * arm / CLASSES + 3 * radius + rng.normal(0, 0.3, len(arm))
    y = np.where(rng.random(len(arm)) < wrong, (arm + 1) % CLASSES, arm)
    return radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1), y


def params_while_training(net, adam, X, y):
    """The network's parameters at every tenth step of training on all examples."""
    configs = {name: {"learning_rate": 3e-2} for name in net.params}
    kept = [copy.deepcopy(net.params)]  # a rule may change the arrays that it gets
    for step in range(1, STEPS + 1):
        _, grads = net.loss(X, y)
        for name, w in net.params.items():
            net.params[name], configs[name] = adam(w, grads[name], configs[name])
        if step % EVERY == 0:
            kept.append(copy.deepcopy(net.params))
    return kept


def decision_regions(make_network, adam):
    """Show which class a network sees where, while the student moves through its training.

    Parameters
    ----------
    make_network : callable
        ``make_network(neurons, reg)`` gives a new network from 2 inputs to 3 scores, with its loss.
    adam : callable
        The update rule: ``adam(w, dw, config) -> (next_w, config)``.
    """
    rng = np.random.default_rng(11)
    X, y = spiral(rng, 40, wrong=0.15)
    X_new, y_new = spiral(rng, 300, wrong=0)
    grid = np.linspace(-SIDE, SIDE, 61)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    ax = panel(
        width=4.8, height=4.9, margins=(0.5, 0.15, 0.4, 0.4), xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE), aspect="equal"
    )
    ax.grid(False)

    @cache
    def trained(neurons, reg):
        net = make_network(neurons, reg)
        return net, params_while_training(net, adam, X, y)

    def draw(regularization, neurons, step):
        net, kept = trained(int(neurons), float(regularization))
        net.params = kept[step // EVERY]

        def accuracy(examples, labels):
            return np.mean(net.loss(examples).argmax(axis=1) == labels)

        regions = net.loss(points).argmax(axis=1).reshape(len(grid), len(grid))
        for k, (color, marker) in enumerate(zip(COLORS[:CLASSES], MARKERS)):
            here = (regions == k).astype(float)
            ax.contourf(grid, grid, here, levels=[0.5, 1.5], colors=[color], alpha=0.3)
            if here.min() < here.max():
                ax.contour(grid, grid, here, levels=[0.5], colors=BLACK, linewidths=0.6)
            ax.plot(*X[y == k].T, color=color, marker=marker, markeredgecolor=BLACK, markersize=6, linestyle="none")
        ax.set_title(f"step {step}, regularization {regularization}")
        return (
            f"Step {step}, {neurons} neurons in each of two layers, regularization {regularization}. The network agrees with "
            f"{accuracy(X, y):.0%} of the {len(y)} labels that it has seen, nearly one in five of them wrong, and with "
            f"{accuracy(X_new, y_new):.0%} of {len(y_new)} new labels, all of them right."
        )

    return explore(
        draw, ax, regularization=["0", "0.003", "0.01", "0.03"], neurons=["32", "8", "3"], step=(0, STEPS, EVERY, 50)
    )
