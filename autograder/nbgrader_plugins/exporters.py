"""Exporter plugins for nbgrader: the grades as plain CSV, and as Canvas and Moodle import them.

``nbgrader export`` writes the plain one, as ``nbgrader_config.py`` says. ``nbgrader export
--exporter=autograder.nbgrader_plugins.exporters.Canvas`` writes another. nbgrader's ``--to``, ``--assignment`` and ``--student`` work with each.
"""

import csv

from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from autograder.course import Course, CourseError
from autograder.grading.penalties import LatePenalties
from autograder.grading.spreadsheet import text
from autograder.nbgrader_plugins.scores import scores
from autograder.terminal import printable

EXCUSED = "EX"  # Canvas's own word


class Exporter(ExportPlugin):
    """What the formats share: who and what is exported, and how a file is written."""

    default = "grades.csv"
    encoding = Unicode("utf-8", help="Encoding of the file; utf-8-sig adds the byte order mark.").tag(config=True)

    def rows(self, gradebook, assignments, students):
        """The rows of the file, its header first.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook
        assignments : list of nbgrader.api.Assignment
        students : list of nbgrader.api.Student
        """
        raise NotImplementedError

    def __init__(self, **options):
        super().__init__(**options)
        self.excused = {}  # by assignment: who need not do it

    def export(self, gradebook):
        """Write the file: all of it, or (when something is wrong) none of it."""
        assignments = _wanted(gradebook.assignments, "assignment", "name", self.assignment)
        students = _wanted(gradebook.students, "student", "id", self.student)
        if self.parent is not None:
            self.renew_penalties(gradebook, assignments)
        rows = list(self.rows(gradebook, assignments, students))
        path = self.to or self.default
        self.log.info("Exporting grades to %s", path)
        with open(path, "w", encoding=self.encoding, newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def renew_penalties(self, gradebook, assignments):
        """Work out what being late costs by the dates and accommodations of today, so that no older penalty is exported."""
        course = Course(self.parent.coursedir.root, self.parent.coursedir.db_url)
        for assignment in assignments:
            try:
                penalties = LatePenalties(course, gradebook, assignment.name)
            except CourseError as error:
                raise SystemExit(str(error)) from None
            self.excused[assignment.name] = penalties.excused
            if renewed := penalties.renew():
                names = ", ".join(map(printable, renewed))
                self.log.warning("%s: late penalties that are other ones than before: %s", assignment.name, names)

    def is_excused(self, student, assignment):
        """Whether an assignment does not count for a student."""
        return student.id in self.excused.get(assignment.name, ())

    def identity(self, value):
        """A cell that another system finds the student by; a warning when it cannot stay as it is."""
        cell = text(value)
        if cell != str(value or ""):
            self.log.warning(
                "%r starts as a formula does, or holds line breaks or invisible characters. It is written as %r.",
                value,
                cell,
            )
        return cell

    def final(self, student, assignment, score):
        """A student's final score, `EXCUSED`, or None (with a warning) as long as a part of it waits for a person."""
        if self.is_excused(student, assignment):
            return EXCUSED
        if score is None:
            return None
        if score.waiting:
            cells = ", ".join(sorted(score.waiting))
            who = printable(student.id)
            self.log.warning("%s, %s: left out, because %s has no grade yet.", who, assignment.name, cells)
            return None
        return score.final

    def final_scores(self, gradebook, assignments, students):
        """Each student with the final score in each assignment, as `final` has it."""
        by_assignment = [scores(gradebook, assignment.name) for assignment in assignments]
        for student in students:
            pairs = zip(assignments, by_assignment)
            yield student, [self.final(student, assignment, score_of.get(student.id)) for assignment, score_of in pairs]


class Csv(Exporter):
    """nbgrader's own CSV: a row for each student and assignment.

    The columns are those of nbgrader's ``CsvExportPlugin``, which writes names with commas or quotes as they are, and in the
    encoding of the machine. Who has no submission has a score of 0, as there. Who is excused has neither a score nor a maximum.
    """

    header = (
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
        "late_submission_penalty", "score", "max_score",
    )  # fmt: skip

    def rows(self, gradebook, assignments, students):
        yield self.header
        for assignment in assignments:
            score_of = scores(gradebook, assignment.name)
            for student in students:
                score = score_of.get(student.id)
                when = (assignment.duedate, score.timestamp) if score else (assignment.duedate, None)
                about = (student.id, student.last_name, student.first_name, student.email)
                points = (score.raw, score.penalty, score.final) if score else (0.0, 0.0, 0.0)
                counts = (*points, assignment.max_score)
                if self.is_excused(student, assignment):
                    counts = ("",) * len(counts)
                yield [text(assignment.name), *map(text, (*when, *about)), *counts]


class Canvas(Exporter):
    """The file that Canvas's gradebook imports: a row for each student, a column for each assignment.

    As "How do I import grades in the Gradebook?" (Canvas Instructor Guide) and the importer of Canvas itself have it: the columns
    Student, ID, SIS User ID, SIS Login ID and Section come first, under these names and in this order, and a row "Points Possible"
    follows the header. Canvas finds a student by ID (its own number: ``lms_user_id`` of nbgrader's gradebook), else
    by SIS Login ID (nbgrader's id). An empty cell leaves a grade as it is, and EX excuses. The encoding is UTF-8, without a byte order mark.
    """

    default = "canvas.csv"
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")

    def rows(self, gradebook, assignments, students):
        yield [*self.header, *(text(assignment.name) for assignment in assignments)]
        yield ["    Points Possible", "", "", "", "", *(assignment.max_score for assignment in assignments)]
        for student, points in self.final_scores(gradebook, assignments, students):
            name = ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
            about = (text(name), self.identity(student.lms_user_id), "", self.identity(student.id), "")
            yield [
                *about,
                *("" if score is None else score if score == EXCUSED else round(score, 2) for score in points),
            ]


class Moodle(Exporter):
    """The file that Moodle's gradebook imports: a row for each student, a column for each assignment.

    As "Grade import" (MoodleDocs) and the importer of Moodle itself have it: the first row names the columns, which are mapped by
    hand at the import. "Map from" and "Map to" say how students are found: "ID number" to useridnumber (``lms_user_id`` of nbgrader's
    gradebook, or its id), "Username" to username (nbgrader's id), or "Email address" to useremail. A hyphen stands for no grade, and for who is excused. The
    encoding is UTF-8, without a byte order mark, and the separator a comma, which are Moodle's defaults.
    """

    default = "moodle.csv"
    header = ("First name", "Last name", "ID number", "Username", "Email address")

    def rows(self, gradebook, assignments, students):
        yield [*self.header, *(text(assignment.name) for assignment in assignments)]
        for student, points in self.final_scores(gradebook, assignments, students):
            finders = (student.lms_user_id or student.id, student.id, student.email)
            about = (text(student.first_name), text(student.last_name), *map(self.identity, finders))
            yield [*about, *("-" if score in (None, EXCUSED) else round(score, 5) for score in points)]


def _wanted(entries, kind, key, names):
    """Those of `entries` that are asked for by name, or all."""
    names = [str(name) for name in names]
    unknown = sorted(set(names) - {getattr(entry, key) for entry in entries})
    if unknown:
        # not a CourseError: `nbgrader export` shows a traceback with any other kind of error
        raise SystemExit(f"The gradebook has no {kind} {', '.join(unknown)}.")
    return [entry for entry in entries if not names or getattr(entry, key) in names]
