"""Late penalties: computed from dates, accommodations and nbgrader's plugin, without running a notebook."""

import json
from contextlib import suppress
from datetime import timedelta
from functools import cached_property

from autograder.course import write_whole
from autograder.grading.accommodations import accommodations


class LatePenalties:
    """The late penalties of one assignment in nbgrader's gradebook.

    Parameters
    ----------
    course : Course
    gradebook : nbgrader.api.Gradebook
    assignment : str
    """

    def __init__(self, course, gradebook, assignment):
        self.course, self.gradebook, self.assignment = course, gradebook, assignment
        self._path = course.folder / "grading" / "extensions" / f"{assignment}.json"
        students = {student for (student,) in gradebook.db.query(_student_id())} | course.handed_in()
        self.granted = accommodations(course, assignment, students)
        self.excused = {student for student, granted in self.granted.items() if granted.excused}

    @cached_property
    def plugin(self):
        """nbgrader's step that asks the course's plugin for penalties; created when someone is late."""
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=self.course.config())
        penalties.init_plugin()
        return penalties

    def renew(self, students=None):
        """Compute the late penalties again.

        A due date, an extension, the penalty plugin or a grade by hand may have changed.

        Parameters
        ----------
        students : collection of str, optional
            Only these.

        Returns
        -------
        list of str
            The students whose penalty has changed.
        """
        renewed = []
        for submission in self._perhaps_late():
            if students is None or submission.student_id in students:
                before = submission.late_submission_penalty or 0.0
                self.apply(submission)
                after = sum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)
                if before != after:
                    renewed.append(submission.student_id)
        self.gradebook.db.commit()
        return sorted(renewed)

    def _perhaps_late(self):
        """Return the submissions that came after the due date, or that have a penalty or an accommodation."""
        from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook

        query = self.gradebook.db.query(SubmittedAssignment).join(SubmittedAssignment.assignment)
        query = query.join(SubmittedAssignment.notebooks).filter(Assignment.name == self.assignment)
        late = SubmittedAssignment.timestamp > Assignment.duedate
        penalized = SubmittedNotebook.late_submission_penalty.isnot(None)
        extended = SubmittedAssignment.extension.isnot(None)
        named = SubmittedAssignment.student_id.in_(sorted(self.granted))
        return query.filter(late | penalized | extended | named).distinct().all()

    @cached_property
    def given(self):
        """The extensions that ``accommodations.csv`` has put into the gradebook, in seconds by student.

        They are stored so that deleting a line removes its extension and no other.
        """
        with suppress(OSError, ValueError):
            return json.loads(self._path.read_text(encoding="utf-8"))
        return {}

    def apply(self, submission):
        """Do what nbgrader's own step does, with the course's plugin. Excused students are never late."""
        self.extend(submission)
        if submission.assignment.duedate is None or submission.student_id in self.excused:
            late = 0  # nbgrader fails if there is an extension but no due date
        else:
            late = submission.total_seconds_late
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            if late > 0:
                asked = self.plugin.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, late)
                if asked is not None:
                    notebook.late_submission_penalty = self.plugin._check_late_penalty(notebook, asked)

    def extend(self, submission):
        """Set nbgrader's extension; one that an instructor has entered stays if the table grants none."""
        student, duedate = submission.student_id, submission.assignment.duedate
        before, granted = self.given.get(student), timedelta(0)
        if student in self.granted and duedate is not None:
            granted = self.granted[student].extension(duedate)
        if granted:
            submission.extension = granted
            self.given[student] = granted.total_seconds()
        elif before is not None:
            del self.given[student]
            if submission.extension == timedelta(seconds=before):
                submission.extension = None
        if self.given.get(student) != before:
            write_whole(self._path, json.dumps(self.given))


def _student_id():
    from nbgrader.api import Student

    return Student.id
