"""In the sandbox, a notebook shows the same outputs that nbclient stored when the solutions were built."""

import json
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder.bank.expected import Live
from autograder.course import COURSE
from autograder.grading.cells import checks_of, opening
from autograder.grading.notebook import grade_notebook
from autograder.sandbox import protections
from autograder.sandbox.fork_server import ForkServer

SOLUTIONS = sorted(path.stem for path in COURSE.glob("solutions/*/*.ipynb"))


def kinds(outputs):
    """Return what is compared: the kind of each output, the stream's name, and the forms in which it can be shown."""
    result = "application/vnd.lessonkit.result+json"  # grading adds this
    return [
        (each["output_type"], each.get("name"), sorted(set(each.get("data", {})) - {result}), each.get("ename"))
        for each in outputs
    ]


def merged(outputs):
    """Return the outputs with each stream in one piece: nbclient cuts a stream in two when the kernel is slow."""
    whole = []
    for each in outputs:
        each = {**each, "text": "".join(each["text"])} if "text" in each else each
        if whole and each.get("name") and whole[-1].get("name") == each["name"]:
            whole[-1]["text"] += each["text"]
        else:
            whole.append(each)
    return whole


@pytest.mark.parametrize("name", SOLUTIONS)
def test_outputs_are_those_of_nbclient(name):
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    notebook = json.loads((COURSE / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = list(checks_of(notebook))
    with ForkServer(name, opening=opening(notebook)) as fork_server:
        graded = grade_notebook(fork_server, [cell[1:] for cell in cells], Live(7))
        assert fork_server.opening and fork_server._bare is None
    for place, (index, source, _) in enumerate(cells):
        cell = notebook["cells"][index]
        if "nbval-ignore-output" in cell["metadata"].get("tags", []):
            continue  # the build leaves out outputs that differ from run to run
        stored = merged(cell["outputs"])
        assert kinds(graded.outputs[place]) == kinds(stored), source
        assert [each.get("text") for each in graded.outputs[place]] == [each.get("text") for each in stored], source
    assert all(result.passed for result in graded.results.values())
    assert not graded.flags and not graded.notes


def texts(outputs):
    """Return the texts of the outputs, without addresses in memory."""
    said = [each.get("text", each.get("data", {}).get("text/plain", "")) for each in outputs]
    return [re.sub("0x[0-9a-f]+", "0x", text) for text in said]


CELLS = """
import sys, matplotlib.pyplot as plt
print(1); print(2, file=sys.stderr); print(3); print(4, end="")
---
print("before"); plt.plot([1, 2]); plt.show(); print("after"); plt.plot([2, 1])
---
plt.figure()
---
from IPython.display import display, HTML, Markdown, clear_output, update_display
display(1, "two", HTML("<b>three</b>")); Markdown("*four*")
---
handle = display("first", display_id=True); print("between"); handle.update("second"); update_display("third", display_id=handle.display_id)
---
print("gone"); clear_output(); print("stays")
---
print("gone later"); clear_output(wait=True); print("new"); clear_output(wait=True)
---
1; 2
---
None
---
print("then an error"); 1 / 0
---
this is no Python
---
raise KeyboardInterrupt
---
%time 1 + 1
---
%%capture
print("captured")
---
import warnings; warnings.warn("look")
---
from ipywidgets import IntSlider
IntSlider()
---
import numpy as np
np.arange(3), {"a": np.eye(2)}
---
import sys; sys.stdout.write("five")
---
_ + 1
---
import pprint; pprint.pprint({i: "x" * 30 for i in range(5)})
---
class Rich:
    def _repr_html_(self): return "<i>rich</i>"
    def _repr_png_(self): return b"png"
Rich()
---
sys.exit()
---
print("goes on")
""".strip().split("\n---\n")


def test_every_kind_of_output_is_stored_as_nbclient_stores_it():
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    with ForkServer("01") as fork_server:
        session = fork_server.session()
        found = [session.run(source)[0] for source in CELLS]
        session.close()
    for source, ours, cell in zip(CELLS, found, notebook.cells):
        stored = merged(cell.outputs)
        assert kinds(ours) == kinds(stored), source
        if "warn" not in source and "%time" not in source:  # file names and times differ
            assert texts(ours) == texts(stored), source


def test_a_notebook_that_begins_otherwise_is_run_from_its_first_cell():
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    with ForkServer("01", opening=("seen = []", "seen.append(1); print(seen)")) as fork_server:
        for cells, said in (
            (["seen = []", "seen.append(1); print(seen)", "seen.append(2); print(seen)"], ["[1]\n", "[1, 2]\n"]),
            (["seen = [0]", "seen.append(1); print(seen)", "seen.append(2); print(seen)"], ["[0, 1]\n", "[0, 1, 2]\n"]),
            (["seen = []", "print(seen)"], ["[]\n"]),
            (["print('seen' in globals())"], ["False\n"]),
        ):
            graded = grade_notebook(fork_server, [(source, None) for source in cells], Live(7))
            assert [each for place in sorted(graded.outputs) for each in texts(graded.outputs[place])] == said


@pytest.mark.parametrize("word", ["load_digits", "get_MNIST_data"])
def test_scikit_learn_is_warm_where_a_lesson_downloads_with_it(word):
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    with ForkServer("01", opening=(f"import sys  # {word}",)) as fork_server:
        session = fork_server.session()
        said = texts(session.run("print('sklearn.datasets' in sys.modules)")[0])
        session.close()
    assert said == [f"{word == 'get_MNIST_data'}\n"]


def test_a_generator_that_comes_in_draws_and_spawns_by_its_state():
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    with ForkServer("01") as fork_server:
        session = fork_server.session()
        session.run("def numbers(rng): return rng.random(), rng.spawn(1)[0].random()")
        drawn = [session.call("numbers", (np.random.default_rng([2024, number]),))[0] for number in (1, 1, 2)]
        session.close()
    assert drawn[0] == drawn[1] and not set(drawn[1]) & set(drawn[2])
    assert drawn[0][0] == np.random.default_rng([2024, 1]).random()
