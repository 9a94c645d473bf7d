"""Makes courses to grade, in separate folders."""

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.course import COURSE
from lessonkit.catalogue import lesson as find_lesson
from tools.synthetic_class import hand_in, right, submission


def course(folder, lesson, students, stock=False, figures=True):
    """Make a course in which everyone has handed in the same solved notebook.

    Parameters
    ----------
    folder : path
    lesson : str
    students : int
        How many.
    stock : bool
        Whether `nbgrader autograde` grades as it does by default, in the student's process.
    figures : bool
        Whether the notebooks draw their figures.

    Returns
    -------
    Path
    """
    lesson = find_lesson(lesson)
    folder = Path(shutil.copytree(_released(lesson.name).name, folder))
    if stock:
        with open(folder / "nbgrader_config.py", "a", encoding="utf-8") as config:
            config.write('del c["Autograde"]\n')
    released = (folder / "lessons" / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    text = submission(released, right(exercise.name for exercise in lesson.exercises))
    if not figures:
        text = without_figures(text)
    for number in range(students):
        hand_in(folder, f"student-{number:05d}", lesson.name, text)
    return folder


@functools.cache
def _released(lesson):
    """Make a course with a released lesson, which every class of this process is a copy of."""
    made = tempfile.TemporaryDirectory()  # removed when this process ends
    folder = Path(made.name)
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    (folder / "solutions" / lesson).mkdir(parents=True)
    shutil.copy(COURSE / "solutions" / lesson / f"{lesson}.ipynb", folder / "solutions" / lesson)
    run(folder, "-m", "nbgrader", "generate_assignment", lesson)
    return made


def without_figures(text):
    """Return the notebook without the cells that draw, which take longer than everything else."""
    notebook = json.loads(text)
    drawing = ("plots.", "explorers.")
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] != "code" or not "".join(cell["source"]).startswith(drawing)
    ]
    return json.dumps(notebook)


def run(folder, *command, path=False):
    """Run Python in a folder as an instructor would, without this process's settings for the course."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LESSONKIT")}
    if path:  # so that this project's modules can be imported too
        environment["PYTHONPATH"] = str(COURSE)
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
