"""Fingerprints of definitions on which a grade or a scorecard number depends, so that only what has changed is done again.

A fingerprint covers the syntax trees of some definitions and of everything that they use in the project, found by name. Comments,
docstrings, layout, a definition's module and the names of local variables do not count.
"""

import ast
import builtins
import hashlib
import inspect
import itertools
import sys
from functools import cache
from importlib import import_module
from importlib.util import resolve_name

PACKAGES = ("autograder", "lessonkit", "reference_impl", "tools")
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def of_modules(*names):
    """Return everything that some modules define, without what they use from other modules."""
    return frozenset((name, definition) for name in names for definition in _definitions(name))


def digest(*sets):
    """Return a short text for sets of definitions from `reached` and `of_modules`.

    Two definitions of one name in different modules both count; which module contains which does not.
    """
    text = "\n".join(sorted(f"{name}: {_text(module, name)}" for module, name in set().union(*sets)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def origin(code):
    """Return where something is defined: its module, and its top-level name there."""
    return code.__module__, code.__qualname__.split(".")[0]


@cache
def _definitions(module):
    """Return a module's top-level functions, classes and constants by name; a name may have several definitions."""
    by_name = {}
    for statement in _statements(module):
        if isinstance(statement, DEFINITIONS):
            by_name.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Assign):
            targets = [part for target in statement.targets for part in ast.walk(target)]
            for name in {target.id for target in targets if isinstance(target, ast.Name)}:
                by_name.setdefault(name, []).append(statement)
    return by_name


@cache
def _statements(module):
    import_module(module)
    return ast.parse(inspect.getsource(sys.modules[module])).body


def reached(roots):
    """Return the definitions that can be reached by name from `roots`."""
    seen, waiting = set(), list(roots)
    while waiting:
        module, name = waiting.pop()
        if (module, name) not in seen and name in _definitions(module):
            seen.add((module, name))
            waiting += _used(module, name)
    return frozenset(seen)


def _used(module, name):
    """Yield the project's definitions to which the names in a definition refer."""
    names = vars(sys.modules[module])
    for node in itertools.chain.from_iterable(map(_walk, _definitions(module)[name])):
        if isinstance(node, ast.Name):
            yield from _defined(names.get(node.id), module, node.id)
        elif isinstance(node, ast.Attribute) and _is_own_module(owner := names.get(getattr(node.value, "id", ""))):
            yield from _defined(getattr(owner, node.attr, None), owner.__name__, node.attr)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            if _is_own_module(owner := names.get(getattr(node.args[0], "id", ""))):
                yield from of_modules(owner.__name__)


def _is_own_module(value):
    """Whether a value is one of the project's modules."""
    return inspect.ismodule(value) and value.__name__.split(".")[0] in PACKAGES


def _walk(definition):
    """Return all nodes of a definition except the names of its decorators, which only register it."""
    decorators = {id(getattr(decorator, "func", decorator)) for decorator in getattr(definition, "decorator_list", ())}
    return (node for node in ast.walk(definition) if id(node) not in decorators)


def _defined(value, module, name):
    """Yield where the project defines a name that a module uses."""
    code = inspect.unwrap(value) if callable(value) else value
    if inspect.isfunction(code) or inspect.isclass(code):
        if code.__module__.split(".")[0] in PACKAGES:
            yield origin(code)
    elif name in _definitions(module):
        yield module, name
    elif name in _imported(module):
        yield _imported(module)[name]


@cache
def _imported(module):
    """Return where the constants are defined that a module imports from the project's other modules, by name."""
    origins = {}
    for statement in _statements(module):
        if not isinstance(statement, ast.ImportFrom):
            continue
        relative = "." * statement.level + (statement.module or "")
        source = resolve_name(relative, vars(sys.modules[module])["__package__"])
        for alias in statement.names if source.split(".")[0] in PACKAGES else ():
            names = _definitions(source) if alias.name == "*" else {alias.name} & set(_definitions(source))
            origins.update({alias.asname or name: (source, name) for name in names})
    return origins


@cache
def _text(module, name):
    """Return everything that a module defines under a name, as canonical text.

    In the reference, the names of local variables count, because its mutants are made from its source.
    """
    literal = module.split(".")[0] == "reference_impl"
    texts = []
    for definition in _definitions(module)[name]:
        own = set() if literal else _locals(definition) - set(vars(sys.modules[module])) - set(vars(builtins))
        texts.append(_canonical(definition, _Numbers(own)))
    return f"[{','.join(texts)}]"


def _locals(definition):
    """Return the names in a definition that are only local variables of its functions.

    Names that are visible outside are left out: parameters, attributes of classes, functions, imports.
    """
    if not isinstance(definition, DEFINITIONS):
        return set()
    bound, known = set(), set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            known.update(node.names)
        elif isinstance(node, (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            known.add(node.name)
        elif isinstance(node, ast.alias):
            known.add((node.asname or node.name).split(".")[0])
        if isinstance(node, ast.ClassDef):
            parts = (part for statement in node.body for part in ast.walk(statement) if isinstance(part, ast.Name))
            inside = {id(part) for function in _functions(node) for part in ast.walk(function)}
            known.update(part.id for part in parts if id(part) not in inside)
    return bound - known


def _functions(node):
    return (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef))


class _Numbers(dict):
    """Numbers local variables in the order in which they appear."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def __missing__(self, name):
        self[name] = number = f"local {len(self)}" if name in self.names else name
        return number


def _canonical(node, numbers):
    """Return a syntax tree, without docstrings, as text that is the same for every version of Python."""
    if isinstance(node, list):
        return f"[{','.join(_canonical(part, numbers) for part in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, ast.Name):
        fields["id"] = numbers[node.id]
    if isinstance(node, DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    parts = [
        f"{name}={_canonical(value, numbers)}" for name, value in sorted(fields.items()) if value not in (None, [])
    ]
    return f"{type(node).__name__}({','.join(parts)})"
