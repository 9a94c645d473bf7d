"""The expected values on the grader's side: the live reference and the live bank of mistakes, on any seed."""

from functools import lru_cache

import numpy as np

from autograder import bank
from autograder.course import this_course
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine import expected
from lessonkit.engine.check import checks_of, examples_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.diagnose import Suspect
from lessonkit.engine.host import TRAINS, LocalHost
from lessonkit.engine.near import Change, fingerprint_of
from lessonkit.engine.transcript import VISIBLE_SEED, run

SECONDS = 2  # for one call of a mutant


class Live(expected.Expected):
    """The expected values from the reference itself.

    Parameters
    ----------
    seed : int
        The seed of the checks' inputs.
    """

    def find_values(self, check):
        transcript = run(check, LocalHost(bank.reference_names()), self.seed)
        if transcript.error:
            raise RuntimeError(f"The reference fails its own check {check.name}: {transcript.error}")
        return [(entry.name, entry.value) for entry in transcript.entries], transcript.helpers

    def find_suspects(self, exercise):
        return [self._suspect(mistake) for mistake in bank.mistakes_of(exercise)]

    def _suspect(self, mistake):
        host = LocalHost(mistake.namespace())
        transcripts = {}
        for check in (*checks_of(mistake.exercise), *examples_of(mistake.exercise)):
            transcript = run(check, host, self.seed)
            values = [(entry.name, entry.value) for entry in transcript.entries]
            message = transcript.error.message if transcript.error else ""
            passes = not message and _same(values, self.values(check), check.rtol)
            transcripts[check.name] = None if passes else (values, message)
        return Suspect(mistake.name, mistake.sentence, transcripts, mistake.alone)

    def find_changes(self, exercise):
        """Return small changes to the reference, in words; of changes with the same results, the first."""
        found = {}
        for change in self.all_changes(exercise):
            prints = change.fingerprints.items()
            key = repr([(check, p.place, p.form, np.round(p.numbers, 6).tolist()) for check, p in prints])
            if any(p.place >= 0 for _, p in prints):
                found.setdefault(key, change)
        return list(found.values())

    def all_changes(self, exercise):
        """Return every small change to the reference that can be put in words."""
        from autograder.bank.mutants import mutants  # it imports libcst, which few callers need

        chosen = () if exercise in TRAINS else mutants(exercise)
        return [Change(mutant.words, self._fingerprints(mutant)) for mutant in chosen if mutant.words]

    def _fingerprints(self, mutant):
        try:
            host = LocalHost({**bank.reference_names(), mutant.exercise: mutant.build()}, seconds=SECONDS)
        except Exception:  # a default value or a class body may fail to run
            return {}
        fingerprints = {}
        for check in checks_of(mutant.exercise):
            transcript, values = run(check, host, self.seed), self.values(check)
            fingerprints[check.name] = fingerprint_of(transcript, values, check.rtol)
        return {name: fingerprint for name, fingerprint in fingerprints.items() if fingerprint}


def _same(values, others, rtol):
    return len(values) == len(others) and all(same_values(a, b, rtol) for (_, a), (_, b) in zip(values, others))


def record(lesson, path):
    """Write the recording of a lesson, for the visible seed, to `path`."""
    live = Live(VISIBLE_SEED)
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    checks = {
        f"{check.exercise}/{check.name}": (check, live.values(check), live.helpers(check))
        for exercise in exercises
        for check in (*checks_of(exercise), *examples_of(exercise))
    }
    suspects = {exercise: live.suspects(exercise) for exercise in exercises}
    changes = {exercise: live.changes(exercise) for exercise in exercises}
    expected.save(path, checks, suspects, changes)


@lru_cache(maxsize=1)
def _live():
    return Live(this_course().secret_seed())


def live_expected(exercise):
    """Return the expected values for grading `exercise` on the secret seed."""
    return _live()
