"""The numbers and plots of the report read as numbers."""

import re

import pytest

from autograder.report import svg
from autograder.report.page import _about


@pytest.mark.parametrize(
    "value, words",
    [(0.98512, "0.985"), (5.94, "5.94"), (104.2, "104"), (2902.7, "2,900"), (1234567, "1,230,000"), (0, "0")],
)
def test_a_measured_number_has_three_digits_and_no_exponent(value, words):
    assert _about(value) == words


@pytest.mark.parametrize("most", [1, 2, 5, 12, 20, 23, 29, 30])
def test_the_highest_score_and_the_axis_are_labeled(most):
    drawing = svg.histogram("Scores", "Scores of all", range(most + 2), [1] * (most + 1), "points", whole=True)
    numbers = [int(number) for number in re.findall(r'text-anchor="middle"[^>]*>(\d+)</text>', drawing)]
    assert numbers[0] == 0 and numbers[-1] == most and numbers == sorted({*numbers}) and len(numbers) <= 10
    assert ">submissions</text>" in drawing


def test_the_last_number_below_a_histogram_is_inside_it():
    drawing = svg.histogram("Memory", "Memory of all", [0, 1500, 3000], [57, 1], "MB")
    (place,) = re.findall(r'<text x="([\d.]+)"[^>]*>3000</text>', drawing)
    assert float(place) + 4 * 8 / 2 <= svg.WIDTH  # a digit is at most 8 wide
