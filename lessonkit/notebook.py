"""``check("relu_backward")`` in a notebook: grade the function of that name and show what came of it."""

import os
import sys
import traceback
from dataclasses import asdict, replace
from importlib import import_module

from lessonkit import report
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.engine.diagnose import Result, grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost

RESULT = "application/vnd.lessonkit.result+json"


class CheckFailed(Exception):
    """A check that failed while nbgrader validates: its report is all there is to show."""

    def _render_traceback_(self):
        return str(self).splitlines()


class Report:
    """The result of a check: the points as a number (nbgrader reads it), the report for the reader.

    Graded on the secret seed, it also carries what an instructor's report reads.
    """

    def __init__(self, result, graded=False):
        self.result, self.graded = result, graded

    def __float__(self):
        return float(self.result.points)

    def __repr__(self):
        return repr(float(self))

    def __str__(self):
        return report.text(self.result)

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": repr(self), "text/html": report.html(self.result)}
        return {**bundle, RESULT: asdict(self.result)} if self.graded else bundle


def check(exercise, hidden=False):
    """Check the exercise as it now stands in your notebook.

    Parameters
    ----------
    exercise : str
        The name of the function or class.
    hidden : bool
        Check on the course's secret seed. This works on the instructor's side only.

    Returns
    -------
    Report
        Shows the report; as a number, the points earned.

    Raises
    ------
    ValueError
        If there is no such exercise, or its expected values are missing.
    """
    find_exercise(exercise)
    namespace = sys._getframe(1).f_globals
    visible = grade(exercise, LocalHost(namespace), expected_of(exercise))
    result = _hidden(exercise, namespace, visible) if hidden else visible
    shown = Report(result, graded=hidden)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and not result.passed:
        raise CheckFailed(str(shown))
    if not _in_notebook():
        print(shown)
    return shown


def explain_empty_exercises():
    """In a notebook, answer a call of an empty exercise with one line in place of a long traceback."""
    if not _in_notebook():
        return
    shell = sys.modules["IPython"].get_ipython()

    def handler(shell, kind, error, trace, tb_offset=None):
        if str(error):
            return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        *_, last = traceback.walk_tb(trace)
        name = last[0].f_code.co_qualname
        shell._showtraceback(kind, error, [f"{name} is still empty. Write it first, then run this cell again."])

    shell.set_custom_exc((NotImplementedError,), handler)


def _in_notebook():
    """Whether the value of a cell is shown as rich output; in a plain shell or script the report is printed."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def _hidden(exercise, namespace, visible):
    """Grade on the secret seed; show numbers only for what fails on the visible one, which is no secret."""
    module = os.environ.get("LESSONKIT_LIVE_TRUTH")
    if not module:
        raise ValueError(f"check({exercise!r}, hidden=True) grades: it runs on the instructor's side, not here.")
    result = grade(exercise, LocalHost(namespace), import_module(module).live_expected(exercise))
    return Result(exercise, tuple(conceal(h, v) for h, v in zip(result.outcomes, visible.outcomes)))


def conceal(hidden, visible):
    """The outcome on the secret seed, told without its numbers."""
    if hidden.passed:
        return hidden
    if not visible.passed:
        return visible
    return replace(hidden, example="", sentence=f"{hidden.sentence} It shows on other random inputs than yours.")
