"""The picture of a figure for a dark page."""

import io

import matplotlib
import numpy as np
from PIL import Image

from autograder.site.figures import INK, MARGIN, PAPER, in_the_dark, trimmed
from lessonkit.plots import COLORS, SEQUENTIAL


def dark(*colors):
    """Return what becomes of a row of pixels."""
    file = io.BytesIO()
    Image.fromarray(np.array([colors], dtype=np.uint8)).save(file, "PNG")
    return np.asarray(Image.open(io.BytesIO(in_the_dark(file.getvalue()))))[0].astype(int)


def contrast(one, other):
    """Return the contrast of two colors as the Web Content Accessibility Guidelines compute it."""
    channels = np.array([one, other]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    low, high = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (high + 0.05) / (low + 0.05)


def rgb(color):
    return np.round(255 * np.array(matplotlib.colors.to_rgb(color))).astype(int)


def test_paper_and_ink_change_places():
    white, black = dark((255, 255, 255), (0, 0, 0))
    assert np.allclose(white, 255 * PAPER, atol=1) and np.allclose(black, 255 * INK, atol=1)


def test_a_pale_fill_is_dark_and_keeps_its_hue():
    red, green, blue = dark((195, 227, 245))[0]
    assert max(red, green, blue) < 128 and red < green < blue


def test_a_map_keeps_the_colors_of_its_scale():
    scale = np.round(255 * matplotlib.colormaps[SEQUENTIAL](np.linspace(0, 1, 9))[:, :3]).astype(int)
    assert np.array_equal(dark(*scale), scale)


def test_between_two_colors_of_a_map_lies_no_light_speck():
    first, second = np.round(255 * matplotlib.colormaps[SEQUENTIAL]([0, 25]))[:, :3]
    between = np.round([first + share * (second - first) for share in np.linspace(0, 1, 9)]).astype(int)
    assert np.array_equal(dark(*between), between)


def test_where_no_map_is_grays_stay_in_order():
    """In a picture of a digit, more ink is lighter; cividis has grays, too, which stand for heights in a map."""
    grays = np.arange(0, 256, 4)
    turned = dark(*zip(grays, grays, grays)).sum(axis=1)
    assert np.all(np.diff(turned) < 0)


def test_every_color_of_a_line_stands_out_from_the_dark_page():
    """A contrast of 3 would do for a broad line. These are thin, and some are dotted."""
    page, *lines = dark((255, 255, 255), *map(rgb, COLORS))
    assert {color: contrast(line, page) for color, line in zip(COLORS, lines) if contrast(line, page) < 4} == {}


def test_words_can_be_read_on_every_pale_fill():
    pale = [0.3 * rgb(color) + 0.7 * 255 for color in COLORS[:-1]]
    ink, *fills = dark((0, 0, 0), *np.round(pale).astype(int))
    assert min(contrast(ink, fill) for fill in fills) > 4.5


def test_empty_paper_around_a_figure_is_trimmed_and_its_middle_stays():
    pixels = np.full((200, 300, 3), 255, dtype=np.uint8)
    pixels[90:110, 40:200] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    picture = Image.open(io.BytesIO(trimmed(file.getvalue())))
    assert picture.size == (300 - 2 * (40 - MARGIN), 20 + 2 * MARGIN)
    assert trimmed(trimmed(file.getvalue())) == trimmed(file.getvalue())
