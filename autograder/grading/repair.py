"""Repairs a submitted notebook so that it can be graded, and says what was changed.

The released notebook says which cells there should be. Check cells are taken from it, whatever a student changed in them. An
answer is graded in the cell that contains it. Everything else is the student's.
"""

import ast
import copy
import re
from dataclasses import dataclass, field

from autograder.course import MAX_BYTES
from autograder.flags import Telling
from autograder.grading.answers import MARKS, NO_PYTHON, Answer, defined_in, names_in, without
from autograder.grading.cells import (
    as_cell,
    grade_id,
    grading_marks,
    index,
    is_check,
    is_same,
    marks,
    position,
    source_of,
)
from autograder.grading.forward import forward, release_of
from lessonkit import notebook_file
from lessonkit.catalogue import exercises, lessons
from lessonkit.definitions import is_demonstration
from lessonkit.statements import form


@dataclass
class Repaired(Telling):
    """A notebook that can be run and graded.

    Attributes
    ----------
    notebook : dict
        In nbformat's form, with every check cell exactly once, as it was released.
    notes : list of str
        What was repaired, in plain words for the student.
    flags : list of str
        What an instructor should look at.
    changed : dict of str to list of str
        The cells that were changed, by kind of change; each kind becomes one flag.
    """

    notebook: dict
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    changed: dict = field(default_factory=dict)

    def note_change(self, kind, name):
        """Note that a cell was changed."""
        self.changed.setdefault(kind, []).append(name)


class Unreadable(Exception):
    """Nothing in the submission can be recognized; the message says why, in plain words."""


def recognise(data, released, earlier=()):
    """Repair a submission.

    Parameters
    ----------
    data : bytes
        What the student handed in.
    released : dict
        The released notebook.
    earlier : list of dict, optional
        Earlier releases, which the student may have used, the latest first.

    Returns
    -------
    Repaired

    Raises
    ------
    Unreadable
        If it is not a notebook, or it is another lesson's.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"The notebook's size is {len(data) / 2**20:.0f} MB. Clear its outputs, save it, and hand it in again."
        )
    try:
        notebook, notes = notebook_file.read(data)
    except notebook_file.NotANotebook as error:
        raise Unreadable(str(error)) from None
    wanted = {grade_id(cell): cell for cell in released["cells"] if grade_id(cell)}
    given = {form(source_of(cell)) for one in (released, *earlier) for cell in one["cells"] if not grade_id(cell)}
    _refuse_another_lesson(notebook["cells"], wanted)
    repaired = Repaired({**released, "cells": []}, notes)
    for cell in _numbered(repaired, notebook["cells"], released, earlier):
        if grade_id(cell) not in wanted:
            cell["metadata"].pop("nbgrader", None)  # a mark without a meaning in this lesson
        shows = form(cell["source"]) in given or is_demonstration(cell)
        repaired.notebook["cells"].append({**cell, "given": shows})
    _mark_by_content(repaired, wanted)
    _take_out_of_checks(repaired, wanted)
    answers = {}
    for name, original in wanted.items():
        if not is_check(original):
            answers[name] = Answer(repaired, name, original)
            answers[name].settle()
    _put_checks_in_place(repaired, wanted, answers)
    _finish(repaired, wanted)
    return repaired


def _numbered(repaired, cells, released, earlier):
    """Return the cells with their numbers, updated from the release that the student used."""
    for number, cell in enumerate(cells, start=1):
        if cell is None:
            words = f"Cell {number} is damaged and was left out."
            repaired.tell("a cell is damaged", words, f"cell {number}. It was left out.")
    cells = [{**cell, "number": number} for number, cell in enumerate(cells, start=1) if cell]
    release = release_of(cells, released, earlier)
    if release is not released:
        cells, notes = forward(cells, release, released)
        repaired.notes += notes
    return cells


def _refuse_another_lesson(cells, wanted):
    """Refuse a notebook that has another lesson's exercises and none of this lesson's."""
    own, cells = {name.removeprefix("check_") for name in wanted}, [cell for cell in cells if cell]
    seen = [grade_id(cell).removeprefix("check_") for cell in cells if grade_id(cell)]
    seen += [name for cell in cells if cell["cell_type"] == "code" for name in names_in(cell["source"])]
    if own & set(seen):
        return
    others = [exercises()[name].lesson for name in seen if name in exercises()]
    if len(others) < 2:
        return
    other = max(set(others), key=others.count)
    raise Unreadable(
        f"This is the notebook of lesson {other[:2]} ({lessons()[other].title}), handed in under another lesson's name. "
        "Hand in this lesson's notebook."
    )


def _mark_by_content(repaired, wanted):
    """Give nbgrader's marks back to cells that have lost them; some editors remove them."""
    cells = repaired.notebook["cells"]
    marked = {grade_id(cell) for cell in cells}
    by_content = []
    for name, original in wanted.items():
        if name in marked:
            continue
        cell = next((c for c in cells if not grade_id(c) and _is_content_of(c, name, original)), None)
        if cell is not None:
            cell["metadata"] = {**cell["metadata"], "nbgrader": original["metadata"]["nbgrader"]}
            by_content.append(name)
    if by_content:
        repaired.notes.append(
            f"Cells had lost nbgrader's marks and were recognized by their content: {', '.join(by_content)}."
        )


def _is_content_of(cell, name, original):
    if is_check(original):
        return cell["cell_type"] == "code" and is_same(cell, original)
    return name in defined_in(cell)


def _take_out_of_checks(repaired, wanted):
    """Restore check cells as they were released; other code in them runs before the check."""
    for name, original in wanted.items():
        if not is_check(original):
            continue
        for cell in [c for c in repaired.notebook["cells"] if grade_id(c) == name]:
            if grading_marks(cell) != grading_marks(original):
                repaired.note_change(MARKS, name)
            if cell["cell_type"] == "code" and form(cell["source"]) == form(source_of(original)):
                continue
            repaired.notes.append(f"The check cell {name} was changed. It is graded as it was released.")
            repaired.note_change("check cells were edited", name)
            if cell["cell_type"] == "code" and names_in(cell["source"]):
                own = {**cell, "metadata": {}, "source": _without_checks(cell["source"])}
                repaired.notebook["cells"].insert(index(repaired.notebook["cells"], cell), own)
            cell["source"] = source_of(original)


def _without_checks(source):
    """Return a cell's source without the statements that call `check`."""
    try:
        return without(source, _calls_check)
    except NO_PYTHON:
        return re.sub(r"(?m)^check\(.*$", "", source)


def _calls_check(part):
    call = getattr(part.node, "value", None)
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"


def _put_checks_in_place(repaired, wanted, answers):
    """Put each check cell once, as it was released, below its exercise and the earlier ones; tell what was moved."""
    cells, order = repaired.notebook["cells"], list(wanted)
    for turn, name in enumerate(order):
        if not is_check(wanted[name]):
            continue
        earlier = [index(cells, answers[n].cell) for n in order[:turn] if n in answers and answers[n].cell]
        exercise, lowest = answers[name.removeprefix("check_")].cell, max(earlier, default=-1)
        own = [place for place, cell in enumerate(cells) if grade_id(cell) == name]
        kept = next((place for place in own if place > lowest), own[0] if own else None)
        if len(own) > 1 and exercise is None:
            repaired.notes.append(f"The cell {name} appears more than once. The first one is graded.")
        for place in own:
            if place != kept:
                cells[place]["metadata"].pop("nbgrader", None)
        check = {**as_cell(wanted[name]), "number": cells[kept]["number"] if kept is not None else 0}
        if kept is None:
            repaired.notes.append(f"The check cell {name} was missing. It was put back and graded.")
            before = [position(cells, other, -1) for other in order[:turn]]
            cells.insert(max(lowest, *before) + 1 if earlier or max(before, default=-1) >= 0 else len(cells), check)
        elif kept > lowest:
            cells[kept] = check
        else:
            above = exercise is not None and index(cells, exercise) > kept
            what = "its answer" if above else "an earlier exercise"
            repaired.notes.append(f"The check cell {name} was above {what}. It was run below it.")
            cells.pop(kept)
            cells.insert(lowest, check)


def _finish(repaired, wanted):
    """Give every cell an id, with its number in the submission if it has one, and remove the grader's own notes."""
    repaired.flags += [f"{kind}: {', '.join(names)}" for kind, names in repaired.changed.items()]
    seen = set()
    for place, cell in enumerate(repaired.notebook["cells"]):
        number = cell.pop("number")
        cell["id"] = f"cell-{number:04d}" if number and number not in seen else f"added-{place:04d}"
        seen.add(number)
        cell.pop("given")
        cell["metadata"] = _valid(cell["metadata"], wanted.get(grade_id(cell)))
        if "attachments" in cell:
            cell["attachments"] = _pictures(cell["attachments"])


def _valid(metadata, original):
    """Return the part of a cell's metadata that grading needs: the released marks, and tags.

    Some editors write metadata that nbformat refuses, and deeply nested metadata can be neither sent nor shown.
    """
    tags = metadata.get("tags")
    tags = [tag for tag in tags if isinstance(tag, str) and tag and "," not in tag] if isinstance(tags, list) else []
    kept = {"nbgrader": copy.deepcopy(marks(original))} if original else {}
    return {**kept, "tags": list(dict.fromkeys(tags))} if tags else kept


def _pictures(attachments):
    """Return the attachments that have nbformat's form: a text for each file name and type."""
    by_name = {name: kinds for name, kinds in attachments.items() if isinstance(kinds, dict)}
    return {
        name: {kind: data for kind, data in kinds.items() if isinstance(data, str)} for name, kinds in by_name.items()
    }
