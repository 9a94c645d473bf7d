"""How an answer was computed, where it shows: for a person to read. No points hang on it.

It finds ways around a lesson that nobody hides: a backward pass that differentiates the forward pass numerically, a table in
place of a network, the checks' own functions. A notebook that wants to hide them can.
"""

import re

import numpy as np

from autograder import bank
from autograder.grading.lending import lendable
from lessonkit.catalogue import results_of
from lessonkit.checks.lesson_10 import between_the_points, every_4th_point
from lessonkit.engine.check import checks_of
from lessonkit.engine.host import StudentError
from lessonkit.engine.proxy import Code, Remote
from lessonkit.engine.values import is_number, parts

EXACT = 1e-12  # the median error of formulas in 64 bits is a thousandth of this
ENTRIES = 6  # of gradients, at least
CALLS, MOST_CALLS = 4, 500  # of the forward pass by one call of the backward pass: what is told, and where it ends
LOOKED_UP = (
    1.3  # how many times larger errors are beside the data than at it; of a network, within a few hundredths of 1
)
INSIDE = re.compile(r"\blessonkit(?:\.|\s+import\s+)(?:checks|engine|examples)\b(?:\.\w+)*(?:\s+import\s+\w+)?")


def how_computed(result, transcripts, expected, session):
    """What there is to say of an exercise that has just been graded.

    Parameters
    ----------
    result : Result
    transcripts : dict
        `Transcript` by the name of a check.
    expected : Live
    session : Session
        The one that the transcripts come from.

    Returns
    -------
    list of str
    """
    if not session.alive or not result.points:
        return []
    try:
        said = [of_places(session)] if result.exercise == "elevation" else []
        if result.passed:
            said += [of_errors(result.exercise, transcripts, expected), of_calls(result.exercise, transcripts, session)]
    except (ValueError, TypeError, IndexError, MemoryError):  # an answer of an odd form: no grade hangs on this
        return []
    return [f"How this was computed: {sentence}" for sentence in said if sentence]


def gradients(exercise, transcripts):
    """The names of the checks and the places where these yield a gradient, with its entry."""
    names = {name for name in results_of(exercise) if name.startswith("d") or name == "grads"}
    for check in checks_of(exercise):
        for place, entry in enumerate(transcripts[check.name].entries if not check.of_property else ()):
            if entry.result in names:
                yield check, place, entry


def of_errors(exercise, transcripts, expected):
    """That right gradients are as far from the exact ones as numerical ones are; "" where they are not."""
    errors = [np.empty(0)]
    for check, place, entry in gradients(exercise, transcripts):
        leaves = dict(parts(entry.value))
        for path, exact in parts(expected.values(check)[place][1]):
            values, exact = np.asarray(leaves[path]), np.asarray(exact)
            if is_number(leaves[path]) and not _has_32_bits(values):
                nonzero = exact != 0
                errors.append(np.abs(values[nonzero] / exact[nonzero] - 1))
    errors = np.concatenate(errors)
    if errors.size < ENTRIES or not np.median(errors) > EXACT:
        return ""
    return (
        f"the gradients of {exercise} are right up to {np.median(errors):.0e} of their size (the median of {errors.size} entries; the "
        f"largest error is {errors.max():.0e}). Formulas in 64 bits err by about 1e-16. Errors like these come from numerical "
        "differentiation, from numbers of 32 bits on the way, or from a small constant that was added."
    )


def _has_32_bits(values):
    with np.errstate(all="ignore"):
        return bool(np.all(values == values.astype(np.float32)))


def of_calls(exercise, transcripts, session):
    """That a backward pass calls its forward pass for every entry anew; "" where it does not.

    It is called once more with what a check gave it, and with a forward pass in place of the notebook's that counts.
    """
    calls = [entry.call for _, _, entry in gradients(exercise, transcripts) if entry.call.function == exercise]
    made = [(call, part._origin) for call in calls for part in call.inputs.values() if isinstance(part, Remote)]
    made = [(call, origin) for call, origin in made if origin and origin.function in bank.reference_names()]
    if not made:
        return ""
    call, forward = max(made, key=lambda pair: _size(pair[1]))
    right, counts = lendable(bank.reference_names()[forward.function], session), [0, 0]

    def counted(*arguments):
        counts[0] += 1
        counts[1] += any(np.iscomplexobj(argument) for argument in arguments)
        if counts[0] >= MOST_CALLS:
            raise ValueError("that is more often than a backward pass calls its forward pass")
        return right(*arguments)

    session.lend(forward.function, counted)
    try:
        Code(session, exercise).under_test(*call.inputs.values())
    except StudentError:
        pass  # it may need a cache of its own making: the count stands
    finally:
        if session.alive:
            session.lend(forward.function, None)
    if counts[0] < max(CALLS, _size(forward)):
        return ""
    often = "at least " * (counts[0] >= MOST_CALLS) + f"{counts[0]} times"
    numbers = f", {counts[1]} times with complex numbers" if counts[1] else ""
    return (
        f"one call of {exercise} calls {forward.function} {often}{numbers}, for an input of {_size(forward)} entries. "
        "A backward pass that differentiates its forward pass numerically does so."
    )


def _size(forward):
    """How many entries the first argument of a call has."""
    return int(np.size(next(iter(forward.inputs.values()), 0)))


def of_places(session):
    """That an answer in lesson 10 is much closer to the land at the places of the data set than between them; "" where it is not."""
    (known, metres), (between, metres_between) = every_4th_point(first=0), between_the_points()
    try:
        answers = np.ravel(Code(session).elevation(np.concatenate([known, between])))
    except StudentError:
        return ""
    if answers.size != len(known) + len(between) or answers.dtype.kind != "f":
        return ""
    errors = answers - np.concatenate([metres, metres_between])
    errors = np.abs(errors - np.median(errors))  # a height that is added to all is no disguise
    at, beside = np.median(errors[: len(known)]), np.median(errors[len(known) :])
    if not beside > LOOKED_UP * at:
        return ""
    return (
        f"the answers of elevation are off by {at:.1f} m (the median) at the {len(known):,} places of the data set, and by {beside:.1f} m "
        f"at {len(between):,} places between them. A network of the course's kind is off by about as much at both; answers that are looked up in the data are not."
    )


def of_source(name, source):
    """That a cell, called `name`, uses the inner parts of `lessonkit`, in which the checks' own functions are; "" where it does not."""
    found = INSIDE.search(source)
    if not found:
        return ""
    return f"How this was computed: {name} has `{' '.join(found[0].split())}`, which a lesson does not use: it belongs to the checks."
