"""In the browser edition, Matplotlib is loaded before every cell that draws, and before no other."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from autograder.course import COURSE
from lessonkit import in_browser
from lessonkit.catalogue import lessons


@pytest.mark.parametrize("lesson", lessons())
def test_what_draws_is_known_before_it_runs(lesson):
    notebook = json.loads((COURSE / "solutions" / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    drawing = [cell for cell in cells if "<img" in json.dumps(cell["outputs"])]
    assert drawing and all(in_browser.draws(cell["source"]) for cell in drawing)
    setup = next(cell for cell in cells if "setup" in cell["metadata"].get("tags", ()))
    checks = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade")]
    assert not any(in_browser.draws(cell["source"]) for cell in (setup, *checks))


def test_what_a_lesson_imports_first_works_without_it():
    """Explorers have their widgets then, too: without one of their packages they would be pictures."""
    source = (
        "import sys; sys.modules['matplotlib'] = None; import lessonkit.plots.lesson_01; "
        "from lessonkit.explorers import explorer, widgets; assert explorer.Explorer and widgets.anywidget"
    )
    subprocess.run([sys.executable, "-c", source], check=True, cwd=COURSE)


def test_the_kernel_loads_it_and_runs_the_same_cell(monkeypatch):
    loaded = []

    async def load(name):
        loaded.append(name)

    monkeypatch.setitem(sys.modules, "pyodide_js", SimpleNamespace(loadPackage=load))
    shell = SimpleNamespace(kernel=SimpleNamespace(lite_transform_manager=SimpleNamespace(line_transforms=[])))
    in_browser.settle_in(shell)
    (transform,) = shell.kernel.lite_transform_manager.line_transforms
    for lines, expected in (
        (["from lessonkit.plots import lesson_01 as plots\n"], []),
        (["x = 1\n", "plots.activations(x)\n"], ["matplotlib"]),
    ):
        assert result(transform(lines)) == lines and loaded == expected


def result(coroutine):
    """Return what a coroutine that waits for nothing returns; an event loop may already be running beside it."""
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    return ended.value.value
