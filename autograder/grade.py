"""``python -m autograder grade LESSON``: grades a whole class, in parallel, and loses nothing.

Workers grade, each with a warm process of its own; this process alone writes. For each student it writes the graded
notebook and the gradebook first and the journal (``grading/LESSON/STUDENT.json``) last, so a run that is killed at any point
and started again ends with what an uninterrupted run would have written.
"""

import gc
import hashlib
import json
import os
import re
import threading
import traceback
import warnings
from contextlib import suppress
from dataclasses import asdict
from functools import cache, cached_property
from itertools import islice
from pathlib import Path

from autograder import runs
from autograder.build import COURSE
from autograder.outside import CourseError, Zygote, ZygoteGone, grade_notebook, nothing_to_grade, protections
from autograder.recognise import MAX_BYTES, Unreadable, checks_of, opening, recognise, unanswered
from autograder.truth import Live, secret_seed
from lessonkit import registry
from lessonkit.lessons import lesson as find_lesson
from lessonkit.lessons import lessons

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"  # when it was handed in; who may fetch the feedback


class Course:
    """A course's folders and its gradebook.

    Parameters
    ----------
    folder : path
    db_url : str, optional
        Default: nbgrader's own, ``sqlite:///<folder>/gradebook.db``.
    """

    def __init__(self, folder, db_url=None):
        self.folder = Path(folder).resolve()
        self.db_url = db_url or f"sqlite:///{self.folder / 'gradebook.db'}"

    def config(self):
        """The course's nbgrader configuration."""
        from traitlets.config import Config, PyFileConfigLoader

        if not (self.folder / "nbgrader_config.py").exists():
            return Config()
        before = os.environ.get("LESSONKIT_COURSE")
        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.folder)).load_config()
        finally:  # it names its course for kernels that nbgrader starts; this process may grade another one next
            os.environ.pop("LESSONKIT_COURSE", None)
            if before is not None:
                os.environ["LESSONKIT_COURSE"] = before

    def released(self, lesson):
        """The notebook as it was released, with its hidden tests: what nbgrader keeps as the source of the grades."""
        path = self.folder / "lessons" / lesson / f"{lesson}.ipynb"
        if not path.exists():
            raise CourseError(f"{lesson} is not released yet. Run `nbgrader generate_assignment {lesson}` first.")
        return json.loads(path.read_text(encoding="utf-8"))

    def handed_in(self):
        """Everyone who handed something in."""
        submitted = self.folder / "submitted"
        entries = submitted.iterdir() if submitted.is_dir() else ()
        return {path.name for path in entries if path.is_dir() and not path.name.startswith(".")}

    def students(self, lesson):
        """Everyone on the roster, and everyone who handed something in."""
        from nbgrader.api import Gradebook, MissingEntry

        with Gradebook(self.db_url) as gradebook:
            try:
                gradebook.find_assignment(lesson)
            except MissingEntry:
                raise CourseError(
                    f"The gradebook does not know {lesson}. Run `nbgrader generate_assignment {lesson}` first."
                ) from None
            return sorted({student.id for student in gradebook.students} | self.handed_in())

    def beside(self, lesson, student, name):
        """What `nbgrader collect` wrote down beside a student's notebook; empty when it is not there."""
        path = self.folder / "submitted" / student / lesson / name
        if path.is_symlink() or not path.is_file():
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(200).strip()

    def journal(self, lesson, student):
        """Where it is noted that a student has been graded."""
        safe = re.sub(r"[^\w.@-]", lambda m: f"%{ord(m[0]):02x}", student)
        if len(safe.encode()) > 200:
            safe = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / "grading" / lesson / f"{safe}.json"


def submission(course, lesson, student):
    """What a student handed in: ``(bytes or None, what to tell the student about it)``.

    Links are not followed: a submission is a file of the student's own. In place of the bytes comes the error that kept
    them from being read, which is no fault of the student's.
    """
    try:
        return _submission(course, lesson, student)
    except OSError as error:
        return error, ""


def _submission(course, lesson, student):
    person = course.folder / "submitted" / student
    folder = person / lesson
    path = folder / f"{lesson}.ipynb"
    if any(each.is_symlink() for each in (person, folder, path)):
        return None, "The submission is a link, not a file. Hand in the notebook itself."
    if not folder.is_dir():
        return None, "Nothing was handed in."
    note = ""
    if not path.is_file():
        others = sorted(p for p in folder.iterdir() if p.suffix == ".ipynb" and p.is_file() and not p.is_symlink())
        if len(others) != 1:
            return None, f"There is no notebook named {lesson}.ipynb. Name yours so and hand it in again."
        path = others[0]
        note = f"The notebook was graded, although its name is not {lesson}.ipynb. Please name it so next time."
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1), note


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


_warm = {}
_one_at_a_time = threading.Lock()  # for workers of a cluster that have several threads


def work(lesson, data, why, released, seed, unsandboxed=False, limits=None, shared=None):
    """Grade one submission; never raise. It needs the installed package and its arguments, and no course folder.

    `shared` is a warm process of this machine's: its folder, and the protections that hold; without it, this process
    starts its own.

    Returns
    -------
    dict
        Plain values only: the graded notebook, points by grade id, notes, flags, results, seconds, memory in bytes.
    """
    notes, flags, failed = [why] if why else [], [], False
    exercises = [exercise.name for exercise in find_lesson(lesson).exercises]
    if data is not None:
        try:
            if isinstance(data, OSError):
                raise data
            found = recognise(data, released)
            flags += found.flags
            notes += found.notes
            with _one_at_a_time:
                key = (lesson, opening(released), seed, unsandboxed, limits)
                outcome = _graded(found.notebook, notes, flags, key, shared)
            return {**outcome, "unanswered": unanswered(found.notebook, released)}
        except Unreadable as error:
            notes.append(str(error))
        except CourseError:
            raise
        except Exception as error:  # no fault of the student's: no grade, and the next run tries again
            flags += [f"the grader itself failed: {type(error).__name__}: {error}", traceback.format_exc(limit=3)]
            notes.append("The grader could not grade this notebook. Your instructor has been told.")
            failed = True
    results = {name: nothing_to_grade(name, registry.checks(name), notes[-1]) for name in exercises}
    outcome = {**_outcome(None, results, notes, flags), "unanswered": unanswered(released, released)}
    return {**outcome, "points": {}, "unanswered": [], "failed": True} if failed else outcome


def _warm_process(key, shared=None):
    """The warm process and the truth for ``lesson, opening, seed, unsandboxed, limits``, made when first asked for."""
    if key not in _warm:
        lesson, first, seed, unsandboxed, limits = key
        folder, held = shared or (None, protections(unsandboxed))
        _warm[key] = (Zygote(lesson, limits, held, first, folder), Live(seed))
    return _warm[key]


def _graded(notebook, notes, flags, key, shared):
    lesson, cells = key[0], list(checks_of(notebook))
    for attempt, warm in ((1, shared), (2, None)):
        zygote, live = _warm_process(key, warm)
        try:
            graded = grade_notebook(zygote, [(source, exercise) for _, source, exercise in cells], live)
            break
        except ZygoteGone:
            _warm.pop(key)[0].close()
            if attempt == 2:
                raise
    for place, (index, _, _) in enumerate(cells):
        cell = notebook["cells"][index]
        cell["execution_count"], cell["outputs"] = place + 1, graded.outputs.get(place, [])
    for name in (exercise.name for exercise in find_lesson(lesson).exercises):
        if name not in graded.results:
            graded.results[name] = nothing_to_grade(name, registry.checks(name), "Its check cell could not be run.")
    return _outcome(notebook, graded.results, notes + graded.notes, flags + graded.flags, graded.seconds, graded.memory)


def _outcome(notebook, results, notes, flags, seconds=0.0, memory=0):
    return {
        "notebook": notebook,
        "points": {f"check_{name}": float(result.points) for name, result in results.items()},
        "results": {name: asdict(result) for name, result in results.items()},
        "notes": notes,
        "flags": flags,
        "seconds": seconds,
        "memory": memory,
    }


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
    released, seed = course.released(lesson), secret_seed(course.folder)
    prints = {}

    def changed(student):
        if student not in prints:
            data, why = submission(course, lesson, student)
            try:
                beside = [course.beside(lesson, student, name) for name in (TIMESTAMP, SECRET)]
            except OSError as error:  # told when the grade is to be recorded
                beside = [repr(error)]
            prints[student] = fingerprint(data, why, beside, lesson, released, seed)
        return force or _noted(course.journal(lesson, student)) != prints[student]

    def task(student):
        return (student, lesson, *submission(course, lesson, student), released, seed, unsandboxed, limits, shared)

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
        runs.keep(course, lesson)
    return done


class _Processes:
    """Grades in processes of this machine. A process that dies takes no other student's work with it."""

    def __init__(self, jobs):
        self.jobs, self.warming = jobs, ()

    def warm_up(self, key, shared):
        """Let the workers start and find the warm process, and go on without waiting."""
        if self.jobs > 1:
            self.warming = self._run(_warm_up, [(key, shared)] * self.jobs)

    def __call__(self, students, task):
        from joblib.externals.loky.process_executor import BrokenProcessPool

        left, tries = dict.fromkeys(students), 3
        while left:
            try:
                for _ in self.warming:
                    pass
                for student, outcome in self._run(_one, map(task, list(left))):
                    del left[student]
                    yield student, outcome
            except BrokenProcessPool:
                tries, self.warming = tries - 1, ()
                if not tries:
                    raise

    def _run(self, function, argument_lists):
        from joblib import Parallel, delayed  # takes long to import: the warm process starts before

        calls = (delayed(function)(*arguments) for arguments in argument_lists)
        return Parallel(n_jobs=self.jobs, batch_size=1, return_as="generator_unordered")(calls)


def _to_cluster(address):
    """Grade on a Dask cluster. Its scheduler gives the work of a worker that is lost to another one."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CourseError("--scheduler needs Dask: pip install 'neural-networks-from-scratch[cluster]'.") from None

    def send(students, task):
        with Client(address) as client:
            waiting = iter(students)
            ahead = 4 * max(1, sum(client.nthreads().values()))  # enough to keep all busy, and few in memory
            running = as_completed(
                [client.submit(_one, *task(student), pure=False) for student in islice(waiting, ahead)],
                with_results=True,
            )
            for future, (student, outcome) in running:
                future.release()
                running.update([client.submit(_one, *task(each), pure=False) for each in islice(waiting, 1)])
                yield student, outcome

    return send


def _one(student, *task):
    return student, work(*task)


def _warm_up(key, shared):
    """In a worker: get the truth, and wait for the warm process; what goes wrong will be told by the first notebook."""
    with suppress(Exception):
        zygote, live = _warm_process(key, shared)
        for check in (check for exercise in zygote.lesson.exercises for check in registry.checks(exercise.name)):
            live.values(check)
        gc.freeze()  # what is loaded stays: no use to look for garbage in it
        zygote.opened()


def _noted(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError):
        return None


class Writer:
    """The one that writes: graded notebooks, nbgrader's gradebook, the journal."""

    def __init__(self, course, lesson, seed):
        self.course, self.lesson, self.seed = course, lesson, seed

    def __enter__(self):
        from nbgrader.api import Gradebook

        self.gradebook = Gradebook(self.course.db_url).__enter__()
        return self

    def __exit__(self, *error):
        self.gradebook.__exit__(*error)

    def record(self, student, outcome, fingerprint):
        """Record one outcome: everything, or (when interrupted) as if it had not been graded."""
        if outcome.get("failed") and self.course.journal(self.lesson, student).exists():
            outcome["flags"].append("the earlier grade stands, until a run can grade the notebook")
            return
        try:
            self._write_notebook(student, outcome)
            self._write_grades(student, outcome)
        except Exception as error:  # no trouble of another student's; the next run tries again
            self.gradebook.db.rollback()
            outcome["flags"].append(f"the grade could not be recorded: {type(error).__name__}: {error}")
            return
        if outcome.get("failed"):
            return
        self.write_journal(student, outcome, fingerprint)

    def write_journal(self, student, outcome, fingerprint):
        """Note that a student has been graded, and with what outcome."""
        note = {key: value for key, value in outcome.items() if key != "notebook"}
        _write(
            self.course.journal(self.lesson, student),
            json.dumps({"fingerprint": fingerprint, "seed": self.seed, "student": student, **note}),
        )

    def _write_notebook(self, student, outcome):
        folder = self.course.folder / "autograded" / student / self.lesson
        notebook = about(outcome["notebook"] or self.course.released(self.lesson), outcome["notes"])
        _write(folder / f"{self.lesson}.ipynb", json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        for name in (TIMESTAMP, SECRET):
            text = self.course.beside(self.lesson, student, name)
            if text:
                _write(folder / name, text)

    def _write_grades(self, student, outcome):
        gradebook, lesson = self.gradebook, self.lesson
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader's way of making a row is not to SQLAlchemy's taste
            warnings.simplefilter("ignore")
            submission = gradebook.update_or_create_submission(lesson, student, **self._handed_in(student, outcome))
        for notebook in submission.notebooks:
            if notebook.name == lesson:
                with gradebook.db.no_autoflush:  # all changes at once
                    self._write_points(notebook, outcome)
        self._late_penalty(submission)
        gradebook.db.commit()

    def _write_points(self, notebook, outcome):
        released = notebook.notebook
        cells = (*released.grade_cells, *released.solution_cells, *released.task_cells)
        name_of = {cell.id: cell.name for cell in cells}  # asked one by one, each would be a query
        for grade in notebook.grades:
            name = name_of[grade.cell_id]
            grade.auto_score = outcome["points"].get(name, 0.0 if name in outcome["unanswered"] else None)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if name_of[comment.cell_id] in outcome["unanswered"] else None
        lacking = sorted(set(outcome["points"]) - {name_of[grade.cell_id] for grade in notebook.grades})
        outcome["flags"] += [f"the gradebook has no cell {name}: release the lesson again" for name in lacking]

    def _handed_in(self, student, outcome):
        from nbgrader.utils import parse_utc

        stamp = self.course.beside(self.lesson, student, TIMESTAMP)
        try:
            return {"timestamp": parse_utc(stamp)} if stamp else {}
        except Exception:
            outcome["flags"].append("timestamp.txt holds no date")
            return {}

    @cached_property
    def penalties(self):
        """nbgrader's step that asks the course's plugin for penalties; made when someone is late."""
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=self.course.config())
        penalties.init_plugin()
        return penalties

    def _late_penalty(self, submission):
        """As nbgrader's own step has it, with the plugin that the course is configured with."""
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            if late > 0:
                asked = self.penalties.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, late)
                if asked is not None:
                    notebook.late_submission_penalty = self.penalties._check_late_penalty(notebook, asked)


def about(notebook, notes):
    """The notebook with a first cell that tells the student what was found."""
    if not notes:
        return notebook
    text = "\n".join(["**About your submission**", "", *(f"- {' '.join(note.split())}" for note in notes)])
    cell = {"cell_type": "markdown", "id": "about", "metadata": {}, "source": text}
    return {**notebook, "cells": [cell, *notebook["cells"]]}


def explain(lesson, student, folder=COURSE, unsandboxed=False):
    """Say how a grade came about: each check, what went in, what came back, what was expected.

    For the instructor's eyes: it shows numbers of the secret seed.
    """
    from lessonkit import report

    lesson, course = find_lesson(lesson).name, Course(folder)
    seed = secret_seed(course.folder)
    data, note = submission(course, lesson, student)
    if not isinstance(data, bytes):
        return f"{student}: {note or data}"
    try:
        found = recognise(data, course.released(lesson))
    except Unreadable as error:
        return f"{student}: {error}"
    cells = [cell[1:] for cell in checks_of(found.notebook)]
    with Zygote(lesson, protections=protections(unsandboxed)) as zygote:
        graded = grade_notebook(zygote, cells, Live(seed), secretly=False)
    flags = [f"to be looked at: {flag}" for flag in (*found.flags, *graded.flags)]
    reports = map(report.text, graded.results.values())
    return "\n".join(
        filter(None, [f"{student}, {lesson}, seed {seed}", note, *found.notes, *graded.notes, *flags, *reports])
    )


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    half.write_text(text, encoding="utf-8", errors="replace")
    os.replace(half, path)
