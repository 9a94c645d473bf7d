"""Figures of lesson 00: axes, broadcasting, and the two exercises at work."""

import numpy as np

from lessonkit.plots import BLACK, BLUE, COLORS, MARKERS, NO_AXES, SKY, VERMILLION, figure, show, written

CELL = {"ha": "center", "va": "center", "fontsize": 10}


def draw_array(ax, array, shape, left):
    """Draw an array as a grid of cells, starting at column `left` and repeated to `shape`; repeated cells are dotted.

    Returns
    -------
    float
        The first column that is still free.
    """
    own = np.atleast_2d(array)
    values = np.broadcast_to(own, (1,) * (2 - len(shape)) + tuple(shape))
    for (i, j), value in np.ndenumerate(values):
        repeated = i >= own.shape[0] or j >= own.shape[1]
        look = {"facecolor": "white", "linestyle": ":"} if repeated else {"facecolor": SKY, "alpha": 0.35}
        ax.add_patch(_square(left + j, i, edgecolor=BLACK, **look))
        ax.text(left + j + 0.5, i + 0.5, written(value), color="0.45" if repeated else BLACK, **CELL)
    ax.text(left + values.shape[1] / 2, -0.45, str(np.shape(array)), **CELL)
    return left + values.shape[1]


def _square(left, top, **look):
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), 1, 1, **look)


def draw_difference(ax, a, b):
    """Draw ``a - b`` with the cells that broadcasting repeats; return the result's shape, or None if there is none."""
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        shape = None
    column = draw_array(ax, a, a.shape if shape is None else shape, 0)
    rows = max(np.atleast_2d(a).shape[0], np.atleast_2d(b).shape[0])
    ax.text(column + 0.6, rows / 2, "−", ha="center", va="center", fontsize=16)
    column = draw_array(ax, b, b.shape if shape is None else shape, column + 1.2)
    if shape is None:
        ax.text(column + 1.2, rows / 2, "the shapes do not fit", va="center", color=VERMILLION)
    else:
        ax.text(column + 0.6, rows / 2, "=", ha="center", va="center", fontsize=16)
        column = draw_array(ax, a - b, shape, column + 1.2)
    ax.set(xlim=(-0.1, 14.5), ylim=(rows + 0.1, -0.9), aspect="equal", anchor="W")
    ax.set_axis_off()
    return shape


def axes_of_an_array():
    """Show an array of shape (3, 4), and its mean along each axis."""
    from matplotlib.patches import FancyArrowPatch

    x = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    fig, ax = figure(width=8, height=3.3, margins=NO_AXES)
    draw_array(ax, x, x.shape, 0)
    draw_array(ax, x.mean(axis=0), (4,), 6.5)
    draw_array(ax, x.mean(axis=1), (3,), 12.5)
    ax.text(8.5, 1.5, "x.mean(axis=0)\none number per column", **CELL)
    ax.text(14, 1.5, "x.mean(axis=1)\none number per row", **CELL)
    for end, words, position in [((-0.5, 3), "axis 0", (-0.8, 1.5)), ((4, 3.5), "axis 1", (2, 3.9))]:
        start = (-0.5, 0) if words == "axis 0" else (0, 3.5)
        ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, color=VERMILLION))
        ax.text(*position, words, color=VERMILLION, rotation=90 if words == "axis 0" else 0, **CELL)
    ax.set(xlim=(-1.2, 16), ylim=(4.2, -0.9), aspect="equal")
    ax.set_axis_off()
    show(fig, "An array of shape (3, 4) drawn as a grid of the numbers 1 to 12. Axis 0 runs down, axis 1 runs to the "
         "right. The mean along axis 0 is 5, 6, 7, 8, of shape (4,): one number per column. The mean along axis 1 is "
         "2.5, 6.5, 10.5, of shape (3,): one number per row.")  # fmt: skip


def broadcasting():
    """Show three differences of arrays whose shapes differ, with the cells that NumPy repeats."""
    table = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    row, column = np.array([1, 2, 3, 4]), np.array([[1], [5], [9]])
    fig, axes = figure(3, 1, width=6.1, height=5.2, margins=NO_AXES, gaps=(0, 0.1))
    for ax, (a, b) in zip(axes, [(table, row), (table, column), (column, row)], strict=True):
        draw_difference(ax, a, b)
    show(fig, "Three subtractions drawn as grids; cells that NumPy repeats are dotted. (3, 4) minus (4,): the row is "
         "repeated down. (3, 4) minus (3, 1): the column is repeated to the right. (3, 1) minus (4,): both are "
         "repeated, and every entry of one meets every entry of the other. Each result has shape (3, 4).")  # fmt: skip


def apartments(size=80):
    """Return apartments for rent: area in square meters and distance to the nearest stop in kilometers; shape (size, 2)."""
    rng = np.random.default_rng(7)
    area = rng.gamma(9, 8, size) + 15
    return np.column_stack([area, rng.gamma(3, 0.15, size) + area / 300])


def before_and_after(standardize):
    """Show apartments for rent, with the same scale on both axes, before and after `standardize`."""
    x = apartments()
    fig, (left, right) = figure(1, 2, width=8, height=3.8)
    left.scatter(*x.T, color=BLUE, s=14)
    left.set(
        title="as measured", xlabel="area in m²", ylabel="distance to the stop in km", xlim=(0, 200), ylim=(-100, 100)
    )
    right.scatter(*standardize(x).T, color=VERMILLION, marker="^", s=18)
    right.set(title="standardized", xlabel="area", ylabel="distance to the stop", xlim=(-4, 4), ylim=(-4, 4))
    for ax in (left, right):
        ax.set_aspect("equal")
    show(fig, "Two scatter plots of 80 apartments, each with the same scale on both axes. As measured, in square meters "
         "and kilometers, they lie on a flat line. Standardized, they are a round cloud around (0, 0).")  # fmt: skip


def nearest_station(pairwise_differences, points_per_side=45):
    """Show a map of the nearest of five stations, from the differences between places and stations."""
    stations = np.array([[1.5, 1.5], [2.5, 5.0], [5.5, 2.0], [6.0, 6.5], [8.5, 4.0]])
    line = np.linspace(0, 10, points_per_side)
    points = np.stack(np.meshgrid(line, line * 0.8), axis=-1).reshape(-1, 2)
    differences = pairwise_differences(points, stations)
    nearest = np.argmin(np.linalg.norm(differences, axis=2), axis=1)
    fig, ax = figure(width=6, height=4.6)
    for k, (station, color, marker) in enumerate(zip(stations, COLORS, MARKERS, strict=False)):
        ax.scatter(*points[nearest == k].T, color=color, marker=marker, s=9, linewidth=0)
        ax.scatter(*station, color=color, marker=marker, s=150, edgecolor=BLACK)
        ax.annotate(str(k), station, xytext=(9, 9), textcoords="offset points", fontweight="bold")
    ax.set(xlabel="km east", ylabel="km north", aspect="equal", title="Every place, marked by its nearest station")
    ax.grid(False)
    counts = ", ".join(f"{n} for station {k}" for k, n in enumerate(np.bincount(nearest, minlength=len(stations))))
    show(fig, f"Map of {len(points)} places and 5 stations. The places nearest to one station form a patch around it, "
         f"with straight borders to the next one. Places by nearest station: {counts}.")  # fmt: skip
