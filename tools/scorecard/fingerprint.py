"""The definitions that a number on the scorecard depends on, and that its fingerprint covers."""

from functools import cache

import reference_impl
from autograder import bank
from autograder.publish.definitions import digest, of_modules, origin, reached
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run
from tools.scorecard.hosts import reference

__all__ = ["digest", "of_bank", "of_exercise", "of_modules"]


@cache
def of_exercise(exercise):
    """Return what decides whether code passes: the checks, the exercises that they call, and the comparison of values."""
    checks = checks_of(exercise)
    called = {name for check in checks for name in run(check, reference(LocalHost), VISIBLE_SEED).called}
    names = {exercise} | called & set(exercises())
    return reached(
        [
            ("lessonkit.engine.compare", "same_values"),
            *(origin(check.values) for check in checks),
            *(origin(getattr(reference_impl, name)) for name in names),
        ]
    )


@cache
def of_bank(kind, exercise):
    """Return the code of an exercise's mistakes or variants; `kind` is "mistakes" or "variants"."""
    module = f"autograder.bank.{kind}.lesson_{find_exercise(exercise).lesson[:2]}"
    return reached([(module, entry.name) for entry in getattr(bank, f"{kind}_of")(exercise)])
