"""How checks are registered: ``@check("relu_backward", points=2)`` above a generator of named values."""

from collections.abc import Callable
from dataclasses import dataclass

from lessonkit.engine.registry import Registry


@dataclass(frozen=True)
class Check:
    """One named test of an exercise.

    Attributes
    ----------
    exercise : str
        The function or class that it tests.
    name : str
        What it tests, as a Python name: ``uses_the_upstream_gradient``.
    points : float
        What passing it earns.
    values : callable
        ``values(code, rng)``: a generator that calls the code under test and yields ``(name, value)``,
        or ``(name, value, second_value)``. The reference's value decides; where a wrong value agrees with its
        second value (the numerical gradient of the student's own forward pass), the message says so.
    rtol : float
        The largest accepted difference, relative to the expected entries and to the largest of them.
    of_property : bool
        Whether it is about a property (inputs left alone, any shape, extreme values): see `lessonkit.engine.points`.
    """

    exercise: str
    name: str
    points: float
    values: Callable
    rtol: float
    of_property: bool = False

    @property
    def title(self):
        return self.name.replace("_", " ")


_checks = Registry("lessonkit.checks", "open that lesson's own bundle")


def check(*exercises, points, rtol=1e-5, of_property=False):
    """Register a check that is worth `points` for each of `exercises`; ``code.under_test`` is the current one."""

    def register(values):
        for exercise in exercises:
            _checks.add(exercise, Check(exercise, values.__name__, points, values, rtol, of_property))
        return values

    return register


_examples = Registry("lessonkit.examples", "open that lesson's own bundle")


def example(*exercises):
    """Register a small example of each of `exercises`: a check without points that a student can work out mentally.

    It draws nothing at random. A wrong value in it is shown in place of a wrong value in a larger check; of several
    examples, the first that has one.
    """

    def register(values):
        for exercise in exercises:
            _examples.add(exercise, Check(exercise, values.__name__, 0, values, 1e-5))
        return values

    return register


def examples_of(exercise):
    """The small examples of `exercise`, the smallest first."""
    return _examples.of(exercise)


def checks_of(exercise):
    """All checks of `exercise`, in the order in which they are written."""
    return _checks.of(exercise)


def points_of(exercise):
    """What `exercise` is worth: the sum over its checks."""
    return sum(check.points for check in checks_of(exercise))
