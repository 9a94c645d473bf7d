"""Formgrader's lists hold those who handed something in; what an instructor gave by hand stays."""

import shutil
from datetime import timedelta

import pytest
from arena import LESSON
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from autograder.grading.gradebook import Writer
from autograder.grading.submission import GradedSubmission
from autograder.grading.worker import work
from autograder.handed_in import Submission
from autograder.nbgrader_plugins import exporters
from autograder.report import gather
from lessonkit.catalogue import lesson
from lessonkit.engine.check import points_of

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")


@pytest.fixture
def course(template, tmp_path):
    shutil.copytree(template, tmp_path / "course")
    return Course(tmp_path / "course")


def record(course, *students, notes=("Nothing was handed in.",)):
    """Grade submissions that cannot be run, as `grade` does."""
    with Writer(course, LESSON, 1) as writer:
        for student in students:
            graded = work(LESSON, Submission(None, [*notes]), course.released(LESSON), 1, True)
            writer.record(student, graded, "fingerprint")
            assert not graded.failed, graded.flags


def in_formgrader(course):
    api = NbGraderAPI(CourseDirectory(root=str(course.folder), db_url=course.db_url))
    graded = {row["student"] for row in api.get_submissions(LESSON)}
    by_hand = {row["student"] for row in api.get_notebook_submissions(LESSON, LESSON)}
    return graded, by_hand


def test_who_handed_in_nothing_is_in_no_list(course):
    with Gradebook(course.db_url) as gradebook:
        for student in ("ada", "bob", "eve", "kim"):
            gradebook.add_student(student)
    record(course, "ada", "bob", "eve", "kim", notes=["The file is a PDF."])  # as an earlier version did for nothing
    assert in_formgrader(course)[0] == {"ada", "bob", "eve", "kim"}
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("check_relu_forward", LESSON, LESSON, "bob").manual_score = 2
        gradebook.find_submission(LESSON, "eve").extension = timedelta(days=2)
        gradebook.db.commit()
    record(course, "bob", "eve", "kim")
    assert in_formgrader(course)[1] == {"ada", "bob"}
    with Gradebook(course.db_url) as gradebook:
        scores = {row.student_id: row.score for row in gradebook.assignment_submissions(LESSON)}
        assert scores == {"ada": 0, "bob": 2, "eve": 0}
        assert gradebook.find_submission(LESSON, "eve").extension == timedelta(days=2)
    assert all(course.journal(LESSON, student).exists() for student in ("bob", "eve", "kim"))


def test_the_total_of_points_is_the_same_everywhere(course):
    record(course, "ada", notes=["The file is a PDF."])
    total = sum(points_of(exercise.name) for exercise in lesson(LESSON).exercises)
    with Gradebook(course.db_url) as gradebook:
        assert (
            gradebook.find_assignment(LESSON).max_score == gradebook.find_submission(LESSON, "ada").max_score == total
        )
        exporters.Canvas(to=str(course.folder / "canvas.csv")).export(gradebook)
        exporters.Csv(to=str(course.folder / "grades.csv")).export(gradebook)
    assert (course.folder / "canvas.csv").read_text().splitlines()[1].endswith(f",{total:.1f}")
    assert (course.folder / "grades.csv").read_text().splitlines()[1].endswith(f",{total:.1f}")
    assert gather.read(LESSON, course).max_score == total


def test_nothing_handed_in_is_told_from_what_cannot_be_read():
    assert not GradedSubmission(notes=["Nothing was handed in."]).handed_in
    assert GradedSubmission(notes=["The file is a PDF."]).handed_in
