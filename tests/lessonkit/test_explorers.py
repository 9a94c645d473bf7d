"""Every explorer without a browser: it draws for every setting of its controls, and describes what it shows."""

import asyncio
import functools
import io
import json
import warnings
from html import escape

import numpy as np
import pytest
from PIL import Image

from autograder.course import COURSE
from lessonkit import explorers
from lessonkit.catalogue import lessons
from lessonkit.explorers import Still, explorer, panel, stage, widgets
from tools.benchmarks.explorers import examples

WIDGET = "application/vnd.jupyter.widget-view+json"
EXAMPLES = examples()
by_lesson = pytest.mark.parametrize("number", EXAMPLES)


@pytest.fixture(autouse=True)
def no_loop_of_the_browser():
    """Playwright leaves its event loop running in a process that has run tests in a browser."""
    browser = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(browser)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@functools.cache
def drawn(number):
    """One explorer for the tests that leave it as it was."""
    return EXAMPLES[number]()


def stops(control):
    """Return the values at both ends of a control and in the middle, or all choices of a list."""
    if hasattr(control, "options"):
        return list(control.options)
    steps = round((control.max - control.min) / control.step)
    return [control.min, control.min + steps // 2 * control.step, control.max]


def sizes(pictures):
    return [(png.width, png.height) for png in pictures]


@by_lesson
def test_draws_wherever_its_controls_stand(number):
    shown = drawn(number)
    size, first = sizes(shown.pictures), {name: control.value for name, control in shown.controls.items()}
    trains = hasattr(shown, "run")
    for name, control in shown.controls.items():
        said, seen = set(), set()
        for value in stops(control):
            if trains:
                shown.run.forget()
            pictures, words = shown.stage.at({**first, name: value})
            assert pictures, words
            assert sizes(pictures) == size, "the pictures differ in size, so the layout would jump"
            assert 20 < len(words) < 500
            said.add(words)
            seen.add(tuple(png.data for png in pictures))
        assert len(said) > 1 and len(seen) > 1, f"the control {name} changes nothing"


@by_lesson
def test_what_it_drew_before_leaves_nothing_behind(number):
    if number in (9, 10):
        pytest.skip("training continues from where it was")
    shown = drawn(number)
    name, control = next(iter(shown.controls.items()))
    first = {each: c.value for each, c in shown.controls.items()}
    before = shown.stage.at(first)
    shown.stage.at({**first, name: stops(control)[-1]})
    assert shown.stage.at(first) == before


@by_lesson
def test_the_figure_stands_beside_the_widget(number, monkeypatch):
    bundle = EXAMPLES[number]()._repr_mimebundle_()
    assert WIDGET in bundle
    monkeypatch.setattr(explorer, "Explorer", None)
    still = EXAMPLES[number]()
    assert isinstance(still, Still)
    assert bundle["text/html"] == still._repr_html_()
    assert bundle["text/plain"] == repr(still) == f"Figure: {still.words}"
    assert f'<img alt="{escape(still.words, quote=True)}"' in still._repr_html_()


@by_lesson
def test_functions_that_are_not_ready_get_one_kind_line(number):
    def empty(function):
        def not_written(*_, **__):
            raise NotImplementedError

        return not_written

    def nonsense(function):
        return lambda *_, **__: None

    if number == 0:
        pytest.skip("lesson 00 passes it no functions")
    for change, told in ((empty, "is still empty. Write it first"), (nonsense, "Fix what the checks above report")):
        still = EXAMPLES[number](change)
        assert isinstance(still, Still) and not still.pictures
        assert told in still.words and "img" not in still._repr_html_()


PHONE = 296  # pixels that JupyterLab leaves on a page 400 pixels wide


@by_lesson
def test_on_a_narrow_page_it_is_drawn_narrower_and_nothing_is_cut_off(number):
    shown = drawn(number)
    before = sizes(shown.pictures)
    shown.view.room = PHONE
    for png, wide, ax in zip(shown.pictures, before, shown.stage.axes):
        least = stage.LEGIBLE if ax.get_aspect() == "auto" else stage.CROWDED
        assert png.width <= wide[0] and PHONE / png.width > least - 0.02, "its letters are too small"
        edges = np.asarray(Image.open(io.BytesIO(png.data)))[:, [0, -1]]
        assert edges.min() == 255, "something is cut off at the left or right"
    shown.view.room = 2000
    assert sizes(shown.pictures) == before


def test_a_wide_page_changes_nothing(monkeypatch):
    shown = EXAMPLES[1]()
    monkeypatch.setattr(shown, "redraw", lambda: pytest.fail("drawn again"))
    shown.view.room = 900


def test_a_point_is_dragged_on_a_narrow_page():
    shown = EXAMPLES[2]()
    before = shown.view.areas
    shown.view.room = 150
    (area,) = shown.view.areas
    assert area != before[0]
    shown.view.pointer = {"panel": 1, "x": area["left"], "y": area["bottom"]}
    assert (shown.controls["slope"].value, shown.controls["intercept"].value) == (-14, 0)


def test_the_colors_of_maps_are_those_of_the_figures():
    scale = np.frombuffer(stage.colors_of_maps(), np.uint8).reshape(-1, 3)
    assert len(scale) == 256 and tuple(scale[0]) == (0, 34, 78) and tuple(scale[-1]) == (254, 232, 56)


def test_a_failure_on_the_way_keeps_the_picture():
    ax = panel()

    def draw(x):
        if x > 2:
            raise ValueError("too far")
        ax.plot([0, x], [0, 1])
        return f"A line that ends at x = {x}."

    shown = explorers.explore(draw, ax, x=(0, 4, 1, 1))
    before = shown.pictures
    shown.controls["x"].value = 3
    assert shown.pictures == before and "ValueError: too far" in shown.words
    shown.controls["x"].value = 2
    assert shown.pictures != before and "ends at x = 2" in shown.words


def test_a_new_scale_is_drawn_and_only_then():
    ax = panel(xlim=(0, 1), ylim=(0, 1))
    stage_ = stage.Stage(lambda right: ax.set_xlim(0, right) and "The axis ends there.", [ax])
    (one,), _ = stage_.at({"right": 1})
    (two,), _ = stage_.at({"right": 2})
    assert one != two and len(stage_.backgrounds) == 2
    for right in range(3, 40):
        stage_.at({"right": right})
    assert len(stage_.backgrounds) <= stage.BACKGROUNDS
    assert stage_.at({"right": 1})[0] == [one]


def test_dragging_moves_the_sliders_and_draws_once(monkeypatch):
    shown = EXAMPLES[2]()
    drawn = []
    monkeypatch.setattr(shown, "redraw", lambda: drawn.append(1))
    (area,) = shown.view.areas
    assert area["panel"] == 1 and area["x"] and area["y"]
    shown.view.pointer = {"panel": 1, "x": area["left"], "y": area["top"]}
    assert (shown.controls["slope"].value, shown.controls["intercept"].value) == (-14, 20)
    shown.view.pointer = {"panel": 1, "x": (area["left"] + area["right"]) / 2, "y": 2.0}
    assert (shown.controls["slope"].value, shown.controls["intercept"].value) == (-4, 0)
    assert len(drawn) == 2


def test_without_anywidget_the_picture_is_html(monkeypatch):
    monkeypatch.setattr(widgets, "anywidget", None)
    shown = EXAMPLES[1]()
    assert isinstance(shown.view, widgets.Html)
    before = shown.view.value
    shown.controls["x_of_the_point"].value = -2.0
    assert "x = -2.0" in shown.view.value and before != shown.view.value


class Count:
    """A training run that counts."""

    def __init__(self):
        self.done = 0


def count(end=5):
    ax = panel(xlim=(0, end), ylim=(0, 1))

    def advance(run):
        run.done += 1
        return run.done < end

    def draw(run, rate):
        ax.plot([0, run.done], [0, 1])
        return f"Counted to {run.done} of {end} with rate {rate}."

    return explorers.train(lambda rate: Count(), advance, draw, ax, rate=["1", "2"])


def done(shown):
    return shown.run.run.done


def test_training_leaves_the_kernel_free_and_can_be_paused(monkeypatch):
    monkeypatch.setattr(widgets, "REST", 0)

    async def a_student():
        shown = count(1000)
        button = shown.button
        assert done(shown) == 1 and button.description == "Train"
        button.click()
        assert button.description == "Pause"
        for _ in range(5):
            await asyncio.sleep(0)
        paused_at = done(shown)
        assert 1 < paused_at < 1000 and f"Counted to {paused_at} " in shown.words
        button.click()
        for _ in range(5):
            await asyncio.sleep(0)
        assert done(shown) == paused_at and button.description == "Train"
        button.click()
        await asyncio.sleep(0)
        assert done(shown) > paused_at
        other = count(1000)  # this is what happens when the cell is run once more
        assert button.description == "Train" and shown.task is None
        other.button.click()
        button.click()
        assert other.task is None and shown.task is not None
        button.click()

    asyncio.run(a_student())


def test_a_new_choice_begins_a_new_run_and_trains_to_the_end(monkeypatch):
    monkeypatch.setattr(widgets, "REST", 0)

    async def a_student():
        shown = count()
        shown.controls["rate"].value = "2"
        assert done(shown) == 1 and "rate 2" in shown.words
        await shown.task
        assert done(shown) == 5 and shown.button.description == "Train"
        shown.button.click()  # train once more, from the beginning
        await asyncio.sleep(0)
        assert done(shown) < 5
        await shown.task

    asyncio.run(a_student())


def test_without_a_loop_it_trains_to_the_end_at_once():
    shown = count()
    shown.button.click()
    assert "Counted to 5 of 5" in shown.words and shown.task is None


def test_training_that_fails_says_so_and_stops():
    ax = panel()

    def advance(run):
        run.done += 1
        if run.done > 2:
            raise KeyError("learning_rate")
        return True

    shown = explorers.train(lambda: Count(), advance, lambda run: f"Counted to {run.done}, so far.", ax)
    shown.button.click()
    assert "KeyError" in shown.words and shown.pictures


def test_training_blows_up_in_words():
    for number in (9, 10):
        shown = EXAMPLES[number]()
        shown.run.forget(first=1000)
        rate = {9: "1.0", 10: "0.1"}[number]
        given = {name: control.value for name, control in shown.controls.items()} | {"learning_rate": rate}
        if number == 10:
            shown.run.advance = lambda solver: solver.loss_history.append(np.nan)
        pictures, words = shown.stage.at(given)
        assert pictures and "blew up" in words


def test_recorded_lessons_hold_the_figure_and_no_widget():
    for name in lessons():
        cells = json.loads((COURSE / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        shown = [cell for cell in cells if any(line.startswith("explorers.") for line in cell["source"])]
        assert len(shown) == 1, name
        assert "nbval-ignore-output" in shown[0]["metadata"]["tags"]
        (output,) = shown[0]["outputs"]
        assert set(output["data"]) == {"text/plain", "text/html"}
        assert '<img alt="' in "".join(output["data"]["text/html"])
