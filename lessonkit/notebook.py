"""``check("relu_backward")`` in a notebook: grade the function with that name, and show the result."""

import atexit
import os
import sys
import traceback
from dataclasses import asdict, replace
from importlib import import_module

from lessonkit import cell_log, in_browser, report, time_limit
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.engine.diagnose import Result, grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost, not_implemented, seconds_for

MOST_UNSEEN = 100  # the limit where no cell ends, as in a widget's callback
RESULT = "application/vnd.lessonkit.result+json"


class CheckInterrupted(KeyboardInterrupt):
    """Someone interrupted a check: one line says so."""

    def _render_traceback_(self):
        return [str(self)]


class CheckFailed(Exception):
    """A check that failed while nbgrader validates; it shows only its report."""

    def _render_traceback_(self):
        return str(self).splitlines()


class Report:
    """The result of a check: it displays as the report, and as a number it is the points.

    When graded on the secret seed, its text is the points, which nbgrader reads, and it carries the data for the instructor.
    """

    def __init__(self, result, graded=False):
        self.result, self.graded, self.is_shown = result, graded, False

    def __float__(self):
        return float(self.result.points)

    def __repr__(self):
        return repr(float(self))

    def __str__(self):
        self.is_shown = True
        return report.text(self.result)

    def _repr_mimebundle_(self, include=None, exclude=None):
        words, html = str(self), report.html(self.result)
        if self.graded:
            return {"text/plain": repr(self), "text/html": html, RESULT: asdict(self.result)}
        return {"text/plain": words, "text/html": html}

    def show(self):
        """Print the report, unless it has been shown."""
        if not self.is_shown:
            report.put_out(self)


def check(exercise, hidden=False):
    """Check the exercise as it is now in your notebook.

    Parameters
    ----------
    exercise : str
        The name of the function or class.
    hidden : bool
        Check on the course's secret seed. This works on the instructor's side only.

    Returns
    -------
    Report
        Displays the report; as a number, it is the points earned.

    Raises
    ------
    ValueError
        If there is no such exercise, or its expected values are missing.
    """
    find_exercise(exercise)
    namespace = sys._getframe(1).f_globals
    host = LocalHost(namespace, cell_log.why_not_current, seconds_for(exercise))
    try:
        visible = grade(exercise, host, expected_of(exercise))
        result = _hidden(exercise, namespace, visible) if hidden else visible
    except KeyboardInterrupt:
        raise CheckInterrupted(f"The check of {exercise} was interrupted.") from None
    shown = Report(result, graded=hidden)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and not result.passed:
        raise CheckFailed(str(shown))
    if _shell() is None or _shell() is not _settled.get("in"):  # a script, or a plain Python prompt
        shown.show()
        return shown
    if hidden:  # the visible report, one line above in the same cell, says the same
        _unseen[:] = [other for other in _unseen if other.result.exercise != exercise]
    _unseen[:] = [*_unseen[-MOST_UNSEEN:], shown]
    return shown


_settled = {}  # the shell that this module is set up in
_unseen = []  # the reports of the current cell


def _show_what_was_lost(*_):
    """At the end of a cell, print the reports that it did not display: from a check in a loop, or before a ``;``."""
    reports = _unseen[:]
    _unseen.clear()
    for shown in reports:
        shown.show()


def settle_in():
    """In IPython, follow the cells, and answer a call of an empty exercise with one line instead of a long traceback."""
    shell = _shell()
    if shell is None or shell is _settled.get("in"):
        return
    _settled["in"] = shell
    if time_limit.IN_BROWSER:
        in_browser.settle_in(shell)
    cell_log.follow(shell)
    shell.events.register("post_execute", _show_what_was_lost)
    atexit.register(_show_what_was_lost)  # no cell ends where IPython is given a file

    def handler(shell, kind, error, trace, tb_offset=None):
        if str(error):
            return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        *_, last = traceback.walk_tb(trace)
        name = last[0].f_code.co_qualname
        cause = not_implemented(name, error.with_traceback(trace))
        lines = [f"{name} is still empty. Write it first, then run this cell again."]
        shell._showtraceback(kind, error, lines if cause.kind == "empty" else [cause.message, cause.where])

    shell.set_custom_exc((NotImplementedError,), handler)


def _shell():
    """Return the IPython shell that runs this notebook or terminal; None in a script."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _hidden(exercise, namespace, visible):
    """Grade on the secret seed; show numbers only for what fails on the visible seed, which is not secret."""
    module = os.environ.get("LESSONKIT_LIVE_TRUTH")
    if not module:
        raise ValueError(f"check({exercise!r}, hidden=True) grades: it runs on the instructor's side, not here.")
    result = grade(exercise, LocalHost(namespace), import_module(module).live_expected(exercise))
    return Result(exercise, tuple(conceal(h, v) for h, v in zip(result.outcomes, visible.outcomes)))


SAYS_NO_NUMBERS = ("mistake", "unseen", "waits", "empty", "depends")
QUOTES_THE_CODE = ("error", "undefined", "kept")  # whose words can carry secret inputs
WRONG = {
    "nan": "is not finite",
    "shape": "has the wrong shape",
    "dtype": "has the wrong dtype",
    "sign": "has the opposite sign",
    "structure": "has the wrong type",
    "type": "has the wrong type",
}
ELSEWHERE = "This shows on random inputs other than yours."
ERROR_ELSEWHERE = "It raised an error on random inputs other than yours."


def conceal(hidden, visible):
    """Return the outcome on the secret seed, without its numbers."""
    if hidden.passed:
        return hidden
    if not visible.passed:
        return replace(visible, earned=hidden.worth)
    if hidden.kind in QUOTES_THE_CODE:
        return replace(hidden, example="", sentence=ERROR_ELSEWHERE)
    told = hidden.sentence if hidden.kind in SAYS_NO_NUMBERS else f"A result {WRONG.get(hidden.kind, 'is wrong')}."
    return replace(hidden, example="", sentence=f"{told.partition(' This check also uses your')[0]} {ELSEWHERE}")
