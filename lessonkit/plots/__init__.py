"""The figures of the lessons, all in one style and all with alt text.

A lesson's figures live in ``lessonkit/plots/lesson_NN.py``; each builds a matplotlib figure and passes it to `show`
with its alt text.
"""

from lessonkit.plots.fast import plain_powers, written
from lessonkit.plots.picture import Picture, image_tag, show
from lessonkit.plots.style import (
    BLACK,
    BLUE,
    COLORS,
    DASHES,
    DIVERGING,
    GAPS,
    GREEN,
    MARGINS,
    MARKERS,
    NO_AXES,
    ORANGE,
    PURPLE,
    SEQUENTIAL,
    SKY,
    STYLE,
    UNTITLED,
    VERMILLION,
    figure,
)

__all__ = [
    "BLACK",
    "BLUE",
    "COLORS",
    "DASHES",
    "DIVERGING",
    "GAPS",
    "GREEN",
    "MARGINS",
    "MARKERS",
    "NO_AXES",
    "ORANGE",
    "PURPLE",
    "Picture",
    "SEQUENTIAL",
    "SKY",
    "STYLE",
    "UNTITLED",
    "VERMILLION",
    "figure",
    "image_tag",
    "plain_powers",
    "show",
    "written",
]
