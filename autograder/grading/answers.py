"""Finds the cell in which an exercise is answered: its own cell or another one."""

import ast
import copy
import re
from functools import lru_cache

from autograder.grading.cells import as_cell, grade_id, grading_marks, index, is_same, position, source_of
from lessonkit.statements import form, statements

MARKS = "grading marks were changed"  # a kind of flag
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINING = r"(?m)^[ \t]*(?:async +)?(?:def|class) +(\w+)"


def defined_in(cell):
    """Return the names that a student's own cell defines; the lesson's own cells answer nothing."""
    return frozenset() if cell["cell_type"] != "code" or cell["given"] else names_in(cell["source"])


def names_in(source):
    """Return the names that a cell defines, or would define if it were valid Python."""
    return frozenset(definitions(source) or re.findall(DEFINING, source))


@lru_cache(maxsize=4096)
def definitions(source):
    """Return the last definition of each name in a cell, as `form` writes it; statements inside blocks count too.

    The result is empty if the cell is not valid Python.
    """
    try:
        return {name: form(ast.unparse(part.node)) for part in statements(source) for name in _names(part)}
    except NO_PYTHON:
        return {}


def _names(part):
    """Return the names that a statement defines; changing an object's content defines nothing."""
    if isinstance(part.node, (ast.Assign, ast.AnnAssign)):
        names = [node for node in ast.walk(part.node) if isinstance(node, ast.Name)]
        return {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return frozenset() if isinstance(part.node, (ast.AugAssign, ast.Delete, ast.Expr)) else part.binds


def without(source, unwanted):
    """Return a cell's source without the statements for which ``unwanted(part)`` is true; other lines keep their numbers."""
    lines = source.split("\n")  # str.splitlines knows line ends that Python's grammar does not
    for part in statements(source):
        if unwanted(part):
            first = min([part.node.lineno, *(node.lineno for node in getattr(part.node, "decorator_list", ()))])
            lines[first - 1 : part.node.end_lineno] = [""] * (part.node.end_lineno - first + 1)
    return "\n".join(lines)


class Answer:
    """The answer to one exercise in a repaired notebook: which cell it is, and what to tell about that.

    Parameters
    ----------
    repaired : autograder.grading.repair.Repaired
    name : str
        The exercise, whose name is its cell's grade id.
    original : dict
        The cell as it was released.

    Attributes
    ----------
    cell : dict or None
        The cell whose definition is graded.
    """

    def __init__(self, repaired, name, original):
        self.repaired, self.name, self.original = repaired, name, original
        self.cells, self.is_code = repaired.notebook["cells"], original["cell_type"] == "code"
        self.empty = definitions(source_of(original)).get(name) if self.is_code else None
        self.own = [cell for cell in self.cells if grade_id(cell) == name]
        self.answered = [cell for cell in self.own if self._is_answered(cell)]
        self.elsewhere = [cell for cell in self.cells if grade_id(cell) != name and self._is_defined_in(cell)]
        self.cell = self._choose()

    def _is_defined_in(self, cell):
        """Whether a student's own cell defines the exercise, differently from the released one."""
        if not self.is_code or cell["cell_type"] != "code" or cell["given"]:
            return False
        return definitions(cell["source"]).get(self.name, self.empty) != self.empty

    def _is_answered(self, cell):
        """Whether the exercise's own cell contains an answer: a definition if the exercise needs one, else any change."""
        defines = definitions(cell["source"]).get(self.name, self.empty) != self.empty
        return defines if self.empty else not is_same(cell, self.original)

    def _choose(self):
        """Return its own cell if that is answered, else the last cell that answers it, else its own as it is."""
        if not self.answered and not self.elsewhere:
            changed = [cell for cell in self.own if not is_same(cell, self.original)]
            return (changed or self.own or [None])[0]
        return self.answered[0] if self.answered else self.elsewhere[-1]

    def settle(self):
        """Give the chosen cell the exercise's marks, keep later cells from undoing it, and tell what was done."""
        if self.cell is None:
            self.repaired.tell(
                "an answer is missing",
                f"The cell of {self.name} is missing, so there is nothing to grade.",
                f"{self.name}. There is nothing to grade.",
            )
            self._put_back_empty()
            return
        self._tell_choice()
        if not self.answered and not self.elsewhere:
            self._tell_what_was_not_run()
        else:
            self._take_out_empty()
        if self.cell in self.own or grade_id(self.cell) is None:
            self._drop_copies()
            self._mark()
        elif not self.own:
            marker = {**as_cell(self.original), "source": f"# {self.name} is answered in cell {self.cell['number']}."}
            self.cells.insert(index(self.cells, self.cell) + 1, marker)

    def _tell_choice(self):
        own, name, number = self.own, self.name, self.cell["number"]
        if len(self.answered) > 1:
            graded = f"The first one, cell {number}, is graded."
            self.repaired.tell(
                "an exercise is answered more than once",
                f"The exercise {name} is answered in {len(self.answered)} cells. {graded}",
                f"{name}, in {len(self.answered)} cells. {graded}",
            )
        elif not self.answered and self.elsewhere:
            empty = all(is_same(cell, self.original) for cell in own)
            what = "is missing" if not own else "is still empty" if empty else "does not define it"
            self.repaired.tell(
                "an exercise is answered in another cell",
                f"The cell of {name} {what}, but cell {number} defines {name}, so that one is graded.",
            )
        elif self.answered and self.cell is not own[0]:
            graded = f"The copy with an answer, cell {number}, is graded."
            self.repaired.tell(
                "an exercise's cell appears more than once",
                f"The cell of {name} appears more than once. {graded}",
                f"{name}. {graded}",
            )
        if self.answered:
            self._tell_later_definitions()

    def _tell_what_was_not_run(self):
        """If an exercise is empty and a text cell contains a definition of its name, say so."""
        defining = rf"(?m)^[ \t>]*(?:async +)?(?:def|class) +{re.escape(self.name)}\b"
        for cell in self.cells:
            if cell not in self.own and cell["cell_type"] != "code" and re.search(defining, cell["source"]):
                self.repaired.tell(
                    "an answer is in a cell that is not run",
                    f"{self.name} is defined in cell {cell['number']}, which is a {cell['cell_type']} cell and was not run.",
                    f"{self.name}, in cell {cell['number']}, which is a {cell['cell_type']} cell.",
                )

    def _tell_later_definitions(self):
        """If another definition follows below the graded one's check, say which one counts."""
        check = position(self.cells, f"check_{self.name}", len(self.cells))
        later = [c for c in self.elsewhere if index(self.cells, c) > max(check, index(self.cells, self.cell))]
        if later:
            number, graded = later[-1]["number"], "The definition in its own cell is graded."
            self.repaired.tell(
                "an exercise is defined again below its check",
                f"{self.name} is defined again in cell {number}, below its check. {graded}",
                f"{self.name}, in cell {number}. {graded}",
            )

    def _take_out_empty(self):
        """Remove empty definitions below the answer, which would undo it; one above may be what the answer builds on."""
        for cell in self.cells[index(self.cells, self.cell) :]:
            if cell["cell_type"] == "code" and not cell["given"] and self.name in definitions(cell["source"]):
                cell["source"] = without(cell["source"], self._is_empty)

    def _is_empty(self, part):
        return self.name in _names(part) and form(ast.unparse(part.node)) == self.empty

    def _drop_copies(self):
        """Remove the marks from copies of the exercise's cell that are not graded."""
        for cell in self.own:
            if cell is not self.cell:
                cell["metadata"].pop("nbgrader", None)

    def _mark(self):
        if grading_marks(self.cell) not in (None, grading_marks(self.original)):
            self.repaired.note_change(MARKS, self.name)
        if self.cell["cell_type"] != "code" and self.is_code:
            self.repaired.tell(
                "a code cell had been changed to another type",
                f"The cell {self.name} had been changed to {self.cell['cell_type']}. It was run as code.",
                f"{self.name}, to {self.cell['cell_type']}. It was run as code.",
            )
            self.cell.update(cell_type="code", outputs=[], execution_count=None)
        self.cell["metadata"] = copy.deepcopy(self.original["metadata"])

    def _put_back_empty(self):
        """Put back a missing exercise as it was released, so that nothing the lesson shows under its name is graded."""
        if self.is_code and not any(self._may_bind(cell) for cell in self.cells if not cell["given"]):
            self.cells.insert(position(self.cells, f"check_{self.name}", len(self.cells)), as_cell(self.original))

    def _may_bind(self, cell):
        """Whether a student's cell may define the exercise in a way that is not recognized as an answer."""
        binding = rf"(?m)\b{re.escape(self.name)}\s*[:=]|^(?:(?!\bimport\b).)*\bimport\b.*\b{self.name}\b"
        return cell["cell_type"] == "code" and re.search(binding, cell["source"])
