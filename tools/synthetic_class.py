"""Makes a class: submissions from the bank that are correct, partly correct and wrong, like those of students."""

import ast
import inspect
import json
import textwrap
from pathlib import Path

from autograder import bank
from autograder.course import write_whole
from autograder.publish.source import solution_source


def answer(exercise, entry=None):
    """Return the source that a student would have typed: the reference's, or a mistake's or variant's.

    Returns
    -------
    dict
        Source by exercise; an entry may include the forward pass that it belongs to.
    """
    if entry is None:
        marks = ("BEGIN SOLUTION", "END SOLUTION")
        lines = solution_source(exercise).splitlines()
        return {exercise: "\n".join(line for line in lines if not any(mark in line for mark in marks))}
    return {name: _renamed(code, name) for name, code in entry.replaces}


def _renamed(code, name):
    """Return the source of `code` without its decorators, defined as `name`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    tree.body[0].decorator_list = []
    tree.body[0].name = name
    return ast.unparse(tree)


def find(exercise, name):
    """Return the mistake or variant of `exercise` called `name`.

    Raises
    ------
    ValueError
        If the bank has none with that name.
    """
    for entry in (*bank.mistakes_of(exercise), *bank.variants_of(exercise)):
        if entry.name == name:
            return entry
    raise ValueError(f"The bank has no mistake or variant {name!r} of {exercise}.")


def submission(released, answers):
    """Return a released notebook with the exercises filled in.

    Parameters
    ----------
    released : str
        The text of the released notebook.
    answers : dict
        Source by exercise. Other exercises stay empty.

    Returns
    -------
    str
    """
    notebook = json.loads(released)
    for cell in notebook["cells"]:
        source = answers.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
        if source is not None:
            cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1)


def hand_in(course, student, lesson, text):
    """Put a notebook where `nbgrader collect` would have put it."""
    write_whole(Path(course) / "submitted" / student / lesson / f"{lesson}.ipynb", text)


def right(exercises):
    """Return correct answers to some exercises, as `submission` takes them."""
    answers = {}
    for exercise in exercises:
        answers.update(answer(exercise))
    return answers


def stands_alone(entry):
    """Whether a student could have typed an entry as it is: one function that needs only NumPy.

    An entry that imports scikit-learn does not count, because the import takes seconds in each student's process.
    """
    ((name, code),) = entry.replaces if len(entry.replaces) == 1 else (("", None),)
    if not inspect.isfunction(code) or any(name.startswith("sklearn") for name in code.__code__.co_names):
        return False
    return set(inspect.getclosurevars(code).globals) <= {"np"}


def attempt(lesson, skill, rng):
    """Write what a student with some skill would write: each exercise correct in some style, wrong in a known way, or empty.

    Parameters
    ----------
    lesson : lessonkit.catalogue.Lesson
    skill : float
        From 0 to 1.
    rng : numpy.random.Generator

    Returns
    -------
    answers : dict of str to str
        Source by exercise.
    wrong : dict of str to Entry
        The mistakes among them, by exercise.
    """
    answers, mistaken = {}, {}
    for exercise in lesson.exercises:
        luck = rng.uniform()
        if luck < 0.4 * (1 - skill) ** 2:
            continue
        wrong = luck < 0.9 * (1 - skill)
        paired = exercise.name.endswith(("_forward", "_backward"))  # another style may need another cache
        entries = bank.mistakes_of(exercise.name) if wrong else () if paired else bank.variants_of(exercise.name)
        entries = [entry for entry in entries if stands_alone(entry)]
        entry = entries[rng.integers(len(entries))] if entries else None
        answers.update(answer(exercise.name, entry))
        if wrong and entry:
            mistaken[exercise.name] = entry
    return answers, mistaken
