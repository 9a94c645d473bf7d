"""Exporter plugins for nbgrader: the grades as plain CSV, and in the forms that Canvas and Moodle import.

``python -m autograder export canvas`` writes one of them, and so does ``nbgrader export
--exporter=autograder.nbgrader_plugins.exporters.Canvas``. Only grades are written: an import leaves a grade as
it is if the cell is empty. nbgrader's ``--to``, ``--assignment`` and ``--student`` work with each.
"""

import csv
import io
import os
from collections import Counter
from glob import glob
from pathlib import Path

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from autograder.course import Course, CourseError, expect_known, write_whole
from autograder.grading.penalties import LatePenalties
from autograder.grading.spreadsheet import text
from autograder.nbgrader_plugins import collected
from autograder.nbgrader_plugins.standings import EXCUSED, GRADED, NO_GRADE, NOTHING, standings
from autograder.terminal import listed, printable, say, table


class Exporter(ExportPlugin):
    """What the formats share: who and what is exported, and how a file is written."""

    default = "grades.csv"
    finds_by_number = True  # whether the other system finds students by lms_user_id
    encoding = Unicode("utf-8", help="Encoding of the file; utf-8-sig adds the byte order mark.").tag(config=True)
    zeros = Bool(False, help="Write 0 for students who handed in nothing by their own due date.").tag(config=True)
    dry_run = Bool(False, help="Print what would be written, and write nothing.").tag(config=True)

    def rows(self, assignments, students, standing_of):
        """Yield the rows of the file, its header first.

        Parameters
        ----------
        assignments : list of nbgrader.api.Assignment
        students : list of nbgrader.api.Student
        standing_of : dict of str to dict of str to Standing
            By assignment and student.
        """
        raise NotImplementedError

    def __init__(self, **options):
        super().__init__(**options)
        self.granted = {}  # what the table of accommodations grants, by assignment

    def export(self, gradebook):
        """Write the whole file or, if something is wrong, none of it."""
        try:
            assignments = _wanted(gradebook.assignments, "assignment", "name", self.assignment)
            students = _wanted(gradebook.students, "student", "id", self.student)
            self.expect_one_row_for_each(students)
            if self.parent is not None:
                self.renew_penalties(gradebook, assignments)
            standing_of = {assignment.name: self._standings(gradebook, assignment) for assignment in assignments}
            lines = io.StringIO(newline="")
            csv.writer(lines, lineterminator="\n").writerows(self.rows(assignments, students, standing_of))
            path = self.to or self.default
            if self.dry_run:
                say(lines.getvalue())
            else:
                write_whole(path, lines.getvalue().encode(self.encoding))
        except CourseError as error:  # `nbgrader export` would show a traceback
            raise SystemExit(str(error)) from None
        say(
            f"{path} has not been written. It would contain:"
            if self.dry_run
            else f"{path} has been written. It contains:"
        )
        for assignment in assignments:
            self._tell(assignment.name, {student.id: standing_of[assignment.name][student.id] for student in students})

    def points(self, standing):
        """Return the points to write for one student and assignment; None for an empty cell."""
        if standing.state == NOTHING and self.zeros:
            return 0.0
        return standing.score.final if standing.state == GRADED else None

    def expect_one_row_for_each(self, students):
        """Refuse two students whom another system would take for one, as when an id was changed in the roster."""
        first = {}
        for student in students if self.finds_by_number else ():
            other = first.setdefault(student.lms_user_id, student)
            if student.lms_user_id and other is not student:
                raise CourseError(
                    f"{printable(other.id)} and {printable(student.id)} have the same lms_user_id, "
                    f"{printable(student.lms_user_id)}, so an import would take them for one student. If one is a former id, "
                    "enter the grades that you gave by hand under the new one, and remove it: "
                    "nbgrader db student remove ID --force. "
                    "Otherwise correct the roster and enter it again."
                )

    def renew_penalties(self, gradebook, assignments):
        """Compute the late penalties with the present dates and accommodations, so that no old penalty is exported."""
        course = Course(self.parent.coursedir.root, self.parent.coursedir.db_url)
        for assignment in assignments:
            penalties = LatePenalties(course, gradebook, assignment.name)
            self.granted[assignment.name] = penalties.granted
            if renewed := penalties.renew():
                names = ", ".join(map(printable, renewed))
                self.log.warning("%s: late penalties have changed for: %s", assignment.name, names)

    def identity(self, value):
        """Return a cell by which another system finds the student; warn if it had to be changed."""
        cell = text(value)
        if cell != str(value or ""):
            self.log.warning(
                "%r starts like a formula, or contains line breaks or invisible characters. It is written as %r.",
                value,
                cell,
            )
        return cell

    def _standings(self, gradebook, assignment):
        """Return how everyone stands, with the course's folders taken into account if nbgrader runs this."""
        if self.parent is None:
            return standings(gradebook, assignment)
        course, name = self.parent.coursedir, assignment.name
        folders = glob(course.format_path(course.submitted_directory, "*", name))
        handed_in = {Path(folder).parent.name for folder in filter(os.path.isdir, folders)}
        cells = collected.not_collected(collected.path_of(course.root, name))
        missed = {student.id for student in gradebook.students if text(student.id) in cells}
        return standings(gradebook, assignment, handed_in, missed, self.granted[name])

    def _tell(self, name, standing_of):
        """Print how many students have a grade in the file, and who has none and why."""
        states = Counter(standing.state for standing in standing_of.values())
        rows = [(states[GRADED], "in the file", "")]
        for state in filter(states.__contains__, NO_GRADE):
            who = listed(sorted(student for student, standing in standing_of.items() if standing.state == state))
            written = "in the file as 0" if state == NOTHING and self.zeros else "left out"
            rows.append((states[state], f"{written}: {state}", who))
        say(f"{name}\n{table(rows)}")


class Csv(Exporter):
    """nbgrader's own CSV format: a row for each student and assignment.

    The columns are those of nbgrader's ``CsvExportPlugin``, which does not escape commas or quotes in names, uses the machine's
    encoding, and writes 0 for students without a submission. Here the cells of students without a grade are empty, and for excused
    students the maximum is empty too.
    """

    finds_by_number = False
    header = (
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
        "late_submission_penalty", "score", "max_score",
    )  # fmt: skip

    def rows(self, assignments, students, standing_of):
        yield self.header
        for assignment in assignments:
            for student in students:
                standing = standing_of[assignment.name][student.id]
                score, final = standing.score, self.points(standing)
                when = assignment.duedate, score.timestamp if score else None
                about = student.id, student.last_name, student.first_name, student.email
                points = (
                    ("", "", "") if final is None else (score.raw, score.penalty, final) if score else (0.0, 0.0, final)
                )
                most = "" if standing.state == EXCUSED else assignment.max_score
                yield [text(assignment.name), *map(text, (*when, *about)), *points, most]


class Canvas(Exporter):
    """The file that Canvas's gradebook imports: a row for each student, a column for each assignment.

    Sources: "How do I import grades in the Gradebook?" (Canvas Instructor Guide) and Canvas's importer. The columns
    Student, ID, SIS User ID, SIS Login ID and Section come first, under these names and in this order, and a row "Points Possible"
    follows the header. Canvas finds a student by ID (its own number: ``lms_user_id`` of nbgrader's gradebook), else
    by SIS Login ID (nbgrader's id). An empty cell leaves a grade as it is. The encoding is UTF-8, without a byte order mark.
    """

    default = "canvas.csv"
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")

    def rows(self, assignments, students, standing_of):
        yield [*self.header, *(text(assignment.name) for assignment in assignments)]
        yield ["    Points Possible", "", "", "", "", *(assignment.max_score for assignment in assignments)]
        for student in students:
            points = [self.points(standing_of[assignment.name][student.id]) for assignment in assignments]
            name = ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
            about = (text(name), self.identity(student.lms_user_id), "", self.identity(student.id), "")
            yield [*about, *("" if score is None else round(score, 2) for score in points)]


class Moodle(Exporter):
    """The file that Moodle's gradebook imports: a row for each student, a column for each assignment.

    Sources: "Grade import" (MoodleDocs) and Moodle's importer. The first row names the columns, which are mapped by
    hand during the import. "Map from" and "Map to" say how students are found: "ID number" to useridnumber (``lms_user_id`` of nbgrader's
    gradebook, or its id), "Username" to username (nbgrader's id), or "Email address" to useremail. A hyphen stands for no grade. The
    encoding is UTF-8, without a byte order mark, and the separator a comma, which are Moodle's defaults.
    """

    default = "moodle.csv"
    header = ("First name", "Last name", "ID number", "Username", "Email address")

    def rows(self, assignments, students, standing_of):
        yield [*self.header, *(text(assignment.name) for assignment in assignments)]
        for student in students:
            points = [self.points(standing_of[assignment.name][student.id]) for assignment in assignments]
            finders = (student.lms_user_id or student.id, student.id, student.email)
            about = (text(student.first_name), text(student.last_name), *map(self.identity, finders))
            yield [*about, *("-" if score is None else round(score, 5) for score in points)]


def _wanted(entries, kind, key, names):
    """Return the entries that were named, or all."""
    names = [str(name) for name in names]
    expect_known(kind, names, {getattr(entry, key) for entry in entries})
    return [entry for entry in entries if not names or getattr(entry, key) in names]
