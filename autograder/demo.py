"""``make demo``: an instructor's whole loop on a small class, with nbgrader's own commands."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from autograder.build import COURSE
from autograder.classroom import answer, find, hand_in, submission
from lessonkit.lessons import lesson as find_lesson
from lessonkit.notebook import RESULT

LESSON = "01_activations"
FOLDER = COURSE / "build" / "demo"
# What each student got wrong; everything else is right. "empty" and "broken" are what they sound like.
CLASS = {
    "ada": {},
    "blaise": {"relu_backward": "gradient_flows_where_relu_is_off"},
    "carl": {"sigmoid_forward": "infinity_over_infinity", "sigmoid_backward": "ignores_the_upstream_gradient"},
    "dorothy": {"tanh_backward": "forgets_the_square", "relu_forward": "zeroes_x_in_place"},
    "emmy": {"sigmoid_forward": "two_masks", "relu_backward": "caches_the_mask"},
    "felix": {"relu_forward": "leaky", "tanh_backward": "tanh_applied_twice"},
    "grace": "empty",
    "henri": "broken",
}


def run(command):
    """One nbgrader command, shown before it runs; its log goes to a file."""
    print(f"$ nbgrader {' '.join(command)}", flush=True)
    with open(FOLDER / "log.txt", "a", encoding="utf-8") as log:
        subprocess.run(
            [sys.executable, "-m", "nbgrader", *command], cwd=FOLDER, stdout=log, stderr=log, env=os.environ, check=False
        )


def make_class(released):
    """Hand in one notebook for each student."""
    exercises = [exercise.name for exercise in find_lesson(LESSON).exercises]
    for student, errors in CLASS.items():
        if errors == "broken":
            text = released[: len(released) // 2]  # a download that stopped half-way
        elif errors == "empty":
            text = released
        else:
            answers = {}
            for exercise in exercises:
                answers.update(answer(exercise))
            for exercise, name in errors.items():
                answers.update(answer(exercise, find(exercise, name)))
            text = submission(released, answers)
        hand_in(FOLDER, student, LESSON, text)


def outcomes(student):
    """The result of each exercise as the graded notebook holds it."""
    path = FOLDER / "autograded" / student / LESSON / f"{LESSON}.ipynb"
    if not path.exists():
        return []
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return [data[RESULT] for data in outputs if RESULT in data]


def table():
    """The grades as nbgrader's gradebook holds them, with the mistake that each student made."""
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(f"sqlite:///{FOLDER}/gradebook.db") as gradebook:
        for student in CLASS:
            results = outcomes(student)
            try:
                submitted = gradebook.find_submission(LESSON, student)
                points = f"{submitted.score:g} of {submitted.max_score:g}" if results else "no grade"
            except MissingEntry:
                points = "no grade"
            said = list(dict.fromkeys(
                f"{result['exercise']}: {outcome['sentence']}"
                for result in results
                for outcome in result["outcomes"]
                if not outcome["passed"] and outcome["kind"] != "waits" and outcome["sentence"]
            ))  # fmt: skip
            if not results:
                said = ["The notebook cannot be read: log.txt says why."]
            elif not submitted.score:
                said = ["Nothing is filled in."]
            indent = " " * 22
            lines = [textwrap.fill(each, 110, initial_indent=indent, subsequent_indent=indent + "  ") for each in said]
            print(f"{student:<10}{points:>9}   " + "\n".join(lines or ["All right."]).lstrip())


def main():
    """Release, hand in, autograde, give feedback."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "solutions" / LESSON).mkdir(parents=True)
    shutil.copy(COURSE / "nbgrader_config.py", FOLDER)
    shutil.copy(COURSE / "solutions" / LESSON / f"{LESSON}.ipynb", FOLDER / "solutions" / LESSON)
    print(f"A course of its own in {FOLDER.relative_to(COURSE)}: lesson {LESSON}, {len(CLASS)} students.\n")
    run(["generate_assignment", LESSON])
    make_class((FOLDER / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    run(["autograde", LESSON])
    run(["generate_feedback", LESSON])
    run(["export"])
    print()
    table()
    feedback = Path("feedback") / "STUDENT" / LESSON / f"{LESSON}.html"
    print(f"\nFeedback pages: {(FOLDER / feedback).relative_to(COURSE)}")
    print(f"Grades as CSV:  {(FOLDER / 'grades.csv').relative_to(COURSE)}")
