"""Explorer of lesson 03: a step of any size, the curve as that step sees it, and the error that follows."""

from functools import cache

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLACK, BLUE, VERMILLION, written
from lessonkit.plots.lesson_03 import cube, valley_axes, valley_errors


def what_limits_it(power):
    """What the error of the slope comes from, for a step of ``10**power``."""
    if power > -5:
        return "The step is so large that the curve bends on the way: truncation error."
    if power > -7:
        return "The curve looks straight and the numbers still have enough digits: the bottom of the valley."
    if power > -16:
        return "The two values agree in so many digits that little is left of their difference: rounding error."
    return "3 + h is stored as 3: the step is smaller than the distance to the next number."


def step_size(gradient):
    """Show x³ around x = 3 as seen with a step that the student chooses.

    Parameters
    ----------
    gradient : callable
        The student's own ``eval_numerical_gradient``.
    """
    left = panel(width=4.6, height=3.8, ylim=(-3, 4.5), xlim=(-2.2, 2.2), ylabel="rise / (27 h)")
    left.set_xticks([-2, -1, 0, 1, 2], ["x − 2h", "x − h", "x", "x + h", "x + 2h"])
    left.axline((0, 0), slope=1, color=BLACK, linestyle=":")
    right = panel(width=4.6, height=3.8, margins=(0.9, 0.15, 0.6, 0.4))

    @cache
    def errors():
        return valley_errors(gradient)

    def draw(exponent_of_h):
        h = float(f"1e{exponent_of_h}")
        words = written(h, ".0e")
        slope = float(gradient(cube, np.array([3.0]), h)[0])
        off = written(abs(slope - 27), ".2g")
        steps = np.linspace(-2, 2, 801)
        x = 3.0 + h * steps
        left.plot(steps, (x * x * x - 27) / (27 * h), color=BLUE, linestyle="-", label="x³")
        left.axline((0, 0), slope=slope / 27, color=VERMILLION, linestyle="--", label=f"numerical slope {slope:.6g}")
        left.set_title(f"x³ around x = 3, magnified: h = {words}")
        left.plot([], [], color=BLACK, linestyle=":", label="tangent, slope 27")
        left.legend(loc="upper left", fontsize=9)
        valley_axes(right, *errors())
        right.plot(h, max(abs(slope - 27), 1e-12), marker="D", markersize=10, color=BLACK, linestyle="")
        right.set_title(f"off by {off}")
        right.legend(loc="upper right", fontsize=9)
        return f"h = {words}: slope {slope:.9g}, off by {off}. {what_limits_it(exponent_of_h)}"

    return explore(draw, left, right, exponent_of_h=(-16, 0, 1, -1))
