"""Cells of CSV files that a spreadsheet shows and does not run."""

# A cell that starts with one of these is run as a formula by spreadsheets (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def text(value):
    """A cell's text on one line; a quote goes before what a spreadsheet would run."""
    cell = " ".join(str("" if value is None else value).split())
    return f"'{cell}" if cell.startswith(FORMULA) else cell
