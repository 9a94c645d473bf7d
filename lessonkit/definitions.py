"""Finds what a student has written: the definitions in their lesson notebooks.

Only imports, functions, classes and plain constants are taken from a notebook, so looking at a student's progress
never trains a network or draws a figure.
"""

import ast
import json
import linecache
from pathlib import Path

from lessonkit.catalogue import lesson as find_lesson

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def find_notebook(lesson, folder=None):
    """The student's notebook of a lesson, or None.

    Parameters
    ----------
    lesson : str
        The lesson's name or number.
    folder : path, optional
        Where to look: here, beside it, or in its ``lessons`` folder. Default: the current folder.
    """
    name = find_lesson(lesson).name
    here = Path(folder or Path.cwd()).resolve()
    folders = [here, here / name, here / "lessons" / name, here.parent / name, here.parent / name / "lessons" / name]
    return next((path for path in (folder / f"{name}.ipynb" for folder in folders) if path.is_file()), None)


def definitions(path):
    """What the notebook at `path` defines, by name.

    A cell that cannot be parsed, or a definition that raises, is left out: the check then says what is missing.

    Raises
    ------
    ValueError
        If the file is no notebook.
    """
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{Path(path).name} is not a readable notebook. Open it in Jupyter and save it again."
        ) from error
    namespace = {"__name__": Path(path).stem}
    for number, source in enumerate(sources):
        _define(source, f"{Path(path).name}, cell {number + 1}", namespace)
    return namespace


def _define(source, label, namespace):
    plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        statements = ast.parse(plain).body
    except SyntaxError:
        return
    linecache.cache[label] = (len(plain), None, plain.splitlines(keepends=True), label)
    for statement in statements:
        if isinstance(statement, DEFINITIONS) or _is_constant(statement):
            try:
                exec(compile(ast.Module([statement], []), label, "exec"), namespace)
            except Exception:  # noqa: S112  a definition that fails is a definition that is missing
                continue


def _is_constant(statement):
    if not isinstance(statement, ast.Assign):
        return False
    try:
        ast.literal_eval(statement.value)
    except ValueError:
        return False
    return True
