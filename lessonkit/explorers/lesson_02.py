"""Explorer of lesson 02: fit a line by hand, and see where you stand on its error surface."""

from functools import cache

import numpy as np

from lessonkit.explorers import explore, panel
from lessonkit.plots import BLACK, BLUE, ORANGE, SEQUENTIAL, VERMILLION

SLOPES, INTERCEPTS = np.linspace(-14, 6, 41), np.linspace(0, 20, 41)
LEVELS = np.geomspace(2, 800, 12)
ARROW = {"head_width": 0.9, "width": 0.25, "facecolor": ORANGE, "edgecolor": BLACK, "length_includes_head": True}


def air():
    """Altitude in km and temperature in °C of 30 weather balloons: about 6.5 °C colder with every km."""
    rng = np.random.default_rng(3)
    altitude = rng.uniform(0, 3, 30)
    return altitude, 15 - 6.5 * altitude + rng.normal(0, 1.5, 30)


def error_surface(mse_loss, rms_error, standardize):
    """Sliders for a line's slope and intercept: the line over the data, and its place on the error surface.

    Parameters
    ----------
    mse_loss, rms_error, standardize : callable
        The student's functions; they make every number shown.
    """
    km, temperature = air()
    left = panel(height=3.9, ylabel="temperature in °C", ylim=(-15, 32))
    right = panel(
        width=3.9, height=3.9, xlabel="slope", ylabel="intercept", xlim=(-14, 6), ylim=(0, 20), aspect="equal"
    )
    right.grid(False)

    @cache
    def inputs(kind):
        return km if kind == "in km" else standardize(km[:, np.newaxis])[:, 0]

    @cache
    def surface(kind):
        """The loss for each intercept (rows) and slope (columns)."""
        return np.array([[mse_loss(a * inputs(kind) + b, temperature)[0] for a in SLOPES] for b in INTERCEPTS])

    def draw(slope, intercept, altitude):
        h = inputs(altitude)
        prediction = slope * h + intercept
        loss, dx = mse_loss(prediction, temperature)
        error = rms_error(prediction, temperature)
        _draw_line(left, h, temperature, slope, intercept, error)
        left.set_xlabel(f"altitude ({altitude})")
        left.set_title(f"MSE {loss:.1f} °C², RMS error {error:.1f} °C")

        right.contourf(SLOPES, INTERCEPTS, surface(altitude), LEVELS, cmap=SEQUENTIAL, norm="log", extend="both")
        right.plot(slope, intercept, marker="o", color=VERMILLION, markeredgecolor="white", markersize=10)
        downhill = -np.array([dx @ h, dx.sum()])
        step = downhill * min(0.25, 4 / max(np.linalg.norm(downhill), 1e-12))
        if np.linalg.norm(downhill) > 0.5:
            right.arrow(slope, intercept, *step, **ARROW)
        right.set_title("error surface: dark is low")
        words = f"Slope {slope:g}, intercept {intercept:g}: MSE {loss:.2f} °C², RMS error {error:.2f} °C. "
        return words + f"Downhill, the slope should {_go(downhill[0])} and the intercept {_go(downhill[1])}."

    sliders = {"slope": (-14.0, 6.0, 0.5, 1.0), "intercept": (0.0, 20.0, 0.5, 14.0)}
    moves = {right: ("slope", "intercept")}
    return explore(draw, left, right, moves=moves, **sliders, altitude=["in km", "standardized"])


def _draw_line(ax, x, y, slope, intercept, error):
    """The data, the line, and the lines one error above and below it."""
    ends = np.array([x.min(), x.max()])
    margin = 0.05 * (ends[1] - ends[0])
    ax.scatter(x, y, color=BLACK, s=14, zorder=3)
    ax.plot(ends, slope * ends + intercept, color=BLUE, linestyle="-")
    for side in (-error, error):
        ax.plot(ends, slope * ends + intercept + side, color=BLUE, linestyle=":")
    ax.set_xlim(ends[0] - margin, ends[1] + margin)


def _go(change):
    return "stay" if abs(change) < 0.5 else "grow" if change > 0 else "fall"
