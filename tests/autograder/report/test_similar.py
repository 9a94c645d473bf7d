"""Renaming, or another constant, does not hide a copy; a short right answer does not look like one."""

import textwrap

import pytest

from autograder.report.similar import form

ONE = '''
def mse_loss(x, y):
    """The loss."""
    # as in the lecture
    difference = x - y
    total = 0.0
    for row in range(difference.shape[0]):
        total += np.sum(difference[row] ** 2) / 7
    return total, 2 * difference
'''


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("difference", "delta").replace("row", "i"),
        lambda s: s.replace("7", "9").replace("0.0", "0.5"),
        lambda s: s.replace('"""The loss."""', "").replace("# as in the lecture", "# mine"),
        lambda s: s.replace("x - y", "(x  -  y)"),
    ],
)
def test_names_constants_and_comments_do_not_count(change):
    assert form(ONE) == form(change(ONE)) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("x - y", "y - x"),
        lambda s: s.replace("+=", "-="),
        lambda s: s.replace("np.sum", "np.mean"),
        lambda s: s.replace("range(difference.shape[0])", "range(len(difference))"),
        lambda s: s.replace("7", "'seven'"),
    ],
)
def test_what_the_code_does_counts(change):
    assert form(ONE) != form(change(ONE))


@pytest.mark.parametrize("source", ["def f(:", "%time 1", "x = " + "(" * 300 + ")" * 300, "\0"])
def test_what_cannot_be_read_has_no_form(source):
    assert form(textwrap.dedent(source)) is None
