"""nbgrader's own commands on a small course: release, validate, autograde, feedback, export."""

import csv
import io
import json
import re
import shutil

import numpy as np
import pytest
from commands import nbgrader

from autograder.bank.expected import Live
from autograder.course import COURSE, version_of_tables
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of, points_of
from lessonkit.engine.values import is_number
from tools.synthetic_class import answer, find, hand_in, right, submission

LESSON = "01_activations"
EXERCISES = [exercise.name for exercise in find_lesson(LESSON).exercises]
NOISY = """
import sys
import warnings
print("defining relu_forward")
print("to stderr", file=sys.stderr)

def relu_forward(x):
    print("a print")
    print("an error message that is none", file=sys.stderr)
    warnings.warn("a warning")
    np.log(np.zeros(1))
    return np.maximum(x, 0.0), x
"""


def solved():
    return right(EXERCISES)


def edited(text, change):
    notebook = json.loads(text)
    notebook["cells"] = [cell for cell in notebook["cells"] if change(cell) is not False]
    return json.dumps(notebook)


def softened(cell):
    if cell["metadata"].get("nbgrader", {}).get("grade_id") == "check_relu_forward":
        cell["source"] = ["5.0"]


def without_one_check(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id") != "check_relu_forward"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in a folder of its own, graded once."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    source = course / "solutions" / LESSON
    shutil.copytree(COURSE / "solutions" / LESSON, source, ignore=shutil.ignore_patterns("checkpoints"))
    nbgrader(course, "generate_assignment", LESSON)
    released = (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    wrong = {**solved(), **answer("relu_backward", find("relu_backward", "ignores_dout"))}
    students = {
        "solved": submission(released, solved()),
        "empty": released,
        "noisy": submission(released, {**solved(), "relu_forward": NOISY}),
        "wrong": submission(released, wrong),
        "softened": edited(submission(released, {"relu_forward": "def relu_forward(x):\n    return x, x"}), softened),
        "deleted": edited(submission(released, solved()), without_one_check),
    }
    for student, text in students.items():
        hand_in(course, student, LESSON, text)
    nbgrader(course, "autograde", LESSON)
    return course


@pytest.fixture(scope="module")
def grades(course):
    """Return the points by student and exercise from nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submitted.student.id: {
                grade.name.removeprefix("check_"): grade.score for grade in submitted.notebooks[0].grades
            }
            for submitted in gradebook.assignment_submissions(LESSON)
        }


def test_the_version_of_the_tables_is_what_alembic_says():
    from alembic import command, config
    from nbgrader import api

    said = io.StringIO()
    with api._temp_alembic_ini("sqlite://") as settings:
        command.heads(config.Config(settings, stdout=said))  # what nbgrader runs
    assert said.getvalue().split()[0] == version_of_tables()


def test_a_solved_notebook_earns_every_point(grades):
    assert grades["solved"] == {name: points_of(name) for name in EXERCISES}


def test_an_empty_notebook_earns_no_point(grades):
    assert grades["empty"] == dict.fromkeys(EXERCISES, 0)


def test_noise_costs_nothing(grades):
    assert grades["noisy"] == grades["solved"]


def test_partial_credit_reaches_the_gradebook(grades):
    assert 0 < grades["wrong"]["relu_backward"] < points_of("relu_backward")
    assert {**grades["wrong"], "relu_backward": 5} == grades["solved"]


def test_an_edited_check_cell_is_graded_as_released(grades):
    assert grades["softened"]["relu_forward"] < points_of("relu_forward")


def test_a_deleted_check_cell_is_put_back_and_graded(course, grades):
    assert grades["deleted"] == grades["solved"]
    text = (course / "autograded" / "deleted" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    assert "The check cell check_relu_forward was missing. It was put back and graded" in text


def test_the_release_holds_no_solution_and_no_hidden_test(course):
    text = (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "hidden" not in text.lower()
    assert [path.name for path in (course / "lessons" / LESSON).iterdir()] == [f"{LESSON}.ipynb"]


def test_the_release_is_what_is_committed(course):
    ours = (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    assert ours.strip() == (COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8").strip()


def test_feedback_names_the_mistake_and_keeps_the_secrets(course):
    nbgrader(course, "generate_feedback", LESSON)
    page = (course / "feedback" / "wrong" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "What is left" in page and "You ignore the upstream gradient" in page
    seed = (course / ".secret_seed").read_text().strip()
    live = Live(int(seed))
    for student in ("wrong", "empty", "softened"):
        page = (course / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
        assert seed not in page and "reference_impl/" not in page and "autograder" not in page
        for name in EXERCISES:
            for check in checks_of(name):
                for _, value in live.values(check):
                    if not is_number(value):
                        continue
                    for number in np.ravel(value)[np.ravel(np.abs(value)) % 1 != 0]:
                        assert f"expected {number:.5g}<" not in page
    assert not re.search(r"SOLUTION", page)


def test_grades_are_exported(course):
    nbgrader(course, "export")
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["solved"]["score"]) == 30 and float(rows["empty"]["score"]) == 0


def test_validate_tells_a_student_what_is_wrong(course):
    folder = course / "submitted" / "wrong" / LESSON
    said = nbgrader(folder, "validate", f"{LESSON}.ipynb", check=False)
    assert "VALIDATION FAILED ON 1 CELL(S)" in said.stdout
    assert "You ignore the upstream gradient" in said.stdout
    assert "lessonkit/" not in said.stdout
    said = nbgrader(course / "submitted" / "solved" / LESSON, "validate", f"{LESSON}.ipynb")
    assert "Success! Your notebook passes all the tests." in said.stdout
