"""What a submission, a student's folder or the machine can do to a run: it is told, the others are graded, the next run finishes."""

import json
import pickle

import nbformat
import pytest
from arena import RELEASED, notebook, solved
from test_robustness import by_id

from autograder.grading.repair import recognise
from autograder.nbgrader_plugins.converter import _notebook
from autograder.sandbox.session import MAX_DEPTH, clean_outputs


def nested(depth):
    """A value of JSON in as many others as asked for."""
    value = "deep"
    for _ in range(depth):
        value = {"in": value}
    return value


def marks_of_a_cell_that_is_answered_elsewhere(cells):
    own, other = by_id(cells, "relu_forward"), by_id(cells, "relu_backward")
    other["source"] = [*other["source"], "\n", *own["source"]]
    own["source"] = by_id(json.loads(RELEASED)["cells"], "relu_forward")["source"]
    own["metadata"]["nbgrader"]["more"] = nested(500)


def metadata_everywhere(cells):
    for cell in cells:
        cell["metadata"]["more"] = nested(500)
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["more"] = nested(500)


def an_attachment(cells):
    attachments = {"a.png": nested(500), "b.png": {"image/png": "data", "image/gif": nested(500)}}
    cells.append({"cell_type": "markdown", "metadata": {}, "source": "", "attachments": attachments})


NESTED = [marks_of_a_cell_that_is_answered_elsewhere, metadata_everywhere, an_attachment]


def with_nested(change):
    found = json.loads(notebook(solved()))
    change(found["cells"])
    found["metadata"]["more"] = nested(500)
    return json.dumps(found)


@pytest.mark.parametrize("change", NESTED, ids=lambda change: change.__name__)
def test_what_is_nested_without_end_can_be_sent_and_shown(change):
    data = with_nested(change).encode()
    repaired = recognise(data, json.loads(RELEASED)).notebook
    assert pickle.loads(pickle.dumps(repaired)) == repaired
    nbformat.validate(nbformat.from_dict(repaired))
    assert nbformat.from_dict(_notebook(data)).cells
    assert repaired["cells"][-1].get("attachments", {}).get("b.png", {"image/png": "data"}) == {"image/png": "data"}


def test_outputs_are_kept_as_deep_as_anyone_can_show_them():
    def shown(data, metadata=None):
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        return clean_outputs([output], [])[0]

    plain = {"text/plain": "x", "application/json": {"a": [1, {"b": 2}]}}
    assert shown(plain, {"image/png": {"width": 3}}) == {
        "output_type": "display_data", "data": plain, "metadata": {"image/png": {"width": 3}}
    }  # fmt: skip
    assert shown({"application/json": nested(MAX_DEPTH - 1)})["data"]
    for depth in (MAX_DEPTH, 900):
        cut = shown({"text/plain": "x", "application/json": nested(depth)}, {"image/png": nested(depth)})
        assert cut == {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["line", nested(900)]}
    assert clean_outputs([error], [])[0]["traceback"] == ["line"]
