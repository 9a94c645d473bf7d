"""Grade one exercise: run its checks, compare with the expected values, name the mistake."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of, examples_of
from lessonkit.engine.compare import difference, fits_own_forward, same_values
from lessonkit.engine.evidence import Evidence
from lessonkit.engine.near import Wrong, fingerprint_of, first_wrong, what_they_are
from lessonkit.engine.points import FULL, PARTLY, UNSEEN, scores
from lessonkit.engine.together import ORDER, others_right, told_by_others
from lessonkit.engine.transcript import Entry, result_of, run
from lessonkit.engine.values import counted, listed

# Kinds of errors where something other than the answer keeps a check from seeing it.
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
NUMBERS = {
    "value",
    "axis",
    "factor",
    "offset",
    "sign",
    "transposed",
    "misplaced",
}  # kinds of differences of numbers alone
UNSEEN_YET = "This check counts once a value is right: first fix what the other checks report."
WITHOUT = "This check leaves out {}: see the other checks."
WAITS = (
    "Waiting: your {} does not pass yet. When your notebook is graded, this check runs with a correct one in its place."
)
FITS = " Your gradient matches the numerical gradient of your own forward pass, so the mistake is in the forward pass."


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
    alone : bool
        Whether the sentence also says what is right: then students read it only where nothing else is wrong.
    """

    name: str
    sentence: str
    transcripts: dict
    alone: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one check went.

    `kind` is ``passed``, ``empty``, ``waits`` (for another exercise that is empty), ``depends`` (on another one that does not pass), ``mistake`` (named from the bank), ``error`` (it raised), ``undefined`` (it uses
    a name that is not there), ``kept`` (from being seen: the function itself, a module, a file or time is missing) or that of a `lessonkit.engine.compare.Difference`; `mistake` is the name of the mistake when one was recognized.
    ``unseen`` is a check of a property that no right value shows. `earned` is set where it is neither all of its points nor none.
    """

    check: str
    title: str
    points: float
    passed: bool
    kind: str = "passed"
    sentence: str = ""
    example: str = ""
    mistake: str = ""
    earned: float | None = None

    @property
    def worth(self):
        """The points that it earns."""
        return (self.points if self.passed else 0) if self.earned is None else self.earned


@dataclass(frozen=True)
class Result:
    """How one exercise went: an outcome for each check; `lent` are the exercises that a correct one replaced."""

    exercise: str
    outcomes: tuple[Outcome, ...]
    lent: tuple[str, ...] = ()

    @classmethod
    def from_record(cls, record):
        """The result from a record that `dataclasses.asdict` made; what an older record lacks has its default.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it is not such a record.
        """
        known = {field.name for field in fields(Outcome)}
        outcomes = ({name: row[name] for name in row.keys() & known} for row in record["outcomes"])
        return cls(record["exercise"], tuple(Outcome(**row) for row in outcomes), tuple(record.get("lent", ())))

    @property
    def points(self):
        return sum(outcome.worth for outcome in self.outcomes)

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


def grade(exercise, host, expected, seen=None):
    """Run every check of `exercise` on the code behind `host`.

    Parameters
    ----------
    exercise : str
        The exercise's name.
    host : LocalHost
        The code under test.
    expected : Recorded or Live
        The expected values: ``seed``, ``values(check)`` and ``suspects(exercise)``.
    seen : dict, optional
        Gets the `Transcript` of each check, by the check's name.

    Returns
    -------
    Result
    """
    grading = _Grading(exercise, host, expected)
    if seen is not None:
        seen.update(grading.transcripts)
    return Result(exercise, tuple(grading.outcomes()))


class _Grading:
    """One grading of one exercise, in which nothing is computed twice."""

    def __init__(self, exercise, host, expected):
        self.exercise, self.host, self.expected = exercise, host, expected
        self.checks = checks_of(exercise)
        self.transcripts = {check.name: run(check, host, expected.seed) for check in self.checks}
        self.wrong = _with_confirmed_lengths(
            {check.name: _first_wrong(check, self.transcripts[check.name], expected) for check in self.checks}
        )
        self.failures = {
            check.name: _failure(check, self.transcripts[check.name], self.wrong[check.name], expected)
            for check in self.checks
        }
        self.suspects = expected.suspects(exercise) if any(map(self.is_wrong, self.checks)) else ()
        self.evidence = {i: evidence for i, s in enumerate(self.suspects) if (evidence := self.fits(s))}
        self.words = self.what_they_are()
        self.passing = {}  # whether other exercises pass, by name

    def outcomes(self):
        """An outcome for each check: a failure is given the name of a mistake, or a hint where to look."""
        values = {check.name: self.expected.values(check) for check in self.checks}
        earned = scores(self.exercise, self.checks, self.transcripts, values)
        for check in self.checks:
            yield self.outcome(check, earned[check.name])

    def outcome(self, check, score):
        failure = self.failures[check.name]
        if score.state == FULL:
            without = WITHOUT.format(listed(score.wrong)) if score.wrong else ""
            return Outcome(check.name, check.title, check.points, True, sentence=without)
        if failure is not None and failure.kind in ("empty", "waits", "kept", "undefined"):
            return failure
        if score.state == UNSEEN and not (
            failure and failure.kind == "misplaced"
        ):  # a misplaced value tells more than the other checks
            return Outcome(check.name, check.title, check.points, False, "unseen", UNSEEN_YET)
        if suspect := self.suspect(check):
            example = self.smallest(check, suspect) or failure.example
            told = replace(failure, kind="mistake", sentence=suspect.sentence, example=example, mistake=suspect.name)
        elif not self.words.get(check.name) and (others := self.not_passing(check)):
            fits = FITS * failure.sentence.endswith(FITS)
            sentence = WAITS.format(" and ".join(others)) + fits + self.hint(check)
            told = replace(failure, kind="depends", sentence=sentence)
        else:
            sentence = failure.sentence + self.hint(check) + self.order(failure)
            if words := self.words.get(check.name):
                sentence = f"{sentence} You get these values {words}."
            told = replace(failure, sentence=sentence, example=self.smallest(check) or failure.example)
        return replace(told, earned=score.earned) if score.state == PARTLY else told

    def is_wrong(self, check):
        """Whether the check fails although there is code to check."""
        failure = self.failures[check.name]
        return failure is not None and failure.kind not in ("empty", "waits")

    def suspect(self, check):
        """The one known mistake that explains why `check` fails, or None.

        Where several do, the one that explains the most checks to their end is named; if several with different sentences are
        left, none is. If the same result is wrong in another check that no mistake explains, none is named either: the cause
        there may be the cause here.
        """
        likely = [i for i, evidence in self.evidence.items() if check.name in evidence.explained]
        if likely and self.is_unexplained_elsewhere(check):
            return None
        most = max((self.evidence[i].whole for i in likely), default=0)
        best = [self.suspects[i] for i in likely if self.evidence[i].whole == most]
        return best[0] if len({suspect.sentence for suspect in best}) == 1 else None

    def is_unexplained_elsewhere(self, check):
        """Whether the result that is wrong in a check is also wrong in one that no known mistake explains."""
        if not self.wrong[check.name]:
            return False
        result = self.wrong[check.name][0].result
        explained = set().union(*(evidence.explained for evidence in self.evidence.values()))
        return any(
            wrong and name not in explained and (wrong[0].result == result or ORDER in wrong[2].sentence)
            for name, wrong in self.wrong.items()
        )

    def fits(self, suspect):
        """What speaks for a suspect, as `Evidence`; None where something speaks against it, or too little for it.

        It must have yielded the student's value wherever it is wrong itself: at each check, not only where that helps.
        """
        evidence = Evidence()
        for check in self.checks:
            yielded, transcript = suspect.transcripts.get(check.name), self.transcripts[check.name]
            if yielded is None:
                evidence.whole += self.failures[check.name] is None
            elif not evidence.add(check, transcript, yielded, self.expected.values(check)):
                return None
        if suspect.alone and evidence.whole < len(self.checks):
            return None
        return evidence if evidence.is_enough else None

    def order(self, failure):
        """Say that the results are in another order, if a check that compares several of them has shown it."""
        sentences = [
            other.sentence for other in self.failures.values() if other is not None and ORDER in other.sentence
        ]
        return f" {sentences[0]}" if sentences and ORDER not in failure.sentence else ""

    def what_they_are(self):
        """What the first wrong values are, by the name of a check: the results of a small change to the formula."""
        wrong = {}
        for check in filter(self.is_wrong, self.checks):
            transcript, values = self.transcripts[check.name], self.expected.values(check)
            seen = fingerprint_of(transcript, values, check.rtol)
            if not seen or seen.place < 0:
                wrong[check.name] = None
                continue
            name, value = values[seen.place]
            entry = transcript.entries[seen.place]
            wrong[check.name] = Wrong(result_of(name), entry.value, value, check.rtol, seen)
        return what_they_are(wrong, self.expected.changes(self.exercise)) if any(wrong.values()) else {}

    def not_passing(self, check):
        """The other exercises of the lesson that a check uses, and that do not pass themselves."""
        lesson = {known.name for known in exercises().values() if known.lesson == exercises()[self.exercise].lesson}
        others = [name for name in self.transcripts[check.name].called if name in lesson - {self.exercise}]
        return [name for name in others if not self.passes(name)]

    def passes(self, name):
        """Whether another exercise passes: its checks run until one of them fails."""
        if name not in self.passing:
            self.passing[name] = not any(self.fails(check) for check in checks_of(name))
        return self.passing[name]

    def fails(self, check):
        transcript = run(check, self.host, self.expected.seed)
        return _failure(check, transcript, _first_wrong(check, transcript, self.expected), self.expected) is not None

    @cached_property
    def examples(self):
        """The small examples in which a value is wrong: ``(example, place, entry, difference)``."""
        found = []
        for example in examples_of(self.exercise):
            transcript, values = run(example, self.host, self.expected.seed), self.expected.values(example)
            place = first_wrong(transcript, values, example.rtol)
            if place is not None:
                entry = transcript.entries[place]
                found.append((example, place, entry, difference(entry, values[place][1], example.rtol)))
        return found

    def smallest(self, check, suspect=None):
        """The worked entry of the smallest example in which the same result is wrong for the same cause, or ""."""
        if not self.wrong[check.name]:
            return ""
        wrong, _, differs = self.wrong[check.name]
        for example, place, entry, small in self.examples:
            yielded = suspect.transcripts[example.name] if suspect else None
            if suspect:
                same = (
                    yielded and place < len(yielded[0]) and same_values(entry.value, yielded[0][place][1], example.rtol)
                )
            else:
                same = small.kind == differs.kind or {small.kind, differs.kind} <= NUMBERS
            if same and small.example and entry.result == wrong.result:
                return small.example
        return ""

    def hint(self, check):
        """Where to look first, if another exercise has given a wrong result in this very check: its result, and for which input.

        This is proved only where its inputs are right: where they are those of the expected calls.
        """
        for helper, right in zip(self.transcripts[check.name].helpers, self.expected.helpers(check)):
            if helper.function != right.function or not np.allclose(helper.inputs, right.inputs, rtol=1e-6, atol=1e-9):
                return ""
            returns = exercises()[helper.function].returns
            results = (helper.result, right.result) if len(returns) > 1 else ((helper.result,), (right.result,))
            for name, given, wanted in zip(returns, *results):
                if differs := difference(Entry(f"{name} of {helper.function}", given), wanted, check.rtol):
                    return f" This check also uses your {helper.function}, which is not right here: look there first. {differs.line}"
        return ""


def _with_confirmed_lengths(wrong):
    """First wrong values that compare a factor with the length of an axis only if it has followed that length twice."""
    factors = {first[2].factor for first in wrong.values() if first and first[2].lengths}
    if len(factors) != 1:
        return wrong
    return {name: first and (*first[:2], first[2].without_lengths) for name, first in wrong.items()}


def _first_wrong(check, transcript, expected):
    """The first entry that differs from the expected value, the expected name, and the difference; None where all agree."""
    entries, values = transcript.entries, expected.values(check)
    place = first_wrong(transcript, values, check.rtol)
    if place is None:
        return None
    name, value = values[place]
    differs = difference(entries[place], value, check.rtol)
    if told := told_by_others(check, entries, values, place):
        differs = replace(differs, kind="misplaced", sentence=told)
    elif differs.kind == "shape":
        differs = replace(differs, sentence=differs.sentence + others_right(check, entries, values, place))
    return entries[place], name, differs


def _failure(check, transcript, wrong, expected):
    """Why the check fails, or None."""

    def failed(kind, sentence, example=""):
        return Outcome(check.name, check.title, check.points, False, kind, sentence, example)

    if wrong:
        entry, _, differs = wrong
        return failed(differs.kind, differs.sentence + FITS * fits_own_forward(entry), differs.example)
    error = transcript.error
    if error is None:
        seen, wanted = len(transcript.entries), len(expected.values(check))
        said = f"The check stopped early: it saw {counted(seen, 'value')}, expected {wanted}."
        return None if seen == wanted else failed("error", said)
    if error.kind == "empty" and error.function != check.exercise and error.function in exercises():
        return failed("waits", f"This check also uses {error.function}, which is still empty: write that one first.")
    if error.kind == "empty":
        return failed("empty", f"This check needs {error.function}, which is still empty.")
    kind = "undefined" if error.kind == "NameError" else "kept" if error.kind in KEPT else "error"
    return failed(kind, error.words, error.where)
