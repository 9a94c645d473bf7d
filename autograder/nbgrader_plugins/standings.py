"""How each student stands in an assignment, which decides whether the grade is exported."""

from dataclasses import dataclass

from autograder.nbgrader_plugins.due import Due, dues
from autograder.nbgrader_plugins.scores import Score, scores

GRADED, WAITING, EXCUSED = "graded", "a person still has to grade something", "excused"
NOT_GRADED = "handed in, not graded yet"
NOT_COLLECTED = "handed in, not collected"
NOTHING, NOT_DUE = "nothing was handed in", "nothing was handed in, and it is not due yet"
NEVER_DUE = "nothing was handed in, and there is no due date"
NO_GRADE = (WAITING, NOT_GRADED, NOT_COLLECTED, EXCUSED, NOT_DUE, NEVER_DUE, NOTHING)


@dataclass(frozen=True)
class Standing:
    """How one student stands.

    Attributes
    ----------
    state : str
        `GRADED`, or one of `NO_GRADE`: why there is no grade.
    score : Score or None
        The score in the gradebook, if something was handed in.
    """

    state: str
    score: Score | None = None


def standings(gradebook, assignment, handed_in=None, not_collected=frozenset(), granted=None):
    """Return how everyone on the roster stands.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : nbgrader.api.Assignment
    handed_in : set of str, optional
        Students with a folder in ``submitted``. Default: students with a row in the gradebook.
    not_collected : set of str
        Students who are known to have handed in a file that was not collected.
    granted : dict of str to Accommodation, optional
        What the instructor's table grants, by student.

    Returns
    -------
    dict of str to Standing
        By student id.
    """
    score_of, due_of = scores(gradebook, assignment.name), dues(gradebook, assignment, granted)
    handed_in = set(score_of) if handed_in is None else handed_in
    return {
        student: _standing(score_of.get(student), due, student in handed_in, student in not_collected)
        for student, due in due_of.items()
    }


def _standing(score: Score | None, due: Due, handed_in, not_collected):
    if due.excused:
        return Standing(EXCUSED)
    if score and (handed_in or not score.is_empty):
        return Standing(WAITING if score.waiting else GRADED, score)
    if handed_in:
        return Standing(NOT_GRADED)
    if not_collected:
        return Standing(NOT_COLLECTED)
    if due.date is None:
        return Standing(NEVER_DUE)
    return Standing(NOTHING if due.is_over() else NOT_DUE)
