"""Explorer of lesson 07: the update rules race down a surface, with the settings on sliders."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots.lesson_07 import SURFACES, draw_map, draw_path, ending, walk


def race(sgd, sgd_momentum, rmsprop, adam):
    """Let the student's four rules race.

    Parameters
    ----------
    sgd, sgd_momentum, rmsprop, adam : callable
        The student's own functions.
    """
    ax = panel(width=6.6, height=4.5, margins=(0.8, 0.15, 0.6, 0.95), xlabel="w[0]", ylabel="w[1]")

    def draw(surface, learning_rate, scaled_learning_rate, momentum, steps):
        surface = SURFACES[surface]
        runs = {
            "sgd": (sgd, {"learning_rate": learning_rate}),
            "sgd_momentum": (sgd_momentum, {"learning_rate": learning_rate, "momentum": momentum}),
            "rmsprop": (rmsprop, {"learning_rate": scaled_learning_rate, "decay_rate": 0.9}),
            "adam": (adam, {"learning_rate": scaled_learning_rate, "beta1": momentum}),
        }
        with np.errstate(all="ignore"):  # a learning rate may be too large: that is what there is to see
            paths = {name: walk(rule, surface, steps, **config)[0] for name, (rule, config) in runs.items()}
            ends = [f"{name} {ending(surface, path)}" for name, path in paths.items()]
        draw_map(ax, surface)
        for number, (path, end) in enumerate(zip(paths.values(), ends)):
            draw_path(ax, path, number, end, every=5)
        above = dict(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
        ax.legend(fontsize=9, title=f"loss after {steps} steps", title_fontsize=9, **above)
        return f"{surface.name}: loss after {steps} steps: {', '.join(ends)}."

    return explore(
        draw,
        ax,
        surface=list(SURFACES),
        learning_rate=(0.002, 0.06, 0.002, 0.03),
        scaled_learning_rate=(0.02, 0.6, 0.02, 0.2),
        momentum=(0.0, 0.98, 0.02, 0.9),
        steps=(5, 100, 5, 60),
    )
