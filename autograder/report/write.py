"""Writes the class report: the HTML page and the CSV file."""

import csv
import io

from autograder.course import COURSE, Course, write_whole
from autograder.grading import history
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
        If nobody is graded yet, or there is no such run.
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
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows(lesson, group))
    write_whole(table, lines.getvalue())
    return html, table
