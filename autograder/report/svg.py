"""Plots as SVG in the page's own colors, each with a title and a description for readers who cannot see it.

Series differ by shape, and by being filled or outlined, never by color alone.
"""

from itertools import count

from markupsafe import Markup, escape

WIDTH = 480  # the page scales it; letters stay readable on phones and desktops
OUTLINE = ("halo", "then")  # an outline that is visible on any background
_ids = count(1)


def figure(title, description, height, parts):
    """Return a drawing of `WIDTH` by `height`, with its text alternative."""
    number = next(_ids)
    head = (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="t{number} d{number}">'
        f'<title id="t{number}">{escape(title)}</title><desc id="d{number}">{escape(description)}</desc>'
    )
    return Markup(head + "".join(parts) + "</svg>")


def label(x, y, text, anchor="start", kind=""):
    """Return text at a point."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def rectangle(x, y, width, height, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" class="{kind}"/>'


def line(x1, y1, x2, y2, kind="axis"):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def histogram(title, description, edges, counts, unit, before=None, whole=False):
    """Return bars over bins; with `before`, a second, outlined series, both show shares.

    With `whole`, a bin stands for the number at its lower edge, which is then written below the middle of the bin.

    Parameters
    ----------
    title, description, unit : str
    edges : sequence of float, shape (bins + 1,)
    counts, before : sequence of int, shape (bins,)
    """
    left, right, top, floor = 40, WIDTH - 20, 24, 186  # at the right, half of the last number has room
    shares = [_shares(counts)] if before is not None else [list(counts)]
    if before is not None:
        shares.append(_shares(before))
    most = max(max(series) for series in shares) or 1
    step = (right - left) / len(counts)
    parts = [line(left, floor, right, floor), label(left - 6, floor, "0", "end")]
    parts.append(label(0, 12, "submissions" if before is None else "share of submissions"))
    parts.append(label(left - 6, top + 8, f"{most:.0%}" if before is not None else f"{most:g}", "end"))
    for column, share in enumerate(shares[0]):
        height = (floor - top) * share / most
        parts.append(rectangle(left + column * step + 1.5, floor - height, step - 3, height, "now"))
    for column, share in enumerate(shares[1] if before is not None else ()):
        height = (floor - top) * share / most
        parts += [rectangle(left + column * step + step / 4, floor - height, step / 2, height, k) for k in OUTLINE]
    for column in _labeled(len(edges) - 1 - whole):
        x = left + (column + whole / 2) * step
        parts += [line(x, floor, x, floor + 4), label(x, floor + 17, f"{edges[column]:g}", "middle")]
    parts.append(label((left + right) / 2, floor + 34, unit, "middle"))
    return figure(title, description, floor + 42, parts)


def _labeled(last):
    """Return which of the columns from 0 to `last` get a number: a few, among them the last one."""
    even = [step for step in range(1, last + 1) if last % step == 0 and 3 <= last // step <= 8]
    step = even[0] if even else max(1, round(last / 8))
    return [*(column for column in range(0, last, step) if last - column >= step), last]


def bars(title, description, rows):
    """Return one horizontal bar for each of `rows`: ``(label, share between 0 and 1, words at its end)``."""
    parts = []
    for number, (name, share, words) in enumerate(rows):
        y = number * 40
        parts += [label(0, y + 14, name), label(WIDTH, y + 14, words, "end")]
        parts += [rectangle(0, y + 20, WIDTH, 11, "empty"), rectangle(0, y + 20, WIDTH * share, 11, "now")]
    return figure(title, description, len(rows) * 40, parts)


def pairs(title, description, rows):
    """Show how shares moved, as a ring joined to a disc for each of `rows`: ``(label, share before, share now, words)``."""
    left, right, parts = 8, WIDTH - 8, []
    for number, (name, before, now, words) in enumerate(rows):
        y = number * 42
        parts += [label(0, y + 14, name), label(WIDTH, y + 14, words, "end"), line(left, y + 27, right, y + 27)]
        x1, x2 = left + (right - left) * before, left + (right - left) * now
        parts.append(line(x1, y + 27, x2, y + 27, "move"))
        parts += [f'<circle cx="{x1:.1f}" cy="{y + 27}" r="6.5" class="{k}"/>' for k in OUTLINE]
        parts.append(f'<circle cx="{x2:.1f}" cy="{y + 27}" r="4.5" class="now"/>')
    return figure(title, description, len(rows) * 42, parts)


def spark(share):
    """Return a small bar for a table, beside the number that it shows."""
    return Markup(
        '<svg class="spark" viewBox="0 0 60 8" aria-hidden="true">'
        f"{rectangle(0, 0, 60, 8, 'empty')}{rectangle(0, 0, 60 * share, 8, 'now')}</svg>"
    )


def _shares(counts):
    total = sum(counts) or 1
    return [count / total for count in counts]
