"""The bank: every exercise done wrong in known ways (mistakes) and done right in many styles (variants).

A mistake or a variant replaces functions of the reference by name. A plain function replaces the exercise
that it is written for. A class is a namespace: it replaces each function or class that it holds, so that a
forward pass can come with the backward pass that reads its cache.
"""

import inspect
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import reference_impl
from lessonkit.catalogue import exercise as find_exercise


@dataclass(frozen=True)
class Replacement:
    """One mistake or variant.

    Attributes
    ----------
    exercise : str
        The exercise that it does wrong, or right.
    name : str
        What is done, as a Python name.
    sentence : str
        What the student is told; empty for a variant.
    replaces : tuple of (str, object)
        The functions that stand in for the reference's.
    """

    exercise: str
    name: str
    sentence: str
    replaces: tuple

    def namespace(self):
        """The reference with this entry's functions in place."""
        names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
        return {**names, **dict(self.replaces)}


_mistakes: dict[str, list[Replacement]] = {}
_variants: dict[str, list[Replacement]] = {}


def mistake(exercise, sentence):
    """Write down how `exercise` is done wrong, and what the student is told."""
    return _register(_mistakes, exercise, sentence)


def variant(exercise):
    """Write down another right way to do `exercise`."""
    return _register(_variants, exercise, "")


def mistakes_of(exercise):
    """All known mistakes of `exercise`."""
    _load("mistakes", find_exercise(exercise).lesson)
    return tuple(_mistakes.get(exercise, ()))


def variants_of(exercise):
    """All correct variants of `exercise`."""
    _load("variants", find_exercise(exercise).lesson)
    return tuple(_variants.get(exercise, ()))


@cache
def _load(kind, lesson):
    import_module(f"autograder.bank.{kind}.lesson_{lesson[:2]}")


def _register(bank, exercise, sentence):
    find_exercise(exercise)

    def register(code):
        if inspect.isclass(code) and code.__name__ != exercise:
            replaces = tuple((name, getattr(code, name)) for name in vars(code) if not name.startswith("__"))
        else:
            replaces = ((exercise, code),)
        bank.setdefault(exercise, []).append(Replacement(exercise, code.__name__, sentence, replaces))
        return code

    return register
