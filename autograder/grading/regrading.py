"""Regrading is a comparison: what it would change in existing grades, and which checks are the reason."""

import csv
import io
from dataclasses import dataclass, replace
from itertools import groupby

from autograder.course import write_whole
from autograder.grading.revalued import worth_at
from autograder.grading.spreadsheet import text as cell_text
from autograder.grading.submission import noted_fingerprint
from autograder.terminal import printable

SHOWN = 10  # students named in the terminal; the CSV file has all of them
HEADER = ("student_id", "exercise", "check", "points_before", "points_after", "score_before", "score_after")


@dataclass(frozen=True)
class Reason:
    """One check, or a whole exercise if no check is the reason, and what it earned before and earns now.

    None stands for a check that did not exist, or no longer exists.
    """

    exercise: str
    check: str
    before: float | None
    after: float | None

    def __str__(self):
        parts = (
            "new" if self.before is None else f"{self.before:g}",
            "gone" if self.after is None else f"{self.after:g}",
        )
        return f"{self.exercise}{f', {self.check}' if self.check else ''}: {' -> '.join(parts)}"


@dataclass(frozen=True)
class Change:
    """What regrading changes in one student's grade: the points before and after, without a late penalty, and the reasons."""

    student: str
    before: float
    after: float
    reasons: tuple[Reason, ...]


class Noted:
    """The fingerprint that the journal has for a student, compared with the present one.

    A fingerprint has three parts: the code that grades the lesson, the submission, and the files beside it. A fingerprint from an
    older version has a single part, which does not show what has changed.
    """

    def __init__(self, path, now):
        noted = noted_fingerprint(path)
        self.parts, self.now = noted.split(" ") if isinstance(noted, str) and noted else [], now.split(" ")

    @property
    def same_submission(self):
        """Whether there is a grade that, as far as is known, belongs to this same submission."""
        return bool(self.parts) and (len(self.parts) != len(self.now) or self.parts[1] == self.now[1])

    @property
    def unchanged(self):
        """Whether there is nothing to grade."""
        return self.parts[:2] == self.now[:2]

    @property
    def redated(self):
        """The fingerprint to note if only the files beside the submission have changed, else None."""
        if len(self.parts) == len(self.now) and self.parts[1] == self.now[1] and self.parts[2] != self.now[2]:
            return " ".join((*self.parts[:2], self.now[2]))
        return None


def stands(noted, in_gradebook):
    """Return the existing grade: the journal's results, with the gradebook's points.

    The points differ if a release has dropped, restored or revalued exercises since then.

    Parameters
    ----------
    noted : GradedSubmission
        As the journal has it.
    in_gradebook : dict of str to float
        The autograder's points, by cell.

    Returns
    -------
    GradedSubmission
    """
    return replace(noted, points=dict(in_gradebook))


def compare(student, standing, graded, decided=(), more=0.0):
    """Return what recording a regrading would change in an existing grade.

    Parameters
    ----------
    student : str
    standing, graded : GradedSubmission
    decided : collection of str
        The cells that a person graded, or that count in full for everyone; their grades stay.
    more : float
        How much more than the autograder's points the gradebook has, through manual grades and extra credit.

    Returns
    -------
    Change or None
    """
    before, after = ({c: p for c, p in one.points.items() if c not in decided} for one in (standing, graded))
    cells = [cell for cell in {**after, **before} if before.get(cell, 0.0) != after.get(cell, 0.0)]
    if not cells:
        return None
    reasons = tuple(reason for cell in cells for reason in _reasons(cell, standing, graded))
    points, difference = standing.earned + more, sum(after.values()) - sum(before.values())
    return Change(student, points, points + difference, reasons)


def _reasons(cell, standing, graded):
    """Yield why the points of a cell change, check by check."""
    exercise, sides = cell.removeprefix("check_"), (standing, graded)
    if not all(exercise in one.results for one in sides):  # the exercise was added to the lesson, or dropped
        yield Reason(exercise, "", *(one.points.get(cell) for one in sides))
        return
    was, now = ({outcome.check: outcome for outcome in one.results[exercise].outcomes} for one in sides)
    found, revalued = False, _is_revalued(standing.points.get(cell), was, now)
    for check in {**now, **was}:
        after = now[check].worth if check in now else None
        before = _before(was.get(check), now.get(check) if revalued else None)
        if before != after:
            found = True
            yield Reason(exercise, (now.get(check) or was[check]).title, before, after)
    if not found:
        yield Reason(exercise, "", standing.points.get(cell), graded.points.get(cell))


def _is_revalued(earned, was, now):
    """Whether a release has given the gradebook the present points of checks; if not, their points are a reason themselves.

    That is so if a check became worth what another one lost: the exercise counts as before, and there is no need of a release.
    """
    sums = [sum(_before(was[check], now.get(check) if anew else None) for check in was) for anew in (True, False)]
    return sums[0] == earned or sums[1] != earned


def _before(was, now):
    """Return what a check earned before; if its points have changed since then, in its present points."""
    if was is None or now is None or was.points == now.points:
        return was and was.worth
    return worth_at(was, now.points)


def sentences(changes, students, written):
    """Yield the lines that report changes: how many students they concern, why, and the details for the first students.

    Parameters
    ----------
    changes : list of Change
    students : int
        How many students were to be graded.
    written : bool
        Whether the changes have been recorded.
    """
    verb = "has changed" if written else "would change"
    yield f"Regrading {verb} the points of {len(changes)} of {students} student{'s' * (students != 1)}. The reasons:"
    flat = sorted((r.exercise, r.check, change.student) for change in changes for r in change.reasons)
    for (exercise, check), group in groupby(flat, key=lambda row: row[:2]):
        count = len({student for _, _, student in group})
        yield f"  {exercise}{f', {check}' if check else ''}: {count} student{'s' * (count != 1)}"
    for change in changes[:SHOWN]:
        reasons = "; ".join(map(str, change.reasons))
        yield f"  {printable(change.student)}: {change.before:g} -> {change.after:g} points ({reasons})"
    if len(changes) > SHOWN:
        yield f"  and {len(changes) - SHOWN} more: `--csv FILE` saves the whole list."
    if not written:
        yield "Their grades have not been changed. To record the new ones, run the same command with --yes."


def save(changes, path):
    """Write changes to a CSV file, one row for each student and reason."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(HEADER)
    for change in changes:
        for reason in change.reasons:
            points = ["" if value is None else value for value in (reason.before, reason.after)]
            about = map(cell_text, (change.student, reason.exercise, reason.check))
            writer.writerow([*about, *points, change.before, change.after])
    write_whole(path, lines.getvalue())
