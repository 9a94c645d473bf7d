"""The checks against the bank: the reference and every variant pass, every mistake fails and is named."""

import pytest

from autograder import bank
from autograder.truth import Live
from lessonkit import registry
from lessonkit.grading import grade
from lessonkit.host import LocalHost
from lessonkit.lessons import exercises
from lessonkit.recorded import truth_of
from lessonkit.report import text
from lessonkit.transcript import VISIBLE_SEED

SEEDS = [VISIBLE_SEED, 1, 2, 3, 4]
MISTAKES = [(name, each) for name in exercises() for each in bank.mistakes(name)]
VARIANTS = [(name, each) for name in exercises() for each in bank.variants(name)]
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
    result = grade(exercise, LocalHost(mistake.namespace()), truth_of(exercise))
    assert {outcome.mistake for outcome in result.outcomes if not outcome.passed} == {mistake.name}


@pytest.mark.parametrize("exercise", exercises())
def test_the_bank_is_large_enough(exercise):
    assert len(bank.mistakes(exercise)) >= 6
    assert len(bank.variants(exercise)) >= 4
    sentences = [mistake.sentence for mistake in bank.mistakes(exercise)]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("exercise", exercises())
def test_the_reference_passes_on_many_seeds(exercise):
    for seed in range(100, 130):
        truth = Live(seed)
        for check in registry.checks(exercise):
            assert truth.values(check)
