"""Explorer of lesson 06: through two neurons and back, step by step.

Its gradients come from nudging every number a little, as in lesson 03: the way back is what the student writes.
"""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.explorers.lesson_05 import KNOWN, STEPS, known_at, terms
from lessonkit.plots import NO_AXES
from lessonkit.plots.lesson_05 import B1, B2, EDGES, TARGET, W1, W2, draw_network, plain

NUDGE = 1e-4

# Where to nudge for the gradient of each number in the figure: the array, and the place in it.
PLACES = {
    "x1": ("x", (0, 0)), "x2": ("x", (0, 1)), "h1": ("h", (0, 0)), "h2": ("h", (0, 1)),
    "a1": ("b1", 0), "a2": ("b1", 1), "b a1": ("b1", 0), "b a2": ("b1", 1), "s": ("b2", 0), "b s": ("b2", 0),
    ("x1", "a1"): ("W1", (0, 0)), ("x2", "a1"): ("W1", (1, 0)), ("x1", "a2"): ("W1", (0, 1)), ("x2", "a2"): ("W1", (1, 1)),
    ("h1", "s"): ("W2", (0, 0)), ("h2", "s"): ("W2", (1, 0)),
}  # fmt: skip

# What is known after each step back.
BACK = (
    ("s",),
    (("h1", "s"), ("h2", "s"), "b s", "h1", "h2"),
    ("a1", "a2"),
    (("x1", "a1"), ("x2", "a1"), ("x1", "a2"), ("x2", "a2"), "b a1", "b a2", "x1", "x2"),
)


def there_and_back(affine_forward, relu_forward):
    """Show the forward and the backward pass through the two-neuron network for inputs that the student chooses.

    Parameters
    ----------
    affine_forward, relu_forward : callable
        The functions of lessons 05 and 01.
    """
    ax = panel(width=7.6, height=4.5, margins=NO_AXES)

    def forward(x_1, x_2, nudged=None, by=0.0):
        """All numbers of the forward pass, layer by layer."""
        arrays = {"x": np.array([[x_1, x_2]], dtype=float), "h": np.zeros((1, 2))}
        arrays.update(W1=np.array(W1), b1=np.array(B1), W2=np.array(W2), b2=np.array(B2))
        if nudged:
            name, index = nudged
            arrays[name][index] += by
        sums, _ = affine_forward(arrays["x"], arrays["W1"], arrays["b1"])
        hidden = relu_forward(sums)[0] + arrays["h"]
        score, _ = affine_forward(hidden, arrays["W2"], arrays["b2"])
        return arrays["x"][0], sums[0], hidden[0], score[0]

    def gradient(x_1, x_2, nudged):
        up, down = ((forward(x_1, x_2, nudged, by)[-1][0] - TARGET) ** 2 for by in (NUDGE, -NUDGE))
        return (up - down) / (2 * NUDGE)

    def draw(step, x_1, x_2):
        layers = forward(x_1, x_2)
        gradients = {name: gradient(x_1, x_2, nudged) for name, nudged in PLACES.items()}
        known = {name for names in BACK[: max(step - 3, 0)] for name in names}
        active = KNOWN[step] if step < 4 else KNOWN[7 - step]
        into = STEPS[step] if step < 4 else (*STEPS, ())[8 - step]  # back through the edges of the way forward
        draw_network(
            ax, known_at(step, layers), {name: g for name, g in gradients.items() if name in known}, active, into
        )
        return f"Step {step} of 7. {words(step, layers, gradients)}"

    return explore(draw, ax, step=(0, 7, 1, 7), x_1=(0, 4, 1, 2), x_2=(0, 8, 1, 4))


def words(step, layers, gradients):
    """What happens at a step."""
    x, sums, hidden, (score,) = layers
    g = {name: plain(value) for name, value in gradients.items()}
    gates = ["is on, so its gradient passes" if a > 0 else "is off, so its gradient stops" for a in sums]
    return [
        f"Forward: the inputs are {plain(x[0])} and {plain(x[1])}.",
        f"Forward, affine: the sums are {plain(sums[0])} and {plain(sums[1])}.",
        f"Forward, ReLU: {plain(hidden[0])} and {plain(hidden[1])}.",
        f"Forward, affine: the score is {plain(score)}. The target is {plain(TARGET)}, so the loss is {plain((score - TARGET) ** 2)}.",
        f"Back, loss: the gradient of the score is 2 · ({plain(score)} − {plain(TARGET)}) = {g['s']}.",
        f"Back, affine: each weight gets its input times {g['s']}, which gives {g['h1', 's']} and {g['h2', 's']}; the bias gets "
        f"{g['b s']}; each input gets its weight times {g['s']}, which gives {g['h1']} and {g['h2']}.",
        f"Back, ReLU: neuron 1 {gates[0]}; neuron 2 {gates[1]}. The gradients of the sums are {g['a1']} and {g['a2']}.",
        f"Back, affine: each input feeds both neurons, so the gradients from the two add up: for the first input "
        f"{terms([EDGES['x1', 'a1'], EDGES['x1', 'a2']], [gradients['a1'], gradients['a2']])} = {g['x1']}, for the second one "
        f"{terms([EDGES['x2', 'a1'], EDGES['x2', 'a2']], [gradients['a1'], gradients['a2']])} = {g['x2']}.",
    ][step]
