"""Where an exception came up in a student's code: the expression, and what the names in it stand for.

None of the student's code runs here. A value is looked up only where that calls no code but Python's and NumPy's own, and
only exact types are looked into: a subclass may have methods of its own.
"""

import ast
import builtins
import dis
import functools
import inspect
import itertools
import linecache
import os
import sysconfig
import types

import numpy as np

KIT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NUMPY = os.path.dirname(os.path.abspath(np.__file__)) + os.sep
REFERENCE = os.path.join(os.path.dirname(KIT), "reference_impl")
OTHERS = (KIT, REFERENCE, "site-packages", sysconfig.get_path("stdlib"))
UNKNOWN = object()
LONGEST = 60  # characters that are quoted of a line
MOST_SOURCE = 200_000  # characters of a cell that are parsed
NUMBERS = (int, float, bool, np.float64, np.float32, np.int64, np.int32)
BUILTIN = (types.BuiltinFunctionType, np.ufunc, type(np.sum))
CALLED = (types.FunctionType, types.MethodType, types.MethodWrapperType, *BUILTIN)
CONTAINERS = (tuple, list, dict, str, set)


class Spot:
    """The deepest place in the student's code that an exception came through.

    Attributes
    ----------
    text : str
        The exception's text, on one line.
    error : Exception
    code : code
        Of the function that raised it or passed it on.
    line : int
    node, function : ast.AST or None
        The failing expression or statement, and the function around it; None where it is not known.
    direct, by_numpy, by_course : bool
        Whether nothing but compiled code lies between this place and the exception; nothing but NumPy; nothing but that
        and the course's own functions.
    calls : list of code
        The student's functions that were running, the first call first.
    """

    def __init__(self, error):
        self.error, self.text = error, " ".join(str(error).split())
        steps = list(_steps(error.__traceback__))
        own = [i for i, step in enumerate(steps) if _is_own(step.tb_frame.f_code)]
        if not own:
            raise LookupError("no line of the student's")
        step = steps[own[-1]]
        self.frame, self.line, self.code = step.tb_frame, step.tb_lineno, step.tb_frame.f_code
        below = steps[own[-1] + 1 :]
        self.by_course = all(inner.tb_frame.f_code.co_filename.startswith((NUMPY, REFERENCE)) for inner in below)
        self.direct, self.calls = not below, [steps[i].tb_frame.f_code for i in own]
        self.by_numpy = all(inner.tb_frame.f_code.co_filename.startswith(NUMPY) for inner in below)
        self.raised = not below and dis.opname[self.code.co_code[step.tb_lasti]] == "RAISE_VARARGS"
        self._around, self._source = {}, ""
        self.node = self.function = None
        self._read(step.tb_lasti)

    def _read(self, instruction):
        entry = linecache.cache.get(self.code.co_filename)
        if entry is None or len(entry) < 4 or sum(map(len, entry[2])) > MOST_SOURCE:
            return
        self._source = "".join(entry[2])
        nodes, self._around = _parsed(self._source)
        line, end, column, end_column = next(itertools.islice(self.code.co_positions(), instruction // 2, None))
        found = [node for node in nodes if _place(node) == (line, end, column, end_column)]
        self.node = next((node for node in found if not isinstance(node, ast.Expr)), None)
        self.function = next((node for node in nodes if self._is_function(node)), None)

    def _is_function(self, node):
        return (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.name == self.code.co_name
            and node.lineno <= self.line <= node.end_lineno
            and self.code.co_firstlineno in (node.lineno, *(mark.lineno for mark in node.decorator_list))
        )

    def around(self, node):
        """The syntax around a node, the nearest first."""
        while (node := self._around.get(node)) is not None:
            yield node

    def quote(self, node):
        """A part of the line, word for word, in backticks; "" where it is long or not known."""
        text = " ".join((ast.get_source_segment(self._source, node) or "").split()) if node is not None else ""
        return f"`{text}`" if 0 < len(text) <= LONGEST and "`" not in text else ""

    def name(self, name):
        """The value of a variable, or UNKNOWN."""
        scopes = (self.locals(), self.frame.f_globals, vars(builtins))
        return next((dict.get(names, name) for names in scopes if dict.__contains__(names, name)), UNKNOWN)

    def locals(self):
        """The local variables: none for a class's body, where an object of any kind may hold the names."""
        is_plain = type(self.frame.f_locals) is dict or self.code.co_flags & inspect.CO_OPTIMIZED
        return dict(self.frame.f_locals) if is_plain else {}

    def value(self, node):
        """The value of a constant, name, attribute or entry, or UNKNOWN: nothing is called."""
        value = self._value(node)
        return value if is_plain(value) else UNKNOWN

    def _value(self, node):
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Tuple):
            parts = tuple(self.value(part) for part in node.elts)
            return UNKNOWN if any(part is UNKNOWN for part in parts) else parts
        if isinstance(node, ast.Attribute):
            return attribute(self.value(node.value), node.attr)
        if isinstance(node, ast.Subscript):
            return _entry(self.value(node.value), self.value(node.slice))
        return UNKNOWN

    def shape(self, node):
        """The shape of a node's value, as text: "" where it is not an array or not known."""
        value = self.value(node)
        return f"{value.shape}" if type(value) is np.ndarray else "()" if type(value) in NUMBERS else ""

    def says(self, node):
        """A node's value in words, such as ``a tuple of 3 items``; "" where it is not known."""
        return describe(self.value(node))


@functools.lru_cache(maxsize=4)  # of a file of mistakes, many raise something
def _parsed(source):
    """The nodes of a source that have a place in it, and the node around each."""
    every = list(ast.walk(ast.parse(source)))
    around = {child: node for node in every for child in ast.iter_child_nodes(node)}
    return [node for node in every if hasattr(node, "end_col_offset")], around


def is_of(value, *kinds):
    """Whether a value has one of these exact types, not a subclass: the type, which may be a student's, is not asked."""
    return any(type(value) is kind for kind in kinds)


def is_plain(value):
    """Whether a value's type has no metaclass, which may compare types with its own code."""
    return type(type(value)) is type


def is_one(value, *others):
    return any(value is other for other in others)


def describe(value):
    """What a value is, in a few words; "" for an object of another kind."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of shape {value.shape}"
    if kind is bool or value is None:
        return str(value)
    if kind in NUMBERS:
        return f"the number {value.item() if isinstance(value, np.generic) else value!r}"[:40]
    if kind is str:
        return f"the string {value!r}" if len(value) <= 20 else "a string"
    if kind in (tuple, list):
        return f"a {kind.__name__} of {len(value)} item{'s' * (len(value) != 1)}"
    if kind in CALLED:
        return "a function"
    others = {dict: "a dict", set: "a set", types.ModuleType: "a module", types.GeneratorType: "a generator"}
    return "a range" if kind is range else others.get(kind, "")


def attribute(value, name):
    """An attribute that can be had without running a line of the student's, or UNKNOWN."""
    if type(value) in (np.ndarray, *NUMBERS, *CONTAINERS):
        return getattr(value, name, UNKNOWN)
    if value is UNKNOWN or not is_plain(value):
        return UNKNOWN
    found = inspect.getattr_static(value, name, UNKNOWN)
    return UNKNOWN if isinstance(found, property) else found


def attributes(value):
    """The names of an object's attributes that do not start with an underscore; none where its type has a metaclass."""
    if not is_plain(value):
        return []
    names = {
        name
        for kind in type.__dict__["__mro__"].__get__(type(value))
        for name in type.__dict__["__dict__"].__get__(kind)
    }
    slot = inspect.getattr_static(value, "__dict__", None)
    if type(slot) is types.GetSetDescriptorType:
        names |= {*slot.__get__(value)}
    return sorted(name for name in names if type(name) is str and not name.startswith("_"))


def _entry(value, key):
    """An entry of a tuple, list, dict or array by a plain key, or UNKNOWN."""
    if type(key) not in (int, str):
        return UNKNOWN
    if type(value) is dict:
        plain = all(is_of(other, int, str) for other in value)  # another key might compare with its own code
        return value.get(key, UNKNOWN) if plain else UNKNOWN
    if type(value) in (tuple, list, np.ndarray) and type(key) is int:
        return value[key] if -len(value) <= key < len(value) else UNKNOWN
    return UNKNOWN


def _steps(step):
    while step is not None:
        yield step
        step = step.tb_next


def _is_own(code):
    path = code.co_filename
    return not any(folder in path for folder in OTHERS) and not path.startswith("<frozen") and "__array" not in path


def _place(node):
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
