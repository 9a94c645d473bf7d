"""JupyterLab as a student has it: its first screen, the way through an exercise, and every explorer.

One JupyterLab and one page serve all of it; each test shows its notebook there.
"""

import base64
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from autograder.course import COURSE
from autograder.site import figures
from lessonkit.catalogue import lesson as find_lesson
from tools.benchmarks.explorers import examples
from tools.synthetic_class import answer, find, right, submission

FIRST, LESSON = "00_welcome", "01_activations"
NOTEBOOK = "explorers.ipynb"
FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # searching all of JupyterLab takes long
THEME = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
# How many pixels an explorer is too wide, and the length of its shortest slider.
FITS = """output => {
    const parts = [output, ...output.querySelectorAll('.explorer, .explorer div:has(> canvas)')];
    const sliders = [...output.querySelectorAll('.noUi-target')].map(slider => slider.clientWidth);
    return [Math.max(...parts.map(part => part.scrollWidth - part.clientWidth)), sliders.length ? Math.min(...sliders) : null];
}"""
SHOW = """index => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    return notebook.scrollToItem(index).then(() => notebook.activeCell.node.scrollIntoView());
}"""
# What a reader sees of an explorer: its words, and its picture as a number
SEEN = """output => {
    const pixels = canvas => new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    const sum = data => { let total = 0; for (let i = 0; i < data.length; i++) total = Math.imul(total, 31) + data[i] | 0; return total; };
    const canvases = [...output.querySelectorAll('canvas')];
    return {
        words: output.querySelector('p:not([role])')?.textContent,
        label: canvases[0]?.getAttribute('aria-label'),
        picture: canvases.map(canvas => sum(pixels(canvas))).join(),
        status: output.querySelector('[role=status]')?.textContent,
        height: output.getBoundingClientRect().height,
    };
}"""
FIND = """id => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    return notebook.widgets.findIndex(cell => cell.model.getMetadata('nbgrader')?.grade_id === id);
}"""
IDLE = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel.sessionContext.session.kernel.status === 'idle'
        && panel.content.widgets.every(cell => cell.model.type !== 'code' || cell.model.executionState !== 'running');
}"""
OUTPUT = """index => {
    const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
    return JSON.stringify(cell.model.outputs.toJSON());
}"""


@pytest.fixture(scope="module")
def screen(browser, lab):
    """JupyterLab's page, with the first lesson open as a student finds it; no other host may be asked."""
    hand_out(lab, FIRST, (COURSE / "lessons" / FIRST / f"{FIRST}.ipynb").read_text(encoding="utf-8"))
    page = lab.open(browser, f"{FIRST}/{FIRST}.ipynb")
    foreign = []
    page.on("request", lambda request: request.url.startswith(("http", "ws")) and "127.0.0.1" not in request.url
            and foreign.append(request.url))  # fmt: skip
    yield page
    assert not foreign
    page.close()


def hand_out(lab, name, notebook):
    (lab.folder / name).mkdir()
    (lab.folder / name / f"{name}.ipynb").write_text(notebook, encoding="utf-8")


def test_the_first_screen_is_the_lesson(screen):
    menus = screen.locator(".lm-MenuBar-item").all_inner_texts()
    tabs = " ".join(screen.locator(".lm-TabBar-tab").evaluate_all("tabs => tabs.map(tab => tab.title)"))
    assert "Kernel" in menus and "Nbgrader" not in menus
    assert "File Browser" in tabs and "Assignment" not in tabs
    screen.get_by_role("heading", name="00. Welcome").wait_for()
    assert screen.get_by_role("button", name="Validate").is_visible()


def run_cell(page, grade_id):
    """Put the cursor on a cell and press Shift+Enter, as a student does."""
    index = page.evaluate(FIND, grade_id)
    page.evaluate(SHOW, index)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-command-mode')")
    before = page.evaluate(OUTPUT, index)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    page.wait_for_function(IDLE, polling=100, timeout=60_000)
    return before, page.evaluate(OUTPUT, index)


def test_wrong_told_why_right_validated(screen, lab):
    released = (COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    answers = right(exercise.name for exercise in find_lesson(LESSON).exercises)
    answers.update(answer("relu_backward", find("relu_backward", "gradient_flows_where_relu_is_off")))
    hand_out(lab, LESSON, submission(released, answers))
    page = lab.show(screen, f"{LESSON}/{LESSON}.ipynb")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(IDLE, polling=100, timeout=120_000)

    # The failing check names the mistake, on the page and not only in the model.
    index = page.evaluate(FIND, "check_relu_backward")
    page.evaluate(SHOW, index)
    check = page.locator(f"{FRONT} .jp-Cell").nth(index)
    check.get_by_text("You pass the gradient through where the input was negative").wait_for(timeout=20_000)
    check.get_by_text("relu_backward: 0 of 4 checks pass").wait_for()

    # Type the right answer where the wrong one stands.
    page.evaluate(SHOW, page.evaluate(FIND, "relu_backward"))
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-edit-mode')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("def relu_backward(dout, cache):\n    return dout * (cache > 0)")
    run_cell(page, "relu_backward")
    _, output = run_cell(page, "check_relu_backward")
    assert "all 4 checks pass, 5 of 5 points" in output
    check.get_by_text("relu_backward: all 4 checks pass, 5 of 5 points.").wait_for()

    # nbgrader's own button.
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.locator(f"{FRONT} .jp-Toolbar").get_by_role("button", name="Validate").click()
    page.locator(".jp-Dialog").get_by_text("Success! Your notebook passes all the tests.").wait_for(timeout=120_000)
    page.locator(".jp-Dialog button").last.click()


@pytest.fixture(scope="module")
def page(screen, lab):
    """One notebook with every explorer in a cell of its own, run."""
    first = f"import sys\nsys.path.insert(0, {str(COURSE)!r})\nfrom tools.benchmarks.explorers import examples\nmade = examples()"
    sources = [first, *(f"made[{number}]()" for number in examples()), ""]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.folder / NOTEBOOK)
    page = lab.show(screen, NOTEBOOK)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    return page


class Shown:
    """The explorer of one lesson on the page."""

    def __init__(self, page, number):
        self.page, self.index = page, 1 + list(examples()).index(number)
        page.evaluate(SHOW, self.index)
        cell = page.locator(f"{FRONT} .jp-Cell").nth(self.index)
        self.output = cell.locator(".jp-OutputArea-output")
        self.output.locator("canvas[aria-label]").wait_for(timeout=120_000)
        self.element = self.output.element_handle()

    def seen(self):
        return self.element.evaluate(SEEN)

    def after(self, before):
        """What is seen once it is about something else than before."""
        self._wait("label => output.querySelector('canvas').getAttribute('aria-label') !== label", before["label"])
        return self.seen()

    def is_told(self, words):
        """Wait until a screen reader is told these words."""
        self._wait("words => output.querySelector('[role=status]').textContent === words", words)

    def _wait(self, condition, words):
        function = f"([output, words]) => ({condition})(words)"
        self.page.wait_for_function(function, arg=[self.element, words], polling=50, timeout=10_000)

    def wait_until(self, holds, seconds=10):
        for _ in range(seconds * 20):
            seen = self.seen()
            if holds(seen):
                return seen
            self.page.wait_for_timeout(50)
        raise AssertionError(f"still {seen}")

    def at_rest(self):
        """What is seen once it is told and nothing has changed for half a second: a picture may have been on its way."""
        before = None
        for _ in range(20):
            seen = self.seen()
            if seen == before and seen["status"] == seen["label"]:
                return seen
            before = seen
            self.page.wait_for_timeout(500)
        raise AssertionError("it goes on")

    def press(self, name):
        self.output.get_by_role("button", name=name).click()

    def focus(self):
        """Focus the first control, and return the key that changes its value."""
        control = self.output.locator(".noUi-handle, select").first
        control.focus()
        return "ArrowLeft" if control.get_attribute("role") == "slider" else "ArrowDown"


@pytest.mark.parametrize("number", examples())
def test_reacts_to_the_keyboard(page, number):
    shown = Shown(page, number)
    before = shown.seen()
    key = shown.focus()
    page.keyboard.press(key)
    after = shown.after(before)
    assert after["picture"] != before["picture"] and after["words"] == after["label"]
    assert after["height"] == before["height"], "the layout jumped"
    if number == 10:
        shown.press("Pause")  # it would go on during the next tests
    elif number != 9:  # which keeps changing
        shown.is_told(after["label"])
        assert shown.seen()["label"] == after["label"]


@pytest.mark.parametrize("number, panels", [(1, 2), (3, 2), (9, 2), (10, 3)])
def test_the_panels_stand_side_by_side_where_there_is_room(page, number, panels):
    shown = Shown(page, number)
    boxes = [canvas.bounding_box() for canvas in shown.output.locator("canvas").all()]
    assert len(boxes) == panels and max(box["y"] for box in boxes) - min(box["y"] for box in boxes) < 5
    bottom = max(box["y"] + box["height"] for box in boxes) - shown.output.bounding_box()["y"]
    assert bottom < 600, "the picture is below the fold"


def test_in_the_dark_it_is_dark_and_maps_keep_their_colors(page, monkeypatch):
    monkeypatch.setattr(figures, "PAPER", np.full(3, 0x11 / 255))
    monkeypatch.setattr(figures, "INK", np.full(3, 0xE8 / 255))
    light = {number: drawn(Shown(page, number)) for number in (2, 7)}
    page.evaluate(THEME, "JupyterLab Dark")
    for number, pictures in light.items():
        shown = Shown(page, number)
        shown.output.locator(".explorer.dark").wait_for()
        for before, after in zip(pictures, drawn(shown)):
            expected = np.asarray(Image.open(io.BytesIO(figures.in_the_dark(before)))).astype(int)
            assert np.abs(expected - np.asarray(Image.open(io.BytesIO(after)).convert("RGB"))).max() <= 1
    page.evaluate(THEME, "JupyterLab Light")
    page.locator(".explorer.dark").first.wait_for(state="detached")
    assert drawn(Shown(page, 2)) == light[2]


def drawn(shown):
    """The pictures on the canvases of an explorer, as PNG files."""
    urls = shown.output.evaluate("output => [...output.querySelectorAll('canvas')].map(canvas => canvas.toDataURL())")
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


def test_a_point_is_dragged(page):
    shown = Shown(page, 1)
    box = shown.output.locator("canvas").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=8)
    page.mouse.move(box["x"] + 0.3 * box["width"], middle, steps=8)
    page.mouse.up()
    slider = shown.output.get_by_role("slider")

    def there(seen):  # the picture may not have caught up with the slider yet
        return (
            "x = -3." in seen["label"] and f"x = {float(slider.get_attribute('aria-valuenow')):.1f}:" in seen["label"]
        )

    shown.wait_until(there)


def test_it_trains_while_other_cells_run_and_pauses(page):
    shown = Shown(page, 10)
    shown.press("Start again")
    page.evaluate(SHOW, shown.index)
    before = shown.seen()
    shown.wait_until(lambda seen: seen["picture"] != before["picture"])
    page.evaluate("""() => {
        const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
        notebook.activeCellIndex = notebook.widgets.length - 1;
        notebook.activeCell.model.sharedModel.setSource("'the kernel ' + 'is free'");
        return app.commands.execute('notebook:run-cell');
    }""")  # fmt: skip
    page.wait_for_function(
        """() => JSON.stringify([...window.jupyterapp.shell.currentWidget.content.widgets].at(-1).model.outputs.toJSON()).includes('the kernel is free')"""
    )
    page.evaluate(SHOW, shown.index)
    pause = shown.output.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    shown.output.get_by_role("button", name="Train").wait_for()
    paused = shown.at_rest()
    page.keyboard.press("Enter")
    shown.after(paused)
    shown.press("Pause")


@pytest.fixture(scope="module")
def phone(page):
    """The page as narrow as a phone: for the last tests, because every explorer is drawn anew when the width changes."""
    page.set_viewport_size({"width": 400, "height": 800})
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    return page


@pytest.mark.parametrize("number", examples())
def test_on_a_phone_nothing_scrolls_sideways_and_sliders_are_long(phone, number):
    shown = Shown(phone, number)
    shown.output.locator(".explorer.narrow").wait_for()
    width, least = shown.output.evaluate(FITS)
    assert width <= 0, f"the explorer is {width} pixels too wide"
    assert least is None or least > 150, f"a slider is {least} pixels long"


def test_panels_below_each_other_have_one_scale(phone):
    canvases = Shown(phone, 10).output.locator("canvas").all()
    scales = [canvas.evaluate("canvas => canvas.clientWidth / canvas.width") for canvas in canvases]
    assert max(scales) - min(scales) < 0.01
