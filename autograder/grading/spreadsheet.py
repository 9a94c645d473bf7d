"""Text for CSV files that a spreadsheet shows and does not run as a formula."""

import re

from autograder.terminal import printable

# A cell that starts with one of these is run as a formula by spreadsheets (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# In much of Europe a semicolon separates cells, so a cell may also start after one.
STARTS = re.compile(f"(^|; ?)(?=[{re.escape(''.join(FORMULA))}])")


def text(value):
    """Return a cell's text on one line, invisible characters as codes, and a quote before anything that would run as a formula."""
    return STARTS.sub(r"\1'", printable(" ".join(str("" if value is None else value).split())))
