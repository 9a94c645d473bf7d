"""Explorer of lesson 01: an activation, its slope, and the tangent at a point that moves."""

import numpy as np

from lessonkit.explorers import explore
from lessonkit.plots import BLACK, BLUE, VERMILLION, figure


def tangent(pairs):
    """Show the tangent at a point that the student moves.

    Parameters
    ----------
    pairs : dict
        ``(forward, backward)`` by name: the student's own functions.
    """
    x = np.linspace(-5, 5, 201)

    def draw(activation, x_of_the_point):
        forward, backward = pairs[activation]
        out, cache = forward(x)
        at = np.array([float(x_of_the_point)])
        height, at_cache = forward(at)
        slope = float(backward(np.ones(1), at_cache)[0])
        fig, (left, right) = figure(1, 2, width=8, height=3)
        left.plot(x, out, color=BLUE, linestyle="-")
        left.plot(at + [-1.2, 1.2], height + slope * np.array([-1.2, 1.2]), color=VERMILLION, linestyle="--")
        left.plot(at, height, marker="o", color=BLACK)
        left.set(title=f"{activation} and its tangent", xlabel="x", ylim=(-1.3, 2.3))
        right.plot(x, backward(np.ones_like(x), cache), color=VERMILLION, linestyle="--")
        right.plot(at, [slope], marker="o", color=BLACK)
        right.set(title="slope of the tangent", xlabel="x", ylim=(-0.1, 1.2))
        return fig, f"{activation} at x = {at[0]:.1f}: output {height[0]:.3f}, slope {slope:.3f}."

    return explore(draw, activation=list(pairs), x_of_the_point=(-5.0, 5.0, 0.1, 0.5))
