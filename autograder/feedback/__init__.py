"""The page that a student gets back: what passed, what is left, and at each exercise what went wrong and where to read on.

`nbgrader_config.py` names `FeedbackExporter` and `Grades`; `nbgrader generate_feedback` and formgrader's button then
write this page. It is one file without scripts that asks nothing of any other host. Whatever a student wrote or
displayed goes through `autograder.feedback.safe`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution, is_task
from pygments.formatters import HtmlFormatter
from traitlets import default

from autograder.feedback import safe
from autograder.publish import stylesheet
from lessonkit import report
from lessonkit.catalogue import explained_everywhere, explained_under, lessons
from lessonkit.engine.diagnose import Outcome, Result
from lessonkit.engine.values import show_number
from lessonkit.notebook import RESULT

HERE = Path(__file__).parent
CODE_LIGHT, CODE_DARK = "a11y-high-contrast-light", "a11y-high-contrast-dark"  # styles of accessible-pygments


class Grades(GetGrades):
    """As nbgrader has it, and whether a grade still waits for a person.

    That an exercise got "No response." the report below it says better.
    """

    def _get_comment(self, cell, resources):
        super()._get_comment(cell, resources)
        if not is_grade(cell) and not is_task(cell):
            comment = self.gradebook.find_comment(
                cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
            )
            cell.metadata.nbgrader["comment"] = comment.manual_comment

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waits"] = grade.auto_score is None and grade.manual_score is None


class FeedbackExporter(Exporter):
    """A graded notebook as one HTML page."""

    export_from_notebook = "Feedback"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    def from_notebook_node(self, nb, resources=None, **kwargs):
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return page(nb, resources["nbgrader"]), resources


@dataclass
class Item:
    """Something that earns points: an exercise, or an answer that a person grades.

    Attributes
    ----------
    anchor, title : str
        The id of its place in the page, and what the reader is told.
    score, points : float
        As the gradebook has them.
    waits : bool
        For a person.
    result : Result or None
        What the checks said.
    rows : list of dict
        Each check: ``outcome``, ``points``, ``sentence``, ``example`` and ``read``, the heading that explains it.
    reads : list of str
        The headings that explain what is left, each once.
    """

    anchor: str
    title: str
    score: float
    points: float
    waits: bool
    result: Result | None
    rows: list
    reads: list

    @property
    def passed(self):
        return not self.waits and self.score >= self.points

    @property
    def regraded(self):
        """Whether a person gave other points than the checks."""
        return self.result is not None and self.score != self.result.points

    @property
    def said(self):
        """The first thing to know about it."""
        if self.waits:
            return "Your instructor has not graded this yet."
        if self.regraded:
            return "Your instructor changed the points."
        if self.result is None or self.result.passed:
            return ""
        if self.result.empty:
            return "This is still empty."
        return next((row["sentence"] for row in self.rows if row["sentence"]), "")


def page(notebook, grading):
    """The page for one graded notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With scores and comments in its cells, as `Grades` leaves it.
    grading : dict
        nbgrader's resources: ``assignment``, ``notebook``, ``score``, ``max_score`` and ``late_penalty``.

    Returns
    -------
    str
    """
    lesson, cells, notes = lessons().get(grading["assignment"]), notebook.cells, ""
    if lesson and cells and cells[0].get("id") == "about":  # what `autograder.grading.notebook.about` put first
        notes, cells = safe.markdown(cells[0].source, plain=True)[0], cells[1:]
    shown, anchors = _shown(cells)
    items = [cell["item"] for cell in shown if cell["item"]]
    html = _template().render(
        title=f"{lesson.number:02d}. {lesson.title}" if lesson else grading["notebook"],
        notes=notes,
        left=[item for item in items if not item.passed],
        passed=[item for item in items if item.passed],
        handed_in=lesson is None or any(item.result for item in items),
        cells=shown,
        anchors=anchors,
        answers={cell["answer"] for cell in shown},
        elsewhere=set(explained_everywhere().values()),
        score=grading["score"],
        max_score=grading["max_score"],
        penalty=grading["late_penalty"],
        **_style(),
    )
    return html.encode("utf-8", "replace").decode()


def _shown(cells):
    """Each cell as the template shows it, and the id of each heading by its text."""
    shown, anchors, above = [], {}, ""
    for number, cell in enumerate(cells):
        marks, kind = cell.metadata.get("nbgrader", {}), cell.cell_type
        html, outputs, item = "", [], _item(cell, marks, above)
        if kind == "markdown":
            html, headings = safe.markdown(cell.source, cell.get("attachments"), f"{number}-")
            for said, anchor in headings:
                anchors.setdefault(said, anchor)
                above = above if said.startswith("Exercise ") else said
        elif kind == "code" and is_grade(cell) and not is_solution(cell):
            kind = "report"
            outputs = [] if item.result else [safe.error_line(each) for each in cell.outputs]
        elif kind == "code":
            html, outputs = safe.code(cell.source), [safe.output(each) for each in cell.outputs]
        else:
            html = safe.text(cell.source)
        comment = safe.markdown(marks["comment"])[0] if marks.get("comment") else ""
        answer = f"answer-{marks.grade_id}" if is_solution(cell) or is_task(cell) else ""
        shown.append(
            {"kind": kind, "html": html, "outputs": outputs, "item": item, "comment": comment, "answer": answer}
        )
    return shown, anchors


def _item(cell, marks, above):
    """What a cell earns, or None if it earns nothing; `above` is the heading that it stands under."""
    if not (is_grade(cell) or is_task(cell)):
        return None
    if is_solution(cell) or is_task(cell):  # an answer that a person grades
        title = marks.grade_id.replace("_", " ").replace("-", " ")
        return Item(f"answer-{marks.grade_id}", title, marks.score, marks.points, marks.waits, None, [], [])
    name, result = marks.grade_id.removeprefix("check_"), _result(cell)
    rows, reads, causes = [], [], {report.SAME}
    for outcome, sentence, example in report.diagnoses(result) if result else ():
        read = "" if outcome.passed or sentence in causes else explained_under(name, outcome.check) or above
        causes.add(sentence)
        row = {"outcome": outcome, "points": report.earned(outcome), "sentence": Markup(report.set_code(sentence))}
        rows.append({**row, "example": example, "read": read})
        reads += [read] if read and read not in reads else []
    if result and result.empty:
        rows, reads = [], [explained_under(name) or above]
    return Item(f"exercise-{name}", name, marks.score, marks.points, marks.waits, result, rows, reads)


def _result(cell):
    """What the checks of a check cell said; its outputs are the grader's own."""
    for output in cell.get("outputs", ()):
        if RESULT in output.get("data", {}):
            told = output.data[RESULT]
            return Result(told["exercise"], tuple(Outcome(**row) for row in told["outcomes"]))
    return None


@cache
def _template():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: show_number(round(float(value), 2))
    environment.globals["headline"] = report.headline
    return environment.get_template("page.html.j2")


@cache
def _style():
    """The page's one stylesheet, with the colours of code in light and dark."""
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in (CODE_LIGHT, CODE_DARK))
    own = (HERE / "page.css").read_text(encoding="utf-8")
    return stylesheet.style(light, f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}", own)
