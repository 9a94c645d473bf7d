"""The style of every figure: one palette that color-blind readers can tell apart, and fixed margins.

Lines differ by dash and marker as well as by color, so nothing depends on color alone.
"""

import logging

from cycler import cycler

from lessonkit.plots.fast import FAST, gridspec

# Before its first figure, Matplotlib lists the computer's fonts, with a red warning about which students can do nothing.
logging.getLogger("matplotlib.font_manager").addFilter(lambda record: "building the font cache" not in record.msg)

# Okabe and Ito, "Color Universal Design", 2008; without the yellow, which is too faint for lines on white.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000",
)  # fmt: skip
COLORS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (7, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"

STYLE = {
    **FAST,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.size": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
    "image.cmap": SEQUENTIAL,
    "lines.linewidth": 2,
}

MARGINS = (0.8, 0.15, 0.6, 0.4)  # left, right, bottom, top, in inches: room for a title, ticks and labels
NO_AXES = (0.05, 0.05, 0.05, 0.05)  # for diagrams
UNTITLED = (0.8, 0.15, 0.6, 0.15)
GAPS = (0.75, 0.75)  # between columns and between rows, in inches
STEPS = 5  # ticks along an axis: more are not easier to read


def figure(rows=1, columns=1, width=7.0, height=3.5, margins=MARGINS, gaps=None, **options):
    """Return a figure in the course's style, whose axes keep their place while a slider moves.

    Parameters
    ----------
    rows, columns : int
        How many axes.
    width, height : float
        Size in inches.
    margins : tuple of float
        Left, right, bottom and top margin, in inches.
    gaps : tuple of float, optional
        Between columns and between rows, in inches. Default: `GAPS`, or less where an axis is shared.
    **options
        Passed to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    fig, axes
    """
    import matplotlib
    from matplotlib.figure import Figure

    gaps = gaps or (0.2 if options.get("sharey") else GAPS[0], 0.2 if options.get("sharex") else GAPS[1])
    fixed = gridspec(rows, columns, width, height, margins, gaps)
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(width, height))
        axes = fig.subplots(rows, columns, gridspec_kw=fixed, **options)
        for ax in fig.axes:
            across, down = ax.get_position().size * (width, height)  # in inches
            ax.locator_params("x", nbins=min(STEPS, max(2, int(across / 0.6))))
            ax.locator_params("y", nbins=min(STEPS, max(2, int(down / 0.4))))
        return fig, axes
