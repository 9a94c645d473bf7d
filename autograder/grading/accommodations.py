"""Extensions, extra time and excuses: the instructor's table ``accommodations.csv``, for students and for groups.

A line names a student or a group of ``groups.csv``, a lesson (or ``all``), the kind of accommodation, its value, and a note for
the instructor::

    who,lesson,kind,value,note
    ada,06,extension,2026-03-08 18:00:00 UTC,a conference
    section B,all,extra time,48 hours,
    eve,06,excused,,ill
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from autograder.course import CourseError, lesson_name, meant
from autograder.grading.tables import rows
from autograder.grading.timestamps import Uncertain, when

FILE, GROUPS = "accommodations.csv", "groups.csv"
KINDS = ("extension", "extra time", "excused")
EVERY_LESSON = ("all", "*")
UNITS = {"minute": 1, "min": 1, "hour": 60, "h": 60, "day": 24 * 60, "week": 7 * 24 * 60}  # in minutes
TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(minute|min|hour|h|day|week)?s?", re.I)


@dataclass
class Accommodation:
    """What is granted to one student for one lesson.

    Attributes
    ----------
    until : datetime or None
        The latest date by which it may be handed in, in UTC.
    extra : timedelta
        The longest extra time, which is added to that date or to the due date.
    excused : bool
        Whether the lesson does not count.
    """

    until: datetime | None = None
    extra: timedelta = timedelta(0)
    excused: bool = False

    def extension(self, duedate):
        """Return how long after the due date it may be handed in, as nbgrader stores it."""
        return max(duedate, self.until or duedate) + self.extra - duedate


def accommodations(course, lesson, students):
    """Return what is granted for a lesson.

    Parameters
    ----------
    course : Course
    lesson : str
        An assignment's full name.
    students : collection of str
        Everyone whom the table may name.

    Returns
    -------
    dict of str to Accommodation
        By student.

    Raises
    ------
    CourseError
        If a line cannot be read without guessing, or names an unknown student or lesson. The message names the line.
    """
    groups, granted = read_groups(course), {}
    for number, line in _table(course, FILE, ("who", "lesson", "kind", "value"), ("note",)):
        place = f"Line {number} of {FILE}"
        members = _members(line["who"], groups, students, place)
        concerned = line["lesson"].lower() in EVERY_LESSON or _lesson(line["lesson"], course, place) == lesson
        kind, amount = _amount(line["kind"], line["value"], place)
        for student in members if concerned else ():
            mine = granted.setdefault(student, Accommodation())
            setattr(mine, kind, max(getattr(mine, kind) or amount, amount))
    return granted


def read_groups(course):
    """Return the members of each group, with the line that names each.

    Raises
    ------
    CourseError
        If ``groups.csv`` cannot be read without guessing.
    """
    groups = {}
    for number, line in _table(course, GROUPS, ("student", "group")):
        groups.setdefault(line["group"], {})[line["student"]] = number
    return groups


def members_of(groups, name):
    """Return the members of a group.

    Raises
    ------
    CourseError
        If there is no such group.
    """
    if name not in groups:
        known = f"Its groups are {', '.join(sorted(groups))}." if groups else "It names no group."
        raise CourseError(f"{GROUPS} has no group {name!r}. {known}")
    return groups[name]


def _table(course, name, columns, optional=()):
    """Yield the lines of a table in the course's folder: the number of each in the file, and its fields by column."""
    path = course.folder / name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    lines = iter(rows(data, f"file {name}"))
    _, header = next(lines, (0, columns))
    header = [title.lower() for title in header]
    if missing := [column for column in columns if column not in header]:
        raise CourseError(
            f"{name} has no column {missing[0]}. Its first line should be: {','.join((*columns, *optional))}"
        )
    for number, row in lines:
        if len(row) > len(header):
            raise CourseError(
                f"Line {number} of {name} has {len(row)} fields, but the header has {len(header)}. Put quotes around a text that contains a comma."
            )
        line = dict(zip(header, [*row, *[""] * (len(header) - len(row))]))
        if empty := [column for column in columns if column != "value" and not line[column]]:
            raise CourseError(f"Line {number} of {name} has nothing in column {empty[0]}.")
        yield number, line


def _members(who, groups, students, place):
    if who in groups and who in students:
        raise CourseError(f"{place}: {who} is both a student and a group. Give the group another name in {GROUPS}.")
    if who not in groups and who not in students:
        raise CourseError(
            f"{place}: {who} is neither a student in the gradebook nor a group in {GROUPS}. Write a student's id, or a group's name."
            + meant(who, {*groups, *students})
        )
    members = groups.get(who, {who: 0})
    if unknown := [student for student in members if student not in students]:
        raise CourseError(
            f"Line {members[unknown[0]]} of {GROUPS}: {unknown[0]} is not a student in the gradebook. Write a student's id."
            + meant(unknown[0], students)
        )
    return members


def _lesson(name, course, place):
    try:
        return lesson_name(name)
    except CourseError:
        if (course.folder / "lessons" / name).is_dir():  # the instructor's own assignment
            return name
        raise CourseError(f"{place}: there is no lesson {name!r}. Write 06_backward, 06, or all.") from None


def _amount(kind, value, place):
    """Return the field of an `Accommodation` that a line sets, and its value."""
    kind = " ".join(kind.lower().split())
    if kind == "excused" and not value:
        return "excused", True
    if kind == "excused":
        raise CourseError(
            f"{place}: an excused lesson takes no value, but this line has {value!r}. Move that to the note."
        )
    if kind == "extension":
        try:
            return "until", when(value)
        except Uncertain as error:
            raise CourseError(f"{place}: {error}. Write a date and time, as in 2026-03-08 18:00:00 UTC.") from None
    if kind == "extra time":
        if match := TIME.fullmatch(value):
            return "extra", timedelta(minutes=float(match[1]) * UNITS[(match[2] or "min").lower()])
        raise CourseError(
            f"{place}: {value!r} is not a length of time. Write minutes, as in 90, or 48 hours, 2 days, 1 week."
        )
    raise CourseError(f"{place}: the kind {kind!r} is not known. Write one of: {', '.join(KINDS)}.")
