"""Systematic changes to a solved notebook: what people, editors and converters do to a notebook before it is handed in.

A change takes a random generator and a notebook, and changes the notebook in place.
"""

import ast
import copy

from notebook_habits import EDITORS, LINES

from autograder.grading.cells import grade_id, source_of
from lessonkit.statements import statements

CHANGES = {}


def change(function):
    """Register a change of a notebook under its name."""
    CHANGES[function.__name__] = function
    return function


def pick(rng, cells, test=lambda cell: True):
    """Return the index of one of the cells that pass a test, or None."""
    indices = [index for index, cell in enumerate(cells) if test(cell)]
    return rng.choice(indices) if indices else None


def is_code(cell):
    return cell["cell_type"] == "code"


def is_answer(cell):
    source = source_of(cell)
    return is_code(cell) and ("def mse_loss" in source or "def rms_error" in source) and "NotImplemented" not in source


def is_marked(cell):
    return grade_id(cell) is not None


def new_cell(source, kind="code"):
    cell = {"cell_type": kind, "metadata": {}, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


# Moving, copying and deleting cells


@change
def move_a_cell(rng, notebook):
    cells = notebook["cells"]
    cell = cells.pop(pick(rng, cells))
    cells.insert(rng.randrange(len(cells) + 1), cell)


@change
def move_a_marked_cell(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_marked)
    if index is not None:
        cell = cells.pop(index)
        cells.insert(rng.choice([0, len(cells), rng.randrange(len(cells) + 1)]), cell)


@change
def swap_two_cells(rng, notebook):
    cells = notebook["cells"]
    one, other = pick(rng, cells), pick(rng, cells)
    cells[one], cells[other] = cells[other], cells[one]


@change
def shuffle_the_cells(rng, notebook):
    rng.shuffle(notebook["cells"])


@change
def copy_a_cell(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells)
    cells.insert(rng.choice([index + 1, len(cells), 0]), copy.deepcopy(cells[index]))


@change
def copy_exercise_and_check_below(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_answer)
    if index is not None:
        pair = copy.deepcopy(cells[index : index + 3])
        cells[index]["source"] = stub(source_of(cells[index])) if rng.random() < 0.7 else source_of(cells[index])
        cells[index + 3 : index + 3] = pair


def stub(source):
    """Return an answer without its body."""
    head = (
        source[: source.index('"""', source.index('"""') + 3) + 3]
        if source.count('"""') > 1
        else source.splitlines()[0]
    )
    return f"{head}\n    # YOUR CODE HERE\n    raise NotImplementedError()"


@change
def delete_a_cell(rng, notebook):
    notebook["cells"].pop(pick(rng, notebook["cells"]))


@change
def delete_all_but_the_answers(rng, notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if is_answer(cell)]


@change
def delete_the_text(rng, notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if is_code(cell)]


@change
def cells_that_are_none(rng, notebook):
    odd = [
        None,
        5,
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": "what", "source": ""},
        {"cell_type": "code", "source": {}},
    ]
    cells = notebook["cells"]
    cells.insert(rng.randrange(len(cells) + 1), rng.choice(odd))


# Splitting, merging and retyping cells


@change
def split_a_cell(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, lambda cell: "\n" in source_of(cell))
    if index is not None:
        lines = source_of(cells[index]).splitlines()
        cut = rng.randrange(1, len(lines))
        rest = {**copy.deepcopy(cells[index]), "source": "\n".join(lines[cut:])}
        if rng.random() < 0.7:  # as in Jupyter, only one of the two keeps the marks
            rest["metadata"] = {}
        cells[index]["source"] = "\n".join(lines[:cut])
        cells.insert(index + 1, rest)


@change
def merge_two_cells(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells[:-1])
    if index is not None:
        _merge(rng, cells, index, index + 2)


@change
def merge_code_cells(rng, notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if is_code(cell)]
    start = rng.randrange(len(notebook["cells"])) if notebook["cells"] else 0
    if rng.random() < 0.3:
        _merge(rng, notebook["cells"], 0, len(notebook["cells"]))
    else:
        _merge(rng, notebook["cells"], start, start + rng.randrange(2, 5))


def _merge(rng, cells, start, end):
    if cells[start:end]:
        whole = {**rng.choice(cells[start:end]), "source": "\n\n".join(source_of(cell) for cell in cells[start:end])}
        cells[start:end] = [whole]


@change
def retype_a_cell(rng, notebook):
    cells = notebook["cells"]
    cells[pick(rng, cells)]["cell_type"] = rng.choice(["code", "markdown", "raw"])


@change
def retype_a_marked_cell(rng, notebook):
    index = pick(rng, notebook["cells"], is_marked)
    if index is not None:
        notebook["cells"][index]["cell_type"] = rng.choice(["markdown", "raw"])


# Where the answer is


@change
def answer_in_a_new_cell(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_answer)
    if index is not None:
        answer = source_of(cells[index])
        if rng.random() < 0.3:
            cells.pop(index)
        else:
            cells[index]["source"] = stub(answer)
        cells.insert(rng.choice([index, index + 1, len(cells), 0]), new_cell(answer))


@change
def answer_in_the_check(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_answer)
    check = index and pick(rng, cells, lambda cell: str(grade_id(cell)).startswith("check_"))
    if check:
        answer = source_of(cells[index])
        cells[index]["source"] = stub(answer)
        cells[check]["source"] = f"{answer}\n\n{source_of(cells[check])}"


@change
def answers_side_by_side(rng, notebook):
    cells = notebook["cells"]
    answers = [index for index, cell in enumerate(cells) if is_answer(cell)]
    if len(answers) == 2:
        first, second = (source_of(cells[index]) for index in answers)
        place = rng.choice(answers)
        for index in answers:
            cells[index]["source"] = f"{first}\n\n\n{second}" if index == place else stub(source_of(cells[index]))


@change
def answer_in_a_block(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_answer)
    if index is not None:
        indented = "".join(f"    {line}\n" for line in source_of(cells[index]).splitlines())
        block = rng.choice(
            ["if True:\n{}", "try:\n{}finally:\n    pass", "with np.errstate(all='ignore'):\n{}"]
        ).format(indented)
        if rng.random() < 0.5:
            cells[index]["source"] = block
        else:
            cells[index]["source"] = stub(source_of(cells[index]))
            cells.insert(rng.choice([index + 1, len(cells)]), new_cell(block))


@change
def a_name_for_an_answer(rng, notebook):
    cells = notebook["cells"]
    index = pick(rng, cells, is_answer)
    if index is not None:
        source = source_of(cells[index])
        name = "mse_loss" if "def mse_loss" in source else "rms_error"
        renamed = source.replace(f"def {name}", "def solution", 1)
        bound = rng.choice(
            [f"{name} = solution", f"{name}: object = solution", f"{name} = lambda x, y: solution(x, y)"]
        )
        cells[index]["source"] = f"{renamed}\n\n{bound}"


# Additions


@change
def a_line_above(rng, notebook):
    _add_line(rng, notebook, lambda source, line: f"{line}\n{source}")


@change
def a_line_below(rng, notebook):
    _add_line(rng, notebook, lambda source, line: f"{source}\n{line}")


@change
def a_line_between(rng, notebook):
    def between(source, line):
        try:
            starts = [part.node.lineno - 1 for part in statements(source)]
        except SyntaxError:
            starts = []
        lines = source.splitlines()
        lines.insert(rng.choice(starts or [0]), line)
        return "\n".join(lines)

    _add_line(rng, notebook, between)


def _add_line(rng, notebook, put):
    index = pick(rng, notebook["cells"], is_code)
    if index is not None:
        cell = notebook["cells"][index]
        cell["source"] = put(source_of(cell), rng.choice(LINES))


@change
def a_cell_of_its_own(rng, notebook):
    cells = notebook["cells"]
    for _ in range(rng.randrange(1, 4)):
        cells.insert(
            rng.randrange(len(cells) + 1), new_cell(rng.choice(LINES), rng.choice(["code", "code", "markdown"]))
        )


# Traces of editors and formatters


@change
def metadata_of_another_editor(rng, notebook):
    editor = EDITORS[rng.choice(sorted(EDITORS))]
    keeps = rng.random() < 0.5
    for index, cell in enumerate(notebook["cells"]):
        if isinstance(cell, dict):
            cell["metadata"] = {**(cell.get("metadata") or {} if keeps else {}), **editor(index)}


@change
def metadata_of_one_cell_lost(rng, notebook):
    cells = notebook["cells"]
    cells[pick(rng, cells)]["metadata"] = rng.choice([{}, None, [], "x", {"nbgrader": None}, {"nbgrader": []}])


@change
def marks_changed(rng, notebook):
    index = pick(rng, notebook["cells"], is_marked)
    if index is not None:
        marks = notebook["cells"][index]["metadata"]["nbgrader"]
        marks.update(
            rng.choice([
                {"grade_id": "cell-1234"}, {"grade_id": 5}, {"grade_id": "mse_loss"}, {"grade_id": "check_rms_error"}, {"grade": True},
                {"grade": False}, {"points": 100}, {"solution": True}, {"locked": False}, {"schema_version": 1}, {"checksum": "x"},
                {"cell_type": "markdown"}, {"task": True},
            ])
        )  # fmt: skip


@change
def ids_odd(rng, notebook):
    kind = rng.choice(["gone", "same", "number", "long"])
    for index, cell in enumerate(notebook["cells"]):
        if isinstance(cell, dict):
            cell.pop("id", None)
            if kind != "gone":
                cell["id"] = {"same": "x", "number": index, "long": "y" * 200}[kind]


@change
def outputs_odd(rng, notebook):
    odd = [None, "x", {}, [None], [{}], [{"output_type": "stream"}], [{"output_type": "what", "data": 5}],
           [{"output_type": "error", "ename": 5, "traceback": None}], [{"output_type": "display_data", "data": {"text/plain": {"a": 5}}}],
           [{"output_type": "stream", "name": "stdout", "text": ["x" * 1000] * 20}]]  # fmt: skip
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cell["outputs"] = rng.choice(odd)
            cell["execution_count"] = rng.choice([None, 5, "*", -1, 1e99])


@change
def formatted(rng, notebook):
    ways = [
        lambda text: ast.unparse(ast.parse(text)),
        lambda text: f"\n\n{text}\n\n",
        lambda text: "\n".join(f"{line}  " for line in text.splitlines()),
        lambda text: text.replace("    ", "\t"),
        lambda text: text.replace('check("', "check('").replace('")', "')"),
        lambda text: f"{text};" if text.startswith("check(") else text,
        lambda text: f"# a comment\n{text}  # and one at the end",
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("check(", "check (  "),
    ]
    way = rng.choice(ways)
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            try:
                cell["source"] = way(source_of(cell))
            except SyntaxError:
                continue


@change
def version_odd(rng, notebook):
    notebook.update(
        rng.choice([{"nbformat": 5}, {"nbformat": "4"}, {"nbformat_minor": 99}, {"nbformat": None}, {"metadata": None}])
    )
    if rng.random() < 0.3:
        notebook.pop("nbformat", None)
    if rng.random() < 0.3:
        notebook["metadata"] = {
            "kernelspec": {"name": "ir", "language": "R"},
            "language_info": {"name": "R"},
            "colab": {},
        }


@change
def version_3(rng, notebook):
    cells = [{**cell, "input": cell.pop("source"), "language": "python"} if isinstance(cell, dict) and "source" in cell else cell
             for cell in notebook.pop("cells")]  # fmt: skip
    notebook.update(nbformat=3, worksheets=[{"cells": cells}])
