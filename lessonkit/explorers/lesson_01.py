"""Explorer of lesson 01: an activation, its slope, and the tangent at a point that moves."""

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLACK, BLUE, VERMILLION


def tangent(pairs):
    """Show the tangent at a point that the student moves.

    Parameters
    ----------
    pairs : dict
        ``(forward, backward)`` by name: the student's own functions.
    """
    x = np.linspace(-5, 5, 201)
    left, right = (panel(xlabel="x", xlim=(-5.2, 5.2), ylim=ylim, title=" ") for ylim in [(-1.3, 2.3), (-0.1, 1.2)])
    across = np.array([-1.2, 1.2])

    def draw(activation, x_of_the_point):
        forward, backward = pairs[activation]
        out, cache = forward(x.copy())
        at = np.array([float(x_of_the_point)])
        height, at_cache = forward(at.copy())
        slope = float(backward(np.ones(1), at_cache)[0])
        left.plot(x, out, color=BLUE, linestyle="-")
        left.plot(at + across, height + slope * across, color=VERMILLION, linestyle="--")
        left.plot(at, height, marker="o", markersize=9, color=BLACK)
        left.set_title(f"{activation} and its tangent")
        right.plot(x, backward(np.ones_like(x), cache), color=VERMILLION, linestyle="--")
        right.plot(at, [slope], marker="o", markersize=9, color=BLACK)
        right.set_title("slope of the tangent")
        return f"{activation} at x = {at[0]:.1f}: output {height[0]:.3f}, slope {slope:.3f}."

    along = ("x_of_the_point", None)
    return explore(
        draw,
        left,
        right,
        moves={left: along, right: along},
        activation=list(pairs),
        x_of_the_point=(-5.0, 5.0, 0.1, 0.5),
    )
