"""Journals and runs of a course graded by an earlier version can be read, and are written as that version wrote them."""

import csv
import gzip
import json
import pickle
import shutil

import pytest
from arena import LESSON
from nbgrader.api import Gradebook

from autograder.course import Course, CourseError
from autograder.grading import history
from autograder.grading.gradebook import Writer
from autograder.grading.submission import Entry, GradedSubmission, noted_fingerprint, read_entry
from autograder.report import read, report
from lessonkit.engine.diagnose import Outcome, Result

# This is how version 0.1 wrote grading/01_activations/ada.json, with one of the six exercises.
JOURNAL = (
    '{"fingerprint": "dcbd6cd88df1ac9cead64df6052473079bccc93653f230ce994849d2deca9d8a", "seed": 12345, "student": "ada", '
    '"points": {"check_relu_backward": 2.0}, "results": {"relu_backward": {"exercise": "relu_backward", "outcomes": ['
    '{"check": "uses_the_upstream_gradient", "title": "uses the upstream gradient", "points": 2, "passed": false, '
    '"kind": "mistake", "sentence": "You ignore the upstream gradient.", "example": "dx[0, 1]: yours 1, expected 0.25", '
    '"mistake": "ignores_dout"}, '
    '{"check": "keeps_the_shape", "title": "keeps the shape", "points": 2, "passed": true, "kind": "passed", '
    '"sentence": "", "example": "", "mistake": ""}]}}, '
    '"notes": ["The check cell check_relu_backward was changed. It is graded as it was released."], '
    '"flags": ["check_relu_backward was edited"], "seconds": 0.251, "memory": 91226112, "unanswered": ["tanh_forward"]}'
)
NOTHING = (
    '{"fingerprint": "77", "seed": 12345, "student": "eve", "points": {"check_relu_backward": 0.0}, "results": '
    '{"relu_backward": {"exercise": "relu_backward", "outcomes": [{"check": "keeps_the_shape", "title": "keeps the shape", '
    '"points": 4, "passed": false, "kind": "error", "sentence": "Nothing was handed in.", "example": "", "mistake": ""}]}}, '
    '"notes": ["Nothing was handed in."], "flags": [], "seconds": 0.0, "memory": 0, "unanswered": ["relu_backward"]}'
)
BETTER = JOURNAL.replace('"check_relu_backward": 2.0', '"check_relu_backward": 4.0').replace("dcbd", "abcd")
BETTER = BETTER.replace("91226112,", '91226112, "worker_memory": 209715200, "writer_memory": 157286400,')
SUBMISSION = GradedSubmission(
    points={"check_relu_backward": 2.0},
    results={
        "relu_backward": Result(
            "relu_backward",
            (
                Outcome(
                    "uses_the_upstream_gradient", "uses the upstream gradient", 2, False, "mistake",
                    "You ignore the upstream gradient.", "dx[0, 1]: yours 1, expected 0.25", "ignores_dout",
                ),
                Outcome("keeps_the_shape", "keeps the shape", 2, True),
            ),
        )
    },
    notes=["The check cell check_relu_backward was changed. It is graded as it was released."],
    flags=["check_relu_backward was edited"],
    seconds=0.251,
    memory=91226112,
    unanswered=["tanh_forward"],
)  # fmt: skip


def write(course, **entries):
    for student, text in entries.items():
        path = course.journal(LESSON, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_record_is_in_the_journal_as_it_ever_was(tmp_path):
    course = Course(tmp_path)
    write(course, ada=JOURNAL)
    entry = read_entry(course.journal(LESSON, "ada"))
    assert entry == Entry("ada", json.loads(JOURNAL)["fingerprint"], 12345, SUBMISSION)
    assert entry.to_json() == JOURNAL
    assert noted_fingerprint(course.journal(LESSON, "ada")) == entry.fingerprint
    Writer(course, LESSON, 12345).write_journal("ada", SUBMISSION, entry.fingerprint)
    assert course.journal(LESSON, "ada").read_text(encoding="utf-8") == JOURNAL


def test_a_run_holds_the_journal_as_it_ever_did(tmp_path):
    course = Course(tmp_path)
    write(course, ada=JOURNAL, eve=NOTHING)
    with gzip.open(history.keep(course, LESSON), "rt", encoding="utf-8") as file:
        assert json.load(file) == {"lesson": LESSON, "entries": [json.loads(JOURNAL), json.loads(NOTHING)]}


def test_the_record_travels_between_processes():
    assert pickle.loads(pickle.dumps(SUBMISSION)) == SUBMISSION
    assert SUBMISSION.ran and SUBMISSION.earned == 2
    assert [outcome.check for _, outcome in SUBMISSION.outcomes()] == ["uses_the_upstream_gradient", "keeps_the_shape"]


def test_what_a_newer_version_adds_is_passed_over_and_what_an_older_one_lacks_is_unknown():
    record = json.loads(JOURNAL)
    record["results"]["relu_backward"]["outcomes"][0]["share"] = 0.5
    assert Entry.from_record({**record, "host": "another"}).submission == SUBMISSION
    older = {"student": "ada", "points": {"check_relu_backward": 2.0}}
    assert Entry.from_record(older).submission == GradedSubmission(points={"check_relu_backward": 2.0})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "5",
        "[]",
        "{}",
        JOURNAL[:-400],
        '{"student": 5, "points": {}}',
        '{"student": "ada", "points": {}, "results": 5}',
    ],
)
def test_a_damaged_journal_is_named_and_graded_again(text, tmp_path):
    course = Course(tmp_path)
    write(course, ada=text)
    with pytest.raises(CourseError, match="ada.json is damaged"):
        read_entry(course.journal(LESSON, "ada"))
    write(course, eve=NOTHING)
    run = history.current(course, LESSON)
    assert list(run.entries) == ["eve"] and "ada.json is damaged. Delete it" in run.damaged["ada"]
    with gzip.open(history.keep(course, LESSON), "rt", encoding="utf-8") as file:
        assert json.load(file)["entries"] == [json.loads(NOTHING)]
    assert noted_fingerprint(course.journal(LESSON, "ada")) is None


def test_a_course_from_before_is_reported_and_compared(template, tmp_path):
    """Its gradebook has no rows yet, so the autograder's own points are used."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    course = Course(tmp_path)
    with Gradebook(course.db_url) as gradebook:
        for student in ("ada", "eve", "new"):
            gradebook.add_student(student)
    write(course, ada=BETTER, eve=NOTHING)
    run = tmp_path / "grading" / LESSON / "runs" / "2026-03-01T18-30-00.json.gz"
    run.parent.mkdir()
    run.write_bytes(gzip.compress(f'{{"lesson": "{LESSON}", "entries": [{JOURNAL}, {NOTHING}]}}'.encode()))
    group = read(LESSON, course)
    assert {student: graded.earned for student, graded in group.submissions.items()} == {"ada": 4, "eve": 0}
    assert list(group.graded) == ["ada"]
    html, table = report(LESSON, tmp_path, compare="previous")
    page = html.read_text(encoding="utf-8")
    assert "the run of 2026-03-01 at 18:30:00 UTC" in page and "check_relu_backward was edited" in page
    assert "at most 200 MB for a process that grades, and 150 MB for the one that records" in page
    assert Entry.from_record(json.loads(BETTER)).to_json() == BETTER
    assert "1 student was graded in both" in page and "You ignore the upstream gradient." in page
    with open(table, newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: (row["state"], row["score"]) for student, row in rows.items()} == {
        "ada": ("graded", ""), "eve": ("nothing handed in", ""), "new": ("not graded", ""),
    }  # fmt: skip
    assert rows["ada"]["auto_points"] == "4.0" and rows["ada"]["memory_mb"] == "87.0"
    assert rows["ada"]["mistakes"] == "relu_backward: ignores_dout"


def test_no_two_students_share_a_file_and_one_of_an_older_name_still_counts(tmp_path):
    course = Course(tmp_path)
    students = ("a 13", "a\N{EN DASH}", "a%2013", "a%u002013", "caf\udce9", "\U0001f600", "a" * 300, "odd name $(x)")
    assert len({course.journal(LESSON, student) for student in students}) == len(students)
    assert course.journal(LESSON, "odd name $(x)").name == "odd%20name%20%24%28x%29.json"  # unchanged since version 0.1
    of_dash = JOURNAL.replace('"ada"', '"a\N{EN DASH}"')
    older = tmp_path / "grading" / LESSON / "a%2013.json"  # version 0.1 used this name
    older.parent.mkdir(parents=True)
    older.write_text(of_dash, encoding="utf-8")
    assert history.current(course, LESSON).submissions == {"a\N{EN DASH}": SUBMISSION}
    write(course, **{"a\N{EN DASH}": of_dash.replace('"check_relu_backward": 2.0', '"check_relu_backward": 4.0')})
    assert history.current(course, LESSON).submissions["a\N{EN DASH}"].earned == 4
