"""Figures of lesson 10: the land, as it is and as a network sees it, and how the error falls during training."""

import os
import time

import numpy as np

from lessonkit.plots import BLACK, BLUE, SEQUENTIAL, VERMILLION, Picture, figure, show

SHAPE = (86, 101)  # rows from north to south, columns from west to east
LOWEST, HIGHEST = 240, 1070  # meters: one color scale for all maps
WIDTH_OF_A_DEGREE = 0.8  # of longitude, in degrees of latitude, this far north
ON_A_PHONE = 5.2  # inches: a page scales a figure of this width down to a phone's, and lets one scroll that is wider
DRAWN_EPOCHS = 80  # of a curve: with more of them, its jumps would fill the gaps between the dashes
FRAME = 0.5  # seconds between two pictures during training


def draw_map(ax, X, meters, title=""):
    """Draw a map of elevation on the grid X, with north at the top."""
    (west, south), (east, north) = X.min(axis=0), X.max(axis=0)
    where = dict(extent=(west, east, south, north), aspect=1 / WIDTH_OF_A_DEGREE)
    image = ax.imshow(np.reshape(meters, SHAPE), vmin=LOWEST, vmax=HIGHEST, cmap=SEQUENTIAL, **where)
    ax.set_title(title, fontsize=10)
    ax.set(xlabel="longitude (°)", ylabel="latitude (°)")
    ax.xaxis.set_major_locator(_few_ticks())
    ax.yaxis.set_major_locator(_few_ticks())
    ax.tick_params(labelsize=9)
    ax.grid(False)
    return image


def _few_ticks():
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(3, steps=[1, 2, 5, 10])  # few decimals, so that labels of neighboring maps stand apart


def _scale(fig, image, axes, below=False):
    """Draw the color scale on the right of the maps and as high as they are, or below them and as wide."""
    for ax in (axes := np.ravel(axes)):
        ax.apply_aspect()
    boxes = np.array([ax.get_position().extents for ax in axes])
    left, bottom, right, top = *boxes.min(axis=0)[:2], *boxes.max(axis=0)[2:]
    width, height = fig.get_size_inches()
    if below:
        place = left, bottom - 0.75 / height, right - left, 0.13 / height
    else:
        place = right + 0.15 / width, bottom, 0.13 / width, top - bottom
    look = {"orientation": "horizontal" if below else "vertical", "label": "elevation (m)"}
    fig.colorbar(image, cax=fig.add_axes(place), **look)


def show_scale(ax):
    """Draw the color scale of all maps beside axes that have no map yet."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    _scale(ax.figure, ScalarMappable(Normalize(LOWEST, HIGHEST), SEQUENTIAL), ax)


def the_land(X, meters):
    """Show the elevation data as a map.

    Parameters
    ----------
    X : array of shape (8686, 2)
        Longitude and latitude of the grid.
    meters : array of shape (8686,)
    """
    fig, ax = figure(width=ON_A_PHONE, height=4.25, margins=(0.8, 1, 0.6, 0.15))
    _scale(fig, draw_map(ax, X, meters), ax)
    show(fig, "Map of elevation over longitude and latitude, from 247 to 1067 meters. The southwest is rough, with high ridges that branch like "
         "trees. In the east lie two flat areas, the northern one higher, with a straight edge between them.")  # fmt: skip


def side_by_side(X, meters, answers):
    """Show the land, and the land as several predictors see it, in the same colors.

    Parameters
    ----------
    X, meters
        The grid and its elevation.
    answers : dict
        Predictions for the grid, by the predictor's name.
    """
    rows, room = 1 + len(answers) // 2, len(answers) % 2 == 0  # room for the scale on the right of the last map
    look = {"margins": (0.65, 0.15, 0.6 if room else 1.3, 0.6), "gaps": (0.25, 0.55), "sharex": True, "sharey": True}
    fig, axes = figure(rows, 2, width=ON_A_PHONE, height=(0.65 if room else 1.35) + 2.75 * rows, **look)
    maps = axes.flat[: 1 + len(answers)]
    image = draw_map(maps[0], X, meters, "as it is")
    for ax, (name, seen) in zip(maps[1:], answers.items()):
        error = np.sqrt(np.mean((seen - meters) ** 2))
        draw_map(ax, X, seen, f"{name}\noff by {error:.0f} m (RMS)")
    for ax in maps:
        ax.label_outer()
    if room:
        axes[-1, -1].remove()
        maps[-2].tick_params(labelbottom=True)
    _scale(fig, image, maps[-1] if room else maps, below=not room)
    looks = "a constant is one flat color, a plane an even slope"
    if len(answers) > 2:
        looks += "; a trained network shows the high ridges and the edge of the low land, softened"
    show(fig, f"Maps in the same colors: the land as it is, and as seen by {', '.join(answers)}. Each title gives the RMS error in meters. "
         f"What to see: {looks}.")  # fmt: skip


def _draw_errors(ax, solver, unit):
    drawn = slice(None, None, max(1, len(solver.val_acc_history) // DRAWN_EPOCHS))
    epochs = np.arange(1, len(solver.val_acc_history) + 1)[drawn]
    ax.plot(epochs, solver.train_acc_history[drawn], color=BLUE, linestyle="-", label="training")
    ax.plot(epochs, solver.val_acc_history[drawn], color=VERMILLION, linestyle="--", label="validation")
    ax.set(xlabel="epoch", ylabel=f"RMS error ({unit})", ylim=(0, None), xlim=(0, max(solver.num_epochs, 2)))
    ax.legend(fontsize=9)


def watch(solver, grid, see):
    """Train the solver, and draw the land as its network sees it during training.

    About twice a second, a new picture replaces the old one, or less often where drawing is slow, so that most of the time
    goes to the training. Drawing does not change the training. Where nobody is watching, the solver just trains.

    Parameters
    ----------
    solver : Solver
        Not yet trained.
    grid : array of shape (8686, 2)
        Where to look.
    see : callable
        ``see(model) -> meters``: the network's answers for the grid.
    """
    from IPython import get_ipython
    from IPython.display import HTML, display

    if get_ipython() is None or "NBGRADER_EXECUTION" in os.environ:
        solver.train()
        return
    frame = display(HTML(_bar(solver)), display_id=True)
    epochs, due = solver.epochs, time.monotonic() + FRAME

    def epochs_with_pictures():
        nonlocal due
        for epoch in epochs():
            yield epoch
            if (start := time.monotonic()) >= due:
                frame.update(HTML(_frame(solver, grid, see(solver.model))))
                end = time.monotonic()
                due = end + FRAME * max(1, 8 * (end - start))

    solver.epochs = epochs_with_pictures
    try:
        solver.train()
    finally:
        del solver.epochs
    frame.update(HTML(_frame(solver, grid, see(solver.model))))


def watch_the_land(solver, predict, raw, grid):
    """`watch` a training on the terrain, through the eyes of the student's `predict`.

    Parameters
    ----------
    solver : Solver
        Not yet trained.
    predict : callable
        ``predict(model, X_train, y_train, X) -> meters``
    raw : dict
        "X_train" and "y_train", in degrees and meters.
    grid : array of shape (8686, 2)
        Where to look.
    """
    watch(solver, grid, lambda model: predict(model, raw["X_train"], raw["y_train"], grid))


def _bar(solver):
    done, total = len(solver.val_acc_history), solver.num_epochs
    error = f" · RMS error on the validation set {solver.val_acc_history[-1]:.0f} m" if done else ""
    return (
        f'<p><progress max="{total}" value="{done}" aria-label="epochs" style="width:60%"></progress> '
        f"epoch {done} of {total}{error}</p>"
    )


def _frame(solver, grid, seen):
    """Return the progress bar above the picture, in a box that keeps its height."""
    fig, (left, right) = figure(1, 2, width=9, height=3.4, width_ratios=[2.3, 4], gaps=(1.75, 0))
    _scale(fig, draw_map(left, grid, seen, "as the network sees it"), left)
    _draw_errors(right, solver, "m")
    right.axhline(90, color=BLACK, linestyle=":", linewidth=1.2)
    place = dict(xytext=(-2, 4), textcoords="offset points", ha="right", fontsize=9)
    right.annotate("target: 90 m", (1, 90), xycoords=right.get_yaxis_transform(), **place)
    right.legend(loc="lower left", fontsize=9)
    alt = "Left: the land as the network sees it. Right: RMS error on the training set and the validation set after every epoch."
    return f'<div style="min-height:26em">{_bar(solver)}{Picture(fig, alt)._repr_html_()}</div>'


def loss_and_errors(solver, unit="m"):
    """Plot the loss of every step, and the RMS error on the training set and the validation set after every epoch.

    Parameters
    ----------
    solver : Solver
        A trained solver.
    unit : str
        Unit of the targets.
    """
    fig, (left, right) = figure(1, 2, width=9, height=3.2)
    left.semilogy(
        np.arange(1, len(solver.loss_history) + 1), solver.loss_history, color=BLUE, linestyle="-", linewidth=0.8
    )
    left.set(xlabel="step", ylabel="loss of a batch")
    _draw_errors(right, solver, unit)
    show(fig, "Two plots. Left: the loss of every batch over the steps, logarithmic, noisy and falling. Right: RMS error over the epochs, "
         f"in {unit}, for the training set (solid) and the validation set (dashed); both fall quickly at first, then slowly.")  # fmt: skip


def overfitting(solver, grid, points, seen):
    """Show what a network learns from a few points: how the two errors drift apart, and maps with the points.

    Parameters
    ----------
    solver : Solver
        A solver that trained on `points` for a long time.
    grid : array of shape (8686, 2)
    points : array of shape (N, 2)
        The places that it learned from.
    seen : dict
        The network's answers for the grid, by title.
    """
    look = {"width_ratios": [1.35] + [1] * len(seen), "margins": (0.8, 1, 0.6, 0.4), "gaps": (0.9, 0)}
    fig, (errors, *axes) = figure(1, 1 + len(seen), width=10, height=3, **look)
    for ax, (title, meters) in zip(axes, seen.items()):
        image = draw_map(ax, grid, meters, title)
        ax.plot(
            points[:, 0],
            points[:, 1],
            linestyle="none",
            marker="o",
            markersize=3.5,
            color="white",
            markeredgecolor=BLACK,
        )
    _scale(fig, image, axes)
    _draw_errors(errors, solver, "m")
    errors.set_ylim(0, 1.6 * np.median(solver.val_acc_history))  # the first errors may be far above
    best = int(np.argmin(solver.val_acc_history))
    errors.plot([best + 1], [solver.val_acc_history[best]], color=VERMILLION, marker="D", linestyle="none")
    place = dict(xytext=(6, -16), textcoords="offset points", fontsize=9)
    errors.annotate("best on validation", (best + 1, solver.val_acc_history[best]), **place)
    show(fig, "Left: the RMS error over the epochs. On the training points (solid) it falls toward zero; on the validation set (dashed) it soon "
         f"stops falling and rises again. Beside it, maps of the land as seen by the network that learned from {len(points)} points, drawn as "
         f"dots ({', '.join(seen)}); between the dots it makes things up.")  # fmt: skip
