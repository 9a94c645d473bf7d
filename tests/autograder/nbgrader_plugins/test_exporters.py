"""Grades are exported as plain CSV, for Canvas and for Moodle, with every name and for every student."""

import csv
import io
import logging
import shutil
from datetime import datetime

import pytest
from commands import nbgrader
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder import __main__ as command_line
from autograder.course import COURSE
from autograder.grading import spreadsheet
from autograder.nbgrader_plugins import collected, exporters, standings
from autograder.nbgrader_plugins.due import Due, dues
from autograder.nbgrader_plugins.scores import scores

# SQLAlchemy warns about the way in which nbgrader makes a row for a submission.
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
    """Fill assignments of two cells with 5 points each. The last two of `people` hand in nothing for the second one."""
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
    """Return the cells that one exporter writes, read as its platform documents it: UTF-8 without a byte order mark."""
    made = getattr(exporters, plugin)(**options)
    made.export(gradebook)
    data = open(options.get("to") or FILES[plugin], "rb").read()
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def by(rows, column):
    """Return rows as dicts, by the value of a column."""
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
    """The files are equal byte for byte, for names that nbgrader's own exporter can write."""
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
        exporters.Csv(to="ours.csv", zeros=True).export(plain)
    assert open("ours.csv").read() == open("theirs.csv").read() and "2.5," in open("ours.csv").read()
    rows = export(gradebook, "Csv")
    assert len(rows) == 1 + 3 * len(PEOPLE) and rows[0] == list(exporters.Csv.header)
    assert {tuple(row[7:]) for row in rows if row[0] == "03_nobody"} == {("", "", "", "10.0")}


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
    """An id that looks like a formula cannot run, and the instructor is told about it."""
    with caplog.at_level(logging.WARNING):
        rows = export(gradebook, plugin)
    assert "'-minus" in [cell for row in rows for cell in row]
    assert 'It is written as "\'-minus"' in caplog.text


@pytest.mark.parametrize("plugin, nothing", [("Canvas", ""), ("Moodle", "-")])
def test_a_grade_that_waits_for_a_person_does_not_leave_as_a_zero(gradebook, plugin, nothing, capsys):
    gradebook.find_grade("second", "nb", "01_one", "ada").auto_score = None
    gradebook.db.commit()
    rows = export(gradebook, plugin, zeros=True)
    assert [row for row in rows if "1815" in row][0][5] == nothing
    assert "  1  left out: a person still has to grade something  ada\n" in capsys.readouterr().out
    gradebook.find_grade("second", "nb", "01_one", "ada").manual_score = 4
    gradebook.db.commit()
    assert [row for row in export(gradebook, plugin) if "1815" in row][0][5] == "9.0"


def test_some_students_and_assignments_alone(gradebook):
    rows = export(gradebook, "Canvas", student=["zoe", "ada"], assignment=["02_two, too"], to="some.csv")
    assert len(rows) == 4 and rows[0][5:] == ["02_two, too"]
    with pytest.raises(SystemExit, match="There is no assignment '99' in the gradebook."):
        export(gradebook, "Canvas", assignment=[99])
    with pytest.raises(SystemExit, match="There is no student 'zo' in the gradebook. Did you mean zoe?"):
        export(gradebook, "Moodle", student=["zo"])


def test_a_byte_order_mark_for_spreadsheets_when_asked(gradebook):
    exporters.Csv(encoding="utf-8-sig").export(gradebook)
    assert open("grades.csv", "rb").read().startswith(b"\xef\xbb\xbfassignment,")


def test_late_penalties_never_lead_below_zero(gradebook):
    gradebook.find_submission("01_one", "ada").notebooks[0].late_submission_penalty = 100
    gradebook.db.commit()
    assert scores(gradebook, "01_one")["ada"].final == 0 and scores(gradebook, "01_one")["ada"].raw == 5
    assert [row for row in export(gradebook, "Canvas") if "1815" in row][0][5] == "0.0"


FUTURE, PAST = datetime(9999, 1, 1), datetime(2026, 3, 1)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a course in which each student is in a different state."""
    people = ("right", "zero", "waits", "new", "lost", "late", "extended", "excused", "legacy")
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        fill(gradebook, dict.fromkeys(people, (None,) * 4), ("06_backward",))
        for student in people:
            row = gradebook.find_submission("06_backward", student)
            row.timestamp = None
            for grade in row.notebooks[0].grades:
                grade.auto_score = 5.0 if student == "right" else 0.0
        gradebook.find_grade("first", "nb", "06_backward", "waits").auto_score = None
        gradebook.find_submission("06_backward", "extended").extension = FUTURE - PAST
        gradebook.db.commit()
        for student in ("new", "lost", "late"):
            gradebook.remove_submission("06_backward", student)
    for student in ("right", "zero", "waits", "new", "excused"):
        (tmp_path / "submitted" / student / "06_backward").mkdir(parents=True)
    lost = collected.Outcome("lost.zip", "lost", "lost_1", "not collected: it is not clear who sent it")
    collected.write(collected.path_of(tmp_path, "06_backward"), [lost])

    def excusing(*arguments):
        return {**dues(*arguments), "excused": Due(PAST, excused=True)}

    monkeypatch.setattr(standings, "dues", excusing)
    monkeypatch.chdir(tmp_path)
    return tmp_path


STATES = {
    "waits": standings.WAITING, "new": standings.NOT_GRADED, "lost": standings.NOT_COLLECTED,
    "excused": standings.EXCUSED, "extended": standings.NOT_DUE,
}  # fmt: skip


@pytest.mark.parametrize("form, column, nothing", [("canvas", 5, ""), ("moodle", 5, "-"), ("csv", 9, "")])
def test_only_what_has_a_grade_is_written_and_zeros_when_asked(course, form, column, nothing, capsys):
    path = course / ("grades.csv" if form == "csv" else f"{form}.csv")

    def written(*options):
        assert command_line.main(["export", form, "6", *options]) == 0
        rows = list(csv.reader(path.open(encoding="utf-8")))
        names = {"canvas": 3, "moodle": 3, "csv": 3}
        return {row[names[form]]: row[column] for row in rows[1:] if row[names[form]]}

    points = written()
    assert {student: score for student, score in points.items() if score != nothing} == {"right": "10.0", "zero": "0.0"}
    said = capsys.readouterr().out
    assert all(f"left out: {state}" in said and student in said for student, state in STATES.items())
    assert "2  left out: nothing was handed in" in said and "late, legacy" in said
    assert written("--zeros") == {**points, "late": "0.0", "legacy": "0.0"}


def test_zeros_need_a_due_date(course, capsys):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_assignment("06_backward").duedate = None
        gradebook.db.commit()
    assert command_line.main(["export", "canvas", "06", "--zeros"]) == 0
    assert "3  left out: nothing was handed in, and there is no due date  " in capsys.readouterr().out
    assert (course / "canvas.csv").read_text().count("0.0") == 3  # the points possible, and two students' scores


def test_an_id_that_is_written_in_another_way_is_told(course, capfd):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_student("-minus")
    assert command_line.main(["export", "canvas", "6"]) == 0
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("'-minus' starts like a formula") and line.endswith('It is written as "\'-minus".')


def test_a_first_look_writes_nothing(course, capsys):
    assert command_line.main(["export", "canvas", "6", "--dry-run", "--zeros", "--student", "right"]) == 0
    out, err = capsys.readouterr()
    assert "right,,,right,,10.0\n" in out and "canvas.csv has not been written. It would contain:" in out and not err
    assert not (course / "canvas.csv").exists()
    (course / "gradebook.db").unlink()
    assert command_line.main(["export", "canvas"]) == 2
    assert "There is no gradebook" in capsys.readouterr().err and not (course / "gradebook.db").exists()


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


def test_two_ids_of_one_student_are_not_exported_as_one(gradebook):
    """The roster changed the id, and the old id still has a grade."""
    gradebook.add_student("countess", lms_user_id="1815")
    for plugin in ("Canvas", "Moodle"):
        with pytest.raises(SystemExit, match="have the same lms_user_id, 1815, so"):
            export(gradebook, plugin)
        export(gradebook, plugin, student=["countess"])
    export(gradebook, "Csv")
