"""Changes a lesson's rows in nbgrader's gradebook to another form, in one transaction, and keeps grades given by hand.

nbgrader itself refuses to, because it does not know what should happen to the grades. Here the grades in dropped cells are set
aside, and put back if the cells return.
"""

from autograder.grading.form import COLUMNS, Difference, form_of

OF_GRADE = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")
OF_COMMENT = ("auto_comment", "manual_comment")


def notebook_of(gradebook, lesson):
    """Return the lesson's row in the gradebook, or None."""
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_notebook(lesson, lesson)
    except MissingEntry:
        return None


def by_hand(notebook):
    """Return, by the name of a cell, the number of students whose cell a person graded or commented on."""
    numbers = {}
    for cell in notebook._base_cells:
        rows = [row for row in cell.grades or () if row.manual_score is not None or row.extra_credit is not None]
        rows += [row for row in cell.comments or () if row.manual_comment is not None]
        numbers[cell.name] = max(numbers.get(cell.name, 0), len({row.notebook_id for row in rows}))
    return numbers


def by_hand_aside(aside):
    """Return what `by_hand` returns, for grades that were set aside."""
    numbers = {}
    for key, rows in aside.items():
        what, _, name = key.partition("/")
        columns = (1, 2) if what == "grades" else (1,)
        given = [student for student, row in rows.items() if any(row[column] is not None for column in columns)]
        numbers[name] = max(numbers.get(name, 0), len(given))
    return numbers


def set_aside(notebook, difference):
    """Return the grades and comments in cells that are dropped or now count in full, by ``kind/name`` and student.

    After the columns of a grade comes what the cell counts.
    """
    aside = {}
    for kind in ("grade", "task", "solution"):
        stays = getattr(difference.after, kind)
        for cell in getattr(notebook, f"{kind}_cells"):
            was_full = (
                kind == "grade" and cell.name in difference.before.full
            )  # its earlier grades are set aside already
            if (cell.name not in stays or cell.name in difference.made_full) and not was_full:
                for what, columns in (("grades", OF_GRADE), ("comments", OF_COMMENT)):
                    scale = [cell.max_score] if what == "grades" and kind != "solution" else []
                    rows = {
                        row.student.id: [*(getattr(row, c) for c in columns), *scale]
                        for row in getattr(cell, what) or ()
                    }
                    if rows:
                        aside[f"{what}/{cell.name}"] = rows
    return aside


class Rows:
    """A lesson's rows, to be changed to another form; the caller commits or rolls back.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    notebook : nbgrader.api.Notebook
    aside : dict
        Grades that were set aside and may come back: see `set_aside`.
    revalue : callable
        ``revalue(student, cell, earned, was, now)`` returns what the autograder's points become if a cell counts other points.
    """

    def __init__(self, gradebook, notebook, aside, revalue):
        from nbgrader import api

        self.db, self.notebook, self.aside, self.revalue = gradebook.db, notebook, aside, revalue
        self.models = dict(grade=api.GradeCell, task=api.TaskCell, solution=api.SolutionCell, source=api.SourceCell)
        self.of_student = {"grades": (api.Grade, OF_GRADE), "comments": (api.Comment, OF_COMMENT)}

    def bring_to(self, form):
        """Add, drop and change cells, and the grades and comments in them."""
        difference = Difference(form_of(self.notebook), form)
        with self.db.no_autoflush:
            for kind in COLUMNS:
                self._cells(kind, getattr(form, kind))
            self.db.flush()
            self.notebook.kernelspec = form.kernelspec
            for cell in self.notebook.grade_cells:
                if cell.name in difference.made_full:
                    self._count_full(cell)
                elif cell.name in difference.taken_back:
                    self._put_back(cell, "grades", difference.before.points[cell.name])
            for cell in (*self.notebook.grade_cells, *self.notebook.task_cells):
                if cell.name in difference.revalued and cell.name not in (
                    *difference.made_full,
                    *difference.taken_back,
                ):
                    self._revalue(cell, *difference.revalued[cell.name])
        self.db.flush()
        self.db.expire_all()

    def _cells(self, kind, wanted):
        """Make the cells of one kind equal to the wanted ones."""
        cells = {cell.name: cell for cell in getattr(self.notebook, f"{kind}_cells")}
        for name in cells.keys() - wanted.keys():
            for what in self.of_student:
                for row in getattr(cells[name], what, None) or ():
                    self.db.delete(row)
            self.db.delete(cells[name])
        self.db.flush()
        for name, columns in wanted.items():
            if name in cells:
                for column, value in columns.items():
                    setattr(cells[name], column, value)
            else:
                self._add(kind, name, columns)
        self.db.flush()
        self.db.expire(self.notebook)

    def _add(self, kind, name, columns):
        """Add a cell, with a row for every student as nbgrader creates it for a new submission."""
        cell = self.models[kind](name=name, notebook_id=self.notebook.id, **columns)
        self.db.add(cell)
        self.db.flush()
        for what in {"grade": ["grades"], "task": ["grades", "comments"], "solution": ["comments"]}.get(kind, ()):
            for submitted in self.notebook.submissions:
                self.db.add(self.of_student[what][0](cell_id=cell.id, notebook_id=submitted.id))
            self.db.flush()
            self._put_back(cell, what)

    def _put_back(self, cell, what, was=None):
        """Put back what was set aside for a cell; students who had nothing there need a grade.

        `was` is what the cell counted then, unless that was noted with the grade.
        """
        columns, aside = self.of_student[what][1], self.aside.get(f"{what}/{cell.name}", {})
        nothing = [None, None, None, True] if what == "grades" else [None, None]
        self.db.expire(cell)
        for row in getattr(cell, what):
            kept = aside.get(row.student.id, nothing)
            for column, value in zip(columns, kept):
                setattr(row, column, value)
            if what == "grades" and row.auto_score is not None:
                (counted,) = kept[len(columns) :] or [was or cell.max_score]
                if counted != cell.max_score:
                    self._revalue_grade(row, cell, counted, cell.max_score)
                row.auto_score = row.auto_score and min(row.auto_score, cell.max_score)

    def _count_full(self, cell):
        for grade in cell.grades:
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = cell.max_score, None, False

    def _revalue(self, cell, was, now):
        """Change the autograder's points to what the same checks earn now."""
        for grade in cell.grades:
            if grade.auto_score is not None:
                self._revalue_grade(grade, cell, was, now)

    def _revalue_grade(self, grade, cell, was, now):
        grade.auto_score = self.revalue(grade.notebook.student.id, cell.name, grade.auto_score, was, now)
        grade.needs_manual_grade = grade.needs_manual_grade or grade.auto_score is None
