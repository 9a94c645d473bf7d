"""Courses to grade in: one without submissions, and one whose class has handed in."""

import shutil

import pytest
from arena import LESSON, without_figures
from small_course import CLASS, nbgrader

from autograder.course import COURSE
from autograder.grading import worker
from autograder.sandbox import protections
from tools.synthetic_class import hand_in


@pytest.fixture(scope="session")
def protected():
    """For tests that grade. What the fork servers have loaded serves the next module, too."""
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    yield
    worker.close_all()


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Return a course with one released lesson, which draws no figures, and no submissions."""
    course = tmp_path_factory.mktemp("template")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    (course / "solutions" / LESSON).mkdir(parents=True)
    name = f"solutions/{LESSON}/{LESSON}.ipynb"
    (course / name).write_text(without_figures(COURSE / name), encoding="utf-8")
    nbgrader(course, "generate_assignment", LESSON)
    return course


@pytest.fixture
def course(template, tmp_path):
    """Return a course whose class has handed in, with one student who has not."""
    folder = tmp_path / "course"
    shutil.copytree(template, folder)
    (folder / ".secret_seed").write_text("12345")
    for student, text in CLASS.items():
        hand_in(folder, student, LESSON, text)
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.add_student("absent")
    return folder
