"""Grades leave the gradebook as plain CSV, for Canvas and for Moodle: with every name, and for every student."""

import csv
import io
import logging
import shutil
from datetime import datetime

import pytest
from commands import nbgrader
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder.course import COURSE
from autograder.grading import spreadsheet
from autograder.nbgrader_plugins import exporters
from autograder.nbgrader_plugins.scores import scores

# How nbgrader makes a row of a submission is not to SQLAlchemy's taste.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type")

PEOPLE = {  # id: (first name, last name, email, LMS id)
    "ada": ("Ada", "Lovelace", "ada@example.org", "1815"),
    "zoe": ("Zoë", 'Åström, the "Comma"', "zoë@example.org", None),
    "mallory": ("=cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3@example.org", None),
    "-minus": ("  +1", "line\nbreak", None, None),
    "nameless": (None, None, None, None),
    "李": ("秀英", "李", None, "88"),
}
FILES = {"Csv": "grades.csv", "Canvas": "canvas.csv", "Moodle": "moodle.csv"}


def fill(gradebook, people, assignments=("01_one", "02_two, too", "03_nobody")):
    """Assignments of two cells of 5 points each; the last two of `people` hand nothing in for the second one."""
    for name in assignments:
        gradebook.add_assignment(name, duedate="2026-03-01")
        gradebook.add_notebook("nb", name)
        for cell in ("first", "second"):
            gradebook.add_grade_cell(cell, "nb", name, max_score=5, cell_type="code")
    for student, (first, last, email, lms) in people.items():
        gradebook.add_student(student, first_name=first, last_name=last, email=email, lms_user_id=lms)
    for name, handed_in in zip(assignments, (list(people), list(people)[:-2], [])):
        for number, student in enumerate(handed_in):
            submission = gradebook.add_submission(name, student, timestamp=datetime(2026, 2, 3))
            for grade, points in zip(submission.notebooks[0].grades, (5.0, number / 3)):
                grade.auto_score = points
    gradebook.db.commit()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as gradebook:
        fill(gradebook, PEOPLE)
    return path


@pytest.fixture
def gradebook(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(database, tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as opened:
        yield opened


def export(gradebook, plugin, **options):
    """What one exporter writes, as rows of cells; read as the documentation of its reader says: UTF-8, no mark."""
    made = getattr(exporters, plugin)(**options)
    made.export(gradebook)
    data = open(options.get("to") or FILES[plugin], "rb").read()
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def by(rows, column):
    """Rows as dicts, by the value of a column."""
    return {row[rows[0].index(column)]: dict(zip(rows[0], row)) for row in rows[1:]}


@pytest.mark.parametrize("plugin", FILES)
def test_every_row_is_whole_and_nothing_runs_in_a_spreadsheet(gradebook, plugin):
    rows = export(gradebook, plugin)
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = [cell for row in rows for cell in row]
    assert not any(cell.startswith(spreadsheet.FORMULA) and cell != "-" for cell in cells)
    assert not any("\n" in cell for cell in cells)
    said = " ".join(cells)
    assert 'Åström, the "Comma"' in said and "Zoë" in said and "秀英" in said and "cmd|' /C calc'!A0" in said


def test_the_plain_file_is_nbgraders_own(gradebook, tmp_path):
    """Byte for byte, for names that nbgrader's own exporter can write."""
    with Gradebook(f"sqlite:///{tmp_path}/plain.db") as plain:
        fill(
            plain,
            {"ada": PEOPLE["ada"], "bob": ("Bob", "B", None, None), "eve": ("Eve", "E", "e@e.org", None)},
            ("a", "b"),
        )
        plain.find_submission("a", "bob").notebooks[0].late_submission_penalty = 2.5
        plain.find_submission("b", "ada").notebooks[0].late_submission_penalty = 50
        plain.find_grade("first", "nb", "a", "eve").manual_score = 1.5
        plain.find_grade("first", "nb", "a", "eve").extra_credit = 0.25
        plain.db.commit()
        CsvExportPlugin(to="theirs.csv").export(plain)
        exporters.Csv(to="ours.csv").export(plain)
    assert open("ours.csv").read() == open("theirs.csv").read() and "2.5," in open("ours.csv").read()
    rows = export(gradebook, "Csv")
    assert len(rows) == 1 + 3 * len(PEOPLE) and rows[0] == list(exporters.Csv.header)
    assert {row[9] for row in rows if row[0] == "03_nobody"} == {"0.0"}


def test_canvas_finds_its_columns_students_and_points(gradebook):
    rows = export(gradebook, "Canvas")
    assert rows[0] == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_one", "02_two, too", "03_nobody",
    ]  # fmt: skip
    assert rows[1] == ["    Points Possible", "", "", "", "", "10.0", "10.0", "10.0"]
    of = by(rows[:1] + rows[2:], "SIS Login ID")
    assert of["ada"]["Student"] == "Lovelace, Ada" and of["ada"]["ID"] == "1815"
    assert of["nameless"]["Student"] == "nameless" and of["李"]["ID"] == "88"
    assert [of[s]["01_one"] for s in ("ada", "zoe", "mallory")] == ["5.0", "5.33", "5.67"]
    assert of["李"]["02_two, too"] == of["ada"]["03_nobody"] == ""  # no submission: the grade in Canvas stays


def test_moodle_finds_its_columns_students_and_points(gradebook):
    rows = export(gradebook, "Moodle")
    assert rows[0] == [
        "First name", "Last name", "ID number", "Username", "Email address", "01_one", "02_two, too", "03_nobody",
    ]  # fmt: skip
    of = by(rows, "Username")
    assert of["ada"]["ID number"] == "1815" and of["zoe"]["ID number"] == "zoe"
    assert of["zoe"]["01_one"] == "5.33333" and of["zoe"]["Email address"] == "zoë@example.org"
    assert of["李"]["02_two, too"] == of["ada"]["03_nobody"] == "-"  # Moodle's sign for no grade


@pytest.mark.parametrize("plugin", ["Canvas", "Moodle"])
def test_a_student_who_cannot_be_found_any_more_is_told(gradebook, plugin, caplog):
    """An id that is a formula is kept from running, and the instructor hears of it."""
    with caplog.at_level(logging.WARNING):
        rows = export(gradebook, plugin)
    assert "'-minus" in [cell for row in rows for cell in row]
    assert 'It is written as "\'-minus"' in caplog.text


@pytest.mark.parametrize("plugin, nothing", [("Canvas", ""), ("Moodle", "-")])
def test_a_grade_that_waits_for_a_person_does_not_leave_as_a_zero(gradebook, plugin, nothing, caplog):
    gradebook.find_grade("second", "nb", "01_one", "ada").auto_score = None
    gradebook.db.commit()
    with caplog.at_level(logging.WARNING):
        rows = export(gradebook, plugin)
    assert [row for row in rows if "1815" in row][0][5] == nothing
    assert "ada, 01_one: left out, because second has no grade yet." in caplog.text
    gradebook.find_grade("second", "nb", "01_one", "ada").manual_score = 4
    gradebook.db.commit()
    assert [row for row in export(gradebook, plugin) if "1815" in row][0][5] == "9.0"


def test_some_students_and_assignments_alone(gradebook):
    rows = export(gradebook, "Canvas", student=["zoe", "ada"], assignment=["02_two, too"], to="some.csv")
    assert len(rows) == 4 and rows[0][5:] == ["02_two, too"]
    with pytest.raises(SystemExit, match="The gradebook has no assignment 99"):
        export(gradebook, "Canvas", assignment=[99])
    with pytest.raises(SystemExit, match="no student nobody"):
        export(gradebook, "Moodle", student=["nobody"])


def test_a_byte_order_mark_for_spreadsheets_when_asked(gradebook):
    exporters.Csv(encoding="utf-8-sig").export(gradebook)
    assert open("grades.csv", "rb").read().startswith(b"\xef\xbb\xbfassignment,")


def test_late_penalties_never_lead_below_zero(gradebook):
    gradebook.find_submission("01_one", "ada").notebooks[0].late_submission_penalty = 100
    gradebook.db.commit()
    assert scores(gradebook, "01_one")["ada"].final == 0 and scores(gradebook, "01_one")["ada"].raw == 5
    assert [row for row in export(gradebook, "Canvas") if "1815" in row][0][5] == "0.0"


def test_nbgrader_export_knows_all_three(database, tmp_path):
    shutil.copy(database, tmp_path)
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    for options in (
        [],
        ["--exporter=autograder.nbgrader_plugins.exporters.Canvas"],
        ["--exporter=autograder.nbgrader_plugins.exporters.Moodle", "--to=m.csv"],
    ):
        nbgrader(tmp_path, "export", *options)
    assert 'Åström, the ""Comma""' in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert (tmp_path / "canvas.csv").exists() and (tmp_path / "m.csv").exists()
