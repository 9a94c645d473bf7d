"""The form of a lesson in the gradebook: its cells, their points, and the difference between two forms."""

from dataclasses import asdict, dataclass, field

from autograder.grading.cells import marks

COUNTS_FULL = "# This exercise is no longer part of the lesson. It counts full for everyone."


@dataclass
class Form:
    """A lesson's cells as nbgrader's gradebook has them, by name.

    Attributes
    ----------
    kernelspec : str or None
    grade, task : dict of str to dict
        Cells that earn points: ``max_score`` and ``cell_type``.
    solution : dict of str to dict
        Cells for an answer, with nothing more to say.
    source : dict of str to dict
        Cells that nbgrader restores in a submission: ``cell_type``, ``locked``, ``source`` and ``checksum``.
    """

    kernelspec: str | None = None
    grade: dict = field(default_factory=dict)
    task: dict = field(default_factory=dict)
    solution: dict = field(default_factory=dict)
    source: dict = field(default_factory=dict)

    to_dict = asdict

    @property
    def points(self):
        """The points of each cell."""
        return {name: cell["max_score"] for cells in (self.grade, self.task) for name, cell in cells.items()}

    @property
    def full(self):
        """The cells of dropped exercises that count in full for everyone."""
        return {name for name in self.grade if self.source.get(name, {}).get("source") == COUNTS_FULL}

    def of_lesson(self):
        """Return what can be compared with a released notebook: the points and the answer cells."""
        return {name: points for name, points in self.points.items() if name not in self.full}, set(self.solution)

    def with_full(self, names, *earlier):
        """Return this form with cells of earlier forms, which count in full for everyone; the first form with a cell gives its points."""
        grade = {name: next(form.grade[name] for form in earlier if name in form.grade) for name in names}
        source = dict.fromkeys(names, dict(cell_type="code", locked=True, source=COUNTS_FULL, checksum=None))
        return Form(self.kernelspec, {**self.grade, **grade}, self.task, self.solution, {**self.source, **source})


def form_of(notebook):
    """Return the form of a notebook's row in the gradebook."""
    form = Form(notebook.kernelspec)
    for kind, columns in COLUMNS.items():
        rows = sorted(getattr(notebook, f"{kind}_cells"), key=lambda cell: cell.name)
        setattr(form, kind, {cell.name: {column: getattr(cell, column) for column in columns} for cell in rows})
    return form


COLUMNS = {
    "grade": ("max_score", "cell_type"),
    "task": ("max_score", "cell_type"),
    "solution": (),
    "source": ("cell_type", "locked", "source", "checksum"),
}


def of_notebook(released):
    """Return for a released notebook what `Form.of_lesson` returns."""
    own = [found for cell in released["cells"] if (found := marks(cell)) and found.get("grade_id")]
    points = {mark["grade_id"]: float(mark["points"]) for mark in own if mark.get("grade") or mark.get("task")}
    return points, {mark["grade_id"] for mark in own if mark.get("solution")}


@dataclass
class Difference:
    """What changes from one form to another.

    Attributes
    ----------
    before, after : Form
    """

    before: Form
    after: Form

    def __bool__(self):
        return self.before != self.after

    @property
    def added(self):
        return [name for name in self.after.points if name not in self.before.points and name not in self.after.full]

    @property
    def dropped(self):
        return [name for name in self.before.points if name not in self.after.points]

    @property
    def made_full(self):
        """Cells whose exercise is dropped and counts in full from now on."""
        return sorted(self.after.full - self.before.full)

    @property
    def taken_back(self):
        """Cells that counted in full and are graded again."""
        return sorted(self.before.full - self.after.full - set(self.dropped))

    @property
    def revalued(self):
        """The old and the new points of cells whose points change."""
        was, now = self.before.points, self.after.points
        return {name: (was[name], now[name]) for name in was if name in now and was[name] != now[name]}

    @property
    def reworded(self):
        """Cells whose text or type changes."""
        was, now = self.before.source, self.after.source
        names = [name for name in was if name in now and was[name] != now[name] and name not in self.before.points]
        same = self.before.solution.keys() ^ self.after.solution.keys()
        return [name for name in names if name not in same]

    def lines(self, graded, by_hand):
        """Yield a line for each change in each cell.

        Parameters
        ----------
        graded : int
            How many students have grades in the gradebook.
        by_hand : dict of str to int
            For how many of them a person graded a cell or commented on it, by cell.
        """
        points = self.after.points
        for name in self.added:
            yield f"{name} is added, with {points[name]:g} points: {_students(graded)} no grade in it until `grade` has run."
        for name in self.dropped:
            was = self.before.points[name]
            yield f"{name} ({was:g} points) is dropped and counts for nobody: {_kept(graded, by_hand.get(name, 0))}."
        for name in self.made_full:
            yield f"{name} is dropped, and everyone gets its {points[name]:g} points: {_kept(graded, by_hand.get(name, 0))}."
        for name in self.taken_back:
            yield f"{name} is graded again, and no longer counts in full for everyone: {_students(graded)} the grade that was kept for it."
        for name, (was, now) in self.revalued.items():
            hand = by_hand.get(name, 0)
            rest = f" For {hand} of them, the points that you gave by hand stay as they are." if hand else ""
            yield f"{name} counts {now:g} points instead of {was:g}, for {_many(graded)}.{rest}"
        for name in sorted(self.before.solution.keys() - self.after.solution.keys()):
            if by_hand.get(name) and name not in self.before.points:
                yield f"{name}: your comments on the answers of {_many(by_hand[name])} are kept, and come back with the exercise."
        if self.reworded:
            yield f"The text changes in {', '.join(self.reworded)}."
        was, now = sum(self.before.points.values()), sum(points.values())
        if was != now:
            yield f"The lesson has {now:g} points instead of {was:g}."


def _many(students):
    return f"{students} student{'s' * (students != 1)}"


def _students(graded):
    return f"{_many(graded)} {'has' if graded == 1 else 'have'}"


def _kept(graded, hand):
    return f"the grades of {_many(graded)} are kept, {hand} of them given by hand, and come back with the exercise"
