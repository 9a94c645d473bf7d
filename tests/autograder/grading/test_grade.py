"""``grade`` from end to end on a small course, and nbgrader's own commands after it."""

import builtins
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from arena import EXERCISES, LESSON, RELEASED, notebook, solved
from commands import nbgrader
from test_robustness import all_checks_deleted, schema_of_the_future

from autograder import __main__ as command_line
from autograder.course import COURSE
from autograder.grading import assignment, gradebook, worker
from autograder.grading.repair import opening
from autograder.sandbox import protections
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside.lockdown import Limits
from autograder.sandbox.protections import PROTECTIONS
from tools.benchmarks.cluster import Cluster
from tools.synthetic_class import answer, find, hand_in, submission

FULL = 5.0 * len(EXERCISES)
SHORT = Limits(cell=3.0, call=2.0, exercise=4.0)
POSTGRES = "needs the packages pgserver and psycopg"


@pytest.fixture(scope="module", autouse=True)
def protected():
    if protections._missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections._missing()}")
    yield
    for fork_server, _ in worker._warm.values():
        fork_server.close()
    worker._warm.clear()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course with one released lesson and no submissions."""
    course = tmp_path_factory.mktemp("template")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    (course / "solutions" / LESSON).mkdir(parents=True)
    shutil.copy(COURSE / "solutions" / LESSON / f"{LESSON}.ipynb", course / "solutions" / LESSON)
    nbgrader(course, "generate_assignment", LESSON)
    return course


WRONG = answer("relu_backward", find("relu_backward", "ignores_dout"))
CLASS = {
    "solved": notebook(solved()),
    "wrong": notebook({**solved(), **WRONG}),
    "empty": notebook({}),
    "broken": notebook(solved())[:3000],
    "hostile": notebook({}, first=["import os\nos._exit(0)", "check = lambda name: 5.0"]),
    "odd name $(x)": notebook(solved("relu_forward")),
}


@pytest.fixture
def course(template, tmp_path):
    """A course with a class that has handed in, and one student who has not."""
    folder = tmp_path / "course"
    shutil.copytree(template, folder)
    (folder / ".secret_seed").write_text("12345")
    for student, text in CLASS.items():
        hand_in(folder, student, LESSON, text)
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.add_student("absent")
    return folder


def grade(course, **options):
    return assignment.grade(LESSON, course, **{"jobs": 1, "quiet": True, "limits": SHORT, **options})


def gradebook_of(course, db_url=None):
    """All that the gradebook says: by student the score, and by cell the grades."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url or f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            each.student.id: (
                each.score,
                {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in each.notebooks[0].grades},
                {c.name: c.auto_comment for c in each.notebooks[0].comments},
            )
            for each in gradebook.assignment_submissions(LESSON)
        }


def scores(course, db_url=None):
    return {student: row[0] for student, row in gradebook_of(course, db_url).items()}


EXPECTED = {"solved": FULL, "wrong": FULL - 3, "empty": 0, "broken": 0, "hostile": 0, "odd name $(x)": 5, "absent": 0}


def test_a_class_is_graded_and_nbgrader_goes_on_from_there(course):
    outcomes = grade(course, jobs=2)
    assert scores(course) == EXPECTED
    assert outcomes["absent"]["notes"] == ["Nothing was handed in."]
    assert "no readable notebook" in outcomes["broken"]["notes"][0]
    row = gradebook_of(course)["wrong"]
    assert row[1]["check_relu_backward"] == (2.0, None, False) and row[1]["check_tanh_forward"] == (5.0, None, False)
    assert row[2]["relu_backward"] is None
    assert gradebook_of(course)["odd name $(x)"][2] == {
        name: None if name == "relu_forward" else "No response." for name in EXERCISES
    }

    nbgrader(course, "generate_feedback", LESSON)
    page = {s: (course / "feedback" / s / LESSON / f"{LESSON}.html").read_text(encoding="utf-8") for s in EXPECTED}
    assert "You ignore the upstream gradient" in page["wrong"] and "27.0" in page["wrong"]
    assert "no readable notebook" in page["broken"] and "Nothing was handed in." in page["absent"]
    assert "stopped the notebook" in page["hostile"]
    assert not any("12345" in text for text in page.values())
    nbgrader(course, "export")
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == EXPECTED


def test_what_has_not_changed_is_not_graded_again(course, monkeypatch):
    grade(course)
    assert all(outcome is None for outcome in grade(course).values())
    hand_in(course, "empty", LESSON, CLASS["solved"])
    again = grade(course)
    assert [student for student, outcome in again.items() if outcome] == ["empty"]
    assert scores(course)["empty"] == FULL
    assert all(grade(course, force=True, students=["solved", "wrong"]).values())
    (course / ".secret_seed").write_text("54321")
    assert all(grade(course, students=["solved", "wrong"]).values())
    note = json.loads((course / "grading" / LESSON / "solved.json").read_text())
    assert note["seed"] == 54321 and note["points"]["check_relu_forward"] == 5
    monkeypatch.setattr(assignment, "_code", lambda: "another version of the checks")
    assert all(grade(course, students=["solved"]).values())


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


def test_who_is_late_gets_the_penalty_of_the_course(course):
    from nbgrader.api import Gradebook

    with open(course / "nbgrader_config.py", "a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2026-01-01")
    stamps = {"solved": "2026-01-02 10:00:00 UTC", "wrong": "2025-12-31 10:00:00 UTC", "empty": "no date"}
    for student, stamp in stamps.items():
        (course / "submitted" / student / LESSON / "timestamp.txt").write_text(stamp)
    outcomes = grade(course, students=list(stamps))
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        late = {s: gradebook.find_submission(LESSON, s).late_submission_penalty for s in stamps}
    assert late == {"solved": FULL, "wrong": 0, "empty": 0}
    assert outcomes["empty"]["flags"] == ["timestamp.txt holds no date"]

    (course / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("2025-12-31 10:00:00 UTC")
    outcomes = grade(course, students=list(stamps))
    assert [student for student, outcome in outcomes.items() if outcome] == ["solved"]
    assert gradebook_of(course)["solved"][0] == FULL
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert not gradebook.find_submission(LESSON, "solved").late_submission_penalty


def test_a_run_that_is_killed_is_taken_up_again(course, tmp_path):
    for number in range(6):
        hand_in(course, f"student{number}", LESSON, notebook(solved(*EXERCISES[:number])))
    whole = tmp_path / "whole"
    shutil.copytree(course, whole)
    grade(whole)
    command = [sys.executable, "-m", "autograder", "grade", "01", "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(COURSE)}
    killed = 0
    for wanted in (2, 5, 9):  # three times, each a little further
        run = subprocess.Popen(command, cwd=course, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        journal = course / "grading" / LESSON
        while run.poll() is None and len(list(journal.glob("*.json"))) < wanted:
            time.sleep(0.01)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            killed += 1
        run.wait()
    assert killed and len(list(journal.glob("*.json"))) < len(scores(whole))
    noted = {path: path.read_bytes() for path in journal.glob("*.json")}
    grade(course)
    assert gradebook_of(course) == gradebook_of(whole)
    for path in (whole / "autograded").rglob("*.ipynb"):
        assert path.read_bytes() == (course / path.relative_to(whole)).read_bytes()
    assert {path: path.read_bytes() for path in noted} == noted  # nobody was graded twice
    assert not list(course.rglob("*.part"))


def test_one_student_who_cannot_be_recorded_does_not_stop_the_run(course, monkeypatch):
    honest = gradebook.Writer._write_notebook

    def fails(self, student, outcome):
        if student == "solved":
            raise OSError("no space left")
        honest(self, student, outcome)

    monkeypatch.setattr(gradebook.Writer, "_write_notebook", fails)
    outcomes = grade(course, students=["solved", "wrong"])
    assert "could not be recorded" in outcomes["solved"]["flags"][-1] and scores(course)["wrong"] == FULL - 3
    monkeypatch.undo()
    assert grade(course, students=["solved", "wrong"])["solved"] and scores(course)["solved"] == FULL


def test_a_failure_of_the_graders_own_is_no_zero(course, monkeypatch):
    def fails(*arguments):
        raise OSError("out of everything")

    monkeypatch.setattr(worker, "grade_notebook", fails)
    outcome = grade(course, students=["solved"])["solved"]
    assert "the grader itself failed: OSError: out of everything" in outcome["flags"]
    assert set(gradebook_of(course)["solved"][1].values()) == {(None, None, True)}
    monkeypatch.undo()
    grade(course, students=["solved"])
    assert scores(course)["solved"] == FULL

    monkeypatch.setattr(worker, "grade_notebook", fails)
    outcome = grade(course, students=["solved"], force=True)["solved"]
    assert "the earlier grade stands" in outcome["flags"][-1] and scores(course)["solved"] == FULL


@pytest.mark.parametrize("unreadable", [f"{LESSON}.ipynb", "timestamp.txt"])
def test_a_file_that_cannot_be_read_stops_no_run_and_is_no_zero(unreadable, course, monkeypatch):
    (course / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
    honest = builtins.open

    def refuse(path, *arguments, **options):
        if str(path).endswith(f"submitted/solved/{LESSON}/{unreadable}"):
            raise PermissionError(13, "Permission denied", str(path))
        return honest(path, *arguments, **options)

    monkeypatch.setattr("builtins.open", refuse)
    outcomes = grade(course, students=["solved", "wrong"])
    assert "Permission denied" in str(outcomes["solved"]["flags"]) and scores(course)["wrong"] == FULL - 3
    assert not scores(course).get("solved")
    monkeypatch.undo()
    assert grade(course, students=["solved", "wrong"])["solved"] and scores(course)["solved"] == FULL


def test_a_warm_process_that_dies_is_replaced(course):
    grade(course, students=["wrong"])
    for fork_server, _ in worker._warm.values():
        fork_server._process.kill()
        fork_server._process.wait()
    grade(course, students=["solved"])
    assert scores(course) == {"wrong": FULL - 3, "solved": FULL}


def test_graders_share_a_warm_process_until_it_is_gone(monkeypatch):
    started = []
    begin = ForkServer._start
    monkeypatch.setattr(ForkServer, "_start", lambda self: (started.append(self), begin(self)))
    monkeypatch.setattr(worker, "_warm", {})
    data, released = submission(RELEASED, solved()).encode(), json.loads(RELEASED)
    with ForkServer(LESSON, opening=opening(released)) as fork_server:
        shared = [LESSON, data, "", released, 12345, False, None, (fork_server.folder, PROTECTIONS)]
        assert sum(worker.work(*shared)["points"].values()) == FULL and started == [fork_server]
        session = fork_server.session()
        assert session.run("print(6 * 7)")[0]["text"] == "42\n"
        session.close()
    assert sum(worker.work(*shared)["points"].values()) == FULL  # with one of its own, since the other has been closed
    assert len(started) == 2
    for own, _ in worker._warm.values():
        own.close()


def test_explain_tells_how_a_grade_came_about(course):
    said = assignment.explain("01", "wrong", course)
    assert "seed 12345" in said and "You ignore the upstream gradient" in said
    assert "expected" in said and "relu_forward: all 4 checks pass" in said
    assert "Nothing was handed in" in assignment.explain("01", "absent", course)
    assert "no readable notebook" in assignment.explain("01", "broken", course)


def test_doctor_tells_what_holds(capsys):
    command_line.main(["doctor"])
    assert capsys.readouterr().out.count("✓ holds") == len(PROTECTIONS)


def test_a_missing_protection_asks_for_unsandboxed(course, monkeypatch, capsys):
    monkeypatch.setattr(protections, "_missing", lambda: {"files": "this kernel has no Landlock"})
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
        assert session.run("print(6 * 7)") == [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
        session.close()


def test_an_assignment_of_ones_own_is_left_to_nbgrader(course, monkeypatch, capsys):
    (course / "lessons" / "my_essay").mkdir()
    monkeypatch.chdir(course)
    assert command_line.main(["grade", "my_essay"]) == 2
    assert "Grade it: nbgrader autograde my_essay" in capsys.readouterr().err


def test_a_lesson_that_is_not_released_is_said_to_be_missing(template, monkeypatch, capsys):
    monkeypatch.chdir(template)
    assert command_line.main(["grade", "02"]) == 2
    assert "Run `nbgrader generate_assignment 02_mse` first" in capsys.readouterr().err


def test_nbgraders_own_autograde_uses_the_same_checks(course):
    """`nbgrader autograde` and formgrader's button, with what `nbgrader_config.py` has to say for it."""
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
    shutil.rmtree(course / "submitted" / "broken")
    more = {"twice": lambda cells: cells + cells, "future": schema_of_the_future, "without checks": all_checks_deleted}
    for student, change in more.items():
        found = json.loads(CLASS["solved"])
        found["cells"] = change(found["cells"]) or found["cells"]
        hand_in(course, student, LESSON, json.dumps(found))
    nbgrader(course, "autograde", LESSON)
    expected = {k: v for k, v in EXPECTED.items() if k not in ("broken", "absent")}
    assert scores(course) == {**expected, **dict.fromkeys(more, FULL)}
    text = (course / "autograded" / "wrong" / LESSON / f"{LESSON}.ipynb").read_text()
    assert "You ignore the upstream gradient" in text and "lessonkit.result" in text


def test_a_cluster_grades_everyone_once_although_a_worker_is_killed(course, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    for number in range(8):
        hand_in(course, f"student{number}", LESSON, notebook(solved("relu_forward")))
    recorded = []
    honest = gradebook.Writer.record
    cluster = Cluster(tmp_path, 2)

    def record(self, student, outcome, fingerprint):
        recorded.append(student)
        if len(recorded) == 2:
            cluster.workers[0].kill()
        honest(self, student, outcome, fingerprint)

    monkeypatch.setattr(gradebook.Writer, "record", record)
    try:
        grade(course, scheduler=cluster.address)
    finally:
        cluster.close()
    assert cluster.workers[0].returncode == -signal.SIGKILL
    expected = {**EXPECTED, **{f"student{number}": 5 for number in range(8)}}
    assert sorted(recorded) == sorted(expected) and scores(course) == expected


def test_a_worker_needs_no_course_folder(tmp_path):
    """The work travels as plain values, and the installed package is all that it needs."""
    import pickle

    installed = tmp_path / "installed"
    for package in ("autograder", "lessonkit", "reference_impl"):
        shutil.copytree(COURSE / package, installed / package, ignore=shutil.ignore_patterns("__pycache__"))
    released = json.loads((COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps((LESSON, CLASS["wrong"].encode(), "", released, 5, False)))
    code = (
        "import pickle, sys; from autograder.grading.worker import work; import autograder;"
        "assert autograder.__file__.startswith(sys.argv[2]);"
        "print(sum(work(*pickle.load(open(sys.argv[1], 'rb')))['points'].values()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, task, installed], env={**os.environ, "PYTHONPATH": str(installed)}, cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == f"{FULL - 3}\n", done.stderr


def test_the_gradebook_may_be_postgresql(course, tmp_path):
    pgserver = pytest.importorskip("pgserver", reason=POSTGRES)
    pytest.importorskip("psycopg", reason=POSTGRES)
    server = pgserver.get_server(tmp_path / "postgres")
    try:
        db_url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        nbgrader(course, "generate_assignment", LESSON, "--force", f"--CourseDirectory.db_url={db_url}")
        grade(course, db_url=db_url)
        assert scores(course, db_url) == {k: v for k, v in EXPECTED.items() if k != "absent"}
        assert not scores(course)  # the other gradebook is as it was
        nbgrader(course, "generate_feedback", LESSON, f"--CourseDirectory.db_url={db_url}")
        nbgrader(course, "export", f"--CourseDirectory.db_url={db_url}")
        assert "solved" in Path(course / "grades.csv").read_text()
    finally:
        server.cleanup()
