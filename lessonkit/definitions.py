"""What a student has written: the exercises in a lesson's notebook, read without running the rest of it.

Of each cell, only the statements that an exercise needs are run: its own definition, and whatever that reads, wherever in
the notebook it is. So looking at a student's progress never trains a network or draws a figure.
"""

import __future__

import ast
import asyncio
import contextlib
import inspect
import io
import linecache
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from lessonkit import notebook_file
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.statements import INVISIBLE, statements
from lessonkit.time_limit import within

SECONDS = 10  # the limit for one statement
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FILLS = (
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "fill",
    "sort",
    "resize",
    "register",
)  # methods that change the object they are called on
LOOSE = (ast.Expr, ast.For, ast.With, ast.If, ast.Assign)  # statements that may change something through a call
DEMONSTRATION = "demonstration"  # the tag of a cell that shows something under an exercise's name


@dataclass
class Definitions:
    """What a notebook defines.

    Attributes
    ----------
    namespace : dict
        The objects by name.
    stopped : list of str
        Which cells could not be run, and why: ``cell 3 stopped at line 2: No module named 'pandas'``.
    lost : dict
        By name, the last of these sentences about a cell that should have defined it.
    future : int
        The compiler flags for the imports from ``__future__``.
    """

    namespace: dict
    stopped: list = field(default_factory=list)
    lost: dict = field(default_factory=dict)
    future: int = 0

    def stop(self, number, line, error, names):
        """Record that a cell stopped, and which names are lost with it."""
        words = (
            "" if isinstance(error, SystemExit) else getattr(error, "msg", None) or " ".join(str(error).split())[:200]
        )
        words = words or type(error).__name__
        sentence = f"cell {number} stopped{f' at line {line}' if line else ''}: {words}"
        self.stopped.append(sentence)
        self.lost.update(dict.fromkeys(names, sentence))


@dataclass
class _Cell:
    number: int
    label: str
    grade_id: str
    statements: list


def find_notebook(lesson, folder=None):
    """Return the student's notebook of a lesson, or None.

    Parameters
    ----------
    lesson : str
        The lesson's name or number.
    folder : path, optional
        Where to look: in it, beside it, or in its ``lessons`` folder. Default: the current folder.
    """
    name = find_lesson(lesson).name
    here = Path(folder or Path.cwd()).resolve()
    folders = [here, here / name, here / "lessons" / name, here.parent / name, here.parent / name / "lessons" / name]
    return next((path for path in (folder / f"{name}.ipynb" for folder in folders) if path.is_file()), None)


def definitions(path, names):
    """Return what the notebook at `path` defines of some exercises, and what they need.

    Parameters
    ----------
    path : path
    names : iterable of str
        The exercises.

    Returns
    -------
    Definitions

    Raises
    ------
    ValueError
        If the file is not a notebook.
    """
    path = Path(path)
    try:
        notebook, _ = notebook_file.read(path.read_bytes())
    except notebook_file.NotANotebook as error:
        raise ValueError(f"{path.name} cannot be read. {error}") from None
    written = Definitions({"__name__": "__main__", "display": _nothing_shown})
    cells, names = list(_parsed(notebook, path.name, written)), set(names)
    for name in names:
        _leave_out_later(cells, name)
    defining = [cell.number for cell in cells if any(part.binds & names for part in cell.statements)]
    _leave_out_changes(cells, max(defining, default=0))
    needed = _needed(cells, names)
    for cell in cells:
        _run(cell, needed, written)
    return written


def _parsed(notebook, file_name, written):
    """Yield the code cells that can be parsed, and record the others as stopped."""
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell is None or cell["cell_type"] != "code" or is_demonstration(cell):
            continue
        label, source = f"{file_name}, cell {number}", cell["source"]
        try:
            parts = [replace(part, binds=part.binds | _grown(part.node)) for part in statements(source)]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            names = re.findall(rf"^[ \t{INVISIBLE}]*(?:async +)?(?:def|class) +(\w+)", source, re.M)
            written.stop(number, getattr(error, "lineno", None), error, names)
            continue
        linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
        marks = cell["metadata"].get("nbgrader")
        yield _Cell(number, label, str(marks.get("grade_id")) if isinstance(marks, dict) else "", parts)


def is_demonstration(cell):
    """Whether a cell of the lesson shows something under an exercise's name, without being an answer."""
    tags = cell["metadata"].get("tags")
    return isinstance(tags, list) and DEMONSTRATION in tags


def _grown(node):
    """Return what a statement changes through a call: ``table.update(...)``, ``np.copyto(table, ...)``, ``setattr(Solver, ...)``."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)] if isinstance(node, LOOSE) else []
    owners = []
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in FILLS:
            owners.append(call.func.value)
        elif ast.unparse(call.func).rpartition(".")[2] in ("setattr", "copyto", "put", "place") and call.args:
            owners.append(call.args[0])
        elif ast.unparse(call.func) in ("exec", "globals"):  # may define anything
            owners.append(ast.Name("*"))
    return frozenset(owner.id for owner in owners if isinstance(owner, ast.Name))


def _leave_out_later(cells, name):
    """If an exercise's own cell has an answer, grade that one, and leave out what is below its check."""
    own = [i for i, cell in enumerate(cells) if cell.grade_id == name and any(map(_answers(name), cell.statements))]
    if not own:
        return
    check = [i for i, cell in enumerate(cells) if cell.grade_id == f"check_{name}" and i > own[0]]
    for cell in cells[(check or own)[0] + 1 :]:
        cell.statements = [part for part in cell.statements if name not in part.binds or _is_import(part.node)]


def _leave_out_changes(cells, last):
    """Below the last exercise, keep only new names: no check has seen what these cells change."""
    seen = {name for cell in cells if cell.number <= last for part in cell.statements for name in part.binds}
    for cell in cells:
        if cell.number > last:
            cell.statements = [part for part in cell.statements if part.binds - seen]


def _answers(name):
    """Return a test: whether a statement defines `name`, and not just as it was released."""

    def answers(part):
        bodies = [node.body for node in ast.walk(part.node) if isinstance(node, FUNCTIONS)]
        released = bool(bodies) and all(map(_is_empty, bodies))
        return name in part.binds and not released

    return answers


def _is_empty(body):
    """Whether a function is as it was released: a docstring, and an error that says it is empty."""
    *text, last = body
    said = all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in text)
    return said and ast.unparse(last) in ("raise NotImplementedError()", "raise NotImplementedError")


def _is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _needed(cells, names):
    """Return the names of the exercises and of all that they need; ``*`` stands for star imports and `exec`."""
    parts = [part for cell in cells for part in cell.statements]
    needed, before = {*names, "*"}, None
    for cell in cells:  # the imports in an exercise's own cell: if one fails, the student should know
        if any(part.binds & names for part in cell.statements):
            needed |= {name for part in cell.statements if _is_import(part.node) for name in part.binds}
    while needed != before:
        before = set(needed)
        for part in parts:
            if part.binds & needed and not _is_shell(part):
                needed |= part.needs | part.uses
    return needed


def _is_shell(part):
    """Whether a statement is only a magic or a shell line, which is not run and needs nothing."""
    return "get_ipython" in part.needs and isinstance(part.node, ast.Expr)


def _run(cell, needed, written):
    """Run the needed statements of a cell, without output."""
    for part in cell.statements:
        if not part.binds & needed or _is_shell(part):
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                _execute(part.node, cell.label, written)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            written.stop(cell.number, part.node.lineno, error, part.binds)


def _execute(node, label, written):
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | written.future
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        written.future |= __future__.annotations.compiler_flag * any(
            alias.name == "annotations" for alias in node.names
        )
    code, namespace = compile(ast.Module([node], []), label, "exec", flags), _with_shell(written.namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        within(SECONDS, lambda: _awaited(eval(code, namespace)), "this statement")
    else:
        within(SECONDS, lambda: exec(code, namespace), "this statement")


def _awaited(coroutine):
    """Run a coroutine to its end, in another thread: in a notebook, this thread already runs an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def _nothing_shown(*_, **__):
    """Stands in for IPython's `display`."""


class _NoShell:
    """Stands in for IPython when no cell runs: shell lines and magics do nothing."""

    def system(self, *_):
        return None

    def getoutput(self, *_, **__):
        return []

    def run_line_magic(self, *_, **__):
        return None

    run_cell_magic = run_line_magic


def _with_shell(namespace):
    namespace.setdefault("get_ipython", _NoShell)
    return namespace
