"""A graded submission: the typed record that goes from the worker to the class report, and its form in the journal."""

import json
from dataclasses import dataclass, field

from autograder.course import CourseError
from autograder.handed_in import NOTHING
from lessonkit.engine.diagnose import Result

MEASURED = ("worker_memory", "writer_memory")  # in the journal if it is known
NOTED = (
    "notes",
    "flags",
    "seconds",
    "memory",
    *MEASURED,
    "unanswered",
)  # in the journal without conversion


@dataclass
class GradedSubmission:
    """The result of grading one submission, in plain values, so that another process or machine can send it.

    Attributes
    ----------
    notebook : dict or None
        The graded notebook; None if nothing could be run, and after it is recorded, to save memory.
    points : dict of str to float
        By the grade id of a check cell.
    results : dict of str to Result
        By exercise.
    notes : list of str
        What the student should know, in plain words.
    flags : list of str
        What an instructor should look at.
    seconds : float
        How long the notebook ran; 0 if it was not run.
    memory : int
        Peak resident memory in bytes; 0 if it was not measured.
    worker_memory, writer_memory : int
        Peak resident memory so far, in bytes, of the process that graded it and of the one that recorded it.
    unanswered : list of str
        The grade ids of answer cells that are unchanged.
    failed : bool
        Whether the grader itself failed or could not record the grade; the next run then tries again.
    excused : bool
        Whether the lesson does not count for the student; not in the journal, since it may change without grading.
    """

    notebook: dict | None = None
    points: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    seconds: float = 0.0
    memory: int = 0
    worker_memory: int = 0
    writer_memory: int = 0
    unanswered: list = field(default_factory=list)
    failed: bool = False
    excused: bool = False

    @property
    def earned(self):
        """The points that the autograder gave."""
        return float(sum(self.points.values()))

    @property
    def ran(self):
        """Whether the notebook could be run."""
        return self.seconds > 0

    @property
    def handed_in(self):
        """Whether the student handed in anything."""
        return NOTHING not in self.notes

    def outcomes(self):
        """Yield ``(exercise, outcome)`` for every check."""
        for exercise, result in self.results.items():
            for outcome in result.outcomes:
                yield exercise, outcome


@dataclass
class Entry:
    """The journal's entry for one student.

    Attributes
    ----------
    student : str
    fingerprint : str
        Of the submission, and of the code that graded it.
    seed : int
        The secret seed with which it was graded.
    submission : GradedSubmission
        Without the notebook.
    """

    student: str
    fingerprint: str
    seed: int
    submission: GradedSubmission

    def to_json(self):
        """Return the content of the journal file."""
        graded = self.submission
        record = {"fingerprint": self.fingerprint, "seed": self.seed, "student": self.student, "points": graded.points}
        record["results"] = {exercise: _record(result) for exercise, result in graded.results.items()}
        for name in NOTED:
            if name not in MEASURED or getattr(graded, name):
                record[name] = getattr(graded, name)
        return json.dumps(record)

    @classmethod
    def from_record(cls, record):
        """Return the entry in the journal's JSON; fields that an older journal lacks get their default values.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If the record is not an entry.
        """
        if not isinstance(record["student"], str) or not isinstance(record["points"], dict):
            raise TypeError("neither a student nor points")
        results = {exercise: Result.from_record(result) for exercise, result in record.get("results", {}).items()}
        known = {name: record[name] for name in NOTED if name in record}
        submission = GradedSubmission(points=record["points"], results=results, **known)
        return cls(record["student"], record.get("fingerprint", ""), record.get("seed", 0), submission)


def _record(result):
    """Return a result as the journal stores it; unusual points and lent exercises only if there are any."""
    record = {**vars(result), "outcomes": [{**vars(outcome)} for outcome in result.outcomes]}
    for outcome in record["outcomes"]:
        if outcome["earned"] is None:
            del outcome["earned"]
    if not record["lent"]:
        del record["lent"]
    return record


def read_entry(path):
    """Return the entry in a journal file.

    Raises
    ------
    CourseError
        If the file is damaged, or cannot be read.
    """
    try:
        return Entry.from_record(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CourseError(f"{path} is damaged. Delete it, then run `python -m autograder grade` again.") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None


def noted_fingerprint(path):
    """Return the fingerprint in a journal file, or None; this is much faster than reading the whole entry."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
