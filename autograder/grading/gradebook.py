"""The one that writes: graded notebooks, nbgrader's gradebook, the journal."""

import json
import warnings
from functools import cached_property

from autograder.course import SECRET, TIMESTAMP, write_whole
from autograder.grading.notebook import about


class Writer:
    """The one that writes: graded notebooks, nbgrader's gradebook, the journal."""

    def __init__(self, course, lesson, seed):
        self.course, self.lesson, self.seed = course, lesson, seed

    def __enter__(self):
        from nbgrader.api import Gradebook

        self.gradebook = Gradebook(self.course.db_url).__enter__()
        return self

    def __exit__(self, *error):
        self.gradebook.__exit__(*error)

    def record(self, student, outcome, fingerprint):
        """Record one outcome: everything, or (when interrupted) as if it had not been graded."""
        if outcome.get("failed") and self.course.journal(self.lesson, student).exists():
            outcome["flags"].append("the earlier grade stands, until a run can grade the notebook")
            return
        try:
            self._write_notebook(student, outcome)
            self._write_grades(student, outcome)
        except Exception as error:  # no trouble of another student's; the next run tries again
            self.gradebook.db.rollback()
            outcome["flags"].append(f"the grade could not be recorded: {type(error).__name__}: {error}")
            return
        if outcome.get("failed"):
            return
        self.write_journal(student, outcome, fingerprint)

    def write_journal(self, student, outcome, fingerprint):
        """Note that a student has been graded, and with what outcome."""
        note = {key: value for key, value in outcome.items() if key != "notebook"}
        write_whole(
            self.course.journal(self.lesson, student),
            json.dumps({"fingerprint": fingerprint, "seed": self.seed, "student": student, **note}),
        )

    def _write_notebook(self, student, outcome):
        folder = self.course.folder / "autograded" / student / self.lesson
        notebook = about(outcome["notebook"] or self.course.released(self.lesson), outcome["notes"])
        write_whole(folder / f"{self.lesson}.ipynb", json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        for name in (TIMESTAMP, SECRET):
            text = self.course.beside(self.lesson, student, name)
            if text:
                write_whole(folder / name, text)

    def _write_grades(self, student, outcome):
        gradebook, lesson = self.gradebook, self.lesson
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader's way of making a row is not to SQLAlchemy's taste
            warnings.simplefilter("ignore")
            submission = gradebook.update_or_create_submission(lesson, student, **self._handed_in(student, outcome))
        for notebook in submission.notebooks:
            if notebook.name == lesson:
                with gradebook.db.no_autoflush:  # all changes at once
                    self._write_points(notebook, outcome)
        self._late_penalty(submission)
        gradebook.db.commit()

    def _write_points(self, notebook, outcome):
        released = notebook.notebook
        cells = (*released.grade_cells, *released.solution_cells, *released.task_cells)
        name_of = {cell.id: cell.name for cell in cells}  # asked one by one, each would be a query
        for grade in notebook.grades:
            name = name_of[grade.cell_id]
            grade.auto_score = outcome["points"].get(name, 0.0 if name in outcome["unanswered"] else None)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if name_of[comment.cell_id] in outcome["unanswered"] else None
        lacking = sorted(set(outcome["points"]) - {name_of[grade.cell_id] for grade in notebook.grades})
        outcome["flags"] += [f"the gradebook has no cell {name}: release the lesson again" for name in lacking]

    def _handed_in(self, student, outcome):
        from nbgrader.utils import parse_utc

        stamp = self.course.beside(self.lesson, student, TIMESTAMP)
        try:
            return {"timestamp": parse_utc(stamp)} if stamp else {}
        except Exception:
            outcome["flags"].append("timestamp.txt holds no date")
            return {}

    @cached_property
    def penalties(self):
        """nbgrader's step that asks the course's plugin for penalties; made when someone is late."""
        from nbgrader.preprocessors import AssignLatePenalties

        penalties = AssignLatePenalties(config=self.course.config())
        penalties.init_plugin()
        return penalties

    def _late_penalty(self, submission):
        """As nbgrader's own step has it, with the plugin that the course is configured with."""
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            if late > 0:
                asked = self.penalties.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, late)
                if asked is not None:
                    notebook.late_submission_penalty = self.penalties._check_late_penalty(notebook, asked)
