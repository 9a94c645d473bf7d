"""The cells of a notebook: nbgrader's marks, a cell's content, its place."""

import copy
import re

from lessonkit import notebook_file
from lessonkit.catalogue import exercises
from lessonkit.statements import form, lines_of


def checks_of(notebook):
    """Yield every code cell in order: ``(index, source, exercise or None)``; dropped exercises are no longer checked."""
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            name = (grade_id(cell) or "").removeprefix("check_")
            yield place, source_of(cell), name if name and is_check(cell) and name in exercises() else None


def checked_in(notebook):
    """Return the exercises that a notebook checks: an instructor may have deleted the check of one."""
    return [exercise for _, _, exercise in checks_of(notebook) if exercise]


def own_cells(notebook, *releases):
    """Return a label for each code cell that differs from every release of the lesson, by its number among the code cells."""
    given = {source_of(cell) for released in releases for cell in released["cells"] if not grade_id(cell)}
    named = labels(notebook)
    return {
        number: named[number]
        for number, (_, source, exercise) in enumerate(checks_of(notebook))
        if exercise is None and source not in given
    }


def labels(notebook):
    """Return what to call each code cell, by its number among the code cells: its place in the notebook as handed in."""
    places = [place for place, _, _ in checks_of(notebook)]
    ids = [str(notebook["cells"][place].get("id", "")) for place in places]
    found = [re.fullmatch(r"cell-0*(\d+)", name) for name in ids]
    return {number: f"Cell {found[number][1] if found[number] else place + 1}" for number, place in enumerate(places)}


def opening(released):
    """Return the sources of the code cells before the first exercise, which do not depend on what a student writes."""
    sources = []
    for cell in released["cells"]:
        if grade_id(cell):
            break
        if cell["cell_type"] == "code":
            sources.append(source_of(cell))
    return tuple(sources)


def unanswered(notebook, released):
    """Return the grade ids of answer cells that are unchanged or missing."""
    handed_in = {grade_id(cell): cell for cell in notebook["cells"]}
    answers = [cell for cell in released["cells"] if grade_id(cell) and cell["metadata"]["nbgrader"].get("solution")]
    return [grade_id(cell) for cell in answers if is_same(handed_in.get(grade_id(cell), cell), cell)]


def grade_id(cell):
    """Return the name that nbgrader gives a cell, or None."""
    name = (marks(cell) or {}).get("grade_id")
    return name if isinstance(name, str) else None


def is_check(cell):
    """Whether a marked cell checks an exercise; a cell that a person grades is an answer, not a check."""
    own = cell["metadata"]["nbgrader"]
    return bool(own.get("grade")) and not own.get("solution") and cell["cell_type"] == "code"


def source_of(cell):
    """Return a cell's source as text."""
    return notebook_file.source_of(cell) or ""


def marks(cell):
    """Return nbgrader's marks, or None."""
    found = cell.get("metadata", {}).get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    return found if isinstance(found, dict) else None


def grading_marks(cell):
    """Return nbgrader's marks without the checksum, which differs between releases of the same lesson."""
    found = marks(cell)
    return found and {key: value for key, value in found.items() if key != "checksum"}


def as_cell(original):
    """Return a released cell as a cell of a submission: without outputs, and with a number that no student's cell has."""
    cell = {"cell_type": original["cell_type"], "metadata": copy.deepcopy(original["metadata"])}
    cell |= {"source": source_of(original), "number": 0, "given": False}
    return {**cell, "outputs": [], "execution_count": None} if original["cell_type"] == "code" else cell


def is_same(cell, original):
    """Whether two cells have the same content, apart from formatting."""
    what = form if original["cell_type"] == "code" else lines_of
    return cell["cell_type"] == original["cell_type"] and what(source_of(cell)) == what(source_of(original))


def position(cells, name, otherwise):
    """Return the index of the first cell with this grade id, else `otherwise`."""
    return next((place for place, cell in enumerate(cells) if grade_id(cell) == name), otherwise)


def index(cells, cell):
    """Return the index of this very cell object."""
    return next(place for place, other in enumerate(cells) if other is cell)
