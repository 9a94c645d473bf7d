"""Formulas in a line of text: where a line may break, and how much space a minus sign gets before what it negates."""

from bs4 import BeautifulSoup

BREAK_BEFORE = ("=", "≈", "<", ">", "≤", "≥", "←", "→")
LONG = 24  # characters: a formula of at least this length may be broken
LONGEST = 34  # characters: a piece of at least this length may also be broken at a sum's signs
SUMS = ("+", "−")
MINUS, CLOSING = ("−", "-"), (")", "]", "}", "|", "!", "′")


def minus_signs(formula):
    """Return the formula with each minus sign close to what it negates: browsers space it like a difference."""
    page = BeautifulSoup(formula, "html.parser")
    for sign in page.find_all("mo", string=lambda text: text in MINUS):
        before = sign.find_previous_sibling()
        if before is None or (before.name == "mo" and before.text not in CLOSING):
            sign["form"], sign["lspace"], sign["rspace"] = "prefix", "0", "0"
    return str(page)


def in_line(formula):
    """Return a formula in pieces: browsers break a line between two formulas, but not inside one."""
    parts = list(BeautifulSoup(formula, "html.parser").math.mrow.children)
    pieces = _split(parts, BREAK_BEFORE, LONG)
    pieces = [shorter for piece in pieces for shorter in _split(piece, SUMS, LONGEST)]
    return "<wbr>".join(f"<math><mrow>{''.join(map(str, piece))}</mrow></math>" for piece in pieces)


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
