"""What the report says about checks: the measures of classical test theory, and plain words where they are undefined."""

import numpy as np
import pytest

from autograder.grading.submission import GradedSubmission
from autograder.report import items
from autograder.report.page import bins
from lessonkit.engine.diagnose import Outcome, Result

CHECKS = {"first": ("gives the right values", "keeps the shape"), "second": ("gives the right values",)}


def graded(*passed, kinds=(), mistake="", seconds=1.0):
    """Return a graded submission from whether each check passed, in the order of `CHECKS`."""
    marks, results = iter(zip(passed, (*kinds, *[""] * len(passed)))), {}
    for exercise, titles in CHECKS.items():
        outcomes = []
        for title in titles:
            good, kind = next(marks)
            named = mistake if not good and not kind else ""
            outcomes.append(Outcome(
                title.replace(" ", "_"), title, 2.0, bool(good), "passed" if good else kind or ("mistake" if named else "value"),
                "" if good else f"told of {named or kind}", mistake=named,
            ))  # fmt: skip
        results[exercise] = Result(exercise, tuple(outcomes))
    points = {f"check_{exercise}": result.points for exercise, result in results.items()}
    return GradedSubmission(points=points, results=results, seconds=seconds)


def test_discrimination_is_the_point_biserial_correlation_with_the_rest():
    from scipy import stats  # takes long to import, and few processes that run tests need it

    rng = np.random.default_rng(0)
    skill = rng.normal(size=200)
    passed = (skill[:, None] + rng.normal(size=(200, 3)) > [-1, 0, 0.5]).astype(int)
    found = items.analyse({str(n): graded(*row) for n, row in enumerate(passed)})
    checks = [check for _, checks in found for check in checks]
    for column, item in enumerate(checks):
        rest = 2.0 * np.delete(passed, column, axis=1).sum(axis=1)
        assert item.discrimination == pytest.approx(stats.pointbiserialr(passed[:, column], rest).statistic)
        assert (item.passed, item.taken) == (passed[:, column].sum(), 200)
        assert item.difficulty == pytest.approx(passed[:, column].mean())
    whole = found[0][0]
    assert (whole.exercise, whole.title, whole.points) == ("first", "", 4.0)
    assert whole.passed == (passed[:, :2].sum(axis=1) == 2).sum()
    assert whole.difficulty == pytest.approx(passed[:, :2].mean())
    assert whole.discrimination == pytest.approx(np.corrcoef(passed[:, :2].sum(axis=1), passed[:, 2])[0, 1])


@pytest.mark.parametrize(
    "rows, why",
    [
        ([(1, 0, 1)], "there is only one submission"),
        ([(1, 1, 1), (1, 1, 1), (1, 1, 1)], "everyone earned the same"),
        ([(0, 1, 1), (1, 1, 1)], "everyone earned the same on the rest"),
    ],
)
def test_what_is_not_defined_says_why(rows, why):
    found = items.analyse({str(n): graded(*row) for n, row in enumerate(rows)})
    item = found[0][1][0]
    assert item.discrimination is None and item.why == why


def test_nobody_at_all():
    assert items.analyse({}) == [] and items.mistakes({}) == [] and items.unnamed({}) == []
    assert items.discrimination(np.array([]), np.array([])) == (None, "there is no submission")


def test_a_property_that_could_not_be_seen_is_not_taken():
    rows = [
        graded(1, 1, 1),
        graded(1, 0, 0),
        graded(0, 0, 1, kinds=("", "unseen", "")),
        graded(0, 0, 0, kinds=("", "unseen", "")),
    ]
    (whole, (values, shape)), _ = items.analyse({str(n): row for n, row in enumerate(rows)})
    assert (values.taken, shape.taken, whole.taken) == (4, 2, 4)
    assert (shape.passed, shape.difficulty, whole.difficulty) == (1, 0.5, 3 / 8)
    assert shape.discrimination == pytest.approx(1) and values.discrimination < 1


def test_a_check_that_came_later_counts_only_those_who_took_it():
    old = graded(1, 0, 1)
    old.results["first"] = Result("first", old.results["first"].outcomes[:1])
    found = items.analyse({"a": graded(1, 1, 0), "b": old, "c": graded(0, 0, 0)})
    assert [item.taken for item in found[0][1]] == [3, 2]


def test_empty_exercises_are_counted_apart():
    blank = graded(0, 0, 1, kinds=("empty", "empty"))
    (first, _), (second, _) = items.analyse({"a": graded(1, 1, 1), "b": blank, "c": blank})
    assert (first.empty, first.passed, second.empty) == (2, 1, 0)
    assert items.unnamed({"b": blank}) == []


def test_mistakes_come_most_common_first_and_count_each_student_once():
    everyone = {
        "a": graded(0, 0, 1, mistake="often"), "b": graded(0, 1, 1, mistake="often"), "c": graded(1, 0, 1, mistake="seldom"),
        "d": graded(0, 0, 1, kinds=("shape", "shape")), "e": graded(0, 1, 1, kinds=("shape",)),
    }  # fmt: skip
    assert [(t.what, t.sentence, t.students) for t in items.mistakes(everyone)] == [
        (("first", "often"), "told of often", ["a", "b"]),
        (("first", "seldom"), "told of seldom", ["c"]),
    ]
    assert [(t.what, t.students) for t in items.unnamed(everyone)] == [(("first", "shape"), ["d", "e"])]


@pytest.mark.parametrize("most, width", [(19, 1), (30, 1), (76, 5), (0.37, 0.05), (1234, 100), (3, 1)])
def test_bins_are_round_and_full_marks_have_their_own(most, width):
    whole = most >= 3
    values = np.array([0, most / 2, most, most])
    edges, counts = bins(values, most, 30 if most <= 30 and whole else 20 if whole else 12, whole)
    assert counts.sum() == 4 and edges[0] == 0 and edges[-1] >= most
    assert np.diff(edges) == pytest.approx(width)
    if whole and most <= 30:
        assert counts[-1] == 2 and edges[-2] == most
