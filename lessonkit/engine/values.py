"""Plain values: everything that passes between a check and the code under test.

These are arrays and numbers of boolean, integer, real or complex type, strings, None, and tuples, lists
and dicts of these. Everything else (a cache, a network, a generator) stays on the student's side.
"""

import numpy as np

PLAIN_KINDS = "biufc"
MAX_DEPTH = 16
NOT_PLAIN = np.matrix  # an array whose operators do something else


def map_plain(value, array_of, otherwise, depth=0):
    """Build `value` again from plain values only.

    Parameters
    ----------
    value
        Anything.
    array_of : callable
        ``array_of(part)`` replaces each array, and gives an array for each NumPy number.
    otherwise : callable
        ``otherwise(part)`` replaces each part that is not plain.
    """
    if depth > MAX_DEPTH:
        return otherwise(value)
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, NOT_PLAIN):
        return otherwise(value)
    if isinstance(value, (np.ndarray, np.generic)):
        array = array_of(value)
        if array.dtype.kind not in PLAIN_KINDS:
            return str(value) if isinstance(value, np.str_) else otherwise(value)
        return array if isinstance(value, np.ndarray) else array[()]
    if isinstance(value, (tuple, list)):
        kind = list if isinstance(value, list) else tuple
        return kind(map_plain(part, array_of, otherwise, depth + 1) for part in value)
    if isinstance(value, dict) and all(isinstance(key, (str, int)) for key in value):
        return {key: map_plain(part, array_of, otherwise, depth + 1) for key, part in value.items()}
    return otherwise(value)


def copy_plain(value, otherwise):
    """Copy `value` down to plain values: later changes do not reach the copy."""
    return map_plain(value, np.array, otherwise)


def freeze_plain(value, otherwise):
    """`value` as plain values, without a copy: its arrays can no longer be written to."""
    return map_plain(value, _frozen, otherwise)


def _frozen(array):
    array = np.asarray(array)
    array.setflags(write=False)
    return array


def parts(value, path=""):
    """All leaves of a plain value with their paths: ``('[0]', ...), ("['W1']", ...)``."""
    if isinstance(value, (tuple, list)):
        for i, part in enumerate(value):
            yield from parts(part, f"{path}[{i}]")
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from parts(part, f"{path}[{key!r}]")
    else:
        yield path, value


def is_number(value):
    """Whether `value` is a plain array or number (a boolean counts)."""
    return isinstance(value, (np.ndarray, np.generic, bool, int, float, complex))


def entries_close(value, truth, rtol):
    """Which entries of two arrays agree: relative to each entry of `truth`, and to its largest entry."""
    truth = truth.astype(np.result_type(truth, np.float64))
    finite = truth[np.isfinite(truth)]
    scale = np.abs(finite).max(initial=0.0)
    with np.errstate(all="ignore"):
        near = np.abs(value - truth) <= rtol * np.abs(truth) + rtol * min(scale, 1e6) + 1e-12
    return (near & np.isfinite(truth)) | (value == truth) | (np.isnan(value) & np.isnan(truth))


def describe(value):
    """What kind of value this is, in a few words: ``an array of shape (3, 4)``."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return str(value)
    if is_number(value):
        return f"the number {show_number(value)}"
    if isinstance(value, str):
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        return f"the string {shown!r}"
    if isinstance(value, (tuple, list)):
        kind = type(value).__name__
        return f"a {kind} of {counted(len(value), 'value')}" if value else f"an empty {kind}"
    if isinstance(value, dict):
        return _describe_dict(value)
    return f"an object of type {getattr(value, 'kind', type(value).__name__)}"


def _describe_dict(value):
    if not value:
        return "an empty dict"
    return f"a dict with the {show_keys(list(value))}"


def show_keys(keys):
    """The keys of a dict for a sentence, shortened where they are many or long: ``keys W1, b1``."""
    shown = [str(key) if str(key).isprintable() else repr(key) for key in keys[:8]]
    shown = [key if len(key) <= 40 else f"{key[:40]}..." for key in shown]
    return f"key{'s' * (len(keys) > 1)} {', '.join(shown)}{', ...' * (len(keys) > 8)}"


def counted(number, noun):
    """A number and its noun: ``1 row``, ``6 rows``."""
    return f"{number} {noun}{'s' * (number != 1)}"


def listed(names):
    """Names for a sentence: ``dx, dw and db``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def show_number(value, digits=5):
    """A number as a person would write it: five significant digits, no type name, zero without a sign."""
    value = np.asarray(value)[()]
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(value)
    return f"{value + 0.0:.{digits}g}".replace("nan", "NaN")


def show_both(value, expected):
    """Two numbers that differ, with enough digits to show it."""
    pairs = ((show_number(value, digits), show_number(expected, digits)) for digits in (5, 8, 12, 17))
    return next((pair for pair in pairs if pair[0] != pair[1]), (show_number(value), show_number(expected)))
