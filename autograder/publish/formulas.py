"""The spaces and signs of a formula in MathML, where a browser would set them differently than a book."""

import re
from functools import lru_cache

from bs4 import BeautifulSoup

MINUS, CLOSING = ("−", "-"), (")", "]", "}", "|", "!", "′")
FUNCTIONS = ("argmax", "cos", "exp", "ln", "log", "max", "min", "relu", "sign", "sin", "tanh", "Var")
OPERANDS = ("mi", "mn", "mfrac", "msqrt", "msub", "msup", "msubsup", "mrow", "munder", "munderover")
THIN = "0.167em"
NAME = re.compile(r"[A-Za-z]\w+")


@lru_cache(maxsize=2000)
def tidy(formula):
    """Return a formula with the spaces that a book would give it."""
    page = BeautifulSoup(formula, "html.parser")
    for text in page.find_all("mtext"):
        text.string = text.text.replace(r"\_", "_")
        if NAME.fullmatch(text.string):
            text.name = "mi"  # a plus sign between two texts would get no space
    _kinds(page)
    _functions(page)
    _commas(page)
    _bars(page)
    _minus_signs(page)
    return str(page)


def _kinds(page):
    """Make names and numbers of what was taken for an operator, and the other way round: it decides about space."""
    for element in page.find_all(["mi", "mo"]):
        if element.text in (*FUNCTIONS, "∞"):
            element.name = "mi"
        elif element.text == "±":
            element.name = "mo"
        elif element.text == "′":
            element.name, element["lspace"], element["rspace"] = "mo", "0", "0"


def _functions(page):
    """Give a function's name a thin space before and after it, except at a parenthesis or an operator."""
    for name in page.find_all("mi", string=lambda text: text in FUNCTIONS):
        whole = name.parent if name.parent.name in ("msub", "msup", "munder") else name
        before, after = whole.find_previous_sibling(), whole.find_next_sibling()
        if before is not None and before.name in OPERANDS:
            whole.insert_before(page.new_tag("mspace", width=THIN))
        if after is not None and after.name in OPERANDS:
            whole.insert_after(page.new_tag("mspace", width=THIN))


def _commas(page):
    """Take the space after a comma that stands in a number, as in 65,536, or before a parenthesis, as in (N,)."""
    for comma in page.find_all("mo", string=","):
        after = comma.find_next_sibling()
        in_a_number = comma.parent.name == "mrow" and len(comma.parent.find_all(recursive=False)) == 1
        if in_a_number or (after is not None and after.text in CLOSING):
            comma["rspace"] = "0"


def _bars(page):
    """Put the bars of an absolute value close to what they enclose: browsers cannot tell which one opens."""
    for row in page.find_all("mrow"):
        bars = [sign for sign in row.find_all("mo", recursive=False) if sign.text == "|"]
        for number, bar in enumerate(bars if len(bars) % 2 == 0 else ()):
            bar["form"], bar["lspace"], bar["rspace"] = "postfix" if number % 2 else "prefix", "0", "0"


def _minus_signs(page):
    """Put each minus sign close to what it negates: browsers space it like a difference."""
    for sign in page.find_all("mo", string=lambda text: text in MINUS):
        before = sign.find_previous_sibling(lambda element: element.text.strip())
        opens = before is None or before.get("form") == "prefix"
        if opens or (before.name == "mo" and before.text not in CLOSING):
            sign["form"], sign["lspace"], sign["rspace"] = "prefix", "0", "0"
