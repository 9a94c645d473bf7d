"""The pages of the site: the first page, a page for each lesson, and the guides for students and instructors."""

import functools
import re
import shutil
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

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
from autograder.site.figures import figures_of
from autograder.site.formulas import in_line, kept_together
from autograder.site.search import sections
from lessonkit.engine.check import points_of

HERE = Path(__file__).parent
SERVED = ("style.css", "icon.svg", "live.js", "live_worker.js", "search.js")
# What a student will have built: the lesson, the beginning of the cell that draws it, and what the picture shows.
BUILT = (
    ("10_regression", "plots.side_by_side", "Your network learns a landscape: the real land, and how a constant, a plane and your network predict it."),
    ("11_softmax", "X = np.concatenate", "Your network reads handwritten digits, and you see which digits it mixes up."),
    ("07_optimizers", "plots.race", "Your optimizers race down a ravine: plain gradient descent, momentum, RMSProp and Adam."),
)  # fmt: skip
LONG = 20  # characters: on a phone, a cell of a table with more of them keeps some width
LONG_WORD = re.compile(r"[^\s<>]{12,}")
UNIT = re.compile(r"(?<=\b[Ll]esson) (?=\d)|(?<=\d) (?=(?:m|km|min|MB|°C)\b)")  # where no line should break
SHORT = 8  # characters: a cell of a table with at most so many stays on one line
OPTION = re.compile(r"[^\s<>]*-[^\s<>]+")  # a word of code that browsers would break at its hyphen
LIVE = "relu_backward"
SAMPLE = COURSE / "docs" / "sample"  # made by `make demo`
GUIDES = {
    "students": "Working through the course", "instructors": "Running a course", "site": "Publishing the site",
    "messages": "What a check says", "contributors": "Changing the course",
}  # fmt: skip


class Renderer(markdown_html.Renderer):
    """Renders Markdown in which everything that may be wider than a phone scrolls by itself."""

    def formula(self, latex, display):
        return _formula(latex, display)

    def text(self, text):
        return UNIT.sub("&nbsp;", super().text(text))

    def codespan(self, text):
        html = super().codespan(text)
        return OPTION.sub(
            lambda word: f'<span class="whole">{word[0]}</span>' if len(word[0]) <= LONG else word[0], html
        )

    def table(self, text):
        return _scrolls("table", f"<table>{text}</table>")

    def table_cell(self, text, align=None, head=False):
        length = len(unescape(re.sub("<[^>]*>", "", text)))
        long = not head and length > LONG
        if length <= SHORT and "<" not in text:
            text = text.replace(" ", "&nbsp;")
        text = re.sub("<code>.*?</code>", lambda code: LONG_WORD.sub(_with_breaks, code[0]), text)
        kind = "th" if head else "td"
        return f"<{kind}{' class=long' if long else ''}{f' style=text-align:{align}' if align else ''}>{text}</{kind}>"

    def block_code(self, code, info=None):
        return python(code) if info == "python" else _scrolls("text", f"<pre><code>{escape(code)}</code></pre>")


@functools.cache  # a course has few signs, and repeats them
def _formula(latex, display):
    formula = markdown_html.mathml(latex, display)
    return in_line(formula) if display == "inline" else _scrolls("formula", formula)


def _with_breaks(word):
    """Return a long name in code with places where a phone may break it."""
    return re.sub(r"(?<=\w\w)([_/.])(?=[^\W_])", r"\1<wbr>", word[0])


def _scrolls(what, html):
    """Return HTML in a box that scrolls, also with the arrow keys, because it may be wider than a phone."""
    return f'<div class="scrolls" role="group" aria-label="{what}" tabindex="0">{html}</div>\n'


def markdown(text):
    """Return Markdown as HTML."""
    return Markup(kept_together(markdown_html.html(text, Renderer())))


def python(source):
    """Return Python code as HTML; the style sheet colors its words."""
    code = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(_scrolls("code", f"<pre><code>{code}</code></pre>"))


def with_anchors(html, contents):
    """Return HTML with the ids that GitHub gives to headings, and add level, id and text to `contents`.

    What is small in a heading is no part of its text.
    """

    def name(match):
        level, inside = match.groups()
        text = BeautifulSoup(inside.partition(" <small>")[0], "html.parser").get_text()
        slug = urls.anchor(text) or "section"
        taken = sum(re.sub(r"-\d+$", "", other) == slug or other == slug for _, other, _ in contents)
        contents.append((int(level), f"{slug}-{taken}" if taken else slug, text))
        return f'<h{level} id="{contents[-1][1]}">{inside}</h{level}>'

    return Markup(re.sub(r"<h([1-6])>(.*?)</h\1>", name, str(html), flags=re.DOTALL))


def write_pages(lessons, folder, offline):
    """Write the first page, one page for each lesson, and the guides.

    Parameters
    ----------
    lessons : list of Lesson
    folder : path
        The top of the site.
    offline : bool
        Leave out what needs the internet: Colab, Binder, and links to other hosts.

    Returns
    -------
    list of dict
        The sections of all pages, for the search.
    """
    folder = Path(folder)
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    published, guides = urls.repository(), _guides()
    environment.globals |= {"urls": urls, "offline": offline, "lessons": lessons, "points": _points, "guides": guides}
    environment.globals["repository"] = published and f"https://github.com/{'/'.join(published)}"
    for name in SERVED:
        shutil.copy(HERE / name, folder / name)
    found, cells_of = [], {}
    for number, lesson in enumerate(lessons):
        contents = []
        around = {
            "before": lessons[number - 1] if number else None,
            "after": lessons[number + 1] if number + 1 < len(lessons) else None,
        }
        cells = cells_of[lesson.name] = list(page_cells(lesson, folder, contents))
        page = environment.get_template("lesson.html.j2").render(
            lesson=lesson, top="../", contents=contents, cells=cells, **around
        )
        write_whole(folder / lesson.name / "index.html", page)
        text = "".join(cell["html"] for cell in cells)
        found += sections(f"Lesson {lesson.name[:2]}", f"{lesson.name}/index.html", text)
    for name, title in guides.items():
        contents = []
        html = with_anchors(
            _links(markdown((COURSE / "docs" / f"{name}.md").read_text(encoding="utf-8")), offline), contents
        )
        page = environment.get_template("guide.html.j2").render(top="../", title=title, html=html, contents=contents)
        write_whole(folder / "guide" / f"{name}.html", page)
        found += sections(title, f"guide/{name}.html", html)
    _write_sample(environment, folder)
    _write_missing(environment, folder)
    landing = environment.get_template("index.html.j2").render(
        top="", built=list(_built(lessons, cells_of)), live=_live(lessons)
    )
    write_whole(folder / "index.html", landing)
    return found


def page_cells(lesson, folder, contents):
    """Yield ``kind``, ``source``, ``html``, ``printed``, ``figures`` and ``varies`` of each cell on a lesson's page.

    Its headings are added to `contents`. The text is from the released lesson; what given cells print and draw is from the executed
    solution.
    """
    released, solved = (
        nbformat.read(COURSE / version / lesson.name / f"{lesson.name}.ipynb", as_version=4)
        for version in ("lessons", "solutions")
    )
    outputs = {cell.id: cell.get("outputs", ()) for cell in solved.cells}
    for cell in released.cells:
        if cell.cell_type == "markdown":
            yield {
                "kind": "text",
                "source": cell.source,
                "html": with_anchors(markdown(cell.source), contents),
                "printed": "",
                "figures": [],
                "varies": False,
            }
            continue
        kind = _kind(cell)
        shown = [] if kind in ("exercise", "check") else outputs[cell.id]
        yield {
            "kind": kind,
            "source": cell.source,
            "html": python(cell.source),
            "printed": _printed(shown),
            "figures": figures_of(shown, cell.id, lesson, folder),
            "varies": kind == "code" and "nbval-ignore-output" in cell.metadata.get("tags", ()),
        }


def _printed(outputs):
    """Return what a cell prints or reports, as HTML, without its figures."""
    texts = [
        output.get("text") or output.data["text/plain"]
        for output in outputs
        if output.get("name") == "stdout"
        or (output.output_type == "execute_result" and "<img" not in output.data.get("text/html", ""))
    ]
    return Markup(_scrolls("output", f"<pre><samp>{escape(''.join(texts).rstrip())}</samp></pre>")) if texts else ""


def _write_sample(environment, folder):
    """Write the page for instructors and its samples: the report of a made-up class, and one student's feedback."""
    samples = sorted(SAMPLE.glob("*.html"))
    way_back = environment.get_template("sample.html.j2").render()
    for path in samples:
        page = path.read_text(encoding="utf-8").replace("<main>", f"<main>\n{way_back}", 1)
        write_whole(folder / "sample" / path.name, page)
    page = environment.get_template("instructors.html.j2").render(top="", sample=bool(samples))
    write_whole(folder / "instructors.html", page)


def _write_missing(environment, folder):
    """Write the page for a wrong address. A server shows it at any address, so its links begin at the top of the host."""
    top = f"{urlsplit(urls.site()).path}/" if urls.repository() else "/"
    write_whole(folder / "404.html", environment.get_template("404.html.j2").render(top=top))


def _links(html, offline):
    """Return a guide's HTML with links only to guides and to other hosts, since the site has no other files.

    A link that shows the name of a guide's file gets the guide's title instead.
    """
    page = BeautifulSoup(html, "html.parser")
    for link in page.find_all("a"):
        name, _, anchor = link["href"].partition("#")
        if link.text == name and name.removesuffix(".md") in GUIDES:
            link.string = f"“{GUIDES[name.removesuffix('.md')]}”"
        if name.removesuffix(".md") in GUIDES and name.endswith(".md"):
            link["href"] = f"{name.removesuffix('.md')}.html{anchor and '#' + anchor}"
        elif name and (offline or not name.startswith("https://")):
            link.unwrap()
    return str(page)


def _built(lessons, cells_of):
    """Yield the pictures of what a student will have built, for the lessons that are on the site."""
    by_name = {lesson.name: lesson for lesson in lessons}
    for name, start, words in BUILT:
        if name in by_name:
            figure = [cell for cell in cells_of[name] if start in cell["source"] and cell["figures"]][-1]["figures"][0]
            yield {**figure, "top": f"{name}/", "words": words, "lesson": by_name[name]}


def _guides():
    """Return the guides' titles by name: a clone of the course has the guides, an installed package does not."""
    return {name: title for name, title in GUIDES.items() if (COURSE / "docs" / f"{name}.md").exists()}


def _live(lessons):
    """Return the exercise on the first page; None if its lesson is not on the site."""
    reached = {exercise.name for lesson in lessons for exercise in lesson.exercises}
    return LIVE if LIVE in reached else None


def _kind(cell):
    graded = cell.metadata.get("nbgrader", {})
    if graded.get("solution"):
        return "exercise"
    if graded.get("grade"):
        return "check"
    return "explorer" if "explorers." in cell.source else "code"


def _points(lesson):
    return f"{sum(points_of(exercise.name) for exercise in lesson.exercises):g}"
