"""Cells of CSV files that a spreadsheet shows and does not run."""

import re

from autograder.terminal import printable

# A cell that starts with one of these is run as a formula by spreadsheets (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Where a semicolon separates cells, as in much of Europe, one may start behind it.
STARTS = re.compile(f"(^|; ?)(?=[{re.escape(''.join(FORMULA))}])")


def text(value):
    """A cell's text on one line, what cannot be seen shown by its code; a quote goes before what a spreadsheet would run."""
    return STARTS.sub(r"\1'", printable(" ".join(str("" if value is None else value).split())))
