"""Figures: startup.py inspects the lessons' figures while nbval runs. Here we test the inspection, and that ticks stay the same."""

import runpy

import pytest

from autograder.course import COURSE
from lessonkit import plots
from lessonkit.plots import fast, picture


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Return ``look(fig)``: the faults that a kernel started by nbval reports for a figure."""
    monkeypatch.setattr(picture, "image_tag", picture.image_tag)
    monkeypatch.setenv("FIGURE_FAULTS", str(tmp_path / "faults"))
    runpy.run_path(str(COURSE / "tests" / "solutions" / "startup.py"))

    def look(fig):
        picture.image_tag(fig, "A figure, to be looked at.")
        return (tmp_path / "faults").read_text(encoding="utf-8")

    return look


def test_a_figure_as_it_should_be_has_no_faults(look):
    fig, ax = plots.figure()
    ax.plot([1, 2])
    assert look(fig) == ""


def test_what_is_cut_off_or_overlaps_is_a_fault(look):
    fig, ax = plots.figure()
    ax.text(0.9, 0.5, "longer than what is left to the right of it" * 3)
    assert "something is cut off" in look(fig)
    fig, ax = plots.figure()
    fig.add_axes([0.3, 0.3, 0.4, 0.4])
    assert "axes overlap" in look(fig)


@pytest.mark.parametrize(
    ("number", "words"),
    [(-2, "−2"), (0.5, "0.5"), (1e-8, "10⁻⁸"), (6.1e-5, "6.1·10⁻⁵"), (-2e10, "−2·10¹⁰"), (float("nan"), "nan")],
)
def test_a_number_in_a_figure_has_a_minus_sign_and_a_power_of_ten(number, words):
    assert plots.written(number) == words


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((0.001, 1000), ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]),
        ((2e-5, 20), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10"]),
        ((1e-6, 2e-5), ["10⁻⁶", "2·10⁻⁶", "5·10⁻⁶", "10⁻⁵", "2·10⁻⁵"]),
    ],
)
def test_a_logarithmic_axis_is_labeled_in_one_way(limits, words):
    fig, ax = plots.figure()
    ax.set(xscale="log", xlim=limits)
    ax.xaxis.get_major_locator().set_params(numticks=9)
    plots.image_tag(fig, "An axis, to look at its labels.")
    labels = [*ax.get_xticklabels(), *ax.get_xticklabels(minor=True)]
    inside = [label for label in labels if limits[0] * 0.99 < label.get_position()[0] < limits[1] * 1.01]
    assert [label.get_text() for label in sorted(inside, key=lambda label: label.get_position()[0])] == words


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_only_ticks_in_view_are_made_and_the_picture_is_the_same(scale, monkeypatch):
    pictures = []
    for step in (fast.only_ticks_in_view, lambda fig: None):
        monkeypatch.setattr(fast, "only_ticks_in_view", step)
        fig, ax = plots.figure()
        ax.plot([0.013, 0.987], [12, 970])
        ax.set(xscale=scale, yscale=scale)
        pictures.append((plots.image_tag(fig, "A line that goes up, to look at its ticks."), fig))
    (image, fig), (whole, other) = pictures
    assert image == whole
    for ours, all_of_them in ((fig.axes[0].xaxis, other.axes[0].xaxis), (fig.axes[0].yaxis, other.axes[0].yaxis)):
        low, high = ours.get_view_interval()
        seen = [place for place in all_of_them.get_majorticklocs() if low <= place <= high]
        assert list(ours.get_majorticklocs()) == seen and len(seen) < len(all_of_them.get_majorticklocs())
