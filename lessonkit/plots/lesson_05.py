"""Figures of lesson 05: shapes as boxes, a network as a row of rooms, and two neurons with their numbers.

Lesson 06 walks back through the same rooms and the same two neurons.
"""

import numpy as np

from lessonkit.plots import BLACK, BLUE, NO_AXES, ORANGE, SEQUENTIAL, SKY, VERMILLION, figure, show

# The two-neuron network that lessons 05 and 06 work out by hand: two inputs, two hidden neurons, one score.
X, TARGET = (2.0, 4.0), 5.0
W1, B1 = ((3.0, -1.0), (-1.0, 1.0)), (-0.5, -3.5)
W2, B2 = ((2.0,), (3.0,)), (-1.0,)
NUMBERS = {"x1": 2, "x2": 4, "a1": 1.5, "a2": -1.5, "h1": 1.5, "h2": 0, "s": 2}

PLACES = {"x1": (0, 3), "x2": (0, 0), "a1": (3, 3), "a2": (3, 0), "h1": (5, 3), "h2": (5, 0), "s": (8, 1.5)}
TITLES = {"x1": "input $x_1$", "x2": "input $x_2$", "a1": "sum $a_1$", "a2": "sum $a_2$",
          "h1": "ReLU $h_1$", "h2": "ReLU $h_2$", "s": "score $s$"}  # fmt: skip
EDGES = {("x1", "a1"): W1[0][0], ("x2", "a1"): W1[1][0], ("x1", "a2"): W1[0][1], ("x2", "a2"): W1[1][1],
         ("a1", "h1"): None, ("a2", "h2"): None, ("h1", "s"): W2[0][0], ("h2", "s"): W2[1][0]}  # fmt: skip
BIASES = {"a1": B1[0], "a2": B1[1], "s": B2[0]}


def plain(value):
    """Return a number as figures show it: with a true minus sign, and without trailing zeros."""
    return f"{round(float(value), 4) + 0:g}".replace("-", "−")


# Two neurons with their numbers


def draw_network(ax, numbers, gradients=None, active=(), into=()):
    """Draw the two-neuron network.

    Parameters
    ----------
    ax : matplotlib axes
    numbers : dict
        The numbers known so far, by node.
    gradients : dict, optional
        Gradients of the loss known so far: by node, by edge for a weight, by ``"b " + node`` for a bias.
    active, into : collection of str
        Nodes with a heavy outline; nodes whose incoming edges are heavy.
    """
    from matplotlib.patches import Circle

    gradients = gradients or {}
    ax.set_axis_off()
    ax.set(xlim=(-0.9, 9.3), ylim=(-1.3, 4.2), aspect="equal")
    for (start, end), weight in EDGES.items():
        (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
        gap = 0.54 / np.hypot(x1 - x0, y1 - y0)  # the arrow runs from rim to rim
        rims = [(x0 + part * (x1 - x0), y0 + part * (y1 - y0)) for part in (gap, 1 - gap)]
        arrow = dict(arrowstyle="-|>", shrinkA=0, shrinkB=0, color=BLACK, linewidth=2.5 if end in into else 1)
        ax.annotate("", rims[1], rims[0], arrowprops=arrow)
        if weight is None:
            continue
        crosses = y0 != y1 and end != "s"
        along = 0.66 if crosses else 0.5
        position = (x0 + along * (x1 - x0), y0 + along * (y1 - y0))
        _label(ax, position, f"× {plain(weight)}", gradients.get((start, end)), aside=0.18 * np.sign(y1 - y0) * crosses)
    for node, (x, y) in PLACES.items():
        ax.add_patch(Circle((x, y), 0.52, facecolor="white", edgecolor=BLACK, linewidth=3 if node in active else 1.2))
        ax.text(x, y + 0.62, TITLES[node], ha="center", fontsize=10)
        known, gradient = numbers.get(node), gradients.get(node)
        ax.text(x, y + (0.17 if gradient is not None else 0), "?" if known is None else plain(known),
                ha="center", va="center", fontsize=12, color=BLUE)  # fmt: skip
        if gradient is not None:
            ax.text(
                x, y - 0.23, plain(gradient), ha="center", va="center", fontsize=10, style="italic", color=VERMILLION
            )
        if node in BIASES:
            _label(ax, (x, y - 0.85), f"bias {plain(BIASES[node])}", gradients.get(f"b {node}"))


def _label(ax, position, words, gradient, aside=0.0):
    """Write a weight or a bias, with its gradient below once that is known, and aside from the line through the weight."""
    x, y = position
    box = dict(facecolor="white", edgecolor="none", pad=1)
    ax.text(x, y, words, ha="center", va="center", fontsize=10, bbox=box)
    if gradient is not None:
        ax.text(x + aside, y - 0.33, plain(gradient), ha="center", va="center", fontsize=10, style="italic",
                color=VERMILLION, bbox=box)  # fmt: skip


def two_neurons():
    """Show the worked example, with every number of the forward pass in its place."""
    fig, ax = figure(width=8.6, height=4.6, margins=NO_AXES)
    draw_network(ax, NUMBERS)
    show(fig, "Network with numbers. Inputs 2 and 4. The first neuron has weights 3 and −1 and bias −0.5, its sum is 1.5, and ReLU "
         "passes 1.5. The second has weights −1 and 1 and bias −3.5, its sum is −1.5, and ReLU gives 0. The score adds 2 times the "
         "first, 3 times the second and −1: it is 2.")  # fmt: skip


# Rooms


def draw_rooms(ax, backward=False):
    """Draw a network with one hidden layer as a row of rooms, with the shapes of the arrays that pass through the doors.

    Parameters
    ----------
    ax : matplotlib axes
    backward : bool
        Whether to draw the backward pass as well.
    """
    from matplotlib.patches import FancyBboxPatch

    ax.set_axis_off()
    ax.set(xlim=(-1.7, 14.6), ylim=(0.5 if backward else 1.2, 4.6))
    rooms = [
        (1.0, "affine", "W1 (D, H)\nb1 (H,)", "dW1, db1"),
        (5.5, "ReLU", "", ""),
        (10.0, "affine", "W2 (H, M)\nb2 (M,)", "dW2, db2"),
    ]
    doors = [("X", "(N, D)"), ("sums", "(N, H)"), ("h", "(N, H)"), ("scores", "(N, M)")]
    back = ["dX", "dsums", "dh", "dscores"]
    for x, name, params, back_params in rooms:
        ax.add_patch(FancyBboxPatch((x, 2.2), 2.2, 2.2, boxstyle="round,pad=0.08", facecolor="white", linewidth=1.5))
        ax.text(x + 1.1, 3.9, name, ha="center", va="center", fontsize=12, weight="bold")
        ax.text(x + 1.1, 3.05, params, ha="center", va="center", fontsize=10)
        ax.add_patch(FancyBboxPatch((x + 0.3, 1.45), 1.6, 0.5, boxstyle="square,pad=0", facecolor="white", edgecolor=BLACK,
                                    linestyle=":"))  # fmt: skip
        ax.text(x + 1.1, 1.7, "cache", ha="center", va="center", fontsize=10)
        if backward:
            ax.text(x + 1.1, 1.0, back_params, ha="center", va="center", style="italic", color=VERMILLION)
    ends = [-1.6] + [x + 2.3 for x, *_ in rooms]
    for start, (name, shape), name_back in zip(ends, doors, back):
        end = start + 2.4 if start < 0 else start + 2.1
        arrow = dict(arrowstyle="-|>", linewidth=2, mutation_scale=16, color=BLUE, shrinkA=1, shrinkB=1)
        ax.annotate("", (end, 3.7), (start, 3.7), arrowprops=arrow)
        ax.text((start + end) / 2, 3.9, name, ha="center", color=BLUE)
        ax.text((start + end) / 2, 3.3, shape, ha="center", va="center", fontsize=10)
        if backward:
            ax.annotate("", (start, 2.6), (end, 2.6), arrowprops={**arrow, "color": VERMILLION, "linestyle": "--"})
            ax.text((start + end) / 2, 2.2, name_back, ha="center", va="center", style="italic", color=VERMILLION)


def rooms():
    """Show a network as a row of rooms."""
    fig, ax = figure(width=9, height=2.3, margins=NO_AXES)
    draw_rooms(ax)
    show(fig, "Diagram: three rooms in a row, affine, ReLU, affine, joined by arrows. X of shape (N, D) enters, sums and then h of "
         "shape (N, H) pass between the rooms, and scores of shape (N, M) leave. The affine rooms hold W1 of shape (D, H) with b1 and W2 "
         "of shape (H, M) with b2. Below each room is a shelf for its cache.")  # fmt: skip


# Shapes as boxes


def draw_box(ax, left, top, rows, columns, name, shape, color=SKY):
    """Draw an array as a grid of cells, with its name above and its shape below."""
    from matplotlib.patches import Rectangle

    for i in range(rows):
        for j in range(columns):
            ax.add_patch(
                Rectangle((left + j, top - 1 - i), 1, 1, facecolor=color, edgecolor=BLACK, alpha=0.6, linewidth=0.8)
            )
    ax.text(left + columns / 2, top + 0.3, name, ha="center", fontsize=12)
    ax.text(left + columns / 2, top - rows - 0.7, shape, ha="center", fontsize=10)


def affine_shapes(N=4, D=3, M=2):
    """Show the affine layer as grids of cells."""
    fig, ax = figure(width=8, height=2.9, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, 17), ylim=(-1.6, 5.4), aspect="equal")
    draw_box(ax, 0, 4, N, D, "x", "(N, D) = (4, 3)")
    draw_box(ax, 5.2, 3.5, D, M, "w", "(D, M) = (3, 2)", ORANGE)
    draw_box(ax, 9.3, 2.5, 1, M, "b", "(M,) = (2,)", ORANGE)
    draw_box(ax, 13.8, 4, N, M, "out", "(N, M) = (4, 2)")
    for x, sign in [(4.1, "times"), (8.25, "plus"), (12.5, "gives")]:
        ax.text(x, 2, sign, ha="center", va="center", fontsize=11)
    ax.plot([0, 3, 3, 0, 0], [3, 3, 2, 2, 3], color=BLACK, linestyle="-", linewidth=3)
    ax.plot([6.2, 7.2, 7.2, 6.2, 6.2], [3.5, 3.5, 0.5, 0.5, 3.5], color=BLACK, linestyle="-", linewidth=3)
    ax.plot([10.3, 11.3, 11.3, 10.3, 10.3], [2.5, 2.5, 1.5, 1.5, 2.5], color=BLACK, linestyle="-", linewidth=3)
    ax.plot([14.8, 15.8, 15.8, 14.8, 14.8], [3, 3, 2, 2, 3], color=BLACK, linestyle="-", linewidth=3)
    show(fig, "Arrays as grids: x with 4 rows and 3 columns, times w with 3 rows and 2 columns, plus b with 2 entries, gives out with "
         "4 rows and 2 columns. Heavy frames mark row 1 of x, column 1 of w and entry 1 of b: together they make the entry in row 1, "
         "column 1 of out.")  # fmt: skip


def flattening():
    """Show one example of shape (2, 3) laid out in one row: the last index changes fastest."""
    fig, ax = figure(width=8, height=2.1, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, 15), ylim=(-1, 3), aspect="equal")
    draw_box(ax, 0, 2, 2, 3, "one example", "(2, 3)")
    draw_box(ax, 8, 1.5, 1, 6, "the same six numbers in one row", "(6,)")
    for k in range(6):
        ax.text(k % 3 + 0.5, 1.5 - k // 3, str(k), ha="center", va="center", fontsize=12)
        ax.text(8.5 + k, 1, str(k), ha="center", va="center", fontsize=12)
    ax.annotate("", (7.6, 1), (3.6, 1), arrowprops=dict(arrowstyle="-|>", linewidth=2, color=BLACK, mutation_scale=16))
    ax.text(5.6, 1.2, "flatten", ha="center")
    show(fig, "An example of shape (2, 3), with entries 0, 1, 2 in the first row and 3, 4, 5 in the second, becomes one row of six: "
         "0, 1, 2, 3, 4, 5.")  # fmt: skip


# What an untrained network computes


def landscapes(nets):
    """Show the score of each network over the plane, as a contour map.

    Parameters
    ----------
    nets : dict
        Networks with two inputs and one output, by title.
    """
    from matplotlib import colormaps

    line = np.linspace(-3, 3, 81)
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    start, end = colormaps[SEQUENTIAL]([0.0, 1.0])
    fig, axes = figure(1, len(nets), width=3.1 * len(nets), height=3.3, squeeze=False)
    for ax, (title, net) in zip(axes[0], nets.items()):
        scores, _ = net.forward(points)
        heights = np.asarray(scores, dtype=float).reshape(len(line), len(line))
        levels = ax.contourf(line, line, heights, levels=14, cmap=SEQUENTIAL).levels
        # The ends of the color scale: dark pages keep them, as they keep the map.
        colors = [end if level < np.mean(levels[[0, -1]]) else start for level in levels]
        ax.contour(line, line, heights, levels=levels, colors=colors, linewidths=0.9, linestyles="-", antialiased=False)
        ax.set(title=title, xlabel="$x_1$", aspect="equal")
        ax.grid(False)
    axes[0][0].set_ylabel("$x_2$")
    show(fig, f"Maps of the score over the plane of two inputs, one for each network: {', '.join(nets)}. Without a hidden layer the contour lines "
         "are straight and evenly spaced. With ReLU layers they bend along creases, and with more layers there are more creases.")  # fmt: skip
