"""A figure as students see it: an HTML image with its alt text."""

import base64
from html import escape

from lessonkit.plots import fast
from lessonkit.plots.style import STYLE


def image_tag(fig, alt):
    """Return the figure as an HTML image with its alt text."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        fast.plain_powers(fig)
        fast.only_ticks_in_view(fig)
        data = base64.b64encode(fast.png(fig)).decode("ascii")
    return f'<img alt="{escape(alt, quote=True)}" style="max-width:100%" src="data:image/png;base64,{data}">'


class Picture:
    """A drawn figure, with its alt text for readers who cannot see it."""

    def __init__(self, fig, alt):
        self.figure, self.alt = fig, alt

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        return image_tag(self.figure, self.alt)


def show(fig, alt):
    """Show a figure with its alt text.

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
        raise ValueError(
            "In the alt text, say what the figure shows: the kind of plot, the axes, and what to see in it."
        )
    from IPython.display import display

    display(Picture(fig, alt))
