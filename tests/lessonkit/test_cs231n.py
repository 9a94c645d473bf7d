"""Code with the interface of Stanford's CS231n earns the points that ``docs/cs231n.md`` promises, and fails where it says so."""

import re

import cs231n
import pytest

from autograder.bank import reference_names
from autograder.bank.expected import Live
from autograder.course import COURSE
from lessonkit.catalogue import exercises
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED
from lessonkit.engine.values import show_number

ROW = re.compile(r"^\| `(\w+)` \| (\d+) of (\d+) \|([^|]*)\|", re.MULTILINE)
TABLE = {
    name: (f"{points} of {most}", failing.strip())
    for name, points, most, failing in ROW.findall((COURSE / "docs" / "cs231n.md").read_text(encoding="utf-8"))
}


class WithoutMistakes(Live):
    """The expected values alone: the points do not depend on the known mistakes."""

    def find_suspects(self, exercise):
        return []


EXPECTED = WithoutMistakes(VISIBLE_SEED)


def graded(exercise, function):
    return grade(exercise, LocalHost({**reference_names(), exercise: function}), EXPECTED)


def test_the_table_has_every_exercise_that_both_courses_have():
    assert set(TABLE) == {name for name in vars(cs231n) if name in exercises()}


@pytest.mark.parametrize("exercise", TABLE)
def test_a_function_of_that_course_earns_what_the_table_says(exercise):
    result = graded(exercise, getattr(cs231n, exercise))
    failing = [outcome.title for outcome in result.outcomes if not outcome.passed]
    said = "all" if len(failing) == len(result.outcomes) else "; ".join(failing)
    assert TABLE[exercise] == (f"{show_number(result.points)} of {show_number(result.max_points)}", said)


def test_the_step_may_stand_in_any_place_and_have_any_name():
    def by_place(f, x, step=1e-5):
        return cs231n.eval_numerical_gradient(f, x, False, step)

    def by_name(f, x, verbose=True, *, h=1e-5):
        return cs231n.eval_numerical_gradient(f, x, verbose, h)

    for function in (by_place, by_name):
        assert graded("eval_numerical_gradient", function).points == 4
