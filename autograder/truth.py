"""The truth on the grader's side: the live reference and the live bank of mistakes, on any seed."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from autograder import bank
from lessonkit import recorded, registry
from lessonkit.grading import Suspect, same_values
from lessonkit.host import LocalHost
from lessonkit.lessons import lesson as find_lesson
from lessonkit.transcript import VISIBLE_SEED, run

COURSE = Path(__file__).parent.parent


class Live:
    """The truth from the reference itself.

    Parameters
    ----------
    seed : int
        The seed of the checks' inputs.
    """

    def __init__(self, seed):
        self.seed = seed
        self._transcripts, self._suspects = {}, {}

    def values(self, check):
        """What the reference yields: ``[(name, value), ...]``."""
        key = (check.exercise, check.name)
        if key not in self._transcripts:
            transcript = run(check, LocalHost(bank.reference_names()), self.seed)
            if transcript.error:
                raise RuntimeError(f"The reference fails its own check {check.name}: {transcript.error}")
            self._transcripts[key] = [(entry.name, entry.value) for entry in transcript.entries]
        return self._transcripts[key]

    def suspects(self, exercise):
        """What every known mistake of `exercise` yields."""
        if exercise not in self._suspects:
            self._suspects[exercise] = [self._suspect(mistake) for mistake in bank.mistakes(exercise)]
        return self._suspects[exercise]

    def _suspect(self, mistake):
        host = LocalHost(mistake.namespace())
        transcripts = {}
        for check in registry.checks(mistake.exercise):
            transcript = run(check, host, self.seed)
            values = [(entry.name, entry.value) for entry in transcript.entries]
            message = transcript.error.message if transcript.error else ""
            same = not message and _same(values, self.values(check), check.rtol)
            transcripts[check.name] = None if same else (values, message)
        return Suspect(mistake.name, mistake.sentence, transcripts)


def _same(values, truth, rtol):
    return len(values) == len(truth) and all(same_values(a, b, rtol) for (_, a), (_, b) in zip(values, truth))


def record(lesson, path):
    """Write the recorded truth of a lesson, for the visible seed, to `path`."""
    live = Live(VISIBLE_SEED)
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    checks = {
        f"{check.exercise}/{check.name}": (check, live.values(check))
        for exercise in exercises
        for check in registry.checks(exercise)
    }
    recorded.save(path, checks, {exercise: live.suspects(exercise) for exercise in exercises})


def secret_seed(course=None):
    """The course's secret seed; it is drawn at first use and kept in ``.secret_seed``, which git ignores.

    Parameters
    ----------
    course : path, optional
        The course's folder. Default: ``LESSONKIT_COURSE``, which ``nbgrader_config.py`` sets, or this project.
    """
    path = Path(course or os.environ.get("LESSONKIT_COURSE") or COURSE) / ".secret_seed"
    try:
        with open(path, "x", encoding="ascii") as file:
            file.write(f"{secrets.randbits(63)}\n")
    except FileExistsError:
        pass
    try:
        return int(path.read_text(encoding="ascii"))
    except ValueError:
        raise ValueError(
            f"{path.name} holds no number. Delete it to draw a new secret seed, then grade again."
        ) from None


@lru_cache(maxsize=1)
def _live():
    return Live(secret_seed())


def live_truth(exercise):
    """The truth for grading `exercise` on the secret seed."""
    return _live()
