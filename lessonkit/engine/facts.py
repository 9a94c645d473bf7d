"""What can be said about a wrong array beyond that it is wrong: facts about its numbers, each true of every entry.

Nothing here is about code: the student has to find what led to such a result.
"""

import numpy as np

from lessonkit.engine.values import counted, entries_close, listed, show_number

TIGHT = 1e-4  # two numbers count as the same here up to this relative difference
MANY = 3  # different numbers: fewer can agree by chance
AXES = {1: ("entry",), 2: ("row", "column")}
PLURALS = {"entry": "entries"}


def fact(value, expected, inputs, rtol):
    """The first fact that holds, as the rest of a sentence that begins with the name of the value; "" where none does.

    Parameters
    ----------
    value, expected : arrays of the same shape, all numbers finite
    inputs : dict
        What went into the call, by the name of the argument: arrays and numbers.
    rtol : float
        The tolerance of the check.

    Returns
    -------
    str
    """
    if not is_telling(value) or expected.dtype.kind not in "iuf" or not np.isfinite(expected).all():
        return ""
    value, expected = value.astype(float), expected.astype(float)
    inputs = {name: array for name, array in map(_as_array, inputs.items()) if array is not None}

    def is_equal(candidate):
        return candidate.shape == value.shape and bool(entries_close(value, candidate, min(rtol, TIGHT)).all())

    with np.errstate(all="ignore"):
        for find in (_an_input, _with_an_input, _of_each_entry, _rounded, _in_another_place):
            for candidate, words in find(expected, inputs):
                if is_equal(candidate):
                    return words
    return _right_or_zero(value, expected, rtol)


def is_cut(value, expected):
    """How whole numbers come from the expected result, as a sentence; "" where they do not."""
    if value.size and np.array_equal(value, expected):
        return "Apart from that, its numbers are right."
    if is_telling(value) and expected.dtype.kind in "iuf":
        for candidate, words in _rounded(expected, {}):
            if np.array_equal(candidate, value):
                return f"It {words}."
    return ""


def of_length(factor, inputs):
    """Which axes of the inputs are as long as the factor: ``x has 6 rows``; "" where none is, or too many are."""
    length = round(max(abs(factor), 1 / abs(factor)))
    if length < 2 or abs(max(abs(factor), 1 / abs(factor)) - length) > TIGHT * length:
        return ""
    found = {}  # what there are as many of, and the inputs that have them
    for name, array in map(_as_array, inputs.items()):
        if array is None:
            continue
        for axis, size in enumerate(array.shape):
            if size == length:
                found.setdefault(_axis(array.ndim, axis, size), []).append(name)
        if array.size == length and array.ndim > 1 and length not in array.shape:
            found.setdefault(_plural("entry", length), []).append(name)
    if not 1 <= len(found) <= 2:
        return ""
    return " and ".join(
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} {what}" for what, names in found.items()
    )


def as_large_as(offset, inputs):
    """The name of the one input number that is as large as the offset, or ""."""
    named = [name for name, array in map(_as_array, inputs.items()) if array is not None and array.size == 1]
    same = [name for name in named if abs(abs(offset) - abs(float(np.ravel(inputs[name])[0]))) <= TIGHT * abs(offset)]
    return same[0] if len(same) == 1 else ""


def _as_array(item):
    """The name of an input and its numbers; None where the input has no numbers."""
    name, value = item
    array = np.asarray(value)
    return name, array.astype(float) if array.dtype.kind in "iuf" and array.size else None


def is_telling(value):
    """Whether an array holds so many different numbers that another one hardly equals it by chance."""
    if value.ndim == 0 or value.dtype.kind not in "iuf" or not np.isfinite(value).all():
        return False
    return len(np.unique(np.round(value.astype(float), 12))) >= MANY


def _an_input(expected, inputs):
    for name, array in inputs.items():
        yield array, f"is {name}, unchanged"
        if (array < 0).any() and (array > 0).any():
            yield np.abs(array), f"is the absolute value of {name}"
        yield -array, f"is {name} with the opposite sign"


def _with_an_input(expected, inputs):
    """The expected result plus, minus, times or divided by an input."""
    for name, array in inputs.items():
        if array.size == 1 or not _fits(array, expected.shape):
            continue
        yield expected + array, f"is the expected result plus {name}"
        yield expected - array, f"is the expected result minus {name}"
        yield expected * array, f"is the expected result times {name}"
        if array.all():
            yield expected / array, f"is the expected result divided by {name}"


def _fits(array, shape):
    try:
        return np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        return False


def _of_each_entry(expected, inputs):
    yield expected**2, "is the square of the expected result"
    if (expected >= 0).all():
        yield np.sqrt(expected), "is the square root of the expected result"
    if (expected < 0).any():
        yield np.abs(expected), "is the absolute value of the expected result"
        yield np.maximum(expected, 0), "is right where it should be positive, and 0 where it should be negative"
    if (expected > 0).any():
        yield np.minimum(expected, 0), "is right where it should be negative, and 0 where it should be positive"
    yield np.exp(expected), "is the exponential of the expected result"


def _rounded(expected, inputs):
    yield np.trunc(expected), "is the expected result, cut off at the decimal point"
    yield np.round(expected), "is the expected result, rounded to whole numbers"
    yield np.floor(expected), "is the expected result, rounded down to whole numbers"


def _in_another_place(expected, inputs):
    """The expected result with its rows or columns in another order."""
    if expected.ndim == 0:
        return
    lines = "entries" if expected.ndim == 1 else "rows"
    yield expected[::-1], f"is the expected result with its {lines} in reverse order"
    if expected.ndim == 2:
        yield expected[:, ::-1], "is the expected result with its columns in reverse order"
        yield expected[::-1, ::-1], "is the expected result with its rows and its columns in reverse order"
    if len(expected) > 2:
        line = lines.replace("entries", "entry").replace("rows", "row")
        yield (
            np.roll(expected, 1, axis=0),
            f"is the expected result, shifted by one {line}: the last {line} comes first",
        )
        yield (
            np.roll(expected, -1, axis=0),
            f"is the expected result, shifted by one {line}: the first {line} comes last",
        )


def _right_or_zero(value, expected, rtol):
    """Say that every entry is right or zero, and how many are right."""
    right = entries_close(value, expected, rtol)
    if value[~right].any() or not is_telling(value):
        return ""
    return f"is right in {right.sum()} of {right.size} entries, and 0 in the others"


def _axis(ndim, axis, size):
    if ndim in AXES:
        return _plural(AXES[ndim][axis], size)
    return f"length {show_number(size)} along axis {axis}"


def _plural(noun, number):
    return f"{number} {PLURALS[noun]}" if noun in PLURALS and number != 1 else counted(number, noun)
