"""Grades one exercise: runs its checks, compares with the truth, names the mistake."""

from dataclasses import dataclass, replace

from lessonkit.catalogue import exercises, lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.compare import difference, fits_own_forward, kinds, same_values
from lessonkit.engine.transcript import run

FITS = " It does fit the numerical gradient of your own forward pass, so the mistake is in the forward pass."


@dataclass(frozen=True)
class Suspect:
    """What a known mistake yields.

    Attributes
    ----------
    name, sentence : str
        The mistake, and what the student is told.
    transcripts : dict
        By the name of a check: what the mistake yielded there as ``([(name, value), ...], error message or "")``,
        or None where it is no different from the truth.
    """

    name: str
    sentence: str
    transcripts: dict


@dataclass(frozen=True)
class Outcome:
    """How one check went.

    `kind` is ``passed``, ``empty``, ``waits`` (for another exercise that is empty), ``mistake`` (named from the bank), ``error`` (it raised) or that of a
    `lessonkit.engine.compare.Difference`; `mistake` is the name of the mistake when one was recognised.
    """

    check: str
    title: str
    points: float
    passed: bool
    kind: str = "passed"
    sentence: str = ""
    example: str = ""
    mistake: str = ""


@dataclass(frozen=True)
class Result:
    """How one exercise went: an outcome for each check."""

    exercise: str
    outcomes: tuple[Outcome, ...]

    @property
    def points(self):
        return sum(outcome.points for outcome in self.outcomes if outcome.passed)

    @property
    def max_points(self):
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def passed(self):
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def empty(self):
        kinds = {outcome.kind for outcome in self.outcomes}
        return "empty" in kinds and kinds <= {"empty", "waits"}


def grade(exercise, host, truth):
    """Run every check of `exercise` on the code behind `host`.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    host : LocalHost
        The code under test.
    truth : Recorded or Live
        ``seed``, ``values(check)`` and ``suspects(exercise)``.

    Returns
    -------
    Result
    """
    checks = checks_of(exercise)
    transcripts = {check.name: run(check, host, truth.seed) for check in checks}
    failures = {check.name: _failure(check, transcripts[check.name], truth) for check in checks}
    suspects = truth.suspects(exercise) if any(failures.values()) else ()
    named = {
        check.name: _suspect(check, checks, transcripts, failures, suspects)
        for check in checks
        if failures[check.name] and failures[check.name].kind not in ("empty", "waits")
    }
    outcomes = []
    for check in checks:
        failure, transcript = failures[check.name], transcripts[check.name]
        if failure is None:
            outcomes.append(Outcome(check.name, check.title, check.points, True))
        elif failure.kind in ("empty", "waits"):
            outcomes.append(failure)
        elif suspect := named[check.name] or _same_again(check, transcript, truth, named.values()):
            outcomes.append(replace(failure, kind="mistake", sentence=suspect.sentence, mistake=suspect.name))
        else:
            hint = _hint(exercise, transcript, host, truth)
            outcomes.append(replace(failure, sentence=failure.sentence + hint))
    return Result(exercise, tuple(outcomes))


def _failure(check, transcript, truth):
    """Why the check fails, or None."""

    def failed(kind, sentence, example=""):
        return Outcome(check.name, check.title, check.points, False, kind, sentence, example)

    expected = truth.values(check)
    for entry, (_, value) in zip(transcript.entries, expected):
        found = difference(entry, value, check.rtol)
        if found:
            return failed(found.kind, found.sentence + FITS * fits_own_forward(entry), found.example)
    error = transcript.error
    if error is None:
        return None if len(transcript.entries) == len(expected) else failed("error", "The check came to no end.")
    if error.kind == "empty" and error.function != check.exercise and error.function in exercises():
        return failed("waits", f"This check also uses {error.function}, which is still empty: write that one first.")
    if error.kind == "empty":
        return failed("empty", f"This check needs {error.function}, which is still empty.")
    return failed("error", error.message, error.where)


def _suspect(check, checks, transcripts, failures, suspects):
    """The one known mistake that explains why `check` fails, or None.

    It must have yielded what the student's code yields here. Where several did, the one that explains the
    other checks best is named; where that is still several with different sentences, none is.
    """

    def explains(suspect, other):
        recorded = suspect.transcripts.get(other.name)
        if recorded is None:
            return failures[other.name] is None
        return _agrees(transcripts[other.name], recorded, other.rtol)

    likely = [s for s in suspects if s.transcripts.get(check.name) is not None and explains(s, check)]
    scores = [sum(explains(suspect, other) for other in checks) for suspect in likely]
    best = [suspect for suspect, score in zip(likely, scores) if score == max(scores)]
    return best[0] if len({suspect.sentence for suspect in best}) == 1 else None


def _agrees(transcript, recorded, rtol):
    """Whether a transcript is what a mistake yielded, to its end."""
    values, message = recorded
    said = transcript.error.message if transcript.error else ""
    if said != message or [entry.name for entry in transcript.entries] != [name for name, _ in values]:
        return False
    return all(
        same_values(entry.value, value, rtol) and kinds(entry.value) == kinds(value)
        for entry, (_, value) in zip(transcript.entries, values)
    )


def _same_again(check, transcript, truth, named):
    """A mistake already named at another check, when it explains the first wrong value of this one as well.

    So a second cause further on (a forward pass that is wrong too) does not hide the first.
    """
    for entry, (name, value) in zip(transcript.entries, truth.values(check)):
        if difference(entry, value, check.rtol):
            for suspect in filter(None, named):
                recorded = suspect.transcripts.get(check.name)
                if recorded and same_values(entry.value, dict(recorded[0]).get(name), check.rtol):
                    return suspect
            return None
    return None


def _hint(exercise, transcript, host, truth):
    """Where to look first, when the check also uses another exercise of the lesson that fails itself.

    A class uses the exercises before it without the check seeing their calls.
    """
    own = [each.name for each in lesson(exercises()[exercise].lesson).exercises]
    before = own[: own.index(exercise)] if exercises()[exercise].is_class else []
    for name in own:
        if name == exercise or name not in {*transcript.called, *before}:
            continue
        if any(_failure(check, run(check, host, truth.seed), truth) for check in checks_of(name)):
            return f" This check also uses your {name}, which does not pass its own checks yet: look there first."
    return ""
