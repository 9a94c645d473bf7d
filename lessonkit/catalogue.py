"""The lessons of the course, read from ``lessons.toml``: the one place for titles, times and exercises."""

import difflib
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path


class UnknownName(ValueError):
    """There is no lesson or exercise of this name; the message names the closest ones."""


@dataclass(frozen=True)
class Exercise:
    """One function or class that the student writes; of a class, what some of its methods take and return as well."""

    name: str
    lesson: str
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    is_class: bool = False
    methods: tuple["Exercise", ...] = ()

    @classmethod
    def parse(cls, name, lesson, signature):
        """Read ``"dout, cache -> dx"``, or for a class a table of such lines by the names of its methods."""
        if isinstance(signature, dict):
            methods = tuple(cls.parse(method, lesson, line) for method, line in signature.items())
            return cls(name, lesson, (), (), is_class=True, methods=methods)
        arguments, returns = (
            tuple(part.split("=")[0].strip() for part in side.split(",")) for side in signature.split("->")
        )
        return cls(name, lesson, arguments, returns)


@dataclass(frozen=True)
class Lesson:
    """One numbered notebook that builds one component; `explained` is as ``lessons.toml`` says."""

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
    """All lessons, in the order of the course, by name."""
    course = {}
    for row in _table()["lesson"]:
        exercises = tuple(Exercise.parse(k, row["name"], v) for k, v in row["exercises"].items())
        course[row["name"]] = Lesson(**{**row, "after": tuple(row["after"]), "exercises": exercises})
    return course


def lesson(name):
    """The lesson called `name`; its number alone (``"01"``) will do.

    Raises
    ------
    UnknownName
        If there is no such lesson. The message names the closest ones.
    """
    for candidate in lessons().values():
        if name in (candidate.name, candidate.name[:2]):
            return candidate
    raise UnknownName(f"There is no lesson {name!r}. {_closest(name, lessons())}")


@cache
def exercises():
    """All exercises of the course by name."""
    return {exercise.name: exercise for lesson in lessons().values() for exercise in lesson.exercises}


def results_of(exercise):
    """The names of what an exercise returns, and its methods, but the cache: that is never yielded."""
    known = exercises()[exercise]
    return {name for part in (known, *known.methods) for name in part.returns if name != "cache"}


def exercise(name):
    """The exercise called `name`.

    Raises
    ------
    UnknownName
        If there is no such exercise. The message names the closest ones.
    """
    if name not in exercises():
        raise UnknownName(f"There is no exercise {name!r}. {_closest(name, exercises())}")
    return exercises()[name]


def explained_everywhere():
    """As `Lesson.explained`: what lesson 00 explains for all lessons."""
    return _table()["explained"]


def explained_under(name, check=""):
    """The heading under which a lesson explains what a check of an exercise tests.

    None where ``lessons.toml`` names none: then it is the heading that the exercise itself stands under.
    """
    own = lesson(exercise(name).lesson).explained
    of_checks = {pattern: heading for pattern, heading in own.items() if "." in pattern}
    of_exercises = {f"{pattern}.*": heading for pattern, heading in own.items() if "." not in pattern}
    patterns = {**of_checks, **explained_everywhere(), **of_exercises}
    return next((heading for pattern, heading in patterns.items() if fnmatchcase(f"{name}.{check}", pattern)), None)


def _closest(name, known):
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"Choose one of: {', '.join(known)}."
