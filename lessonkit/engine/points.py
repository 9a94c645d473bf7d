"""What each check earns: every result has its share, and a check of a property judges only that property.

A slip costs only what it is worth. Where an exercise returns several things, a check that compares them earns the share of those
that are right. A check of a property (inputs left alone, any shape, extreme values) ignores a result that is already
wrong in the other checks; where nothing is left to judge, the property is not seen. Properties earn points only
where some value is right: zeros of the right shape, or an input returned as it is, earn nothing.
"""

import math
from dataclasses import dataclass

import numpy as np

from lessonkit.catalogue import results_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.transcript import result_of
from lessonkit.engine.values import entries_close, is_number, parts

STEP = 4  # points are quarters
FULL, PARTLY, NONE, UNSEEN = "full", "partly", "none", "unseen"


@dataclass(frozen=True)
class Score:
    """What one check earns.

    Attributes
    ----------
    earned : float
        Of the check's points.
    state : str
        ``full``, ``partly``, ``none``, or ``unseen``: its property cannot be seen.
    right, wrong : tuple of str
        The results that it compares: which are right, and which are not.
    """

    earned: float
    state: str
    right: tuple = ()
    wrong: tuple = ()


def scores(exercise, checks, transcripts, expected):
    """What every check of an exercise earns.

    Parameters
    ----------
    exercise : str
    checks : sequence of Check
    transcripts : dict
        The student's `Transcript` by the name of a check.
    expected : dict
        The expected values, ``[(name, value), ...]``, by the name of a check.

    Returns
    -------
    dict
        `Score` by the name of a check.
    """
    names = results_of(exercise)
    seen = {check.name: _Seen(check, transcripts[check.name], expected[check.name], names) for check in checks}
    found = {check.name: _of_values(check, seen[check.name]) for check in checks if not check.of_property}
    wrong = {name for check in found for name in seen[check].wrong}
    any_right = any(score.earned or seen[check].in_another_form for check, score in found.items()) or not found
    for check in checks:
        if check.of_property:
            found[check.name] = _of_property(check, seen[check.name], wrong, any_right)
    return found


class _Seen:
    """What a check has seen of each result: ``right``, ``wrong``, and whether all ``others`` that it yields are right.

    ``in_another_form``: whether some result has the right numbers in another form, such as a list in place of an array.
    """

    def __init__(self, check, transcript, values, names):
        self.passed = transcript.error is None and len(transcript.entries) >= len(values)
        self.others, self.has_others, self.stopped = True, False, transcript.error is not None
        state = {}  # by result: whether it is right so far, whether it is so in any form, and whether it tells something
        for index, (name, value) in enumerate(values):
            entry = transcript.entries[index] if index < len(transcript.entries) else None
            right = entry is not None and entry.name == name and same_values(entry.value, value, check.rtol)
            result = result_of(name)
            if result in names:
                alike = right or entry is not None and _same_numbers(entry.value, value, check.rtol)
                before = state.get(result, (True, True, False))
                state[result] = before[0] and right, before[1] and alike, before[2] or _says_something(value, entry)
            else:
                self.others, self.has_others = self.others and right, True
            self.passed &= right
        self.right = tuple(name for name, (right, _, telling) in state.items() if right and telling)
        self.wrong = tuple(name for name, (right, _, _) in state.items() if not right)
        self.in_another_form = any(alike and telling for _, alike, telling in state.values())


def _same_numbers(value, truth, rtol):
    """Whether two values hold the same numbers in the same order, as an array or as a list, whatever their axes."""
    try:
        numbers, wanted = (np.asarray(one, dtype=float).ravel() for one in (value, truth))
    except (TypeError, ValueError):
        return False
    return numbers.shape == wanted.shape and bool(entries_close(numbers, wanted, rtol).all())


def _says_something(value, entry):
    """Whether an expected value is more than what one gets without work: zeros, ones, or one of the inputs."""
    inputs = entry.call.inputs.values() if entry is not None and entry.call is not None else ()
    given = [np.asarray(leaf) for one in inputs for _, leaf in parts(one) if is_number(leaf)]
    for _, leaf in parts(value):
        array = np.asarray(leaf)
        if is_number(leaf) and array.size and not (array == 0).all() and not (array == 1).all():
            if not any(np.array_equal(array.ravel(), other.ravel()) for other in given):
                return True
    return False


def _of_values(check, seen):
    if seen.passed:
        return Score(check.points, FULL, seen.right)
    if not seen.right or not seen.wrong or not seen.others:
        return Score(0, NONE, (), seen.wrong)
    share = len(seen.right) / (len(seen.right) + len(seen.wrong))
    earned = math.floor(check.points * share * STEP) / STEP
    return Score(earned, PARTLY, seen.right, seen.wrong)


def _of_property(check, seen, wrong, any_right):
    """`wrong`: the results that are wrong in the checks of values."""
    if not any_right:
        return Score(0, UNSEEN, (), seen.wrong)
    if seen.passed:
        return Score(check.points, FULL, seen.right)
    if seen.stopped or not seen.others or not wrong.issuperset(seen.wrong) or not seen.wrong:
        return Score(0, NONE, (), seen.wrong)
    if seen.right or seen.has_others:
        return Score(check.points, FULL, seen.right, seen.wrong)
    return Score(0, UNSEEN, (), seen.wrong)
