"""A small class that hands in one lesson, and what its gradebook should contain."""

import commands
from arena import EXERCISES, LESSON, notebook, solved

from autograder.grading import assignment
from autograder.sandbox.inside.lockdown import Limits
from tools.synthetic_class import answer, find

FULL = 5.0 * len(EXERCISES)
SHORT = Limits(cell=3.0, call=2.0, exercise=4.0)
WRONG = answer("relu_backward", find("relu_backward", "ignores_dout"))
CLASS = {
    "solved": notebook(solved()),
    "wrong": notebook({**solved(), **WRONG}),
    "empty": notebook({}),
    "broken": notebook(solved())[:3000],
    "hostile": notebook({}, first=["import os\nos._exit(0)", "check = lambda name: 5.0"]),
    "odd name $(x)": notebook(solved("relu_forward")),
}
EXPECTED = {"solved": FULL, "wrong": FULL - 3, "empty": 0, "broken": 0, "hostile": 0, "odd name $(x)": 5}


def nbgrader(course, *command):
    return commands.nbgrader(course, *command).stdout


def grade(course, **options):
    return assignment.grade(LESSON, course, **{"jobs": 1, "quiet": True, "limits": SHORT, **options})


def gradebook_of(course, db_url=None):
    """Return everything in the gradebook: for each student the score, and the grades by cell."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url or f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            each.student.id: (
                each.score,
                {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in each.notebooks[0].grades},
                {c.name: c.auto_comment for c in each.notebooks[0].comments},
            )
            for each in gradebook.assignment_submissions(LESSON)
        }


def scores(course, db_url=None):
    return {student: row[0] for student, row in gradebook_of(course, db_url).items()}
