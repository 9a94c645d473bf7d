"""Compare what a check yielded with the expected values, and say what a person would look at first."""

from dataclasses import dataclass, replace

import numpy as np

from lessonkit.engine.facts import as_large_as, fact, is_cut, of_length
from lessonkit.engine.proxy import Remote, inputs_behind
from lessonkit.engine.values import describe, entries_close, is_number, parts, show_both, show_keys, show_number

FEW = 6  # entries of an array that is shown in full
INTEGER, FLOATING = "an integer dtype", "a floating dtype"
SECOND_VALUE_RTOL = 1e-3  # a second value is a numerical gradient, perhaps of a float32 forward pass


@dataclass(frozen=True)
class Difference:
    """How one value differs from the expected one.

    Attributes
    ----------
    kind : str
        ``type``, ``structure``, ``shape``, ``dtype``, ``nan``, ``sign``, ``factor``, ``offset``, ``transposed``,
        ``axis``, ``misplaced`` (the right value of another result or call) or ``value``.
    sentence : str
        What to look at first, in one or two sentences.
    example : str
        One worked entry: input, yours, expected. Empty where there is none.
    factor : str
        Where everything is a multiple of the expected result: by how much it is too large or too small.
    lengths : str
        The axes of the inputs whose length is that factor, in the words of the sentence.
    """

    kind: str
    sentence: str
    example: str = ""
    factor: str = ""
    lengths: str = ""

    @property
    def without_lengths(self):
        return replace(self, sentence=self.sentence.replace(f", and {self.lengths}", ""), lengths="")

    @property
    def line(self):
        """The example where there is one, else the sentence, beginning with "Your"."""
        if self.example:
            return f"Your {self.example.removeprefix('yours ')}."
        return self.sentence if self.sentence.startswith("The ") else f"Your {self.sentence}"


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
    return bool(entries_close(value, truth, rtol).all())


def same_values(value, truth, rtol):
    """Whether two plain values agree in structure and in every leaf."""
    ours, theirs = list(parts(value)), list(parts(truth))
    return [p for p, _ in ours] == [p for p, _ in theirs] and all(
        close(a, b, rtol) for (_, a), (_, b) in zip(ours, theirs)
    )


def kinds(value):
    """Which leaves are integers and which are floats: this tells a mistake that truncates from one that does not."""
    return [np.asarray(leaf).dtype.kind in "biu" for _, leaf in parts(value) if is_number(leaf)]


def difference(entry, expected, rtol):
    """The first `Difference` between a yielded entry and the expected value, or None where they agree."""
    leaves, expected_leaves = dict(parts(entry.value)), dict(parts(expected))
    if list(leaves) != list(expected_leaves):
        return _structure(entry.name, entry.value, expected)
    for path, leaf in expected_leaves.items():
        if not close(leaves[path], leaf, rtol):
            return _leaf(_indexed(entry.name, path), leaves[path], leaf, rtol, entry.call)
    return None


def fits_own_forward(entry):
    """Whether a wrong gradient agrees with its second value, the numerical gradient of the student's forward pass."""
    return bool(entry.second_values) and all(
        same_values(entry.value, second, SECOND_VALUE_RTOL) for second in entry.second_values
    )


def _structure(name, value, expected):
    """The first place where the structures of two values differ."""
    if isinstance(expected, dict) and isinstance(value, dict):
        if faults := _keys(name, value, expected):
            return Difference("structure", faults)
        pairs = [(f"[{key!r}]", value[key], expected[key]) for key in expected]
    elif isinstance(value, (tuple, list)) and isinstance(expected, (tuple, list)) and len(value) == len(expected):
        pairs = [(f"[{i}]", *pair) for i, pair in enumerate(zip(value, expected))]
    else:
        return Difference("structure", f"{name} is {describe(value)}, expected {describe(expected)}.")
    for at, part, wanted in pairs:
        if _paths(part) != _paths(wanted):
            return _structure(_indexed(name, at), part, wanted)
    return Difference("structure", f"{name} has the right keys in another order.")


def _keys(name, value, expected):
    """What is wrong with the keys of a dict; "" where they are right."""
    missing = [key for key in expected if key not in value]
    extra = [key for key in value if key not in expected]
    if len(missing) == len(extra) == 1 and _small_letters(missing[0]) == _small_letters(extra[0]):
        (key,), (given,) = missing, extra
        letter = next(a for a, b in zip(key, given) if a != b)
        size = "capital" if letter.isupper() else "lowercase"
        return f'The key of {name} should be "{key}", with a {size} {letter}; yours is "{given}".'
    faults = [f"has no {show_keys(missing)}"] * bool(missing)
    if extra:
        are = "that is" if len(extra) == 1 else "that are"
        faults += [f"has {'a ' * (len(extra) == 1)}{show_keys(extra)} {are} not expected"]
    return f"{name} {' and '.join(faults)}." if faults else ""


def _small_letters(key):
    return key.lower() if isinstance(key, str) else key


def _paths(value):
    return [path for path, _ in parts(value)]


def _leaf(name, value, expected, rtol, call):
    if isinstance(value, str) and isinstance(expected, str):
        return Difference("type", f"{name}: {value}. Expected: {expected}.")
    if isinstance(value, Remote) or not (is_number(value) and is_number(expected)):
        return Difference("type", f"{name} is {describe(value)}, expected {describe(expected)}.")
    value, expected = np.asarray(value), np.asarray(expected)
    inputs = inputs_behind(call) if call else {}
    if value.shape != expected.shape:
        return _shape(name, value, expected, inputs)
    if (value.dtype.kind == "b") != (expected.dtype.kind == "b") and value.ndim == 0:
        return Difference("type", f"{name} is {describe(value[()])}, expected {describe(expected[()])}.")
    if _kind(expected) != _kind(value) and not (_kind(expected) == INTEGER and _kind(value) == FLOATING):
        return _dtype(name, value, expected)
    if value.dtype.kind == expected.dtype.kind == "b" and value.ndim == 0:
        return Difference("value", f"{name}: {'yes' if value else 'no'}. Expected: {'yes' if expected else 'no'}.")
    value, expected = _signed(value), _signed(expected)
    wrong = ~entries_close(value, expected, rtol)
    factor = _constant_factor(value, expected, rtol)
    if factor is not None and np.isfinite(value).all() and not entries_close(-value, expected, rtol).all():
        differs = _factor(name, value, expected, factor, inputs)
    else:
        differs = Difference(*_pattern(name, value, expected, wrong, rtol, inputs))
    if expected.ndim == 0 and not inputs:
        return differs  # whose sentence has both numbers already
    return replace(differs, example=_worked_entry(name, value, expected, wrong, inputs))


def _kind(array):
    return {"b": "dtype bool", "i": INTEGER, "u": INTEGER}.get(array.dtype.kind, FLOATING)


def _signed(array):
    """An array whose numbers can be subtracted: truth values and bytes cannot be negative."""
    return array.astype(int) if array.dtype.kind in "bu" else array


def _dtype(name, value, expected):
    if value.ndim == 0 and value.dtype.kind in "iu":
        return Difference("dtype", f"{name} is the integer {value}, expected the float {show_number(expected)}.")
    sentence = f"{name} has dtype {value.dtype}, expected {_kind(expected)}."
    if value.dtype.kind == "b":
        sentence += " A comparison gives True and False."
    elif value.dtype.kind in "iu" and (cut := is_cut(value, expected)):
        sentence += f" {cut}"
    return Difference("dtype", sentence)


def _shape(name, value, expected, inputs):
    same = [given for given, array in inputs.items() if np.shape(array) == expected.shape and expected.ndim]
    shape = f"{expected.shape}, the shape of {' and '.join(same)}" if 1 <= len(same) <= 2 else expected.shape
    sentence = f"{name} has shape {value.shape}, expected {shape}."
    if value.size == expected.size and sorted(value.shape) == sorted(expected.shape):
        sentence += " The axes are in another order."
    elif [n for n in value.shape if n != 1] == [n for n in expected.shape if n != 1]:
        sentence += f" {_axes_of_one(value.ndim - expected.ndim)}"
    elif value.size == expected.size:
        sentence += " The number of entries is right; their arrangement is not."
    elif value.ndim > expected.ndim:
        sentence += " Is a sum over an axis missing, or did broadcasting add one?"
    elif value.ndim < expected.ndim:
        sentence += " Is an axis missing that should have stayed, for example because of a sum?"
    return Difference("shape", sentence)


def _axes_of_one(surplus):
    """Say that there are more axes of length 1 than expected, or fewer."""
    are, count = ("is", "one axis") if abs(surplus) == 1 else ("are", f"{abs(surplus)} axes")
    return f"There {are} {count} of length 1 too {'many' if surplus > 0 else 'few'}."


def _pattern(name, value, expected, wrong, rtol, inputs):
    """The first of the usual patterns that fits, where the value is not a multiple: ``(kind, sentence)``."""
    if (~np.isfinite(value) & np.isfinite(expected)).any():
        return "nan", _not_finite(name, value)
    if expected.any() and np.all(entries_close(-value, expected, rtol)):
        if expected.ndim:
            return "sign", f"{name} has the right size and the opposite sign."
        return (
            "sign",
            f"{name} is {show_number(value)}, expected {show_number(expected)}: it has the opposite sign.",
        )
    if expected.ndim == 0:
        return "value", f"{name} is {', expected '.join(show_both(value, expected))}."
    offset = np.median((value - expected).astype(float)) if expected.size > 1 else 0
    if offset and np.all(entries_close(value - offset, expected, rtol)):
        same = as_large_as(offset, inputs)
        size = f"too {'large' if offset > 0 else 'small'} by {show_number(abs(offset))}{f', which is {same}' if same else ''}"
        return "offset", f"{name} is right up to a constant: everything is {size}."
    if expected.ndim == 2 and len(set(expected.shape)) == 1 and np.all(entries_close(value.T, expected, rtol)):
        return "transposed", f"{name} is the transpose of the expected result."
    if expected.any() and not value.any():
        return "value", f"{name} is zero everywhere."
    if known := fact(value, expected, inputs, rtol):
        return "value", f"{name} {known}."
    if line := _one_line(wrong):
        return "axis", f"{name} is right except in {line}."
    if wrong.size == 1:
        yours, wanted = show_both(value.item(), expected.item())
        return "value", f"{name} has the right shape, but its only entry is {yours}, expected {wanted}."
    count = f"all {wrong.size}" if wrong.all() else f"{wrong.sum()} of {wrong.size}"
    return (
        "value",
        f"{name} has the right shape but wrong values: {count} entries {'is' if wrong.sum() == 1 else 'are'} off.",
    )


def _not_finite(name, value):
    """Say where a result is NaN or infinite."""
    nan, infinite = int(np.isnan(value).sum()), int(np.isinf(value).sum())
    what = " or ".join(["NaN"] * bool(nan) + ["infinite"] * bool(infinite))
    if value.ndim == 0:
        return f"{name} is {what}, where the mathematics gives a number."
    count = nan + infinite
    where = f"{count} of {value.size} entries {'is' if count == 1 else 'are'}"
    return f"{name}: {where} {what}, where the mathematics gives numbers."


def _factor(name, value, expected, factor, inputs):
    """Say that a result is a multiple of the expected one, and which axis of an input is as long as that."""
    small = abs(factor) < 1
    ratio = f"{show_number(abs(1 / factor if small else factor))} times too {'small' if small else 'large'}"
    sign = ", with the opposite sign" if factor < 0 else ""
    known = of_length(factor, inputs)
    also = f"{sign}, and {known}" if known else sign
    if expected.ndim == 0:
        sentence = f"{name} is {show_number(value)}, expected {show_number(expected)}: {ratio}{also}."
    else:
        sentence = f"{name} is right up to a constant: everything is {ratio}{also}."
    return Difference("factor", sentence, "", ratio, known)


def _constant_factor(value, expected, rtol):
    """The constant c with ``value = c * expected``, if there is one that tells something."""
    if (np.count_nonzero(expected) < 2 and expected.ndim > 0) or expected.dtype.kind not in "fc":
        return None  # one entry tells nothing about a constant, and a count is not a multiple
    index = np.argmax(np.abs(expected))
    if not expected.flat[index] or not value.flat[index]:
        return None
    factor = float(np.real(value.flat[index] / expected.flat[index]))
    if abs(factor - 1) < 0.01 or not 1e-6 < abs(factor) < 1e6:
        return None
    if expected.ndim == 0:  # one number is always some multiple of another: only a whole multiple tells something
        ratio = max(abs(factor), 1 / abs(factor))
        if ratio > 64 or abs(ratio - round(ratio)) > 1e-6 * ratio or rtol > 1e-4:
            return None
    return factor if np.all(entries_close(value / factor, expected, rtol)) else None


def _one_line(wrong):
    """``column 2`` when all wrong entries lie in one row or column (of several) of a matrix."""
    if wrong.ndim != 2 or wrong.sum() < 2:
        return None
    rows, columns = np.unique(np.nonzero(wrong)[0]), np.unique(np.nonzero(wrong)[1])
    if len(rows) == 1 and wrong.shape[0] > 1:
        return f"row {rows[0]}"
    return f"column {columns[0]}" if len(columns) == 1 and wrong.shape[1] > 1 else None


def _worked_entry(name, value, expected, wrong, inputs):
    """One entry worked out: input, yours, expected."""
    error = np.where(wrong, np.nan_to_num(np.abs(value - expected), nan=np.inf, posinf=np.inf), -1)
    index = np.unravel_index(np.argmax(error), error.shape) if error.ndim else ()
    at = f"[{', '.join(map(str, index))}]" if index else ""
    given = []
    inputs = {argument: np.asarray(array) for argument, array in inputs.items()}
    for argument, array in inputs.items():
        if array.ndim == 0:
            given.append(f"{argument} = {show_number(array)}")
        elif array.shape == value.shape and index and array.size > FEW:
            given.append(f"{argument}{at} = {show_number(array[index])}")
        elif array.size <= FEW:
            shown = np.array2string(array, separator=", ", formatter={"all": show_number})
            given.append(f"{argument} = {' '.join(shown.split())}")
        else:
            given.append(f"{argument} of shape {array.shape}")
    of = f"for {', '.join(given)}: " if given else ""
    yours, wanted = show_both(value[index], expected[index])
    return f"{of}yours {_indexed(name, at)} = {yours}, expected {wanted}"


def _indexed(name, at):
    """The name with an index: "dx for x of shape (1, 3)" becomes "dx[0, 1] for x of shape (1, 3)"."""
    what, space, rest = name.partition(" ")
    return f"{what}{at}{space}{rest}"
