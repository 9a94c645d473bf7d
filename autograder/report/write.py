"""Writes the class report: the HTML page and the CSV file."""

import csv
import io

from autograder.course import COURSE, Course, write_whole
from autograder.flags import kind_of
from autograder.grading import history
from autograder.grading.spreadsheet import text
from autograder.report.gather import read, rows
from autograder.report.page import page
from lessonkit.catalogue import lesson as find_lesson


def report(lesson, folder=COURSE, compare=None, similar=False, db_url=None):
    """Write ``reports/LESSON.html`` and ``reports/LESSON.csv``.

    Parameters
    ----------
    lesson : str
    folder : path
        The course.
    compare : str, optional
        The run to compare with: see `history.find`.
    similar : bool
        Look for submissions that are nearly the same.
    db_url : str, optional
        The gradebook.

    Returns
    -------
    html, csv : Path

    Raises
    ------
    CourseError
        If nobody has been graded yet, or there is no such run.
    """
    lesson, course = find_lesson(lesson), Course(folder, db_url)
    group = read(lesson.name, course)
    before = history.find(course, lesson.name, compare) if compare else None
    pairs = None
    if similar:
        from autograder.report.similar import similar as look

        pairs = look(course, lesson.name, list(group.graded), [exercise.name for exercise in lesson.exercises])
    reports = course.folder / "reports"
    html, table = reports / f"{lesson.name}.html", reports / f"{lesson.name}.csv"
    write_whole(html, page(lesson, group, before, pairs))
    _write_csv(table, rows(lesson, group))
    return html, table


def write_flags(lesson, folder=COURSE):
    """Write ``reports/LESSON_flags.csv``: every flag of the class in full.

    Returns
    -------
    Path
    """
    course = Course(folder)
    path = course.folder / "reports" / f"{lesson}_flags.csv"
    submissions = history.current(course, lesson).submissions
    flags = [(student, kind_of(flag), flag) for student, graded in submissions.items() for flag in graded.flags]
    _write_csv(path, [("student_id", "kind", "flag"), *(map(text, row) for row in flags)])
    return path


def _write_csv(path, rows):
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    write_whole(path, lines.getvalue())
