"""Formulas have the spaces that a book would give them."""

import re

import pytest

from autograder.publish.markdown import mathml


def formula(latex):
    """Return the MathML of a formula within its outer row."""
    return re.search(r"<math[^>]*><mrow>(.*)</mrow></math>", mathml(latex, "inline"))[1]


def test_a_minus_sign_that_negates_stands_close():
    signs = re.findall(r"<mo[^>]*>−</mo>", formula(r"a - b = -c + e^{-x} (-1)"))
    assert ["prefix" in sign for sign in signs] == [False, True, True, True]
    signs = re.findall(r"<mo[^>]*>−</mo>", formula(r"(2,\ -1) \quad \text{batch} - 1"))
    assert ["prefix" in sign for sign in signs] == [True, False]


@pytest.mark.parametrize(
    "latex, before, after",
    [
        (r"\log p", False, True),
        (r"\ln 2", False, True),
        (r"\log(p)", False, False),
        (r"v \tanh(x)", True, False),
        (r"- \log \frac{a}{b}", False, True),
        (r"\max_i \frac{a}{b}", False, True),
        (r"\operatorname{Var}(s)", False, False),
    ],
)
def test_the_name_of_a_function_has_a_thin_space_beside_a_letter_or_number(latex, before, after):
    name = r"(?:<msub>)?<m[io]>[A-Za-z]{2,}</m[io]>(?:<mi>i</mi></msub>)?"
    space = r"<mspace[^>]*></mspace>"
    html = formula(latex)
    assert "<mo>max" not in html and "<mo>Var" not in html
    assert bool(re.search(space + name, html)) == before and bool(re.search(name + space, html)) == after


def test_no_space_follows_a_comma_in_a_number_or_before_a_parenthesis():
    for latex, wide in ((r"65{,}536", False), ("(N,)", False), ("(N, D)", True)):
        assert ('rspace="0"' not in formula(latex)) == wide


def test_bars_stand_close_to_what_they_enclose():
    signs = re.findall(r"<mo[^>]*>[|−]</mo>", formula(r"\max(1,\ |-x| + |y|) - |z|"))
    forms = [re.search(r'form="(\w+)"', sign) for sign in signs]
    assert [form and form[1] for form in forms] == [
        "prefix", "prefix", "postfix", "prefix", "postfix", None, "prefix", "postfix",
    ]  # fmt: skip


def test_signs_that_are_no_operators_and_operators_that_are_no_signs():
    assert "<mi>∞</mi>" in formula(r"-\infty")
    assert "<mo>±</mo>" in formula(r"x \pm h")
    assert re.search("<mo[^>]*>′</mo>", formula("f'(x)"))


def test_a_word_with_an_underscore_is_a_name():
    assert "<mi>fan_in</mi>" in formula(r"\frac{1}{\text{fan\_in}}")
