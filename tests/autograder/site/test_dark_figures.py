"""The picture of a figure for a dark page."""

import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from autograder.site.figures import INK, MAPS, MARGIN, PAPER, in_the_dark, trimmed
from lessonkit.plots.style import BLACK, COLORS, PURPLE


def dark(*colors):
    """Return what becomes of a row of pixels."""
    file = io.BytesIO()
    Image.fromarray(np.array([colors], dtype=np.uint8)).save(file, "PNG")
    return np.asarray(Image.open(io.BytesIO(in_the_dark(file.getvalue()))))[0].astype(int)


def test_paper_and_ink_change_places():
    white, black = dark((255, 255, 255), (0, 0, 0))
    assert np.allclose(white, 255 * PAPER, atol=1) and np.allclose(black, 255 * INK, atol=1)


def test_a_pale_fill_is_dark_and_keeps_its_hue():
    red, green, blue = dark((195, 227, 245))[0]
    assert max(red, green, blue) < 128 and red < green < blue


@pytest.mark.parametrize("name", MAPS)
def test_a_map_keeps_the_colors_of_its_scale(name):
    scale = np.round(255 * matplotlib.colormaps[name](np.linspace(0, 1, 9))[:, :3]).astype(int)
    assert np.array_equal(dark(*scale), scale)


@pytest.mark.parametrize("color", [color for color in COLORS if color != BLACK])
def test_a_line_of_every_color_stands_out_from_dark_paper(color):
    line = tuple(round(255 * part) for part in matplotlib.colors.to_rgb(color))
    assert contrast(dark(line)[0] / 255, PAPER) > 3.5  # of 3 that figures need
    assert not np.array_equal(dark(line)[0], line) or color == PURPLE, "a line is no map"


def contrast(one, other):
    """Return how much two colors differ in brightness, from 1 to 21, as in the guidelines for accessible pages."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(color):
    color = np.asarray(color)
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_empty_paper_around_a_figure_is_trimmed_and_its_middle_stays():
    pixels = np.full((200, 300, 3), 255, dtype=np.uint8)
    pixels[90:110, 40:200] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    picture = Image.open(io.BytesIO(trimmed(file.getvalue())))
    assert picture.size == (300 - 2 * (40 - MARGIN), 20 + 2 * MARGIN)
    assert trimmed(trimmed(file.getvalue())) == trimmed(file.getvalue())
