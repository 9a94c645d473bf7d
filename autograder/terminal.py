"""What the command line prints: a student's words may stand in it, and a terminal obeys none of them.

A name or a message may hold sequences that move the cursor, clear the screen, or turn a line's reading direction. They are
shown as Python writes them in a string, such as ``\\x1b``.
"""

import sys
import traceback
import unicodedata


def printable(text):
    """Text on one line, with its control characters, direction marks and characters without width shown by their codes."""
    text = str(text)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(letter):
    is_seen = letter.isprintable() or unicodedata.category(letter) == "Zs"  # blanks, such as the one in "50 %"
    return letter if is_seen else letter.encode("unicode_escape").decode()


def say(text, file=None):
    """Print text, each of its lines made printable."""
    print("\n".join(map(printable, str(text).split("\n"))), file=file, flush=True)


def excepthook(kind, error, trace):
    """Print an exception that nobody caught: its message may hold a student's words."""
    say("".join(traceback.format_exception(kind, error, trace)).rstrip("\n"), sys.stderr)
