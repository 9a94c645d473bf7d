"""What is due for whom: the one place that says when a lesson is due for each student, and who is excused from it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Due:
    """What is due for one student.

    Attributes
    ----------
    date : datetime or None
        The student's own due date in UTC, including an extension; None if there is none.
    excused : bool
        Whether nothing is due.
    """

    date: datetime | None = None
    excused: bool = False

    def is_over(self):
        """Whether the student's due date is past. Without a due date, it never is."""
        return self.date is not None and self.date < datetime.now(UTC).replace(tzinfo=None)


def dues(gradebook, assignment, granted=None):
    """Return what is due for each student on the roster, for one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : nbgrader.api.Assignment
    granted : dict of str to Accommodation, optional
        What the instructor's table grants, by student. nbgrader excuses nobody, and an extension needs a submission there.

    Returns
    -------
    dict of str to Due
        By student id.
    """
    from nbgrader.api import SubmittedAssignment

    columns = SubmittedAssignment.student_id, SubmittedAssignment.extension
    query = gradebook.db.query(*columns).filter(SubmittedAssignment.assignment_id == assignment.id)
    extension_of = {student: extension for student, extension in query if extension is not None}

    def due(student):
        mine, date, extension = (granted or {}).get(student), assignment.duedate, extension_of.get(student)
        if date is not None:
            date += (mine.extension(date) if mine else None) or extension or timedelta(0)
        return Due(date, bool(mine and mine.excused))

    return {student.id: due(student.id) for student in gradebook.students}
