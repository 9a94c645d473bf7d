"""Where a line may break in a formula, and beside it."""

from autograder.publish.markdown import mathml
from autograder.site.formulas import in_line
from autograder.site.pages import markdown


def test_a_line_breaks_in_long_formulas_only_and_never_before_a_negation():
    assert in_line(mathml("x - 1 = -y", "inline")).count("<wbr>") == 0
    latex = r"\frac{1}{N} (a_1 + a_2 + a_3 + a_4) = - (b_1 + b_2 + b_3 + b_4 + b_5)"
    pieces = in_line(mathml(latex, "inline")).split("<wbr>")
    assert len(pieces) > 1 and not any(piece.startswith("<math><mrow><mo>−") for piece in pieces)


def test_no_line_breaks_between_a_formula_and_the_sign_beside_it():
    html = markdown("It is $x$, so ($y$) and $z$.")
    assert html.count('<span class="whole">') == 3
    assert "</math>,</span> so" in html and '<span class="whole">(<math>' in html and "</math>.</span>" in html
    assert "whole" not in markdown("an entry $x$ of")
    assert '<span class="whole">(<code>main</code>).</span>' in markdown("the branch (`main`).")


def test_a_formula_on_a_line_of_its_own_is_in_no_paragraph():
    html = markdown("so\n\n$$x = 3$$\n\nis")
    assert "<p><div" not in html and html.count("<p>") == html.count("</p>") == 2
