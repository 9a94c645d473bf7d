"""What several values of one check tell together: results in another order, a call that remembers, an old result."""

import numpy as np

from lessonkit.catalogue import exercises, results_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.facts import TIGHT, is_telling
from lessonkit.engine.values import is_number, listed, parts

ORDER = "the results are in another order."


def told_by_others(check, entries, expected, index):
    """Say in a sentence what the other values of a check tell about the first wrong one; "" where they tell nothing.

    Parameters
    ----------
    check : Check
    entries : list of Entry
    expected : list of (str, object)
        The expected values, for the same entries.
    index : int
        Which entry is the first wrong one.

    Returns
    -------
    str
    """
    rows = [(entry, truth) for entry, (_, truth) in zip(entries, expected)]
    results = results_of(check.exercise)
    return (
        _in_another_order(rows, index, results, check.rtol)
        or _changed_by_a_call(rows, index, check, results)
        or _as_before(rows, index)
        or _with_another(rows, index, results, check.rtol)
    )


def others_right(check, entries, expected, index):
    """Say in a sentence that the other results of the same call are right; "" where one is not, or there is none."""
    results = results_of(check.exercise)
    others = [
        (entry, truth)
        for i, (entry, (_, truth)) in enumerate(zip(entries, expected))
        if i != index and entry.call is entries[index].call and entry.result in results
    ]
    words = [entry.result for entry, _ in others]
    if not others or entries[index].result not in results or len({*words, entries[index].result}) <= len(words):
        return ""
    if not all(_is_no_zero(truth) and same_values(entry.value, truth, check.rtol) for entry, truth in others):
        return ""
    return f" The {listed(words)} of the same call {'is' if len(words) == 1 else 'are'} right."


def _in_another_order(rows, index, results, rtol):
    """Say that every wrong result of a call is what another result of that call should be."""
    call = rows[index][0].call
    wrong = [
        (entry, truth)
        for entry, truth in rows
        if entry.call is call and entry.result in results and not same_values(entry.value, truth, rtol)
    ]
    truths, given = [_ordered(truth) for _, truth in wrong], [_ordered(entry.value) for entry, _ in wrong]
    if call is None or len(wrong) < 2 or not all(map(_is_no_zero, truths)):
        return ""
    if any(same_values(a, b, rtol) for i, a in enumerate(truths) for b in truths[:i]):
        return ""
    places = [[i for i, truth in enumerate(truths) if same_values(value, truth, rtol)] for value in given]
    if sorted(places) != [[i] for i in range(len(wrong))]:
        return ""
    name, wanted = wrong[0][0].result, wrong[places[0][0]][0].result
    if name == wanted:
        return ""
    return f"Your {name} is what {wanted} should be: {ORDER}"


def _ordered(value):
    """A dict with its keys in alphabetical order: a check orders the expected ones too."""
    return {key: value[key] for key in sorted(value, key=str)} if isinstance(value, dict) else value


def _is_no_zero(value):
    return all(is_number(leaf) and np.any(np.asarray(leaf)) for _, leaf in parts(value))


def _changed_by_a_call(rows, index, check, results):
    """Say that a call with the same input as an earlier one, which was right, gives something else."""
    entry, truth = rows[index]
    if entry.call is None or entry.result not in results:
        return ""
    for earlier, other in rows[:index]:
        alike = earlier.result == entry.result and same_values(earlier.value, other, check.rtol)
        if alike and _same_call(earlier.call, entry.call) and same_values(other, truth, TIGHT):
            return _second_call(entry.call.function, entry.result, exercises()[check.exercise].is_class)
    return ""


def _second_call(function, what, is_method):
    different = f"different {what}" if what.endswith("s") and not what.endswith("ss") else f"a different {what}"
    change = "`self.params`" if is_method else "its arguments"
    return (
        f"The second call of `{function}` with the same input gives {different}: "
        f"does your `{function}` change {change}, or keep something from the first call?"
    )


def _same_call(call, other):
    if call is None or call is other or call.function != other.function or call.inputs.keys() != other.inputs.keys():
        return False
    pairs = [(value, other.inputs[name]) for name, value in call.inputs.items()]
    return bool(pairs) and all(a is b or _is_plain(a) and same_values(a, b, 0) for a, b in pairs)


def _is_plain(value):
    return all(is_number(leaf) or leaf is None or isinstance(leaf, str) for _, leaf in parts(value))


def _as_before(rows, index):
    """Say that a wrong result is the one that an earlier call gave."""
    entry, truth = rows[index]
    if not _is_telling(entry.value):
        return ""
    for earlier, other in reversed(rows[:index]):
        another_call = earlier.call is not entry.call and not same_values(other, truth, TIGHT)
        if another_call and earlier.result == entry.result and same_values(entry.value, earlier.value, 1e-9):
            return f"{entry.name} is the same as {earlier.name}, the result of an earlier call."
    return ""


def _with_another(rows, index, results, rtol):
    """Say that a wrong result is the right one plus or minus another result of the same call."""
    entry, truth = rows[index]
    if not (_is_telling(entry.value) and is_number(truth)) or np.shape(truth) != np.shape(entry.value):
        return ""
    for other, added in rows:
        usable = other.call is entry.call is not None and {other.result, entry.result} <= results
        if (
            not usable
            or other.result == entry.result
            or not _is_telling(added)
            or np.shape(added) not in ((), np.shape(truth))
        ):
            continue
        for sign, words in ((1, "plus"), (-1, "minus")):
            if same_values(entry.value, np.add(truth, sign * np.asarray(added)), min(rtol, TIGHT)):
                return f"{entry.name} is the expected result {words} what {other.result} should be."
    return ""


def _is_telling(value):
    """Whether a value would hardly come up twice by chance: an array of several numbers, or a number with many digits."""
    if not is_number(value):
        return False
    array = np.asarray(value)
    if array.ndim == 0:
        return array.dtype.kind == "f" and bool(np.isfinite(array)) and float(array) != round(float(array), 2)
    return is_telling(array)
