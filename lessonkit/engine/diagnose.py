"""Grades one exercise: runs its checks, compares with the expected values, names the mistake."""

from dataclasses import dataclass, replace
from functools import cache

from lessonkit.catalogue import exercises, lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.compare import difference, fits_own_forward, kinds, same_values
from lessonkit.engine.transcript import run

# Kinds of errors by which something else than the answer keeps a check from seeing it.
KEPT = (
    "missing",
    "NameError",
    "ModuleNotFoundError",
    "ImportError",
    "PermissionError",
    "FileNotFoundError",
    "OSError",
    "EOFError",
    "timeout",
)
FITS = " It does fit the numerical gradient of your own forward pass, so the mistake is in the forward pass."


@dataclass(frozen=True)
class Suspect:
    """A known mistake, and its transcripts.

    Attributes
    ----------
    name, sentence : str
        The mistake, and what the student is told.
    transcripts : dict
        By the name of a check: what the mistake yielded there as ``([(name, value), ...], error message or "")``,
        or None where it is no different from the expected values.
    """

    name: str
    sentence: str
    transcripts: dict


@dataclass(frozen=True)
class Outcome:
    """How one check went.

    `kind` is ``passed``, ``empty``, ``waits`` (for another exercise that is empty), ``mistake`` (named from the bank), ``error`` (it raised), ``undefined`` (it uses
    a name that is not there), ``kept`` (from being seen: the function itself, a module, a file or time is missing) or that of a `lessonkit.engine.compare.Difference`; `mistake` is the name of the mistake when one was recognised.
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


def grade(exercise, host, expected):
    """Run every check of `exercise` on the code behind `host`.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    host : LocalHost
        The code under test.
    expected : Recorded or Live
        The expected values: ``seed``, ``values(check)`` and ``suspects(exercise)``.

    Returns
    -------
    Result
    """
    return Result(exercise, tuple(_Grading(exercise, host, expected).outcomes()))


class _Grading:
    """One grading of one exercise, in which nothing is worked out twice."""

    def __init__(self, exercise, host, expected):
        self.exercise, self.host, self.expected = exercise, host, expected
        self.checks = checks_of(exercise)
        self.transcripts = {check.name: run(check, host, expected.seed) for check in self.checks}
        self.wrong = {check.name: _first_wrong(check, self.transcripts[check.name], expected) for check in self.checks}
        self.failures = {
            check.name: _failure(check, self.transcripts[check.name], self.wrong[check.name], expected)
            for check in self.checks
        }
        self.suspects = expected.suspects(exercise) if any(self.failures.values()) else ()
        self.explains, self.fails = cache(self.explains), cache(self.fails)

    def outcomes(self):
        """An outcome for each check: a failure is given the name of a mistake, or a hint where to look."""
        named = {check.name: self.suspect(check) for check in self.checks if self.is_wrong(check)}
        for check in self.checks:
            failure = self.failures[check.name]
            if failure is None:
                yield Outcome(check.name, check.title, check.points, True)
            elif not self.is_wrong(check):
                yield failure
            elif suspect := named[check.name] or self.same_again(check, named.values()):
                yield replace(failure, kind="mistake", sentence=suspect.sentence, mistake=suspect.name)
            else:
                yield replace(failure, sentence=failure.sentence + self.hint(check))

    def is_wrong(self, check):
        """Whether the check fails, and not for want of code."""
        failure = self.failures[check.name]
        return failure is not None and failure.kind not in ("empty", "waits")

    def suspect(self, check):
        """The one known mistake that explains why `check` fails, or None.

        It must have yielded what the student's code yields here. Where several did, the one that explains the
        other checks best is named; where that is still several with different sentences, none is.
        """
        numbers = range(len(self.suspects))
        likely = [i for i in numbers if self.suspects[i].transcripts.get(check.name) and self.explains(i, check)]
        scores = [sum(self.explains(i, other) for other in self.checks) for i in likely]
        best = [self.suspects[i] for i, score in zip(likely, scores) if score == max(scores)]
        return best[0] if len({suspect.sentence for suspect in best}) == 1 else None

    def explains(self, number, check):
        """Whether a suspect, by its number, yields at `check` what the student's code yields."""
        transcript = self.suspects[number].transcripts.get(check.name)
        if transcript is None:
            return self.failures[check.name] is None
        return _agrees(self.transcripts[check.name], transcript, check.rtol)

    def same_again(self, check, named):
        """A mistake already named at another check, when it explains the first wrong value of this one as well.

        So a second cause further on (a forward pass that is wrong too) does not hide the first.
        """
        if self.wrong[check.name] is None:
            return None
        entry, name, _ = self.wrong[check.name]
        for suspect in filter(None, named):
            transcript = suspect.transcripts.get(check.name)
            if transcript and same_values(entry.value, dict(transcript[0]).get(name), check.rtol):
                return suspect
        return None

    def hint(self, check):
        """Where to look first, when the check also uses another exercise of the lesson that fails itself.

        A class uses the exercises before it without the check seeing their calls.
        """
        names = [exercise.name for exercise in lesson(exercises()[self.exercise].lesson).exercises]
        before = names[: names.index(self.exercise)] if exercises()[self.exercise].is_class else []
        used = {*self.transcripts[check.name].called, *before} - {self.exercise}
        for name in names:
            if name in used and self.fails(name):
                return f" This check also uses your {name}, which does not pass its own checks yet: look there first."
        return ""

    def fails(self, name):
        """Whether another exercise of the lesson fails one of its own checks."""
        return any(_fails(check, self.host, self.expected) for check in checks_of(name))


def _fails(check, host, expected):
    transcript = run(check, host, expected.seed)
    return _failure(check, transcript, _first_wrong(check, transcript, expected), expected) is not None


def _first_wrong(check, transcript, expected):
    """The first entry that differs from the expected value, that one's name, and the difference; None where all agree."""
    for entry, (name, value) in zip(transcript.entries, expected.values(check)):
        if differs := difference(entry, value, check.rtol):
            return entry, name, differs
    return None


def _failure(check, transcript, wrong, expected):
    """Why the check fails, or None."""

    def failed(kind, sentence, example=""):
        return Outcome(check.name, check.title, check.points, False, kind, sentence, example)

    if wrong:
        entry, _, differs = wrong
        return failed(differs.kind, differs.sentence + FITS * fits_own_forward(entry), differs.example)
    error = transcript.error
    if error is None:
        complete = len(transcript.entries) == len(expected.values(check))
        return None if complete else failed("error", "The check came to no end.")
    if error.kind == "empty" and error.function != check.exercise and error.function in exercises():
        return failed("waits", f"This check also uses {error.function}, which is still empty: write that one first.")
    if error.kind == "empty":
        return failed("empty", f"This check needs {error.function}, which is still empty.")
    kind = "undefined" if error.kind == "NameError" else "kept" if error.kind in KEPT else "error"
    return failed(kind, error.message, error.where)


def _agrees(transcript, suspected, rtol):
    """Whether a transcript is what a mistake yielded, to its end."""
    values, message = suspected
    error = transcript.error.message if transcript.error else ""
    if error != message or [entry.name for entry in transcript.entries] != [name for name, _ in values]:
        return False
    return all(
        same_values(entry.value, value, rtol) and kinds(entry.value) == kinds(value)
        for entry, (_, value) in zip(transcript.entries, values)
    )
