"""Makes a submitted notebook gradable, whatever was done to it, and says what was done.

The released notebook says which cells there should be. Check cells are taken from it: what a student made of them does
not count. Everything else is the student's.
"""

import json
import re
from dataclasses import dataclass, field

from autograder.course import MAX_BYTES

MAX_CELLS = 2000


@dataclass
class Recognised:
    """A notebook that can be run and graded.

    Attributes
    ----------
    notebook : dict
        In nbformat's words, with every check cell as it was released, once.
    notes : list of str
        What was mended, in plain words for the student.
    flags : list of str
        What an instructor should look at.
    """

    notebook: dict
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)


class Unreadable(Exception):
    """Nothing of the submission can be recognised; the message says why, in plain words."""


def recognise(data, released):
    """Bring a submission into shape.

    Parameters
    ----------
    data : bytes
        What the student handed in.
    released : dict
        The released notebook.

    Returns
    -------
    Recognised

    Raises
    ------
    Unreadable
        If it is no notebook at all.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"The notebook has {len(data) / 2**20:.0f} MB. Clear its outputs, save it, and hand it in again."
        )
    recognised = Recognised({**released, "cells": []})
    wanted = {_grade_id(cell): cell for cell in released["cells"] if _grade_id(cell)}
    cells, seen, by_text = list(map(_clean, _cells(data))), set(), []
    unmarked = {name: wanted[name] for name in wanted if name not in map(_grade_id, filter(None, cells))}
    for number, cell in enumerate(cells):
        if cell is None:
            recognised.notes.append(f"Cell {number + 1} is damaged and was left out.")
            continue
        name = _grade_id(cell)
        if name is None and (name := _by_text(cell, unmarked)):
            cell["metadata"]["nbgrader"] = unmarked.pop(name)["metadata"]["nbgrader"]
            by_text.append(name)
        if name in wanted and name not in seen:
            seen.add(name)
            cell = _as_released(cell, name, wanted[name], recognised)
        elif name is not None:
            if name in seen:
                recognised.notes.append(f"The cell {name} is there more than once. The first one is graded.")
            cell["metadata"].pop("nbgrader", None)  # a mark that counts for nothing
        recognised.notebook["cells"].append(cell)
    if by_text:
        recognised.notes.append(
            f"Cells had lost nbgrader's marks and were known by what they say: {', '.join(by_text)}."
        )
    _put_in_place(recognised, wanted)
    for number, cell in enumerate(recognised.notebook["cells"]):
        cell["id"] = f"cell-{number:04d}"
    return recognised


def _cells(data):
    """The cells of a notebook of any version."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        if not isinstance(cells, list) or len(cells) > MAX_CELLS:
            raise ValueError("too many cells")
        return cells
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise Unreadable(
            "The file is no readable notebook: perhaps the download or the upload stopped half-way. "
            "Open it in Jupyter, save it, and hand it in again."
        ) from None


def _by_text(cell, unmarked):
    """The lesson's cell that this one must be, by what it says: some editors take the marks away."""
    for name, original in unmarked.items():
        if _is_check(original):
            if cell["source"].strip() == _text(original).strip():
                return name
        elif cell["cell_type"] == "code" and re.search(rf"^(?:def|class) {re.escape(name)}\b", cell["source"], re.M):
            return name
    return None


def _as_released(cell, name, original, recognised):
    """A cell of the lesson's: a check as it was released, an exercise as the student wrote it."""
    if cell["metadata"]["nbgrader"] != original["metadata"]["nbgrader"]:
        recognised.flags.append(f"the grading marks of {name} were changed")
    if _is_check(original):
        if cell["source"] != _text(original) or cell["cell_type"] != original["cell_type"]:
            recognised.notes.append(f"The check cell {name} was changed. It is graded as it was released.")
            recognised.flags.append(f"{name} was edited")
        return _clean(original)
    if cell["cell_type"] != original["cell_type"] == "code":
        recognised.notes.append(f"The cell {name} had been turned into {cell['cell_type']}. It is run as code.")
        cell = {**cell, "cell_type": "code", "outputs": [], "execution_count": None}
    return {**cell, "metadata": json.loads(json.dumps(original["metadata"]))}


def _put_in_place(recognised, wanted):
    """Put check cells that are missing, or stand before their exercise, where they belong; note exercises that are missing."""
    cells, order = recognised.notebook["cells"], list(wanted)
    for number, name in enumerate(order):
        at = {_grade_id(cell): index for index, cell in enumerate(cells) if _grade_id(cell)}
        if not _is_check(wanted[name]):
            if name not in at:
                recognised.notes.append(f"The cell of {name} is missing: there is nothing to grade in it.")
            continue
        exercise = at.get(name.removeprefix("check_"), -1)
        if name in at and at[name] > exercise:
            continue
        if name in at:
            recognised.notes.append(f"The check cell {name} stood before its exercise. It was graded after it.")
            check = cells.pop(at[name])
            cells.insert(exercise, check)
            continue
        recognised.notes.append(f"The check cell {name} was missing. It was put back and graded.")
        before = [at[other] for other in order[:number] if other in at]
        cells.insert(exercise + 1 if exercise >= 0 else max(before) + 1 if before else len(cells), _clean(wanted[name]))


def checks_of(notebook):
    """Every code cell in order: ``(index, source, exercise or None)``."""
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            name = _grade_id(cell)
            yield index, _text(cell), name.removeprefix("check_") if name and _is_check(cell) else None


def opening(released):
    """The sources of the code cells before the first exercise: they do not depend on what a student writes."""
    sources = []
    for cell in released["cells"]:
        if _grade_id(cell):
            break
        if cell["cell_type"] == "code":
            sources.append(_text(cell))
    return tuple(sources)


def unanswered(notebook, released):
    """The grade ids of the cells for an answer that are as they were released, or gone."""
    sources = {_grade_id(cell): cell["source"] for cell in notebook["cells"]}
    answers = [cell for cell in released["cells"] if _grade_id(cell) and cell["metadata"]["nbgrader"].get("solution")]
    return [_grade_id(cell) for cell in answers if sources.get(_grade_id(cell), _text(cell)) == _text(cell)]


def _grade_id(cell):
    marks = cell.get("metadata", {}).get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def _is_check(cell):
    """Whether a cell of the lesson's checks an exercise; an answer that a person grades is the student's own."""
    marks = cell["metadata"]["nbgrader"]
    return bool(marks.get("grade")) and not marks.get("solution") and cell["cell_type"] == "code"


def _text(cell):
    """A cell's source; what is no Unicode in it is replaced."""
    source = cell.get("source", cell.get("input", ""))
    text = "".join(source) if isinstance(source, list) else source
    return text.encode("utf-8", "replace").decode()


def _clean(cell):
    """A cell with the fields that nbformat knows, without outputs; None when it is none."""
    try:
        kind, text, metadata = cell["cell_type"], _text(cell), cell.get("metadata")
    except (AttributeError, KeyError, TypeError):
        return None
    if kind not in ("code", "markdown", "raw"):
        return None
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    clean = {"cell_type": kind, "metadata": json.loads(json.dumps(metadata)), "source": text}
    return {**clean, "outputs": [], "execution_count": None} if kind == "code" else clean
