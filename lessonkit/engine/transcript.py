"""Run one check on one implementation and record what it yields: the transcript.

A host hands out copies, so the student's code cannot change what was yielded. The check could, so an array
that it has yielded can no longer be written to.
"""

import hmac
import itertools
from dataclasses import dataclass, field

import numpy as np

from lessonkit.catalogue import exercises
from lessonkit.engine.host import StudentError
from lessonkit.engine.proxy import Call, Code, Remote, inputs_behind
from lessonkit.engine.values import freeze_plain

VISIBLE_SEED = 2024
MAX_HELPERS = 6  # calls of other exercises that are kept for one check


@dataclass
class Entry:
    """One yielded value, and the second values beside it: they tell where to look when it is wrong."""

    name: str
    value: object
    second_values: tuple = ()
    call: Call | None = None

    @property
    def result(self):
        return result_of(self.name)


def result_of(name):
    """Which result a yielded value is: "dx" of "dx[0] for x of shape (1, 3)"."""
    return name.split()[0].partition("[")[0]


@dataclass
class Helper:
    """The result of another exercise in a check, and its inputs, which tell whether that result was right.

    Attributes
    ----------
    function : str
    inputs : list of float
        Two sums over the numbers of each argument: equal for equal inputs.
    result : object
        Its plain values; None in place of what is not plain.
    """

    function: str
    inputs: list
    result: object


@dataclass
class Transcript:
    """What one check yielded for one implementation and one seed; `error` is set if it was stopped."""

    entries: list[Entry] = field(default_factory=list)
    error: StudentError | None = None
    called: tuple[str, ...] = ()
    helpers: list = field(default_factory=list)  # `Helper` for the first calls of other exercises


def generator(check, seed):
    """The random generator that `check` draws its inputs from: its own for each check and seed.

    Some checks pass it to the student's code, and its state gives away the number it was made from. That number is a keyed
    hash of the seed, which gives away neither the seed nor another check's generator.
    """
    name = f"{exercises()[check.exercise].lesson}/{check.exercise}/{check.name}"
    return np.random.default_rng(int.from_bytes(hmac.digest(str(seed).encode(), name.encode(), "sha256")))


def run(check, host, seed):
    """Run `check` on the code behind `host`.

    Returns
    -------
    Transcript
        All values up to the end of the check, or up to the first error of the code under test.
    """
    code = Code(host, check.exercise)
    transcript = Transcript()
    try:
        for name, value, *second_values in check.values(code, generator(check, seed)):
            call = _last_call(code.calls, exercises()[check.exercise])
            transcript.entries.append(Entry(name, freeze_plain(value, _opaque), tuple(second_values), call))
    except StudentError as error:
        transcript.error = error
    except Exception as error:  # the check choked on what it was given
        message = f"{check.exercise} returned something that the check could not use ({error})."
        transcript.error = StudentError(check.exercise, "returns", " ".join(message.split()))
    transcript.called = tuple(dict.fromkeys(call.function for call in code.calls))
    names = exercises().keys() - {check.exercise}
    others = (call for call in code.calls if call.function in names and call.result is not None)
    transcript.helpers = [_helper(call) for call in itertools.islice(others, MAX_HELPERS)]
    return transcript


def _helper(call):
    result = freeze_plain(call.result, lambda part: None)
    inputs = [np.asarray(value, dtype=float).ravel() for value in inputs_behind(call).values()]
    return Helper(
        call.function, [float(x @ w) for x in inputs for w in (np.ones(x.size), np.sin(np.arange(x.size)))], result
    )


def _opaque(part):
    return part if isinstance(part, Remote) else repr(type(part).__name__)


def _last_call(calls, exercise):
    """The latest call of the exercise, or of a class's methods: what a yielded value most likely comes from."""
    names = {exercise.name, *(method.name for method in exercise.methods)}
    own = [call for call in calls if call.function in names]
    return own[-1] if own else calls[-1] if calls else None
