"""``python -m autograder release LESSON``: changes a lesson after students have handed it in, and keeps all work and grades.

The changes are planned and shown first, then made completely or not at all. `nbgrader generate_assignment` makes the new release in
a separate folder, and the gradebook's rows are changed to match it.
"""

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

from autograder.course import Course, CourseError, write_whole
from autograder.grading.form import Difference, Form, form_of, of_notebook
from autograder.grading.releases import (
    Releases,
    as_was_known,
    fingerprint_of,
    how_checks_come_back,
    how_it_is_made,
    require_points_of_checks,
)
from autograder.grading.revalued import points_of_checks, revalued
from autograder.grading.rows import Rows, by_hand, by_hand_aside, notebook_of, set_aside
from autograder.grading.submission import read_entry
from autograder.publish.build import generated
from autograder.publish.bundle import bundle
from lessonkit.catalogue import lesson as find_lesson

DONE = (
    "Done. To see how each student's points change: python -m autograder grade {0}. To record this, add --yes. "
    "To undo the release: python -m autograder release {0} --undo."
)
UNDONE = (
    f"Undone in the gradebook, the released notebook and the bundle. {how_checks_come_back()} "
    "Grades given in the meantime in cells that both releases have are not undone."
)


@dataclass
class Plan:
    """The planned changes to a lesson after its release.

    Attributes
    ----------
    course : Course
    lesson : str
    releases : Releases
    released : dict
        The notebook to release.
    before, after : Form
        What the gradebook has now, and what it will have.
    students : int
        How many students have rows in the gradebook.
    lines : list of str
        What will change; empty if nothing does.
    done : str
        What to say afterwards.
    """

    course: Course
    lesson: str
    releases: Releases
    released: dict
    before: Form
    after: Form
    students: int
    lines: list
    done: str

    def carry_out(self):
        """Make the changes, completely or not at all.

        Raises
        ------
        CourseError
            If the lesson is being graded, or the gradebook or a file cannot be written.
        """
        folder, name = self.course.folder, self.lesson
        notebook, zipped = folder / "lessons" / name / f"{name}.ipynb", folder / "dist" / f"{name}.zip"
        with self.course.only_grader(name):
            with self.course.gradebook() as gradebook, _as_they_were(notebook, zipped):
                row = notebook_of(gradebook, name)
                if form_of(row) != self.before:
                    raise CourseError("The gradebook has changed meanwhile. Run this again.")
                self.releases.aside |= set_aside(row, Difference(self.before, self.after))
                revalue = self._revalue()
                self.releases.keep(self.released)
                Rows(gradebook, row, self.releases.aside, revalue).bring_to(self.after)
                write_whole(notebook, text_of(self.released))
                bundle(name, folder / "dist", folder)
                gradebook.db.commit()
            self.releases.put_in_force(self.released, self.after, anew=self.done != UNDONE)

    def _revalue(self):
        """Return a function that gives what an exercise of a student earns when it counts other points; see `Rows`."""
        fingerprint, checks, results = fingerprint_of(self.released), self.releases.checks, self._results()
        if self.done != UNDONE or fingerprint not in checks:
            checks[fingerprint] = points_of_checks(self.after.points)
        before, after = checks.get(self.releases.in_force[-1][0], {}), checks[fingerprint]

        def revalue(student, cell, earned, was, now):
            exercise = cell.removeprefix("check_")
            known = before.get(exercise), after.get(exercise)
            return revalued(results(student).get(exercise), earned, was, now, *known)

        return revalue

    def _results(self):
        """Return a function that gives how each exercise of a student went, as the journal has it."""

        @cache
        def results(student):
            try:
                return read_entry(self.course.journal(self.lesson, student)).submission.results
            except CourseError:  # never graded here, or damaged
                return {}

        return results


@contextmanager
def _as_they_were(*paths):
    """Restore files as they were if something fails."""
    contents = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in contents.items():
            with suppress(OSError, CourseError):
                path.unlink(missing_ok=True) if content is None else write_whole(path, content)
        raise


def plan(course, lesson, dropped=None, undo=False):
    """Plan the changes to a lesson that the gradebook knows.

    Parameters
    ----------
    course : Course
    lesson : str
    dropped : {"nobody", "full"}, optional
        For whom a dropped exercise counts. Default: for nobody, except those that already count in full.
    undo : bool
        Whether to go back to the previous release.

    Returns
    -------
    Plan or None
        None if the gradebook does not know the lesson yet.

    Raises
    ------
    CourseError
        If there is no source to release, or no release to go back to.
    """
    with course.gradebook() as gradebook:
        row = notebook_of(gradebook, lesson)
        if row is None:
            return None
        before, hand, students = form_of(row), by_hand(row), len(row.submissions)
    releases = Releases(course, lesson)
    released, after = (None, None) if undo else present(course, lesson)
    _settle(releases, before, released)
    if undo:
        if len(releases.in_force) < 2:
            raise CourseError(f"There is no earlier release of {lesson} to go back to.")
        fingerprint, after = releases.in_force[-2]
        released = releases.notebook(fingerprint)
    else:
        earlier = _that_had_more(after, before, releases)
        full = {
            "full": earlier.grade.keys() - after.grade.keys(),
            "nobody": set(),
            None: before.full - after.grade.keys(),
        }[dropped]
        if dropped == "full" and not full:
            raise CourseError(f"No exercise of {lesson} has been dropped, so none can count in full.")
        after = after.with_full(sorted(full), before, earlier)
    lines = list(Difference(before, after).lines(students, {**by_hand_aside(releases.aside), **hand}))
    if not lines and not _stands(course, lesson, released, releases):
        lines = ["Only parts that are neither exercises nor checks change. No grade depends on them."]
    done = UNDONE if undo else DONE.format(lesson)
    return Plan(course, lesson, releases, released, before, after, students, lines, done)


def _that_had_more(after, before, releases):
    """Return the latest form with exercises that no longer exist: the present one, or one before they were dropped."""
    forms = (before, *(form for _, form in reversed(releases.in_force)))
    return next((form for form in forms if form.grade.keys() - after.grade.keys()), before)


def _stands(course, lesson, released, releases):
    """Whether a release is the one in force, and its notebook is in the course's folder."""
    with suppress(CourseError):
        return fingerprint_of(released) == fingerprint_of(course.released(lesson)) == releases.in_force[-1][0]
    return False


def _settle(releases, before, present):
    """Make sure that the release in the gradebook is saved, since students have it."""
    course, lesson = releases.course, releases.lesson
    if releases.in_force and releases.in_force[-1][1] == before:
        return
    with suppress(CourseError):
        released = course.released(lesson)
        if of_notebook(released) == before.of_lesson():
            releases.put_in_force(released, before)
            return
    if present:
        releases.put_in_force(as_was_known(before, present), before)


def present(course, lesson):
    """Return the lesson as it is now: the notebook that `nbgrader generate_assignment` would release, and its form."""
    import nbformat
    from nbgrader.api import Gradebook

    source = course.folder / "solutions" / lesson / f"{lesson}.ipynb"
    if not source.exists():
        raise CourseError(f"{source} is missing. {how_it_is_made(lesson)}.")
    with generated(find_lesson(lesson), source.read_text(encoding="utf-8"), course.config()) as folder:
        released = nbformat.read(folder / "lessons" / lesson / f"{lesson}.ipynb", as_version=nbformat.NO_CONVERT)
        with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
            form = form_of(notebook_of(gradebook, lesson))
    require_points_of_checks(lesson, form.points)
    return released, form


def text_of(released):
    """Return the text of a released notebook's file, as the build writes it."""
    import nbformat

    return nbformat.writes(nbformat.from_dict(released), version=nbformat.NO_CONVERT).rstrip() + "\n"
