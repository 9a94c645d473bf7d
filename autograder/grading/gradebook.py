"""The writer: graded notebooks, nbgrader's gradebook and the journal are written only here."""

import json
import shutil
import warnings
from contextlib import ExitStack, suppress

from autograder.course import SECRET, TIMESTAMP, write_whole
from autograder.flags import words_of
from autograder.grading.memory import peak
from autograder.grading.notebook import about
from autograder.grading.penalties import LatePenalties
from autograder.grading.releases import Releases
from autograder.grading.submission import Entry
from autograder.grading.timestamps import Uncertain, when

UNTIMED = f"{TIMESTAMP} was ignored, so there is no late penalty"


class Writer:
    """Writes graded notebooks, nbgrader's gradebook and the journal."""

    def __init__(self, course, lesson, seed):
        self.course, self.lesson, self.seed = course, lesson, seed

    def __enter__(self):
        with ExitStack() as opened:
            opened.enter_context(self.course.only_grader(self.lesson))
            self.gradebook = opened.enter_context(self.course.gradebook())
            form = Releases(self.course, self.lesson).note(self.gradebook, self.course.released(self.lesson))
            self.full = {
                name: form.points[name] for name in form.full
            }  # dropped exercises that count in full for everyone
            self.penalties = LatePenalties(
                self.course, self.gradebook, self.lesson
            )  # raises an error if its table is wrong
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *error):
        return self._opened.__exit__(*error)

    def record(self, student, graded, fingerprint, seed=None):
        """Record one graded submission completely; if interrupted, the next run grades it again."""
        if graded.failed and self.course.journal(self.lesson, student).exists():
            graded.flags.append("the earlier grade stands until the notebook can be graded")
            return
        try:
            if graded.handed_in or self._has_grade_by_hand(student):
                graded.notes += [
                    f"{name.removeprefix('check_')} is no longer part of the lesson, and counts in full for everyone."
                    for name in self.full
                ]
                self._write_notebook(student, graded)
                self._write_grades(student, graded)
            else:
                self._withdraw(student)
            graded.writer_memory = peak()
            if not graded.failed:
                self.write_journal(student, graded, fingerprint, seed)
        except Exception as error:  # an error here must not stop other students' grading; the next run tries again
            with suppress(Exception):
                self.gradebook.db.rollback()
            graded.failed = True
            graded.flags.append(f"the grade could not be recorded: {words_of(error)}")

    def write_journal(self, student, graded, fingerprint, seed=None):
        """Note that a student has been graded, and the result; `seed` is given if it is not the course's."""
        entry = Entry(student, fingerprint, self.seed if seed is None else seed, graded)
        write_whole(self.course.journal(self.lesson, student), entry.to_json())

    def _row(self, student):
        """Return a student's submission in the gradebook, or None."""
        from nbgrader.api import MissingEntry

        with suppress(MissingEntry):
            return self.gradebook.find_submission(self.lesson, student)

    def _has_grade_by_hand(self, student):
        row = self._row(student)
        cells = [cell for notebook in row.notebooks for cell in (*notebook.grades, *notebook.comments)] if row else ()
        names = "manual_score", "extra_credit", "manual_comment"
        return any(getattr(cell, name, None) is not None for cell in cells for name in names)

    def _withdraw(self, student):
        """Remove a student who handed in nothing from formgrader's lists, unless the row contains an extension."""
        row = self._row(student)
        if row is not None and row.extension is None:
            self.gradebook.remove_submission(self.lesson, student)
        shutil.rmtree(self.course.folder / "autograded" / student / self.lesson, ignore_errors=True)

    def _write_notebook(self, student, graded):
        folder = self.course.folder / "autograded" / student / self.lesson
        notebook = about(graded.notebook or self.course.released(self.lesson), graded.notes)
        parts = json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(notebook)
        content = b"".join(
            part.encode("utf-8", "replace") for part in parts
        )  # as a single string, one emoji would make it take 4 times the memory
        write_whole(folder / f"{self.lesson}.ipynb", content + b"\n")
        self._write_beside(student)

    def _write_beside(self, student):
        """Copy the files that `nbgrader collect` put beside the submission, and remove older copies."""
        for name in (TIMESTAMP, SECRET):
            path = self.course.folder / "autograded" / student / self.lesson / name
            if text := self.course.beside(self.lesson, student, name):
                write_whole(path, text)
            else:
                path.unlink(missing_ok=True)

    def _write_grades(self, student, graded):
        gradebook, lesson = self.gradebook, self.lesson
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # SQLAlchemy warns about the way nbgrader creates a row
            warnings.simplefilter("ignore")
            submission = gradebook.update_or_create_submission(lesson, student, **self._handed_in(student, graded))
        for notebook in submission.notebooks:
            if notebook.name == lesson:
                with gradebook.db.no_autoflush:  # all changes at once
                    self._write_points(notebook, graded)
        self.penalties.apply(submission)
        gradebook.db.commit()

    def _write_points(self, notebook, graded):
        released = notebook.notebook
        cells = (*released.grade_cells, *released.solution_cells, *released.task_cells)
        name_of = {cell.id: cell.name for cell in cells}  # one query instead of one for each cell
        graded.points |= self.full
        for grade in notebook.grades:
            name = name_of[grade.cell_id]
            grade.auto_score = graded.points.get(name, 0.0 if name in graded.unanswered else None)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if name_of[comment.cell_id] in graded.unanswered else None
        lacking = sorted(set(graded.points) - {name_of[grade.cell_id] for grade in notebook.grades})
        if lacking:
            graded.flags.append(
                f"cells are missing from the gradebook, so release the lesson again: {', '.join(lacking)}"
            )

    def _handed_in(self, student, graded):
        stamp = self.course.beside(self.lesson, student, TIMESTAMP)
        try:
            return {"timestamp": when(stamp)} if stamp else {}
        except Uncertain as error:
            graded.flags.append(f"{UNTIMED}: {error}")
            return {"timestamp": None}

    def without_row(self, students):
        """Return those of `students` whose submission is not in the gradebook."""
        from nbgrader.api import Assignment, SubmittedAssignment

        query = self.gradebook.db.query(SubmittedAssignment.student_id).join(SubmittedAssignment.assignment)
        return sorted(students - {student for (student,) in query.filter(Assignment.name == self.lesson)})

    def standing(self, student):
        """Return the autograder's points in the gradebook by cell, the cells that a person graded, and what else counts.

        That is how much more than the autograder's points there are, through manual grades and extra credit.
        """
        row = self._row(student)
        grades = [grade for notebook in row.notebooks for grade in notebook.grades] if row else ()
        points = {grade.name: grade.auto_score for grade in grades if grade.auto_score is not None}
        by_hand = {grade.name: grade.manual_score for grade in grades if grade.manual_score is not None}
        more = sum(score - points.get(cell, 0.0) for cell, score in by_hand.items())
        return points, by_hand.keys(), more + sum(grade.extra_credit or 0.0 for grade in grades)

    def redate(self, student, entry, fingerprint):
        """Record a new hand-in time from the files beside a submission. Its notebook is not run."""
        graded = entry.submission
        graded.flags = [flag for flag in graded.flags if not flag.startswith(UNTIMED)]
        handed_in = {"timestamp": None, **self._handed_in(student, graded)}
        self.gradebook.update_or_create_submission(self.lesson, student, **handed_in)
        self._write_beside(student)
        self.write_journal(student, graded, fingerprint, entry.seed)
