"""Renders Jupyter's Markdown as HTML, with formulas as MathML, which browsers draw and screen readers read."""

import re

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.publish.formulas import tidy

# The line that begins an exercise: its number and title, and how hard and long it is.
EXERCISE = re.compile(r"<strong>(Exercise \d+ of \d+: .*?)</strong>\s*(.*)", re.DOTALL)


class Renderer(IPythonRenderer):
    """Renders Markdown, with the title of an exercise as a heading; a page that shows formulas differently overrides `formula`.

    Parameters
    ----------
    attachments : dict, optional
        Pictures of the notebook's cell.
    """

    def __init__(self, attachments=None):
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)

    def paragraph(self, text):
        if title := EXERCISE.fullmatch(text):
            return "<h3>{} <small>{}</small></h3>\n".format(*title.groups())
        return super().paragraph(text)

    def formula(self, latex, display):
        """Return a formula as HTML; `display` is "inline" or "block"."""
        return mathml(latex, display)

    def inline_math(self, body):
        return self.formula(body, "inline")

    def block_math(self, body):
        return self.formula(body, "block")

    def latex_environment(self, name, body):
        return self.formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def mathml(latex, display):
    """Return a formula as MathML."""
    return tidy(convert(latex.strip(), display=display))


def html(source, renderer):
    """Return Markdown as HTML."""
    return MarkdownWithMath(renderer).render(source)
