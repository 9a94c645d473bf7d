"""What a grade becomes when the points of an exercise's checks change: the same checks passed, with their new points."""

import math

from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of
from lessonkit.engine.points import STEP


def points_of_checks(form_points):
    """Return the points of each check by exercise, for the exercises whose checks add up to what their cells count.

    Parameters
    ----------
    form_points : dict of str to float
        By cell.
    """
    found = {}
    for cell, counts in form_points.items():
        exercise = cell.removeprefix("check_")
        points = {check.name: check.points for check in checks_of(exercise)} if exercise in exercises() else {}
        if points and sum(points.values()) == counts:
            found[exercise] = points
    return found


def worth_at(outcome, points):
    """Return what a check earns if it counts `points`, rounded down to quarters as in grading."""
    if not outcome.points:
        return points if outcome.passed else 0.0
    return math.floor(points * outcome.worth / outcome.points * STEP) / STEP


def revalued(result, earned, was, now, before=None, after=None):
    """Return what an exercise earns when it counts other points.

    Parameters
    ----------
    result : Result or None
        How it went when it was last graded, if that is known.
    earned : float
        The points in the gradebook.
    was, now : float
        What the exercise counts before and after the change.
    before, after : dict of str to float, optional
        The points of its checks before and after the change, if they are known.

    Returns
    -------
    float or None
        By check, if the checks that earned the points are known and are those of the other release; else in proportion. None if
        the exercise counted nothing.
    """
    outcomes = result.outcomes if result else ()
    graded = {outcome.check: outcome.points for outcome in outcomes}
    undone = not before and sum(graded.values()) == now  # a release that an older version of the course made
    if outcomes and (undone or earned in [_sum_at(outcomes, points) for points in (before, graded) if points]):
        for points in (after, graded):
            if points and sum(points.values()) == now and points.keys() == graded.keys():
                return _sum_at(outcomes, points)
    return _whole_quarters(earned * now / was) if was else None


def _sum_at(outcomes, points):
    """Return what outcomes earn together at these points of checks; None if they are of other checks."""
    if points.keys() != {outcome.check for outcome in outcomes}:
        return None
    return float(sum(worth_at(outcome, points[outcome.check]) for outcome in outcomes))


def _whole_quarters(points):
    """Return points without a rounding error, so that undoing a change in proportion gives the same number again."""
    quarters = round(points * STEP) / STEP
    return quarters if math.isclose(points, quarters, rel_tol=1e-12) else points
