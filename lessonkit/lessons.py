"""The lessons of the course, read from ``lessons.toml``: the one place for titles, times and exercises."""

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Exercise:
    """One function or class that the student writes."""

    name: str
    lesson: str
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    is_class: bool = False

    @classmethod
    def parse(cls, name, lesson, signature):
        """Read ``"dout, cache -> dx"`` or ``"class"``."""
        if signature == "class":
            return cls(name, lesson, (), (), is_class=True)
        arguments, returns = (
            tuple(part.split("=")[0].strip() for part in side.split(",")) for side in signature.split("->")
        )
        return cls(name, lesson, arguments, returns)


@dataclass(frozen=True)
class Lesson:
    """One numbered notebook that builds one component."""

    name: str
    title: str
    minutes: int
    after: tuple[str, ...]
    builds: str
    exercises: tuple[Exercise, ...]

    @property
    def number(self):
        return int(self.name[:2])


@cache
def lessons():
    """All lessons, in the order of the course, by name."""
    table = tomllib.loads((Path(__file__).parent / "lessons.toml").read_text(encoding="utf-8"))
    course = {}
    for row in table["lesson"]:
        exercises = tuple(Exercise.parse(k, row["name"], v) for k, v in row.pop("exercises").items())
        course[row["name"]] = Lesson(**{**row, "after": tuple(row["after"])}, exercises=exercises)
    return course


def lesson(name):
    """The lesson called `name`; its number alone (``"01"``) will do.

    Raises
    ------
    ValueError
        If there is no such lesson. The message names the closest ones.
    """
    for candidate in lessons().values():
        if name in (candidate.name, candidate.name[:2]):
            return candidate
    raise ValueError(f"There is no lesson {name!r}. {_closest(name, lessons())}")


@cache
def exercises():
    """All exercises of the course by name."""
    return {exercise.name: exercise for each in lessons().values() for exercise in each.exercises}


def exercise(name):
    """The exercise called `name`.

    Raises
    ------
    ValueError
        If there is no such exercise. The message names the closest ones.
    """
    if name not in exercises():
        raise ValueError(f"There is no exercise {name!r}. {_closest(name, exercises())}")
    return exercises()[name]


def _closest(name, known):
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"Choose one of: {', '.join(known)}."
