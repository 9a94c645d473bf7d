"""The form in which a gradebook knows a lesson: its cells, what they count, and what would change to another form."""

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
        Cells that nbgrader writes into a submission: ``cell_type``, ``locked``, ``source`` and ``checksum``.
    """

    kernelspec: str | None = None
    grade: dict = field(default_factory=dict)
    task: dict = field(default_factory=dict)
    solution: dict = field(default_factory=dict)
    source: dict = field(default_factory=dict)

    to_dict = asdict

    @property
    def points(self):
        """What each cell counts."""
        return {name: cell["max_score"] for cells in (self.grade, self.task) for name, cell in cells.items()}

    @property
    def full(self):
        """The cells of dropped exercises that count full for everyone."""
        return {name for name in self.grade if self.source.get(name, {}).get("source") == COUNTS_FULL}

    def of_lesson(self):
        """What a released notebook can be compared with: points, and cells for an answer."""
        return {name: points for name, points in self.points.items() if name not in self.full}, set(self.solution)

    def with_full(self, names, *earlier):
        """This form, with cells of earlier ones that count full for everyone; of two the first says what they count."""
        grade = {name: next(form.grade[name] for form in earlier if name in form.grade) for name in names}
        source = dict.fromkeys(names, dict(cell_type="code", locked=True, source=COUNTS_FULL, checksum=None))
        return Form(self.kernelspec, {**self.grade, **grade}, self.task, self.solution, {**self.source, **source})


def form_of(notebook):
    """The form of a notebook's row in the gradebook."""
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
    """As `Form.of_lesson`, of a released notebook."""
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
        """Cells whose exercise is dropped and counts full from now on."""
        return sorted(self.after.full - self.before.full)

    @property
    def taken_back(self):
        """Cells that counted full and are graded again."""
        return sorted(self.before.full - self.after.full - set(self.dropped))

    @property
    def revalued(self):
        """What cells counted, and count now."""
        was, now = self.before.points, self.after.points
        return {name: (was[name], now[name]) for name in was if name in now and was[name] != now[name]}

    @property
    def reworded(self):
        """Cells whose text or kind is another one."""
        was, now = self.before.source, self.after.source
        names = [name for name in was if name in now and was[name] != now[name] and name not in self.before.points]
        same = self.before.solution.keys() ^ self.after.solution.keys()
        return [name for name in names if name not in same]

    def lines(self, graded, by_hand):
        """What will change, a line for each kind of change and cell.

        Parameters
        ----------
        graded : int
            How many students the gradebook has grades of.
        by_hand : dict of str to int
            For how many of them a person graded a cell, or wrote a comment on it.
        """
        points = self.after.points
        for name in self.added:
            yield f"{name} is added, with {points[name]:g} points: {_students(graded)} no grade in it until `grade` has run."
        for name in self.dropped:
            was = self.before.points[name]
            yield f"{name} is dropped, with {was:g} points, and counts for nobody: {_kept(graded, by_hand.get(name, 0))}."
        for name in self.made_full:
            yield f"{name} is dropped, and its {points[name]:g} points count full for all: {_kept(graded, by_hand.get(name, 0))}."
        for name in self.taken_back:
            yield f"{name} is graded again, and no longer full for all: {_students(graded)} the grade in it that was kept."
        for name, (was, now) in self.revalued.items():
            hand = by_hand.get(name, 0)
            rest = f" What you gave by hand stays as it is, for {hand}." if hand else ""
            yield f"{name} counts {now:g} points instead of {was:g}, for {graded}.{rest}"
        for name in sorted(self.before.solution.keys() - self.after.solution.keys()):
            if by_hand.get(name) and name not in self.before.points:
                yield f"{name}: your comments on its answers are kept, {by_hand[name]}, and come back with the exercise."
        if self.reworded:
            yield f"Other words stand in {', '.join(self.reworded)}."
        was, now = sum(self.before.points.values()), sum(points.values())
        if was != now:
            yield f"The lesson has {now:g} points instead of {was:g}."


def _students(graded):
    return f"{graded} student{' has' if graded == 1 else 's have'}"


def _kept(graded, hand):
    return f"the grades of {graded} are kept, {hand} of them by hand, and come back with the exercise"
