"""Errors about names, in plain words: variables, attributes, keys and arguments that do not exist."""

import ast
import builtins
import itertools
import math
import types

import numpy as np

from lessonkit.engine.plain_words import explains, is_a, near, no_return
from lessonkit.engine.spot import CALLED, CONTAINERS, NUMBERS, attributes, describe, is_of, is_plain

RENAMED = {
    "product": "prod", "cumproduct": "cumprod", "sometrue": "any", "alltrue": "all", "float_": "float64",
    "complex_": "complex128", "infty": "inf", "Inf": "inf", "Infinity": "inf", "PINF": "inf", "NaN": "nan", "NAN": "nan",
    "row_stack": "vstack", "in1d": "isin", "trapz": "trapezoid", "round_": "round", "mat": "asmatrix", "msort": "sort",
}  # fmt: skip
ALIASES = ("float", "int", "object", "str", "complex", "bool")
KEYWORDS = ("axis", "keepdims", "dtype", "size", "shape", "replace", "copy", "where", "out", "initial")


@explains(AttributeError, r"^module '(numpy[\w.]*|math)' has no attribute '(\w+)'")
def not_in_module(spot, module, name):
    short = module.replace("numpy", "np", 1)
    if module == "numpy" and name in RENAMED:
        return f"NumPy no longer has `np.{name}`. It is called `np.{RENAMED[name]}` now."
    if module == "numpy" and name in ALIASES:
        return f"NumPy no longer has `np.{name}`. It was another name for Python's own `{name}`."
    owner = {"numpy": np, "math": math, "numpy.random": np.random, "numpy.linalg": np.linalg}.get(module)
    found = near(name, [other for other in dir(owner) if not other.startswith("_")]) if owner else ""
    return f"There is no `{short}.{name}`. Did you mean `{short}.{found}`?" if found else ""


@explains(AttributeError, r"^'NoneType' object has no attribute '(\w+)'")
def of_none(spot, name):
    node = spot.node.value if isinstance(spot.node, ast.Attribute) else None
    if not spot.direct:
        return ""
    return f"{spot.quote(node) or 'The object'} is None here, and None has no `.{name}`.{no_return(spot, node)}"


@explains(AttributeError, r"object has no attribute '(\w+)'")
def no_attribute(spot, name):
    value, node = spot.error.obj, spot.node
    if not spot.direct or spot.error.name != name or not is_plain(value):
        return ""
    owner = isinstance(node, ast.Attribute) and spot.quote(node.value) or "the object"
    what = is_a(owner, describe(value)).capitalize() if owner == "the object" else is_a(owner, describe(value))
    if type(value) in CALLED and hasattr(np.ndarray, name):
        return f"{what} Parentheses after its name call it, and its result may have a `.{name}`."
    if type(value) is not np.ndarray and type(value) in (*NUMBERS, *CONTAINERS) and hasattr(np.ndarray, name):
        made = (
            f", such as the one that `np.array({owner.strip('`')})` makes"
            if type(value) is list and owner[0] == "`"
            else ""
        )
        return f"{what} `.{name}` belongs to arrays{made}."
    if type(value) is np.ndarray and hasattr(list, name):
        return f"{what} `.{name}` belongs to lists."
    found = near(name, attributes(value))
    return f"{what} {'It' if what else owner} has no `.{name}`. Did you mean `.{found}`?".strip() if found else ""


@explains(UnboundLocalError, r"local variable '(\w+)'")
def unbound(spot, name):
    inside = list(ast.walk(spot.function)) if spot.function else []
    ways = [node for node in inside if isinstance(node, ast.Name) and node.id == name]
    if any(isinstance(node.ctx, ast.Del) for node in ways) or any(
        name in (getattr(node, "name", ""), getattr(node, "asname", "")) for node in inside
    ):
        return ""
    inner = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.Lambda,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
    )
    if any(next(o for o in spot.around(node) if isinstance(o, inner)) is not spot.function for node in ways):
        return ""  # a name in an inner function or in a comprehension
    lines = sorted({node.lineno for node in ways if isinstance(node.ctx, ast.Store)})
    if not lines:
        return ""
    if lines[0] == spot.line:
        return f"`{name}` has no value yet when this line reads it." if len(lines) == 1 else ""
    at = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} and {lines[1]}" if len(lines) == 2 else ""
    when = (
        "further down" if lines[0] > spot.line else "which did not run before this one" if lines[-1] < spot.line else ""
    )
    return f"`{name}` is a local variable: this function gives it a value at {at}, {when}." if at and when else ""


@explains(NameError, r"^name '(\w+)' is not defined")
def unknown_name(spot, name):
    own = spot.locals()
    if "self" in own and name in attributes(own["self"]):
        return f"There is no variable `{name}` here. The object has an attribute with this name: `self.{name}`."
    public = [other for other in spot.frame.f_globals if type(other) is str and not other.startswith("_")]
    if name in ("true", "false", "none", "null"):
        return f"There is no `{name}`. Python writes `{ {'true': 'True', 'false': 'False'}.get(name, 'None') }`."
    found = near(name, [*own]) or near(name, public) or near(name, dir(builtins), 0.85)
    return f"There is no variable `{name}` here. Did you mean `{found}`?" if found else ""


@explains(KeyError, r".")
def no_key(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Subscript)):
        return ""
    value, name, key = spot.value(node.value), spot.quote(node.value), spot.error.args[0]
    if type(value) is not dict or not name or not all(is_of(other, str, int) for other in value) or key in value:
        return ""
    shown = ", ".join(repr(other) for other in itertools.islice(value, 6))
    if len(shown) > 100:
        shown = ""
    found = near(key, [*value]) if type(key) is str else ""
    what = f"the keys {shown}" + f" and {len(value) - 6} more" * (len(value) > 6) if shown else f"{len(value)} keys"
    wanted = f"{key!r}"[:40]
    return (
        f"{name} has {what if value else 'no keys yet'}; {wanted} is not among them."
        + f" Did you mean {found!r}?" * bool(found)
    )


@explains(TypeError, r"^unhashable type: '(numpy\.ndarray|list|dict|slice|set)'")
def no_name(spot, kind):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Subscript) and type(spot.value(node.value)) is dict):
        return ""
    what = {"numpy.ndarray": "an array", "slice": "a range of indices"}.get(kind, f"a {kind}")
    return f"{spot.quote(node.value)} is a dict: its square brackets take a key, and {what} cannot be a key."


@explains(
    TypeError, r"^([\w.<>]+)\(\) (?:missing \d+ required|takes (?:from \d+ to )?\d+ positional|got multiple values)"
)
def arguments(spot, called):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Call)) or any(isinstance(a, ast.Starred) for a in node.args):
        return ""
    if any(keyword.arg is None for keyword in node.keywords):
        return ""
    function = spot.value(node.func)
    is_method = isinstance(node.func, ast.Attribute) and type(spot.value(node.func.value)) is not types.ModuleType
    if type(function) is not types.FunctionType or function.__code__.co_name != called.split(".")[-1]:
        return ""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    if is_method and "." in called and names[:1] != ("self",):
        first = f"the first argument is `{names[0]}`" if names else "there are no arguments"
        return f"A method gets its object as the first argument, usually called `self`. In the `def` of `{function.__name__}`, {first}."
    names = names[1:] if is_method and names[:1] == ("self",) else names
    given = len(node.args) + len(node.keywords)
    return (
        f"{spot.quote(node.func)} takes `{', '.join(names)}`; this call passes {given} argument{'s' * (given != 1)}."
        if names
        else ""
    )


@explains(TypeError, r"unexpected keyword argument '(\w+)'|^'(\w+)' is an invalid keyword argument")
def no_such_argument(spot, *words):
    word, node = words[0] or words[1], spot.node
    if not isinstance(node, ast.Call) or word not in [keyword.arg for keyword in node.keywords]:
        return ""
    function, name = spot.value(node.func), spot.quote(node.func) or "The function"
    if type(function) is types.FunctionType and spot.direct:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        found = near(word, names)
        said = f"{name} takes `{', '.join(names)}`, but not `{word}`."
        return said + f" Did you mean `{found}`?" * bool(found)
    found = near(word, KEYWORDS) if type(function) is not types.FunctionType else ""
    return f"{name} has no argument `{word}`. Did you mean `{found}`?" if found else ""


@explains((ValueError, OverflowError), r"^math domain error|^expected a \w+ (?:input|number).*|^math range error")
def math_value(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Call) and len(node.args) == 1 and spot.quote(node.func)):
        return ""
    if type(spot.error) is OverflowError:
        return f"The result of {spot.quote(node)} is too large for a float." if spot.quote(node) else ""
    given = is_a(spot.quote(node.args[0]), spot.says(node.args[0]))
    return f"{spot.quote(node.func)} has no value for its argument. {given}".strip()
