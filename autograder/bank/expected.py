"""The truth on the grader's side: the live reference and the live bank of mistakes, on any seed."""

from functools import lru_cache

import reference_impl
from autograder import bank
from autograder.course import this_course
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine import expected
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import Suspect, same_values
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run


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
            names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
            transcript = run(check, LocalHost(names), self.seed)
            if transcript.error:
                raise RuntimeError(f"The reference fails its own check {check.name}: {transcript.error}")
            self._transcripts[key] = [(entry.name, entry.value) for entry in transcript.entries]
        return self._transcripts[key]

    def suspects(self, exercise):
        """What every known mistake of `exercise` yields."""
        if exercise not in self._suspects:
            self._suspects[exercise] = [self._suspect(mistake) for mistake in bank.mistakes_of(exercise)]
        return self._suspects[exercise]

    def _suspect(self, mistake):
        host = LocalHost(mistake.namespace())
        transcripts = {}
        for check in checks_of(mistake.exercise):
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
        for check in checks_of(exercise)
    }
    expected.save(path, checks, {exercise: live.suspects(exercise) for exercise in exercises})


@lru_cache(maxsize=1)
def _live():
    return Live(this_course().secret_seed())


def live_expected(exercise):
    """The truth for grading `exercise` on the secret seed."""
    return _live()
