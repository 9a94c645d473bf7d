"""Makes a submitted notebook gradable, whatever was done to it, and says what was done.

The released notebook says which cells there should be. Check cells are taken from it: what a student made of them does
not count. Everything else is the student's.
"""

import json
from dataclasses import dataclass, field

MAX_BYTES = 20 * 2**20
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
        raise Unreadable(f"The notebook has {len(data) / 2**20:.0f} MB. Clear its outputs, save it, and hand it in again.")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        cells = notebook["cells"]
        if not isinstance(cells, list) or len(cells) > MAX_CELLS:
            raise ValueError("too many cells")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(
            "The file is no readable notebook: perhaps the download or the upload stopped half-way. "
            "Open it in Jupyter, save it, and hand it in again."
        ) from None

    found = Recognised({**released, "cells": []})
    wanted = {_grade_id(cell): cell for cell in released["cells"] if _grade_id(cell)}
    order = list(wanted)
    seen = {}
    for number, cell in enumerate(cells):
        cell = _clean(cell)
        if cell is None:
            found.notes.append(f"Cell {number + 1} is damaged and was left out.")
            continue
        name = _grade_id(cell)
        if name not in wanted:
            cell["metadata"].pop("nbgrader", None)  # a mark that is not ours
            found.notebook["cells"].append(cell)
            continue
        original = wanted[name]
        if name in seen:
            found.notes.append(f"The cell {name} is there more than once. The first one is graded.")
            cell["metadata"].pop("nbgrader", None)
            found.notebook["cells"].append(cell)
            continue
        seen[name] = len(found.notebook["cells"])
        if _is_check(original):
            if cell["source"] != _text(original):
                found.notes.append(f"The check cell {name} was changed. It is graded as it was released.")
                found.flags.append(f"{name} was edited")
            cell = _clean(original)
        else:
            if cell["cell_type"] != "code":
                found.notes.append(f"The cell {name} had been turned into {cell['cell_type']}. It is run as code.")
            cell = {**cell, "cell_type": "code"}
        if cell["metadata"].get("nbgrader") != original["metadata"]["nbgrader"]:
            found.flags.append(f"the grading marks of {name} were changed")
        cell["metadata"] = json.loads(json.dumps(original["metadata"]))
        found.notebook["cells"].append(cell)
    _put_back(found, order, wanted, seen)
    for number, cell in enumerate(found.notebook["cells"]):
        cell["id"] = f"cell-{number:04d}"
    return found


def _put_back(found, order, wanted, seen):
    """Check cells that are missing, or stand before their exercise, go where they belong."""
    for place, name in enumerate(order):
        if name in seen or not _is_check(wanted[name]):
            continue
        found.notes.append(f"The check cell {name} was missing. It was put back and graded.")
        cells = found.notebook["cells"]
        before = [other for other in order[:place] if other in seen]
        at = 1 + next((i for i, cell in enumerate(cells) if before and _grade_id(cell) == before[-1]), len(cells) - 1)
        cells.insert(at, _clean(wanted[name]))
        seen[name] = at
    for name in order:
        if name not in seen and not _is_check(wanted[name]):
            found.notes.append(f"The cell of {name} is missing: there is nothing to grade in it.")


def checks_of(notebook):
    """Every code cell in order: ``(index, source, exercise or None)``."""
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            name = _grade_id(cell)
            yield index, _text(cell), name.removeprefix("check_") if name and _is_check(cell) else None


def _grade_id(cell):
    marks = cell.get("metadata", {}).get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def _is_check(cell):
    return bool(cell["metadata"]["nbgrader"].get("grade"))


def _text(cell):
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source


def _clean(cell):
    """A cell with the fields that nbformat knows, without outputs; None when it is none."""
    try:
        kind, text = cell["cell_type"], _text(cell)
        if kind not in ("code", "markdown", "raw") or not isinstance(text, str):
            return None
        metadata = cell.get("metadata")
        clean = {"cell_type": kind, "metadata": dict(metadata) if isinstance(metadata, dict) else {}, "source": text}
    except (KeyError, TypeError):
        return None
    return {**clean, "outputs": [], "execution_count": None} if kind == "code" else clean
