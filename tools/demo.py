"""``make demo``: an instructor's whole workflow with a class of sixty, of whom fifteen hand in something broken or hostile.

``make demo LESSON=06`` uses another lesson.
"""

import json
import os
import shutil
import subprocess
import sys
import textwrap
import time

import numpy as np

from autograder import bank
from autograder.course import COURSE, write_whole
from autograder.grading.assignment import grade
from autograder.report import items, report
from autograder.sandbox.inside.lockdown import Limits
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import points_of
from tools.synthetic_class import answer, hand_in, right, stands_alone, submission

FOLDER = COURSE / "build" / "demo"
SAMPLE, SAMPLE_OF = COURSE / "docs" / "sample", "01_activations"
HONEST = """
    ada alan amalie barbara benoit blaise bernhard carl charlotte claude david dorothy edsger ellen emmy evariste
    felix florence frank george grace hedy henri hypatia ida isaac james joan john karen katherine kurt lise leonhard
    marie maryam niels olga pierre rosalind shafi sofia srinivasa tim wang
""".split()
READ_FILES = """
import glob
stolen = [open(path).read() for path in glob.glob("/**/gradebook.db", recursive=True)]
print(open(".secret_seed").read())
"""
# What hostile students write into the cell of the first exercise. NAME stands for the exercise.
HOSTILE = {
    "mallory-patches-numpy": "import numpy as np\nnp.allclose = np.isclose = lambda *a, **k: True\ndef NAME(*arguments):\n    return arguments",
    "mallory-replaces-check": "check = lambda *a, **k: 5.0\ndef NAME(*arguments):\n    return arguments",
    "mallory-exits": "import os\ndef NAME(*arguments):\n    os._exit(0)",
    "mallory-loops": "while True:\n    pass",
    "mallory-eats-memory": "hoard = [bytearray(2**28) for _ in range(100)]",
    "mallory-floods": "while True:\n    print('x' * 100000)",
    "mallory-forks": "import os\nwhile True:\n    os.fork()",
    "mallory-reads": READ_FILES,
    "mallory-phones-home": "import socket\nsocket.create_connection(('127.0.0.1', 80))",
}
LIMITS = Limits(cell=5, call=5, notebook=60)  # short, so that endless loops do not hold up the demo
BROKEN = ("nil-cut-off", "nil-wrong-name", "nil-empty-folder", "nil-twice", "nil-no-checks", "nil-nothing-filled-in")


def run(*command):
    """Print and run one nbgrader command; its log goes to a file."""
    print(f"$ nbgrader {' '.join(command)}", flush=True)
    with open(FOLDER / "log.txt", "a", encoding="utf-8") as log:
        subprocess.run([sys.executable, "-m", "nbgrader", *command], cwd=FOLDER, stdout=log, stderr=log, check=True)


def make_class(lesson, released):
    """Hand in a notebook for everyone; each honest student makes up to three mistakes from the bank."""
    rng = np.random.default_rng(1)
    exercises = [exercise.name for exercise in lesson.exercises]
    answers = right(exercises)
    for student in HONEST:
        wrong = {}
        for exercise in rng.permutation(exercises)[: rng.integers(4)]:
            entries = [entry for entry in bank.mistakes_of(exercise) if stands_alone(entry)]
            if entries:
                wrong.update(answer(exercise, entries[rng.integers(len(entries))]))
        hand_in(FOLDER, student, lesson.name, submission(released, {**answers, **wrong}))
    for student, source in HOSTILE.items():
        tampered = {**answers, exercises[0]: source.replace("NAME", exercises[0])}
        hand_in(FOLDER, student, lesson.name, submission(released, tampered))
    solved = submission(released, answers)
    hand_in(FOLDER, "nil-cut-off", lesson.name, solved[: len(solved) // 2])
    hand_in(FOLDER, "nil-nothing-filled-in", lesson.name, released)
    hand_in(FOLDER, "nil-wrong-name", lesson.name, solved)
    folder = FOLDER / "submitted" / "nil-wrong-name" / lesson.name
    os.rename(folder / f"{lesson.name}.ipynb", folder / "Untitled3.ipynb")
    (FOLDER / "submitted" / "nil-empty-folder" / lesson.name).mkdir(parents=True)
    notebook = json.loads(solved)
    for student, cells in (
        ("nil-twice", [cell for cell in notebook["cells"] for _ in (1, 2)]),
        (
            "nil-no-checks",
            [cell for cell in notebook["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")],
        ),
    ):
        hand_in(FOLDER, student, lesson.name, json.dumps({**notebook, "cells": cells}))


def sentences_for(graded):
    """Return what one student is told, each sentence once."""
    sentences = [
        f"{exercise}: {outcome.sentence}"
        for exercise, outcome in graded.outcomes()
        if not outcome.passed and outcome.kind not in ("waits", "empty")
    ]
    return list(dict.fromkeys([*graded.notes, *sentences]))


def table(submissions, most):
    """Print the grades, and the first sentence for each student."""
    for student, graded in submissions.items():
        points = f"{graded.earned:g} of {most:g}" if graded.points else "no grade"
        sentences = sentences_for(graded)
        more = f" (and {len(sentences) - 1} more)" if len(sentences) > 1 else ""
        words = textwrap.shorten(sentences[0], 96, placeholder=" …") + more if sentences else "Everything is correct."
        words = "Nothing is filled in." if student == "nil-nothing-filled-in" else words
        print(f"{student:<23}{points:>9}   {words}")


def keep_sample(name, report, feedback):
    """Keep what the site shows to instructors, where the demo is of its lesson."""
    if name == SAMPLE_OF:
        for path, kept in ((report, "report.html"), (feedback, "feedback.html")):
            write_whole(SAMPLE / kept, path.read_bytes())


def main(name=SAMPLE_OF):
    """Release, hand in, grade, give feedback."""
    lesson = find_lesson(name)
    name = lesson.name
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "solutions" / name).mkdir(parents=True)
    shutil.copy(COURSE / "nbgrader_config.py", FOLDER)
    shutil.copy(COURSE / "solutions" / name / f"{name}.ipynb", FOLDER / "solutions" / name)
    size = len(HONEST) + len(HOSTILE) + len(BROKEN)
    print(f"A separate course in {FOLDER.relative_to(COURSE)}: lesson {name}, {size} students.\n")
    run("generate_assignment", name)
    make_class(lesson, (FOLDER / "lessons" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    print(f"$ python -m autograder grade {name}", flush=True)
    start = time.monotonic()
    submissions = grade(name, FOLDER, limits=LIMITS)
    seconds = time.monotonic() - start
    run("generate_feedback", name, "--student=ada")
    run("export")
    print()
    table(submissions, sum(points_of(exercise.name) for exercise in lesson.exercises))

    print(f"\n{size} notebooks graded in {seconds:.0f} s. The most common mistakes:")
    for mistake in items.mistakes(items.ran(submissions))[:5]:
        sentence = textwrap.shorten(mistake.sentence, 96, placeholder=" …")
        print(f"  {len(mistake.students)} x  {mistake.what[0]}: {sentence}")
    html, _ = report(name, FOLDER)
    print(f"\nThe report:      {html.relative_to(COURSE)}")
    feedback = FOLDER / "feedback" / "ada" / name / f"{name}.html"
    print(f"A feedback page: {feedback.relative_to(COURSE)}")
    print(f"All of them:     cd {FOLDER.relative_to(COURSE)} && nbgrader generate_feedback {name}")
    keep_sample(name, html, feedback)
    print(f"Grades as CSV:   {(FOLDER / 'grades.csv').relative_to(COURSE)}")
