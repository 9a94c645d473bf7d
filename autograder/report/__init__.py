"""``python -m autograder report LESSON``: what an instructor wants to know of a class, as one HTML page and a CSV file.

Nothing is graded here: the journal says what the checks found, nbgrader's gradebook what counts in the end. The page holds no script and asks
nothing of any other host.
"""

import csv

from autograder.course import COURSE, Course
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

        pairs = look(course, lesson.name, list(group.graded), [each.name for each in lesson.exercises])
    place = course.folder / "reports"
    place.mkdir(exist_ok=True)
    html, table = place / f"{lesson.name}.html", place / f"{lesson.name}.csv"
    html.write_text(page(lesson, group, before, pairs), encoding="utf-8")
    with open(table, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows(lesson, group))
    return html, table
