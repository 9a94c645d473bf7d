"""Turns what a student wrote or displayed into safe HTML: no script, no style, no request, nothing outside its box.

Everything goes through one sanitizer (`nh3`), which keeps only an allowed list. So a student's HTML keeps its words, tables,
lists and pictures, but cannot look like a part of the page that is not the student's.
"""

import base64
import re
from html import escape
from itertools import accumulate

import nh3
from bs4 import BeautifulSoup
from nbconvert.filters import strip_ansi
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import Python3Lexer
from pygments.token import STANDARD_TYPES

from autograder.publish import markdown as markdown_html

MAX_TEXT = 20_000  # characters of one output, or of one cell's Markdown, that are shown
MAX_FORMULA = 2_000
MAX_CODE = 20_000  # characters of one code cell: the time for highlighting can grow with their square
MAX_MARKUP = 100_000  # characters of one cell's or output's HTML, without its pictures
MAX_TAGS, MAX_DEPTH = 10_000, 100  # of one cell or output: the time for parsing grows with the square of the depth
LONG_FORMULA = 25  # characters: a longer formula may be wider than a phone
SHORT_LINE = 40  # characters that fit on a phone
SCROLLS = ' tabindex="0"'  # so that the keyboard can reach and scroll wide parts
WIDE = 520  # pixels: on a phone, a wider picture scrolls, because its letters would be too small
NO_ALT = "A picture without a description."
WIDGET = "application/vnd.jupyter.widget-view+json"
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")

WORDS = {"p", "ul", "ol", "li", "strong", "b", "em", "i", "code"}
MATHEMATICS = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "ms",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip
TAGS = WORDS | MATHEMATICS | {
    "a", "abbr", "blockquote", "br", "caption", "dd", "del", "details", "div", "dl", "dt", "h3", "h4", "h5", "h6", "hr", "img",
    "kbd", "mark", "pre", "q", "s", "samp", "small", "span", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "var",
}  # fmt: skip
GONE = {"script", "style", "title", "template", "iframe", "object", "embed", "textarea", "select", "noscript", "svg", "video"}  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "div": {"tabindex"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "span": {"tabindex"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "math": {"display", "xmlns"},
    "mo": {"stretchy", "fence", "minsize", "maxsize", "separator", "form"},
    "mover": {"accent"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
    **{name: {"id"} for name in HEADINGS[2:]},
}
CLASSES = {"div": {"highlight", "scroll"}, "span": {"scroll"} | {name for name in STANDARD_TYPES.values() if name}}


# HTML reopens unclosed tags of these kinds in each following paragraph, once for each different set of attributes. Without
# attributes, that is at most three times.
REOPENED = re.compile(r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b[^>]*>?", re.I)
PICTURE = re.compile(r"data:image/[^\"'>]*")


def _attribute(tag, name, value):
    """Allow only pictures from the page itself, and only links to allowed places."""
    if name == "src":
        return value if value.startswith("data:image/") else None
    scheme = re.sub(r"[\0-\x20]", "", value).lower()  # as browsers read it
    return None if name == "href" and scheme.startswith("data:") else value


_WELL_FORMED = nh3.Cleaner(
    tags=TAGS | set(HEADINGS), clean_content_tags=GONE, attributes=ATTRIBUTES, attribute_filter=_attribute,
    allowed_classes=CLASSES, url_schemes={"http", "https", "mailto", "data"},
)  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=GONE,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes=CLASSES,
    url_schemes={"http", "https", "mailto", "data"},
    id_prefix="text-",
)
_PLAIN = nh3.Cleaner(tags=WORDS, clean_content_tags=GONE, attributes={})


def text(source):
    """Return text as it is."""
    return f"<pre>{escape(source)}</pre>"


def code(source):
    """Return Python code with highlighting."""
    if len(source) > MAX_CODE:
        return code(source[:MAX_CODE]) + text(
            f"... the rest is not shown: {len(source) - MAX_CODE} more characters ..."
        )
    return highlight(source, Python3Lexer(stripnl=False), HtmlFormatter())


def formula(latex, display):
    """Return a formula as MathML; one that cannot be converted stays as it was written."""
    try:
        if len(latex) > MAX_FORMULA:
            raise ValueError("too long")
        return markdown_html.mathml(latex, display)
    except Exception:  # any library error about something that a student wrote
        return f"<code>{escape(latex)}</code>"


class _Renderer(markdown_html.Renderer):
    def formula(self, latex, display):
        return formula(latex, display)


def markdown(source, attachments=None, prefix="", plain=False):
    """Return Markdown as HTML.

    Parameters
    ----------
    source : str
    attachments : dict, optional
        Pictures of the cell.
    prefix : str
        Makes the ids of this cell's headings unique.
    plain : bool
        Keep only words and lists.

    Returns
    -------
    html : str
    headings : list of (str, str)
        Each heading's text and its id in the page.
    """
    try:
        html = _markdown(source, attachments)
        return (_PLAIN.clean(html), []) if plain else _tidy(html, prefix)
    except Exception:  # the libraries' errors about something that a student wrote
        return _lines(source), []


def _markdown(source, attachments=None):
    if len(source) > MAX_TEXT or len(re.findall(r"\\\\[\[(]", source)) > MAX_TAGS // 10:
        raise ValueError("too long: the time for parsing it can grow with the square of its length")
    return markdown_html.html(source, _Renderer(attachments))


def _tidy(html, prefix=None):
    """Return sanitized HTML and its headings; outputs, which have no `prefix`, have no headings."""
    soup, headings = BeautifulSoup(_well_formed(html), "html.parser"), []
    for heading in soup(HEADINGS):
        level = HEADINGS.index(heading.name)
        heading.name, heading.attrs = ("p", {}) if prefix is None else (HEADINGS[min(level + 2, 5)], {})
    for heading in () if prefix is None else soup(HEADINGS):
        words = "".join(part.get_text() for part in heading.contents if part.name != "small").strip()
        heading["id"] = f"{prefix}{re.sub('[^a-z0-9]+', '-', words.lower()).strip('-')}"
        headings.append((words, f"text-{heading['id']}"))
    for image in soup("img"):
        image["alt"] = image.get("alt", NO_ALT)
        if not image.get("src", "").startswith("data:image/"):
            image.replace_with(f"[{image['alt']}]")
        elif _is_wide(image["src"]):
            image.wrap(soup.new_tag("span", attrs={"class": "scroll", "tabindex": "0"}))
    for wide in soup(["table", "math"]):
        inline = wide.name == "math" and wide.get("display") != "block"
        if not inline or len(wide.get_text()) > LONG_FORMULA:
            wide.wrap(soup.new_tag("span" if inline else "div", attrs={"class": "scroll", "tabindex": "0"}))
    return _CLEANER.clean(str(soup)), headings


def _is_wide(source):
    """Return whether an embedded PNG has more pixels across than a phone can show legibly."""
    kind, _, data = source.partition(";base64,")
    if kind != "data:image/png":
        return False
    try:
        head = base64.b64decode(data[:32])
    except ValueError:
        return False
    return len(head) == 24 and int.from_bytes(head[16:20], "big") > WIDE


def _well_formed(html):
    """Return HTML with all tags closed, which can be parsed in time proportional to its length.

    Raises
    ------
    ValueError
        If it is too long, or nested too deeply.
    """
    if html.count("<") > MAX_TAGS or len(PICTURE.sub("", html)) > MAX_MARKUP:
        raise ValueError("too much HTML")
    html = _WELL_FORMED.clean(REOPENED.sub(r"<\1>", html))
    tags = re.findall(r"<(/?)(\w+)", html)
    depths = accumulate(-1 if end else name not in ("br", "hr", "img") for end, name in tags)
    if len(tags) > 3 * MAX_TAGS or max(depths, default=0) > MAX_DEPTH:
        raise ValueError("too many nested tags")
    return html


def output(shown):
    """Return one output of a cell as HTML."""
    try:
        return _output(shown)
    except Exception:  # the libraries' errors about something that a student displayed
        return text("This output cannot be shown.")


def _output(shown):
    if shown.output_type == "stream":
        return _lines(shown.text)
    if shown.output_type == "error":
        return _error(shown)
    data = shown.data
    if "text/html" in data:
        return _tidy(data["text/html"])[0]
    for kind in IMAGES:
        if kind in data:
            return _picture(kind, data[kind])
    if "text/markdown" in data or "text/latex" in data:
        return _tidy(_markdown(data.get("text/markdown", data.get("text/latex"))))[0]
    words = data.get("text/plain", "")
    if WIDGET in data and re.match(r"\w+\(", words):
        return "<p>An interactive figure, which works only in the notebook.</p>"
    return _lines(words)


def _picture(kind, content):
    """Return a picture that a cell drew. As an image, an SVG runs no script and loads nothing."""
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    source = f"data:{kind};base64,{escape(content)}"
    picture = f'<img alt="{NO_ALT}" src="{source}">'
    return _CLEANER.clean(f'<span class="scroll"{SCROLLS}>{picture}</span>' if _is_wide(source) else picture)


def _lines(printed, wrapped=False):
    """Return printed text as a terminal would show it; a long line scrolls or, if `wrapped`, goes on in the next one."""
    printed = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in strip_ansi(printed).rstrip("\n").split("\n"))
    printed = re.sub(r"[^\n\t -\U0010ffff]", "\N{REPLACEMENT CHARACTER}", printed)
    if len(printed) > MAX_TEXT:
        printed = f"{printed[:MAX_TEXT]}\n... the rest is not shown: {len(printed) - MAX_TEXT} more characters ..."
    wide = any(len(line) > SHORT_LINE for line in printed.splitlines())
    return f"<pre{' class=wrapped' if wrapped else SCROLLS if wide else ''}>{escape(printed)}</pre>"


def error_line(shown):
    """Return an error in one line, without the code that it came from."""
    return _lines(f"{shown.ename}: {shown.evalue}", True) if shown.output_type == "error" else output(shown)


def _error(shown):
    """Return an error: the line that says what it is, and below it the place where it came from."""
    traceback = re.sub(r"/[^\s:]+", _without_folders, "\n".join(shown.traceback))
    if len(shown.traceback) < 2:
        return _lines(traceback, True)
    first = _lines(f"{shown.ename}: {shown.evalue}".strip(": "), True)
    return f"{first}<details><summary>Where the error came from</summary>{_lines(traceback)}</details>"


def _without_folders(path):
    """Return the end of a path that is the same on every machine."""
    start = max(path[0].rfind(f"/{known}") for known in ("bundle/", "site-packages/", "python3"))
    return path[0][start + 1 :] if start > 0 else path[0]
