"""Compares what a check yielded with the expected values, and says what a person would look at first."""

from dataclasses import dataclass

import numpy as np

from lessonkit.engine.proxy import Remote, inputs_behind
from lessonkit.engine.values import describe, is_number, parts, show_number

FEW = 6  # entries of an array that is shown whole
SECOND_VALUE_RTOL = 1e-3  # a second value is a numerical gradient, perhaps of a float32 forward pass


@dataclass(frozen=True)
class Difference:
    """How one value differs from the expected one.

    Attributes
    ----------
    kind : str
        ``type``, ``structure``, ``shape``, ``dtype``, ``nan``, ``sign``, ``factor``, ``offset``, ``transposed``,
        ``axis`` or ``value``.
    sentence : str
        What to look at first, in one or two sentences.
    example : str
        One worked entry: input, yours, expected. Empty where there is none.
    """

    kind: str
    sentence: str
    example: str = ""

    @property
    def line(self):
        """The example where there is one, else the sentence."""
        return f"{self.example[:1].upper()}{self.example[1:]}." if self.example else self.sentence


def close(value, truth, rtol):
    """Whether two leaves agree: relative to each entry of `truth`, and to its largest entry."""
    if not is_number(truth):
        return type(value) is type(truth) and value == truth
    if not is_number(value):
        return False
    value, truth = np.asarray(value), np.asarray(truth)
    if value.shape != truth.shape or (truth.dtype.kind in "fc" and value.dtype.kind not in "fc"):
        return False
    if truth.dtype.kind == "b" or value.dtype.kind == "b":
        return value.dtype.kind == truth.dtype.kind and bool(np.array_equal(value, truth))
    return bool(_entries_close(value, truth, rtol).all())


def _entries_close(value, truth, rtol):
    truth = truth.astype(np.result_type(truth, np.float64))
    finite = truth[np.isfinite(truth)]
    scale = np.abs(finite).max(initial=0.0)
    with np.errstate(all="ignore"):
        near = np.abs(value - truth) <= rtol * np.abs(truth) + rtol * min(scale, 1e6) + 1e-12
    return (near & np.isfinite(truth)) | (value == truth) | (np.isnan(value) & np.isnan(truth))


def same_values(value, truth, rtol):
    """Whether two plain values agree in structure and in every leaf."""
    ours, theirs = list(parts(value)), list(parts(truth))
    return [p for p, _ in ours] == [p for p, _ in theirs] and all(
        close(a, b, rtol) for (_, a), (_, b) in zip(ours, theirs)
    )


def kinds(value):
    """Which leaves are whole numbers, and which floating: to tell a mistake that cuts off from one that does not."""
    return [np.asarray(leaf).dtype.kind in "biu" for _, leaf in parts(value) if is_number(leaf)]


def difference(entry, expected, rtol):
    """The first `Difference` between a yielded entry and the expected value, or None where they agree."""
    leaves, expected_leaves = dict(parts(entry.value)), dict(parts(expected))
    if list(leaves) != list(expected_leaves):
        return _structure(entry, expected)
    for path, leaf in expected_leaves.items():
        if not close(leaves[path], leaf, rtol):
            return _leaf(_indexed(entry.name, path), leaves[path], leaf, rtol, entry.call)
    return None


def fits_own_forward(entry):
    """Whether a wrong gradient agrees with its second value, the numerical gradient of the student's forward pass."""
    return bool(entry.second_values) and all(
        same_values(entry.value, second, SECOND_VALUE_RTOL) for second in entry.second_values
    )


def _structure(entry, expected):
    if isinstance(expected, dict) and isinstance(entry.value, dict):
        missing = [str(key) for key in expected if key not in entry.value]
        extra = [str(key) for key in entry.value if key not in expected]
        faults = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(extra)} too many"] * bool(extra)
        faults = faults or ["has its keys in another order"]
        return Difference("structure", f"{entry.name} {' and '.join(faults)}.")
    name, value = entry.name, entry.value
    while isinstance(value, (tuple, list)) and isinstance(expected, (tuple, list)) and len(value) == len(expected):
        index = next(i for i, pair in enumerate(zip(value, expected)) if _paths(pair[0]) != _paths(pair[1]))
        name, value, expected = _indexed(name, f"[{index}]"), value[index], expected[index]
    return Difference("structure", f"{name} is {describe(value)}, expected {describe(expected)}.")


def _paths(value):
    return [path for path, _ in parts(value)]


def _leaf(name, value, expected, rtol, call):
    if isinstance(value, str) and isinstance(expected, str):
        return Difference("type", f"{name}: {value}. Expected: {expected}.")
    if isinstance(value, Remote) or not (is_number(value) and is_number(expected)):
        return Difference("type", f"{name} is {describe(value)}, expected {describe(expected)}.")
    value, expected = np.asarray(value), np.asarray(expected)
    if value.shape != expected.shape:
        return _shape(name, value, expected)
    if expected.dtype.kind in "fc" and value.dtype.kind not in "fc":
        why = "A comparison gives True and False." if value.dtype.kind == "b" else "Does integer input get cut off?"
        return Difference("dtype", f"{name} has dtype {value.dtype}, expected a floating dtype. {why}")
    if value.dtype.kind == expected.dtype.kind == "b" and value.ndim == 0:
        return Difference("value", f"{name}: {'yes' if value else 'no'}. Expected: {'yes' if expected else 'no'}.")
    if value.dtype.kind == "b" or expected.dtype.kind == "b":
        value, expected = value.astype(int), expected.astype(int)
    wrong = ~_entries_close(value, expected, rtol)
    kind, sentence = _pattern(name, value, expected, wrong, rtol)
    return Difference(kind, sentence, _worked_entry(name, value, expected, wrong, call))


def _shape(name, value, expected):
    sentence = f"{name} has shape {value.shape}, expected {expected.shape}."
    if value.size == expected.size and sorted(value.shape) == sorted(expected.shape):
        sentence += " The axes are in another order."
    elif [n for n in value.shape if n != 1] == [n for n in expected.shape if n != 1]:
        sentence += " An axis of length 1 is too many or missing."
    elif value.size == expected.size:
        sentence += " The number of entries is right, their arrangement is not."
    elif value.ndim > expected.ndim:
        sentence += " An axis was not summed over, or broadcasting added one."
    elif value.ndim < expected.ndim:
        sentence += " An axis was summed over, or lost, that should have stayed."
    return Difference("shape", sentence)


def _pattern(name, value, expected, wrong, rtol):
    """The first of the usual patterns that fits: ``(kind, sentence)``."""
    if (~np.isfinite(value) & np.isfinite(expected)).any():
        what = "NaN" if np.isnan(value).any() else "infinite"
        count = int((~np.isfinite(value)).sum())
        where = "it" if value.ndim == 0 else f"{count} of {value.size} entries"
        return "nan", f"{name}: {where} {'is' if count == 1 else 'are'} {what}, where the mathematics gives a number."
    if expected.any() and np.all(_entries_close(-value, expected, rtol)):
        return "sign", f"{name} has the right size and the opposite sign."
    factor = _constant_factor(value, expected, rtol)
    if factor is not None:
        small = abs(factor) < 1
        ratio = show_number(1 / factor if small else factor)
        return (
            "factor",
            f"{name} is right up to a constant: everything is {ratio} times too {'small' if small else 'large'}.",
        )
    offset = np.median((value - expected).astype(float)) if expected.size > 1 else 0
    if offset and np.all(_entries_close(value - offset, expected, rtol)):
        return "offset", f"{name} is right up to a constant: everything is off by {show_number(offset)}."
    if (
        expected.ndim == 2
        and expected.shape[0] == expected.shape[1]
        and np.all(_entries_close(value.T, expected, rtol))
    ):
        return "transposed", f"{name} is the transpose of what is expected."
    if expected.ndim and expected.any() and not value.any():
        return "value", f"{name} is zero everywhere."
    line = _one_line(wrong)
    if line:
        return "axis", f"{name}: only {line} is wrong."
    if expected.ndim == 0:
        return "value", f"{name} has a wrong value."
    return "value", f"{name} has the right shape but wrong values: {int(wrong.sum())} of {wrong.size} entries are off."


def _constant_factor(value, expected, rtol):
    """The constant c with ``value = c * expected`` when there is one that says something."""
    if (expected.size < 2 and expected.ndim > 0) or expected.dtype.kind not in "fc":
        return None  # one entry says nothing about a constant, and a count is a count
    index = np.argmax(np.abs(expected))
    if not expected.flat[index] or not value.flat[index]:
        return None
    factor = float(np.real(value.flat[index] / expected.flat[index]))
    if abs(factor - 1) < 0.01 or not 1e-6 < abs(factor) < 1e6:
        return None
    if expected.ndim == 0:  # one number is always some multiple of another: only whole ones say something
        ratio = max(abs(factor), 1 / abs(factor))
        if ratio > 64 or abs(ratio - round(ratio)) > 1e-6 * ratio or rtol > 1e-4:
            return None
    return factor if np.all(_entries_close(value / factor, expected, rtol)) else None


def _one_line(wrong):
    """``column 2`` when all wrong entries lie in one row or column (of several) of a matrix."""
    if wrong.ndim != 2 or wrong.sum() < 2:
        return None
    rows, columns = np.unique(np.nonzero(wrong)[0]), np.unique(np.nonzero(wrong)[1])
    if len(rows) == 1 and wrong.shape[0] > 1:
        return f"row {rows[0]}"
    return f"column {columns[0]}" if len(columns) == 1 and wrong.shape[1] > 1 else None


def _worked_entry(name, value, expected, wrong, call):
    """One entry worked out: input, yours, expected."""
    error = np.where(wrong, np.nan_to_num(np.abs(value - expected), nan=np.inf, posinf=np.inf), -1)
    index = np.unravel_index(np.argmax(error), error.shape) if error.ndim else ()
    at = f"[{', '.join(map(str, index))}]" if index else ""
    given = []
    inputs = {argument: np.asarray(array) for argument, array in (inputs_behind(call) if call else {}).items()}
    by_entry = all(array.shape in ((), value.shape) for array in inputs.values())  # each entry goes its own way
    for argument, array in inputs.items():
        if array.ndim == 0:
            given.append(f"{argument} = {show_number(array)}")
        elif array.shape == value.shape and index and (by_entry or array.size > FEW):
            given.append(f"{argument}{at} = {show_number(array[index])}")
        elif array.size <= FEW:
            given.append(f"{argument} = {np.array2string(array, precision=4, separator=', ')}".replace("\n", ""))
        else:
            given.append(f"{argument} of shape {array.shape}")
    start = f"for {', '.join(given)}: " if given else ""
    return f"{start}yours {_indexed(name, at)} = {show_number(value[index])}, expected {show_number(expected[index])}"


def _indexed(name, at):
    """The name with an index: "dx for x of shape (1, 3)" becomes "dx[0, 1] for x of shape (1, 3)"."""
    what, space, rest = name.partition(" ")
    return f"{what}{at}{space}{rest}"
