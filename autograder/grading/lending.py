"""Grades an exercise on its own merit: correct ones replace the exercises that it uses and that do not pass."""

from dataclasses import replace
from functools import cache

from autograder import bank
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.host import LocalHost, Token
from lessonkit.engine.proxy import Code, Remote
from lessonkit.engine.transcript import VISIBLE_SEED, run


@cache
def used_by(exercise):
    """Return the other exercises of its lesson that an exercise's checks call, or that they say it builds on.

    The checks are run to find out, once in a process, since those of lesson 10 train a network.
    """
    lesson = {other.name for other in find_lesson(find_exercise(exercise).lesson).exercises if not other.is_class}
    host = LocalHost(bank.reference_names())
    called = {name for check in checks_of(exercise) for name in run(check, host, VISIBLE_SEED).called}
    return sorted(called & lesson - {exercise})


def grade_with_right_ones(results, living, grade_one):
    """Grade again each failing exercise that uses another failing one, with a correct one in place of the other.

    Call this after every exercise has been graded, so that a lent exercise cannot pass its own checks.

    Parameters
    ----------
    results : dict of str to Result
        By exercise.
    living : callable
        Returns the notebook's `Session`, or a fresh one if that has ended.
    grade_one : callable
        ``grade_one(exercise, session)`` returns a `Result`.

    Yields
    ------
    Result
        The result to keep: the better one, or the first one with a sentence about the second attempt.
    """
    failing = {name for name, result in results.items() if not result.passed}
    if len(failing) == 1 and not any(_waits(results[name]) for name in failing):
        return  # the only failing exercise uses no other failing one
    for exercise in [name for name in results if name in failing and not results[name].empty]:
        others = [name for name in used_by(exercise) if name in failing or name not in results]
        if not others:
            continue
        session, result = living(), None
        if session.alive:
            result = _with_right_ones(exercise, others, session, grade_one)
        if result and result.points > results[exercise].points:
            yield _waiting_no_more(replace(result, lent=tuple(others)), others, session.alive)
        else:
            yield _waiting_no_more(results[exercise], others, session.alive)


def _with_right_ones(exercise, others, session, grade_one):
    session.start_exercise()
    for name in others:
        session.lend(name, lendable(bank.reference_names()[name], session))
    try:
        return grade_one(exercise, session)
    finally:
        for name in others if session.alive else ():
            session.lend(name, None)


def _waits(result):
    return any(outcome.kind == "depends" for outcome in result.outcomes)


def _waiting_no_more(result, others, tried):
    """Return a result in which no check says that it waits: the second attempt is over, whether it has helped or not."""
    has_cache = any("cache" in find_exercise(name).returns for name in others)
    does, right, place = (
        ("do", "correct ones", "their place") if len(others) > 1 else ("does", "a correct one", "its place")
    )
    became = (
        f"With {right} in {place}{', whose cache may differ from yours,' * has_cache} this check does not pass either."
        if tried
        else f"The notebook's process ended before this check could be run with {right} in {place}."
    )
    sentence = f"This check uses your {' and '.join(others)}, which {does} not pass. {became}"
    return replace(
        result,
        outcomes=tuple(
            replace(outcome, sentence=sentence, kind="value") if outcome.kind == "depends" else outcome
            for outcome in result.outcomes
        ),
    )


def lendable(function, session):
    """Return a function that the notebook can call; the notebook's own objects stay in its process."""
    code = Code(session)

    def lent(*arguments):
        return function(*(Remote(code, part) if isinstance(part, Token) else part for part in arguments))

    return lent
