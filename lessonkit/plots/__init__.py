"""The figures of the lessons: one look, one palette that colour-blind readers can tell apart, alt text always.

A lesson's figures live in ``lessonkit/plots/lesson_NN.py``; each builds a matplotlib figure and hands it to `show`
with its alt text. Lines differ by dash and marker as well as by colour, so nothing depends on colour alone.
"""

import base64
import io
import logging
from html import escape

from cycler import cycler

# Matplotlib lists a computer's fonts before its first figure, and warns, in red, of nothing that a student could change.
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
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.size": 11,
    "text.hinting": "no_hinting",  # letters as they were drawn; to fit each to the pixels takes a tenth of a figure's time
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titley": 1.0,  # or Matplotlib measures all labels to find out whether the title must make room
    "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
    "image.cmap": SEQUENTIAL,
    "lines.linewidth": 2,
}


MARGINS = (0.8, 0.15, 0.6, 0.4)  # left, right, bottom, top, in inches: room for a title, ticks and labels
NO_AXES = (0.05, 0.05, 0.05, 0.05)  # for diagrams
UNTITLED = (0.8, 0.15, 0.6, 0.15)
GAPS = (0.75, 0.75)  # between columns and between rows, in inches
STEPS = 5  # along an axis: more are no easier to read, and each takes a millisecond or two to draw


def figure(rows=1, columns=1, width=7.0, height=3.5, margins=MARGINS, gaps=None, **options):
    """A figure in the course's style.

    Its axes have a fixed place: measuring all text to find one, as Matplotlib's layout engines do, takes as long as
    drawing, and makes a figure jump while a slider moves.

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
        Handed to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    fig, axes
    """
    import matplotlib
    from matplotlib.figure import Figure

    left, right, bottom, top = margins
    across, down = gaps or (0.2 if options.get("sharey") else GAPS[0], 0.2 if options.get("sharex") else GAPS[1])
    place = {
        "left": left / width, "right": 1 - right / width, "bottom": bottom / height, "top": 1 - top / height,
        "wspace": across * columns / (width - left - right - across * (columns - 1)),
        "hspace": down * rows / (height - bottom - top - down * (rows - 1)),
    }  # fmt: skip
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=(width, height))
        axes = fig.subplots(rows, columns, gridspec_kw=place, **options)
        for ax in fig.axes:
            across, down = ax.get_position().size * (width, height)  # in inches
            ax.locator_params("x", nbins=min(STEPS, max(2, int(across / 0.6))))
            ax.locator_params("y", nbins=min(STEPS, max(2, int(down / 0.4))))
        return fig, axes


def plain_powers(fig):
    """Plain numbers on logarithmic axes: at the powers of ten, and below two of them at twice and five times as well.

    Matplotlib's small ticks and raised exponents take longer to draw than all the rest.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) if axis.get_scale() == "log"):
        low, high = sorted(axis.get_view_interval())
        axis.set_minor_locator(NullLocator() if high >= 100 * low else LogLocator(subs=(2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("{x:g}")


def only_ticks_in_view(fig):
    """Matplotlib makes a tick beyond each end of an axis as well, which is not drawn and takes as long as the others."""
    from matplotlib.ticker import FixedLocator

    for axis in (axis for ax in fig.axes if ax.name == "rectilinear" for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        places, slack = axis.get_majorticklocs(), 1e-9 * (high - low)
        axis.set_major_locator(FixedLocator([place for place in places if low - slack <= place <= high + slack]))


def image_tag(fig, alt):
    """The figure as an HTML image with its alt text."""
    import matplotlib
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    buffer = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        plain_powers(fig)
        only_ticks_in_view(fig)
        canvas = FigureCanvasAgg(fig)
        canvas.draw()  # `savefig` would draw twice
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    image.save(buffer, format="png", compress_level=3)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<img alt="{escape(alt, quote=True)}" style="max-width:100%" src="data:image/png;base64,{data}">'


class Picture:
    """A drawn figure: an image for the eye, its alt text for everyone else."""

    def __init__(self, fig, alt):
        self.figure, self.alt = fig, alt

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        return image_tag(self.figure, self.alt)


def show(fig, alt):
    """Show a figure with the text that says what it shows.

    Parameters
    ----------
    fig : matplotlib figure
    alt : str
        What a reader who cannot see the figure should know: kind of plot, axes, and what it shows.

    Raises
    ------
    ValueError
        If the alt text is missing or too short to say anything.
    """
    if len(alt) < 20:
        raise ValueError("Say in the alt text what the figure shows: kind of plot, axes, and what to see in it.")
    from IPython.display import display

    display(Picture(fig, alt))
