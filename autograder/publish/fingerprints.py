"""Fingerprints of each lesson's inputs and outputs, so that a build does nothing if nothing has changed.

They are committed, so that the files in a fresh clone need not be built again.
"""

import hashlib
from pathlib import Path

from autograder.course import COURSE, write_whole
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons

PACKAGES = ("lessonkit", "autograder")  # each has modules for single lessons
FINGERPRINTS = "solutions/fingerprints.txt"
# The inputs of every lesson, in addition to its own modules, lesson_NN.py; `**` matches folders at any depth.
SHARED = (
    "lessonkit/**/*.py",
    "reference_impl/**/*.py",
    "autograder/bank/*.py",
    "autograder/publish/build.py",
    "autograder/publish/source.py",
    "nbgrader_config.py",
    "requirements.txt",
)


def recordings(course):
    """Return the folder of the recorded expected values."""
    return Path(course) / "lessonkit" / "recorded"


def inputs(lesson):
    """Return a fingerprint of everything that a lesson is made from."""
    files = {path for pattern in SHARED for path in COURSE.glob(pattern) if not path.name.startswith("lesson_")}
    files |= {path for package in PACKAGES for path in (COURSE / package).glob(f"**/lesson_{lesson.name[:2]}.py")}
    source = COURSE / "solutions" / lesson.name
    files |= {path for path in source.glob("*") if path.is_file() and path.suffix != ".ipynb"}
    return _fingerprint(repr(lesson), sorted(files))


def made(lesson):
    """Return a fingerprint of the present files that the build makes for a lesson."""
    notebooks = [COURSE / folder / lesson.name / f"{lesson.name}.ipynb" for folder in ("solutions", "lessons")]
    return _fingerprint("", [recordings(COURSE) / f"{lesson.name}.npz", *notebooks])


def _fingerprint(words, paths):
    total = hashlib.sha256(words.encode())
    for path in paths:
        total.update(f"{path.relative_to(COURSE).as_posix()}\0".encode())
        total.update(path.read_bytes() if path.exists() else b"missing")
    return total.hexdigest()[:32]


def stale(names=None, force=False):
    """Return the lessons among `names` (default: all that have a text) that are not up to date."""
    chosen = [find_lesson(name) for name in names] if names else [
        lesson for lesson in lessons().values() if (COURSE / "solutions" / lesson.name).is_dir()
    ]  # fmt: skip
    known = _known()
    return [lesson.name for lesson in chosen if force or (lesson.name, inputs(lesson), made(lesson)) not in known]


def remember(name, before):
    """Note that a lesson is up to date, and was made from inputs with the fingerprint `before`.

    The fingerprint was taken before the build began, so that a file that changed during the build makes the lesson stale.
    """
    kept = {line for line in _known() if line[0] != name}
    lines = sorted(kept | {(name, before, made(find_lesson(name)))})
    write_whole(COURSE / FINGERPRINTS, "".join(f"{' '.join(line)}\n" for line in lines))


def _known():
    """Return lines of lesson, inputs and outputs. After a merge a lesson may have two; the one that matches is valid."""
    try:
        lines = (COURSE / FINGERPRINTS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return set()
    return {tuple(line.split()) for line in lines}
