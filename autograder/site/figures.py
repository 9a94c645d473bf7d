"""The figures of the lessons, each as two pictures: one for light pages and one for dark pages."""

import base64
import io
import struct
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from bs4 import BeautifulSoup
from PIL import Image, ImageOps

from autograder.course import write_whole
from lessonkit.plots import SEQUENTIAL

PAPER, INK = (
    np.array(color) / 255 for color in [(0x14, 0x18, 0x1F), (0xE4, 0xE8, 0xEE)]
)  # of the style sheet's dark pages
NEAR = 14  # of 255: how far a channel of a map's pixel may be from the color for its height
SEEN = 0.36  # a vivid color that would be darker than this becomes lighter, so that lines stand out from the page
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # how much each channel adds to how light a color seems


def figures_of(outputs, name, lesson, folder):
    """Write the figures among a cell's outputs into the folder of the lesson's page.

    Parameters
    ----------
    outputs : list
        The outputs of a cell in an executed notebook.
    name : str
        What the files' names begin with.
    lesson : Lesson
    folder : path
        The top of the site.

    Returns
    -------
    list of dict
        For each figure, ``file``, ``dark``, ``alt``, ``width`` and ``height``.
    """
    figures = []
    for output in outputs:
        for image in BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser").find_all("img"):
            data = trimmed(base64.b64decode(image["src"].partition("base64,")[2]))
            file, dark = f"{name}-{len(figures)}.png", f"{name}-{len(figures)}-dark.png"
            write_whole(Path(folder) / lesson.name / file, data)
            write_whole(Path(folder) / lesson.name / dark, in_the_dark(data))
            width, height = struct.unpack(">II", data[16:24])  # of a PNG's header
            figures.append({"file": file, "dark": dark, "alt": image["alt"], "width": width, "height": height})
    return figures


def trimmed(png):
    """Return a figure without the empty paper around it; its middle stays, so figures below one another stay in line."""
    picture = Image.open(io.BytesIO(png))
    ink = ImageOps.invert(picture.convert("RGB")).getbbox()
    if ink is None:
        return png
    width, height = picture.size
    side = min(max(min(ink[0], width - ink[2]) - MARGIN, 0), width // 2)
    box = (side, max(ink[1] - MARGIN, 0), width - side, min(ink[3] + MARGIN, height))
    if box == (0, 0, width, height):
        return png
    file = io.BytesIO()
    picture.crop(box).save(file, "PNG", optimize=True)
    return file.getvalue()


def in_the_dark(png):
    """Return a figure for dark pages: light becomes dark and keeps its hue; only maps keep their colors.

    ``lessonkit/explorers/dark.js`` does the same in a browser.
    """
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    light = pixels / np.float32(255)
    most, least = light.max(axis=2, keepdims=True), light.min(axis=2, keepdims=True)
    turned = light + 1 - most - least  # lightness l becomes 1 - l
    lift = 8 * (most - least) ** 2 * np.maximum(SEEN - turned @ LUMA, 0)[..., np.newaxis]
    turned = np.minimum(turned + lift, 1)
    dark = np.round(255 * (PAPER + turned * (INK - PAPER)))
    of_a_map = _colors_of_maps()[tuple(np.moveaxis(pixels, 2, 0))]
    dark = np.where(of_a_map[..., np.newaxis], pixels, dark).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(dark).save(file, "PNG", compress_level=7)
    return file.getvalue()


def _for_purple(light):
    """Return how much lighter a purple becomes: a line in it has little contrast with dark paper, a pale fill needs none."""
    red, green, blue = np.moveaxis(light, 2, 0)
    lightness = (light.max(axis=2) + light.min(axis=2)) / 2
    purple = np.clip(np.minimum(red, blue) - green, 0, None) * np.clip((0.82 - lightness) / 0.16, 0, 1)
    return 2 * purple[..., np.newaxis]


@cache
def _colors_of_maps():
    """Return for every color whether it is close to a color scale for heights."""
    scales = [matplotlib.colormaps[name](np.linspace(0, 1, 256))[:, :3] for name in MAPS]
    near = np.zeros((256, 256, 256), dtype=bool)
    for color in np.round(255 * np.concatenate(scales)).astype(int):
        near[tuple(slice(max(value - NEAR, 0), value + NEAR + 1) for value in color)] = True
    return near
