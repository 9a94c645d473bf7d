"""Explorer of lesson 05: numbers walk forward through two neurons, step by step."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import NO_AXES
from lessonkit.plots.lesson_05 import B1, B2, W1, W2, draw_network, plain

KNOWN = (("x1", "x2"), ("a1", "a2"), ("h1", "h2"), ("s",))  # after each step
STEPS = ((), *KNOWN[1:])  # where each step's edges lead


def known_at(step, layers):
    """The numbers that are known after a step forward, by node."""
    return {name: value for names, layer in zip(KNOWN[: step + 1], layers) for name, value in zip(names, layer)}


def terms(weights, inputs, bias=None):
    """A weighted sum spelled out: ``3 · 2 + (−1) · 4 + (−0.5)``."""
    products = [f"{_signed(w)} · {_signed(v)}" for w, v in zip(weights, inputs)]
    return " + ".join(products if bias is None else [*products, _signed(bias)])


def _signed(value):
    words = plain(value)
    return f"({words})" if words.startswith("−") else words


def walk_forward(affine_forward, relu_forward):
    """Show the forward pass through the two-neuron network for inputs that the student chooses.

    Parameters
    ----------
    affine_forward, relu_forward : callable
        The student's own functions.
    """
    ax = panel(width=7.4, height=4.2, margins=NO_AXES)

    def draw(step, x_1, x_2):
        inputs = np.array([[float(x_1), float(x_2)]])
        sums, _ = affine_forward(inputs, np.array(W1), np.array(B1))
        hidden, _ = relu_forward(sums)
        score, _ = affine_forward(hidden, np.array(W2), np.array(B2))
        layers = [inputs[0], sums[0], hidden[0], score[0]]
        draw_network(ax, known_at(step, layers), active=KNOWN[step], into=STEPS[step])
        columns = list(zip(*W1))
        captions = [
            f"The inputs are {plain(x_1)} and {plain(x_2)}.",
            "The affine layer adds up: " + ", ".join(
                f"{name} = {terms(column, inputs[0], bias)} = {plain(value)}"
                for name, column, bias, value in zip(KNOWN[1], columns, B1, sums[0])
            ) + ".",
            f"ReLU passes what is positive: {plain(hidden[0, 0])} and {plain(hidden[0, 1])}.",
            f"The last affine layer gives the score {terms(W2[0] + W2[1], hidden[0], B2[0])} = {plain(score[0, 0])}.",
        ]  # fmt: skip
        return f"Step {step} of 3. {captions[step]}"

    return explore(draw, ax, step=(0, 3, 1, 3), x_1=(0, 4, 1, 2), x_2=(0, 8, 1, 4))
