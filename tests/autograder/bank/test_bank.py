"""The checks against the bank: the reference and every variant pass, every mistake fails and is named."""

from functools import cache

import pytest

from autograder import bank
from autograder.bank import expected
from autograder.bank.expected import Live
from lessonkit.catalogue import exercises
from lessonkit.engine import diagnose, transcript
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED
from lessonkit.report import text
from tools.scorecard.page import reviewed

SEEDS = [VISIBLE_SEED, 1, 2, 3, 4]
MISTAKES = [(name, each) for name in exercises() for each in bank.mistakes_of(name)]
VARIANTS = [(name, each) for name in exercises() for each in bank.variants_of(name)]
live = cache(Live)  # the reference's transcripts and the mistakes' are made once for each seed


@pytest.fixture
def run_once():
    """A check runs once on a mistake and a seed: the transcript to be graded is also the one to know the mistake by.

    That a mistake yields the same again is seen on the visible seed, by its recording, and on one other seed: there the
    checks in ``run_once.again`` run again.
    """
    once = Once()
    with pytest.MonkeyPatch.context() as patch:
        for module in (expected, diagnose):
            patch.setattr(module, "run", once.run)
        yield once


class Once:
    """Runs checks, each once on a mistake and a seed but for those that are to run again."""

    transcripts = {}  # of one exercise

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
    """How an entry of the bank is graded; and whether it passes every check, and the mistakes that are named."""
    result = grade(exercise, LocalHost(entry.namespace()), truth)
    return result, {o.mistake for o in result.outcomes if not o.passed and o.kind != "unseen"}


@pytest.mark.parametrize("exercise, variant", VARIANTS, ids=label)
def test_every_variant_passes(exercise, variant):
    for seed in SEEDS:
        result, _ = graded(exercise, variant, live(seed))
        assert result.passed, f"seed {seed}: {text(result)}"


@pytest.mark.parametrize("exercise, mistake", MISTAKES, ids=label)
def test_every_mistake_fails_and_is_named(exercise, mistake, run_once):
    may_be_nameless = mistake.name in reviewed()["nameless"].get(
        exercise, ()
    )  # too little speaks for it, on some seeds
    right = ({mistake.name}, {""}) if may_be_nameless else ({mistake.name},)
    results = {}
    for seed in SEEDS:
        results[seed], named = graded(exercise, mistake, live(seed))
        assert not results[seed].passed, f"seed {seed}: {exercise}: {mistake.name} passes every check"
        assert named in right, f"seed {seed}: {text(results[seed])}"
    _, named = graded(exercise, mistake, expected_of(exercise))
    assert named in right, f"from the recording: {named}"
    run_once.again = {outcome.check for outcome in results[SEEDS[1]].outcomes if not outcome.passed}
    _, named = graded(exercise, mistake, live(SEEDS[1]))
    assert named in right, f"seed {SEEDS[1]}, run again: {named}"


@pytest.mark.parametrize("exercise", exercises())
def test_the_bank_is_large_enough(exercise):
    assert len(bank.mistakes_of(exercise)) >= 6
    assert len(bank.variants_of(exercise)) >= 4
    sentences = [mistake.sentence for mistake in bank.mistakes_of(exercise)]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("exercise", exercises())
def test_the_reference_passes_on_many_seeds(exercise):
    for seed in range(100, 130):
        truth = Live(seed)
        for check in checks_of(exercise):
            assert truth.values(check)
