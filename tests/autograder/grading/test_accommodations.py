"""Extensions, extra time and excuses: penalties, report and exports follow one table, and no notebook is run for that."""

import csv
import shutil
from datetime import datetime, timedelta

import pytest
from arena import LESSON
from commands import nbgrader
from small_course import CLASS, FULL

from autograder.course import Course, CourseError
from autograder.grading.accommodations import Accommodation, accommodations
from autograder.grading.gradebook import Writer
from autograder.grading.penalties import LatePenalties
from autograder.grading.submission import GradedSubmission
from autograder.report import report
from lessonkit.catalogue import lesson

DUE = datetime(2026, 3, 1, 18)
HEADER = "who,lesson,kind,value,note\n"
LATE = {"solved": "2026-03-02 17:00:00 UTC", "wrong": "2026-03-05 18:00:00 UTC", "empty": "2026-03-03 18:00:00 UTC"}


@pytest.fixture
def late(course):
    """Return a class in which three students hand in late, and each loses all points for it."""
    with open(course / "nbgrader_config.py", "a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    for student, stamp in LATE.items():
        (course / "submitted" / student / LESSON / "timestamp.txt").write_text(stamp)
    due(course, DUE)
    (course / "groups.csv").write_text("student,group\nsolved,B\nempty,B\nwrong,A\n")
    with Writer(Course(course), LESSON, 1) as writer:
        for student in (*CLASS, "absent"):
            notes = ["Nothing was handed in."] if student == "absent" else []
            points = {
                f"check_{exercise.name}": 5.0 * (exercise.name == "relu_forward")
                for exercise in lesson(LESSON).exercises
            }
            graded = GradedSubmission(points=points, notes=notes, seconds=float(not notes))
            writer.record(student, graded, "a b c")
    return course


def due(course, moment):
    with Course(course).gradebook() as gradebook:
        gradebook.find_assignment(LESSON).duedate = moment
        gradebook.db.commit()


def grant(course, *lines):
    (course / "accommodations.csv").write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def penalized(course):
    """Apply today's dates, and return the students who are late."""
    with Course(course).gradebook() as gradebook:
        LatePenalties(Course(course), gradebook, LESSON).renew()
        rows = {student: gradebook.find_submission(LESSON, student) for student in LATE}
        return [student for student, row in rows.items() if row.late_submission_penalty]


def test_lines_change_penalties_and_take_them_back(late):
    assert penalized(late) == ["solved", "wrong", "empty"]
    grant(late, "solved,01,extension,2026-03-02 18:00:00 UTC,a conference")
    assert penalized(late) == ["wrong", "empty"]
    grant(late, "B,all,extra time,48 hours,")
    assert penalized(late) == ["wrong"]
    grant(late, "B,1,extra time,48 hours,")  # a spreadsheet writes 01 like this
    assert penalized(late) == ["wrong"]
    grant(late, "B,02_mse,extra time,48 hours,", "wrong,01,excused,,ill")
    assert penalized(late) == ["solved", "empty"]
    grant(late, "solved,01,extension,2026-03-02 18:00:00 UTC,", "solved,01,extra time,90,", "A,*,Extra Time,1 week,")
    assert penalized(late) == ["empty"]
    (late / "accommodations.csv").unlink()
    assert penalized(late) == ["solved", "wrong", "empty"]
    with Course(late).gradebook() as gradebook:
        assert {gradebook.find_submission(LESSON, student).extension for student in LATE} == {None}


def test_an_extension_of_nbgraders_own_stays(late):
    with Course(late).gradebook() as gradebook:
        gradebook.grant_extension(LESSON, "wrong", days=7)
    assert penalized(late) == ["solved", "empty"]
    grant(late, "solved,01,extra time,2 days,")
    assert penalized(late) == ["empty"]
    grant(late)
    assert penalized(late) == ["solved", "empty"]
    due(late, None)  # nbgrader itself fails in this case
    assert penalized(late) == []


def test_a_due_date_moves_and_extensions_keep_their_dates(late):
    grant(late, "wrong,01,extension,2026-03-05 18:00:00 UTC,", "empty,01,extra time,1 day,")
    assert penalized(late) == ["solved", "empty"]
    due(late, DUE + timedelta(days=1))
    assert penalized(late) == []
    due(late, DUE - timedelta(days=1))
    assert penalized(late) == ["solved", "empty"]


def test_what_helps_most_counts():
    week = Accommodation(DUE + timedelta(days=7), timedelta(hours=2))
    assert week.extension(DUE) == timedelta(days=7, hours=2)
    assert week.extension(DUE + timedelta(days=8)) == timedelta(hours=2)  # this due date is later than the extension


def test_exports_and_report_keep_to_the_table(late):
    """No grading runs in between, and still the old penalties are never exported."""
    grant(late, "solved,01,extension,2026-03-02 18:00:00 UTC,", "wrong,01,excused,,ill", "absent,all,excused,,")
    nbgrader(late, "export")
    row = {row["student_id"]: row for row in rows(late / "grades.csv")}
    assert [row[s]["score"] for s in ("solved", "empty", "wrong", "absent")] == ["5.0", "0.0", "", ""]
    assert row["wrong"]["max_score"] == "" and row["empty"]["late_submission_penalty"] == "5.0"
    nbgrader(late, "export", "--exporter=autograder.nbgrader_plugins.exporters.Canvas")
    assert {row["Student"]: row[LESSON] for row in rows(late / "canvas.csv")}["wrong"] == ""
    nbgrader(late, "export", "--exporter=autograder.nbgrader_plugins.exporters.Moodle")
    assert {row["Username"]: row[LESSON] for row in rows(late / "moodle.csv")}["absent"] == "-"

    grant(late, "empty,01,extension,2026-03-03 18:00:00 UTC,", "wrong,01,excused,,ill", "absent,all,excused,,")
    page, table = report(LESSON, late)
    row = {row["student_id"]: row for row in rows(table)}
    assert {s: row[s]["score"] for s in ("solved", "empty", "wrong")} == {"solved": "0.0", "empty": "5.0", "wrong": ""}
    assert row["wrong"]["state"] == row["absent"]["state"] == "excused"
    assert "<h3>Excused</h3>" in page.read_text(encoding="utf-8")


def test_who_has_more_time_and_handed_in_nothing_gets_no_zero_yet(late):
    """nbgrader stores an extension with a submission, and this student has none."""
    for line, score in (("absent,01,extension,2200-01-01 18:00:00 UTC,", ""), ("absent,01,extra time,1 day,", "0.0")):
        grant(late, line)
        nbgrader(late, "export", "--Exporter.zeros=True")
        assert {row["student_id"]: row["score"] for row in rows(late / "grades.csv")}["absent"] == score


@pytest.mark.usefixtures("protected")
def test_nbgraders_own_command_keeps_to_the_table(late):
    grant(late, "solved,01,excused,,ill", "empty,01,extension,2026-03-04 18:00:00 UTC,")
    for student in CLASS.keys() - LATE:
        shutil.rmtree(late / "submitted" / student)
    nbgrader(late, "autograde", LESSON, "--force")
    with Course(late).gradebook() as gradebook:
        found = {student: gradebook.find_submission(LESSON, student) for student in LATE}
        assert {student for student, row in found.items() if row.late_submission_penalty} == {"wrong"}
        assert found["solved"].score == FULL


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


WRONG = {
    "ada,01,excused,,": "ada is neither a student in the gradebook nor a group in groups.csv",
    "both,01,excused,,": "both is both a student and a group",
    "eve,99,excused,,": "there is no lesson '99'. Write 06_backward, 06, or all.",
    "eve,01,excuse,,": "the kind 'excuse' is not known. Write one of: extension, extra time, excused.",
    "eve,01,excused,ill,": "an excused lesson takes no value, but this line has 'ill'",
    "eve,01,extension,2026-03-08,": "'2026-03-08' cannot be read as a date and time without guessing. Write a date and time",
    "eve,01,extension,,": "'' cannot be read as a date and time",
    "eve,01,extra time,some,": "'some' is not a length of time. Write minutes, as in 90, or 48 hours",
    "eve,01,extra time,-90,": "'-90' is not a length of time",
    "eve,,excused,,": "has nothing in column lesson",
    "eve,01,excused,,ill, and at home": "has 6 fields, but the header has 5",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_line_that_is_not_certain_is_named(line, tmp_path):
    (tmp_path / "groups.csv").write_text("student,group\neve,both\n")
    grant(tmp_path, "eve,01,excused,,", line)
    with pytest.raises(CourseError, match="^Line 3 of accommodations.csv") as error:
        accommodations(Course(tmp_path), LESSON, {"eve", "both"})
    assert WRONG[line] in str(error.value)


def test_a_group_with_somebody_unknown_is_named(tmp_path):
    (tmp_path / "groups.csv").write_text("student,group\neve,B\nev,B\n")
    grant(tmp_path, "B,01,excused,,")
    with pytest.raises(CourseError, match="^Line 3 of groups.csv: ev is not a student in the gradebook."):
        accommodations(Course(tmp_path), LESSON, {"eve"})


def test_a_table_that_a_spreadsheet_wrote_is_read(tmp_path):
    text = "Kind;Who;Lesson;Value\r\nEXTRA  time;eve;06_backward;1.5 h\r\n;;;\r\nexcused;zoë;*;\r\n"
    (tmp_path / "accommodations.csv").write_bytes(text.encode("utf-16"))
    granted = accommodations(Course(tmp_path), "06_backward", {"eve", "zoë"})
    assert granted == {"eve": Accommodation(extra=timedelta(minutes=90)), "zoë": Accommodation(excused=True)}
    (tmp_path / "accommodations.csv").write_text("who,lesson,kind\n")
    with pytest.raises(CourseError, match="accommodations.csv has no column value. Its first line should be: who,"):
        accommodations(Course(tmp_path), "06_backward", {"eve"})
    (tmp_path / "accommodations.csv").unlink()
    assert accommodations(Course(tmp_path), "06_backward", {"eve"}) == {}


def test_grade_refuses_before_it_grades_and_export_says_why(late):
    grant(late, "nobody,01,excused,,")
    with pytest.raises(CourseError, match="Line 2 of accommodations.csv: nobody"), Writer(Course(late), LESSON, 1):
        pass
    done = nbgrader(late, "export", check=False)
    assert done.returncode and "Line 2 of accommodations.csv: nobody" in done.stderr and "Traceback" not in done.stderr
    assert not (late / "grades.csv").exists()
