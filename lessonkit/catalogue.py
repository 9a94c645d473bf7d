"""The lessons of the course, read from ``lessons.toml``: the one place for titles, times and exercises."""

import difflib
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path


class UnknownName(ValueError):
    """There is no lesson or exercise with this name; the message lists the closest names."""


@dataclass(frozen=True)
class Exercise:
    """One function or class that the student writes; for a class, also what some of its methods take and return."""

    name: str
    lesson: str
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    is_class: bool = False
    methods: tuple["Exercise", ...] = ()

    @classmethod
    def parse(cls, name, lesson, signature):
        """Read ``"dout, cache -> dx"``, or for a class, a table of such lines by method name."""
        if isinstance(signature, dict):
            methods = tuple(cls.parse(method, lesson, line) for method, line in signature.items())
            return cls(name, lesson, (), (), is_class=True, methods=methods)
        arguments, returns = (
            tuple(part.split("=")[0].strip() for part in side.split(",")) for side in signature.split("->")
        )
        return cls(name, lesson, arguments, returns)


@dataclass(frozen=True)
class Lesson:
    """One numbered notebook that builds one component; ``lessons.toml`` says what `explained` holds."""

    name: str
    title: str
    minutes: int
    after: tuple[str, ...]
    builds: str
    exercises: tuple[Exercise, ...]
    explained: dict = field(default_factory=dict, hash=False)

    @property
    def number(self):
        return int(self.name[:2])


@cache
def _table():
    return tomllib.loads((Path(__file__).parent / "lessons.toml").read_text(encoding="utf-8"))


@cache
def lessons():
    """Return all lessons by name, in the order of the course."""
    course = {}
    for row in _table()["lesson"]:
        exercises = tuple(Exercise.parse(k, row["name"], v) for k, v in row["exercises"].items())
        course[row["name"]] = Lesson(**{**row, "after": tuple(row["after"]), "exercises": exercises})
    return course


def lesson(name):
    """Return the lesson called `name`; its number alone (``"01"``) is enough.

    Raises
    ------
    UnknownName
        If there is no such lesson. The message lists the closest names.
    """
    for candidate in lessons().values():
        if name in (candidate.name, candidate.name[:2]):
            return candidate
    raise UnknownName(f"There is no lesson {name!r}. {_closest(name, lessons())}")


@cache
def exercises():
    """Return all exercises of the course by name."""
    return {exercise.name: exercise for lesson in lessons().values() for exercise in lesson.exercises}


def results_of(exercise):
    """Return the names of what an exercise and its methods return, without the cache, which is never yielded."""
    known = exercises()[exercise]
    return {name for part in (known, *known.methods) for name in part.returns if name != "cache"}


def exercise(name):
    """Return the exercise called `name`.

    Raises
    ------
    UnknownName
        If there is no such exercise. The message lists the closest names.
    """
    if name not in exercises():
        raise UnknownName(f"There is no exercise {name!r}. {_closest(name, exercises())}")
    return exercises()[name]


def explained_everywhere():
    """Return what lesson 00 explains for all lessons, in the form of `Lesson.explained`."""
    return _table()["explained"]


def explained_under(name, check=""):
    """Return the heading under which a lesson explains what a check of an exercise tests.

    None if ``lessons.toml`` names none: then the exercise's own heading applies.
    """
    own = lesson(exercise(name).lesson).explained
    of_checks = {pattern: heading for pattern, heading in own.items() if "." in pattern}
    of_exercises = {f"{pattern}.*": heading for pattern, heading in own.items() if "." not in pattern}
    patterns = {**of_checks, **explained_everywhere(), **of_exercises}
    return next((heading for pattern, heading in patterns.items() if fnmatchcase(f"{name}.{check}", pattern)), None)


def _closest(name, known):
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"Choose one of: {', '.join(known)}."
