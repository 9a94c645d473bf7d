"""Runs are kept whole, found by name or path, and told apart."""

import json
import time

import pytest

from autograder.course import Course, CourseError
from autograder.grading import history

LESSON = "06_backward"


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def journal(course, **points):
    for student, earned in points.items():
        path = course.journal(LESSON, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"student": student, "points": {"check": earned}}))


def test_a_run_is_found_by_name_by_path_and_as_the_previous_one(course, tmp_path):
    journal(course, ada=1, bob=2)
    first = history.keep(course, LESSON)
    time.sleep(0.01)
    journal(course, ada=5, eve=3)
    second = history.keep(course, LESSON)
    assert first != second and len(history.kept(course, LESSON)) == 2  # also when both end within a second
    assert list(history.current(course, LESSON).entries) == ["ada", "bob", "eve"]
    for name in ("previous", history.kept(course, LESSON)[0], str(first)):
        found = history.find(course, LESSON, name)
        assert {s: e.points["check"] for s, e in found.submissions.items()} == {"ada": 1, "bob": 2}
    assert not list(tmp_path.rglob("*.part"))


def test_what_cannot_be_compared_with_is_said_in_one_sentence(course, tmp_path):
    with pytest.raises(CourseError, match="Run `python -m autograder grade 06_backward` first"):
        history.current(course, LESSON)
    assert history.keep(course, LESSON) is None
    journal(course, ada=1)
    with pytest.raises(CourseError, match="There is no run 'last' of 06_backward. None is kept yet"):
        history.find(course, LESSON, "last")
    path = history.keep(course, LESSON)
    with pytest.raises(CourseError, match="no earlier run of 06_backward"):
        history.find(course, LESSON, "previous")
    with pytest.raises(CourseError, match="Choose one of: previous, 20"):
        history.find(course, LESSON, "last")
    with pytest.raises(CourseError, match="is a run of 06_backward, not of 02_mse"):
        history.find(course, "02_mse", str(path))
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(path.read_bytes()[:30])
    with pytest.raises(CourseError, match="is no run that `grade` has kept"):
        history.find(course, LESSON, str(broken))
