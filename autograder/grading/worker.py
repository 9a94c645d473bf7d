"""Grades one submission in a worker process, with a fork server of this machine."""

import gc
import threading
import traceback
from contextlib import suppress
from dataclasses import asdict

from autograder.bank.expected import Live
from autograder.course import CourseError
from autograder.grading.notebook import grade_notebook, nothing_to_grade
from autograder.grading.repair import Unreadable, checks_of, opening, recognise, unanswered
from autograder.sandbox.fork_server import ForkServer, ForkServerGone
from autograder.sandbox.protections import protections
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of as checks_of_exercise

_warm = {}
_one_at_a_time = threading.Lock()  # for workers of a cluster that have several threads


def work(lesson, data, why, released, seed, unsandboxed=False, limits=None, shared=None):
    """Grade one submission; never raise. It needs the installed package and its arguments, and no course folder.

    `shared` is a warm process of this machine's: its folder, and the protections that hold; without it, this process
    starts its own.

    Returns
    -------
    dict
        Plain values only: the graded notebook, points by grade id, notes, flags, results, seconds, memory in bytes.
    """
    notes, flags, failed = [why] if why else [], [], False
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    if data is not None:
        try:
            if isinstance(data, OSError):
                raise data
            found = recognise(data, released)
            flags += found.flags
            notes += found.notes
            with _one_at_a_time:
                key = (lesson, opening(released), seed, unsandboxed, limits)
                outcome = _graded(found.notebook, notes, flags, key, shared)
            return {**outcome, "unanswered": unanswered(found.notebook, released)}
        except Unreadable as error:
            notes.append(str(error))
        except CourseError:
            raise
        except Exception as error:  # no fault of the student's: no grade, and the next run tries again
            flags += [f"the grader itself failed: {type(error).__name__}: {error}", traceback.format_exc(limit=3)]
            notes.append("The grader could not grade this notebook. Your instructor has been told.")
            failed = True
    results = {name: nothing_to_grade(name, checks_of_exercise(name), notes[-1]) for name in exercises}
    outcome = {**_outcome(None, results, notes, flags), "unanswered": unanswered(released, released)}
    return {**outcome, "points": {}, "unanswered": [], "failed": True} if failed else outcome


def _warm_process(key, shared=None):
    """The warm process and the truth for ``lesson, opening, seed, unsandboxed, limits``, made when first asked for."""
    if key not in _warm:
        lesson, first, seed, unsandboxed, limits = key
        folder, held = shared or (None, protections(unsandboxed))
        _warm[key] = (ForkServer(lesson, limits, held, first, folder), Live(seed))
    return _warm[key]


def _graded(notebook, notes, flags, key, shared):
    lesson, cells = key[0], list(checks_of(notebook))
    for attempt, warm in ((1, shared), (2, None)):
        fork_server, live = _warm_process(key, warm)
        try:
            graded = grade_notebook(fork_server, [(source, exercise) for _, source, exercise in cells], live)
            break
        except ForkServerGone:
            _warm.pop(key)[0].close()
            if attempt == 2:
                raise
    for place, (index, _, _) in enumerate(cells):
        cell = notebook["cells"][index]
        cell["execution_count"], cell["outputs"] = place + 1, graded.outputs.get(place, [])
    for name in (exercise.name for exercise in find_lesson(lesson).exercises):
        if name not in graded.results:
            graded.results[name] = nothing_to_grade(name, checks_of_exercise(name), "Its check cell could not be run.")
    return _outcome(notebook, graded.results, notes + graded.notes, flags + graded.flags, graded.seconds, graded.memory)


def _outcome(notebook, results, notes, flags, seconds=0.0, memory=0):
    return {
        "notebook": notebook,
        "points": {f"check_{name}": float(result.points) for name, result in results.items()},
        "results": {name: asdict(result) for name, result in results.items()},
        "notes": notes,
        "flags": flags,
        "seconds": seconds,
        "memory": memory,
    }


def _one(student, *task):
    return student, work(*task)


def _warm_up(key, shared):
    """In a worker: get the truth, and wait for the warm process; what goes wrong will be told by the first notebook."""
    with suppress(Exception):
        fork_server, live = _warm_process(key, shared)
        for check in (
            check for exercise in fork_server.lesson.exercises for check in checks_of_exercise(exercise.name)
        ):
            live.values(check)
        gc.freeze()  # what is loaded stays: no use to look for garbage in it
        fork_server.opened()
