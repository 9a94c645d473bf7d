"""Renders a graded notebook as a page: one file without scripts, which loads nothing from other hosts.

Everything that a student wrote or displayed goes through `autograder.feedback.safe`.
"""

from functools import cache
from pathlib import Path

import jinja2
from nbgrader.utils import is_grade, is_solution, is_task
from pygments.formatters import HtmlFormatter

from autograder.feedback import safe
from autograder.feedback.budget import Budget
from autograder.feedback.items import item_of
from autograder.publish import stylesheet
from lessonkit import report
from lessonkit.catalogue import explained_everywhere, lessons
from lessonkit.engine.values import show_number

HERE = Path(__file__).parent
CODE_LIGHT, CODE_DARK = "a11y-high-contrast-light", "a11y-dark"  # styles of accessible-pygments


def page(notebook, grading):
    """Return the page for one graded notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With scores and comments in its cells, as `Grades` writes them.
    grading : dict
        nbgrader's resources: ``assignment``, ``notebook``, ``score``, ``max_score`` and ``late_penalty``.

    Returns
    -------
    str
    """
    lesson, cells, notes = lessons().get(grading["assignment"]), notebook.cells, ""
    if (
        lesson and cells and cells[0].get("id") == "about"
    ):  # the cell that `autograder.grading.notebook.about` put first
        notes, cells = safe.markdown(cells[0].source, plain=True)[0], cells[1:]
    shown, anchors = _shown(cells)
    items = [cell["item"] for cell in shown if cell["item"]]
    html = _template().render(
        title=f"{lesson.name[:2]}. {lesson.title}" if lesson else grading["notebook"],
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
    """Return each cell as the template shows it, and the id of each heading by its text."""
    shown, anchors, above, budget = [], {}, "", Budget()
    for number, cell in enumerate(cells):
        marks, kind = cell.metadata.get("nbgrader", {}), cell.cell_type
        html, outputs, item, headings = "", [], item_of(cell, marks, above), []
        if kind == "markdown" and not budget.is_over:
            html, headings = safe.markdown(cell.source, cell.get("attachments"), f"{number}-")
            html = budget.spend(lambda html=html: html)
        elif kind == "code" and is_grade(cell) and not is_solution(cell):
            kind = "report"
            outputs = [] if item.result else [budget.spend(safe.error_line, output) for output in cell.outputs]
        elif kind == "code":
            html = budget.spend(safe.code, cell.source)
            outputs = [budget.spend(safe.output, output) for output in cell.outputs]
        else:
            html = budget.spend(safe.text, cell.source)
        for heading, anchor in () if budget.is_over else headings:
            anchors.setdefault(heading, anchor)
            above = above if heading.startswith("Exercise ") else heading
        comment = safe.markdown(marks["comment"])[0] if marks.get("comment") else ""
        answer = f"answer-{marks.grade_id}" if is_solution(cell) or is_task(cell) else ""
        shown.append(
            {
                "kind": kind,
                "html": html,
                "outputs": [*filter(None, outputs)],
                "item": item,
                "comment": comment,
                "answer": answer,
            }
        )
    return shown, anchors


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
    """Return the page's only stylesheet, with colors for code in light and dark mode."""
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in (CODE_LIGHT, CODE_DARK))
    own = (HERE / "page.css").read_text(encoding="utf-8")
    return stylesheet.style(light, f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}", own)
