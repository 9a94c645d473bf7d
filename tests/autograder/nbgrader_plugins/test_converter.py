"""`nbgrader autograde` gives the same grades as ``python -m autograder grade`` for every kind of submission."""

import io
import json
import shutil
import zipfile

import pytest
from arena import LESSON as ANOTHER
from arena import RELEASED as ANOTHER_TEXT
from commands import nbgrader, python

from autograder.course import COURSE
from autograder.grading import assignment, worker
from autograder.sandbox import protections
from lessonkit.catalogue import lesson as find_lesson
from tools.synthetic_class import right, submission

LESSON = "02_mse"
EXACT = f"{LESSON}.ipynb"
RELEASED = (COURSE / "lessons" / LESSON / EXACT).read_text(encoding="utf-8")
COMPLETE = submission(RELEASED, right([exercise.name for exercise in find_lesson(LESSON).exercises]))
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FULL = 11.0


def changed(change, text=None):
    """The work with a change to its JSON."""
    notebook = json.loads(text or WORK)
    return json.dumps(change(notebook) or notebook)


def without_figures_and_texts(notebook):
    """Figures take longer than all the rest, and texts on the feedback pages: one notebook has them."""
    drawing = ("plots.", "explorers.")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    notebook["cells"] = [cell for cell in code if not "".join(cell["source"]).startswith(drawing)]


WORK = changed(without_figures_and_texts, COMPLETE)


def bad_outputs(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "execute_result"}, None, 5, {"output_type": "nonsense", "data": []}]


def without_line_ends(notebook):
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).split("\n")


def with_picture(notebook):
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![me](attachment:me.png)"}
    notebook["cells"].insert(1, {**cell, "attachments": {"me.png": {"image/png": PICTURE}}})


def zipped(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mine.ipynb", text)
    return file.getvalue()


# A submission: its files by name, its points, and words for student and instructor, if any
CASES = {
    "plain": ({EXACT: COMPLETE}, FULL, ""),
    "ipynb_txt": ({f"{EXACT}.txt": WORK}, FULL, "its name is not"),
    "upper_ext": ({f"{LESSON}.IPYNB": WORK}, FULL, "its name is not"),
    "copy_and_untitled": ({f"{LESSON}-Copy1.ipynb": WORK, "Untitled.ipynb": '{"cells": []}'}, FULL, "its name is not"),
    "subfolder": ({f"{LESSON}/{EXACT}": WORK}, FULL, "inside a folder"),
    "zip": ({"work.zip": zipped(WORK)}, FULL, "inside a zip file"),
    "template_beside": ({EXACT: RELEASED, f"{LESSON} (1).ipynb": WORK}, FULL, "contains answers, and was graded"),
    "utf16": ({EXACT: WORK.encode("utf-16")}, FULL, ""),
    "bom": ({EXACT: b"\xef\xbb\xbf" + WORK.encode()}, FULL, ""),
    "null_cell": ({EXACT: changed(lambda n: n["cells"].append(None))}, FULL, "is damaged and was left out"),
    "no_nbformat": ({EXACT: changed(lambda n: {"cells": n["cells"]})}, FULL, ""),
    "nbformat5": ({EXACT: changed(lambda n: {**n, "nbformat": 5})}, FULL, ""),
    "bad_outputs": ({EXACT: changed(bad_outputs)}, FULL, ""),
    "no_list_newlines": ({EXACT: changed(without_line_ends)}, FULL, ""),
    "contents_model": ({EXACT: changed(lambda n: {"type": "notebook", "content": n})}, FULL, "Jupyter's server"),
    "picture": ({EXACT: changed(with_picture)}, FULL, ""),
    "git_conflict": ({EXACT: "{\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"}, 0, "a merge conflict"),
    "web_page": ({EXACT: "<!DOCTYPE html>"}, 0, "a web page"),
    "pdf": ({"work.pdf": "%PDF-1.7"}, 0, "a PDF"),
    "empty_file": ({EXACT: ""}, 0, "is empty"),
    "python": ({"work.py": "import numpy as np\n"}, 0, "a Python script"),
    "no_file": ({"data.csv": ""}, 0, "There is no notebook named"),
    "wrong_lesson": ({EXACT: submission(ANOTHER_TEXT, right(["relu_forward", "tanh_forward"]))}, 0, f"lesson {ANOTHER[:2]}"),
}  # fmt: skip
STAMPS = {  # some timestamp.txt files: the time in UTC, or None if it is ambiguous
    "plain": (b"2026-03-01 18:30:00 +0100", "2026-03-01 17:30:00"),
    "bom": ("2026-03-01 18:30:00 UTC".encode("utf-16"), "2026-03-01 18:30:00"),
    "no_nbformat": (b"2026-07-01 10:30:00 PDT", "2026-07-01 17:30:00"),
    "utf16": (b"01/03/2026 18:30", "None"),
    "nbformat5": (b"2026-03-01 18:30:00 XYZ", "None"),
}
UNREADABLE = [name for name, (_, points, _) in CASES.items() if not points]


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """The same class, graded by nbgrader in one folder and by us in another; and what nbgrader logged."""
    from nbgrader.api import Gradebook

    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    theirs = tmp_path_factory.mktemp("nbgrader")
    shutil.copy(COURSE / "nbgrader_config.py", theirs)
    (theirs / "solutions" / LESSON).mkdir(parents=True)
    shutil.copy(COURSE / "solutions" / LESSON / EXACT, theirs / "solutions" / LESSON)
    nbgrader(theirs, "generate_assignment", LESSON)
    (theirs / ".secret_seed").write_text("12345")
    with Gradebook(f"sqlite:///{theirs}/gradebook.db") as gradebook:
        for student in ("absent", *CASES):
            gradebook.add_student(student)
    for student, (files, _, _) in CASES.items():
        for name, content in files.items():
            path = theirs / "submitted" / student / LESSON / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for student, (stamp, _) in STAMPS.items():
        (theirs / "submitted" / student / LESSON / "timestamp.txt").write_bytes(stamp)
    ours = tmp_path_factory.mktemp("ours") / "course"
    shutil.copytree(theirs, ours)
    log = nbgrader(theirs, "autograde", LESSON).stderr
    graded = assignment.grade(LESSON, ours, jobs=1, quiet=True)
    worker.close_all()
    for course in (theirs, ours):
        nbgrader(course, "generate_feedback", LESSON)
    return theirs, ours, log, graded


def rows(course):
    """Return the content of the gradebook: for each student the score, and the grades of each cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            row.student.id: (
                row.score,
                {g.name: (g.auto_score, g.needs_manual_grade) for g in row.notebooks[0].grades},
            )
            for row in gradebook.assignment_submissions(LESSON)
        }


def autograded(course, student):
    text = (course / "autograded" / student / LESSON / EXACT).read_text(encoding="utf-8")
    return json.loads(text)


def notes_of(course, student):
    cell = autograded(course, student)["cells"][0]
    return "".join(cell["source"]) if cell.get("id") == "about" else ""


def test_nbgrader_and_grade_give_the_same_points_and_no_row_to_who_is_absent(courses):
    theirs, ours, _, graded = courses
    assert not graded["absent"].handed_in
    assert rows(theirs) == rows(ours)
    assert {student: row[0] for student, row in rows(ours).items()} == {
        s: points for s, (_, points, _) in CASES.items()
    }
    waiting = [student for student, (_, grades) in rows(ours).items() if set(grades.values()) == {(None, True)}]
    assert sorted(waiting) == sorted(UNREADABLE)  # no zero without an answer: a person has to grade it


@pytest.mark.parametrize("student", CASES)
def test_nbgrader_and_grade_tell_the_student_the_same(student, courses):
    theirs, ours, _, _ = courses
    assert notes_of(theirs, student) == notes_of(ours, student)
    assert CASES[student][2] in notes_of(ours, student)
    assert bool(notes_of(ours, student)) == bool(CASES[student][2])


@pytest.mark.parametrize("student", CASES)
def test_nbgrader_and_grade_tell_the_instructor_the_same(student, courses):
    _, _, log, graded = courses
    lines = [line for line in log.splitlines() if f"{student}, {LESSON}: please look at this: " in line]
    assert [line.partition("look at this: ")[2] for line in lines] == graded[student].flags
    if student in UNREADABLE:
        assert graded[student].flags


@pytest.mark.parametrize("way", [0, 1], ids=["nbgrader", "grade"])
def test_a_timestamp_is_read_for_certain_or_flagged(way, courses):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{courses[way]}/gradebook.db") as gradebook:
        times = {student: str(gradebook.find_submission(LESSON, student).timestamp) for student in STAMPS}
    assert times == {student: moment for student, (_, moment) in STAMPS.items()}
    flagged = {
        s for s, graded in courses[3].items() if any("there is no late penalty" in flag for flag in graded.flags)
    }
    assert flagged == {student for student, (_, moment) in STAMPS.items() if moment == "None"}


@pytest.mark.parametrize("way", [0, 1], ids=["nbgrader", "grade"])
def test_a_pasted_picture_survives_to_the_feedback_page(way, courses):
    cells = autograded(courses[way], "picture")["cells"]
    assert any(cell.get("attachments") == {"me.png": {"image/png": PICTURE}} for cell in cells)
    page = (courses[way] / "feedback" / "picture" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert PICTURE in page.replace("\n", "").replace("%0A", "")


def test_who_hands_in_after_all_is_graded(courses):
    theirs, *_ = courses
    path = theirs / "submitted" / "absent" / LESSON / "late.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(WORK)
    nbgrader(theirs, "autograde", LESSON, "--student", "absent")
    assert rows(theirs)["absent"][0] == FULL
    shutil.rmtree(path.parent.parent)


def test_formgraders_button_grades_in_the_same_way(courses):
    """The button calls nbgrader's API in the server's process, with the course's configuration."""
    theirs, *_ = courses
    (theirs / "button.py").write_text(
        "import sys; from traitlets.config import PyFileConfigLoader; from nbgrader.coursedir import CourseDirectory;"
        "from nbgrader.apps.api import NbGraderAPI; from nbgrader.auth import Authenticator;"
        "config = PyFileConfigLoader('nbgrader_config.py', path='.').load_config();"
        "api = NbGraderAPI(CourseDirectory(config=config), config=config);"
        f"print([api.autograde('{LESSON}', student)['success'] for student in sys.argv[1:]])"
    )
    students = ["upper_ext", "pdf", "null_cell"]
    done = python(theirs, "button", *students, check=False)
    assert done.stdout.strip().endswith("[True, True, True]"), done.stdout[-2000:] + done.stderr[-2000:]
    assert [rows(theirs)[student][0] for student in students] == [FULL, 0, FULL]
    assert "a PDF" in notes_of(theirs, "pdf")


def test_where_the_grader_fails_the_row_waits_for_a_person(courses):
    theirs, *_ = courses
    (theirs / ".secret_seed").write_text("no number")
    failed = nbgrader(theirs, "autograde", LESSON, "--student", "plain", "--force", check=False)
    (theirs / ".secret_seed").write_text("12345")
    assert failed.returncode == 1
    score, grades = rows(theirs)["plain"]
    assert all(grade == (None, True) for grade in grades.values())
    nbgrader(theirs, "autograde", LESSON, "--student", "plain", "--force")
    assert rows(theirs)["plain"][0] == FULL


def test_a_configuration_of_before_still_grades(courses, tmp_path):
    theirs, *_ = courses
    course = tmp_path / "course"
    shutil.copytree(theirs, course, ignore=shutil.ignore_patterns("autograded", "feedback"))
    text = (course / "nbgrader_config.py").read_text(encoding="utf-8")
    lines = [
        line for line in text.splitlines() if not line.startswith(("c.Autograde.exporter_class", "c.ZipCollectApp"))
    ]
    (course / "nbgrader_config.py").write_text("\n".join(lines))
    nbgrader(course, "autograde", LESSON, "--student", "plain")
    assert rows(course)["plain"][0] == FULL
