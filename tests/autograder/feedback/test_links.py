"""Links of the feedback page: every check of every lesson leads to a paragraph that exists."""

from dataclasses import asdict
from fnmatch import fnmatchcase

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.course import COURSE
from autograder.feedback import page
from lessonkit.catalogue import explained_everywhere, lessons
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import Outcome, Result
from lessonkit.notebook import RESULT

GRADING = {"score": 0, "max_score": 10, "late_penalty": 0}


def failed(name, kind):
    """Return the feedback page of a lesson in which every check fails with its own sentence."""
    notebook = nbformat.read(COURSE / "lessons" / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if marks and marks.grade:
            exercise = marks.grade_id.removeprefix("check_")
            checks = checks_of(exercise)
            outcomes = [Outcome(c.name, c.title, c.points, False, kind, f"What {c.title} says.") for c in checks]
            data = {"text/plain": "0.0", RESULT: asdict(Result(exercise, tuple(outcomes)))}
            cell.outputs = [nbformat.v4.new_output("execute_result", data)]
            marks.update(score=0, waits=False)
    html = page(notebook, {**GRADING, "assignment": name, "notebook": name})
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("name", list(lessons()))
def test_every_check_leads_to_a_paragraph_of_the_page(name):
    html = failed(name, "value")
    ids = [element["id"] for element in html.find_all(id=True)]
    assert len(set(ids)) == len(ids)
    assert {link["href"][1:] for link in html("a") if link["href"].startswith("#")} <= set(ids)
    for exercise in lessons()[name].exercises:
        report = html.find(id=f"exercise-{exercise.name}")
        titles = [heading.get_text() for heading in report.find_all_previous(["h3", "h4", "h5"], limit=1)]
        assert titles[0].startswith("Exercise ") and report.h6  # a report belongs to the heading of its exercise
        reads = report.find_all(class_="read")
        assert len(reads) in (1, len(checks_of(exercise.name)))
        for read in reads:
            assert read.a or "“Four rules for the whole course” in lesson 00" in read.get_text()
        assert html.select_one(f'header a[href="#exercise-{exercise.name}"]')


@pytest.mark.parametrize("name", list(lessons()))
def test_an_empty_exercise_leads_to_where_it_is_explained(name):
    html = failed(name, "empty")
    for exercise in lessons()[name].exercises:
        (read,) = html.find(id=f"exercise-{exercise.name}").find_all(class_="read")
        assert read.get_text().startswith("Where to begin") and html.find(id=read.a["href"][1:])


def test_every_line_about_where_something_is_explained_is_of_use():
    fits = []
    for lesson in lessons().values():
        names = [f"{exercise.name}.{check.name}" for exercise in lesson.exercises for check in checks_of(exercise.name)]
        for pattern in lesson.explained:
            whole = pattern if "." in pattern else f"{pattern}.*"
            assert any(fnmatchcase(name, whole) for name in names), f"{lesson.name}: no check matches {pattern!r}"
        fits += names
    for pattern in explained_everywhere():
        assert any(fnmatchcase(name, pattern) for name in fits), f"no check matches {pattern!r}"
