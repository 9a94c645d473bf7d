"""``grade`` from end to end on a small course, followed by nbgrader's own commands."""

import csv
import json
from pathlib import Path

import pytest
from arena import EXERCISES, LESSON
from small_course import CLASS, EXPECTED, FULL, grade, gradebook_of, nbgrader, scores
from test_robustness import all_checks_deleted, schema_of_the_future

from autograder import __main__ as command_line
from autograder.course import Course
from autograder.grading import assignment, worker
from autograder.grading.submission import read_entry
from autograder.sandbox import protections
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import PROTECTIONS
from tools.synthetic_class import hand_in

pytestmark = pytest.mark.usefixtures("protected")
POSTGRES = "needs the packages pgserver and psycopg"


def test_a_class_is_graded_and_nbgrader_goes_on_from_there(course):
    graded = grade(course, jobs=2)
    assert scores(course) == EXPECTED
    assert graded["absent"].notes == ["Nothing was handed in."]
    assert "cut off" in graded["broken"].notes[0]
    row = gradebook_of(course)["wrong"]
    assert row[1]["check_relu_backward"] == (2.0, None, False) and row[1]["check_tanh_forward"] == (5.0, None, False)
    assert row[2]["relu_backward"] is None
    assert gradebook_of(course)["odd name $(x)"][2] == {
        name: None if name == "relu_forward" else "No response." for name in EXERCISES
    }

    nbgrader(course, "generate_feedback", LESSON)
    page = {s: (course / "feedback" / s / LESSON / f"{LESSON}.html").read_text(encoding="utf-8") for s in EXPECTED}
    assert "You ignore the upstream gradient" in page["wrong"] and "27.0" in page["wrong"]
    assert "cut off" in page["broken"] and not (course / "feedback" / "absent").exists()
    assert "stopped the notebook" in page["hostile"]
    assert not any("12345" in text for text in page.values())
    nbgrader(course, "export")
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        score_of = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert {student for student, score in score_of.items() if not score} == {"absent", "broken"}  # broken waits
    assert {student: float(score or 0) for student, score in score_of.items()} == {**EXPECTED, "absent": 0}


def test_what_has_not_changed_is_not_graded_again(course, monkeypatch):
    grade(course)
    assert all(outcome is None for outcome in grade(course).values())
    hand_in(course, "empty", LESSON, CLASS["solved"])
    again = grade(course)
    assert [student for student, graded in again.items() if graded] == ["empty"]
    assert scores(course)["empty"] == FULL
    assert all(grade(course, force=True, students=["solved", "wrong"]).values())
    (course / ".secret_seed").write_text("54321")
    assert not any(grade(course, students=["solved", "wrong"]).values())
    assert all(grade(course, students=["solved", "wrong"], force=True).values())
    note = json.loads((course / "grading" / LESSON / "solved.json").read_text())
    assert note["seed"] == 54321 and note["points"]["check_relu_forward"] == 5
    monkeypatch.setattr(assignment, "code_fingerprint", lambda lesson: "another version of the checks")
    assert all(grade(course, students=["solved"]).values())


def test_a_submission_is_read_once_when_its_turn_comes(course, monkeypatch):
    """So the fingerprint belongs to what is graded, and a large class is never in memory as a whole."""
    read, honest = [], Course.submission

    def submission(self, lesson, student, earlier):
        read.append(student)
        return honest(self, lesson, student, earlier)

    monkeypatch.setattr(Course, "submission", submission)
    monkeypatch.setattr(assignment.Processes, "warm_up", lambda *arguments: None)
    whole, students = assignment.Assignment(Course(course), LESSON), sorted(CLASS)
    whole.processes(students, jobs=2)
    assert read == students[:2]  # two are enough to show that two processes have work
    for number, (student, _, submission, *_) in enumerate(whole.tasks(students)):
        assert student == students[number] and submission.data == CLASS[student].encode()
        assert read == students[: max(2, number + 1)]
        assert whole.fingerprints[student] == whole.fingerprint(student, submission)
    assert read == students


def test_manual_grades_and_comments_are_kept(course):
    from nbgrader.api import Gradebook

    grade(course, students=["wrong"])
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_grade("check_relu_backward", LESSON, LESSON, "wrong").manual_score = 4.5
        gradebook.find_comment("relu_backward", LESSON, LESSON, "wrong").manual_comment = "Nearly."
        gradebook.find_grade("check_relu_forward", LESSON, LESSON, "wrong").extra_credit = 1.0
        gradebook.db.commit()
    grade(course, students=["wrong"], force=True)
    row = gradebook_of(course)["wrong"]
    assert row[0] == FULL - 0.5 + 1 and row[1]["check_relu_backward"] == (2.0, 4.5, True)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_comment("relu_backward", LESSON, LESSON, "wrong").comment == "Nearly."


def test_who_is_late_gets_the_penalty_of_the_course(course, monkeypatch):
    from nbgrader.api import Gradebook

    with open(course / "nbgrader_config.py", "a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2026-01-01")
    stamps = {"solved": "2026-01-02 10:00:00 UTC", "wrong": "2025-12-31 10:00:00 UTC", "empty": "no date"}
    for student, stamp in stamps.items():
        (course / "submitted" / student / LESSON / "timestamp.txt").write_text(stamp)
    graded = grade(course, students=list(stamps))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        late = {s: gradebook.find_submission(LESSON, s).late_submission_penalty for s in stamps}
    assert late == {"solved": FULL, "wrong": 0, "empty": 0}
    (flag,) = graded["empty"].flags
    assert (
        flag
        == "timestamp.txt was ignored, so there is no late penalty: 'no date' cannot be read as a date and time without guessing"
    )

    (course / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("2025-12-31 10:00:00 UTC")
    (course / "submitted" / "empty" / LESSON / "timestamp.txt").unlink()
    monkeypatch.setattr(worker, "work", lambda *_: pytest.fail("a changed date must not make a notebook run"))
    assert not any(grade(course, students=list(stamps)).values())
    assert gradebook_of(course)["solved"][0] == FULL
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert not gradebook.find_submission(LESSON, "solved").late_submission_penalty
    assert not read_entry(Course(course).journal(LESSON, "empty")).submission.flags
    assert "2025" in (course / "autograded" / "solved" / LESSON / "timestamp.txt").read_text()
    assert not (course / "autograded" / "empty" / LESSON / "timestamp.txt").exists()


STAMPS = {  # timestamp.txt: its time in UTC, or None if the time is ambiguous
    b"2026-03-01 18:30:00 +0100": "2026-03-01 17:30:00",
    b"2026-03-01T18:30:00+01:00": "2026-03-01 17:30:00",
    b"2026-03-01T18:30:00Z": "2026-03-01 18:30:00",
    b"2026-07-01 18:30:00 BST": "2026-07-01 17:30:00",
    b"2026-07-01 10:30:00 PDT": "2026-07-01 17:30:00",
    b"\xef\xbb\xbf2026-03-01 18:30:00 UTC": "2026-03-01 18:30:00",
    "2026-03-01 18:30:00 UTC\r\n".encode("utf-16"): "2026-03-01 18:30:00",
    b"01/03/2026 18:30": "None",
    b"2026-03-01 18:30:00 XYZ": "None",
    b"2026-03-01": "None",
}


def test_a_timestamp_is_read_for_certain_or_flagged(course):
    from nbgrader.api import Gradebook

    students = {f"student{number}": stamp for number, stamp in enumerate(STAMPS)}
    for student in students:
        hand_in(course, student, LESSON, CLASS["solved"])

    def graded_with_its(stamps):
        for student, stamp in stamps.items():
            (course / "submitted" / student / LESSON / "timestamp.txt").write_bytes(stamp)
        graded = grade(course, students=list(stamps), force=True)
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            for student, stamp in stamps.items():
                assert str(gradebook.find_submission(LESSON, student).timestamp) == STAMPS[stamp], stamp
                flagged = any("there is no late penalty" in flag for flag in graded[student].flags)
                assert flagged == (STAMPS[stamp] == "None"), stamp

    graded_with_its(students)
    first, *_, last = students
    graded_with_its({first: students[last], last: students[first]})  # what was there before plays no part


def test_penalties_are_worked_out_anew_without_grading_again(course):
    """A change of due date, extension or plugin takes effect, and no notebook is run for it."""
    from nbgrader.api import Gradebook

    (course / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")

    def penalty(duedate, **options):
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            gradebook.update_or_create_assignment(LESSON, duedate=duedate)
            if options:
                gradebook.grant_extension(LESSON, "solved", **options)
        again = grade(course, students=["solved", "wrong"])
        assert not duedate or not any(again.values())
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            assert not gradebook.find_submission(LESSON, "wrong").late_submission_penalty
            submission = gradebook.find_submission(LESSON, "solved")
            return (submission.late_submission_penalty or 0) / submission.score

    assert penalty(None) == 0
    assert penalty("2026-01-01") == 0  # nbgrader's own plugin subtracts nothing
    with open(course / "nbgrader_config.py", "a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    assert penalty("2026-01-01") == 1
    assert penalty("2026-01-01", days=2) == 0
    assert penalty("2025-12-30") == 1
    assert penalty("2026-01-03") == 0


def test_explain_tells_how_a_grade_came_about(course):
    said = assignment.explain("01", "wrong", course)
    assert "seed 12345" in said and "You ignore the upstream gradient" in said
    assert "expected" in said and "relu_forward: all 4 checks pass" in said
    assert "Nothing was handed in" in assignment.explain("01", "absent", course)
    assert "cut off" in assignment.explain("01", "broken", course)


def test_doctor_tells_what_holds(capsys):
    command_line.main(["doctor"])
    assert capsys.readouterr().out.count("✓ holds") == len(PROTECTIONS)


def test_a_missing_protection_asks_for_unsandboxed(course, monkeypatch, capsys):
    monkeypatch.setattr(protections, "missing", lambda: {"files": "this kernel has no Landlock"})
    monkeypatch.chdir(course)
    assert command_line.main(["grade", "01"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "files (this kernel has no Landlock)" in said and "--unsandboxed" in said
    assert not scores(course)
    grade(course, unsandboxed=True, students=["solved", "wrong"])
    assert scores(course) == {"solved": FULL, "wrong": FULL - 3}


@pytest.mark.parametrize("missing", PROTECTIONS)
def test_the_rest_protects_where_one_is_missing(missing):
    left = tuple(name for name in PROTECTIONS if name != missing)
    with ForkServer(LESSON, protections=left) as fork_server:
        session = fork_server.session()
        assert session.run("print(6 * 7)") == ([{"output_type": "stream", "name": "stdout", "text": "42\n"}], [])
        session.close()


def test_an_assignment_of_ones_own_is_left_to_nbgrader(course, monkeypatch, capsys):
    (course / "lessons" / "my_essay").mkdir()
    monkeypatch.chdir(course)
    assert command_line.main(["grade", "my_essay"]) == 2
    assert "Grade it with: nbgrader autograde my_essay" in capsys.readouterr().err


def test_a_lesson_that_is_not_released_is_said_to_be_missing(template, monkeypatch, capsys):
    monkeypatch.chdir(template)
    assert command_line.main(["grade", "02"]) == 2
    assert "Run `nbgrader generate_assignment 02_mse` first" in capsys.readouterr().err


def test_nbgraders_own_autograde_uses_the_same_checks(course):
    """`nbgrader autograde` and formgrader's button, with the settings that `nbgrader_config.py` needs for them."""
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(
            "\nc.Autograde.sanitize_preprocessors = [\n"
            '    "autograder.nbgrader_plugins.autograde.Recognise",\n'
            '    "nbconvert.preprocessors.ClearOutputPreprocessor",\n'
            '    "nbgrader.preprocessors.DeduplicateIds",\n'
            '    "nbgrader.preprocessors.OverwriteKernelspec",\n'
            '    "nbgrader.preprocessors.OverwriteCells",\n'
            '    "nbgrader.preprocessors.CheckCellMetadata",\n'
            "]\n"
            "c.Autograde.autograde_preprocessors = [\n"
            '    "autograder.nbgrader_plugins.autograde.GradeOutside",\n'
            '    "nbgrader.preprocessors.IgnorePattern",\n'
            '    "nbconvert.preprocessors.ClearMetadataPreprocessor",\n'
            '    "nbgrader.preprocessors.LimitOutput",\n'
            '    "nbgrader.preprocessors.SaveAutoGrades",\n'
            '    "nbgrader.preprocessors.AssignLatePenalties",\n'
            '    "nbgrader.preprocessors.CheckCellMetadata",\n'
            "]\n"
        )
    more = {"twice": lambda cells: cells + cells, "future": schema_of_the_future, "without checks": all_checks_deleted}
    for student, change in more.items():
        found = json.loads(CLASS["solved"])
        found["cells"] = change(found["cells"]) or found["cells"]
        hand_in(course, student, LESSON, json.dumps(found))
    nbgrader(course, "autograde", LESSON)
    assert scores(course) == {**EXPECTED, **dict.fromkeys(more, FULL)}
    text = (course / "autograded" / "wrong" / LESSON / f"{LESSON}.ipynb").read_text()
    assert "You ignore the upstream gradient" in text and "lessonkit.result" in text


def test_the_gradebook_may_be_postgresql(course, tmp_path):
    pgserver = pytest.importorskip("pgserver", reason=POSTGRES)
    pytest.importorskip("psycopg", reason=POSTGRES)
    server = pgserver.get_server(tmp_path / "postgres")
    try:
        db_url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        nbgrader(course, "generate_assignment", LESSON, "--force", f"--CourseDirectory.db_url={db_url}")
        grade(course, db_url=db_url)
        assert scores(course, db_url) == EXPECTED
        assert not scores(course)  # the other gradebook has not changed
        nbgrader(course, "generate_feedback", LESSON, f"--CourseDirectory.db_url={db_url}")
        nbgrader(course, "export", f"--CourseDirectory.db_url={db_url}")
        assert "solved" in Path(course / "grades.csv").read_text()
    finally:
        server.cleanup()
