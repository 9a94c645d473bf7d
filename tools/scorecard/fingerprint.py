"""Fingerprints of code: what a number on the scorecard depends on, so that only what has changed is measured again.

A fingerprint covers the syntax trees of some definitions and of all that they use within the project, found by
name. Comments, docstrings and layout do not count.
"""

import ast
import hashlib
import inspect
import itertools
import sys
from functools import cache
from importlib import import_module

import reference_impl
from autograder import bank
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.engine.check import checks_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run
from tools.scorecard.hosts import reference

PACKAGES = ("autograder", "lessonkit", "reference_impl", "tools")
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
# Where getattr(reference_impl, ...) with a name made up at run time may lead.
BY_MADE_UP_NAME = ("activations", "initializers", "losses", "optim")


def of_exercise(exercise):
    """What decides whether code passes: the checks, the exercises that they call, and how values are compared."""
    checks = checks_of(exercise)
    called = {name for check in checks for name in run(check, reference(LocalHost), VISIBLE_SEED).called}
    exercises = {exercise} | called & set(reference_impl.__all__)
    return _reached(
        [
            ("lessonkit.engine.compare", "same_values"),
            *(_place(check.values) for check in checks),
            *(_place(getattr(reference_impl, name)) for name in exercises),
        ]
    )


def of_bank(kind, exercise):
    """The code of an exercise's mistakes or variants; `kind` is "mistakes" or "variants"."""
    module = f"autograder.bank.{kind}.lesson_{find_exercise(exercise).lesson[:2]}"
    return _reached([(module, entry.name) for entry in getattr(bank, f"{kind}_of")(exercise)])


def of_modules(*names):
    """All that some modules define, and nothing that it uses of others."""
    return frozenset((name, definition) for name in names for definition in _definitions(name))


def digest(*reached):
    """A short text for sets of definitions, as the functions above give them."""
    places = sorted(set().union(*reached))
    text = "\n".join(f"{module}.{name}: {_canonical(_definitions(module)[name])}" for module, name in places)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _place(code):
    """Where something is defined: its module, and its name at the top of it."""
    return code.__module__, code.__qualname__.split(".")[0]


@cache
def _definitions(module):
    """The functions, classes and constants at the top of a module, by name: all of the same name."""
    import_module(module)
    found = {}
    for statement in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(statement, DEFINITIONS):
            found.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Assign):
            targets = [part for target in statement.targets for part in ast.walk(target)]
            for name in {target.id for target in targets if isinstance(target, ast.Name)}:
                found.setdefault(name, []).append(statement)
    return found


def _reached(roots):
    """The definitions that can be reached by name from `roots`."""
    seen, waiting = set(), list(roots)
    while waiting:
        place = waiting.pop()
        if place not in seen and place[1] in _definitions(place[0]):
            seen.add(place)
            waiting += _used(*place)
    return frozenset(seen)


def _used(module, name):
    """Where the names in a definition lead, within the project."""
    names = vars(sys.modules[module])
    for node in itertools.chain.from_iterable(map(_walk, _definitions(module)[name])):
        if isinstance(node, ast.Name):
            yield from _defined(names.get(node.id), module, node.id)
        elif isinstance(node, ast.Attribute) and names.get(getattr(node.value, "id", "")) is reference_impl:
            yield from _defined(getattr(reference_impl, node.attr, None), module, "")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            if names.get(getattr(node.args[0], "id", "")) is reference_impl:
                yield from (p for part in BY_MADE_UP_NAME for p in of_modules(f"reference_impl.{part}"))


def _walk(definition):
    """All nodes of a definition but the names of its decorators, which write it down."""
    decorators = {id(getattr(each, "func", each)) for each in getattr(definition, "decorator_list", ())}
    return (node for node in ast.walk(definition) if id(node) not in decorators)


def _defined(value, module, name):
    code = inspect.unwrap(value) if callable(value) else value
    if inspect.isfunction(code) or inspect.isclass(code):
        if code.__module__.split(".")[0] in PACKAGES:
            yield _place(code)
    elif name in _definitions(module):
        yield module, name


def _canonical(node):
    """A syntax tree as text that is the same for every version of Python, without docstrings."""
    if isinstance(node, list):
        return f"[{','.join(map(_canonical, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    told = [f"{name}={_canonical(value)}" for name, value in sorted(fields.items()) if value not in (None, [])]
    return f"{type(node).__name__}({','.join(told)})"
