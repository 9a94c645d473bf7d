"""Figures of lesson 04: neurons that stay twins, and how the width of the weights changes a signal with depth."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, DASHES, MARKERS, SKY, VERMILLION, figure, show, written


def two_neurons(runs):
    """Show the first-layer weights of two neurons during training, one panel for each start.

    Parameters
    ----------
    runs : dict
        ``(weights of shape (steps, 2), losses of shape (steps,))`` by the name of the start.
    """
    fig, axes = figure(1, len(runs), width=9, height=3, sharey=True, squeeze=False, margins=(0.7, 0.15, 0.6, 0.6))
    for ax, (name, (weights, losses)) in zip(axes[0], runs.items()):
        ax.plot(weights[:, 0], color=SKY, linestyle="-", linewidth=5, label="neuron 1")
        ax.plot(weights[:, 1], color=VERMILLION, linestyle="--", label="neuron 2")
        ax.set(title=f"{name}\nloss {losses[0]:.3f} → {losses[-1]:.3f}", xlabel="step")
        ax.title.set_fontsize(10)
    axes[0, 0].set_ylabel("weight of the neuron")
    axes[0, 0].legend(loc="upper left", fontsize=9)
    facts = [
        f"{name}: they end at {weights[-1, 0]:.2f} and {weights[-1, 1]:.2f}, with a loss of {losses[-1]:.3f}"
        for name, (weights, losses) in runs.items()
    ]
    show(fig, f"Line plots: the weights of two neurons over the steps of training. {'; '.join(facts)}.")


def size(values):
    """Return the root of the mean square: how large the numbers typically are."""
    return float(np.sqrt(np.mean(np.square(values))))


def in_words(size):
    """Return a size with two digits, as figures write it: 0.90, 1.0, 6.1·10⁻⁵."""
    return written(size, "#.2g").rstrip(".")


def ridges(ax, layers, low, high):
    """Draw one histogram for each layer, the first on top, all on the same axis from low to high.

    A ReLU turns half of its inputs into exact zeros. These are counted in words instead, because they would dwarf the rest.
    Values beyond the ends are drawn at the ends.
    """
    edges = np.linspace(low, high, 62)
    middles = (edges[1:] + edges[:-1]) / 2
    for row, layer in enumerate(layers):
        values = layer[layer != 0]
        counts, _ = np.histogram(np.clip(values, low, high), edges)
        heights = 0.85 * counts / max(counts.max(), 1) - row
        ax.fill_between(middles, -row, heights, step="mid", color=SKY, linewidth=0)
        ax.step(middles, heights, where="mid", color=BLUE, linestyle="-", linewidth=1)
        zeros = 1 - values.size / layer.size
        words = f"size {in_words(size(layer))}" + (f"\n{zeros:.0%} are 0" if zeros > 0.1 else "")
        ax.text(1.02, 0.4 - row, words, transform=ax.get_yaxis_transform(), va="center", fontsize=9)
    rows = range(len(layers))
    ax.set_yticks([0.4 - row for row in rows], [f"layer {row + 1}" for row in rows])
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False)
    ax.set(ylim=(0.8 - len(layers), 1), xlabel="activation")


def layer_histograms(networks, low=-1.0, high=1.0):
    """Show how the activations of each layer are distributed, one panel for each network.

    Parameters
    ----------
    networks : dict
        The activations of the layers, from the first layer on, by the network's name.
    low, high : float
        Ends of the horizontal axis.
    """
    fig, axes = figure(
        1,
        len(networks),
        width=9.5,
        height=4.4,
        sharey=True,
        squeeze=False,
        margins=(0.7, 0.9, 0.6, 0.4),
        gaps=(0.95, 0),
    )
    facts = []
    for ax, (name, layers) in zip(axes[0], networks.items()):
        ridges(ax, layers, low, high)
        ax.set_title(name, fontsize=11)
        facts.append(f"{name}: typical size {size(layers[0]):.2g} in layer 1, {size(layers[-1]):.2g} in the last layer")
    show(fig, f"Histograms of the activations, one row per layer. {'; '.join(facts)}.")


def size_by_layer(panels):
    """Plot the typical size of the activations against depth, on a logarithmic axis.

    Parameters
    ----------
    panels : dict
        By the panel's title, a dict that gives the layers' activations by the name of the initialization.
    """
    fig, axes = figure(1, len(panels), width=9, height=3.6, margins=(0.95, 0.15, 0.6, 0.4), sharey=True, squeeze=False)
    facts = []
    for ax, (title, networks) in zip(axes[0], panels.items()):
        for (name, layers), color, dash, marker in zip(networks.items(), COLORS, DASHES, MARKERS):
            sizes = [size(layer) for layer in layers]
            depth = range(1, len(sizes) + 1)
            ax.semilogy(depth, sizes, color=color, linestyle=dash, marker=marker, markevery=4, markersize=5, label=name)
            facts.append(f"{title}, {name}: {sizes[0]:.2g} in layer 1, {sizes[-1]:.2g} in layer {len(sizes)}")
        ax.axhline(1, color=BLACK, linewidth=0.8, linestyle="-")
        ax.set(title=title, xlabel="layer")
        ax.legend(fontsize=9, loc="lower left")
    axes[0, 0].set_ylabel("typical size of an activation")
    show(
        fig, f"Line plots on a logarithmic scale: typical size of an activation against the layer. {'; '.join(facts)}."
    )
