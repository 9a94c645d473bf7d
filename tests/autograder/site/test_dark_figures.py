"""The picture of a figure for a dark page."""

import io

import matplotlib
import numpy as np
from PIL import Image

from autograder.site.figures import INK, PAPER, in_the_dark
from lessonkit.plots import SEQUENTIAL


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


def test_a_map_keeps_the_colors_of_its_scale():
    scale = np.round(255 * matplotlib.colormaps[SEQUENTIAL](np.linspace(0, 1, 9))[:, :3]).astype(int)
    assert np.array_equal(dark(*scale), scale)
