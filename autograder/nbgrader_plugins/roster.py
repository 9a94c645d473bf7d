"""A roster from a CSV file as spreadsheets and learning platforms write it, in the form that nbgrader imports."""

import csv
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.course import CourseError

# nbgrader's columns, and what others call them; the first name that is there counts.
COLUMNS = {
    "id": ("sis login id", "login id", "student id", "studentid", "username", "user name", "user id", "login", "id", "id number",
           "student number", "matriculation number", "netid"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
    "lms_user_id": ("lms user id", "canvas id", "canvas user id", "id", "id number"),
}  # fmt: skip
WHOLE_NAME = ("student", "name", "full name", "student name")  # "Last, First" or "First Last"
NO_STUDENT = re.compile(r"\s*(points possible|student, test|test student)\b", re.I)


def read_roster(data):
    """Everyone on a roster.

    Parameters
    ----------
    data : bytes
        A CSV file: with a byte order mark or without, in UTF-8, UTF-16 or as Excel on Windows writes it, with commas,
        semicolons or tabs, with blank lines.

    Returns
    -------
    list of dict
        nbgrader's columns by name, for each student.

    Raises
    ------
    CourseError
        If it cannot be read for certain: the message names the line, and why.
    """
    text = _decoded(data)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    numbered = [
        (number, [field.strip() for field in row])
        for number, row in enumerate(rows, start=1)
        if any(map(str.strip, row))
    ]
    if not numbered:
        raise CourseError("The roster is empty.")
    (_, header), *lines = numbered
    places = _columns(header)
    students, line_of = [], {}
    for number, row in lines:
        if row and NO_STUDENT.match(row[0]):
            continue
        if len(row) > len(header):
            raise CourseError(
                f"Line {number} of the roster has {len(row)} fields, the header has {len(header)}: is a name not in quotes?"
            )
        student = _student(row, places, number)
        if student["id"] in line_of:
            raise CourseError(
                f"Lines {line_of[student['id']]} and {number} of the roster are both of {student['id']!r}."
            )
        line_of[student["id"]] = number
        students.append(student)
    return students


def enter(path, folder="."):
    """Enter a roster in a course's gradebook, with nbgrader's own command.

    Parameters
    ----------
    path : path
    folder : path
        The course.

    Returns
    -------
    list of dict
        Those who are entered.

    Raises
    ------
    CourseError
        If the roster cannot be read for certain; then nobody is entered.
    """
    try:
        students = read_roster(Path(path).read_bytes())
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "students.csv"
        plain.write_text(to_csv(students), encoding="utf-8", newline="")
        command = [sys.executable, "-m", "nbgrader", "db", "student", "import", str(plain)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise CourseError(f"nbgrader could not enter the roster. It says: {done.stderr.strip()[-500:]}")
    return students


def to_csv(students):
    """A roster as nbgrader imports it; a column in which nothing stands is left out, and keeps what the gradebook has."""
    file = io.StringIO(newline="")
    columns = [column for column in COLUMNS if column == "id" or any(student[column] for student in students)]
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(students)
    return file.getvalue()


def _decoded(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(text):
    """What separates the fields of the first line that holds something."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        raise CourseError("The roster begins with Excel's line `sep=`: delete that line.")
    return max(",;\t", key=first.count)


def _columns(header):
    """The place of each of nbgrader's columns in a line, and that of the whole name."""
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


def _student(row, places, number):
    """One line of the roster as nbgrader's columns."""

    def of(column):
        place = places.get(column)
        return row[place] if place is not None and place < len(row) else ""

    student = {column: of(column) for column in COLUMNS}
    if not student["id"]:
        raise CourseError(f"Line {number} of the roster has no id: {', '.join(filter(None, row))[:80]}.")
    if re.search(r"[/\\\0]", student["id"]) or student["id"].startswith("."):
        raise CourseError(
            f"Line {number} of the roster: {student['id']!r} cannot be the name of a folder, so it cannot be an id."
        )
    if name := of("name"):
        last, comma, first = name.partition(",")
        first, last = (first, last) if comma else (name.rpartition(" ")[0], name.rpartition(" ")[2])
        student.update(first_name=first.strip(), last_name=last.strip())
    return student
