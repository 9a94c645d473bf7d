"""Updates a submission made from an earlier release, as if its author had worked from the present one.

The author's changes stay. So everything that is flagged afterwards is the student's change, never a change of the lesson.
"""

import copy

from autograder.grading.answers import names_in
from autograder.grading.cells import as_cell, grade_id, grading_marks, is_check, is_same, marks, position, source_of
from lessonkit.statements import form

GONE = "# {name} is no longer part of this lesson."


def release_of(cells, released, earlier):
    """Return the release that a submission was made from: the one whose cells match it best, and the later of two equal ones.

    Parameters
    ----------
    cells : list of dict
    released : dict
        The present release.
    earlier : list of dict
        The earlier ones, the latest first.

    Returns
    -------
    dict
    """
    if not earlier:
        return released
    seen = set().union(*map(_known_by, cells)) if cells else set()

    def fit(release):
        own = set().union(*map(_known_by, release["cells"]))
        return 2 * len(own & seen) - len(own)

    return max((released, *earlier), key=fit)


def _known_by(cell):
    """Return what identifies a cell of a release: its checksum, which students do not change, or else its content."""
    return {(grade_id(cell), str(marks(cell).get("checksum")) if grade_id(cell) else form(source_of(cell)))}


def forward(cells, release, released):
    """Return the cells of a submission made from `release`, as they would be if it had been made from `released`.

    Returns
    -------
    list of dict
    list of str
        What to tell the student.
    """
    was, now = ({grade_id(cell): cell for cell in one["cells"] if grade_id(cell)} for one in (release, released))
    cells, notes = [_brought(cell, was, now) for cell in cells], []
    gone = [name for name, cell in was.items() if name not in now and not is_check(cell)]
    new = [name for name in now if name not in was and not any(grade_id(cell) == name for cell in cells)]
    if gone:
        notes.append(f"No longer part of this lesson: {', '.join(gone)}.")
    late = [name for name in new if not is_check(now[name]) and not _is_answered(cells, name, now[name])]
    if late:
        notes.append(f"Added to this lesson after you got your notebook, and not in it yet: {', '.join(late)}.")
    for name in new:
        if is_check(now[name]) or name in late:
            _insert(cells, name, now)
    return cells, notes


def _brought(cell, was, now):
    """Return one cell: as in the present release if the student did not change it."""
    name = grade_id(cell)
    if name not in was:
        gone = (one for one, old in was.items() if one not in now and is_check(old) and is_same(cell, old))
        name = next(gone, None)  # a check that has lost its marks
    if name is None:
        return cell
    old, new = was[name], now.get(name)
    metadata = {**cell["metadata"]}
    if new is None:
        metadata.pop("nbgrader", None)
        gone = is_check(old) and is_same(cell, old)
        return {
            **cell,
            "metadata": metadata,
            **({"source": GONE.format(name=name.removeprefix("check_"))} if gone else {}),
        }
    if grading_marks(cell) == grading_marks(old):
        metadata["nbgrader"] = copy.deepcopy(marks(new))
    same = {"source": source_of(new)} if is_same(cell, old) and cell["cell_type"] == new["cell_type"] else {}
    return {**cell, "metadata": metadata, **same}


def _is_answered(cells, name, original):
    """Whether a cell already answers a new exercise; it then becomes the exercise's own."""
    for cell in reversed(cells):
        if cell["cell_type"] == "code" and not grade_id(cell) and name in names_in(cell["source"]):
            cell["metadata"] = {**cell["metadata"], "nbgrader": copy.deepcopy(marks(original))}
            return True
    return False


def _insert(cells, name, now):
    """Insert a new cell below the one that it follows in the present release."""
    before = list(now)[: list(now).index(name)]
    place = max((position(cells, other, -1) for other in before), default=-1)
    cells.insert(place + 1 if place >= 0 else len(cells), as_cell(now[name]))
