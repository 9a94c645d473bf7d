"""Formulas in a line of text: where a line may break."""

import re

from bs4 import BeautifulSoup

BREAK_BEFORE = ("=", "≈", "<", ">", "≤", "≥", "←", "→")
LONG = 24  # characters: a formula of at least this length may be broken
LONGEST = 34  # characters: a piece of at least this length may also be broken at a sum's signs
SUMS = ("+", "−")
# A formula, or its first and last piece, or short code, and what stands beside it without a space: a parenthesis, a comma, a period.
BESIDE = re.compile(r"([(\[“\"]?)(<math><mrow>(?:(?!<math).)*?</math>|<code>[^<]{1,16}</code>)([^\s<]*)", re.DOTALL)
DISPLAYED = re.compile(
    r'<p>(<div class="scrolls" role="group" aria-label="formula"[^>]*>(?:(?!<div|<p>).)*</div>)\s*</p>', re.DOTALL
)


def in_line(formula):
    """Return a formula in pieces: browsers break a line between two formulas, but not inside one."""
    parts = list(BeautifulSoup(formula, "html.parser").math.mrow.children)
    pieces = _split(parts, BREAK_BEFORE, LONG)
    pieces = [shorter for piece in pieces for shorter in _split(piece, SUMS, LONGEST)]
    return "<wbr>".join(f"<math><mrow>{''.join(map(str, piece))}</mrow></math>" for piece in pieces)


def kept_together(html):
    """Return HTML in which no line breaks between a formula or short code and a sign beside it: browsers would break there.

    A formula on a line of its own leaves its paragraph, since a box that scrolls cannot be in one.
    """

    def whole(match):
        before, formula, after = match.groups()
        return f'<span class="whole">{match[0]}</span>' if before or after else formula

    return BESIDE.sub(whole, DISPLAYED.sub(r"\1\n", html))


def _split(parts, signs, longest):
    if sum(len(part.text) for part in parts) < longest:
        return [parts]
    pieces = [[]]
    for part in parts:
        if part.name == "mo" and part.text in signs and part.get("form") != "prefix" and pieces[-1]:
            part["form"] = "infix"
            pieces.append([])
        pieces[-1].append(part)
    return pieces
