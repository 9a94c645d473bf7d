"""What happened to the cells that were run, so that a check can say why a function is missing or outdated.

IPython tells this module about every cell, before and after it runs (`follow`). The module keeps the source of each cell,
how it ended, and which exercises it redefined.
"""

import ast
import difflib
import re
import traceback
from dataclasses import dataclass

from lessonkit.catalogue import exercises
from lessonkit.statements import INVISIBLE, blank_lines_above, plain_python

KEPT = 500  # cells; the oldest are dropped first
MAX_SOURCE = 100_000  # characters of a cell that are kept
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Run:
    """One cell that was run.

    Attributes
    ----------
    source : str
    kind, message : str
        The error's, if the cell stopped with one.
    line : int
        The line of the cell at which it stopped; 0 if that is not known.
    changed : frozenset of str
        The exercises that it redefined.
    """

    source: str
    kind: str = ""
    message: str = ""
    line: int = 0
    changed: frozenset = frozenset()

    @property
    def where(self):
        """``line 3, `import pandas```."""
        lines = self.source.splitlines()
        text = lines[self.line - 1].strip() if 0 < self.line <= len(lines) else ""
        return (f"line {self.line}" + (f", `{text[:80]}`" if text else "")) if self.line else ""


_runs = []
_trees = {}  # by source
_before = {}  # the exercises as they were when the current cell began


def follow(shell):
    """Let an IPython shell report every cell that it runs."""

    def begin(info=None):
        _remember(shell.user_ns)

    def end(result):
        source = getattr(result.info, "raw_cell", "") or ""
        note(source, result.error_before_exec or result.error_in_exec, shell.user_ns)

    shell.events.register("pre_run_cell", begin)
    shell.events.register("post_run_cell", end)


def note(source, error=None, namespace=None):
    """Record that a cell was run in `namespace`, and the exception that stopped it."""
    namespace = _before if namespace is None else namespace
    changed = frozenset(name for name in exercises() if namespace.get(name) is not _before.get(name))
    del _runs[: max(0, len(_runs) - KEPT + 1)]
    if error is None:
        _runs.append(Run(source[:MAX_SOURCE], changed=changed))
    else:
        message = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
        line = _line_of(error)
        line += blank_lines_above(source) if line else 0
        _runs.append(Run(source[:MAX_SOURCE], type(error).__name__, str(message)[:200], line, changed))
    _remember(namespace)


def forget():
    """Forget everything, as when the kernel is restarted."""
    _runs.clear()
    _trees.clear()
    _before.clear()


def _remember(namespace):
    kept = {name: namespace[name] for name in exercises() if name in namespace}
    _before.clear()
    _before.update(kept)


def _line_of(error):
    """Return the line of the cell at which it stopped; 0 if that is not known."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    timed = next((line for code, line in frames if code.co_filename == "<timed exec>"), None)
    if timed is not None:
        return timed + 1  # below the line with %%time
    return next(
        (line for code, line in frames if code.co_name == "<module>"), 0
    )  # later frames belong to what it imports


def why_not_current(name, namespace):
    """Return why the `name` that a check would see is missing or outdated, as a sentence; or "".

    Parameters
    ----------
    name : str
        A function or class.
    namespace : dict
        What the notebook has defined.
    """
    if sentence := _stopped(name, namespace):
        return sentence
    if name in namespace:
        return "" if callable(namespace[name]) else _shadowed(name, namespace[name])
    if inside := _inside_of(name):
        return f"{name} is defined inside {inside}, where nothing else can see it. Move its `def` to the left margin of the cell."
    if other := _renamed(name, namespace):
        return f"There is no {name}, but there is {other}. Did you rename it? The check looks for {name}."
    return ""


def _stopped(name, namespace):
    """Return a sentence if the last cell that should define `name` stopped before it did; or ""."""
    if namespace.get(name) is not _before.get(name):
        return ""  # the cell that runs now has defined it
    for run in reversed(_runs):
        if name in run.changed:
            return ""
        if _defines(run.source, name):
            break
    else:
        return ""
    if not run.kind or _was_reached(run, name):
        return ""
    what = f"{run.kind}: {run.message}".rstrip(": .")
    where = f" at {run.where}" if run.where else ""
    old = f" Until then the check would see an earlier {name}." if name in namespace else ""
    return f"The cell that defines {name} stopped{where}: {what}. Fix that line, and run the cell again.{old}"


def _tree(source):
    """Return a cell's syntax tree; None if it is not valid Python."""
    if source not in _trees:
        if len(_trees) > KEPT:
            _trees.clear()
        try:
            _trees[source] = ast.parse(plain_python(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _trees[source] = None
    return _trees[source]


def _defines(source, name):
    """Whether a cell should define the function or class `name` for the whole notebook."""
    if name not in source:
        return False
    tree = _tree(source)
    return bool(_places(tree, name)) if tree is not None else _is_meant(source, name)


def _places(tree, name):
    """Return the last lines of the statements of a cell that define `name`."""
    return [node.end_lineno for node in _at_top(tree.body) if _binds_function(node, name)]


def _at_top(body):
    """Yield the statements that run when the cell runs, including those in a block of an `if` or a `try`."""
    for node in body:
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                yield from _at_top(getattr(node, block, ()))
            for handler in getattr(node, "handlers", ()):
                yield from _at_top(handler.body)


def _binds_function(node, name):
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return node.name == name
    if isinstance(node, ast.ImportFrom):
        return any((alias.asname or alias.name) == name for alias in node.names)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(target, ast.Name) and target.id == name for target in targets)
    return False


def _is_meant(source, name):
    """Whether a cell that is not valid Python has the line ``def name``, outside of classes, functions and strings."""
    start = re.compile(rf"(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b")
    lines = _without_texts(source.translate(dict.fromkeys(map(ord, INVISIBLE)))).splitlines()
    for number, line in enumerate(lines):
        if start.match(line.strip()):
            indent = len(line) - len(line.lstrip())
            outer = (other for other in reversed(lines[:number]) if other.strip())
            outer = next((other for other in outer if len(other) - len(other.lstrip()) < indent), "")
            if not re.match(r"\s*(?:async\s+)?(?:def|class)\b", outer):
                return True
    return False


def _without_texts(source):
    """Return a source without its triple-quoted strings; lines keep their numbers."""
    return re.sub(r"(\"\"\"|''')(?:.|\n)*?\1", lambda text: "\n" * text[0].count("\n"), source)


def _was_reached(run, name):
    """Whether the cell had passed the last definition of `name` when it stopped."""
    tree = _tree(run.source)
    if tree is None or run.kind in ("SyntaxError", "IndentationError", "TabError"):
        return False
    return not run.line or run.line > max(_places(tree, name))


def _shadowed(name, value):
    return (
        f"{name} is not a function here, but a value of type {type(value).__name__}: something was assigned to the name `{name}`. "
        f"Give that variable another name, then run the cell that defines {name} again."
    )


def _inside_of(name):
    """Return the function in which `name` was defined by mistake."""
    for run in reversed(_runs):
        tree = _tree(run.source) if name in run.source else None
        for node in _at_top(tree.body) if tree is not None else ():
            if isinstance(node, FUNCTIONS) and any(inner.name == name for inner in _functions_in(node)):
                return node.name
    return ""


def _functions_in(function):
    return [node for node in ast.walk(function) if isinstance(node, FUNCTIONS) and node is not function]


def _renamed(name, namespace):
    """Return a function of the student's that has nearly this name and is not an exercise itself."""
    own = [
        other
        for other, value in namespace.items()
        if callable(value) and other not in exercises() and any(_defines(run.source, other) for run in _runs)
    ]
    plain = {other.replace("_", "").lower(): other for other in own if not other.startswith("_")}
    close = difflib.get_close_matches(name.replace("_", "").lower(), plain, 1, 0.8)
    return plain[close[0]] if close else ""
