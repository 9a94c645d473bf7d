"""The browser edition: a newcomer's whole path with a mouse, and lessons that run."""

import contextlib
import hashlib
import json
import re
import time
import zipfile
from pathlib import Path

import pytest
from load import slower

from autograder.course import COURSE
from autograder.grading.worker import work
from autograder.handed_in import Submission
from autograder.publish import urls
from autograder.sandbox import doctor
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import points_of
from lessonkit.plots import figure, image_tag
from tests.browser.conftest import only_the_site
from tools.synthetic_class import answer, find, right

FIRST, LESSON, TRAINING = "00_welcome", "01_activations", "10_regression"
PANEL = "window.jupyterapp?.shell?.currentWidget"
WIDTH = f"() => {PANEL}.content.activeCell.node.getBoundingClientRect().width"
OURS = (".jp-OutputArea", ".jp-MarkdownOutput")
SHOWN = f"() => {PANEL}?.context?.isReady && {PANEL}.content.widgets.length > 1"
SAVED = f"() => !{PANEL}.context.model.dirty"
READY = f"""() => {PANEL}?.sessionContext?.isReady && {PANEL}.content?.widgets?.length
    && {PANEL}.sessionContext.session?.kernel?.status === 'idle'"""
SET = """([id, source]) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    cells.find(cell => cell.model.getMetadata('nbgrader')?.grade_id === id).model.sharedModel.setSource(source);
}"""
RUN = """async index => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    return JSON.stringify(notebook.widgets[index].model.outputs?.toJSON() ?? []);
}"""
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.getMetadata('nbgrader')?.grade_id ?? '', cell.model.sharedModel.source, cell.model.type])"""
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
PHONE = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
# What moves while a kernel starts takes as much of a busy machine as the kernel.
STILL = """addEventListener('DOMContentLoaded', () => {
    const style = document.createElement('style');
    style.textContent = '*, *::before, *::after { animation: none !important; }';
    document.head.append(style);
});"""
COLD = 30  # seconds from the click to a newcomer's first check, at most, with an empty browser cache on an idle machine


@contextlib.contextmanager
def beside(page, address):
    """Another page of the same browser, closed at the end. Opened by a script, it has the same process, which compiles Python once."""
    with page.expect_popup() as opened:
        page.evaluate("address => { open(address); }", address)
    opened.value.set_default_timeout(90_000)
    yield opened.value
    opened.value.close()


def without_kernel(page):
    """From now on Python never arrives: for what is seen without it. Where it is refused, JupyterLite tries again and again."""
    page.route("**/static/pyodide/**", lambda route: None)


def run(page, wanted):
    """Run the cells for which ``wanted(grade id, source)`` is true; return all their outputs."""
    said = ""
    for index, (name, source, kind) in enumerate(page.evaluate(CELLS)):
        if kind == "code" and wanted(name, source):
            said += page.evaluate(RUN, index)
    return said


def choose(page, *names):
    """Choose an entry of the menu with the mouse."""
    page.locator(".lm-MenuBar-item", has_text=names[0]).first.click()
    for name in names[1:]:
        entry = page.locator(".lm-Menu-item", has=page.get_by_text(name, exact=True)).last
        entry.hover()
    entry.click()


def cell(page, wanted):
    """Scroll to the first cell for which ``wanted(grade id, source)`` is true, and return it."""
    index = next(index for index, (name, source, _) in enumerate(page.evaluate(CELLS)) if wanted(name, source))
    there = page.locator(".jp-Notebook .jp-Cell").nth(index)
    there.scroll_into_view_if_needed()
    return there


def type_and_run(page, name, source):
    """Click into an exercise's cell, replace its content, and run it."""
    cell(page, lambda grade_id, _: grade_id == name).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")


def check(page, name):
    """Click into a check's cell and run it."""
    there = cell(page, lambda grade_id, _: grade_id == f"check_{name}")
    there.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return there


def graded(lesson, handed_in):
    """Return the result of grading a downloaded notebook."""
    released = json.loads((COURSE / "lessons" / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    return work(lesson, Submission(handed_in), released, seed=3)


@pytest.fixture(scope="module")
def newcomer(browser, site):
    """Open a newcomer's page. The tests lead from the first page, by a click, to lesson 00 with its kernel."""
    with only_the_site(browser, site, **DESKTOP) as page:
        page.context.add_init_script(STILL)
        yield page


def test_a_newcomers_way_from_the_first_page_to_the_grade(newcomer, site):
    page, answers = newcomer, right(exercise.name for exercise in find_lesson(FIRST).exercises)
    page.goto(f"{site.url}/index.html")
    laps, limit, begin = [], COLD * slower(), time.monotonic()

    def lap(what):
        laps.append(f"{time.monotonic() - begin:5.1f} s  {what}")

    page.get_by_role("link", name="Begin with lesson 00").click()
    page.wait_for_function(SHOWN)
    lap("the lesson is there")
    page.wait_for_function(READY)
    lap("its kernel is there")
    cell(page, lambda _, source: "from lessonkit import" in source and "import numpy" in source).locator(
        ".cm-content"
    ).click()
    page.keyboard.press("Control+Enter")
    wrong = answer("standardize", find("standardize", "only_subtracts_the_mean"))
    type_and_run(page, "standardize", wrong["standardize"])
    check(page, "standardize").get_by_text("The means of the columns are 0 now").wait_for()
    first = time.monotonic() - begin
    lap("the first check answers, and names the mistake")
    for name, source in answers.items():
        type_and_run(page, name, source)
        check(page, name).get_by_text(re.compile(r"all \d checks pass")).wait_for()
    lap("all is right")
    page.wait_for_function(SAVED)
    lap("it is saved")
    with page.expect_download() as download:
        choose(page, "File", "Download")
    assert download.value.suggested_filename.endswith(f"{FIRST}.ipynb")  # JupyterLite puts the folder first
    with page.expect_download() as exported:
        choose(page, "File", "Save and Export Notebook As", "Executable Script")
    lap("downloaded and exported")
    assert exported.value.suggested_filename.endswith(".py")
    if not doctor.missing():  # grading needs every protection of Linux
        grading = graded(FIRST, Path(download.value.path()).read_bytes())
        assert grading.earned == sum(points_of(name) for name in answers) and not grading.flags
        lap("graded like any other")
    print("\n" + "\n".join(laps))
    assert first < limit


def test_progress_lists_what_this_browser_has(newcomer):
    newcomer.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
    cells = newcomer.evaluate(CELLS)
    newcomer.evaluate(
        f"""() => {{ const cell = {PANEL}.content.activeCell;
        cell.model.sharedModel.setSource("import lessonkit, os\\nprint(lessonkit.progress(), os.path.exists(lessonkit.__cached__))"); }}"""
    )
    said = newcomer.evaluate(RUN, newcomer.evaluate(f"() => {PANEL}.content.activeCellIndex"))
    assert len(cells) > 1 and "standardize                      ✓ passes" in said
    assert "12_batchnorm" in said and "2 of 42 exercises pass" in said
    assert "points. True" in said  # the kit's modules come compiled
    assert "stopped" not in said and "cannot" not in said


def test_an_endless_loop_is_left_by_the_menu_and_no_work_is_lost(newcomer):
    page = newcomer
    written = {name: source for name, source, _ in page.evaluate(CELLS) if name}
    type_and_run(page, "standardize", "while True:\n    pass")
    page.wait_for_function(f"() => {PANEL}.sessionContext.session.kernel.status === 'busy'")
    choose(page, "Kernel", "Restart Kernel…")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_function(f"() => {PANEL}.sessionContext.session.kernel.status !== 'busy'")
    page.wait_for_function(READY)
    type_and_run(page, "standardize", written["standardize"])
    assert {name: source for name, source, _ in page.evaluate(CELLS) if name} == written
    assert "3" in newcomer.evaluate(
        RUN,
        page.evaluate(f"""() => {{
        const notebook = {PANEL}.content; notebook.activeCell.model.sharedModel.setSource("1 + 2");
        return notebook.activeCellIndex; }}"""),
    )


def test_the_list_of_packages_names_what_is_there_and_nothing_that_is_not_needed(site):
    folder = site.folder / "lite" / "static" / "pyodide"
    listed = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, package in listed.items():
        assert hashlib.sha256((folder / package["file_name"]).read_bytes()).hexdigest() == package["sha256"], name
        assert set(package["depends"]) <= set(listed), name
    assert "matplotlib" in set(listed) - set(listed["lessonkit"]["depends"]) and "scikit-learn" not in listed
    with zipfile.ZipFile(folder / listed["ipython"]["file_name"]) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".py")], "the browser would compile these"


PUT = """async html => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const index = notebook.widgets.findIndex(cell => cell.model.type === 'code');
    await notebook.scrollToItem(index);
    notebook.widgets[index].model.outputs.add({output_type: 'display_data', metadata: {}, data: {'text/html': html}});
}"""
LIGHTNESS = """async figure => {
    const image = new Image(), canvas = document.createElement('canvas');
    image.src = figure.src;
    await image.decode();
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0];
}"""


@pytest.fixture(scope="module")
def training(newcomer, site):
    """A lesson that trains, opened in JupyterLab, to which the menus of the newcomer's page lead."""
    with beside(newcomer, f"{site.url}/{urls.browser_edition(TRAINING).replace('/notebooks/', '/lab/')}") as page:
        page.wait_for_function(SHOWN)
        yield page


@pytest.mark.parametrize("name, app", [("newcomer", "notebooks"), ("training", "lab")])
def test_it_is_dark_where_the_system_is_and_so_are_its_figures(request, name, app):
    page = request.getfixturevalue(name)
    page.bring_to_front()
    assert f"/lite/{app}/" in page.url
    page.wait_for_function("() => document.body.dataset.jpThemeName === 'JupyterLab Dark'")
    fig, ax = figure()
    page.evaluate(PUT, image_tag(fig, "An empty figure"))
    shown = page.get_by_role("img", name="An empty figure")
    page.wait_for_function("() => document.querySelector('img[alt=\"An empty figure\"]')")
    wait_for(lambda: shown.evaluate(LIGHTNESS) < 40)
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => document.body.dataset.jpThemeName === 'JupyterLab Light'")
    wait_for(lambda: shown.evaluate(LIGHTNESS) == 255)
    page.emulate_media(color_scheme="dark")
    wait_for(lambda: shown.evaluate(LIGHTNESS) < 40)


def wait_for(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def test_a_network_trains_in_the_browser(training):
    page = training
    page.wait_for_function(READY)
    for exercise in find_lesson(TRAINING).exercises:
        for name, source in answer(exercise.name).items():
            page.evaluate(SET, [name, source.replace("num_epochs=60", "num_epochs=3")])
    sources = [source for _, source, _ in page.evaluate(CELLS)]
    training = next(source for source in sources if source.startswith("@functools.cache"))
    until = sources[: sources.index(training)]
    said = run(page, lambda name, source: source in until and not source.startswith("plots."))
    assert said.count("checks pass") == 8 and '"output_type":"error"' not in said
    run(page, lambda name, source: source == training)
    page.get_by_text(re.compile("epoch 3 of 3 · RMS error on the validation set")).wait_for()
    error = page.get_by_text(re.compile("epoch 3 of 3")).inner_text()
    assert 50 < float(re.search(r"set (\d+) m", error)[1]) < 163  # a constant prediction is off by 163 m


LACKS = {
    "no service worker": "delete Navigator.prototype.serviceWorker",  # private windows of some browsers
    "no files": "Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('denied', 'SecurityError'); }})",
}
PRIVATE = "In a private window, open the lesson in an ordinary one instead."


@pytest.mark.parametrize("lack", LACKS)
def test_a_browser_that_keeps_nothing_is_told_what_to_do(page, site, lack):
    without_kernel(page)
    page.add_init_script(LACKS[lack])
    page.goto(f"{site.url}/{urls.browser_edition(LESSON)}")
    bar = page.get_by_role("alert").filter(has_text=PRIVATE)
    bar.wait_for()
    bar.get_by_role("button", name="Close").click()
    bar.wait_for(state="detached")


def test_a_browser_that_keeps_files_is_told_nothing(newcomer):
    newcomer.wait_for_function(SHOWN)
    assert newcomer.get_by_role("alert").filter(has_text=PRIVATE).count() == 0


@pytest.fixture(scope="module")
def phone(newcomer, site):
    """A phone on which a lesson is open, with its kernel."""
    with beside(newcomer, "about:blank") as page:
        page.emulate_media(color_scheme="light")
        screen = page.context.new_cdp_session(page)
        screen.send("Emulation.setDeviceMetricsOverride", PHONE)
        screen.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        page.goto(f"{site.url}/{urls.browser_edition(LESSON)}")
        assert page.evaluate("() => [innerWidth, matchMedia('(pointer: coarse)').matches]") == [400, True]
        page.wait_for_function(READY)
        yield page


def test_a_lesson_on_a_phone(phone, axe):
    page, answers = phone, right(exercise.name for exercise in find_lesson(LESSON).exercises)
    wrong = answer("relu_backward", find("relu_backward", "gradient_flows_where_relu_is_off"))
    for name, source in {**answers, **wrong}.items():
        page.evaluate(SET, [name, source])
    said = run(page, lambda name, source: True)
    assert "Figure: " in said and "font cache" not in said
    run(page, lambda name, source: name == "check_relu_backward")
    page.get_by_text("You pass the gradient through where the input was negative").wait_for()
    assert page.evaluate(WIDTH) > 340

    page.evaluate(SET, ["relu_backward", answers["relu_backward"]])
    said = run(page, lambda name, source: name in ("relu_backward", "check_relu_backward"))
    assert "all 4 checks pass, 5 of 5 points" in said

    run(page, lambda name, source: source.startswith("explorers."))
    picture = page.get_by_role("img", name="ReLU at x = 0.5")
    picture.wait_for()
    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("img", name="ReLU at x = 0.4").wait_for()
    drag_with_a_finger(page, page.locator(".jp-OutputArea canvas").first)
    page.get_by_role("img", name=re.compile(r"ReLU at x = [1-4]\.")).wait_for()
    drag_with_a_finger(page, page.locator(".noUi-handle").first, to=-8, beside=1.3)  # fingers miss a small handle
    page.get_by_role("img", name=re.compile(r"ReLU at x = -\d\.")).wait_for()
    axe(page, within=OURS)


def test_work_survives_a_new_version_of_the_site(phone, site):
    page, answers = phone, right(exercise.name for exercise in find_lesson(LESSON).exercises)
    for name, source in answers.items():
        page.evaluate(SET, [name, source])
    page.wait_for_function(SAVED)  # nobody pressed Save
    page.evaluate(SET, ["relu_backward", "# my work"])
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(SAVED)
    released = f"lite/files/{LESSON}/{LESSON}.ipynb"
    new = (site.folder / released).read_text(encoding="utf-8").replace("relu_forward", "relu_new")
    without_kernel(page)
    try:
        site.changed[released] = new.encode()
        page.reload()
        page.wait_for_function(SHOWN)
        kept = {name: source for name, source, _ in page.evaluate(CELLS)}
        assert {name: kept[name] for name in answers} == {**answers, "relu_backward": "# my work"}
    finally:
        site.changed.clear()


def drag_with_a_finger(page, part, to=0.8, beside=0.5):
    """Drag from the middle of a part of the page to the right; `to` and `beside` are in widths and heights of the part."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    finger = page.context.new_cdp_session(page)
    y = box["y"] + beside * box["height"]
    for kind, share in (("touchStart", 0.5), ("touchMove", (0.5 + to) / 2), ("touchMove", to), ("touchEnd", None)):
        points = [] if share is None else [{"x": box["x"] + share * box["width"], "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
