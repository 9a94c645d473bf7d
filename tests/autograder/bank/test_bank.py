"""The checks against the bank: the reference and every variant pass, every mistake fails and is named."""

import pytest

from autograder import bank
from autograder.bank.expected import Live
from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED
from lessonkit.report import text

SEEDS = [VISIBLE_SEED, 1, 2, 3, 4]
MISTAKES = [(name, each) for name in exercises() for each in bank.mistakes_of(name)]
VARIANTS = [(name, each) for name in exercises() for each in bank.variants_of(name)]
LIVE = {seed: Live(seed) for seed in SEEDS}


def label(value):
    return getattr(value, "name", value)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise, variant", VARIANTS, ids=label)
def test_every_variant_passes(exercise, variant, seed):
    result = grade(exercise, LocalHost(variant.namespace()), LIVE[seed])
    assert result.passed, text(result)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise, mistake", MISTAKES, ids=label)
def test_every_mistake_fails_and_is_named(exercise, mistake, seed):
    result = grade(exercise, LocalHost(mistake.namespace()), LIVE[seed])
    failed = [outcome for outcome in result.outcomes if not outcome.passed]
    assert failed, f"{exercise}: {mistake.name} passes every check"
    assert {outcome.mistake for outcome in failed} == {mistake.name}, text(result)


@pytest.mark.parametrize("exercise, mistake", MISTAKES, ids=label)
def test_every_mistake_is_named_from_the_recording(exercise, mistake):
    result = grade(exercise, LocalHost(mistake.namespace()), expected_of(exercise))
    assert {outcome.mistake for outcome in result.outcomes if not outcome.passed} == {mistake.name}


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
