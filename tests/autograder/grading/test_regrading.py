"""Regrading compares: it changes no existing grade before `--yes`, and it gives the reasons, check by check.

No notebook is run here: a pool made for the test says what each submission earns.
"""

import csv
import json
from dataclasses import replace

import pytest
from arena import LESSON
from small_course import CLASS, scores

from autograder.course import COURSE, Course, CourseError
from autograder.grading import assignment, fingerprint
from autograder.grading.assignment import Assignment, chosen
from autograder.grading.gradebook import Writer
from autograder.grading.regrading import SHOWN, Change, Reason, compare, sentences, stands
from autograder.grading.revalued import revalued
from autograder.grading.submission import GradedSubmission, read_entry
from autograder.publish import definitions
from lessonkit.engine.diagnose import Outcome, Result
from tools.synthetic_class import hand_in

STUDENTS = ["solved", "wrong"]
CELL = "check_relu_backward"


def graded(*checks):
    """Return a submission whose checks of one exercise earned ``(check, points)``, out of 2 each."""
    outcomes = tuple(
        Outcome(name, name.replace("_", " "), 2, worth == 2, earned=None if worth in (0, 2) else worth)
        for name, worth in checks
    )
    result = Result("relu_backward", outcomes)
    return GradedSubmission(points={CELL: float(result.points)}, results={"relu_backward": result}, seconds=1.0)


class Pool:
    """Says what a submission earns, and notes who was graded on which seed."""

    def __init__(self, earned):
        self.earned, self.seeds = earned, {}

    def __call__(self, students, tasks):
        for student, _, _, _, seed, *_ in tasks(students):
            self.seeds[student] = seed
            yield student, self.earned[student]


def run(course, earned, **options):
    """Grade `STUDENTS`; return the assignment, whose grades were recorded, and the seed of each."""
    whole, pool = Assignment(Course(course), LESSON, **options), Pool(earned)
    recorded = whole.grade(pool, STUDENTS, quiet=True)
    return whole, sorted(student for student, one in recorded.items() if one), pool.seeds


BEFORE = {"solved": graded(("shape", 2), ("slope", 2)), "wrong": graded(("shape", 2), ("slope", 0))}
AFTER = {"solved": graded(("shape", 2), ("slope", 2)), "wrong": graded(("shape", 1), ("slope", 0), ("zeros", 2))}


@pytest.fixture
def changed(course, monkeypatch):
    """Return a class that has been graded, and then change a check."""
    assert run(course, BEFORE)[1] == STUDENTS
    monkeypatch.setattr(assignment, "code_fingerprint", lambda lesson: "another version of a check")
    return course


def test_a_grade_that_stands_waits_for_a_yes(changed):
    whole, recorded, _ = run(changed, AFTER)
    reasons = (Reason("relu_backward", "shape", 2, 1), Reason("relu_backward", "zeros", None, 2))
    assert whole.changes == [Change("wrong", 2, 3, reasons)]
    assert recorded == ["solved"]  # the points stay, and the new sentences are noted
    assert scores(changed) == {"solved": 4, "wrong": 2}
    assert read_entry(Course(changed).journal(LESSON, "wrong")).submission == BEFORE["wrong"]
    assert run(changed, AFTER)[1:] == ([], {"wrong": 12345})  # in another run, only the one who waits is graded

    whole, recorded, _ = run(changed, AFTER, yes=True)
    assert recorded == ["wrong"] and len(whole.changes) == 1 and scores(changed) == {"solved": 4, "wrong": 3}
    assert run(changed, AFTER)[1:] == ([], {})


def test_who_has_gone_from_the_gradebook_is_graded_again(course):
    """Such a gradebook came from a backup, for instance. Students who handed in nothing have no row there anyway."""
    assert Course(course).strangers() == {*CLASS}
    assert run(course, BEFORE)[1] == STUDENTS and run(course, BEFORE)[1] == []
    assert Course(course).strangers() == {*CLASS} - {*STUDENTS}
    with Course(course).gradebook() as gradebook:
        gradebook.remove_submission(LESSON, "wrong")
    whole, recorded, _ = run(course, BEFORE)
    assert recorded == ["wrong"] and not whole.changes and scores(course) == {"solved": 4, "wrong": 2}


def test_what_was_dropped_stands_as_the_gradebook_has_it():
    """An exercise that was dropped later is not part of the grade, unless it counts in full."""
    noted = graded(("shape", 2), ("slope", 0))
    noted.points["check_gone"] = 5.0
    standing = stands(noted, {CELL: 3.0, "check_swish_forward": 1.0})
    assert standing.points == {CELL: 3.0, "check_swish_forward": 1.0} and standing.earned == 4
    assert standing.results == noted.results and noted.points["check_gone"] == 5


def worth(points, earned):
    """Return a submission with one exercise: its check ``shape`` is worth `points`, and its check ``slope`` fails."""
    outcome = Outcome("shape", "shape", points, earned == points, earned=None if earned in (0, points) else earned)
    result = Result("relu_backward", (outcome, Outcome("slope", "slope", 2, False)))
    return GradedSubmission(points={CELL: float(result.points)}, results={"relu_backward": result}, seconds=1.0)


def test_other_points_for_the_same_result_are_no_change():
    """A release has given the gradebook a check's new points. The grade stands, although the journal still has the old ones."""
    assert compare("ada", stands(worth(3, 3), {CELL: 1.0}), worth(1, 1)) is None
    assert compare("ada", stands(worth(3, 3), {CELL: 1.0}), worth(1, 0)) == Change(
        "ada", 1, 0, (Reason("relu_backward", "shape", 1, 0),)
    )
    mended = worth(1, 1)
    mended.results["relu_backward"] = Result(
        "relu_backward", (mended.results["relu_backward"].outcomes[0], Outcome("slope", "slope", 2, True))
    )
    mended.points[CELL] = 3.0
    assert compare("ada", stands(worth(3, 3), {CELL: 1.0}), mended) == Change(
        "ada", 1, 3, (Reason("relu_backward", "slope", 0, 2),)
    )


def test_a_grade_follows_its_checks_when_their_points_change():
    """If a person has changed the points, or the checks are different ones, the points are scaled in proportion."""
    five, eight, ten = FIVE, {"shape": 6, "slope": 2}, {"shape": 6, "slope": 4}
    lost_slope, half = (worth(3, earned).results["relu_backward"] for earned in (3, 1.5))
    assert revalued(lost_slope, 3.0, 5, 8, five, eight) == 6.0  # not 4.8
    assert revalued(half, 1.5, 5, 8, None, eight) == 3.0  # an older version did not note the points of checks
    assert revalued(lost_slope, 4.0, 5, 8, five, eight) == 6.4 and revalued(None, 3.0, 5, 8) == 4.8
    assert revalued(lost_slope, 3.0, 5, 10, five, {"shape": 9}) == 6.0
    assert revalued(None, 0.0, 0, 8) is None

    assert revalued(lost_slope, 6.0, 8, 10, eight, ten) == 6.0  # a second change without a grading in between; not 7.5
    assert revalued(lost_slope, 6.0, 8, 5, eight, five) == 3.0  # undone
    assert revalued(lost_slope, 6.0, 8, 5) == 3.0
    regraded = worth(6, 6).results["relu_backward"]
    assert revalued(regraded, 6.0, 8, 5, eight, five) == 3.0  # undone after a grading; not 3.75
    assert revalued(lost_slope, 4.0, 8, 5, eight, five) == 2.5  # the gradebook comes from a backup


def test_a_check_that_counted_nothing_counts_again():
    nothing = {"shape": 0, "slope": 2}
    passed = worth(0, 0).results["relu_backward"]
    shape, slope = passed.outcomes
    assert revalued(Result("relu_backward", (replace(shape, passed=True), slope)), 0.0, 2, 5, nothing, FIVE) == 3.0
    assert revalued(Result("relu_backward", (replace(shape, passed=False), slope)), 0.0, 2, 5, nothing, FIVE) == 0.0


FIVE = {"shape": 3, "slope": 2}


def test_a_change_in_proportion_is_undone_exactly():
    for was in range(1, 30):
        for now in range(1, 30):
            for quarters in range(4 * was + 1):
                earned = quarters / 4
                assert revalued(None, revalued(None, earned, was, now), now, was) == earned


def test_points_that_move_from_one_check_to_another_are_the_reason():
    """The exercise counts as before, so no release has adjusted the grades."""
    before, after = graded(("shape", 2), ("slope", 0)), graded(("shape", 1), ("slope", 0))
    shape, slope = before.results["relu_backward"].outcomes
    now = replace(shape, points=1), replace(slope, points=3)
    after.results["relu_backward"] = Result("relu_backward", now)
    assert compare("ada", before, after) == Change("ada", 2, 1, (Reason("relu_backward", "shape", 2, 1),))


def test_a_new_submission_needs_no_yes(changed):
    hand_in(changed, "wrong", LESSON, CLASS["empty"])
    whole, recorded, _ = run(changed, AFTER)
    assert recorded == STUDENTS and not whole.changes and scores(changed)["wrong"] == 3


def test_a_grade_by_hand_is_not_touched_and_asks_for_nothing(changed):
    with Course(changed).gradebook() as gradebook:
        gradebook.find_grade(CELL, LESSON, LESSON, "wrong").manual_score = 1.5
        gradebook.db.commit()
    whole, recorded, _ = run(changed, AFTER)
    assert recorded == STUDENTS and not whole.changes and scores(changed)["wrong"] == 1.5


def test_manual_grades_and_extra_credit_are_part_of_the_points(changed):
    with Course(changed).gradebook() as gradebook:
        gradebook.find_grade("check_tanh_forward", LESSON, LESSON, "wrong").manual_score = 3.0
        gradebook.find_grade(CELL, LESSON, LESSON, "wrong").extra_credit = 0.5
        gradebook.db.commit()
    assert scores(changed)["wrong"] == 5.5
    whole, _, _ = run(changed, AFTER, yes=True)
    assert [(change.before, change.after) for change in whole.changes] == [(5.5, 6.5)] and scores(changed)[
        "wrong"
    ] == 6.5


def test_an_older_journal_is_compared_as_well(changed):
    path = Course(changed).journal(LESSON, "wrong")
    path.write_text(json.dumps({**json.loads(path.read_text()), "fingerprint": "a" * 64}))
    whole, recorded, _ = run(changed, AFTER)
    assert [change.student for change in whole.changes] == ["wrong"] and recorded == ["solved"]
    path.write_text("{")
    assert run(changed, AFTER)[1] == ["wrong"]  # nothing is known about that grade


def test_a_grader_that_fails_changes_nothing(changed):
    whole, recorded, _ = run(changed, {**AFTER, "wrong": GradedSubmission(failed=True)})
    assert not whole.changes and scores(changed) == {"solved": 4, "wrong": 2}


def test_a_new_seed_is_for_new_submissions(changed):
    """An existing grade is compared on the seed on which it was given."""
    Course(changed).draw_secret_seed()
    hand_in(changed, "solved", LESSON, CLASS["empty"])
    seeds = run(changed, AFTER, yes=True)[2]
    fresh = Course(changed).secret_seed()
    assert seeds == {"solved": fresh, "wrong": 12345} and fresh.bit_length() > 64
    noted = {student: read_entry(Course(changed).journal(LESSON, student)).seed for student in STUDENTS}
    assert noted == seeds
    assert run(changed, AFTER)[1:] == ([], {})
    assert set(run(changed, AFTER, force=True)[2].values()) == {fresh}


def test_the_command_says_what_would_change_and_saves_it(changed, monkeypatch, capsys):
    monkeypatch.setattr(Assignment, "processes", lambda *_: Pool(AFTER))
    options = {"students": STUDENTS, "csv": changed / "changes.csv"}
    assert assignment.grade(LESSON, changed, **options)["wrong"] is None
    assert capsys.readouterr().out.splitlines() == [
        "Regrading would change the points of 1 of 2 students. The reasons:",
        "  relu_backward, shape: 1 student",
        "  relu_backward, zeros: 1 student",
        "  wrong: 2 -> 3 points (relu_backward, shape: 2 -> 1; relu_backward, zeros: new -> 2)",
        "Their grades have not been changed. To record the new ones, run the same command with --yes.",
    ]
    with open(changed / "changes.csv", newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1:] == [
            ["wrong", "relu_backward", "shape", "2", "1", "2.0", "3.0"],
            ["wrong", "relu_backward", "zeros", "", "2", "2.0", "3.0"],
        ]
    assignment.grade(LESSON, changed, **options, yes=True)
    assert capsys.readouterr().out.startswith("Regrading has changed the points of 1 of 2 students.")


def test_of_a_large_class_the_first_are_named():
    changes = [Change(f"s{number:03}", 2, 1, (Reason("mse_loss", "a check", 2, 1),)) for number in range(300)]
    said = list(sentences(changes, 300, False))
    assert len(said) == SHOWN + 4 and said[1] == "  mse_loss, a check: 300 students"
    assert said[-2] == "  and 290 more: `--csv FILE` saves the whole list."


def test_points_that_no_check_explains_are_told_for_the_exercise():
    before, after = graded(("shape", 2)), graded(("shape", 2))
    after.points[CELL] = 1.0
    assert compare("ada", before, after) == Change("ada", 2, 1, (Reason("relu_backward", "", 2.0, 1.0),))
    assert compare("ada", before, before) is None


def test_a_section_is_regraded_alone(course):
    (course / "groups.csv").write_text("student;group\nsolved;B\nwrong;A\nempty;B\n")
    assert chosen(Course(course), None, ()) is None and chosen(Course(course), ["wrong"], ()) == ["wrong"]
    assert chosen(Course(course), ["wrong"], ["B"]) == ["empty", "solved", "wrong"]
    with pytest.raises(CourseError, match="groups.csv has no group 'C'. Its groups are A, B."):
        chosen(Course(course), None, ["C"])
    with pytest.raises(CourseError, match="There is no student 'absend' in the gradebook. Did you mean absent?"):
        chosen(Course(course), ["absend"], ())


RECORDING = {
    "__init__", "accommodations", "assignment", "fingerprint", "gradebook", "history", "memory", "penalties", "pools", "regrading",
    "releases", "revalued", "rows", "spreadsheet", "submission", "tables", "timestamps", "underway",
}  # fmt: skip


def test_every_module_that_grades_is_in_the_fingerprint():
    """A module in neither list is new: decide whether it changes what a submission earns."""
    assert all(list(COURSE.glob(pattern)) for pattern in fingerprint.ENGINE)
    covered = {path.stem for pattern in fingerprint.ENGINE for path in COURSE.glob(pattern) if "grading" in path.parts}
    assert covered | RECORDING == {path.stem for path in (COURSE / "autograder" / "grading").glob("*.py")}
    assert not covered & RECORDING


def test_a_date_that_cannot_be_recorded_is_told_and_stops_nobody(changed, monkeypatch):
    run(changed, AFTER, yes=True)
    for student in STUDENTS:
        (changed / "submitted" / student / LESSON / "timestamp.txt").write_text("2026-03-01 18:00:00 UTC")
    honest = Writer.redate

    def redate(self, student, *arguments):
        if student == "solved":
            raise OSError("the disk is full")
        honest(self, student, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "redate", redate)
        whole, recorded, seeds = run(changed, AFTER)
    assert not recorded and not seeds and list(whole.damaged) == ["solved"]
    assert run(changed, AFTER)[0].redated.keys() == {"solved"} and not run(changed, AFTER)[0].redated


def test_a_fingerprint_is_of_its_own_lesson(monkeypatch):
    """A change of a check, the reference or the bank affects only the lessons that are graded with it."""

    def changed(module, name):
        honest = {lesson: fingerprint.code_fingerprint.__wrapped__(lesson) for lesson in lessons}
        with monkeypatch.context() as patch:
            text = definitions._text
            patch.setattr(definitions, "_text", lambda *at: "changed" if at == (module, name) else text(*at))
            return [one for one in lessons if fingerprint.code_fingerprint.__wrapped__(one) != honest[one]]

    lessons = ("01_activations", "06_backward", "12_batchnorm")
    assert changed("lessonkit.checks.lesson_06", "agrees_with_numerical_gradients") == ["06_backward"]
    assert changed("lessonkit.checks.inputs", "layer") == ["06_backward"]
    assert changed("reference_impl.layers", "affine_backward") == ["06_backward", "12_batchnorm"]
    assert not changed("lessonkit.plots.lesson_06", "anything")


def test_a_time_that_cannot_be_read_is_told_although_no_notebook_is_run(changed):
    run(changed, AFTER, yes=True)
    (changed / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("01/03/2026 18:00")
    whole, recorded, seeds = run(changed, AFTER)
    assert not recorded and not seeds
    assert whole.damaged["solved"].startswith("timestamp.txt was ignored, so there is no late penalty: '01/03/2026")
