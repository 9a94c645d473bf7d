"""The figures of the lessons, each as two pictures: one for light pages and one for dark pages."""

import base64
import io
import struct
from functools import cache
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup
from PIL import Image, ImageOps

from autograder.course import write_whole
from lessonkit.explorers.stage import colors_of_maps

PAPER, INK = (
    np.array(color) / 255 for color in [(0x14, 0x18, 0x1F), (0xE4, 0xE8, 0xEE)]
)  # of the style sheet's dark pages
MARGIN = 12  # pixels of paper that stay around a figure
NEAR = 14  # of 255: how far a channel of a map's pixel may be from the color for its height
VIVID, MAP = 20, 0.05  # a figure holds a map if this share of its pixels has a map's color and is not gray (of 255)
EVERY = 8  # pixels: how many of them are looked at for that
SEEN = 0.48  # a vivid color that would be darker than this becomes lighter, so that lines stand out from the page
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
        html = output.get("data", {}).get("text/html", "")
        for image in BeautifulSoup(html, "html.parser").find_all("img") if "<img" in html else ():
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
    # Level 9 takes four times as long for three bytes in a hundred.
    picture.crop(box).save(file, "PNG", compress_level=7)
    return file.getvalue()


def in_the_dark(png):
    """Return a figure for dark pages: light becomes dark and keeps its hue; only figures with a map keep its colors.

    ``lessonkit/explorers/dark.js`` does the same in a browser.
    """
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    red, green, blue = np.moveaxis(picture.astype(np.uint32), 2, 0)
    colors, at = np.unique(red << 16 | green << 8 | blue, return_inverse=True)  # a figure has few colors
    pixels = np.stack([colors >> 16 & 255, colors >> 8 & 255, colors & 255], axis=1).astype(np.uint8)
    light = pixels / np.float32(255)
    most, least = light.max(axis=1, keepdims=True), light.min(axis=1, keepdims=True)
    turned = light + 1 - most - least  # lightness l becomes 1 - l
    lift = 8 * (most - least) ** 2 * np.maximum(SEEN - turned @ LUMA, 0)[:, np.newaxis]
    dark = np.round(255 * (PAPER + np.minimum(turned + lift, 1) * (INK - PAPER)))
    of_a_map, at = _close_to_a_map()[tuple(pixels.T)], at.ravel()
    vivid = of_a_map & (np.ptp(pixels, axis=1) > VIVID)
    if vivid[at[::EVERY]].mean() > MAP:
        dark = np.where(of_a_map[:, np.newaxis], pixels, dark)
    dark = dark.astype(np.uint8)[at.reshape(picture.shape[:2])]
    file = io.BytesIO()
    Image.fromarray(dark).save(file, "PNG", compress_level=7)
    return file.getvalue()


@cache
def _close_to_a_map():
    """Return for every color whether it is close to a color scale for heights."""
    near = np.zeros((256, 256, 256), dtype=bool)
    for color in np.frombuffer(colors_of_maps(), np.uint8).reshape(-1, 3).astype(int):
        near[tuple(slice(max(value - NEAR, 0), value + NEAR + 1) for value in color)] = True
    return near
