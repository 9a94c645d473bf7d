"""The reference computed in float32, which lesson 00 accepts as well as float64."""

import functools
import inspect

import numpy as np

from lessonkit.catalogue import exercise as find_exercise
from tools.scorecard.hosts import reference_names

NAME = "the_reference_in_float32"
NEEDS_FLOAT64 = "03_gradient_check"  # float32 has too few digits for this lesson's differences


def is_enough(exercise):
    """Whether code for this exercise may compute in float32; a class gets its dtype as an argument."""
    described = find_exercise(exercise)
    return not described.is_class and described.lesson != NEEDS_FLOAT64


def names():
    """Return the reference's functions by name, each in float32, and its classes as they are."""
    return {name: in_float32(code) if inspect.isfunction(code) else code for name, code in reference_names().items()}


def in_float32(function):
    """Return a function that first converts its float64 array arguments to float32."""

    @functools.wraps(function)
    def changed(*args, **kwargs):
        return function(*map(_rounded, args), **kwargs)

    return changed


def _rounded(value):
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
