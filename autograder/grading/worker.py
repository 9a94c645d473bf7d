"""Grades one submission in a worker process, with a fork server on this machine."""

import gc
import threading
import traceback
from contextlib import suppress
from typing import NamedTuple

from autograder.bank.expected import Live
from autograder.course import CourseError
from autograder.flags import UNGRADED, words_of
from autograder.grading.cells import checked_in, checks_of, labels, opening, own_cells, unanswered
from autograder.grading.memory import peak
from autograder.grading.notebook import grade_notebook, nothing_to_grade
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.submission import GradedSubmission
from autograder.handed_in import NOTHING
from autograder.sandbox.fork_server import ForkServer, ForkServerGone
from autograder.sandbox.inside.lockdown import Limits
from autograder.sandbox.protections import protections
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of as checks_of_exercise

DIED = (
    "the process that graded this notebook ended twice, the second time when it graded nothing else: it may have run out of memory. "
    "Look at the notebook before you run it"
)
running = {}  # this process's fork server and the expected values, by setup
_one_at_a_time = threading.Lock()  # for cluster workers with several threads


class Setup(NamedTuple):
    """What a fork server and the expected values are set up for.

    Attributes
    ----------
    lesson : str
    opening : tuple of str
        The cells with which the lesson begins: see `autograder.grading.cells.opening`.
    seed : int
        The secret seed.
    unsandboxed : bool
        Whether a protection may be missing.
    limits : Limits or None
        What one notebook may use.
    """

    lesson: str
    opening: tuple
    seed: int
    unsandboxed: bool = False
    limits: Limits | None = None


def work(lesson, submission, released, seed, unsandboxed=False, limits=None, shared=None, earlier=()):
    """Grade one submission. It needs the installed package and its arguments, but no course folder.

    Parameters
    ----------
    lesson : str
    submission : autograder.handed_in.Submission
    released : dict
        The released notebook.
    seed : int
        The secret seed.
    unsandboxed : bool
    limits : Limits, optional
    shared : (str, tuple of str), optional
        This machine's fork server: its folder, and the protections that work. Without it, this process starts its own.
    earlier : list of dict, optional
        Earlier releases, which the student may have used.

    Returns
    -------
    GradedSubmission
    """
    data, notes, flags = submission.data, [*submission.notes], [*submission.flags]
    if data is not None:
        try:
            if isinstance(data, Exception):
                raise data
            recognised = recognise(data, released, earlier)
            notes += recognised.notes
            flags += recognised.flags
            setup = Setup(lesson, opening(released), seed, unsandboxed, limits)
            graded = _graded(recognised.notebook, own_cells(recognised.notebook, released, *earlier), setup, shared)
            graded.notes[:0], graded.flags[:0] = notes, flags
            graded.unanswered = unanswered(recognised.notebook, released)
            return graded
        except Unreadable as error:
            notes.append(str(error))
            flags.append(f"{UNGRADED}: {error}")
        except CourseError:
            raise
        except Exception as error:  # not the student's fault: no grade, and the next run tries again
            flags.append(f"the grader itself failed: {words_of(error)}\n{traceback.format_exc(limit=3)}")
            return failed(lesson, notes, flags)
    results = _nothing(checked_in(released), notes[-1])
    if NOTHING in notes:
        return GradedSubmission(
            None, _points(results), results, notes, flags, unanswered=unanswered(released, released)
        )
    return GradedSubmission(None, {}, results, notes, flags)  # not a zero: a person grades it


def failed(lesson, notes=(), flags=(DIED,)):
    """Return the graded submission for a failure of the grader itself."""
    notes = [*notes, "The grader could not grade this notebook. Your instructor has been told."]
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    return GradedSubmission(results=_nothing(exercises, notes[-1]), notes=notes, flags=[*flags], failed=True)


def _nothing(exercises, why):
    """Return the results of exercises that could not be graded."""
    return {name: nothing_to_grade(name, checks_of_exercise(name), why) for name in exercises}


def work_for(student, *arguments):
    """Call `work`, and return the student with the result, which includes this process's peak memory."""
    graded = work(*arguments)
    graded.worker_memory = peak()
    return student, graded


def _graded(notebook, own, setup, shared):
    """Run and grade a repaired notebook, and put the outputs into it."""
    cells = list(checks_of(notebook))
    sources = [(source, exercise) for _, source, exercise in cells]
    graded = grade_in_session(sources, setup, shared, own=own, labels=labels(notebook))
    for number, (index, _, _) in enumerate(cells):
        cell = notebook["cells"][index]
        cell["execution_count"], cell["outputs"] = number + 1, graded.outputs.get(number, [])
    results = graded.results
    missing = [name for name in checked_in(notebook) if name not in results]
    results |= _nothing(missing, "Its check cell could not be run.")
    return GradedSubmission(
        notebook, _points(results), results, graded.notes, graded.flags, graded.seconds, graded.memory
    )


def _points(results):
    """Return the points of each check cell."""
    return {f"check_{name}": float(result.points) for name, result in results.items()}


def grade_in_session(cells, setup, shared=None, **named):
    """Run a notebook's cells and grade its check cells, with a second fork server if the first one is gone.

    Parameters
    ----------
    cells : list of (str, str or None)
        As for `grade_notebook`.
    setup : Setup
    shared : optional
        As for `work`.
    named
        `own` and `labels`, as for `grade_notebook`.

    Returns
    -------
    autograder.grading.notebook.GradedNotebook
    """
    with _one_at_a_time:
        for attempt, other in ((1, shared), (2, None)):
            fork_server, live = running_for(setup, other)
            try:
                return grade_notebook(fork_server, cells, live, **named)
            except ForkServerGone:
                running.pop(setup)[0].close()
                if attempt == 2:
                    raise


def running_for(setup, shared=None):
    """Return the fork server and the expected values for a setup; they are created at the first call."""
    if setup not in running:
        folder, held = shared or (None, protections(setup.unsandboxed))
        fork_server = ForkServer(setup.lesson, setup.limits, held, setup.opening, folder)
        running[setup] = fork_server, Live(setup.seed)
    return running[setup]


def close_all():
    """End this process's fork servers."""
    while running:
        running.popitem()[1][0].close()


def warm_up(setup, shared):
    """In a worker, compute the expected values and wait for the fork server; the first notebook reports any error."""
    with suppress(Exception):
        fork_server, live = running_for(setup, shared)
        for check in (
            check for exercise in fork_server.lesson.exercises for check in checks_of_exercise(exercise.name)
        ):
            live.values(check)
        gc.freeze()  # loaded modules stay, so the garbage collector need not search them
        fork_server.opened()
