"""If a worker dies, its submission gets a flag, and no other submission is affected."""

import os
import signal

import pytest
import warm_workers
from arena import EXERCISES, LESSON, notebook, solved
from small_course import grade, scores

from autograder.grading import pools, worker
from autograder.grading.submission import GradedSubmission, read_entry
from autograder.grading.worker import DIED
from tools.benchmarks.cluster import Cluster
from tools.synthetic_class import hand_in

CLASS = ["ada", "bob", "killer", "dan"]


def deadly(otherwise):
    """Replace `work_for`: some submissions kill their worker. It is defined here so that it is pickled by value."""

    def work_for(student, *arguments):
        if student == "killer":
            os.kill(os.getpid(), signal.SIGKILL)
        if student == "hungry":
            raise MemoryError
        return otherwise(student, *arguments)

    return work_for


def tasks(students):
    for student in students:
        yield student, LESSON


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_dies_takes_no_one_elses_work_with_it(jobs, monkeypatch):
    """A worker that has no memory left for its result does not affect others either."""
    monkeypatch.setattr(pools, "work_for", deadly(lambda student, *_: (student, GradedSubmission())))
    with warm_workers.cold():
        graded = dict(pools.Processes(jobs)([*CLASS, "hungry"], tasks))
    assert graded.keys() == {*CLASS, "hungry"}
    assert {student for student in graded if graded[student].flags == [DIED]} == {"killer", "hungry"}
    assert {student for student in graded if graded[student].failed} == {"killer", "hungry"}


def test_whose_workers_die_on_a_cluster_is_flagged_too(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(pools, "work_for", deadly(lambda student, *_: (student, GradedSubmission())))
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    cluster = Cluster(tmp_path, 2)
    try:
        graded = dict(pools.Cluster(cluster.address)(CLASS, tasks))
    finally:
        cluster.close()
    assert graded.keys() == set(CLASS)
    assert {student for student in graded if graded[student].failed} == {"killer"}


@pytest.mark.usefixtures("protected")
def test_a_class_is_graded_although_workers_die(course, monkeypatch):
    monkeypatch.setattr(pools, "work_for", deadly(worker.work_for))
    for student in CLASS:
        hand_in(course, student, LESSON, notebook(solved(*EXERCISES[:2])))
    graded = grade(course, jobs=2, students=CLASS)
    earned = scores(course)
    assert {student for student in CLASS if earned.get(student) == 10} == {*CLASS} - {"killer"}
    assert {student for student in CLASS if DIED in graded[student].flags} == {"killer"}
    entry = read_entry(course / "grading" / LESSON / "ada.json").submission
    assert 0 < entry.worker_memory < 400 * 2**20 and 0 < entry.writer_memory
    graded = grade(course, students=["killer"])  # a run grades a single submission in a process of its own, too
    assert graded["killer"].flags == [DIED] and scores(course).keys() == {*CLASS}
    monkeypatch.undo()
    assert not grade(course, students=["killer"])["killer"].flags and scores(course)["killer"] == 10
