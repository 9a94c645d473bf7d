"""What a grade becomes when the points of an exercise's checks change: the same checks passed, with their new points."""

import math

from lessonkit.engine.check import checks_of
from lessonkit.engine.points import STEP


def worth_at(outcome, points):
    """Return what a check earns if it counts `points`, rounded down to quarters as in grading."""
    return math.floor(points * outcome.worth / outcome.points * STEP) / STEP if outcome.points else 0.0


def revalued(result, earned, was, now):
    """Return what an exercise earns when it counts other points.

    Parameters
    ----------
    result : Result or None
        How it went when it was last graded, if that is known.
    earned : float
        The points in the gradebook.
    was, now : float
        What the exercise counts before and after the change.

    Returns
    -------
    float or None
        By check, if the checks that earned the points are known and are the present ones; else in proportion. None if the
        exercise counted nothing.
    """
    outcomes = result.outcomes if result else ()
    worth = sum(outcome.worth for outcome in outcomes)
    if outcomes and sum(outcome.points for outcome in outcomes) == now:
        return float(worth)  # the points on which it was graded: a release is undone
    points = {check.name: check.points for check in checks_of(result.exercise)} if result else {}
    if worth == earned and points.keys() == {outcome.check for outcome in outcomes} and sum(points.values()) == now:
        return float(sum(worth_at(outcome, points[outcome.check]) for outcome in outcomes))
    return earned * now / was if was else None
