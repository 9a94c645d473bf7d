"""Python's and NumPy's own errors in plain words, with the words of the student's line."""

import re

import numpy as np

from lessonkit.engine import errors_of_arrays, errors_of_names, errors_of_types
from lessonkit.engine.plain_words import KINDS
from lessonkit.engine.spot import Spot, is_of

LIMIT = 300  # characters
FAMILIES = (errors_of_arrays, errors_of_names, errors_of_types)  # each adds its kinds to KINDS
BUILT_IN = (
    TypeError, ValueError, IndexError, KeyError, NameError, UnboundLocalError, AttributeError, ZeroDivisionError,
    RecursionError, OverflowError,
)  # fmt: skip
OF_NUMPY = tuple(kind for kind in vars(np._core._exceptions).values() if isinstance(kind, type))


def explanation(error):
    """Say in plain words what an exception means, where Python or NumPy raised it in a student's code.

    Parameters
    ----------
    error : Exception
        With its traceback.

    Returns
    -------
    sentences : str
        One or two sentences of at most `LIMIT` characters; "" where nothing is certain.
    """
    try:
        if not _is_plain(error):
            return ""
        spot = Spot(error)
        if spot.raised or not (spot.by_numpy or spot.by_course and "inhomogeneous" in spot.text):
            return ""
        for kinds, pattern, says in KINDS:
            if issubclass(type(error), kinds) and (match := re.search(pattern, spot.text)):
                if text := says(spot, *match.groups()):
                    return text if len(text) <= LIMIT else ""
    except Exception:  # whatever a student's objects do, there is nothing to say then
        pass
    return ""


def _is_plain(error):
    """Whether an exception's type is Python's or NumPy's own, and its text contains no object of the student's."""
    if is_of(error, *BUILT_IN):
        return all(is_of(part, str, int) for part in error.args)
    return is_of(error, np.exceptions.AxisError, *OF_NUMPY)
