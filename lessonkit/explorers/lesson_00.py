"""Explorer of lesson 00: choose two shapes and see what broadcasting makes of them."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import NO_AXES
from lessonkit.plots.lesson_00 import draw_difference

SHAPES = {str(shape): shape for shape in [(3, 4), (4,), (3, 1), (1, 4), (3,), ()]}


def broadcasting():
    """Show ``a - b`` for two shapes that the student chooses, or that the two do not fit."""
    ax = panel(width=6.4, height=1.9, margins=NO_AXES)

    def draw(shape_of_a, shape_of_b):
        a, b = (np.arange(1, 1 + np.prod(SHAPES[s], dtype=int)).reshape(SHAPES[s]) for s in (shape_of_a, shape_of_b))
        shape = draw_difference(ax, a, 10 * b)
        given = f"a of shape {shape_of_a}, b of shape {shape_of_b}: "
        if shape is None:
            return f"{given}the shapes do not fit, so a - b raises a ValueError."
        return f"{given}a - b has shape {shape}. Dotted cells are repeated."

    return explore(draw, ax, shape_of_a=list(SHAPES), shape_of_b=[*SHAPES][1:] + [*SHAPES][:1])
