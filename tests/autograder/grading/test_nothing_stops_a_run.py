"""Trouble from a submission, a folder or the machine is reported; the others are graded, and the next run finishes."""

import errno
import io
import json
import os
import pickle
import random
import signal
import sqlite3
import time
import zipfile
from contextlib import closing, contextmanager
from types import SimpleNamespace

import nbformat
import pytest
from arena import LESSON, RELEASED, notebook, solved
from commands import Started, python
from small_course import FULL, scores
from small_course import grade as grade_class
from test_robustness import by_id

from autograder import __main__ as command_line
from autograder import course as ground_floor
from autograder.course import Course, CourseError
from autograder.grading import gradebook, pools, worker
from autograder.grading.penalties import LatePenalties
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.submission import GradedSubmission
from autograder.nbgrader_plugins.converter import _notebook
from autograder.report import report
from autograder.sandbox.budget import MAX_DEPTH, Budget
from autograder.sandbox.session import clean_outputs
from tools.synthetic_class import hand_in

TWO = ["solved", "wrong"]
WHOLE = {"solved": FULL, "wrong": FULL - 3}
usefixtures = pytest.mark.usefixtures("protected")


def grade(course, **options):
    """Grade two students, or those who are named."""
    return grade_class(course, **{"students": TWO, **options})


def nested(depth):
    """Return a JSON value nested to the given depth."""
    value = "deep"
    for _ in range(depth):
        value = {"in": value}
    return value


def marks_of_a_cell_that_is_answered_elsewhere(cells):
    own, other = by_id(cells, "relu_forward"), by_id(cells, "relu_backward")
    other["source"] = [*other["source"], "\n", *own["source"]]
    own["source"] = by_id(json.loads(RELEASED)["cells"], "relu_forward")["source"]
    own["metadata"]["nbgrader"]["more"] = nested(500)


def metadata_everywhere(cells):
    for cell in cells:
        cell["metadata"]["more"] = nested(500)
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["more"] = nested(500)


def an_attachment(cells):
    attachments = {"a.png": nested(500), "b.png": {"image/png": "data", "image/gif": nested(500)}}
    cells.append({"cell_type": "markdown", "metadata": {}, "source": "", "attachments": attachments})


NESTED = [marks_of_a_cell_that_is_answered_elsewhere, metadata_everywhere, an_attachment]


def with_nested(change):
    found = json.loads(notebook(solved()))
    change(found["cells"])
    found["metadata"]["more"] = nested(500)
    return json.dumps(found)


@pytest.mark.parametrize("change", NESTED, ids=lambda change: change.__name__)
def test_what_is_nested_without_end_can_be_sent_and_shown(change):
    data = with_nested(change).encode()
    repaired = recognise(data, json.loads(RELEASED)).notebook
    assert pickle.loads(pickle.dumps(repaired)) == repaired
    nbformat.validate(nbformat.from_dict(repaired))
    assert nbformat.from_dict(_notebook(data)).cells
    assert repaired["cells"][-1].get("attachments", {}).get("b.png", {"image/png": "data"}) == {"image/png": "data"}


def test_outputs_are_kept_as_deep_as_anyone_can_show_them():
    def shown(data, metadata=None):
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        return Budget().kept(clean_outputs([output], []))[0]

    plain = {"text/plain": "x", "application/json": {"a": [1, {"b": 2}]}}
    assert shown(plain, {"image/png": {"width": 3}}) == {
        "output_type": "display_data", "data": plain, "metadata": {"image/png": {"width": 3}}
    }  # fmt: skip
    assert shown({"application/json": nested(MAX_DEPTH - 3)})["data"]
    for depth in (MAX_DEPTH, 900):
        cut = shown({"text/plain": "x", "application/json": nested(depth)}, {"image/png": nested(depth)})
        assert cut == {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["line", nested(900)]}
    assert clean_outputs([error], [])[0]["traceback"] == ["line"]


def a_damaged_zip():
    """Return a zip file whose notebook cannot be unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{LESSON}.ipynb", notebook(solved()))
    data = bytearray(content.getvalue())
    data[60:90] = b"\xff" * 30
    return bytes(data)


@pytest.mark.parametrize("name", ["mine.zip", f"{LESSON}.ipynb"])
def test_a_damaged_zip_file_is_told(name, tmp_path):
    folder = tmp_path / "submitted" / "ada" / LESSON
    folder.mkdir(parents=True)
    (folder / name).write_bytes(a_damaged_zip())
    submission = Course(tmp_path).submission(LESSON, "ada")
    if submission.data is None:
        assert "The file is a damaged zip file." in submission.notes[0]
    else:
        with pytest.raises(Unreadable, match="The file is a damaged zip file."):
            recognise(submission.data, json.loads(RELEASED))


def test_whatever_goes_wrong_while_a_submission_is_read_concerns_that_student(tmp_path, monkeypatch):
    hand_in(tmp_path, "ada", LESSON, "{}")
    monkeypatch.setattr("autograder.handed_in._in_folder", lambda *arguments: {}["key"])
    submission = Course(tmp_path).submission(LESSON, "ada")
    assert "KeyError" in str(pickle.loads(pickle.dumps(submission.data)))


@usefixtures
def test_a_folder_whose_name_is_no_text_and_a_damaged_journal_are_told(course, capsys):
    hand_in(course, "caf\udce9", LESSON, notebook(solved()))
    gone = course / "grading" / LESSON / "gone.json"
    gone.parent.mkdir(parents=True)
    gone.write_text('{"fingerprint": "x", "stu')
    grade(course, quiet=False)
    assert "caf\udce9" not in Course(course).handed_in()
    said = capsys.readouterr().out
    assert (
        "caf?: please look at this: the folder's name is not valid text" in said
        and "gone.json is damaged. Delete it" in said
    )
    assert scores(course) == WHOLE
    html, table = report(LESSON, course)
    page = html.read_text(encoding="utf-8")
    assert "Rename submitted/caf?" in page and "gone.json is damaged" in page
    for path in gone.parent.glob("*.json"):
        path.write_text("{")
    assert "solved.json is damaged" in report(LESSON, course)[0].read_text(encoding="utf-8")


@usefixtures
@pytest.mark.parametrize("full", ["autograded", "grading", "gradebook"])
def test_a_disk_that_fills_up_is_told_and_the_next_run_finishes(full, course, monkeypatch):
    honest, commit = ground_floor.os.replace, LatePenalties.apply

    def replace(source, target):
        if f"/{full}/" in str(target) and "solved" in str(target):
            raise OSError(errno.ENOSPC, "No space left on device", str(source))
        honest(source, target)

    def no_space(self, submission):
        if full == "gradebook" and submission.student.id == "solved":
            raise sqlite3.OperationalError("database or disk is full")
        commit(self, submission)

    with monkeypatch.context() as patch:
        patch.setattr(ground_floor.os, "replace", replace)
        patch.setattr(LatePenalties, "apply", no_space)
        graded = grade(course)
    assert graded["solved"].failed and "the grade could not be recorded" in graded["solved"].flags[-1]
    assert "No space left" in graded["solved"].flags[-1] or "disk is full" in graded["solved"].flags[-1]
    assert not graded["wrong"].failed and scores(course)["wrong"] == FULL - 3
    assert not list(course.rglob("*.part"))
    again = grade(course)
    assert again["solved"] and not again["wrong"] and scores(course) == WHOLE


def test_a_run_says_how_many_it_could_not_grade(monkeypatch, capsys):
    graded, unreadable = GradedSubmission(seconds=1.0), GradedSubmission()
    class_ = {"ada": graded, "pat": unreadable, "bob": GradedSubmission(failed=True), "eve": None}
    monkeypatch.setattr("autograder.grading.assignment.grade", lambda *_, **__: class_)
    assert command_line.main(["grade", "01"]) == 0
    said = capsys.readouterr().out
    assert said == (
        "4 students: 1 graded, 1 could not be graded, 0 handed in nothing, 1 unchanged, "
        "1 not graded, which the next run tries again.\n"
    )


@contextmanager
def locked(course):
    """Let another program lock nbgrader's gradebook."""
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield


@pytest.fixture
def impatient(monkeypatch):
    """Let SQLite wait only a moment for a lock, not five seconds."""
    connect = sqlite3.dbapi2.connect

    def at_once(*arguments, **options):
        return connect(*arguments, **{**options, "timeout": 0.05})

    monkeypatch.setattr(sqlite3.dbapi2, "connect", at_once)


@usefixtures
def test_a_gradebook_that_is_locked_is_told_and_the_next_run_finishes(course, impatient, monkeypatch, capsys):
    monkeypatch.chdir(course)
    with monkeypatch.context() as patch, locked(course):
        patch.setattr("autograder.grading.assignment.Assignment.processes", lambda *arguments: None)
        for command in ("grade", "report"):
            assert command_line.main([command, "01"]) == 2
            said = capsys.readouterr().err
            assert said.splitlines()[-1].endswith("Nothing is lost.") and "database is locked" in said
            assert "Traceback" not in said
    honest = gradebook.Writer._write_grades

    def meanwhile(self, student, graded):
        if student == "solved":
            with locked(course):
                return honest(self, student, graded)
        return honest(self, student, graded)

    with monkeypatch.context() as patch:
        patch.setattr(gradebook.Writer, "_write_grades", meanwhile)
        graded = grade(course)
    assert graded["solved"].failed and "database is locked" in graded["solved"].flags[-1]
    assert scores(course) == {"wrong": FULL - 3}
    assert grade(course)["solved"] and scores(course) == WHOLE


@pytest.mark.parametrize("command", ["grade", "report"])
def test_a_file_that_is_no_gradebook_is_one_line(command, course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    monkeypatch.setattr("autograder.grading.assignment.Assignment.processes", lambda *arguments: None)
    (course / "gradebook.db").write_text("no database " * 1000)
    assert command_line.main([command, "01"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cannot be used: file is not a database" in said


def test_an_empty_folder_stays_empty(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in ("grade 01 --unsandboxed", "report 01", "explain 01 ada --unsandboxed"):
        assert command_line.main(command.split()) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("jobs", ["-3", "0", "two"])
def test_a_number_of_jobs_that_makes_no_sense_is_refused(jobs, capsys):
    with pytest.raises(SystemExit):
        command_line.main(["grade", "01", "--jobs", jobs])
    assert f"argument --jobs: '{jobs}' is not a whole number of 1 or more" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_is_one_sentence():
    pytest.importorskip("distributed")
    with pytest.raises(CourseError, match="No Dask scheduler answers at nonsense"):
        list(pools.Cluster("nonsense")(["ada"], lambda students: ()))


@usefixtures
def test_a_notebook_that_ends_its_workers_process_is_told_and_the_others_are_graded(monkeypatch):
    def work(student, lesson):
        if student == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
        return student, GradedSubmission(points={lesson: 1.0})

    monkeypatch.setattr(pools, "work_for", work)
    students = ["ada", "bob", "killer", *(f"student{number}" for number in range(6))]
    graded = dict(pools.Processes(2)(students, lambda students: ((student, LESSON) for student in students)))
    assert set(graded) == set(students)
    assert [student for student in students if graded[student].failed] == ["killer"]
    assert graded["killer"].flags == [worker.DIED] and "could not grade" in graded["killer"].notes[0]


def test_a_notebook_that_dask_has_given_up_is_told_and_the_others_are_graded(monkeypatch):
    distributed = pytest.importorskip("distributed")

    def work(student, lesson):
        if student == "killer":
            raise distributed.KilledWorker("task", SimpleNamespace(address="tcp://worker"), 3)
        return student, GradedSubmission(points={lesson: 1.0})

    monkeypatch.setattr(pools, "work_for", work)
    students = ["ada", "killer", *(f"student{number}" for number in range(9))]
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as local:
        pool = pools.Cluster(local.scheduler_address)
        graded = dict(pool(students, lambda students: ((student, LESSON) for student in students)))
    assert [student for student in students if graded[student].failed] == ["killer"]


def test_two_runs_at_once_do_not_write_the_same_files(course):
    with gradebook.Writer(Course(course), LESSON, 1):
        with pytest.raises(CourseError, match="Another run is grading 01_activations in this folder. Wait"):
            gradebook.Writer(Course(course), LESSON, 1).__enter__()
        with Course(course).only_grader("02_mse"):  # another lesson does not matter
            pass
        done = python(course, "autograder", "grade", "01", "--jobs", "1", check=False)
        assert done.returncode == 2 and "Another run is grading" in done.stderr and "Traceback" not in done.stderr
    with gradebook.Writer(Course(course), LESSON, 1):
        pass


def test_a_folder_that_may_not_be_written_to_is_told(course, monkeypatch):
    (course / "grading").mkdir()
    (course / "grading" / LESSON).write_text("no folder")
    with pytest.raises(CourseError, match="grading/01_activations cannot be written to"):
        gradebook.Writer(Course(course), LESSON, 1).__enter__()


WRITER = """
import sys
from autograder.course import Course
from autograder.grading.gradebook import Writer
from autograder.grading.submission import GradedSubmission

earned, *students = sys.argv[1:]
points = {"check_relu_forward": float(earned)}
with Writer(Course("."), "01_activations", 12345) as writer:
    for student in students:
        writer.record(student, GradedSubmission(points=points), f"fingerprint {earned}")
"""


def test_thirty_kills_at_random_moments_leave_nothing_half_written(course):
    (course / "records.py").write_text(WRITER)
    students, draw, killed = [f"student{number}" for number in range(40)], random.Random(7), 0
    journal = course / "grading" / LESSON

    def record(earned, seconds=None):
        nonlocal killed
        with open(os.devnull, "w") as nowhere:
            run = Started(course, ("records", earned, *students), nowhere, nowhere)
        if seconds is not None:
            time.sleep(seconds)
            if run.poll() is None:
                os.kill(run.pid, signal.SIGKILL)
                killed += 1
        return run.wait()

    for number in range(30):
        record(number % 6, draw.uniform(0, 0.3))
        for path in (*journal.glob("*.json"), *course.glob("autograded/*/*/*.ipynb")):
            json.loads(path.read_text(encoding="utf-8"))
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert killed > 10
    assert record(5) == 0
    assert scores(course) == dict.fromkeys(students, 5.0)
    assert {path.stem for path in journal.glob("*.json")} == set(students)
    assert not list(course.rglob("*.part"))
