"""Tables as spreadsheets and learning platforms write them, in CSV: read for certain, or not at all."""

import csv
import io
import json

from autograder.course import CourseError

EXCEL = {b"PK\x03\x04": "an Excel file", b"\xd0\xcf\x11\xe0": "an old Excel file"}


def rows(data, name):
    """The lines in which something stands: the number of each in the file, and its fields.

    Parameters
    ----------
    data : bytes
        A CSV file: with a byte order mark or without, in UTF-8, UTF-16 or as Excel on Windows writes it, with commas,
        semicolons or tabs, with blank lines.
    name : str
        What to call it.

    Raises
    ------
    CourseError
        If it cannot be read for certain: the message names the line, and why.
    """
    text = _decoded(data, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name), strict=True)
    start = 1
    try:
        for row in reader:
            if any("\n" in field or "\r" in field for field in row):
                raise CourseError(
                    f"Line {start} of the {name}: a field goes on in the next line. Is there a quote that is not closed?"
                )
            if any(map(str.strip, row)):
                yield start, [field.strip() for field in row]
            start = reader.line_num + 1
    except csv.Error as error:
        raise CourseError(f"Line {start} of the {name} cannot be read: {error}.") from None


def _decoded(data, name):
    for start, what in EXCEL.items():
        if data.startswith(start):
            raise CourseError(f"The {name} is {what}. In the spreadsheet, save it as CSV, and enter that file.")
    try:
        text = data.decode("cp1252" if is_guessed(data) else json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"Line {line} of the {name} has a letter in an encoding that is not known. Save it as UTF-8, and enter that file."
        ) from None
    return text.replace("\0", "")


def is_guessed(data):
    """Whether a file does not say how its letters are written: neither UTF-8 nor UTF-16, so Windows' Western letters are assumed."""
    try:
        data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return True
    return False


def _delimiter(text, name):
    """What separates the fields of the first line that holds something."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        raise CourseError(f"The {name} begins with Excel's line `sep=`: delete that line.")
    return max(",;\t", key=first.count)
