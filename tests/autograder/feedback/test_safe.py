"""What a student wrote or displayed is made safe: the words stay, and everything that could act or deceive is removed."""

import base64
import io
import json
import re
import time

import nbformat
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from autograder.course import COURSE
from autograder.feedback import safe
from lessonkit import plots
from lessonkit.catalogue import lessons

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>a</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "<a href='DATA:text/html,x'>a</a><a href=' \x01data:text/html,x'>a</a><a href='da\nta:text/html,x'>a</a>",
    "<style>header{display:none}</style><link rel=stylesheet href=//example.org>",
    "<div style='position:fixed;top:0' id=summary class=report role=alert>30 of 30</div>",
    "<iframe src=//example.org></iframe><object data=//example.org></object><embed src=//example.org>",
    "<form action=//example.org><input><button>send</button></form>",
    "<meta http-equiv=refresh content='0;url=//example.org'><base href=//example.org>",
    "<img src='http://example.org/a.png'><img srcset=//example.org/b.png><video poster=//example.org/c.png></video>",
    "<svg><script>alert(1)</script><image href=//example.org/d.png /></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<p title=\"<h4>x</h4><img onerror=alert(1) src=data:image/png,>\">a</p><a title='<img onerror=alert(1)>'>b</a>",
    "</div></section></main><header><h1>All passed</h1></header><noscript><p title='</noscript><script>alert(1)</script>'>",
    "<!--[if IE]><script>alert(1)</script><![endif]--><![CDATA[<script>alert(1)</script>]]>",
    "<h1 id=summary>30 of 30 points</h1><template><script>alert(1)</script></template>",
]
GONE = {
    "script",
    "style",
    "link",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "meta",
    "base",
    "video",
    "svg",
}


def output(data, **more):
    return nbformat.from_dict({"output_type": "display_data", "data": data, "metadata": {}, **more})


def elements(html):
    return BeautifulSoup(html, "html.parser").find_all(True)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_or_deceives_stays(html):
    shown = [safe.output(output({kind: html})) for kind in ("text/html", "text/markdown", "text/latex", "text/plain")]
    shown += [safe.markdown(html)[0], safe.markdown(html, plain=True)[0]]
    for element in (tag for part in shown for tag in elements(part)):
        assert element.name not in GONE | {"header", "main", "section", "h1", "h2"}
        for name, value in element.attrs.items():
            assert name not in ("style", "role", "srcset") and not name.startswith("on"), (element.name, name)
            assert name != "src" or value.startswith("data:image/")
            assert name != "href" or re.match(r"https?:|mailto:|#", value)
            assert name != "id" or value.startswith("text-")
            assert "report" not in value


def test_what_is_displayed_has_no_headings():
    assert safe.output(output({"text/html": "<h1>30 of 30</h1>"})) == "<p>30 of 30</p>"
    assert "<h" not in safe.output(output({"text/markdown": "# 30 of 30"}))


def test_an_error_goes_on_in_the_next_line_and_its_origin_scrolls():
    words = "x and y must have the same first dimension, but have shapes (3,) and (4,)"
    error = nbformat.v4.new_output(
        "error", ename="ValueError", evalue=words, traceback=["line 1", f"ValueError: {words}"]
    )
    said, origin = [tag for tag in elements(safe.output(error)) if tag.name == "pre"]
    assert said["class"] == ["wrapped"] and not said.get("tabindex") and origin["tabindex"] == "0"


def test_words_tables_and_pictures_stay():
    table = "<table border=1 class=dataframe><tr><th>epoch</th></tr><tr><td>3</td></tr></table>"
    assert [tag.name for tag in elements(safe.output(output({"text/html": table})))][1:] == [
        "table", "tbody", "tr", "th", "tr", "td",
    ]  # fmt: skip
    fig, _ = plots.figure()
    drawn = safe.output(output({"text/html": plots.image_tag(fig, "A curve <b> that & rises.")}))
    scrolls, image = elements(drawn)
    assert scrolls["class"] == ["scroll"] and scrolls["tabindex"] == "0"  # it is wider than a phone
    assert image["alt"] == "A curve <b> that & rises." and image["src"].startswith("data:image/png;base64,")


@pytest.mark.parametrize("width, scrolls", [(300, False), (900, True)])
def test_only_a_wide_picture_scrolls(width, scrolls):
    file = io.BytesIO()
    Image.new("1", (width, 5)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    for content in ({"image/png": data}, {"text/html": f"<img src='data:image/png;base64,{data}'>"}):
        tags = [tag.name for tag in elements(safe.output(output(content)))]
        assert tags == (["span", "img"] if scrolls else ["img"])


def test_pictures_have_words_and_come_from_the_page_itself():
    for data in ({"image/png": "iVBORw0KGgo="}, {"text/html": "<img src='data:image/png;base64,AAAA'>"}):
        (image,) = elements(safe.output(output({**data, "text/plain": "<Figure>"})))
        assert image["alt"] == safe.NO_ALT and image["src"].startswith("data:image/png")
    (image,) = elements(safe.output(output({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"})))
    assert image["src"].startswith("data:image/svg+xml;base64,")
    assert safe.markdown("![a curve](http://example.org/a.png)")[0].strip() == "<p>[a curve]</p>"
    attached = safe.markdown("![a curve](attachment:a.png)", {"a.png": {"image/png": "AAAA"}})[0]
    assert 'src="data:image/png;base64,AAAA"' in attached


@pytest.mark.parametrize("name", list(lessons()))
def test_every_formula_of_a_lesson_becomes_mathml(name):
    for cell in nbformat.read(COURSE / "lessons" / name / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            html = BeautifulSoup(safe.markdown(cell.source)[0], "html.parser")
            for code in html("code"):
                code.decompose()
            assert "$" not in html.get_text() and "\\" not in html.get_text(), cell.source
            count = len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", re.sub(r"(?s)```.*?```|`[^`]*`", "", cell.source), re.S))
            assert len(html("math")) == count, cell.source


def test_what_is_no_formula_stays_as_it_was_written():
    for wrong in (r"\frac{<b>}{", "{" * 1500, "x" * 5000, r"\begin{pmatrix} 1"):
        html = safe.markdown(f"a ${wrong}$ b")[0]
        assert wrong in BeautifulSoup(html, "html.parser").get_text()


@pytest.mark.parametrize(
    "words",
    ["<div>" * 30_000, "> " * 3_000 + "x", "[" * 5_000, "\ud800 \x00 \x07", "<![x", "*" * 5_000 + "a", "<" * 9_000],
)
def test_whatever_is_said_is_shown_somehow(words):
    for kind in ("text/html", "text/markdown", "text/plain", "image/svg+xml", "image/png"):
        assert isinstance(safe.output(output({kind: words})), str)
    assert isinstance(safe.markdown(words)[0], str)


def test_printed_text_is_as_a_terminal_leaves_it():
    stream = nbformat.from_dict({"output_type": "stream", "name": "stdout"})
    stream.text = "\x1b[31mred\x1b[0m\n 1%|\r99%|\rdone\r\n<b>\x08\n"
    assert safe.output(stream) == "<pre>red\ndone\n&lt;b&gt;\N{REPLACEMENT CHARACTER}</pre>"
    stream.text = "a" * 50_000
    assert "30000 more characters" in safe.output(stream)


def test_wide_text_can_be_scrolled_with_the_keyboard():
    assert 'tabindex="0"' in safe.output(output({"text/plain": "0.1 " * 30}))
    assert "tabindex" not in safe.output(output({"text/plain": "0.1"}))
    assert 'tabindex="0"' in safe.markdown("| a |\n|---|\n| b |")[0]


def test_an_error_says_first_what_it_is_and_no_path_of_the_machine():
    trace = ["File \x1b[32m/tmp/grading-1a/bundle/lessonkit/plots/lesson_01.py:99\x1b[0m", "ValueError: <b>no</b>"]
    html = safe.output(
        nbformat.from_dict({"output_type": "error", "ename": "ValueError", "evalue": "<b>no</b>", "traceback": trace})
    )
    assert html.startswith("<pre class=wrapped>ValueError: &lt;b&gt;no&lt;/b&gt;</pre><details>")
    assert "bundle/lessonkit/plots/lesson_01.py:99" in html and "/tmp" not in html


def test_an_explorer_appears_as_its_figure_and_never_as_a_placeholder():
    widget = {safe.WIDGET: {"model_id": "1"}, "text/plain": "VBox(children=(IntSlider(value=7),))"}
    assert "VBox" not in safe.output(output(widget))
    assert "<img" in safe.output(output({**widget, "text/html": '<img alt="a curve" src="data:image/png;base64,AA">'}))


def test_code_is_marked_and_escaped():
    html = safe.code("x = '<script>'  # a < b\n")
    assert "&lt;script&gt;" in html and 'class="s1"' in html and not json.dumps(html).count("<script")


# Each of these once took time that grew with the square of its length, or of its size as HTML.
SLOW = {
    "a traceback": ("error", "/a" * 60_000),
    "dots": ("error", "." * 120_000),
    "a long cell": ("code", "x." * 10_000_000),
    "unclosed tags": ("text/html", "<a " * 9_000),
    "many attributes": ("text/html", f"<p {' '.join(f'a{i}=1' for i in range(15_000))}>"),
    "open quotes": ("text/html", "<p x='" * 9_000),
    "open comments": ("text/html", "<!--" * 9_000),
    "tables in tables": ("text/html", "<table>" * 9_000),
    "formulas in formulas": ("text/html", "<math>" * 9_000),
    "what is opened again": ("text/html", "".join(f"<b a={i}><p>x" for i in range(4_000))),
    "headings in headings": ("text/markdown", "<h1><div>" * 2_000),
    "open quotes in text": ("text/markdown", "<p x='" * 3_000),
}


@pytest.mark.parametrize("case", SLOW)
def test_what_is_made_to_be_slow_is_not(case):
    kind, words = SLOW[case]
    start = time.process_time()
    if kind == "code":
        assert "the rest is not shown" in safe.code(words)
    elif kind == "error":
        error = {"output_type": "error", "ename": "E", "evalue": words, "traceback": ["first", words]}
        assert len(safe.output(nbformat.from_dict(error))) < 10 * safe.MAX_TEXT
    else:
        assert len(safe.output(output({kind: words}))) < 2**20
    assert time.process_time() - start < 2
