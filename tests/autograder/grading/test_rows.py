"""Formgrader lists only students who handed something in; grades that an instructor gave manually stay."""

import json
import shutil
from datetime import timedelta

import pytest
from arena import LESSON
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from autograder.grading import worker
from autograder.grading.cells import grade_id
from autograder.grading.gradebook import Writer
from autograder.grading.notebook import GradedNotebook
from autograder.grading.submission import GradedSubmission
from autograder.grading.worker import work
from autograder.handed_in import NOTHING, Submission
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
    record(course, "ada", "bob", "eve", "kim", notes=["The file is a PDF."])  # an earlier version left such rows
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


@pytest.mark.parametrize("submission", [Submission(None, [NOTHING]), Submission(None, ["A PDF."]), Submission(b"{}")])
def test_an_exercise_whose_check_cell_was_deleted_is_not_graded(course, monkeypatch, submission):
    released, gone = course.released(LESSON), "relu_forward"
    released["cells"] = [cell for cell in released["cells"] if grade_id(cell) != f"check_{gone}"]
    if submission.data:
        submission.data = json.dumps(released).encode()
    monkeypatch.setattr(worker, "grade_in_session", lambda *_, **__: GradedNotebook())
    graded = work(LESSON, submission, released, 1, True)
    assert gone not in graded.results and f"check_{gone}" not in graded.points
    assert len(graded.results) == len(lesson(LESSON).exercises) - 1


def test_a_column_of_the_report_has_its_own_name():
    """The check of an exercise was deleted and counts in full, and the lesson still has the exercise."""
    group = gather.Class(None, {}, {}, {}, 10.0, full={"relu_forward": 5.0})
    header = next(gather.rows(lesson(LESSON), group))
    assert header.count("relu_forward") == 1 and len(header) == len(set(header))
