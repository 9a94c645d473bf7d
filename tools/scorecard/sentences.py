"""What students are told about code that is not in the bank: mutants of the reference, judged on other seeds."""

import re

from autograder import bank
from autograder.bank.expected import Live
from autograder.bank.mutants import mutants
from autograder.bank.registry import reference_names
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import TRAINS, LocalHost
from lessonkit.engine.near import fingerprint_of
from lessonkit.engine.transcript import VISIBLE_SEED, run

JUDGES = (31, 32)  # seeds on which the sentence must also be true
SECONDS = 3  # for one call of a mutant
NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*")
FEW = 20  # numbers in an example that one can compute in the head, including places and results
IS = "You get these values "
HINT = re.compile(r"This check also uses your (\w+), which is not right")


def of_mutants(exercise):
    """Measure what is told about each mutant that changes a value.

    Returns
    -------
    dict
        ``changing``: how many there are. ``named``, ``put_in_words``, ``pattern`` and ``bare`` (a list): for how many a
        mistake is named, the change is put in words, a pattern is told, or only the wrong entry is told. ``false``: sentences
        that are not true on other seeds. ``small``: how many of the ``shown`` examples are small.
    """
    live, judges = Live(VISIBLE_SEED), [(judge := Live(seed), judge.all_changes(exercise)) for seed in JUDGES]
    found = {
        "changing": 0,
        "named": 0,
        "put_in_words": 0,
        "pattern": 0,
        "bare": [],
        "false": [],
        "shown": 0,
        "small": 0,
    }
    for mutant in () if exercise in TRAINS else mutants(exercise):
        try:
            host = LocalHost({**reference_names(), exercise: mutant.build()}, seconds=SECONDS)
        except Exception:  # a default value or a class body may fail to run
            continue
        failures = [outcome for outcome in grade(exercise, host, live).outcomes if not outcome.passed]
        told = _told(failures)
        if not told:
            continue
        found["changing"] += 1
        if told == "bare":
            found["bare"].append(mutant.change)
        else:
            found[told] += 1
        found["false"] += [f"{mutant.change}: {o.sentence}" for o in failures if not _holds(exercise, o, host, judges)]
        shown = [outcome.example for outcome in failures if "expected" in outcome.example]
        found["shown"] += len(shown)
        found["small"] += sum(len(NUMBER.findall(example)) <= FEW for example in shown)
    return found


def _told(failures):
    """Return the most specific thing that is told about a mutant; "" if it passes or only raises errors."""
    if any(outcome.mistake for outcome in failures):
        return "named"
    if any(IS in outcome.sentence for outcome in failures):
        return "put_in_words"
    kinds = {outcome.kind for outcome in failures} - {"error", "undefined", "kept", "unseen", "depends"}
    return "" if not kinds else "bare" if kinds <= {"value", "axis"} else "pattern"


def _holds(exercise, outcome, host, judges):
    """Whether a failing check's sentence is also true on other seeds; `judges` are pairs of values and changes."""
    check = next(check for check in checks_of(exercise) if check.name == outcome.check)
    for judge, changes in judges:
        seen = _seen(check, host, judge)
        if outcome.mistake:
            mistake = next(m for m in bank.mistakes_of(exercise) if m.name == outcome.mistake)
            if seen is not None and not _alike(seen, _seen(check, LocalHost(mistake.namespace()), judge)):
                return False
        elif IS in outcome.sentence:
            words = outcome.sentence.partition(IS)[2].removesuffix(".")
            said = [change.fingerprints.get(check.name) for change in changes if change.words == words]
            if seen is not None and not any(other is not None and _alike(seen, other) for other in said):
                return False
    return True


def _seen(check, host, judge):
    """Return the fingerprint of a check's first wrong value; None if it passes."""
    return fingerprint_of(run(check, host, judge.seed), judge.values(check), check.rtol)


def _alike(one, other):
    return other is not None and (one.fits(other) or one.place == other.place == -1)


def of_neighbours(exercise):
    """Count the ``hints`` to another exercise that is wrong, and list the ``misled`` ones, to an exercise that is correct."""
    live, hints, misled = Live(VISIBLE_SEED), 0, []
    for other in find_lesson(find_exercise(exercise).lesson).exercises:
        for mistake in bank.mistakes_of(other.name) if other.name != exercise and exercise not in TRAINS else ():
            host = LocalHost(mistake.namespace(), seconds=SECONDS)
            for outcome in grade(exercise, host, live).outcomes:
                if hint := HINT.search(outcome.sentence):
                    hints += 1
                    if hint[1] not in dict(mistake.replaces):
                        misled.append(f"{mistake.name}: {outcome.check} sends to {hint[1]}")
    return {"hints": hints, "misled": misled}
