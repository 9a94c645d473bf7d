"""A lesson changes during the term: its gradebook, notebook and bundle follow, and nobody's work or grades are lost."""

import copy
import json
import shutil
import sys

import pytest
from arena import EXERCISES, LESSON, solved, without_figures
from commands import nbgrader
from small_course import FULL, gradebook_of

from autograder import __main__ as command_line
from autograder.course import COURSE, Course, CourseError
from autograder.grading import releases, underway
from autograder.grading.repair import recognise
from autograder.grading.submission import GradedSubmission
from autograder.publish import bundle as bundles
from tools.synthetic_class import hand_in, submission

SOURCE = json.loads(without_figures(COURSE / "solutions" / LESSON / f"{LESSON}.ipynb"))
NOW = json.loads(without_figures(COURSE / "lessons" / LESSON / f"{LESSON}.ipynb"))
MADE = []  # nbgrader's release of the present lesson, made only once because it takes long
NEW, GONE = "tanh_backward", "swish_forward"


def earlier(source):
    """Return an earlier lesson: without one exercise, with one that was dropped later, other points, and another text."""
    cells = []
    for cell in copy.deepcopy(source["cells"]):
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade_id") in (NEW, f"check_{NEW}"):
            continue
        if mark.get("grade_id") == "check_relu_forward":
            mark["points"] = 8
        if cell["cell_type"] == "markdown" and not mark:
            cell["source"] = "An earlier text.\n" + "".join(cell["source"])
        cells.append(cell)
    for name in ("tanh_forward", "check_tanh_forward"):  # the exercise that was dropped later
        cell = next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
        cells.append(json.loads(json.dumps(cell).replace("tanh_forward", GONE)))
    return {**source, "cells": cells}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return a course whose lesson was released in an earlier form."""
    course = tmp_path_factory.mktemp("first")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    (course / ".secret_seed").write_text("12345")
    write(course / "solutions", earlier(SOURCE))
    nbgrader(course, "generate_assignment", LESSON)
    return course


def write(folder, notebook):
    (folder / LESSON).mkdir(parents=True, exist_ok=True)
    (folder / LESSON / f"{LESSON}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def course(first, tmp_path, monkeypatch):
    """Three students have handed in the earlier form and have grades, some manual; then the lesson changes."""
    from nbgrader.api import Gradebook

    folder = tmp_path / "course"
    shutil.copytree(first, folder)
    given_out = (folder / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        for student, points in (("ada", 5.0), ("bob", 2.0), ("eve", 0.0)):
            hand_in(folder, student, LESSON, submission(given_out, solved()))
            gradebook.add_student(student)
            for grade in gradebook.add_submission(LESSON, student).notebooks[0].grades:
                grade.auto_score, grade.needs_manual_grade = points * grade.cell.max_score / 5, False
        for name in (GONE, "relu_forward", "relu_backward"):
            gradebook.find_grade(f"check_{name}", LESSON, LESSON, "bob").manual_score = 4.5
            gradebook.find_comment(name, LESSON, LESSON, "bob").manual_comment = f"Nearly: {name}."
        gradebook.find_submission_notebook(LESSON, LESSON, "eve").late_submission_penalty = 1.5
        gradebook.find_grade("check_relu_backward", LESSON, LESSON, "eve").extra_credit = 1.0
        gradebook.db.commit()
    write(folder / "solutions", SOURCE)
    monkeypatch.setattr(underway, "present", present)
    monkeypatch.setattr(underway, "bundle", lambda name, into, course: bundles._zip({"a": b"b"}, into / f"{name}.zip"))
    monkeypatch.chdir(folder)
    return folder


def present(course, lesson, theirs=underway.present):
    MADE[:] = MADE or [theirs(course, lesson)]
    return copy.deepcopy(MADE[0])


def everything(course):
    """Return everything in the gradebook about the lesson, and the notebook in the course."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        row = gradebook.find_notebook(LESSON, LESSON)
        students = {}
        for one in row.submissions:
            grades = {g.name: (g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade) for g in one.grades}
            comments = {c.name: (c.auto_comment, c.manual_comment) for c in one.comments}
            students[one.student.id] = grades, comments, one.late_submission_penalty, one.score, one.max_score
        form = underway.form_of(row)
    return form, students, (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")


def release(*options):
    return command_line.main(["release", "01", *options])


def test_all_comes_to_the_present_form_and_back(course, capsys):
    before = everything(course)
    assert release() == 0  # this run has no --yes
    shown = capsys.readouterr().out
    assert (
        "check_swish_forward (5 points) is dropped and counts for nobody: the grades of 3 students are kept, 1 of"
        in shown
    )
    assert "check_tanh_backward is added, with 5 points: 3 students have no grade in it" in shown
    assert (
        "check_relu_forward counts 5 points instead of 8, for 3 students. For 1 of them, the points that you gave"
        in shown
    )
    assert f"{LESSON}, with grades of 3 students in the gradebook:" in shown and "Nothing has been changed." in shown
    assert everything(course) == before

    assert release("--yes") == 0
    form, students, text = everything(course)
    assert json.loads(text)["cells"] == NOW["cells"]
    assert set(form.solution) == set(EXERCISES) and form.points == dict.fromkeys((f"check_{n}" for n in EXERCISES), 5)
    grades, comments, *_ = students["bob"]
    assert grades["check_relu_backward"] == (2.0, 4.5, None, False) and grades["check_relu_forward"][1] == 4.5
    assert grades["check_tanh_backward"] == (None, None, None, True)
    assert comments["relu_backward"] == (None, "Nearly: relu_backward.") and GONE not in comments
    assert students["eve"][2] == 1.5 and students["eve"][0]["check_relu_backward"][2] == 1.0
    assert students["ada"][3:] == (FULL - 5, FULL)  # new exercises wait; points are capped at the new maximum
    assert (course / "dist" / f"{LESSON}.zip").exists()
    assert release("--yes") == 0 and "in the gradebook" not in capsys.readouterr().out.splitlines()[-1]

    assert release("--undo", "--yes") == 0
    after = everything(course)
    assert after[:2] == before[:2] and json.loads(after[2])["cells"] == json.loads(before[2])["cells"]
    assert release("--undo", "--yes") == 2 and "There is no earlier release" in capsys.readouterr().err
    assert release("--yes") == 0 and everything(course)[1]["bob"][0]["check_relu_backward"][1] == 4.5


def test_what_was_dropped_counts_full_for_all(course, capsys):
    before, name = everything(course), f"check_{GONE}"
    assert release("--yes", "--dropped", "full") == 0
    form, students, _ = everything(course)
    assert form.full == {name} and form.points[name] == 5
    assert {grades[name] for grades, *_ in students.values()} == {(5.0, None, None, False)}
    assert students["eve"][4] == FULL + 5 and students["eve"][3] == 5 + 1
    assert release("--yes") == 0 and everything(course)[0].full == {name}  # it stays so until the option changes
    assert release("--yes", "--dropped", "nobody") == 0 and not everything(course)[0].full
    capsys.readouterr()
    assert release("--yes", "--dropped", "full") == 0 and everything(course)[0].full == {
        name
    }  # the instructor decides differently again
    shown = capsys.readouterr().out
    assert f"{name} is dropped, and everyone gets its 5 points: the grades of 3 students are kept, 1 of" in shown
    assert f"{name} is added" not in shown
    assert release("--yes", "--undo") == 0 and not everything(course)[0].full
    assert release("--yes", "--undo") == 0 and everything(course)[1]["bob"][0][name] == (5.0, None, None, False)
    assert release("--yes", "--undo") == 0 and everything(course)[:2] == before[:2]


@pytest.mark.parametrize("dropped", ["full", "nobody"])
def test_what_was_dropped_comes_back_with_other_points(course, monkeypatch, dropped):
    """The kept grades are adjusted like any others, and each undoing brings back exactly the grades that there were."""
    before, name = everything(course), f"check_{GONE}"
    assert release("--yes", "--dropped", dropped) == 0
    without = everything(course)
    released, form = present(Course(course), LESSON)
    form.grade[name], form.solution[GONE] = {"max_score": 10.0, "cell_type": "code"}, {}
    form.source[name] = form.source[f"check_{NEW}"]
    monkeypatch.setattr(underway, "present", lambda *_: (released, form))
    assert release("--yes") == 0
    grades = {student: grades[name] for student, (grades, *_) in everything(course)[1].items()}
    assert grades == {"ada": (10.0, None, None, False), "bob": (4.0, 4.5, None, False), "eve": (0.0, None, None, False)}
    assert release("--yes", "--undo") == 0 and everything(course)[:2] == without[:2]
    assert release("--yes", "--undo") == 0 and everything(course)[:2] == before[:2]


@pytest.mark.usefixtures("protected")
def test_what_counts_full_is_written_for_those_who_hand_in_later(course):
    from autograder.grading.gradebook import Writer

    release("--yes", "--dropped", "full")
    with Writer(Course(course), LESSON, 1) as writer:
        writer.record("new", GradedSubmission(points={f"check_{name}": 5.0 for name in EXERCISES}), "f")
    assert gradebook_of(course)["new"][0] == FULL + 5


@pytest.mark.parametrize("place", ["autograder.grading.underway.write_whole", "autograder.grading.underway.bundle"])
def test_it_is_done_whole_or_not_at_all(course, monkeypatch, place):
    before = everything(course)

    def fails(*arguments):
        raise CourseError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(place, fails)
        assert release("--yes") == 2
    assert everything(course) == before and not (course / "dist" / f"{LESSON}.zip").exists()
    assert release("--yes") == 0 and everything(course)[1]["bob"][0]["check_relu_backward"][1] == 4.5


def test_a_lesson_that_does_not_exist_stops_it_before_the_others_change(course, capsys):
    before = everything(course)
    assert command_line.main(["release", "01", "99", "--yes"]) == 2 and "no lesson '99'" in capsys.readouterr().err
    assert everything(course) == before


def test_nbgrader_stops_with_one_line_and_deletes_nothing(course):
    before = everything(course)
    done = nbgrader(course, "generate_assignment", LESSON, "--force", check=False)
    assert done.returncode == 1 and everything(course) == before
    (line,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert line.endswith(f"run: python -m autograder release {LESSON}") and "3 students" in line
    assert "Traceback" not in done.stderr


def test_checks_that_give_other_points_than_the_notebook_stop_it(course, capsys):
    """The checks have changed, but nothing has been built yet."""
    assert command_line.main(["grade", "01"]) == 2
    assert "disagree about the points of check_relu_forward. Run `make build`" in capsys.readouterr().err


def test_a_course_that_has_no_build_is_told_of_none(course, monkeypatch, capsys):
    """The checks of a wheel's course are in the installed package."""
    monkeypatch.setattr(releases, "SHIPPED", COURSE / "autograder" / "shipped")
    assert command_line.main(["grade", "01"]) == 2
    shutil.rmtree(course / "solutions")
    monkeypatch.setattr(sys.modules[__name__], "MADE", [])
    assert command_line.main(["release", "01"]) == 2
    said = capsys.readouterr().err + releases.how_checks_come_back()
    assert "make build" not in said and said.count(f"Copy solutions/{LESSON} from a new course") == 2
    assert len(said.splitlines()) == 3


def test_grading_stops_before_anyone_is_graded(course, capsys):
    """The course was pulled with another form of the lesson."""
    write(course / "lessons", NOW)
    assert command_line.main(["grade", "01", "--jobs", "1", "--unsandboxed"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and f"Run `python -m autograder release {LESSON}`" in error
    done = nbgrader(course, "autograde", LESSON, check=False)
    assert done.returncode == 1 and f"autograder release {LESSON}" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("kept", [True, False])
def test_honest_work_on_an_earlier_release_is_never_flagged(course, kept):
    """Work is compared with its own release or, if that was not kept, with what the gradebook knew about it."""
    handed_in = (course / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb").read_bytes()
    if not kept:
        shutil.rmtree(course / "releases")
        write(course / "lessons", NOW)
    release("--yes")
    (was,) = underway.Releases(Course(course), LESSON).earlier
    found = recognise(handed_in, NOW, [was])
    assert not found.flags and found.notes == [
        f"No longer part of this lesson: {GONE}.",
        f"Added to this lesson after you got your notebook, and not in it yet: {NEW}.",
    ]
    assert [c["id"] for c in found.notebook["cells"] if c["id"].startswith("added")] and len(
        found.notebook["cells"]
    ) > 10
    assert recognise(handed_in, NOW).flags  # compared with a release that is not its own
    fresh = recognise(json.dumps(NOW).encode(), NOW, [was])
    assert not fresh.flags and not fresh.notes

    tampered = json.loads(handed_in)
    check = next(
        c for c in tampered["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "check_relu_forward"
    )
    check["metadata"]["nbgrader"]["points"] = 50
    assert recognise(json.dumps(tampered).encode(), NOW, [was]).flags == [
        "grading marks were changed: check_relu_forward"
    ]


@pytest.mark.usefixtures("protected")
def test_a_class_that_holds_the_earlier_release_is_graded(course):
    from small_course import grade

    release("--yes", "--dropped", "full")
    graded = grade(course)
    assert not any(one.flags for one in graded.values())
    form, students, _ = everything(course)
    assert students["ada"][3] == FULL - 5 + 5 and students["bob"][0]["check_relu_backward"] == (5.0, 4.5, None, True)
    nbgrader(course, "autograde", LESSON, "--force", "--student=ada")
    assert everything(course)[1]["ada"][3] == FULL
    nbgrader(course, "generate_feedback", LESSON, "--student=bob")
    page = (course / "feedback" / "bob" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert (
        f"{GONE} is no longer part of the lesson, and counts in full for everyone." in page
        and "Nearly: relu_backward." in page
    )


def test_the_gradebook_may_be_postgresql(course, tmp_path, capsys):
    """PostgreSQL enforces foreign keys, and SQLite does not."""
    from nbgrader.api import Gradebook

    pgserver = pytest.importorskip("pgserver", reason="needs the packages pgserver and psycopg")
    pytest.importorskip("psycopg", reason="needs the packages pgserver and psycopg")
    server = pgserver.get_server(tmp_path / "postgres")
    try:
        db_url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        write(course / "solutions", earlier(SOURCE))
        nbgrader(course, "generate_assignment", LESSON, "--force", f"--CourseDirectory.db_url={db_url}")
        with Gradebook(db_url) as gradebook:
            gradebook.add_student("ada")
            gradebook.add_submission(LESSON, "ada")
            gradebook.find_grade(f"check_{GONE}", LESSON, LESSON, "ada").manual_score = 4.5
            gradebook.find_comment(GONE, LESSON, LESSON, "ada").manual_comment = "Nearly."
            gradebook.db.commit()
        write(course / "solutions", SOURCE)
        for options, score in ((("--yes",), 0.0), (("--yes", "--undo"), 4.5)):
            assert release(*options, "--db-url", db_url) == 0
            with Gradebook(db_url) as gradebook:
                assert gradebook.find_submission(LESSON, "ada").score == score
        with Gradebook(db_url) as gradebook:
            assert gradebook.find_comment(GONE, LESSON, LESSON, "ada").comment == "Nearly."
        assert everything(course)[1]["ada"][3] == 33  # the other gradebook has not changed
    finally:
        server.cleanup()
