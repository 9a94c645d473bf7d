"""A whole term in one course folder: after each step, every grade is what a person would have worked out.

In version 1, `mse_loss` has six points, one of them for the gradient, and `rms_error` has five.
"""

import io
import json
import re
import zipfile

import pytest
from term_course import (
    ADDED,
    CHECKS,
    LENIENT,
    LESSON,
    NO_ROOT,
    NO_TWO,
    RIGHT,
    TEXT,
    TOO_STRICT,
    Term,
    add_exercise,
    drop_exercise,
    take_back,
)  # fmt: skip

ROSTER = """id,first_name,last_name,lms_user_id
ada,Ada,Able,1
bob,Bob,Baker,2
cleo,Cleo,Castle,3
dan,Dan,Dyer,4
eve,Eve,East,5
fay,Fay,Ford,6
gus,Gus,Grant,7
hal,Hal,Hill,8
ivy,Ivy,Irwin,9
"""
HANDED_IN = {
    "ada": RIGHT,  # everything right
    "bob": NO_TWO,  # loses the point for the gradient
    "cleo": {"mse_loss": RIGHT["mse_loss"]},  # two hours late
    "fay": RIGHT,  # 30 hours late
    "hal": NO_ROOT,  # nothing for rms_error until a person has read it
    "ivy": LENIENT,  # does what the text says, but fails a check of version 1
}
DUE = "2024-03-01 18:00:00 UTC"


@pytest.mark.usefixtures("protected")
def test_a_term(tmp_path):
    term = Term(tmp_path / "course")
    for step in (
        is_released, is_collected, is_graded, is_graded_by_hand, counts_other_points, has_one_exercise_more, has_one_exercise_less,
        is_checked_more_leniently, is_due_later, is_extended, is_handed_in_again, is_pulled, ends,
    ):  # fmt: skip
        kept = term.kept()
        step(term)
        assert set(term.flagged()) <= {"gus"}, step.__name__  # an honest student never has one
        assert kept <= term.kept(), step.__name__


def is_released(term):
    term.write("students.csv", ROSTER)
    term.run("build", "02")
    term.run("roster", "students.csv")
    term.nbgrader("generate_assignment", "02_mse", "--force")
    term.nbgrader("db", "assignment", "add", LESSON, f"--duedate={DUE}")
    term.run("release", "02")
    term.write("accommodations.csv", "who,lesson,kind,value,note\neve,02,excused,,ill\n")
    assert term.exported() == ({}, 11)
    assert term.exported("--zeros") == (dict.fromkeys(ROSTER_IDS - {"eve"}, 0.0), 11)


ROSTER_IDS = {line.partition(",")[0] for line in ROSTER.splitlines()[1:]}


def is_collected(term):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, line in enumerate(ROSTER.splitlines()[1:]):
            student, first, last, lms = line.split(",")
            if student in HANDED_IN:
                notebook = term.filled(HANDED_IN[student])
                archive.writestr(f"{last}{first}_{lms}_90{number}_{LESSON}.ipynb".lower(), notebook)
        archive.writestr("grantgus_7_999_homework.pdf", b"%PDF-1.7\n...")
    (term.folder / "downloaded" / LESSON / "archive").mkdir(parents=True)
    (term.folder / "downloaded" / LESSON / "archive" / "submissions.zip").write_bytes(content.getvalue())
    said = term.run("collect", "2", "canvas")
    assert "gus" in said
    term.write(f"submitted/cleo/{LESSON}/timestamp.txt", "2024-03-01 20:00:00 UTC")
    term.write(f"submitted/fay/{LESSON}/timestamp.txt", "2024-03-03 00:00:00 UTC")
    assert term.exported() == ({}, 11)
    assert term.exported("--zeros") == ({"dan": 0}, 11)


def is_graded(term):
    """Gus has handed in a PDF: it waits for a person, and does not get a zero."""
    term.grade()
    assert set(term.flagged()) == {"gus"}
    assert term.exported() == ({"ada": 11, "bob": 10, "cleo": 4, "fay": 0, "hal": 6, "ivy": 10}, 11)
    assert term.exported("--zeros")[0].keys() == {"ada", "bob", "cleo", "dan", "fay", "hal", "ivy"}


def is_graded_by_hand(term):
    with term.gradebook() as gradebook:
        gradebook.find_grade("check_rms_error", LESSON, LESSON, "hal").manual_score = 2.0
        gradebook.find_comment("rms_error", LESSON, LESSON, "hal").manual_comment = "Nearly: a root is missing."
    assert term.exported() == ({"ada": 11, "bob": 10, "cleo": 4, "fay": 0, "hal": 8, "ivy": 10}, 11)


def counts_other_points(term):
    term.replace(
        CHECKS,
        '@check("mse_loss", points=1)\ndef gives_the_right_gradient',
        '@check("mse_loss", points=3)\ndef gives_the_right_gradient',
    )
    term.run("build", "02")
    assert "check_mse_loss counts 8 points instead of 6" in term.run("release", "02", "--yes")
    at_once = term.exported()
    assert "Regrading" not in term.grade()  # the same checks pass as before
    assert term.exported() == at_once == ({"ada": 13, "bob": 10, "cleo": 6, "fay": 0, "hal": 10, "ivy": 12}, 13)


def has_one_exercise_more(term):
    add_exercise(term)
    term.change()
    assert term.exported() == ({"ada": 13, "bob": 10, "cleo": 6, "fay": 0, "hal": 10, "ivy": 12}, 16)


def has_one_exercise_less(term):
    drop_exercise(term)
    term.change()
    assert term.exported() == ({"ada": 8, "bob": 5, "cleo": 6, "fay": 0, "hal": 8, "ivy": 7}, 11)
    term.run("release", "02", "--yes", "--dropped", "full")
    term.grade()
    assert term.exported() == ({"ada": 13, "bob": 10, "cleo": 11, "fay": 0, "hal": 13, "ivy": 12}, 16)
    report = term.report()
    assert {row["max_score"] for row in report.values()} == {"16.0", ""}
    assert {student for student, row in report.items() if row["rms_error"] == "5.0"} == {*HANDED_IN, "gus"}


def is_checked_more_leniently(term):
    term.replace(CHECKS, TOO_STRICT, "")
    term.run("build", "02")
    before = term.exported()
    said = term.grade("--csv", "changes.csv")
    assert "ivy: 12 -> 13 points" in said and "1 of 9 students" in said
    assert term.exported() == before
    term.grade("--yes")
    assert term.exported() == ({"ada": 13, "bob": 10, "cleo": 11, "fay": 0, "hal": 13, "ivy": 13}, 16)


def is_due_later(term):
    term.nbgrader("db", "assignment", "add", LESSON, "--duedate=2024-03-01 21:00:00 UTC")
    assert term.exported() == ({"ada": 13, "bob": 10, "cleo": 13, "fay": 0, "hal": 13, "ivy": 13}, 16)


def is_extended(term):
    term.write("accommodations.csv", term.read("accommodations.csv") + "fay,02,extension,2024-03-03 18:00:00 UTC,\n")
    assert term.exported() == ({"ada": 13, "bob": 10, "cleo": 13, "fay": 13, "hal": 13, "ivy": 13}, 16)


def is_handed_in_again(term):
    """Bob has the present release; Ivy adds a cell to the notebook that she has had from the beginning."""
    term.hand_in("bob", {**RIGHT, **ADDED})
    held = json.loads((term.folder / "submitted" / "ivy" / LESSON / f"{LESSON}.ipynb").read_text())
    held["cells"].append({"cell_type": "code", "metadata": {}, "source": ADDED["mean_absolute_error"], "outputs": []})
    term.write(f"submitted/ivy/{LESSON}/{LESSON}.ipynb", json.dumps(held))
    said = term.grade()
    assert "2 graded" in said
    assert term.exported() == ({"ada": 13, "bob": 16, "cleo": 13, "fay": 13, "hal": 13, "ivy": 16}, 16)


def is_pulled(term):
    """A newer version contains the dropped exercise again, new wording, and a new engine."""
    take_back(term)
    term.replace(TEXT, "# The loss.", "# The loss, in other words.")
    term.replace("lessonkit/engine/points.py", "STEP = 4", "STEP = 4  #")
    term.run("build", "02")
    term.run("release", "02", "--yes")
    said = term.grade()
    assert "bob: 16 -> 11 points (rms_error: 5 -> 0)" in said and "1 of 9 students" in said
    assert term.exported() == ({"ada": 13, "bob": 16, "cleo": 8, "fay": 13, "hal": 10, "ivy": 16}, 16)
    term.grade("--yes")
    assert term.exported() == ({"ada": 13, "bob": 11, "cleo": 8, "fay": 13, "hal": 10, "ivy": 16}, 16)


def ends(term):
    """Check what nbgrader shows to students, and to an instructor who forgets that the lesson is in progress."""
    assert term.by_hand("hal", "rms_error") == (2.0, "Nearly: a root is missing.")
    released = term.released()
    refused = term.nbgrader("generate_assignment", LESSON, "--force", check=False)
    assert f"python -m autograder release {LESSON}" in refused.stderr and term.released() == released
    assert not term.nbgrader("generate_feedback", LESSON, "--log-level=ERROR").stderr
    page = (term.folder / "feedback" / "hal" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "Nearly: a root is missing." in page and "10 of 16" in re.sub("<[^>]+>", "", page)
