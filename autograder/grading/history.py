"""Runs: how a class stood after each grading run, kept so that two runs can be compared.

The journal (``grading/LESSON/STUDENT.json``) says how each student stands now. Whenever `grade` has graded someone, the whole
journal is also kept as one file, ``grading/LESSON/runs/DATE.json.gz``.
"""

import gzip
import io
import json
import os
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import CourseError, write_whole
from autograder.grading.submission import Entry, read_entry

ENDING = ".json.gz"
LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Run:
    """How a class stood after a run.

    Attributes
    ----------
    name : str
        When it ended, in UTC: ``2026-03-01T18-30-00``.
    lesson : str
    entries : dict of str to Entry
        The journal, by student.
    damaged : dict of str to str
        What to say about journal files that cannot be read, by their names.
    """

    name: str
    lesson: str
    entries: dict
    damaged: dict = field(default_factory=dict)

    @property
    def submissions(self):
        """The graded submissions, by student."""
        return {student: entry.submission for student, entry in self.entries.items()}


def current(course, lesson):
    """Return the run that the journal shows.

    Raises
    ------
    CourseError
        If nobody has been graded yet.
    """
    paths = _journal(course, lesson)
    if not paths:
        raise CourseError(
            f"No submission of {lesson} has been graded yet. Run `python -m autograder grade {lesson}` first."
        )
    damaged = {}
    entries = [entry for _, entry in _read(course, lesson, paths, damaged)]
    return Run(_ended(paths), lesson, _by_student(entries), damaged)


def keep(course, lesson, damaged=None):
    """Save the journal as it is now, without the files that cannot be read.

    Parameters
    ----------
    course : Course
    lesson : str
    damaged : dict, optional
        Receives what to say about each of those, by its name.

    Returns
    -------
    Path or None
        The file; None if nobody has been graded.
    """
    damaged = {} if damaged is None else damaged
    paths = [path for path, _ in _read(course, lesson, _journal(course, lesson), damaged)]
    if not paths:
        return None
    name, again = _ended(paths), 1
    path = _file(course, lesson, name)
    while path.exists():
        again += 1
        path = _file(course, lesson, f"{name}-{again}")
    earlier = [_file(course, lesson, name).stat().st_mtime_ns for name in kept(course, lesson)[-1:]]
    write_whole(path, _packed(lesson, paths))
    moment = max([path.stat().st_mtime_ns, *(before + 1000 for before in earlier)])
    os.utime(path, ns=(moment, moment))  # the last run is the newest, even if the clock has been set back
    return path


def _read(course, lesson, paths, damaged):
    """Yield the journal's readable files and their entries; `damaged` receives what to say about the others.

    If a student also has a file under a name from an earlier version, the file with today's name counts.
    """
    for path in paths:
        try:
            entry = read_entry(path)
        except CourseError as error:
            damaged[path.stem] = str(error)
            continue
        own = course.journal(lesson, entry.student)
        if path == own or not own.exists():
            yield path, entry


def _packed(lesson, paths):
    """Return a run's file: all journal files in one. They are read one at a time, since a large class has many."""
    content = io.BytesIO()
    with gzip.open(content, "wt", encoding="utf-8", compresslevel=5) as file:
        file.write(f'{{"lesson": {json.dumps(lesson)}, "entries": [')
        for number, path in enumerate(paths):
            file.write((", " if number else "") + path.read_text(encoding="utf-8"))
        file.write("]}")
    return content.getvalue()


def kept(course, lesson):
    """Return the names of the saved runs, oldest first."""
    paths = _folder(course, lesson).glob(f"*{ENDING}")
    oldest_first = sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [path.name.removesuffix(ENDING) for path in oldest_first]


def find(course, lesson, name):
    """Return a saved run.

    Parameters
    ----------
    course : Course
    lesson : str
    name : str
        The name of a run of this course, ``previous`` for the last one that differs from the present journal, or the path of
        a run that another course saved.

    Raises
    ------
    CourseError
        If there is no such run, or it belongs to another lesson.
    """
    names = kept(course, lesson)
    if name == "previous":
        now = current(course, lesson).entries
        for earlier in reversed(names):
            run = _load(_file(course, lesson, earlier), earlier, lesson)
            if run.entries != now:
                return run
        raise CourseError(
            f"There is no earlier run of {lesson} to compare with. A run is saved whenever someone is graded."
        )
    path = _file(course, lesson, name) if name in names else Path(name)
    if not path.is_file():
        known = f"Choose one of: previous, {', '.join(names)}." if names else "No run has been saved yet."
        raise CourseError(f"There is no run {name!r} of {lesson}. {known}")
    return _load(path, path.name.removesuffix(ENDING), lesson)


def _load(path, name, lesson):
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            record = json.load(file)
        of, entries = record["lesson"], _by_student(map(Entry.from_record, record["entries"]))
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(f"{path} is not a run that `grade` has saved.") from None
    if of != lesson:
        raise CourseError(f"{path} is a run of {of}, not of {lesson}.")
    return Run(name, lesson, entries)


def _by_student(entries):
    return {entry.student: entry for entry in sorted(entries, key=lambda entry: entry.student)}


def _journal(course, lesson):
    """Return the journal's files, one for each student."""
    return sorted((course.folder / "grading" / lesson).glob("*.json"))


def _folder(course, lesson):
    return course.folder / "grading" / lesson / "runs"


def _file(course, lesson, name):
    return _folder(course, lesson) / f"{name}{ENDING}"


def _ended(paths):
    """Return the name of a run: when the last of the journal's files was written."""
    seconds = max(path.stat().st_mtime for path in paths)
    moment = datetime.fromtimestamp(min(max(seconds, 0), LATEST), UTC)  # a clock may have been far off
    return moment.strftime("%Y-%m-%dT%H-%M-%S")
