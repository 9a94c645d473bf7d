"""Renders Jupyter's Markdown as HTML, with formulas as MathML, which browsers draw and screen readers read."""

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.publish.formulas import tidy


class Renderer(IPythonRenderer):
    """Renders Markdown; a page that shows formulas differently overrides `formula`.

    Parameters
    ----------
    attachments : dict, optional
        Pictures of the notebook's cell.
    """

    def __init__(self, attachments=None):
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)

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
