"""Registers of things for each exercise, with one module for each lesson: checks, mistakes, variants."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from lessonkit.catalogue import exercise as find_exercise


class Registry:
    """Items by exercise, in the order in which they are written; a lesson's module is imported when it is first needed.

    Parameters
    ----------
    package : str
        The package whose modules ``lesson_NN`` add the items: ``lessonkit.checks``.
    advice : str
        What to do when a lesson has no such module.
    """

    def __init__(self, package, advice):
        self.package, self.advice = package, advice
        self._items = {}
        self._load = cache(self._load)

    def add(self, exercise, item):
        """Register `item` for `exercise`; a misspelled name fails here, not in a student's notebook."""
        find_exercise(exercise)
        self._items.setdefault(exercise, []).append(item)

    def of(self, exercise):
        """All items of `exercise`.

        Raises
        ------
        ValueError
            If this copy of the course has no module for the exercise's lesson.
        """
        self._load(find_exercise(exercise).lesson)
        return tuple(self._items.get(exercise, ()))

    def _load(self, lesson):
        module = f"{self.package}.lesson_{lesson[:2]}"
        if find_spec(module) is None:
            home, _, kind = self.package.partition(".")
            raise ValueError(
                f"This copy of {home} has no {kind.rpartition('.')[2]} for lesson {lesson}: {self.advice}."
            )
        import_module(module)
