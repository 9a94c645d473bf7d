"""The lessons as pages to read: text, figures and empty exercises; no solution, and nothing from another host."""

import base64
import shutil
import struct
from html import escape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.course import COURSE, write_whole
from autograder.publish import markdown as markdown_html
from autograder.publish import urls
from lessonkit.engine.check import points_of

HERE = Path(__file__).parent
BREAK_BEFORE = ("=", "≈", "<", ">", "≤", "≥", "←", "→", "+", "−")
OPENING_FIGURE = ("10_regression", "plots.side_by_side")


class Renderer(markdown_html.Renderer):
    """Markdown in which what may be wider than a telephone scrolls by itself."""

    def formula(self, latex, display):
        formula = markdown_html.mathml(latex, display)
        return _in_pieces(formula) if display == "inline" else _scrolls("formula", formula)

    def table(self, text):
        return _scrolls("table", f"<table>{text}</table>")

    def block_code(self, code, info=None):
        return python(code) if info else _scrolls("text", f"<pre><code>{escape(code)}</code></pre>")


def _in_pieces(formula):
    """An inline formula that may go on in the next line: browsers do not break MathML, but between two of them they do."""
    whole = BeautifulSoup(formula, "html.parser")
    pieces = [[]]
    for part in list(whole.math.mrow.children):
        if part.name == "mo" and part.text in BREAK_BEFORE and pieces[-1]:
            part["form"] = "infix"
            pieces.append([])
        pieces[-1].append(str(part))
    return "<wbr>".join(f"<math><mrow>{''.join(piece)}</mrow></math>" for piece in pieces)


def _scrolls(what, html):
    """What may be wider than a telephone scrolls by itself, with the arrow keys too."""
    return f'<div class="scrolls" role="group" aria-label="{what}" tabindex="0">{html}</div>\n'


def markdown(text):
    """Markdown as HTML."""
    return Markup(markdown_html.html(text, Renderer()))


def python(source):
    """Python as HTML; the style sheet colours its words."""
    code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(_scrolls("code", f"<pre><code>{code}</code></pre>"))


def write_pages(lessons, folder, offline):
    """Write the landing page and one page for each lesson.

    Parameters
    ----------
    lessons : list of Lesson
    folder : path
        The top of the site.
    offline : bool
        Leave out what needs the internet: Colab and Binder.
    """
    folder = Path(folder)
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    published = urls.repository()
    environment.globals |= {"urls": urls, "offline": offline, "lessons": lessons, "points": _points}
    environment.globals["repository"] = published and f"https://github.com/{'/'.join(published)}"
    for name in ("style.css", "icon.svg"):
        shutil.copy(HERE / name, folder / name)
    for number, lesson in enumerate(lessons):
        cells = list(page_cells(lesson, folder))
        around = {
            "before": lessons[number - 1] if number else None,
            "after": lessons[number + 1] if number + 1 < len(lessons) else None,
        }
        page = environment.get_template("lesson.html.j2").render(lesson=lesson, cells=cells, top="../", **around)
        write_whole(folder / lesson.name / "index.html", page)
    opening = _opening_figure(folder)
    landing = environment.get_template("index.html.j2").render(top="", opening=opening)
    write_whole(folder / "index.html", landing)


def page_cells(lesson, folder):
    """What stands on a lesson's page: ``kind``, ``html`` and ``figures`` of each cell.

    The text is the released lesson's. Figures come from the executed solution; what its cells print does not.
    """
    released, solved = (
        nbformat.read(COURSE / version / lesson.name / f"{lesson.name}.ipynb", as_version=4)
        for version in ("lessons", "solutions")
    )
    outputs = {cell.id: cell.get("outputs", ()) for cell in solved.cells}
    for cell in released.cells:
        if "kit" in cell.metadata.get("tags", ()):
            continue
        if cell.cell_type == "markdown":
            yield {"kind": "text", "html": markdown(cell.source), "figures": []}
            continue
        kind = _kind(cell)
        figures = [] if kind in ("exercise", "check") else _figures(outputs[cell.id], cell.id, lesson, folder)
        yield {"kind": kind, "html": python(cell.source), "figures": figures}


def _kind(cell):
    graded = cell.metadata.get("nbgrader", {})
    if graded.get("solution"):
        return "exercise"
    if graded.get("grade"):
        return "check"
    return "explorer" if "explorers." in cell.source else "code"


def _figures(outputs, name, lesson, folder):
    """The figures among a cell's outputs, written beside the page."""
    figures = []
    for output in outputs:
        for image in BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser").find_all("img"):
            data = base64.b64decode(image["src"].partition("base64,")[2])
            file = f"{name}-{len(figures)}.png"
            write_whole(Path(folder) / lesson.name / file, data)
            width, height = struct.unpack(">II", data[16:24])  # of a PNG's header
            figures.append({"file": file, "alt": image["alt"], "width": width, "height": height})
    return figures


def _opening_figure(folder):
    """The landing page's figure: what a network of the course has learned."""
    from lessonkit.catalogue import lesson as find_lesson

    name, source = OPENING_FIGURE
    lesson = find_lesson(name)
    solved = nbformat.read(COURSE / "solutions" / name / f"{name}.ipynb", as_version=4)
    cell = [cell for cell in solved.cells if source in cell.source and cell.get("outputs")][
        -1
    ]  # the network's is the last
    figure = _figures(cell.outputs, cell.id, lesson, folder)[0]
    return {**figure, "file": f"{name}/{figure['file']}"}


def _points(lesson):
    return f"{sum(points_of(exercise.name) for exercise in lesson.exercises):g}"
