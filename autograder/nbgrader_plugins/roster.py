"""Converts a roster from a spreadsheet's or learning platform's CSV file to the form that nbgrader imports."""

import contextlib
import re
from pathlib import Path

from autograder.course import CourseError, open_gradebooks_fast
from autograder.grading.tables import is_guessed, rows

# nbgrader's columns, and other names for them; the first name that is found counts.
COLUMNS = {
    "id": ("orgdefinedid", "sis login id", "login id", "student id", "studentid", "username", "user name", "user id", "login", "id", "id number",
           "student number", "matriculation number", "netid"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
    "lms_user_id": ("lms user id", "canvas id", "canvas user id", "id", "id number"),
}  # fmt: skip
WHOLE_NAME = ("student", "name", "full name", "student name")  # "Last, First" or "First Last"
NO_STUDENT = re.compile(r"\s*(points possible|student, test|test student)\b", re.I)
FOOTER = re.compile(r"\s*(total|sum|count|number of students|\d+ students?)\b", re.I)  # alone in a line
NO_STUDENT_LINE = re.compile(r"\s*(manual posting|points possible)\b", re.I)  # in any field of a line without an id
REWRITTEN = re.compile(r"\d+[.,]\d*E\+\d+|\d+[.,]0|=.*", re.I)  # an id that a spreadsheet has converted to a number


def read_roster(data):
    """Return everyone on a roster.

    Parameters
    ----------
    data : bytes
        A CSV file, with or without a byte order mark, in UTF-8, UTF-16 or Excel's encoding on Windows, with commas,
        semicolons or tabs; it may have blank lines.

    Returns
    -------
    list of dict
        For each student, nbgrader's columns by name.

    Raises
    ------
    CourseError
        If the roster cannot be read without guessing. The message names the line and the reason.
    """
    numbered = list(rows(data, "roster"))
    if len(numbered) < 2:
        raise CourseError("The roster has no line with a student." if numbered else "The roster is empty.")
    (_, header), *lines = numbered
    places = _columns(header)
    students, line_of = [], {}
    for number, row in lines:
        if NO_STUDENT.match(row[0]) or sum(map(bool, row)) == 1 < len(header) and FOOTER.match("".join(row)):
            continue
        if len(row) > len(header):
            raise CourseError(
                f"Line {number} of the roster has {len(row)} fields, but the header has {len(header)}. Put quotes around a name that contains a comma."
            )
        if any(map(NO_STUDENT_LINE.match, row)) and not _field(row, places["id"]):
            continue
        student = _student(row, places, number)
        if "end-of-line indicator" in map(str.lower, header):  # Brightspace, which writes #ada for ada
            student["id"] = student["id"].removeprefix("#")
        if student["id"] in line_of:
            raise CourseError(
                f"Lines {line_of[student['id']]} and {number} of the roster both have the id {student['id']!r}."
            )
        line_of[student["id"]] = number
        students.append(student)
    return students


def enter(path, folder="."):
    """Add a roster's students to a course's gradebook.

    Parameters
    ----------
    path : path
    folder : path
        The course.

    Returns
    -------
    list of dict
        The students that were added.
    str
        A name to check, because the file's encoding was guessed; "" if it was not.

    Raises
    ------
    CourseError
        If the roster cannot be read without guessing; then nobody is added.
    """
    try:
        data = Path(path).read_bytes()
        students = read_roster(data)
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    from sqlalchemy.exc import SQLAlchemyError

    try:
        _add(students, folder)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise CourseError(f"nbgrader could not import the roster. It says: {reason}") from None
    names = (f"{student['first_name']} {student['last_name']}".strip() for student in students)
    return students, next((name for name in names if is_guessed(data) and not name.isascii()), "")


def _add(students, folder):
    """Add students as `nbgrader db student import` does. Columns that are all empty are left out: the gradebook keeps its values."""
    from nbgrader.api import Gradebook
    from nbgrader.apps.dbapp import DbStudentImportApp
    from nbgrader.auth import Authenticator

    from autograder.nbgrader_plugins.commands import ready

    app = ready(folder, DbStudentImportApp())
    columns = [column for column in COLUMNS if column != "id" and any(student[column] for student in students)]
    open_gradebooks_fast()
    with (
        contextlib.chdir(folder),
        Gradebook(app.coursedir.db_url, app.coursedir.course_id, Authenticator(parent=app)) as gradebook,
    ):
        for student in students:
            gradebook.update_or_create_student(student["id"], **{column: student[column] or None for column in columns})


def _columns(header):
    """Return the place of each of nbgrader's columns in a line, and of the full name."""
    names = [re.sub(r"[\s_]+", " ", name).strip().lower() for name in header]
    places, taken = {}, set()
    for column, aliases in COLUMNS.items():
        place = next(
            (names.index(alias) for alias in aliases if alias in names and names.index(alias) not in taken), None
        )
        if place is not None:
            places[column] = place
            taken.add(place)
    if "id" not in places:
        raise CourseError(
            f"The roster has no column for the student's id. Its columns are {', '.join(header)}. Call one of them id, "
            "Student ID, Username or SIS Login ID."
        )
    if "last_name" not in places:
        places["name"] = next((names.index(alias) for alias in WHOLE_NAME if alias in names), None)
    return places


def _field(row, place):
    return row[place] if place is not None and place < len(row) else ""


def _student(row, places, number):
    """Return one line of the roster as nbgrader's columns."""

    student = {column: _field(row, places.get(column)) for column in COLUMNS}
    if not student["id"]:
        raise CourseError(f"Line {number} of the roster has no id: {', '.join(filter(None, row))[:80]}.")
    if re.search(r"[/\\\0]", student["id"]) or student["id"].startswith("."):
        raise CourseError(
            f"Line {number} of the roster: {student['id']!r} cannot be the name of a folder, so it cannot be an id."
        )
    if REWRITTEN.fullmatch(student["id"]):
        raise CourseError(
            f"Line {number} of the roster: a spreadsheet has rewritten the id to {student['id']}. Format that column as text."
        )
    if name := _field(row, places.get("name")):
        last, comma, first = name.partition(",")
        first, last = (first, last) if comma else (name.rpartition(" ")[0], name.rpartition(" ")[2])
        student.update(first_name=first.strip(), last_name=last.strip())
    return student
