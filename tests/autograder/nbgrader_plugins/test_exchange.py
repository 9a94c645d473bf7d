"""nbgrader's exchange, there and back: release, fetch, hand in, collect, grade, and fetch the feedback."""

import getpass
import shutil
import sys
from pathlib import Path

import commands
import pytest
from nbgrader.api import Gradebook

from autograder.course import COURSE
from autograder.grading.assignment import grade
from lessonkit.catalogue import lesson
from tools.synthetic_class import hand_in, right, submission

LESSON = "02_mse"


def nbgrader(folder, *command):
    """Run a command and return its output. nbgrader remembers in the folder what was handed in from there."""
    return commands.nbgrader(folder, *command, JUPYTER_DATA_DIR=str(folder / "jupyter")).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader's exchange needs Unix permissions")
def test_who_handed_in_through_the_exchange_fetches_feedback_whoever_else_did_not(tmp_path):
    course, desk, student = tmp_path / "course", tmp_path / "desk", getpass.getuser()
    shutil.copytree(COURSE / "solutions" / LESSON, course / "solutions" / LESSON)
    shutil.copy(COURSE / "nbgrader_config.py", course)
    desk.mkdir()
    (desk / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.Exchange.root = {str(course / "exchange")!r}\nc.CourseDirectory.course_id = "nn-from-scratch"\n'
    )
    nbgrader(course, "generate_assignment", LESSON)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for absent in ("aaron", "zoe"):
            gradebook.add_student(absent)
    nbgrader(course, "release_assignment", LESSON)
    nbgrader(desk, "fetch_assignment", LESSON)
    notebook = desk / LESSON / f"{LESSON}.ipynb"
    answers = right([exercise.name for exercise in lesson(LESSON).exercises])
    notebook.write_text(submission(notebook.read_text(encoding="utf-8"), answers), encoding="utf-8")
    nbgrader(desk, "submit", LESSON)
    nbgrader(course, "collect", LESSON)
    for absent in ("aaron", "zoe"):  # these two handed in by email
        hand_in(course, absent, LESSON, notebook.read_text(encoding="utf-8"))
    assert sorted(grade(LESSON, course, jobs=1, unsandboxed=True, quiet=True)) == sorted(["aaron", student, "zoe"])
    nbgrader(course, "generate_feedback", LESSON)
    said = nbgrader(course, "release_feedback", LESSON)
    for absent in ("aaron", "zoe"):
        assert f"{absent} has handed in nothing through the exchange" in said
    nbgrader(desk, "fetch_feedback", LESSON)
    (page,) = Path(desk, LESSON, "feedback").rglob("*.html")
    own = course / "feedback" / student / LESSON / f"{LESSON}.html"
    assert page.read_bytes() == own.read_bytes()
