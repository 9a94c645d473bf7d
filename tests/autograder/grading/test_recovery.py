"""Things break while a class is graded: the run, a worker, the fork server, a file. No grade is lost, and none is a wrong zero."""

import builtins
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from unittest.mock import patch

import pytest
from arena import EXERCISES, LESSON, RELEASED, notebook, solved
from commands import Started
from small_course import CLASS, EXPECTED, FULL, grade, gradebook_of, scores

from autograder.course import COURSE
from autograder.grading import gradebook, pools, worker
from autograder.grading.cells import opening
from autograder.handed_in import Submission
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import PROTECTIONS
from tools.benchmarks.cluster import Cluster
from tools.synthetic_class import hand_in, submission

pytestmark = pytest.mark.usefixtures("protected")


def test_a_run_that_is_killed_is_taken_up_again(course, tmp_path):
    for number in range(6):
        hand_in(course, f"student{number}", LESSON, notebook(solved(*EXERCISES[:number])))
    whole = tmp_path / "whole"
    shutil.copytree(course, whole)
    grade(whole)
    killed = 0
    for wanted in (2, 5, 9):  # three times, a little further each time
        with open(os.devnull, "w") as nowhere:
            run = Started(course, ("autograder", "grade", "01", "--jobs", "1"), nowhere, nowhere)
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

    def fails(self, student, graded):
        if student == "solved":
            raise OSError("no space left")
        honest(self, student, graded)

    monkeypatch.setattr(gradebook.Writer, "_write_notebook", fails)
    graded = grade(course, students=["solved", "wrong"])
    assert "could not be recorded" in graded["solved"].flags[-1] and scores(course)["wrong"] == FULL - 3
    monkeypatch.undo()
    assert grade(course, students=["solved", "wrong"])["solved"] and scores(course)["solved"] == FULL


def test_a_failure_of_the_graders_own_is_no_zero(course, monkeypatch):
    def fails(student, *arguments):  # replaces `work_for` in a worker; local, so it is pickled by value
        with patch.object(worker, "grade_notebook", side_effect=OSError("out of everything")):
            return worker.work_for(student, *arguments)

    monkeypatch.setattr(pools, "work_for", fails)
    graded = grade(course, students=["solved"])["solved"]
    assert graded.flags[0].startswith("the grader itself failed: out of everything\nTraceback")
    assert set(gradebook_of(course)["solved"][1].values()) == {(None, None, True)}
    monkeypatch.undo()
    grade(course, students=["solved"])
    assert scores(course)["solved"] == FULL

    monkeypatch.setattr(pools, "work_for", fails)
    graded = grade(course, students=["solved"], force=True)["solved"]
    assert "the earlier grade stands" in graded.flags[-1] and scores(course)["solved"] == FULL


@pytest.mark.parametrize("unreadable", [f"{LESSON}.ipynb", "timestamp.txt"])
def test_a_file_that_cannot_be_read_stops_no_run_and_is_no_zero(unreadable, course, monkeypatch):
    (course / "submitted" / "solved" / LESSON / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
    honest = builtins.open

    def refuse(path, *arguments, **options):
        if str(path).endswith(f"submitted/solved/{LESSON}/{unreadable}"):
            raise PermissionError(13, "Permission denied", str(path))
        return honest(path, *arguments, **options)

    monkeypatch.setattr("builtins.open", refuse)
    graded = grade(course, students=["solved", "wrong"])
    assert "Permission denied" in str(graded["solved"].flags) and scores(course)["wrong"] == FULL - 3
    assert not scores(course).get("solved")
    monkeypatch.undo()
    assert grade(course, students=["solved", "wrong"])["solved"] and scores(course)["solved"] == FULL


def test_a_fork_server_that_dies_is_replaced(course):
    grade(course, students=["wrong"])
    for fork_server, _ in worker.running.values():
        fork_server._process.kill()
        fork_server._process.wait()
    grade(course, students=["solved"])
    assert scores(course) == {"wrong": FULL - 3, "solved": FULL}


def test_graders_share_a_fork_server_until_it_is_gone(monkeypatch):
    started = []
    begin = ForkServer._start
    monkeypatch.setattr(ForkServer, "_start", lambda self: (started.append(self), begin(self)))
    monkeypatch.setattr(worker, "running", {})
    data, released = Submission(submission(RELEASED, solved()).encode()), json.loads(RELEASED)
    with ForkServer(LESSON, opening=opening(released)) as fork_server:
        shared = [LESSON, data, released, 12345, False, None, (fork_server.folder, PROTECTIONS)]
        assert worker.work(*shared).earned == FULL and started == [fork_server]
        session = fork_server.session()
        assert session.run("print(6 * 7)")[0][0]["text"] == "42\n"
        session.close()
    assert worker.work(*shared).earned == FULL  # with a new fork server, because the other one is closed
    assert len(started) == 2
    worker.close_all()


def test_a_cluster_grades_everyone_once_although_a_worker_is_killed(course, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    for number in range(8):
        hand_in(course, f"student{number}", LESSON, notebook(solved("relu_forward")))
    recorded = []
    honest = gradebook.Writer.record
    cluster = Cluster(tmp_path, 2)

    def record(self, student, graded, *arguments):
        recorded.append(student)
        if len(recorded) == 2:
            cluster.workers[0].kill()
        honest(self, student, graded, *arguments)

    monkeypatch.setattr(gradebook.Writer, "record", record)
    try:
        grade(course, scheduler=cluster.address)
    finally:
        cluster.close()
    assert cluster.workers[0].returncode == -signal.SIGKILL
    expected = {**EXPECTED, **{f"student{number}": 5 for number in range(8)}}
    assert sorted(recorded) == sorted([*expected, "absent"]) and scores(course) == expected


def test_a_worker_needs_no_course_folder(tmp_path):
    """The work is sent as plain values, and the worker needs only the installed package."""
    import pickle

    installed = tmp_path / "installed"
    for package in ("autograder", "lessonkit", "reference_impl"):
        shutil.copytree(COURSE / package, installed / package, ignore=shutil.ignore_patterns("__pycache__"))
    released = json.loads((COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps((LESSON, Submission(CLASS["wrong"].encode()), released, 5, False)))
    code = (
        "import pickle, sys; from autograder.grading.worker import work; import autograder;"
        "assert autograder.__file__.startswith(sys.argv[2]);"
        "print(work(*pickle.load(open(sys.argv[1], 'rb'))).earned)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, task, installed], env={**os.environ, "PYTHONPATH": str(installed)}, cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == f"{FULL - 3}\n", done.stderr
