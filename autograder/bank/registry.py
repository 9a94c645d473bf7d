"""The bank: every exercise done wrong in known ways (mistakes) and done right in many styles (variants).

A mistake or a variant replaces functions of the reference by name. A plain function replaces the exercise
that it is written for. A class is a namespace: it replaces each function or class that it holds, so that a
forward pass can come with the backward pass that reads its cache.
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
        The exercise that it does wrong, or right.
    name : str
        What is done, as a Python name.
    sentence : str
        What the student is told; empty for a variant.
    replaces : tuple of (str, object)
        The functions that stand in for the reference's.
    alone : bool
        Whether the sentence also speaks of what is right: then it is told only where nothing else is wrong.
    """

    exercise: str
    name: str
    sentence: str
    replaces: tuple
    alone: bool = False

    def namespace(self):
        """The reference with these functions in place."""
        return {**reference_names(), **dict(self.replaces)}


def reference_names():
    """Everything that the reference exports, by name."""
    return {name: getattr(reference_impl, name) for name in reference_impl.__all__}


_mistakes = Registry("autograder.bank.mistakes", "write that module first")
_variants = Registry("autograder.bank.variants", "write that module first")


def mistake(exercise, sentence, alone=False):
    """Write down how `exercise` is done wrong, and what the student is told; `alone` is as `Replacement` says."""
    return _written_down(_mistakes, exercise, sentence, alone)


def variant(exercise):
    """Write down another right way to do `exercise`."""
    return _written_down(_variants, exercise, "")


def mistakes_of(exercise):
    """All known mistakes of `exercise`."""
    return _mistakes.of(exercise)


def variants_of(exercise):
    """All correct variants of `exercise`."""
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
