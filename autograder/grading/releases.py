"""The releases of a lesson that students may have: kept in the course, since a lesson may change after its release.

``releases/NN_name/FINGERPRINT.ipynb`` is a notebook as it was released. ``record.json`` beside it lists the releases that were in force,
with their forms in the gradebook, and the grades from cells that no longer exist.
"""

import copy
import hashlib
import json
import re
from functools import cached_property

from autograder.course import PACKAGES, SHIPPED, CourseError, write_whole
from autograder.grading.cells import grade_id, marks
from autograder.grading.form import Form, form_of, of_notebook
from autograder.grading.revalued import points_of_checks
from autograder.grading.rows import notebook_of
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import points_of

HIDDEN = r"(?s)\n*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS"


class Releases:
    """The saved releases of a lesson.

    Attributes
    ----------
    in_force : list of (str, Form)
        Fingerprint and form in the gradebook of each release, in order, the present one last.
    aside : dict
        See `autograder.grading.rows.set_aside`.
    checks : dict
        The points of each check by exercise, for each release of which they are known, by its fingerprint.
    """

    def __init__(self, course, lesson):
        self.course, self.lesson, self.folder = course, lesson, course.folder / "releases" / lesson
        record = self._read(self.folder / "record.json") if (self.folder / "record.json").exists() else {}
        self.in_force = [(fingerprint, Form(**form)) for fingerprint, form in record.get("in_force", ())]
        self.aside, self.checks = record.get("aside", {}), record.get("checks", {})

    def _read(self, path):
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CourseError(f"{path} is damaged or missing. Restore it from a backup, then run this again.") from None

    def notebook(self, fingerprint):
        """Return a release's notebook."""
        return self._read(self.folder / f"{fingerprint}.ipynb")

    @cached_property
    def earlier(self):
        """The notebooks of the releases before the present one, the latest first."""
        names = list(dict.fromkeys(fingerprint for fingerprint, _ in reversed(self.in_force)))
        return [self.notebook(name) for name in names[1:]]

    @property
    def full(self):
        """The cells of dropped exercises that count in full for everyone in the present release."""
        return sorted(self.in_force[-1][1].full) if self.in_force else []

    def keep(self, released):
        """Save a release's notebook, and the grades that were set aside; return its fingerprint."""
        fingerprint = fingerprint_of(released)
        path = self.folder / f"{fingerprint}.ipynb"
        if not path.exists():
            write_whole(path, json.dumps(released, indent=1, ensure_ascii=False) + "\n")
        self._save()
        return fingerprint

    def put_in_force(self, released, form, anew=False):
        """Make a release the present one.

        If it is the one before the present one, that one is undone, unless the release is made `anew`.
        """
        entry = self.keep(released), form
        if self.in_force[-1:] != [entry]:
            back = self.in_force[-2:-1] == [entry] and not anew
            self.in_force = self.in_force[:-1] if back else [*self.in_force, entry]
            self._save()

    def _save(self):
        in_force = [(fingerprint, form.to_dict()) for fingerprint, form in self.in_force]
        record = {"in_force": in_force, "aside": self.aside, "checks": self.checks}
        write_whole(self.folder / "record.json", json.dumps(record, indent=1))

    def note(self, gradebook, released):
        """Note that the release in the gradebook is in force, and return its form.

        Raises
        ------
        CourseError
            If the gradebook and the released notebook have different forms of the lesson.
        """
        row = notebook_of(gradebook, self.lesson)
        if row is None:
            return Form()
        form = form_of(row)
        if form.of_lesson() != of_notebook(released):
            raise CourseError(
                f"The gradebook still has an older form of {self.lesson}. Run `python -m autograder release {self.lesson}`: "
                "it shows what changes, and keeps all grades."
            )
        fingerprint, checks = fingerprint_of(released), points_of_checks(form.points)
        if self.in_force[-1:] != [(fingerprint, form)] or self.checks.get(fingerprint) != checks:
            self.checks[fingerprint] = checks
            self.put_in_force(released, form)
        return form


def require_points_of_checks(lesson, points):
    """Stop if a lesson's checks and its notebook disagree about the points: nobody should get 13 of 11.

    Parameters
    ----------
    lesson : str
    points : dict of str to float
        The points of each cell in the notebook.

    Raises
    ------
    CourseError
        If an exercise's checks give more or fewer points.
    """
    given = {f"check_{exercise.name}": points_of(exercise.name) for exercise in find_lesson(lesson).exercises}
    other = [name for name in given if points.get(name, given[name]) != given[name]]
    if other:
        raise CourseError(
            f"The checks and the notebook of {lesson} disagree about the points of {', '.join(other)}. "
            f"{how_it_is_made(lesson)}, then run `python -m autograder release {lesson}`."
        )


def how_it_is_made(lesson):
    """Return what to do to make a lesson's solution again: a wheel's course has no build."""
    if SHIPPED == PACKAGES:
        return "Run `make build`"
    return f"Copy solutions/{lesson} from a new course (`nn-from-scratch init FOLDER`)"


def how_checks_come_back():
    """Return what to do to restore the earlier checks."""
    if SHIPPED == PACKAGES:
        return "The checks are files of the course: before you grade, restore them too, and run `make build`."
    return "The checks are in the package: before you grade, install the version that you had then."


def fingerprint_of(released):
    """Return a digest that changes when something changes in the notebook that students get."""
    cells = [[cell["cell_type"], "".join(cell["source"]), marks(cell)] for cell in released["cells"]]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:16]


def as_was_known(form, present):
    """Rebuild a release that was not saved: its marked cells from the gradebook, the other cells from the present one."""
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    cells, known = [], dict(form.source)
    for cell in present["cells"]:
        if not grade_id(cell):
            cells.append(copy.deepcopy(cell))
        elif grade_id(cell) in known:
            cells.append(_marked(grade_id(cell), known.pop(grade_id(cell)), form))
    cells += [_marked(name, source, form) for name, source in known.items() if name not in form.full]
    for cell in cells:
        if grade_id(cell):
            cell["metadata"]["nbgrader"]["checksum"] = compute_checksum(from_dict(cell))
    return {**present, "cells": cells}


def _marked(name, source, form):
    """Return a cell with nbgrader's marks and without its hidden tests."""
    earns = {**form.grade, **form.task}.get(name)
    own = {"grade": name in form.grade, "solution": name in form.solution, "task": name in form.task}
    own |= {"cell_type": source["cell_type"], "grade_id": name, "locked": source["locked"], "schema_version": 3}
    own |= {"points": earns["max_score"]} if earns else {}
    cell = {"cell_type": source["cell_type"], "id": name, "metadata": {"nbgrader": own}}
    cell["source"] = re.sub(HIDDEN, "", source["source"])
    return {**cell, "outputs": [], "execution_count": None} if source["cell_type"] == "code" else cell
