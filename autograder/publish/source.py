"""Makes a lesson's source notebook, in nbgrader's form, from its text ``solutions/NN_name/NN_name.py``.

A cell marked ``exercise="..."`` gets the reference's code, and one marked ``check="..."`` the line that grades it.
"""

import ast
import inspect

import reference_impl
from autograder.course import COURSE, CourseError
from lessonkit.engine.check import points_of

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class BuildError(CourseError):
    """A lesson cannot be built; the message says what to correct."""


def solution_source(exercise):
    """Return the reference's source of an exercise, with each body between nbgrader's solution marks.

    Signatures and docstrings stay outside the marks, so that students see them.
    """
    source = inspect.getsource(getattr(reference_impl, exercise))
    lines = source.rstrip().splitlines()
    tree = ast.parse(source).body[0]
    functions = (
        [tree] if isinstance(tree, ast.FunctionDef) else [f for f in tree.body if isinstance(f, ast.FunctionDef)]
    )
    for function in reversed(functions):
        first = function.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        start = first.end_lineno if documented else first.lineno - 1
        while not documented and lines[start - 1].lstrip().startswith("#"):
            start -= 1  # a comment above the first statement belongs to the body
        indent = " " * function.body[0].col_offset
        lines.insert(function.end_lineno, indent + END)
        lines.insert(start, indent + BEGIN)
    return "\n".join(lines)


def check_source(exercise):
    """Return the source of the graded cell: the visible check, and the hidden one between nbgrader's marks."""
    return f'check("{exercise}")\n### BEGIN HIDDEN TESTS\ncheck("{exercise}", hidden=True)\n### END HIDDEN TESTS'


def lesson_facts(lesson):
    """Return the line below a lesson's title: time, points, prerequisites."""
    points = sum(points_of(exercise.name) for exercise in lesson.exercises)
    *first, last = [name[:2] for name in lesson.after] or [""]
    after = f" · after lessons {', '.join(first)} and {last}" if first else f" · after lesson {last}" if last else ""
    return f"*About {lesson.minutes} minutes · {points:g} points{after}*"


def notebook(lesson):
    """Make the lesson's notebook from its text, without executing it.

    Raises
    ------
    BuildError
        If the text is missing, names an exercise of another lesson, or leaves one out.
    """
    import jupytext
    from nbformat import from_dict

    text = COURSE / "solutions" / lesson.name / f"{lesson.name}.py"
    if not text.exists():
        raise BuildError(
            f"{lesson.name}: there is no text {text.relative_to(COURSE)}. Write it, or name another lesson."
        )
    nb = jupytext.reads(text.read_text(encoding="utf-8"), fmt="py:percent")
    _require_each_once(lesson, nb)
    for number, cell in enumerate(nb.cells):
        marks, cell["id"] = cell.metadata, f"{lesson.name}-{number:03d}"
        cell["metadata"] = {key: value for key, value in marks.items() if key == "tags"}
        for kind in ("exercise", "check"):
            if kind in marks:
                _fill(cell, kind, marks[kind])
    _put_facts_below_title(lesson, nb.cells[0])
    nb["metadata"] = METADATA
    nb["nbformat"], nb["nbformat_minor"] = 4, 5
    return from_dict(nb)


def _require_each_once(lesson, nb):
    """Require one empty cell for each of the lesson's exercises, and one for its check."""
    own = [exercise.name for exercise in lesson.exercises]
    names = {"exercise": [], "check": []}
    for cell in nb.cells:
        for kind in names.keys() & cell.metadata.keys():
            name = cell.metadata[kind]
            if name not in own:
                raise BuildError(
                    f"{lesson.name}: {name!r} is not an exercise of this lesson. Its exercises are {', '.join(own)}."
                )
            if cell.source.strip():
                raise BuildError(f"{lesson.name}: the cell {kind}={name!r} must be empty, because the build fills it.")
            names[kind].append(name)
    for kind, marked in names.items():
        if sorted(marked) != sorted(own):
            raise BuildError(
                f"{lesson.name}: the lesson needs one {kind} cell for each of {', '.join(own)}. It has {', '.join(marked)}."
            )


def _fill(cell, kind, name):
    """Write an exercise's code or its check into a cell, with nbgrader's metadata."""
    graded = kind == "check"
    cell["id"] = f"{kind}-{name}"
    cell["source"] = check_source(name) if graded else solution_source(name)
    cell["metadata"]["nbgrader"] = {
        "grade": graded,
        "grade_id": f"check_{name}" if graded else name,
        "locked": graded,
        "schema_version": 3,
        "solution": not graded,
        "task": False,
    }
    if graded:
        cell["metadata"]["nbgrader"]["points"] = points_of(name)


def _put_facts_below_title(lesson, title):
    heading, _, rest = title.source.partition("\n")
    if title.cell_type != "markdown" or not heading.startswith("# "):
        raise BuildError(f"{lesson.name}: the first cell must begin with the title, `# {lesson.title}`.")
    title["source"] = f"{heading}\n\n{lesson_facts(lesson)}\n{rest}"
