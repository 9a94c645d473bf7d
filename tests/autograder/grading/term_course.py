"""A course folder that is a small project of its own: lesson 02 with a short text, its checks, and nine students."""

import csv
import io
import json
import shutil
from contextlib import contextmanager

from commands import python

from autograder.course import COURSE
from tools.synthetic_class import answer, find, hand_in, right, submission

LESSON = "02_mse"
CHECKS, CATALOGUE = "lessonkit/checks/lesson_02.py", "lessonkit/lessons.toml"
TEXT = f"solutions/{LESSON}/{LESSON}.py"
MISTAKES, VARIANTS = "autograder/bank/mistakes/lesson_02.py", "autograder/bank/variants/lesson_02.py"
LOSSES, EXPORTS = "reference_impl/losses.py", "reference_impl/__init__.py"
COPIED = (
    "autograder",
    "lessonkit",
    "reference_impl",
    "nbgrader_config.py",
    "requirements.txt",
    "environment.yml",
    "README.md",
    "pyproject.toml",
    "LICENSE",
)
LESSON_TEXT = """# %% [markdown]
# # 02. Mean squared error

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from reference_impl import as_float

# %% [markdown]
# The loss.

# %% exercise="mse_loss"

# %% check="mse_loss"

# %% [markdown]
# The error.

# %% exercise="rms_error"

# %% check="rms_error"
"""
FEW_MISTAKES = """from autograder.bank import mistake
from reference_impl import mse_loss


@mistake("mse_loss", "The gradient lacks a factor 2.")
def gradient_without_the_two(x, y):
    loss, dx = mse_loss(x, y)
    return loss, dx / 2


# rms_error


@mistake("rms_error", "The root is missing.")
def forgets_the_root(x, y):
    return mse_loss(x, y)[0]
"""
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin


class APointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600
"""
# An instructor's check that demands more than the exercise promises: it refuses arrays without entries.
TOO_STRICT = """
    yield "what it raises for no entries", raised_by(code.under_test, np.zeros(0), np.zeros(0))
"""
ADDED_REFERENCE = '''

def mean_absolute_error(x, y):
    """Return the mean of the absolute differences between predictions and targets.

    Parameters
    ----------
    x, y : arrays of the same shape, (N,) or (N, M)
        Predictions and targets.

    Returns
    -------
    error : float
    """
    return float(np.mean(np.abs(as_float(x) - y)))
'''
ADDED_CHECKS = """

@check("mean_absolute_error", points=2)
def gives_the_mean_of_the_absolute_differences(code, rng):
    x, y = rng.normal(size=(2, *two_sizes(rng, 3, 6)))
    yield "error", code.mean_absolute_error(x, y)


@check("mean_absolute_error", points=1)
def gives_it_for_one_output(code, rng):
    yield "error", code.mean_absolute_error(*rng.normal(size=(2, 5)))
"""
ADDED_CELLS = """
# %% exercise="mean_absolute_error"

# %% check="mean_absolute_error"
"""


class Term:
    """A course during the term: its files, its commands, and the grades that it exports.

    Parameters
    ----------
    folder : Path
        Where to create it.
    """

    def __init__(self, folder):
        self.folder = folder
        for name in COPIED:
            if (COURSE / name).is_dir():
                shutil.copytree(COURSE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(COURSE / name, folder)
        self.write(TEXT, LESSON_TEXT)
        self.write(MISTAKES, FEW_MISTAKES)
        self.write("late_penalty.py", PENALTY)
        self.write("nbgrader_config.py", self.read("nbgrader_config.py") + PLUGIN)
        self.replace(CHECKS, "from lessonkit.checks import", "import numpy as np\nfrom lessonkit.checks import")
        self.replace(CHECKS, STRICT_AFTER, STRICT_AFTER + TOO_STRICT)

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name, text):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def replace(self, name, old, new):
        """Edit a file of the course, as its instructor would."""
        text = self.read(name)
        assert old in text, (name, old)
        self.write(name, text.replace(old, new))

    def run(self, *command, check=True):
        """Run one command of the autograder, and return what it printed."""
        done = python(self.folder, "autograder", *command, check=check, PYTHONPATH=str(self.folder))
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout

    def nbgrader(self, *command, check=True):
        return python(self.folder, "nbgrader", *command, check=check, PYTHONPATH=str(self.folder))

    def change(self, *options):
        """Build, release and grade the edited lesson, and return what the release printed."""
        self.run("build", "02")
        released = self.run("release", "02", "--yes", *options)
        self.grade("--yes")
        return released

    def grade(self, *options):
        return self.run("grade", "02", "--jobs", "1", *options)

    def released(self):
        return self.read(f"lessons/{LESSON}/{LESSON}.ipynb")

    def filled(self, answers):
        """Return what a student with the present release hands in."""
        return submission(self.released(), answers)

    def hand_in(self, student, answers, stamp=None, released=None):
        """Hand in a notebook made from the present release, or from the release that the student has."""
        hand_in(self.folder, student, LESSON, submission(released or self.released(), answers))
        if stamp:
            self.write(f"submitted/{student}/{LESSON}/timestamp.txt", stamp)

    def exported(self, *options):
        """Return the exported grades by student, and the maximum number of points."""
        self.run("export", "csv", "02", "--to", "grades.csv", *options)
        rows = list(csv.DictReader(io.StringIO(self.read("grades.csv"))))
        (most,) = {float(row["max_score"]) for row in rows if row["max_score"]}
        return {row["student_id"]: float(row["score"]) for row in rows if row["score"]}, most

    def report(self):
        """Return the rows of the class report, by student."""
        self.run("report", "02")
        return {row["student_id"]: row for row in csv.DictReader(io.StringIO(self.read(f"reports/{LESSON}.csv")))}

    def kept(self):
        """Return what no command may lose: the files of releases and submissions, and the manual grades and comments.

        Manual grades of a dropped exercise are kept beside its releases.
        """
        files = {str(path) for name in ("releases", "submitted") for path in (self.folder / name).rglob("*.ipynb")}
        if not (self.folder / "gradebook.db").exists():
            return files
        from nbgrader.api import Comment, Grade, Gradebook

        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            given = gradebook.db.query(Grade).filter(Grade.manual_score.isnot(None)).all()
            given += gradebook.db.query(Comment).filter(Comment.manual_comment.isnot(None)).all()
            files |= {f"{row.student.id} {row.name}" for row in given}
        aside = json.loads(self.read(f"releases/{LESSON}/record.json"))["aside"]
        rows = [(student, key, row) for key, students in aside.items() for student, row in students.items()]
        return files | {f"{student} {key.rpartition('/')[2]}" for student, key, row in rows if row[1] is not None}

    def flagged(self):
        """Return the students who have flags, with the kinds of those flags."""
        flags = {}
        for path in (self.folder / "grading" / LESSON).glob("*.json"):
            entry = json.loads(path.read_text(encoding="utf-8"))
            if entry["flags"]:
                flags[entry["student"]] = entry["flags"]
        return flags

    @contextmanager
    def gradebook(self):
        """Open nbgrader's gradebook to change it as formgrader does."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            yield gradebook
            gradebook.db.commit()

    def by_hand(self, student, cell):
        """Return the manual score and comment."""
        with self.gradebook() as gradebook:
            grade = gradebook.find_grade(f"check_{cell}", LESSON, LESSON, student)
            return grade.manual_score, gradebook.find_comment(cell, LESSON, LESSON, student).manual_comment


PLUGIN = '\nc.AssignLatePenalties.plugin_class = "late_penalty.APointAnHour"\n'
STRICT_AFTER = """        yield f"what it raises for x of shape {x_shape} and y of shape {y_shape}", raised
"""
RIGHT = right(["mse_loss", "rms_error"])
# This answer does not refuse arrays without entries, but it fails on them.
LENIENT = {
    **answer("mse_loss", find("mse_loss", "three_branches")),
    "rms_error": "def rms_error(x, y):\n    if not x.size:\n        raise ValueError('no entries')\n    return mse_loss(x, y)[0] ** 0.5",
}
NO_TWO = {**RIGHT, "mse_loss": RIGHT["mse_loss"].replace("2 / x.size", "1 / x.size")}
NO_ROOT = {**RIGHT, **answer("rms_error", find("rms_error", "forgets_the_root"))}
ADDED = {"mean_absolute_error": "def mean_absolute_error(x, y):\n    return float(np.abs(x - y).mean())"}


def add_exercise(term):
    """Add an exercise as docs/contributors.md describes it."""
    term.write(LOSSES, term.read(LOSSES) + ADDED_REFERENCE)
    term.replace(EXPORTS, "mse_loss,", "mean_absolute_error, mse_loss,")
    term.replace(EXPORTS, '"mse_loss",', '"mean_absolute_error", "mse_loss",')
    term.replace(
        CATALOGUE,
        'exercises.rms_error = "x, y -> error"',
        'exercises.rms_error = "x, y -> error"\nexercises.mean_absolute_error = "x, y -> error"',
    )
    term.write(CHECKS, term.read(CHECKS) + ADDED_CHECKS)
    term.write(TEXT, term.read(TEXT) + ADDED_CELLS)


DROPPED = (  # what disappears with the exercise, and what replaces it
    (CATALOGUE, 'exercises.rms_error = "x, y -> error"', "# Nothing here."),
    (CHECKS, 'BOTH = ("mse_loss", "rms_error")', 'BOTH = ("mse_loss",)'),
    (CHECKS, '@check("rms_error", points=1)', "# no check"),
    (TEXT, '# %% exercise="rms_error"\n\n# %% check="rms_error"\n', "# Nothing more.\n"),
)


def drop_exercise(term):
    """Drop an exercise as docs/instructors.md describes it: its cells, its name, its checks, mistakes and variants."""
    for name, old, new in DROPPED:
        term.replace(name, old, new)
    for name in (MISTAKES, VARIANTS):
        kept, _, gone = term.read(name).partition("\n# rms_error\n")
        term.write(name, kept)
        term.write(f"{name}.gone", gone)


def take_back(term):
    for name, old, new in DROPPED:
        term.replace(name, new, old)
    for name in (MISTAKES, VARIANTS):
        term.write(name, term.read(name) + "\n# rms_error\n" + term.read(f"{name}.gone"))
