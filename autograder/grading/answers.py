"""Finds the cell in which an exercise is answered: its own, or any other one."""

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
    """The names that a student's own cell defines; the lesson's own cells show things and answer nothing."""
    return frozenset() if cell["cell_type"] != "code" or cell["given"] else names_in(cell["source"])


def names_in(source):
    """The names that a cell defines, or would if it were Python."""
    return frozenset(definitions(source) or re.findall(DEFINING, source))


@lru_cache(maxsize=4096)
def definitions(source):
    """What the statements of a cell define, in blocks too: for each name its last definition, as `form` has it.

    Nothing where the cell is no Python.
    """
    try:
        return {name: form(ast.unparse(part.node)) for part in statements(source) for name in _names(part)}
    except NO_PYTHON:
        return {}


def _names(part):
    """The names that a statement defines; to change what an object holds defines nothing."""
    if isinstance(part.node, (ast.Assign, ast.AnnAssign)):
        names = [node for node in ast.walk(part.node) if isinstance(node, ast.Name)]
        return {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return frozenset() if isinstance(part.node, (ast.AugAssign, ast.Delete, ast.Expr)) else part.binds


def without(source, unwanted):
    """A cell's source without the statements for which ``unwanted(part)`` holds; lines stay where they were."""
    lines = source.split("\n")  # what else ends a line for text, ends none for Python
    for part in statements(source):
        if unwanted(part):
            first = min([part.node.lineno, *(node.lineno for node in getattr(part.node, "decorator_list", ()))])
            lines[first - 1 : part.node.end_lineno] = [""] * (part.node.end_lineno - first + 1)
    return "\n".join(lines)


class Answer:
    """The answer to one exercise in a repaired notebook: which cell it is, and what there is to say about that.

    Parameters
    ----------
    repaired : autograder.grading.repair.Recognised
    name : str
        The exercise, which is its cell's grade id.
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
        """Whether a student's own cell defines the exercise, and not as it was released."""
        if not self.is_code or cell["cell_type"] != "code" or cell["given"]:
            return False
        return definitions(cell["source"]).get(self.name, self.empty) != self.empty

    def _is_answered(self, cell):
        """Whether the exercise's own cell holds an answer: a definition where one is asked for, else any change."""
        defines = definitions(cell["source"]).get(self.name, self.empty) != self.empty
        return defines if self.empty else not is_same(cell, self.original)

    def _choose(self):
        """Its own cell where it is answered, else the last one that answers it, else its own as it is."""
        if not self.answered and not self.elsewhere:
            changed = [cell for cell in self.own if not is_same(cell, self.original)]
            return (changed or self.own or [None])[0]
        return self.answered[0] if self.answered else self.elsewhere[-1]

    def settle(self):
        """Give the chosen cell the exercise's marks, let nothing undo it, and tell what was done."""
        if self.cell is None:
            self.repaired.tell(
                "an answer is missing", f"The cell of {self.name} is missing: there is nothing to grade in it."
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
            self.repaired.tell(
                "an exercise is answered more than once",
                f"The exercise {name} is answered in {len(self.answered)} cells. The first one is graded, in cell {number}.",
            )
        elif not self.answered and self.elsewhere:
            empty = all(is_same(cell, self.original) for cell in own)
            what = "is missing" if not own else "is still empty" if empty else "does not define it"
            self.repaired.tell(
                "an exercise is answered in another cell",
                f"The cell of {name} {what}, but cell {number} defines {name}: that one is graded.",
            )
        elif self.answered and self.cell is not own[0]:
            self.repaired.tell(
                "an exercise's cell is there more than once",
                f"The cell of {name} is there more than once. The copy with an answer is graded, cell {number}.",
            )
        if self.answered:
            self._tell_later_definitions()

    def _tell_what_was_not_run(self):
        """Where an exercise is empty, and a text cell holds code of its name, say so."""
        defining = rf"(?m)^[ \t>]*(?:async +)?(?:def|class) +{re.escape(self.name)}\b"
        for cell in self.cells:
            if cell not in self.own and cell["cell_type"] != "code" and re.search(defining, cell["source"]):
                self.repaired.tell(
                    "an answer stands in a cell that is not run",
                    f"{self.name} is defined in cell {cell['number']}, which is a {cell['cell_type']} cell: it was not run.",
                )

    def _tell_later_definitions(self):
        """Where another definition follows after the graded one's check, say which one counts."""
        check = position(self.cells, f"check_{self.name}", len(self.cells))
        later = [c for c in self.elsewhere if index(self.cells, c) > max(check, index(self.cells, self.cell))]
        if later:
            self.repaired.tell(
                "an exercise is defined again below its check",
                f"{self.name} is defined again in cell {later[-1]['number']}, below its check. "
                "The one in its own cell is graded.",
            )

    def _take_out_empty(self):
        """Where there is an answer, an empty definition below it takes nothing away; one above it may be what it builds on."""
        for cell in self.cells[index(self.cells, self.cell) :]:
            if cell["cell_type"] == "code" and not cell["given"] and self.name in definitions(cell["source"]):
                cell["source"] = without(cell["source"], self._is_empty)

    def _is_empty(self, part):
        return self.name in _names(part) and form(ast.unparse(part.node)) == self.empty

    def _drop_copies(self):
        """Copies of the exercise's cell that are not graded lose their marks."""
        for cell in self.own:
            if cell is not self.cell:
                cell["metadata"].pop("nbgrader", None)

    def _mark(self):
        if grading_marks(self.cell) not in (None, grading_marks(self.original)):
            self.repaired.note_change(MARKS, self.name)
        if self.cell["cell_type"] != "code" and self.is_code:
            self.repaired.tell(
                "a code cell had been turned into another kind",
                f"The cell {self.name} had been turned into {self.cell['cell_type']}. It is run as code.",
            )
            self.cell.update(cell_type="code", outputs=[], execution_count=None)
        self.cell["metadata"] = copy.deepcopy(self.original["metadata"])

    def _put_back_empty(self):
        """A missing exercise is there again as it was released: so what the lesson shows under its name is not graded."""
        if self.is_code and not any(self._may_bind(cell) for cell in self.cells if not cell["given"]):
            self.cells.insert(position(self.cells, f"check_{self.name}", len(self.cells)), as_cell(self.original))

    def _may_bind(self, cell):
        """Whether a student's cell may define the exercise in some way that is not recognised as an answer."""
        binding = rf"(?m)\b{re.escape(self.name)}\s*[:=]|^(?:(?!\bimport\b).)*\bimport\b.*\b{self.name}\b"
        return cell["cell_type"] == "code" and re.search(binding, cell["source"])
