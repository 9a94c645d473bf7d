"""``python -m autograder grade LESSON``: grades a whole class, in parallel, and loses nothing.

Workers grade; this process alone writes. For each student it writes the graded
notebook and the gradebook first and the journal (``grading/LESSON/STUDENT.json``) last, so a run that is killed at any point
and started again ends with what an uninterrupted run would have written.
"""

import hashlib
import json
import os
from functools import cache
from itertools import islice

from autograder.bank.expected import Live
from autograder.course import COURSE, SECRET, TIMESTAMP, Course, CourseError
from autograder.grading import history
from autograder.grading.cells import checks_of, opening
from autograder.grading.form import of_notebook
from autograder.grading.gradebook import Writer
from autograder.grading.notebook import grade_notebook
from autograder.grading.pools import Cluster, Processes
from autograder.grading.releases import Releases, fingerprint_of, require_points_of_checks
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.submission import noted_fingerprint
from autograder.grading.worker import Setup, running_for
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import protections
from autograder.terminal import say
from lessonkit.catalogue import UnknownName, lessons
from lessonkit.catalogue import lesson as find_lesson


@cache
def code_fingerprint():
    """Changes when the code that grades does."""
    total = hashlib.sha256()
    for folder in ("reference_impl", "lessonkit", "autograder"):
        for path in sorted((COURSE / folder).rglob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


class Assignment:
    """A lesson that a class has handed in: says who is to be graded, and hands the submissions to a pool.

    A submission is read once, when its turn comes, and kept no longer than it waits to be sent.

    Parameters
    ----------
    course : Course
    lesson : str
        Its full name, or its number.
    force : bool
        Whether those who have not changed are graded as well.
    unsandboxed : bool
        Whether a protection may be missing.
    limits : Limits, optional
        What one notebook may use.

    Attributes
    ----------
    released : dict
        The released notebook.
    earlier : list of dict
        The releases before it, from which students may have worked.
    seed : int
        The secret seed.
    setup : Setup
        What its fork servers are made for.
    fingerprints : dict of str to str
        Of the submissions that have been read, by student.
    unchanged : set of str
        Students who need not be graded.
    renewed : list of str
        Those of them whose late penalty is another one than before.
    damaged : dict of str to str
        What to say of the journal's files that cannot be read.

    Raises
    ------
    CourseError
        If there is no such lesson, it has not been released, or its checks give other points than it says.
    """

    def __init__(self, course, lesson, force=False, unsandboxed=False, limits=None):
        self.course, self.lesson, self.force = course, lesson_of(course, lesson), force
        self.released, self.seed = course.released(self.lesson), course.secret_seed()
        require_points_of_checks(self.lesson, of_notebook(self.released)[0])
        self.setup = Setup(self.lesson, opening(self.released), self.seed, unsandboxed, limits)
        self.fingerprints, self.unchanged, self.renewed, self.damaged = {}, set(), [], {}
        self._waiting = {}  # submissions that have been read and not yet sent
        self._shared = None
        self.earlier = Releases(course, self.lesson).earlier
        grounds = [self.lesson, self.seed, self.released, code_fingerprint(), *map(fingerprint_of, self.earlier)]
        self._fingerprint = hashlib.sha256(json.dumps(grounds).encode())  # what all have in common

    def changed(self, student):
        """Whether a student is to be graded: the submission is read, and kept until it is sent."""
        if student in self._waiting or student in self.unchanged:
            return student in self._waiting
        submission = self.course.submission(self.lesson, student)
        self.fingerprints[student] = self.fingerprint(student, submission)
        noted = noted_fingerprint(self.course.journal(self.lesson, student))
        if noted == self.fingerprints[student] and not self.force:
            self.unchanged.add(student)
            return False
        self._waiting[student] = submission
        return True

    def fingerprint(self, student, submission):
        """Changes when the submission, what lies beside it, the lesson, the seed, or the code that grades does."""
        try:
            beside = [self.course.beside(self.lesson, student, name) for name in (TIMESTAMP, SECRET)]
        except OSError as error:  # told when the grade is to be recorded
            beside = [repr(error)]
        total = self._fingerprint.copy()
        total.update(json.dumps([submission.fingerprint(), beside]).encode())
        return total.hexdigest()

    def tasks(self, students):
        """What a pool sends to its workers: ``(student, *arguments of work)`` for those who are to be graded."""
        _, _, seed, unsandboxed, limits = self.setup
        for student in students:
            if self.changed(student):
                submission = self._waiting.pop(student)
                yield (
                    student, self.lesson, submission, self.released, seed, unsandboxed, limits, self._shared, self.earlier,
                )  # fmt: skip

    def processes(self, students, jobs):
        """As many processes of this machine as there is work for, with a fork server that starts in the background."""
        protections(self.setup.unsandboxed)  # says what is missing before anything starts
        jobs = jobs or os.cpu_count() or 1
        busy = len(list(islice(filter(self.changed, students), jobs)))
        pool = Processes(max(busy, 1))
        if busy:
            fork_server, _ = running_for(self.setup)
            self._shared = str(fork_server.folder), protections(self.setup.unsandboxed)
            pool.warm_up(self.setup, self._shared)
        return pool

    def grade(self, pool, students, quiet=False):
        """Grade and record those of `students` who are to be graded.

        Returns
        -------
        dict of str to GradedSubmission
            By student, without the notebook: a class's are too many. None for who had been graded before.
        """
        from tqdm.auto import tqdm

        submissions = dict.fromkeys(students)
        with (
            Writer(self.course, self.lesson, self.seed) as writer,
            tqdm(total=len(submissions), unit="notebook", disable=quiet) as bar,
        ):
            for student, graded in pool(students, self.tasks):
                writer.record(student, graded, self.fingerprints[student])
                graded.notebook = None
                submissions[student] = graded
                bar.total = len(submissions) - len(self.unchanged)
                bar.update()
            bar.total = bar.n
            if any(submissions.values()):
                history.keep(self.course, self.lesson, self.damaged)
            self.renewed = writer.renew_penalties(self.unchanged)
        return submissions


def lesson_of(course, name):
    """The full name of a lesson that is to be graded.

    Raises
    ------
    CourseError
        If there is none, or it is an assignment that the instructor has written.
    """
    if (course.folder / "lessons" / name).is_dir() and name not in lessons():
        raise CourseError(f"{name} is an assignment of your own, without checks. Grade it: nbgrader autograde {name}")
    try:
        return find_lesson(name).name
    except UnknownName as error:
        raise CourseError(str(error)) from None


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
    limits : Limits, optional
        What one notebook may use.
    quiet : bool
        Show no progress bar.

    Returns
    -------
    dict of str to GradedSubmission
        By student: the graded submission of this run, or None for who had been graded before.

    Raises
    ------
    CourseError
        If the lesson has not been released, or a protection is missing.
    """
    course = Course(folder, db_url)
    assignment = Assignment(course, lesson, force, unsandboxed, limits)
    if scheduler:
        pool = Cluster(scheduler)
    else:
        pool = assignment.processes(students or sorted(course.handed_in()), jobs)
    everyone = students or course.students(
        assignment.lesson
    )  # while the workers warm up: nbgrader takes long to import
    submissions = assignment.grade(pool, everyone, quiet)
    if assignment.renewed and not quiet:
        say(f"Late penalties that are other ones than before: {', '.join(assignment.renewed)}.")
    for name, sentence in {**course.misnamed(), **assignment.damaged}.items() if not quiet else ():
        say(f"  {name}: look at this: {sentence}")
    return submissions


def explain(lesson, student, folder=COURSE, unsandboxed=False):
    """Say how a grade came about: each check, what went in, what came back, what was expected.

    For the instructor's eyes: it shows numbers of the secret seed.
    """
    from lessonkit import report

    lesson, course = find_lesson(lesson).name, Course(folder)
    released, seed = course.released(lesson), course.secret_seed()
    submission = course.submission(lesson, student)
    if not isinstance(submission.data, bytes):
        return f"{student}: {' '.join(submission.notes) or submission.data}"
    try:
        recognised = recognise(submission.data, released, Releases(course, lesson).earlier)
    except Unreadable as error:
        return f"{student}: {error}"
    cells = [cell[1:] for cell in checks_of(recognised.notebook)]
    with ForkServer(lesson, protections=protections(unsandboxed)) as fork_server:
        graded = grade_notebook(fork_server, cells, Live(seed), secretly=False)
    flags = [f"to be looked at: {flag}" for flag in (*submission.flags, *recognised.flags, *graded.flags)]
    reports = map(report.text, graded.results.values())
    notes = (*submission.notes, *recognised.notes, *graded.notes)
    return "\n".join([f"{student}, {lesson}, seed {seed}", *notes, *flags, *reports])
