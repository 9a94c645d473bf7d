"""A student's way through an exercise, in a real JupyterLab: wrong, told why, right, validated."""

from autograder.course import COURSE
from lessonkit.catalogue import lesson as find_lesson
from tools.synthetic_class import answer, find, right, submission

LESSON = "01_activations"
FIND = """id => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    return notebook.widgets.findIndex(cell => cell.model.getMetadata('nbgrader')?.grade_id === id);
}"""
SELECT = """index => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    return notebook.scrollToItem(index).then(() => notebook.activeCell.node.scrollIntoView());
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


def run_cell(page, grade_id):
    """Put the cursor on a cell and press Shift+Enter, as a student does."""
    index = page.evaluate(FIND, grade_id)
    page.evaluate(SELECT, index)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-command-mode')")
    before = page.evaluate(OUTPUT, index)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    page.wait_for_timeout(300)
    page.wait_for_function(IDLE, timeout=60_000)
    return before, page.evaluate(OUTPUT, index)


def test_wrong_told_why_right_validated(browser, lab):
    released = (COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    answers = right(exercise.name for exercise in find_lesson(LESSON).exercises)
    answers.update(answer("relu_backward", find("relu_backward", "gradient_flows_where_relu_is_off")))
    folder = lab.folder / LESSON
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").write_text(submission(released, answers), encoding="utf-8")

    page = lab.open(browser, f"{LESSON}/{LESSON}.ipynb")
    foreign = []
    page.on("request", lambda request: request.url.startswith(("http", "ws")) and "127.0.0.1" not in request.url
            and foreign.append(request.url))  # fmt: skip
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(500)
    page.wait_for_function(IDLE, timeout=120_000)

    # The failing check names the mistake, on the page and not only in the model.
    check = page.evaluate(FIND, "check_relu_backward")
    page.evaluate(SELECT, check)
    page.get_by_text("You pass the gradient through where the input was negative").wait_for(timeout=20_000)
    page.get_by_text("relu_backward: 0 of 4 checks pass").wait_for()

    # Type the right answer where the wrong one stands.
    page.evaluate(SELECT, page.evaluate(FIND, "relu_backward"))
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-edit-mode')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("def relu_backward(dout, cache):\n    return dout * (cache > 0)")
    run_cell(page, "relu_backward")
    _, output = run_cell(page, "check_relu_backward")
    assert "all 4 checks pass, 5 of 5 points" in output
    page.get_by_text("relu_backward: all 4 checks pass, 5 of 5 points.").wait_for()

    # nbgrader's own button.
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.get_by_role("button", name="Validate").click()
    page.get_by_text("Success! Your notebook passes all the tests.").wait_for(timeout=120_000)
    assert not foreign
    page.close()


def test_the_first_screen_is_the_lesson(browser, lab):
    folder = lab.folder / "00_welcome"
    folder.mkdir()
    (folder / "00_welcome.ipynb").write_bytes((COURSE / "lessons" / "00_welcome" / "00_welcome.ipynb").read_bytes())
    page = lab.open(browser, "00_welcome/00_welcome.ipynb")
    menus = page.locator(".lm-MenuBar-item").all_inner_texts()
    tabs = " ".join(page.locator(".lm-TabBar-tab").evaluate_all("tabs => tabs.map(tab => tab.title)"))
    assert "Kernel" in menus and "Nbgrader" not in menus
    assert "File Browser" in tabs and "Assignment" not in tabs
    page.get_by_role("heading", name="00. Welcome").wait_for()
    assert page.get_by_role("button", name="Validate").is_visible()
    page.close()
