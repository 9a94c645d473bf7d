"""The scorecard is up to date and no number on it is worse than it may be; and a fresh sample of it agrees."""

import pytest

from autograder.scorecard import measure, page, results
from lessonkit.lessons import exercises

SECRET = 1_000_000  # seeds that the scorecard itself does not use


@pytest.fixture(scope="module")
def numbers():
    return results.load()


def test_it_is_up_to_date(numbers):
    stale = [f"{exercise}: {part}" for exercise, part in results.stale(numbers)]
    assert not stale, f"`make scorecard` measures them again: {', '.join(stale)}"


def test_no_number_is_worse_than_it_may_be(numbers):
    assert not page.problems(numbers)


def test_the_page_is_what_the_numbers_say(numbers):
    assert page.PAGE.read_text(encoding="utf-8") == page.text(numbers)


def test_the_bank_is_as_large_as_it_was_promised(numbers):
    assert sum(parts["mistakes"]["number"] for parts in numbers.values()) >= 200
    assert sum(parts["variants"]["number"] for parts in numbers.values()) >= 120


@pytest.mark.parametrize("exercise", exercises())
def test_a_fresh_sample_agrees(exercise):
    number = list(exercises()).index(exercise)
    found = measure.mutants(exercise, [SECRET], step=8, start=number % 8)
    assert set(found["survivors"]) <= set(page.reasons(exercise))
    assert not measure.variants(exercise, range(SECRET, SECRET + 3))["refused"]
    assert not measure.flakiness(exercise, range(SECRET, SECRET + 5))["failures"]
    assert not measure.empty(exercise, [SECRET])["points"]
