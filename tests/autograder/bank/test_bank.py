"""The checks against the bank: the reference and every variant pass, every mistake fails and is named.

Here each is graded as at home, against the recording, and as by the grader, on a seed of its own. The scorecard has measured the
same on more seeds, and `tests/tools/test_scorecard.py` fails if it is not up to date with the code.
"""

from functools import cache

import pytest

from autograder import bank
from autograder.bank import expected
from autograder.bank.expected import Live
from lessonkit.catalogue import exercises
from lessonkit.engine import diagnose, transcript
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.report import text
from tools.scorecard.page import reviewed

SEED = 1
MISTAKES = [(name, each) for name in exercises() for each in bank.mistakes_of(name)]
VARIANTS = [(name, each) for name in exercises() for each in bank.variants_of(name)]


class Named(Live):
    """The expected values, without the small changes that put a nameless result in words: a name does not depend on them."""

    def find_changes(self, exercise):
        return []


live = cache(Named)  # each transcript of the reference and of a mistake is made once per seed


@pytest.fixture
def run_once():
    """A check runs once on a mistake: the transcript to be graded is also the one by which the mistake is known.

    That a mistake gives the same result again is shown by its recording and, on `SEED`, by the checks in ``run_once.again``.
    """
    once = Once()
    with pytest.MonkeyPatch.context() as patch:
        for module in (expected, diagnose):
            patch.setattr(module, "run", once.run)
        yield once


class Once:
    """Runs checks, each once on a mistake and a seed, except for those that are to run again."""

    transcripts = {}  # of one exercise at a time

    def __init__(self):
        self.again = frozenset()

    def run(self, check, host, seed):
        if self.transcripts and check.exercise != next(iter(self.transcripts))[0]:
            self.transcripts.clear()
        key = (check.exercise, check.name, seed, *map(id, host._namespace.values()))
        if check.name in self.again:
            return transcript.run(check, host, seed)
        if key not in self.transcripts:
            self.transcripts[key] = transcript.run(check, host, seed)
        return self.transcripts[key]


def label(value):
    return getattr(value, "name", value)


def graded(exercise, entry, truth):
    """Return how an entry of the bank is graded, and which mistakes the report names."""
    result = grade(exercise, LocalHost(entry.namespace()), truth)
    return result, {o.mistake for o in result.outcomes if not o.passed and o.kind != "unseen"}


@pytest.mark.parametrize("exercise, variant", VARIANTS, ids=label)
def test_every_variant_passes(exercise, variant):
    for truth in (expected_of(exercise), live(SEED)):
        result, _ = graded(exercise, variant, truth)
        assert result.passed, text(result)


@pytest.mark.parametrize("exercise, mistake", MISTAKES, ids=label)
def test_every_mistake_fails_and_is_named(exercise, mistake, run_once):
    may_be_nameless = mistake.name in reviewed()["nameless"].get(
        exercise, ()
    )  # on some seeds, the evidence is too weak
    right = ({mistake.name}, {""}) if may_be_nameless else ({mistake.name},)
    result, named = graded(exercise, mistake, live(SEED))
    assert not result.passed, f"{exercise}: {mistake.name} passes every check"
    assert named in right, text(result)
    run_once.again = {outcome.check for outcome in result.outcomes if not outcome.passed}
    _, named = graded(exercise, mistake, live(SEED))
    assert named in right, f"run again: {named}"
    result, named = graded(exercise, mistake, expected_of(exercise))
    assert not result.passed and named in right, f"from the recording: {named}"


@pytest.mark.parametrize("exercise", exercises())
def test_the_bank_is_large_enough(exercise):
    assert len(bank.mistakes_of(exercise)) >= 6
    assert len(bank.variants_of(exercise)) >= 4
    sentences = [mistake.sentence for mistake in bank.mistakes_of(exercise)]
    assert len(set(sentences)) == len(sentences)
