"""Every figure of every lesson: nothing is cut off at the edge, and no axes lie on each other."""

import json
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from autograder.course import COURSE
from autograder.grading.repair import checks_of
from autograder.sandbox.inside import cells
from lessonkit import plots
from lessonkit.catalogue import lessons
from lessonkit.plots import fast, picture


@pytest.fixture
def shell():
    yield cells.make_shell()
    cells.Shell.clear_instance()


@pytest.mark.parametrize("name", lessons())
def test_nothing_is_cut_off_and_nothing_overlaps(name, shell, monkeypatch):
    drawn, draw = [], picture.image_tag

    def keep(fig, alt):
        drawn.append(fig)
        return draw(fig, alt)

    monkeypatch.setattr(picture, "image_tag", keep)
    notebook = json.loads((COURSE / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    for source in (source for _, source, exercise in checks_of(notebook) if not exercise):
        drawn.clear()
        outputs = cells.run_cell(shell, source, 120, 10**7)
        assert not [each for each in outputs if each["output_type"] == "error"], source
        for fig in drawn:
            assert not list(faults(fig)), source


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


def faults(fig):
    """What is wrong with a figure's layout, in words."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    renderer, (width, height) = canvas.get_renderer(), fig.get_size_inches()
    whole = fig.get_tightbbox(renderer)
    if whole.x0 < -0.02 or whole.y0 < -0.02 or whole.x1 > width + 0.02 or whole.y1 > height + 0.02:
        yield f"something is cut off: {whole.extents} in {width} x {height}"
    boxes = [box for ax in fig.axes if (box := ax.get_tightbbox(renderer))]
    for one, other in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        if across > 2 and down > 2:  # pixels
            yield f"axes overlap by {across:.0f} x {down:.0f} pixels"
