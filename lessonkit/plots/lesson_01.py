"""Figures of lesson 01: activations, their slopes, and what depth does to a gradient."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, DASHES, NO_AXES, VERMILLION, figure, show

# Points read off the curves, so that the lesson can show them before the student has written them.
GRID = np.linspace(-5, 5, 41)
TANH = [
    -.9999, -.9999, -.9998, -.9996, -.9993, -.9989, -.9982, -.9970, -.9951, -.9919, -.9866,
    -.9780, -.9640, -.9414, -.9051, -.8483, -.7616, -.6351, -.4621, -.2449, 0,
]  # fmt: skip
SIGMOID = [
    .0067, .0086, .0110, .0141, .0180, .0230, .0293, .0373, .0474, .0601, .0759,
    .0953, .1192, .1480, .1824, .2227, .2689, .3208, .3775, .4378, .5,
]  # fmt: skip


def the_three_shapes():
    """Show the three activations side by side."""
    from matplotlib.ticker import MultipleLocator

    curves = {
        "ReLU": ([-5, 0, 5], [0, 0, 5], "flat below zero, then a line of slope 1"),
        "tanh": (GRID, TANH + [-y for y in TANH[-2::-1]], "from −1 to 1, steepest at 0"),
        "sigmoid": (GRID, SIGMOID + [1 - y for y in SIGMOID[-2::-1]], "from 0 to 1, one half at 0"),
    }
    fig, axes = figure(1, 3, width=9, height=3, margins=(0.5, 0.15, 0.6, 0.6))
    for ax, (name, (x, y, words)) in zip(axes, curves.items()):
        ax.plot(x, y, color=BLUE, linestyle="-")
        ax.axhline(0, color=BLACK, linewidth=0.8, linestyle="-")
        ax.axvline(0, color=BLACK, linewidth=0.8, linestyle="-")
        ax.set(title=f"{name}\n{words}", xlabel="x")
        ax.title.set_fontsize(10)
        if name != "ReLU":
            ax.set_ylim(-1.2, 1.2)
            ax.yaxis.set_major_locator(MultipleLocator(0.5))
    axes[0].set_ylabel("out")
    show(fig, "Three curves over x from -5 to 5. ReLU is zero for negative x and the line out = x for positive x. "
         "tanh rises like an S from -1 to 1 through 0. Sigmoid rises like an S from 0 to 1 and is one half at x = 0.")  # fmt: skip


def there_and_back():
    """Show one block of a network: x goes in, out comes out; dout goes back in, dx comes back out."""
    from matplotlib.patches import FancyBboxPatch

    fig, ax = figure(width=7.5, height=2.2, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(0, 10), ylim=(0, 4))
    ax.add_patch(FancyBboxPatch((3.7, 0.7), 2.6, 2.6, boxstyle="round,pad=0.1", facecolor="white", linewidth=1.5))
    ax.text(5, 2, "activation\n(keeps a cache)", ha="center", va="center")
    for start, end, y, words, color, style in [
        (0.6, 3.6, 2.7, "x", BLUE, "-"), (6.4, 9.4, 2.7, "out", BLUE, "-"),
        (9.4, 6.4, 1.3, "dout", VERMILLION, "--"), (3.6, 0.6, 1.3, "dx = dout · slope", VERMILLION, "--"),
    ]:  # fmt: skip
        arrow = dict(arrowstyle="-|>", linewidth=2, mutation_scale=18, color=color, linestyle=style)
        ax.annotate("", (end, y), (start, y), arrowprops=arrow)
        ax.text((start + end) / 2, y + 0.25, words, ha="center", color=color)
    ax.text(2.1, 3.6, "forward: solid", color=BLUE, ha="center")
    ax.text(2.1, 0.3, "backward: dashed", color=VERMILLION, ha="center")
    show(fig, "Diagram of one block. Forward, solid arrows lead from x through the activation to out. "
         "Backward, dashed arrows lead from dout through the same block to dx, which is dout times the slope.")  # fmt: skip


def functions_and_slopes(pairs):
    """Show the student's forward functions and their slopes.

    Parameters
    ----------
    pairs : dict
        ``(forward, backward)`` by name.
    """
    x = np.linspace(-5, 5, 201)
    fig, axes = figure(1, len(pairs), width=9, height=3, squeeze=False)
    for ax, (name, (forward, backward)) in zip(axes[0], pairs.items()):
        out, cache = forward(x)
        ax.plot(x, out, label="out")
        ax.plot(x, backward(np.ones_like(x), cache), label="slope")
        ax.set(title=name, xlabel="x", ylim=(-1.2, 2.2))
        ax.legend(loc="upper left", fontsize=9)
    show(fig, f"Your functions {', '.join(pairs)} over x from -5 to 5, solid, each with its slope, dashed. "
         "A correct slope is a step from 0 to 1 for ReLU, a bell of height 1 for tanh, and a bell of height one quarter for sigmoid.")  # fmt: skip


def gradient_through_depth(pairs, depth=20, examples=500):
    """Show the mean size of a gradient of one that walks back through `depth` activations in a row.

    Parameters
    ----------
    pairs : dict
        ``(forward, backward)`` by name.
    depth, examples : int
        How many activations there are in a row; how many random numbers go through them.
    """
    rng = np.random.default_rng(1)
    start = rng.normal(size=examples)
    fig, ax = figure(width=7, height=3.6, margins=(0.95, 0.15, 0.6, 0.15))
    for (name, (forward, backward)), color, dash in zip(pairs.items(), COLORS, DASHES):
        signal, caches = start, []
        for _ in range(depth):
            signal, cache = forward(signal)
            caches.append(cache)
        gradient, sizes = np.ones(examples), []
        for cache in reversed(caches):
            gradient = backward(gradient, cache)
            sizes.append(np.abs(gradient).mean())
        ax.semilogy(range(1, depth + 1), sizes, color=color, linestyle=dash)
        above = 9 if name == "ReLU" else -9 if name == "tanh" else 0  # the two end close to each other
        look = dict(xytext=(6, above), textcoords="offset points", va="center")
        ax.annotate(name, (depth, sizes[-1]), color=color, **look)
    ax.set(xlabel="activations walked back through", ylabel="mean size of the gradient", xlim=(1, depth + 2.5))
    ax.set_xticks([1, *range(5, depth + 1, 5)])
    show(fig, "Line plot, logarithmic: mean size of a gradient of one after walking back through up to 20 activations. "
         "Through ReLU it stays near one half, through tanh it falls slowly, and through sigmoid it falls below one billionth.")  # fmt: skip
