"""What a cell of a graded notebook earns, and what its checks say about it."""

from dataclasses import dataclass

from markupsafe import Markup
from nbgrader.utils import is_grade, is_solution, is_task

from lessonkit import report
from lessonkit.catalogue import explained_under
from lessonkit.engine.diagnose import Result
from lessonkit.notebook import RESULT


@dataclass
class Item:
    """Something that earns points: an exercise, or an answer that a person grades.

    Attributes
    ----------
    anchor, title : str
        The id of its place in the page, and its title for the reader.
    score, points : float
        From the gradebook.
    waits : bool
        Whether a person still has to grade it.
    result : Result or None
        What the checks said.
    rows : list of dict
        Each check: ``outcome``, ``points``, ``sentence``, ``example`` and ``read``, the heading that explains it.
    begin : str
        The heading that explains an exercise that is still empty.
    """

    anchor: str
    title: str
    score: float
    points: float
    waits: bool
    result: Result | None
    rows: list
    begin: str = ""

    @property
    def passed(self):
        return not self.waits and self.score >= self.points

    @property
    def regraded(self):
        """Whether a person gave different points from the checks."""
        return self.result is not None and self.score != self.result.points

    @property
    def lent(self):
        """The sentence about correct exercises that replaced the student's own."""
        return Markup(report.set_code(report.lent(self.result)))

    @property
    def summary(self):
        """The most important thing to know about it."""
        if self.waits:
            return "Your instructor has not graded this yet."
        if self.regraded:
            return "Your instructor changed the points."
        if self.result is None or self.result.passed:
            return ""
        if self.result.empty:
            return "This is still empty."
        return next((row["sentence"] for row in self.rows if row["sentence"]), "")


def item_of(cell, marks, above):
    """Return what a cell earns, or None if it earns nothing; `above` is the heading above it."""
    if not (is_grade(cell) or is_task(cell)):
        return None
    if is_solution(cell) or is_task(cell):  # an answer that a person grades
        title = marks.grade_id.replace("_", " ").replace("-", " ")
        return Item(f"answer-{marks.grade_id}", title, marks.score, marks.points, marks.waits, None, [])
    name, result = marks.grade_id.removeprefix("check_"), _result(cell)
    rows, begin, causes = [], "", {report.SAME}
    for outcome, sentence, example in report.diagnoses(result) if result else ():
        nothing_new = outcome.passed or outcome.kind == "unseen" or sentence in causes
        read = "" if nothing_new else explained_under(name, outcome.check) or above
        causes.add(sentence)
        row = {
            "outcome": outcome,
            "state": report.state(outcome),
            "points": report.earned(outcome),
            "sentence": Markup(report.set_code(sentence)),
        }
        rows.append({**row, "example": example, "read": read})
    if result and result.empty:
        rows, begin = [], explained_under(name) or above
    return Item(f"exercise-{name}", name, marks.score, marks.points, marks.waits, result, rows, begin)


def _result(cell):
    """Return the result in a check cell, whose outputs are the grader's own."""
    for output in cell.get("outputs", ()):
        if RESULT in output.get("data", {}):
            return Result.from_record(output.data[RESULT])
    return None
