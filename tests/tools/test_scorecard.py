"""The scorecard is up to date, every number on it is within its limit, and a fresh sample agrees with it."""

import pytest

from lessonkit.catalogue import exercises
from tools.scorecard import measure, page, results

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


WORSE = {
    "no check fails on the mistake x": ("mistakes", {"missed": ["x"]}),
    "the mistake x is named as another mistake": ("mistakes", {"misnamed": ["x"]}),
    "the mistake x is not always named": ("mistakes", {"nameless": ["x"]}),
    "mistakes are fewer than": ("mistakes", {"number": 13}),
    "the variant x is refused": ("variants", {"refused": {"x": [151]}}),
    "variants are fewer than": ("variants", {"number": 0}),
    "a mutant survives and is not in reviewed.toml: x": ("mutants", {"survivors": {"x": 0}}),
    "earn the wrong number of points: x": ("combinations", {"unequal": ["x"]}),
    "loses points beside x": ("combinations", {"robbed": ["x"]}),
    "flaky: x": ("flakiness", {"failures": 1, "first": ["x"]}),
    "sent to the wrong exercise: x": ("sentences", {"misled": ["x"]}),
    "only the wrong entry is told": ("sentences", {"bare": ["x"] * 1000, "changing": 1000}),
    "sentences about mutants are false": ("sentences", {"false": ["x"] * 10}),
    "worked examples are small": ("sentences", {"shown": 10_000}),
    "costs nothing, or more than its share plus one point: x": ("slips", {"dear": ["x"]}),
    "an empty notebook earns 1 points": ("empty", {"points": 1}),
    "is measured on 9 of 10 seeds": ("variants", {"seeds": 9}),
}


@pytest.mark.parametrize("sentence", WORSE)
def test_a_number_that_is_worse_is_a_problem(numbers, sentence):
    part, worse = WORSE[sentence]
    problems = page.problems(
        {
            **numbers,
            "sigmoid_backward": {**numbers["sigmoid_backward"], part: {**numbers["sigmoid_backward"][part], **worse}},
        }
    )
    assert len(problems) == 1 and sentence in problems[0]


@pytest.mark.parametrize(
    "part, fine, worse",
    [
        ("variants", {"number": 1, "refused": {}}, {"number": 1, "refused": {"x": [151]}}),
        ("flakiness", {"checks": 1, "failures": 0, "first": []}, {"checks": 1, "failures": 1, "first": ["x"]}),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_failure_on_any_seed_stays(numbers, part, fine, worse, late):
    measured = {**numbers, "sgd": {**numbers["sgd"]}}
    for seeds, found in [(range(10), fine if late else worse), (range(10, 60), worse if late else fine)]:
        results.update(measured, "sgd", part, seeds, found)
    assert measured["sgd"][part]["seeds"] == 60
    assert any(problem.endswith("x") or "variant x" in problem for problem in page.problems(measured))


@pytest.mark.parametrize("exercise", exercises())
def test_a_fresh_sample_agrees(exercise):
    number = list(exercises()).index(exercise)
    found = measure.mutants(exercise, [SECRET], step=8, start=number % 8)
    assert set(found["survivors"]) <= set(page.reasons(exercise))
    assert not measure.variants(exercise, range(SECRET, SECRET + 3))["refused"]
    assert not measure.flakiness(exercise, range(SECRET, SECRET + 5))["failures"]
    assert not measure.empty(exercise, [SECRET])["points"]
