"""A graded submission: the typed record that travels from the worker to the class report, and its form in the journal."""

import json
from dataclasses import asdict, dataclass, field

from autograder.course import CourseError
from autograder.handed_in import NOTHING
from lessonkit.engine.diagnose import Result

MEASURED = ("worker_memory", "writer_memory")  # in the journal where it is known
NOTED = (
    "notes",
    "flags",
    "seconds",
    "memory",
    *MEASURED,
    "unanswered",
)  # in the journal as they are


@dataclass
class GradedSubmission:
    """What came of grading one submission: plain values only, so that it can be sent from another process or machine.

    Attributes
    ----------
    notebook : dict or None
        The graded notebook; None where nothing could be run, and after it is recorded, since a class's are too many.
    points : dict of str to float
        By the grade id of a check cell.
    results : dict of str to Result
        By exercise.
    notes : list of str
        What the student should know, in plain words.
    flags : list of str
        What an instructor should look at.
    seconds : float
        How long the notebook ran; 0 where it was not run.
    memory : int
        Peak resident memory in bytes; 0 where it was not measured.
    worker_memory, writer_memory : int
        Peak resident memory in bytes, so far, of the process that graded it, and of the one that recorded it.
    unanswered : list of str
        The grade ids of the cells for an answer that are as they were released.
    failed : bool
        Whether the grader itself failed, or could not record the grade: then the next run tries again.
    excused : bool
        Whether the lesson does not count for the student; not in the journal, since it may change without a grading.
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
        """Whether there was anything."""
        return NOTHING not in self.notes

    def outcomes(self):
        """How every check went: ``(exercise, outcome)``."""
        for exercise, result in self.results.items():
            for outcome in result.outcomes:
                yield exercise, outcome


@dataclass
class Entry:
    """What the journal says of one student.

    Attributes
    ----------
    student : str
    fingerprint : str
        Of what was graded, and what graded it.
    seed : int
        The secret seed on which it was graded.
    submission : GradedSubmission
        Without the notebook.
    """

    student: str
    fingerprint: str
    seed: int
    submission: GradedSubmission

    def to_json(self):
        """The journal's file."""
        graded = self.submission
        record = {"fingerprint": self.fingerprint, "seed": self.seed, "student": self.student, "points": graded.points}
        record["results"] = {exercise: _record(result) for exercise, result in graded.results.items()}
        for name in NOTED:
            if name not in MEASURED or getattr(graded, name):
                record[name] = getattr(graded, name)
        return json.dumps(record)

    @classmethod
    def from_record(cls, record):
        """The entry of the journal's JSON; what an older journal does not say has the value for "not known".

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it is no entry.
        """
        if not isinstance(record["student"], str) or not isinstance(record["points"], dict):
            raise TypeError("neither a student nor points")
        results = {exercise: Result.from_record(result) for exercise, result in record.get("results", {}).items()}
        known = {name: record[name] for name in NOTED if name in record}
        submission = GradedSubmission(points=record["points"], results=results, **known)
        return cls(record["student"], record.get("fingerprint", ""), record.get("seed", 0), submission)


def _record(result):
    """A result as the journal has it: what it earned and what was lent, only where that is not as usual."""
    record = asdict(result)
    for outcome in record["outcomes"]:
        if outcome["earned"] is None:
            del outcome["earned"]
    if not record["lent"]:
        del record["lent"]
    return record


def read_entry(path):
    """The journal's entry in a file.

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
    """The fingerprint in a journal's file, or None where it has none; much faster than to read all of the entry."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
