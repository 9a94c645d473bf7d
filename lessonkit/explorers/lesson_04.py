"""Explorer of lesson 04: the width of the weights against the activations of eight layers."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots.lesson_04 import in_words, ridges, size

DEPTH, EXAMPLES = 8, 100
ENDS = {"tanh": (-1.0, 1.0), "ReLU": (0.0, 5.0)}  # of the horizontal axis


def weight_scale(init_normal, activations):
    """Show how signals fare in eight layers while the student changes the weights.

    Parameters
    ----------
    init_normal : callable
        The student's: ``init_normal(fan_in, fan_out, weight_scale, rng) -> w, b``.
    activations : dict
        ``forward(x) -> (out, cache)`` for each of "tanh" and "ReLU".
    """
    ax = panel(width=5.8, height=4.2, margins=(0.8, 1.1, 0.6, 0.4))

    def draw(activation, neurons, weight_scale):
        rng = np.random.default_rng(4)
        signal = rng.normal(size=(EXAMPLES, neurons))
        sizes, layers = [size(signal)], []
        for _ in range(DEPTH):
            w, _ = init_normal(neurons, neurons, weight_scale, rng)
            signal, _ = activations[activation](signal @ w)
            layers.append(signal)
            sizes.append(size(signal))
        low, high = ENDS[activation]
        ridges(ax, layers, low, high)
        ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        ax.set_title(f"{activation}, {neurons} neurons in each layer, weight_scale {weight_scale:.2f}")
        factor = (sizes[-1] / sizes[0]) ** (1 / DEPTH)
        large = [in_words(each) for each in sizes]
        return (
            f"The typical size is {large[0]} for the inputs, {large[1]} in layer 1 and {large[-1]} in layer {DEPTH}: "
            f"on average, each layer multiplies it by {factor:.2f}."
        )

    return explore(draw, ax, activation=list(activations), neurons=[100, 25, 400], weight_scale=(0.01, 0.5, 0.01, 0.02))
