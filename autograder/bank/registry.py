"""The bank: every exercise done wrong in known ways (mistakes) and done right in many styles (variants).

A mistake or a variant replaces functions of the reference by name. A plain function replaces its own exercise. A class is a
namespace: it replaces each function or class that it contains, so that a forward pass can come with the backward pass that
reads its cache.
"""

import inspect
from dataclasses import dataclass

import reference_impl
from lessonkit.engine.registry import Registry


@dataclass(frozen=True)
class Replacement:
    """One mistake or variant.

    Attributes
    ----------
    exercise : str
        The exercise that it does wrong or right.
    name : str
        What it does, as a Python name.
    sentence : str
        What the student is told; empty for a variant.
    replaces : tuple of (str, object)
        The functions that replace the reference's.
    alone : bool
        Whether the sentence also says that something is correct; it is then told only if nothing else is wrong.
    """

    exercise: str
    name: str
    sentence: str
    replaces: tuple
    alone: bool = False

    def namespace(self):
        """Return the reference with these functions in place."""
        return {**reference_names(), **dict(self.replaces)}


def reference_names():
    """Return everything that the reference exports, by name."""
    return {name: getattr(reference_impl, name) for name in reference_impl.__all__}


_mistakes = Registry("autograder.bank.mistakes", "write that module first")
_variants = Registry("autograder.bank.variants", "write that module first")


def mistake(exercise, sentence, alone=False):
    """Register a way to do `exercise` wrong, and what to tell the student; for `alone` see `Replacement`."""
    return _written_down(_mistakes, exercise, sentence, alone)


def variant(exercise):
    """Register another correct way to do `exercise`."""
    return _written_down(_variants, exercise, "")


def mistakes_of(exercise):
    """Return all known mistakes in `exercise`."""
    return _mistakes.of(exercise)


def variants_of(exercise):
    """Return all correct variants of `exercise`."""
    return _variants.of(exercise)


def _written_down(registry, exercise, sentence, alone=False):
    def register(code):
        if inspect.isclass(code) and code.__name__ != exercise:
            replaces = tuple((name, getattr(code, name)) for name in vars(code) if not name.startswith("__"))
        else:
            replaces = ((exercise, code),)
        registry.add(exercise, Replacement(exercise, code.__name__, sentence, replaces, alone))
        return code

    return register
