"""Figures of lesson 06: the way back through the rooms, the gradients of two neurons, and a network that goes downhill."""

from lessonkit.plots import BLACK, BLUE, GREEN, NO_AXES, ORANGE, VERMILLION, figure, show
from lessonkit.plots.lesson_05 import NUMBERS, draw_box, draw_network, draw_rooms

# Worked out by hand in the lesson, for the target 5.
GRADIENTS = {
    "s": -6, "h1": -12, "h2": -18, "a1": -12, "a2": 0, "x1": -36, "x2": 12,
    ("h1", "s"): -9, ("h2", "s"): 0, "b s": -6,
    ("x1", "a1"): -24, ("x2", "a1"): -48, ("x1", "a2"): 0, ("x2", "a2"): 0, "b a1": -12, "b a2": 0,
}  # fmt: skip


def rooms_walked_back():
    """Show a network as a row of rooms, with the backward pass."""
    fig, ax = figure(width=9, height=2.7, margins=NO_AXES)
    draw_rooms(ax, backward=True)
    show(fig, "The rooms of lesson 05, affine, ReLU, affine, with a second row of dashed arrows from right to left: dscores enters the last room, "
         "and dh, dsums and dX pass on to the left. Below the two affine rooms are the gradients of their parameters: dW2 and db2, dW1 and db1.")  # fmt: skip


def three_rules():
    """Show what a gradient does on its way back through a product, a sum and a fork."""
    fig, axes = figure(1, 3, width=9, height=2.4, margins=(0.15, 0.1, 0.05, 0.35), gaps=(0.4, 0))
    panels = [
        ("product", "×", ["2", "3"], ["6"], ["3 · 10 = 30", "2 · 10 = 20"], ["10"], "times the other factor"),
        ("sum", "+", ["2", "3"], ["5"], ["10", "10"], ["10"], "passes unchanged"),
        ("fork", "•", ["2"], ["2", "2"], ["10 + 7 = 17"], ["10", "7"], "gradients add up"),
    ]
    for ax, (title, sign, inputs, outputs, back_in, back_out, words) in zip(axes, panels):
        ax.set_axis_off()
        ax.set(xlim=(-3.6, 3.6), ylim=(-2.2, 2.2), title=f"{title}: {words}")
        ax.title.set_fontsize(11)
        ax.text(
            0, 0, sign, ha="center", va="center", fontsize=18, bbox=dict(boxstyle="circle,pad=0.25", facecolor="white")
        )
        for side, values, gradients in [(-1, inputs, back_in), (1, outputs, back_out)]:
            for height, value, gradient in zip([0] if len(values) == 1 else [1.2, -1.2], values, gradients):
                line = [(side * 3.4, height), (side * 1.3, height), (side * 0.6, 0.4 * height)]
                corners = line if side < 0 else line[::-1]
                ax.plot(*zip(*corners), color=BLACK, linestyle="-", linewidth=1.2)
                ax.annotate("", corners[-1], corners[-2], arrowprops=dict(arrowstyle="-|>", color=BLACK, linewidth=1.2))
                ax.text(side * 2.4, height + 0.1, value, ha="center", va="bottom", color=BLUE)
                ax.text(side * 2.4, height - 0.15, gradient, ha="center", va="top", style="italic", color=VERMILLION)
    show(fig, "Three small diagrams. Product of 2 and 3 with upstream gradient 10: each factor gets the other one times 10, 30 and 20. "
         "Sum of 2 and 3 with upstream gradient 10: both get 10. Fork, one number used twice, with gradients 10 and 7: it gets 17.")  # fmt: skip


def two_neurons_back():
    """Show the worked example: every number of the forward pass, with its gradient below it."""
    fig, ax = figure(width=9.6, height=5.2, margins=NO_AXES)
    draw_network(ax, NUMBERS, GRADIENTS)
    show(fig, "The network of lesson 05 with gradients in italics below the numbers. Score 2, gradient −6. Weights into the score: −9 and 0, bias −6. "
         "ReLU outputs: −12 and −18. Sums: −12 and 0, because the second ReLU is off. First neuron: weights −24 and −48, bias −12. Second "
         "neuron: all 0. Inputs: −36 and 12.")  # fmt: skip


def gradient_shapes(N=4, D=3, M=2):
    """Show what you have and what you want in the affine layer's backward pass, as grids of cells."""
    fig, ax = figure(width=9, height=2.9, margins=NO_AXES)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, 24.5), ylim=(-1.7, 6.4), aspect="equal")
    draw_box(ax, 0, 4, N, M, "dout", "(N, M)", "#E8A0A0")
    draw_box(ax, 3.4, 4, N, D, "x", "(N, D)")
    draw_box(ax, 7.8, 3.5, D, M, "w", "(D, M)", ORANGE)
    ax.annotate("", (13, 2), (10.6, 2), arrowprops=dict(arrowstyle="-|>", linewidth=2, color=BLACK, mutation_scale=16))
    draw_box(ax, 14, 4, N, D, "dx", "(N, D)")
    draw_box(ax, 18.4, 3.5, D, M, "dw", "(D, M)", ORANGE)
    draw_box(ax, 22, 2.5, 1, M, "db", "(M,)", ORANGE)
    ax.text(4.9, 5.9, "what you have", ha="center", fontsize=12, weight="bold")
    ax.text(19, 5.9, "what you want", ha="center", fontsize=12, weight="bold")
    show(fig, "Arrays as grids. What you have: dout of shape (N, M), x of shape (N, D), w of shape (D, M). What you want: dx of shape (N, D), "
         "dw of shape (D, M), db of shape (M,).")  # fmt: skip


def downhill(x, y, before, after, losses):
    """Show a network's curve before and after training, and the loss on the way.

    Parameters
    ----------
    x, y : arrays of shape (N, 1)
        Inputs and targets.
    before, after : arrays of shape (N, 1)
        The network's scores.
    losses : list of float
        The loss at each step.
    """
    fig, (left, right) = figure(1, 2, width=9, height=3.3)
    left.plot(x, y, "o", color=BLACK, markersize=4, label="targets")
    left.plot(x, before, color=VERMILLION, linestyle="--", label="before")
    left.plot(x, after, color=BLUE, linestyle="-", label="after")
    left.set(xlabel="x", ylabel="score", title="the network's scores")
    left.legend(fontsize=9)
    right.semilogy(losses, color=GREEN, linestyle="-")
    right.set(xlabel="step", ylabel="loss", title="the loss on the way")
    show(fig, f"Left: targets as dots, the network's curve before training dashed, after training solid. Right: the loss over {len(losses)} steps, "
         f"logarithmic, from {losses[0]:.2g} to {losses[-1]:.2g}. With correct gradients, the loss falls and the solid curve follows the dots.")  # fmt: skip
