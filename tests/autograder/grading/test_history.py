"""Runs are saved completely, found by name or path, and kept apart."""

import json
import os
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
    assert first != second and len(history.kept(course, LESSON)) == 2  # even if both end within the same second
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
    with pytest.raises(CourseError, match="There is no run 'last' of 06_backward. No run has been saved yet"):
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
    with pytest.raises(CourseError, match="is not a run that `grade` has saved"):
        history.find(course, LESSON, str(broken))


def test_a_clock_that_jumps_does_not_change_which_run_was_the_last(course):
    now = int(time.time())
    for earned, moment in ((1, now), (2, now - 9000), (3, -(2**31)), (4, 2**40)):
        journal(course, ada=earned)
        os.utime(course.journal(LESSON, "ada"), (moment, moment))
        path = history.keep(course, LESSON)
        ahead = path.stat().st_mtime + 10**6
        os.utime(path, (ahead, ahead))  # so for each later run, the clock has been set back
        assert history.kept(course, LESSON)[-1] == path.name.removesuffix(history.ENDING)
    names = history.kept(course, LESSON)
    assert [history.find(course, LESSON, name).submissions["ada"].earned for name in names] == [1, 2, 3, 4]
    assert history.find(course, LESSON, "previous").submissions["ada"].earned == 3
