"""How an answer was computed, if its values show it: for a person to read. No points depend on it.

It finds shortcuts that are not hidden: a backward pass that differentiates the forward pass numerically, a table in place of a
network, the checks' own functions. A notebook that wants to hide them can.
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
ENTRIES = 6  # the fewest gradient entries that count as evidence
# Calls of the forward pass by one backward pass: so many are flagged, and counting stops at so many.
CALLS, MOST_CALLS = 4, 500
LOOKED_UP = (
    1.3  # the error between the data points over the error at them; for a network it is 1 within a few hundredths
)
INSIDE = re.compile(r"\blessonkit(?:\.|\s+import\s+)(?:checks|engine|examples)\b(?:\.\w+)*(?:\s+import\s+\w+)?")


def how_computed(result, transcripts, expected, session):
    """Return what the values of a graded exercise show about how they were computed.

    Parameters
    ----------
    result : Result
    transcripts : dict
        `Transcript` by the name of a check.
    expected : Live
    session : Session
        The session that the transcripts come from.

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
    except (
        ValueError,
        TypeError,
        IndexError,
        MemoryError,
    ):  # an answer of an unexpected form: no grade depends on this
        return []
    return [f"How this was computed: {sentence}" for sentence in said if sentence]


def gradients(exercise, transcripts):
    """Yield each gradient of an exercise's checks: the check, the place in its transcript, and the entry."""
    names = {name for name in results_of(exercise) if name.startswith("d") or name == "grads"}
    for check in checks_of(exercise):
        for place, entry in enumerate(transcripts[check.name].entries if not check.of_property else ()):
            if entry.result in names:
                yield check, place, entry


def of_errors(exercise, transcripts, expected):
    """Return a sentence if correct gradients are only as exact as numerical ones; else ""."""
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
        f"the gradients of {exercise} have a relative error of {np.median(errors):.0e} (the median of {errors.size} entries; the "
        f"largest is {errors.max():.0e}). Formulas in 64-bit numbers have errors of about 1e-16. Errors this large come from numerical "
        "differentiation, from 32-bit numbers in between, or from a small constant that was added."
    )


def _has_32_bits(values):
    with np.errstate(all="ignore"):
        return bool(np.all(values == values.astype(np.float32)))


def of_calls(exercise, transcripts, session):
    """Return a sentence if a backward pass calls its forward pass again for every entry; else "".

    The backward pass is called once more with a check's inputs, and with a forward pass that counts its calls in place of the
    notebook's.
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
        pass  # it may need its own cache: the count is still valid
    finally:
        if session.alive:
            session.lend(forward.function, None)
    if counts[0] < max(CALLS, _size(forward)):
        return ""
    often = "at least " * (counts[0] >= MOST_CALLS) + f"{counts[0]} times"
    numbers = f", {counts[1]} times with complex numbers" if counts[1] else ""
    return (
        f"one call of {exercise} calls {forward.function} {often}{numbers}, for an input of {_size(forward)} entries. "
        "This is what a backward pass does when it differentiates its forward pass numerically."
    )


def _size(forward):
    """Return the number of entries in the first argument of a call."""
    return int(np.size(next(iter(forward.inputs.values()), 0)))


def of_places(session):
    """Return a sentence if an answer in lesson 10 fits the data set's points much better than the land between them; else ""."""
    (known, heights), (between, heights_between) = every_4th_point(first=0), between_the_points()
    try:
        answers = np.ravel(Code(session).elevation(np.concatenate([known, between])))
    except StudentError:
        return ""
    if answers.size != len(known) + len(between) or answers.dtype.kind != "f":
        return ""
    errors = answers - np.concatenate([heights, heights_between])
    errors = np.abs(errors - np.median(errors))  # a constant added to all answers must not hide anything
    at, beside = np.median(errors[: len(known)]), np.median(errors[len(known) :])
    if not beside > LOOKED_UP * at:
        return ""
    return (
        f"the median error of elevation is {at:.1f} m at the {len(known):,} points of the data set, and {beside:.1f} m at {len(between):,} "
        "points between them. For a network like the course's the two are about the same; for answers looked up in the data they are not."
    )


def of_source(name, source):
    """Return a sentence if the cell `name` uses the parts of `lessonkit` that contain the checks' own functions; else ""."""
    found = INSIDE.search(source)
    if not found:
        return ""
    return f"How this was computed: {name} contains `{' '.join(found[0].split())}`, which belongs to the checks. No lesson uses it."
