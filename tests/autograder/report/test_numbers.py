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


def test_the_last_number_below_a_histogram_is_inside_it():
    drawing = svg.histogram("Memory", "Memory of all", [0, 1500, 3000], [57, 1], "MB")
    (place,) = re.findall(r'<text x="([\d.]+)"[^>]*>3000</text>', drawing)
    assert float(place) + 4 * 8 / 2 <= svg.WIDTH  # a digit is at most 8 wide
