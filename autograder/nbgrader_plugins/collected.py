"""What became of each file of a class's download: ``grading/LESSON/collected.csv``, written by collecting and read by exporting."""

import csv
import io
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from autograder.course import write_whole
from autograder.grading.spreadsheet import text

COLLECTED, NO_NOTEBOOK = "collected", "collected, and no notebook"
KINDS = COLLECTED, NO_NOTEBOOK
BETWEEN = "; "  # several students whom one file may be from


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    file : str
        Its path in the download.
    student : str
        Whose it is, or may be; empty where that is not known.
    sender : str
        What the platform calls who sent it; empty where the name does not say it.
    kind : str
        `COLLECTED`, `NO_NOTEBOOK`, or in a few words why not.
    why : str
        In full.
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
        """Who is to be named: the student, else what the platform calls the sender, else the file."""
        return self.student or self.sender or self.file


def path_of(root, lesson):
    """Where it is noted, for the course in a folder."""
    return Path(root) / "grading" / lesson / "collected.csv"


def write(path, outcomes):
    """Note what became of each file; what was not collected comes first."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(field.name for field in fields(Outcome))
    for outcome in sorted(outcomes, key=lambda outcome: (outcome.is_collected, outcome.kind, outcome.file)):
        writer.writerow(map(text, astuple(outcome)))
    write_whole(path, lines.getvalue())


def not_collected(path):
    """The students, as a spreadsheet's cell has them, who sent something of which nothing was collected."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            outcomes = [Outcome(**row) for row in csv.DictReader(file)]
    except (OSError, TypeError, ValueError, csv.Error):  # none was collected here, or somebody has edited it
        return set()
    students = {True: set(), False: set()}
    for outcome in outcomes:
        students[outcome.is_collected].update(filter(None, outcome.student.split(BETWEEN)))
    return students[False] - students[True]
