"""What the statements of a cell bind and need, so that a failing statement affects only those that need it."""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
TRANSPARENT_MAGICS = ("time", "capture", "prun")  # cell magics whose body is ordinary code
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"  # characters that get copied along from web pages and chats


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a cell.

    Attributes
    ----------
    node : ast.stmt
    binds : frozenset of str
        Names that it defines, or whose values it changes.
    needs : frozenset of str
        Names that it reads when it runs.
    uses : frozenset of str
        Names that the functions it defines read when they are called.
    """

    node: ast.stmt
    binds: frozenset
    needs: frozenset
    uses: frozenset


LONG = 10_000  # characters of a cell: IPython's time grows with the square of it


def plain_python(source):
    """Return a cell's source with IPython's shell lines and magics as calls of ``get_ipython()``; lines keep their numbers."""
    magic = re.match(r"\s*%%(\w+)[^\n]*\n", source)
    if magic and magic[1] in TRANSPARENT_MAGICS:
        source = "\n" * source[: magic.end()].count("\n") + source[magic.end() :]
    try:
        if len(source) > LONG:
            raise ImportError
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:  # plain Python, or a cell that would take IPython too long: leave out what starts like a magic
        source = re.sub(r"(?m)^([ \t]*[\w.,]+[ \t]*=)[ \t]*[%!].*$", r"\1 []", source)
        return re.sub(r"(?m)^([ \t]*)(?:[%!?].*|[\w.]+\?\??)$", r"\1pass", source)
    return "\n" * blank_lines_above(source) + TransformerManager().transform_cell(source)


def blank_lines_above(source):
    """Return how many lines IPython removes from the top of a cell before it counts them."""
    return source[: len(source) - len(source.lstrip())].count("\n")


@lru_cache(maxsize=4096)
def form(source):
    """Return what a source says, without layout and docstrings: its syntax tree, or its lines if it has none.

    So an empty exercise has the same form in each release of a lesson, even if its docstring changes.
    """
    if len(source) > 10 * LONG:
        return lines_of(source)
    try:
        tree = ast.parse(plain_python(source))
        for node in ast.walk(tree):
            if (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                and ast.get_docstring(node) is not None
            ):
                del node.body[0]
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return lines_of(source)


def lines_of(text):
    """Return a text without spaces at the ends of its lines, and without empty lines around it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def statements(source):
    """Return the statements of a cell.

    Raises
    ------
    SyntaxError
        If it is not valid Python; the error has the line of the cell.
    """
    tree = compile(plain_python(source), "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    return [statement_of(node) for node in tree.body]


def imports_of(source):
    """Return the import statements at the top of a cell, each as text; none if it is not valid Python."""
    try:
        nodes = [statement.node for statement in statements(source)]
    except SyntaxError:
        return []
    return [ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


def statement_of(node):
    """Return the `Statement` of a node of a syntax tree."""
    binds, needs, uses = set(), set(), set()
    _walk(node, binds, needs, uses, deferred=False)
    return Statement(node, frozenset(binds), frozenset(needs), frozenset(uses))


def _walk(node, binds, needs, uses, deferred):
    read = uses if deferred else needs
    if isinstance(node, ast.Name):
        (read if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        binds.update((alias.asname or alias.name.split(".")[0]) for alias in node.names)
        return
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.Delete)):
        changed = set(filter(None, map(_owner, _targets(node))))
        binds.update(changed)
        if isinstance(node, ast.AugAssign):
            read.update(changed)
    if isinstance(node, DEFERRED):
        _walk_function(node, binds, needs, uses, deferred)
        return
    if isinstance(node, ast.ClassDef):
        binds.add(node.name)
        own = set()
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            _walk(part, binds, needs, uses, deferred)
        for part in node.body:
            inner = set()
            _walk(part, own, inner, uses, deferred)
            read.update(inner)
        return
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        binds.add(node.name)
    for part in ast.iter_child_nodes(node):
        _walk(part, binds, needs, uses, deferred)


def _walk_function(node, binds, needs, uses, deferred):
    """Walk a function: decorators and defaults are read at once, the body when it is called, annotations then or never."""
    arguments = node.args
    if not isinstance(node, ast.Lambda):
        binds.add(node.name)
        for part in node.decorator_list:
            _walk(part, binds, needs, uses, deferred)
        if node.returns is not None:
            _walk(node.returns, binds, uses, uses, deferred)
    for part in (*arguments.defaults, *arguments.kw_defaults):
        if part is not None:
            _walk(part, binds, needs, uses, deferred)
    names = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    own, read = {argument.arg for argument in names if argument}, set()
    for argument in filter(None, names):
        if argument.annotation is not None:
            _walk(argument.annotation, binds, uses, uses, deferred)  # may never be read
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    for part in body:
        _walk(part, own, read, read, deferred=True)
    declared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    uses.update((read - own) | declared)


def _targets(node):
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target]


def _owner(target):
    """Return the name whose value an assignment to an attribute or an item changes."""
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None
