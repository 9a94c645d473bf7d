"""What happened to each file of a class's download: ``grading/LESSON/collected.csv``, written by `collect` and read by `export`."""

import csv
import io
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from autograder.course import write_whole
from autograder.grading.spreadsheet import text

COLLECTED, NO_NOTEBOOK = "collected", "collected, and no notebook"
KINDS = COLLECTED, NO_NOTEBOOK
BETWEEN = "; "  # between students, if one file may be from several


@dataclass(frozen=True)
class Outcome:
    """What happened to one file.

    Attributes
    ----------
    file : str
        Its path in the download.
    student : str
        The student or students that it may be from; empty if not known.
    sender : str
        The platform's name for the sender; empty if the file's name does not contain it.
    kind : str
        `COLLECTED`, `NO_NOTEBOOK`, or in a few words why it was not collected.
    why : str
        The full reason.
    """

    file: str
    student: str
    sender: str
    kind: str
    why: str = ""

    @property
    def is_collected(self):
        return self.kind in KINDS

    @property
    def owner(self):
        """The name to show: the student, else the platform's name for the sender, else the file."""
        return self.student or self.sender or self.file


def path_of(root, lesson):
    """Return the path of the note, for the course in a folder."""
    return Path(root) / "grading" / lesson / "collected.csv"


def write(path, outcomes):
    """Write what happened to each file; files that were not collected come first."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(field.name for field in fields(Outcome))
    for outcome in sorted(outcomes, key=lambda outcome: (outcome.is_collected, outcome.kind, outcome.file)):
        writer.writerow(map(text, astuple(outcome)))
    write_whole(path, lines.getvalue())


def not_collected(path):
    """Return the students, as in a spreadsheet's cells, who sent files of which none was collected."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            outcomes = [Outcome(**row) for row in csv.DictReader(file)]
    except (OSError, TypeError, ValueError, csv.Error):  # nothing was collected here, or somebody has edited the file
        return set()
    students = {True: set(), False: set()}
    for outcome in outcomes:
        students[outcome.is_collected].update(filter(None, outcome.student.split(BETWEEN)))
    return students[False] - students[True]
