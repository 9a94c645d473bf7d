"""The scores in nbgrader's gradebook for one assignment, in two queries for any size of class."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Score:
    """One student's grade for one assignment.

    Attributes
    ----------
    timestamp : datetime or None
        When it was handed in, in UTC.
    raw, penalty : float
        Points earned, including manual grades and extra credit, and points subtracted for being late.
    waiting : list of str
        Cells that have no grade yet, neither the autograder's nor a person's.
    manual : list of str
        Cells that a person graded.
    unconfirmed : list of str
        Those of `manual` that the autograder has graded again since: nbgrader asks a person to confirm them.
    """

    timestamp: datetime | None
    raw: float
    penalty: float
    waiting: list
    manual: list
    unconfirmed: list

    @property
    def final(self):
        """The points that count; as in nbgrader, never below zero."""
        return max(0.0, self.raw - self.penalty)

    @property
    def is_empty(self):
        """Whether there is no sign of a submission: no time, no points, no grade by hand."""
        return self.timestamp is None and not self.raw and not self.manual


def scores(gradebook, assignment):
    """Return everyone's score for one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str

    Returns
    -------
    dict of str to Score
        By student id, without students who have no submission in the gradebook.
    """
    from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

    def ask(*columns):
        query = gradebook.db.query(SubmittedAssignment.student_id, *columns).select_from(SubmittedAssignment)
        query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        query = query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        return query.filter(Assignment.name == assignment)

    score_of = {}
    for student, timestamp, penalty in ask(SubmittedAssignment.timestamp, SubmittedNotebook.late_submission_penalty):
        score = score_of.setdefault(student, Score(timestamp, 0.0, 0.0, [], [], []))
        score.penalty += penalty or 0.0
    cells = ask(BaseCell.name, Grade.score, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
    cells = cells.join(Grade, Grade.notebook_id == SubmittedNotebook.id).join(BaseCell, BaseCell.id == Grade.cell_id)
    for student, name, points, auto, manual, again in cells:
        if student not in score_of:  # graded just now, after the first query
            continue
        score_of[student].raw += points
        if manual is not None:
            score_of[student].manual.append(name)
            if again:
                score_of[student].unconfirmed.append(name)
        elif auto is None:
            score_of[student].waiting.append(name)
    return score_of
