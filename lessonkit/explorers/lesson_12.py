"""Explorer of lesson 12: the activations of a deep network, with and without batch normalization."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLUE, UNTITLED, VERMILLION

DEPTH, WIDTH, EXAMPLES = 6, 60, 200


def activations(affine_forward, tanh_forward, batchnorm_forward):
    """Show what comes out of each layer while the student changes the input and the weights.

    Parameters
    ----------
    affine_forward, tanh_forward, batchnorm_forward : callable
        The layers; the last is the student's own.
    """
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(EXAMPLES, WIDTH))
    weights = rng.normal(size=(DEPTH, WIDTH, WIDTH))
    edges = np.linspace(-1, 1, 42)
    look = {"xlabel": "layer (the wider, the more frequent the value)", "ylabel": "out", "xticks": range(1, DEPTH + 1)}
    ax = panel(width=6.4, height=3.1, margins=UNTITLED, xlim=(0.8, DEPTH + 1), ylim=(-1.05, 1.05), **look)

    def draw(batch_norm, inputs_times, weight_scale):
        signal, outs = float(inputs_times) * inputs, []
        for w in weights:
            signal, _ = affine_forward(signal, weight_scale * w, np.zeros(WIDTH))
            if batch_norm == "on":
                signal, _ = batchnorm_forward(signal, np.ones(WIDTH), np.zeros(WIDTH), {"mode": "train"})
            signal, _ = tanh_forward(signal)
            outs.append(signal)
        for layer, out in enumerate(outs, start=1):
            share = np.histogram(out, edges)[0] / out.size
            width = np.repeat(0.8 * share / share.max(), 2)
            color = BLUE if batch_norm == "on" else VERMILLION
            ax.fill_betweenx(np.repeat(edges, 2)[1:-1], layer, layer + width, color=color, linewidth=0)

        def words(out):
            at_the_ends = np.mean(np.abs(out) > 0.99)
            return f"standard deviation {out.std():.2g}, {at_the_ends:.0%} at the flat ends of tanh"

        return (
            f"Batch norm {batch_norm}, inputs times {inputs_times}, weight scale {weight_scale:.2f}. "
            f"Layer 1: {words(outs[0])}. Layer {DEPTH}: {words(outs[-1])}."
        )

    return explore(
        draw,
        ax,
        batch_norm=["off", "on"],
        inputs_times=["1", "0.01", "0.1", "10", "100"],
        weight_scale=(0.02, 0.6, 0.02, 0.06),
    )
