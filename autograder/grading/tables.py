"""CSV tables from spreadsheets and learning platforms: read without guessing, or not at all."""

import csv
import io
import json

from autograder.course import CourseError

EXCEL = {b"PK\x03\x04": "an Excel file", b"\xd0\xcf\x11\xe0": "an old Excel file"}


def rows(data, name):
    """Yield the lines that are not blank: the number of each in the file, and its fields.

    Parameters
    ----------
    data : bytes
        A CSV file, with or without a byte order mark, in UTF-8, UTF-16 or Excel's encoding on Windows, with commas,
        semicolons or tabs; it may have blank lines.
    name : str
        What to call the file in messages.

    Raises
    ------
    CourseError
        If the file cannot be read without guessing. The message names the line and the reason.
    """
    text = _decoded(data, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name), strict=True)
    start = 1
    try:
        for row in reader:
            if any("\n" in field or "\r" in field for field in row):
                raise CourseError(
                    f"Line {start} of the {name}: a field continues on the next line. Is a closing quotation mark missing?"
                )
            if any(map(str.strip, row)):
                yield start, [field.strip() for field in row]
            start = reader.line_num + 1
    except csv.Error as error:
        raise CourseError(f"Line {start} of the {name} cannot be read: {error}.") from None


def _decoded(data, name):
    for start, what in EXCEL.items():
        if data.startswith(start):
            raise CourseError(f"The {name} is {what}. Save it as CSV in your spreadsheet program, and use that file.")
    try:
        text = data.decode("cp1252" if is_guessed(data) else json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"Line {line} of the {name} has a character in an unknown encoding. Save the file as UTF-8, and use that one."
        ) from None
    return text.replace("\0", "")


def is_guessed(data):
    """Whether a file's encoding is guessed: it is neither UTF-8 nor UTF-16, so Windows' Western encoding is assumed."""
    try:
        data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return True
    return False


def _delimiter(text, name):
    """Return the character that separates the fields, from the first line that is not blank."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        raise CourseError(f"The {name} begins with Excel's line `sep=`. Delete that line.")
    return max(",;\t", key=first.count)
