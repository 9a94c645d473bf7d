"""The instructor's report on a synthetic class that has handed in three lessons, graded by the real grader."""

import csv
import json
import re
import shutil
import time

import numpy as np
import pytest
from commands import nbgrader
from nbgrader.api import Gradebook, Student

from autograder import __main__ as command_line
from autograder.course import COURSE, Course
from autograder.grading import assignment, worker
from autograder.grading.gradebook import Writer
from autograder.grading.penalties import LatePenalties
from autograder.grading.submission import read_entry
from autograder.report import items, read, report
from autograder.sandbox import protections
from lessonkit.catalogue import lesson as find_lesson
from tools.synthetic_class import answer, attempt, hand_in, right, submission

STUDENTS = {"01_activations": 28, "02_mse": 12, "05_forward": 12}  # who hand in each lesson
LESSONS = tuple(STUDENTS)
DRAWING = ("plots.", "explorers.", "activations = {")  # figures take longer than everything else
NASTY = ("<script>alert(1)</script>", 'O\'Neill, "=cmd" & Søn')
COPIED = """
def mse_loss(x, y):
    # everything by hand
    {d} = x - y
    {s}, {g} = 0.0, np.zeros(x.shape)
    for {i}, {e} in np.ndenumerate({d}):
        {s} += {e} * {e} / {n}
        {g}[{i}] = 2.0 * {e} / x.size
    return {s} * {n} / x.size, {g}
"""
COPIES = {
    "student00": COPIED.format(d="d", s="s", g="g", i="i", e="e", n="3.0"),
    "student01": COPIED.format(d="diff", s="total", g="grad", i="index", e="value", n="7.0"),
}


def without_figures(text):
    """Return a notebook without the cells that draw, and without anything after its last check."""
    notebook = json.loads(text)
    cells = [c for c in notebook["cells"] if not "".join(c["source"]).startswith(DRAWING)]
    last = max(place for place, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade"))
    return json.dumps({**notebook, "cells": cells[: last + 1]})


def quickly(answers):
    """Return the answers without scikit-learn, because each notebook that uses it imports it again, which takes two seconds."""
    return {name: answer(name)[name] if "sklearn" in source else source for name, source in answers.items()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course whose class has handed in three lessons, with a record of each student's planted mistakes."""
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    course = Course(tmp_path_factory.mktemp("class"))
    shutil.copy(COURSE / "nbgrader_config.py", course.folder)
    rng = np.random.default_rng(2)
    skills = rng.beta(2.5, 2, STUDENTS[LESSONS[0]])
    course.made = {}
    for name in LESSONS:
        (course.folder / "solutions" / name).mkdir(parents=True)
        solution = (COURSE / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        (course.folder / "solutions" / name / f"{name}.ipynb").write_text(without_figures(solution), encoding="utf-8")
        nbgrader(course.folder, "generate_assignment", name)
        if name == LESSONS[0]:
            shutil.copy(course.folder / "gradebook.db", course.folder / "nobody.db")
        released = (course.folder / "lessons" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        for number, skill in enumerate(skills[: STUDENTS[name]]):
            student = f"student{number:02d}"
            answers, course.made[name, student] = attempt(find_lesson(name), skill, rng)
            if name == "02_mse" and student in COPIES:
                answers["mse_loss"] = COPIES[student]
                course.made[name, student].pop("mse_loss", None)
            hand_in(course.folder, student, name, submission(released, quickly(answers)))
    hand_in(course.folder, "unreadable", LESSONS[0], "{")
    with Gradebook(course.db_url) as gradebook:
        gradebook.add_student("absent", first_name="Ab", last_name="Sent")
        gradebook.add_student("student02", first_name=NASTY[0], last_name=NASTY[1])
    for name in LESSONS:
        assignment.grade(name, course.folder, jobs=1, quiet=True)
    yield course
    worker.close_all()


@pytest.fixture(params=LESSONS)
def lesson(request):
    return request.param


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_numbers_are_those_of_the_gradebook(course, lesson):
    html, table = report(lesson, course.folder)
    group = read(lesson, course)
    assert len(group.graded) == STUDENTS[lesson]
    with Gradebook(course.db_url) as gradebook:
        submissions = [s for s in gradebook.assignment_submissions(lesson) if s.student.id in group.graded]
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(lesson)}
        earned = {}
        for grade in (grade for s in submissions for grade in s.notebooks[0].grades):
            earned.setdefault(grade.name, []).append(grade.score / grade.max_score)
    for whole, checks in items.analyse(group.graded):
        assert whole.difficulty == pytest.approx(np.mean(earned[f"check_{whole.exercise}"]))
        assert whole.passed == sum(share == 1 for share in earned[f"check_{whole.exercise}"])
        assert all(check.passed >= whole.passed for check in checks)
    with open(table, newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in rows.items() if row["score"]} == scores
    everyone = {"absent", "unreadable", *(f"student{number:02d}" for number in range(STUDENTS[LESSONS[0]]))}
    without = everyone - group.graded.keys() - ({"unreadable"} if lesson == LESSONS[0] else set())
    assert [student for student, row in rows.items() if not row["score"]] == sorted(without)
    assert rows["absent"]["state"] == "nothing handed in" and float(rows["student05"]["memory_mb"]) > 20
    assert f"median score {np.median([scores[s] for s in group.graded]):.4g} of" in text_of(
        html.read_text(encoding="utf-8")
    )


def test_the_mistakes_that_were_made_are_told_with_who_made_them(course):
    planted = [(name, s, e, m) for (name, s), made in course.made.items() for e, m in made.items()]
    told = {name: items.mistakes(read(name, course).graded) for name in LESSONS}
    for found in told.values():
        counts = [len(each.students) for each in found]
        assert counts == sorted(counts, reverse=True) and counts[0] > 1
    hit = [
        any(
            each.what[0] == exercise and each.sentence == mistake.sentence and student in each.students
            for each in told[name]
        )
        for name, student, exercise, mistake in planted
    ]
    assert len(planted) > 60 and np.mean(hit) > 0.9  # two mistakes can hide one another


@pytest.fixture(scope="module")
def opened(browser):
    """A page that is used again and again, and what it has asked for since it was told to `goto` a report."""
    with browser.new_context(viewport={"width": 1100, "height": 900}) as context:
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))

        def show(html, width=1100):
            asked.clear()
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="light")
            page.goto(html.as_uri())
            return page, asked

        yield show


def fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_page_reads_well_for_everyone(course, lesson, opened, axe):
    """In both schemes, axe finds nothing with everything unfolded. 400 pixels are wide enough, and nothing comes from elsewhere."""
    html, _ = report(lesson, course.folder, similar=True)
    page, asked = opened(html)
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert fits(page)
    assert page.evaluate(
        "() => [...document.querySelectorAll('svg[role=img]')].every(each => each.querySelector('title').textContent"
        " && each.querySelector('desc').textContent.length > 20)"
    )
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page)
    page.set_viewport_size({"width": 400, "height": 900})
    assert fits(page)
    assert set(asked) == {html.as_uri()}


def test_names_are_text_and_never_code(course):
    html, table = report(LESSONS[0], course.folder)
    said = html.read_text(encoding="utf-8")
    assert "<script" not in said and "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    with open(table, newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["student_id"] == "student02")
    assert (row["first_name"], row["last_name"]) == NASTY
    assert str(Course(course.folder).secret_seed()) not in said


def test_who_needs_a_person_is_told_first(course, monkeypatch):
    monkeypatch.setattr(LatePenalties, "renew", lambda self: [])  # no date explains the penalty below
    said = text_of(report(LESSONS[0], course.folder)[0].read_text(encoding="utf-8"))
    assert "could not be graded: The notebook is cut off" in said
    assert "Nothing handed in Ab Sent (absent)" in said
    with Gradebook(course.db_url) as gradebook:
        notebook = gradebook.find_submission(LESSONS[0], "student03").notebooks[0]
        notebook.late_submission_penalty = 2.5
        waits, manual = notebook.grades[0], notebook.grades[1]
        kept = waits.auto_score
        waits.auto_score, manual.manual_score = None, 1.25
        gradebook.db.commit()
        html, table = report(LESSONS[0], course.folder)
        names, expected = (waits.name, manual.name), max(0.0, notebook.score - 2.5)
        waits.auto_score, manual.manual_score, notebook.late_submission_penalty = kept, None, 0
        gradebook.db.commit()
    assert f"still needs your grade: {names[0]} 1 student03" in text_of(html.read_text(encoding="utf-8"))
    with open(table, newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["student_id"] == "student03")
    assert (row["waiting"], row["graded_by_hand"], float(row["late_submission_penalty"])) == (*names, 2.5)
    assert float(row["score"]) == expected


def test_copies_are_found_behind_other_names(course):
    said = text_of(report("02_mse", course.folder, similar=True)[0].read_text(encoding="utf-8"))
    assert "student00 and student01 100% mse_loss" in said and "not a proof" in said
    assert "Similar submissions" not in report("02_mse", course.folder)[0].read_text(encoding="utf-8")


def test_two_runs_stand_side_by_side(course, monkeypatch, capsys, opened, axe):
    """Some students hand in better work: the previous run is kept, and the page says what changed."""
    name = "02_mse"
    solved = right(exercise.name for exercise in find_lesson(name).exercises)
    released = (course.folder / "lessons" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    group = read(name, course)
    better = [s for s in group.graded if group.graded[s].earned < group.max_score][:5]
    for student in better:
        hand_in(course.folder, student, name, submission(released, solved))
    assignment.grade(name, course.folder, jobs=1, quiet=True)
    monkeypatch.chdir(course.folder)
    assert command_line.main(["report", "02", "--compare"]) == 0
    assert capsys.readouterr().out.split() == [f"reports/{name}.html", f"reports/{name}.csv"]
    html = course.folder / "reports" / f"{name}.html"
    said = text_of(html.read_text(encoding="utf-8"))
    assert f"{STUDENTS[name]} students were graded in both" in said and "then (outlined)" in said
    changed = said[said.index("Whose points changed") : said.index("Everything about each student")]
    assert all(student in changed for student in better) and f"{len(better)} students" in changed
    axe(opened(html)[0])
    assert command_line.main(["report", "02", "--compare", "yesterday"]) == 2
    error = capsys.readouterr().err
    assert "There is no run 'yesterday' of 02_mse. Choose one of: previous, 20" in error and error.count("\n") == 1


@pytest.mark.parametrize("size", [1, 5])
def test_a_small_class(course, size, tmp_path, opened, axe):
    """Words replace measures that are undefined for so few students."""
    small = another(course, tmp_path, {f"student{number:02d}": f"student{number:02d}" for number in range(4, 4 + size)})
    html, _ = report(LESSONS[0], small)
    said = text_of(html.read_text(encoding="utf-8"))
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", said)
    assert "With fewer than 30 submissions, correlations are rough" in said
    if size == 1:
        assert "not defined: there is only one submission" in said and "One submission has no distribution" in said
    axe(opened(html)[0])


def test_a_class_of_five_thousand(course, tmp_path, opened):
    """The page appears within seconds, and is small enough for a browser."""
    known = [f"student{number:02d}" for number in range(STUDENTS[LESSONS[0]])]
    large = another(course, tmp_path, {f"s{number:04d}": known[number % len(known)] for number in range(5000)})
    start = time.process_time()
    html, table = report(LESSONS[0], large)
    assert time.process_time() - start < 60  # it takes a few seconds; a quadratic step would take minutes
    assert html.stat().st_size < 2_000_000 and len(table.read_text(encoding="utf-8").splitlines()) == 5001
    said = text_of(html.read_text(encoding="utf-8"))
    assert "Here are the 20 with the highest and the 20 with the lowest score of 5000" in said
    assert "correlations are rough" not in said
    page, _ = opened(html, width=400)
    assert page.evaluate("() => document.documentElement.scrollHeight") < 20_000  # the names are collapsed
    assert fits(page)


def another(course, folder, people):
    """Return another course with the journals of this one, written by the grader itself. `people` maps new names to old ones."""
    shutil.copytree(course.folder / "lessons", folder / "lessons")
    shutil.copy(course.folder / "nobody.db", folder / "gradebook.db")
    other, lesson = Course(folder), LESSONS[0]
    with Gradebook(other.db_url) as gradebook:
        gradebook.db.add_all(Student(id=student) for student in people)
        gradebook.db.commit()
    writer = Writer(other, lesson, 1)
    entries = {old: read_entry(course.journal(lesson, old)) for old in set(people.values())}
    for new, old in people.items():
        writer.write_journal(new, entries[old].submission, "made")
    return folder


def test_before_anyone_is_graded_the_next_step_is_said(tmp_path, monkeypatch, capsys, course):
    shutil.copytree(course.folder / "lessons", tmp_path / "lessons")
    for name in ("gradebook.db", "nbgrader_config.py"):
        shutil.copy(course.folder / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert command_line.main(["report", "01"]) == 2
    assert "Run `python -m autograder grade 01_activations` first" in capsys.readouterr().err
    assert command_line.main(["report", "03"]) == 2
    assert "Run `nbgrader generate_assignment 03_gradient_check` first" in capsys.readouterr().err
