"""``python -m autograder grade LESSON``: grades a whole class, in parallel, and loses nothing.

Workers grade; this process alone writes. For each student it writes the graded
notebook and the gradebook first and the journal (``grading/LESSON/STUDENT.json``) last, so a run that is killed at any point
and started again ends with what an uninterrupted run would have written.
"""

import hashlib
import json
import os
from functools import cache

from autograder.bank.expected import Live
from autograder.course import COURSE, SECRET, TIMESTAMP, Course, CourseError
from autograder.grading import history
from autograder.grading.gradebook import Writer
from autograder.grading.notebook import grade_notebook
from autograder.grading.pools import _Processes, _to_cluster
from autograder.grading.repair import Unreadable, checks_of, opening, recognise
from autograder.grading.worker import _warm_process
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import protections
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons


def fingerprint(data, why, beside, lesson, released, seed):
    """Changes when the submission, what lies beside it, the lesson, the seed, or the code that grades does."""
    total = hashlib.sha256(json.dumps([lesson, seed, why, beside, released, _code()]).encode())
    total.update(data if isinstance(data, bytes) else repr(data).encode())
    return total.hexdigest()


@cache
def _code():
    total = hashlib.sha256()
    for folder in ("reference_impl", "lessonkit", "autograder"):
        for path in sorted((COURSE / folder).rglob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


def grade(
    lesson, folder=COURSE, jobs=None, force=False, unsandboxed=False, db_url=None, scheduler=None, students=None,
    limits=None, quiet=False,
):  # fmt: skip
    """Grade everyone.

    Parameters
    ----------
    lesson : str
    folder : path
        The course.
    jobs : int, optional
        Submissions side by side. Default: one for each processor.
    force : bool
        Grade again what has not changed.
    unsandboxed : bool
        Grade although a protection is missing.
    db_url : str, optional
        The gradebook.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers grade instead of this machine.
    students : list of str, optional
        Only these.
    limits : sandbox.Limits, optional
        What one notebook may use.
    quiet : bool
        Show no progress bar.

    Returns
    -------
    dict
        By student: the outcome of this run, or None for who had been graded before.

    Raises
    ------
    CourseError
        If the lesson has not been released, or a protection is missing.
    """
    from tqdm.auto import tqdm

    course = Course(folder, db_url)
    if (course.folder / "lessons" / lesson).is_dir() and lesson not in lessons():
        raise CourseError(
            f"{lesson} is an assignment of your own, without checks. Grade it: nbgrader autograde {lesson}"
        )
    lesson = find_lesson(lesson).name
    if not scheduler:
        protections(unsandboxed)  # says what is missing before anything starts
    released, seed = course.released(lesson), course.secret_seed()
    prints = {}

    def changed(student):
        if student not in prints:
            data, why = course.submission(lesson, student)
            try:
                beside = [course.beside(lesson, student, name) for name in (TIMESTAMP, SECRET)]
            except OSError as error:  # told when the grade is to be recorded
                beside = [repr(error)]
            prints[student] = fingerprint(data, why, beside, lesson, released, seed)
        return force or _noted(course.journal(lesson, student)) != prints[student]

    def task(student):
        return (student, lesson, *course.submission(lesson, student), released, seed, unsandboxed, limits, shared)

    shared = None
    if scheduler:
        send = _to_cluster(scheduler)
    else:
        busy = sum(map(changed, students or course.handed_in()))
        send = _Processes(min(jobs or os.cpu_count() or 1, busy or 1))
        if busy:
            key = (lesson, opening(released), seed, unsandboxed, limits)
            shared = (str(_warm_process(key)[0].folder), protections(unsandboxed))
            send.warm_up(key, shared)
    everyone = students or course.students(lesson)  # while the workers warm up: nbgrader takes long to import
    done, todo = dict.fromkeys(everyone), list(filter(changed, everyone))
    with Writer(course, lesson, seed) as writer, tqdm(total=len(todo), unit="notebook", disable=quiet) as bar:
        for student, outcome in send(todo, task):
            writer.record(student, outcome, prints[student])
            done[student] = {
                key: value for key, value in outcome.items() if key != "notebook"
            }  # a class's are too many
            bar.update()
    if any(done.values()):
        history.keep(course, lesson)
    return done


def _noted(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError):
        return None


def explain(lesson, student, folder=COURSE, unsandboxed=False):
    """Say how a grade came about: each check, what went in, what came back, what was expected.

    For the instructor's eyes: it shows numbers of the secret seed.
    """
    from lessonkit import report

    lesson, course = find_lesson(lesson).name, Course(folder)
    seed = course.secret_seed()
    data, note = course.submission(lesson, student)
    if not isinstance(data, bytes):
        return f"{student}: {note or data}"
    try:
        found = recognise(data, course.released(lesson))
    except Unreadable as error:
        return f"{student}: {error}"
    cells = [cell[1:] for cell in checks_of(found.notebook)]
    with ForkServer(lesson, protections=protections(unsandboxed)) as fork_server:
        graded = grade_notebook(fork_server, cells, Live(seed), secretly=False)
    flags = [f"to be looked at: {flag}" for flag in (*found.flags, *graded.flags)]
    reports = map(report.text, graded.results.values())
    return "\n".join(
        filter(None, [f"{student}, {lesson}, seed {seed}", note, *found.notes, *graded.notes, *flags, *reports])
    )
