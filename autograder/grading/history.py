"""Runs: what a grading run left of a class, kept so that two can be set side by side.

The journal (``grading/LESSON/STUDENT.json``) says how each student stands now. Whenever `grade` has graded someone, all of it is
also kept as one file, ``grading/LESSON/runs/DATE.json.gz``.
"""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import CourseError


@dataclass(frozen=True)
class Run:
    """How a class stood after a run.

    Attributes
    ----------
    name : str
        When it ended, in UTC: ``2026-03-01T18-30-00``.
    lesson : str
    entries : dict of str to dict
        The journal, by student.
    """

    name: str
    lesson: str
    entries: dict


def current(course, lesson):
    """The run that the journal shows.

    Raises
    ------
    CourseError
        If nobody has been graded yet.
    """
    paths = list((course.folder / "grading" / lesson).glob("*.json"))
    if not paths:
        raise CourseError(f"Nobody's {lesson} has been graded yet. Run `python -m autograder grade {lesson}` first.")
    entries = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return Run(_stamp(max(path.stat().st_mtime for path in paths)), lesson, _by_student(entries))


def keep(course, lesson):
    """Keep the journal as it is now.

    Returns
    -------
    Path or None
        The file; None when nobody is graded.
    """
    try:
        run = current(course, lesson)
    except CourseError:
        return None
    folder = _folder(course, lesson)
    folder.mkdir(parents=True, exist_ok=True)
    path, again = folder / f"{run.name}.json.gz", 1
    while path.exists():
        again += 1
        path = folder / f"{run.name}-{again}.json.gz"
    half = path.with_suffix(".part")
    with gzip.open(half, "wt", encoding="utf-8", compresslevel=5) as file:
        json.dump({"lesson": lesson, "entries": list(run.entries.values())}, file)
    half.replace(path)
    return path


def kept(course, lesson):
    """The names of the runs that are kept, oldest first."""
    paths = sorted(_folder(course, lesson).glob("*.json.gz"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [path.name.removesuffix(".json.gz") for path in paths]


def find(course, lesson, name):
    """A kept run.

    Parameters
    ----------
    course : Course
    lesson : str
    name : str
        The name of a run of this course, ``previous`` for the last one that differs from how the class stands now, or the path
        of a run that another course kept.

    Raises
    ------
    CourseError
        If there is none, or it is of another lesson.
    """
    names = kept(course, lesson)
    if name == "previous":
        now = current(course, lesson).entries
        for each in reversed(names):
            run = _load(_folder(course, lesson) / f"{each}.json.gz", each, lesson)
            if run.entries != now:
                return run
        raise CourseError(
            f"There is no earlier run of {lesson} to compare with. A run is kept whenever someone is graded."
        )
    path = _folder(course, lesson) / f"{name}.json.gz" if name in names else Path(name)
    if not path.is_file():
        known = f"Choose one of: previous, {', '.join(names)}." if names else "None is kept yet."
        raise CourseError(f"There is no run {name!r} of {lesson}. {known}")
    return _load(path, path.name.removesuffix(".json.gz"), lesson)


def _load(path, name, lesson):
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found = json.load(file)
        entries = _by_student(found["entries"])
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        raise CourseError(f"{path} is no run that `grade` has kept.") from None
    if found["lesson"] != lesson:
        raise CourseError(f"{path} is a run of {found['lesson']}, not of {lesson}.")
    return Run(name, lesson, entries)


def _by_student(entries):
    return {entry["student"]: entry for entry in sorted(entries, key=lambda entry: entry["student"])}


def _folder(course, lesson):
    return course.folder / "grading" / lesson / "runs"


def _stamp(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H-%M-%S")
