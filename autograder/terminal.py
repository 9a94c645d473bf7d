"""What the command line prints, made safe: it may contain a student's words, which must not control the terminal.

A name or a message may contain sequences that move the cursor, clear the screen, or reverse a line's reading direction. They
are shown as Python writes them in a string, such as ``\\x1b``.
"""

import sys
import traceback
import unicodedata


def printable(text):
    """Return text with its control characters, direction marks and zero-width characters shown as codes."""
    text = str(text)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(letter):
    is_seen = letter.isprintable() or unicodedata.category(letter) == "Zs"  # blanks, such as a no-break space
    return letter if is_seen else letter.encode("unicode_escape").decode()


def say(text, file=None):
    """Print text after making each line printable; a character outside the output's encoding becomes a question mark."""
    file = file or sys.stdout
    encoding = getattr(file, "encoding", None) or "utf-8"
    lines = "\n".join(map(printable, str(text).split("\n")))
    print(lines.encode(encoding, "replace").decode(encoding), file=file, flush=True)


SHOWN = 5  # names in one cell of a table


def listed(names):
    """Return names for a cell of a table: the first few, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(map(printable, names[:SHOWN])) + (f", and {more} more" if more > 0 else "")


def table(rows):
    """Return rows of ``(how many, what kind, who)`` as aligned lines."""
    rows = [tuple(map(printable, row)) for row in rows]
    counts, kinds = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    return "\n".join(f"  {count:>{counts}}  {kind:{kinds}}  {who}".rstrip() for count, kind, who in rows)


def excepthook(kind, error, trace):
    """Print an uncaught exception safely: its message may contain a student's words."""
    say("".join(traceback.format_exception(kind, error, trace)).rstrip("\n"), sys.stderr)
