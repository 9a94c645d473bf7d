"""``python -m autograder grade LESSON``: grades a whole class in parallel, and loses nothing.

Workers grade; only this process writes. For each student it writes the graded notebook and the gradebook first, and the journal
(``grading/LESSON/STUDENT.json``) last. So a run that is killed at any point and started again writes what an uninterrupted run
would have written.
"""

import hashlib
import json
import os
from contextlib import suppress
from itertools import chain, islice

from autograder.bank.expected import Live
from autograder.course import COURSE, SECRET, TIMESTAMP, Course, CourseError, expect_known, lesson_name
from autograder.grading import history, regrading
from autograder.grading.accommodations import members_of, read_groups
from autograder.grading.cells import checks_of, opening
from autograder.grading.fingerprint import code_fingerprint
from autograder.grading.form import of_notebook
from autograder.grading.gradebook import UNTIMED, Writer
from autograder.grading.notebook import grade_notebook
from autograder.grading.pools import Cluster, Processes
from autograder.grading.releases import Releases, fingerprint_of, require_points_of_checks
from autograder.grading.repair import Unreadable, recognise
from autograder.grading.submission import read_entry
from autograder.grading.worker import Setup, running_for
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.protections import protections
from autograder.terminal import listed, printable, say
from lessonkit.catalogue import lessons


class Assignment:
    """A lesson that a class has handed in: finds out who must be graded, and gives the submissions to a pool.

    A submission is read once, when its turn comes, and kept only until it is sent.

    Parameters
    ----------
    course : Course
    lesson : str
        Its full name, or its number.
    force : bool
        Whether unchanged submissions are graded as well.
    unsandboxed : bool
        Whether a protection may be missing.
    limits : Limits, optional
        What one notebook may use.
    yes : bool
        Whether an existing grade may be replaced by one with different points.

    Attributes
    ----------
    released : dict
        The released notebook.
    earlier : list of dict
        Earlier releases, which students may have used.
    seed : int
        The secret seed.
    setup : Setup
        What its fork servers are set up for.
    fingerprints : dict of str to str
        The fingerprints of the submissions that have been read, by student.
    unchanged : set of str
        Students who need not be graded.
    lost : set of str
        Students who had been graded, but whom the gradebook no longer knows.
    standing : dict of str to int
        Students whose submission has been graded before, and the seed for grading it again.
    redated : dict of str to str
        Students for whom only the files beside the submission have changed, and the fingerprint to note.
    changes : list of Change
        What regrading changes in the grades of `standing`; recorded only with `yes`.
    renewed : list of str
        Students whose late penalty has changed.
    damaged : dict of str to str
        What to say about journal files that cannot be read, and about times that were ignored.

    Raises
    ------
    CourseError
        If there is no such lesson, it has not been released, or its notebook and its checks disagree about the points.
    """

    def __init__(self, course, lesson, force=False, unsandboxed=False, limits=None, yes=False):
        self.course, self.lesson, self.force, self.yes = course, lesson_of(course, lesson), force, yes
        self.released, self.seed = course.released(self.lesson), course.secret_seed()
        require_points_of_checks(self.lesson, of_notebook(self.released)[0])
        self.setup = Setup(self.lesson, opening(self.released), self.seed, unsandboxed, limits)
        self.fingerprints, self.unchanged, self.renewed, self.damaged = {}, set(), [], {}
        self.lost = set()
        self.standing, self.redated, self.changes = {}, {}, []
        self._waiting = {}  # submissions that have been read and not yet sent
        self._shared = None
        releases = Releases(course, self.lesson)
        self.earlier = releases.earlier
        grounds = [self.lesson, self.released, code_fingerprint(self.lesson), *map(fingerprint_of, self.earlier)]
        self._grounds = _digest([*grounds, *releases.full])  # the part that all fingerprints share

    def changed(self, student):
        """Whether a student must be graded. The submission is read, and kept until it is sent."""
        if student in self._waiting or student in self.unchanged:
            return student in self._waiting
        submission = self.course.submission(self.lesson, student, self.earlier)
        self.fingerprints[student] = self.fingerprint(student, submission)
        noted = regrading.Noted(self.course.journal(self.lesson, student), self.fingerprints[student])
        if noted.redated:
            self.redated[student] = noted.redated
        if noted.unchanged and not self.force and student not in self.lost:
            self.unchanged.add(student)
            return False
        if noted.same_submission and student not in self.lost:
            self._regrade(student)
        self._waiting[student] = submission
        return True

    def _regrade(self, student):
        """Note that a grade exists: the new one is computed on the same seed, unless everyone is graded again."""
        with suppress(CourseError):
            entry = self._entry(student)
            self.standing[student] = self.seed if self.force else entry.seed or self.seed

    def _entry(self, student):
        return read_entry(self.course.journal(self.lesson, student))

    def fingerprint(self, student, submission):
        """Return a fingerprint of three parts: what the lesson is graded with, the submission, and the files beside it.

        The secret seed is in none of them: a grade keeps the seed with which it was computed.
        """
        try:
            beside = [self.course.beside(self.lesson, student, name) for name in (TIMESTAMP, SECRET)]
        except OSError as error:  # reported when the grade is recorded
            beside = [repr(error)]
        return f"{self._grounds} {_digest(submission.fingerprint())} {_digest(beside)}"

    def tasks(self, students):
        """Yield what a pool sends to its workers: ``(student, *arguments of work)`` for those who must be graded."""
        _, _, _, unsandboxed, limits = self.setup
        for student in students:
            if self.changed(student):
                submission, seed = self._waiting.pop(student), self.standing.get(student, self.seed)
                yield (
                    student, self.lesson, submission, self.released, seed, unsandboxed, limits, self._shared, self.earlier,
                )  # fmt: skip

    def processes(self, students, jobs):
        """Return as many processes of this machine as there is work for; a fork server starts in the background."""
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
        """Grade and record those of `students` who must be graded.

        Returns
        -------
        dict of str to GradedSubmission
            By student, without the notebooks, which would take too much memory. None for students whose grade stands.
        """
        from tqdm.auto import tqdm

        submissions = dict.fromkeys(students)
        with (
            Writer(self.course, self.lesson, self.seed) as writer,
            tqdm(total=len(submissions), unit="notebook", disable=quiet or None) as bar,
        ):
            for student, graded in chain(pool(students, self.tasks), self._lost(writer, pool)):
                change = self._change(writer, student, graded)
                if change is None or self.yes:
                    seed = self.standing.get(student, self.seed)
                    writer.record(student, graded, self.fingerprints[student], seed)
                    if not graded.failed:
                        self.redated.pop(student, None)
                    graded.notebook, graded.excused = None, student in writer.penalties.excused
                    submissions[student] = graded
                bar.total = len(submissions) - len(self.unchanged)
                bar.update()
            bar.total = bar.n
            if any(submissions.values()):
                history.keep(self.course, self.lesson, self.damaged)
            self._redate(writer)
            self.renewed = writer.penalties.renew(submissions)
        return submissions

    def _lost(self, writer, pool):
        """Grade students again who are in the journal but not in the gradebook: it was restored from a backup, or they were removed."""
        without = writer.without_row(self.unchanged)
        self.lost = {student for student in without if self.course.has_folder(self.lesson, student)}
        self.unchanged -= self.lost
        if self.lost:
            yield from pool(sorted(self.lost), self.tasks)

    def _redate(self, writer):
        """Record when submissions were handed in, if only that has changed: their notebooks need not be run."""
        for student, fingerprint in self.redated.items():
            try:
                entry = self._entry(student)
                writer.redate(student, entry, fingerprint)
                untimed = [flag for flag in entry.submission.flags if flag.startswith(UNTIMED)]
                self.damaged |= {printable(student): printable(flag) for flag in untimed}
            except Exception as error:  # an error here must not stop other students' grading; the next run tries again
                writer.gradebook.db.rollback()
                self.damaged[printable(student)] = f"the hand-in time could not be recorded: {printable(error)}"

    def _change(self, writer, student, graded):
        """Return what recording would change in an existing grade; None if there is none, or no points change."""
        if student not in self.standing or graded.failed:
            return None
        points, by_hand, more = writer.standing(student)
        standing = regrading.stands(self._entry(student).submission, points)
        change = regrading.compare(student, standing, graded, by_hand | writer.full.keys(), more)
        if change:
            self.changes.append(change)
        return change


def _digest(value):
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def lesson_of(course, name):
    """Return the full name of a lesson to grade.

    Raises
    ------
    CourseError
        If there is no such lesson, or it is an assignment that the instructor has written.
    """
    if (course.folder / "lessons" / name).is_dir() and name not in lessons():
        raise CourseError(
            f"{name} is an assignment of your own and has no checks. Grade it with: nbgrader autograde {name}"
        )
    return lesson_name(name)


def grade(
    lesson, folder=COURSE, jobs=None, force=False, unsandboxed=False, db_url=None, scheduler=None, students=None,
    limits=None, quiet=False, yes=False, new_seed=False, groups=(), csv=None,
):  # fmt: skip
    """Grade a class.

    If a submission was graded before and the code that grades it has changed since, the old and the new points are compared
    first. A grade whose points would change is replaced only with `yes`.

    Parameters
    ----------
    lesson : str
    folder : path
        The course.
    jobs : int, optional
        How many submissions to grade at a time. Default: one for each processor.
    force : bool
        Also grade submissions that have not changed.
    unsandboxed : bool
        Grade even if a protection is missing.
    db_url : str, optional
        The gradebook.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers grade instead of this machine.
    students : list of str, optional
        Only these.
    limits : Limits, optional
        What one notebook may use.
    quiet : bool
        Show no progress bar, and say nothing. Without a terminal there is no progress bar anyway.
    yes : bool
        Also replace existing grades whose points change.
    new_seed : bool
        Draw a new secret seed first. Existing grades keep theirs.
    groups : list of str, optional
        Only the students in these groups of ``groups.csv``.
    csv : path, optional
        Where to save what regrading changes.

    Returns
    -------
    dict of str to GradedSubmission
        By student: the graded submission that this run has recorded, or None if the student's grade stands.

    Raises
    ------
    CourseError
        If the lesson has not been released, or a protection is missing.
    """
    course = Course(folder, db_url)
    students = chosen(course, students, groups)
    if new_seed:
        course.draw_secret_seed()
    assignment = Assignment(course, lesson, force, unsandboxed, limits, yes)
    if scheduler:
        pool = Cluster(scheduler)
    else:
        pool = assignment.processes(students or sorted(course.handed_in()), jobs)
    # while the workers warm up, since importing nbgrader takes long
    everyone = students or course.students(assignment.lesson)
    strangers = course.strangers() & {*everyone}
    submissions = assignment.grade(pool, everyone, quiet)
    if csv:
        regrading.save(assignment.changes, csv)
    if not quiet:
        _tell(assignment, len(submissions))
        if strangers:
            say(f"These students handed in something, but are not on the roster: {listed(sorted(strangers))}.")
    return submissions


def chosen(course, students, groups):
    """Return the students who were named, by name or by group; None if nobody was named.

    Raises
    ------
    CourseError
        If there is no such student or group.
    """
    if not students and not groups:
        return None
    members = read_groups(course) if groups else {}
    wanted = {*(students or ()), *(student for name in groups for student in members_of(members, name))}
    with course.gradebook() as gradebook:
        known = {student.id for student in gradebook.students} | course.handed_in()
    expect_known("student", sorted(wanted), known)
    return sorted(wanted)


def _tell(assignment, students):
    """Print what regrading and due dates have changed, and which files are damaged."""
    if assignment.changes:
        for sentence in regrading.sentences(assignment.changes, students, assignment.yes):
            say(sentence)
    if assignment.renewed:
        say(f"Late penalties have changed for: {', '.join(map(printable, assignment.renewed))}.")
    for name, sentence in {**assignment.course.misnamed(), **assignment.damaged}.items():
        say(f"  {name}: please look at this: {sentence}")


def explain(lesson, student, folder=COURSE, unsandboxed=False):
    """Explain a grade: what each check passed in, what it got back, and what it expected.

    This is for the instructor only: it shows numbers of the secret seed.
    """
    from lessonkit import report

    lesson, course = lesson_name(lesson), Course(folder)
    course.expect(student)
    released, seed = course.released(lesson), course.secret_seed()
    with suppress(CourseError):  # not graded yet
        seed = read_entry(course.journal(lesson, student)).seed or seed
    earlier = Releases(course, lesson).earlier
    submission = course.submission(lesson, student, earlier)
    if not isinstance(submission.data, bytes):
        return f"{student}: {' '.join(submission.notes) or submission.data}"
    try:
        recognised = recognise(submission.data, released, earlier)
    except Unreadable as error:
        return f"{student}: {error}"
    cells = [cell[1:] for cell in checks_of(recognised.notebook)]
    with ForkServer(lesson, protections=protections(unsandboxed)) as fork_server:
        graded = grade_notebook(fork_server, cells, Live(seed), secretly=False)
    flags = [f"please look at this: {flag}" for flag in (*submission.flags, *recognised.flags, *graded.flags)]
    reports = map(report.text, graded.results.values())
    notes = (*submission.notes, *recognised.notes, *graded.notes)
    return "\n".join([f"{student}, {lesson}, seed {seed}", *notes, *flags, *reports])
