"""Runs one check on one implementation and writes down what it yields: the transcript.

A host hands out copies, so the student's code cannot change what was yielded. The check could: an array that it has
yielded can no longer be written to.
"""

import zlib
from dataclasses import dataclass, field

import numpy as np

from lessonkit.engine.host import StudentError
from lessonkit.engine.proxy import Call, Code, Remote
from lessonkit.engine.values import freeze_plain

VISIBLE_SEED = 2024


@dataclass
class Entry:
    """One yielded value, and the second values beside it: they tell where to look when it is wrong."""

    name: str
    value: object
    second_values: tuple = ()
    call: Call | None = None


@dataclass
class Transcript:
    """What one check yielded for one implementation and one seed; `error` is set when it came to a stop."""

    entries: list[Entry] = field(default_factory=list)
    error: StudentError | None = None
    called: tuple[str, ...] = ()


def generator(check, seed):
    """The random generator that `check` draws its inputs from: its own for each check and seed."""
    return np.random.default_rng([seed, zlib.crc32(f"{check.exercise}/{check.name}".encode())])


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
            call = _last_call(code.calls, check.exercise)
            transcript.entries.append(Entry(name, freeze_plain(value, _opaque), tuple(second_values), call))
    except StudentError as error:
        transcript.error = error
    except Exception as error:  # the check choked on what it was given
        message = f"{check.exercise} returned something that the check could not use ({error})."
        transcript.error = StudentError(check.exercise, "returns", " ".join(message.split()))
    transcript.called = tuple(dict.fromkeys(call.function for call in code.calls))
    return transcript


def _opaque(part):
    return part if isinstance(part, Remote) else repr(type(part).__name__)


def _last_call(calls, exercise):
    own = [call for call in calls if call.function == exercise]
    return own[-1] if own else calls[-1] if calls else None
