"""Measures one exercise; each function returns the numbers for one part of the scorecard."""

import contextlib
import copy
import inspect
import io
import warnings

import numpy as np

from autograder import bank
from autograder.bank.expected import Live
from autograder.bank.mutants import mutants as mutants_of
from autograder.course import COURSE
from lessonkit import definitions
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import run
from lessonkit.engine.values import is_number, parts
from tools.scorecard import combine, float32
from tools.scorecard import sentences as told
from tools.scorecard.hosts import OtherwiseHost, StrictHost, reference, reference_names

TRIVIAL = (np.zeros_like, np.ones_like, lambda array: np.full_like(array, 0.5))
PLAIN = (tuple, list, dict, np.ndarray, int, float, np.number)
SHOWN = 5  # failures whose sentences are saved; all failures are counted


@contextlib.contextmanager
def unforgiving():
    """Turn every warning into an error, and discard printed text."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        yield


@contextlib.contextmanager
def quiet():
    """Discard the warnings and the printed text of the code under test, as in a student's notebook."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield


def transcripts(exercise, seed):
    """Return the reference's transcript for each check."""
    return [(check, run(check, reference(), seed)) for check in checks_of(exercise)]


def passing(namespace, seed, all_expected):
    """Return the names of the checks that some code passes."""
    return {check.name for check, expected in all_expected if accepted(check, StrictHost(namespace), seed, expected)}


def accepted(check, host, seed, expected):
    """Whether a check passes on the code behind `host`, given the reference's transcript."""
    transcript = run(check, host, seed)
    return (
        transcript.error is None
        and len(transcript.entries) == len(expected.entries)
        and all(
            same_values(ours.value, true.value, check.rtol) for ours, true in zip(transcript.entries, expected.entries)
        )
    )


def not_finite(transcript):
    """Return the names of the yielded values that contain NaN or infinity."""
    return [
        entry.name
        for entry in transcript.entries
        for _, leaf in parts(entry.value)
        if is_number(leaf) and not np.all(np.isfinite(leaf))
    ]


def flakiness(exercise, seeds):
    """Run each check on the reference, and on the reference written differently (`OtherwiseHost`).

    A check fails if it does not run to its end, gives a warning, has an expected value that is not finite, or refuses the
    reference written differently. (The reference always agrees with itself, which proves nothing.)
    """
    failures = []
    for seed in seeds:
        for check in checks_of(exercise):
            with unforgiving():
                expected = run(check, reference(), seed)
                if expected.error:
                    failures.append(f"{check.name} on seed {seed}: {expected.error}")
                elif names := not_finite(expected):
                    failures.append(f"{check.name} on seed {seed}: not finite: {', '.join(names)}")
                elif not accepted(check, reference(OtherwiseHost), seed, expected):
                    failures.append(f"{check.name} on seed {seed}: refuses a right answer written otherwise")
    return {"checks": len(checks_of(exercise)), "failures": len(failures), "first": failures[:SHOWN]}


def mistakes(exercise, seeds):
    """Count the known mistakes, and list those that are missed, not always named, or named as another mistake.

    Each is graded as it is in the bank, and as if written differently (`OtherwiseHost`). It is named correctly if the student
    reads the mistake's own sentence, and wrongly if the student reads another mistake's.
    """
    missed, nameless, misnamed = set(), set(), set()
    bank_of = bank.mistakes_of(exercise)
    with quiet():
        for seed in seeds:
            expected = Live(seed)
            for mistake in bank_of:
                for kind in (StrictHost, OtherwiseHost):
                    outcomes = grade(exercise, kind(mistake.namespace()), expected).outcomes
                    failures = [o for o in outcomes if not o.passed and o.kind != "unseen"]
                    names = {outcome.sentence if outcome.mistake else "" for outcome in failures}
                    missed |= {mistake.name} if not names else set()
                    nameless |= {mistake.name} if "" in names else set()
                    misnamed |= {mistake.name} if names - {"", mistake.sentence} else set()
    failures = {"missed": sorted(missed), "nameless": sorted(nameless), "misnamed": sorted(misnamed)}
    return {"number": len(bank_of), **failures}


def variants(exercise, seeds):
    """Count correct answers in other styles, including the reference in float32, and list those refused on some seed."""
    refused = {}
    with quiet():
        namespaces = {variant.name: variant.namespace() for variant in bank.variants_of(exercise)}
        if float32.is_enough(exercise):
            namespaces[float32.NAME] = float32.names()
        for seed in seeds:
            all_expected = transcripts(exercise, seed)
            for name, namespace in namespaces.items():
                if len(passing(namespace, seed, all_expected)) < len(all_expected):
                    refused.setdefault(name, []).append(seed)
    return {"number": len(namespaces), "refused": {name: where[:SHOWN] for name, where in refused.items()}}


def mutants(exercise, seeds, step=1, start=0):
    """Count mechanical mutants of the reference, and list those that are not refused on every seed.

    With `step`, only every `step`-th mutant is used.
    """
    chosen = mutants_of(exercise)[start::step]
    survivors = {}
    with quiet():
        all_expected = [(seed, transcripts(exercise, seed)) for seed in seeds]
        for mutant in chosen:
            caught = sum(_is_caught(mutant, seed, expected) for seed, expected in all_expected)
            if caught < len(all_expected):
                survivors[mutant.change] = caught
    return {"number": len(chosen), "survivors": survivors}


def _is_caught(mutant, seed, all_expected):
    try:
        code = mutant.build()
    except Exception:  # a default value or a class body may fail to run
        return True
    host = reference(StrictHost, **{mutant.exercise: code})
    return any(not accepted(check, host, seed, expected) for check, expected in all_expected)


def combinations(exercise, seeds):
    """Test that two mistakes at once earn the points of the checks that neither fails, and a correct function its own.

    Returns
    -------
    dict
        ``pairs``: pairs of mistakes in the exercise, and ``unequal``, those that earn different points.
        ``neighbours``: mistakes in the lesson's other exercises that this one does not use, and ``robbed``, those beside
        which the correct answer loses points.
    """
    pairs, unequal, neighbours, robbed = 0, [], 0, []
    with quiet():
        for seed in seeds:
            all_expected = transcripts(exercise, seed)
            for name, one, other, both in combine.pairs(exercise, seed):
                pairs += 1
                alone = [passing(reference_names(**{exercise: code}), seed, all_expected) for code in (one, other)]
                if passing(reference_names(**{exercise: both}), seed, all_expected) != alone[0] & alone[1]:
                    unequal.append(name)
            for name, namespace in combine.neighbours(exercise, seed):
                neighbours += 1
                if len(passing(namespace, seed, all_expected)) < len(all_expected):
                    robbed.append(name)
    return {"pairs": pairs, "unequal": unequal, "neighbours": neighbours, "robbed": robbed}


def sentences(exercise, seeds):
    """Measure what students are told about mutants, and about a correct answer beside a wrong one."""
    with quiet():
        return {**told.of_mutants(exercise), **told.of_neighbours(exercise)}


class _Nameless(Live):
    """The expected values without the mistakes, so that no points depend on naming one, and without the changes, which only say more."""

    def find_suspects(self, exercise):
        return []

    def find_changes(self, exercise):
        return []


def empty(exercise, seeds):
    """Return the most points that the released notebook, None, zeros, ones, halves or an unchanged input earns."""
    lesson = find_lesson(find_exercise(exercise).lesson)
    path, names = COURSE / "lessons" / lesson.name / f"{lesson.name}.ipynb", [own.name for own in lesson.exercises]
    released = definitions.definitions(path, names).namespace
    with quiet():
        answers = [released[exercise], _returning_none(released[exercise])]
        if not inspect.isclass(released[exercise]):
            answers += [_trivial(exercise, change) for change in TRIVIAL] + [_handing_back(exercise)]
        earned = [
            grade(exercise, LocalHost({**released, exercise: answer}), expected).points
            for expected in map(_Nameless, seeds)
            for answer in answers
        ]
    return {"points": max(earned)}


def slips(exercise, seeds):
    """Make one result wrong and leave the others correct: count these slips, and list those that cost too many points."""
    results = [name for name in find_exercise(exercise).returns if name != "cache"]
    results = [
        name for name in results if name not in find_exercise(exercise).arguments
    ]  # a returned argument has no share of the points
    found = {"number": 0, "dear": []}
    if find_exercise(exercise).is_class or len(results) < 2:
        return found
    with quiet():
        for seed in seeds:
            for name in results:
                wrong = _with_a_slip(exercise, find_exercise(exercise).returns.index(name))
                result = grade(exercise, LocalHost({**reference_names(), exercise: wrong}), _Nameless(seed))
                cost = result.max_points - result.points
                found["number"] += 1
                if not 0 < cost <= result.max_points / len(results) + 1:
                    found["dear"].append(f"{name} ({cost:g} of {result.max_points:g})")
    return found


def _with_a_slip(exercise, place):
    """Return the correct answer with one wrong result."""
    right = reference_names()[exercise]

    def changed(value):
        if isinstance(value, dict):
            return {key: changed(part) for key, part in value.items()}
        return 1.5 * value + 0.25 if isinstance(value, (np.ndarray, float, np.floating)) else value

    def answer(*args, **kwargs):
        results = right(*args, **kwargs)
        return tuple(changed(copy.deepcopy(part)) if i == place else part for i, part in enumerate(results))

    return answer


def _trivial(exercise, change):
    """Return an answer of the correct form without any knowledge: all its numbers are the same."""
    right = reference_names()[exercise]

    def changed(value):
        if isinstance(value, (tuple, list)):
            return type(value)(map(changed, value))
        if isinstance(value, dict):
            return {key: changed(part) for key, part in value.items()}
        if isinstance(value, np.ndarray):
            return change(value.astype(float))
        return float(change(np.array(0.0))) if isinstance(value, (int, float, np.number)) else value

    def answer(*args, **kwargs):
        result = right(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        if inspect.isgenerator(result):
            return (changed(part) for part in result)
        return changed(result) if isinstance(result, PLAIN) else None

    return answer


def _handing_back(exercise):
    """Return an answer that returns its arguments."""
    names = find_exercise(exercise).returns

    def answer(*args, **kwargs):
        given = [*args, *args[-1:] * len(names)]
        return given[0] if len(names) == 1 else tuple(given[: len(names)])

    return answer


def _returning_none(code):
    """Return an empty exercise whose functions return None instead of saying that they are empty."""
    if not inspect.isclass(code):
        return lambda *args, **kwargs: None
    own = {name: _returning_none(value) for name, value in vars(code).items() if inspect.isfunction(value)}
    return type(code.__name__, code.__bases__, own)
