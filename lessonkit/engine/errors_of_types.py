"""Errors about types, in plain words: a value that is not the number, function or collection that is needed."""

import ast
import collections
import types

import numpy as np

from lessonkit.engine.plain_words import FLOAT, explains, is_a, no_return, sides
from lessonkit.engine.spot import CALLED, CONTAINERS, NUMBERS, UNKNOWN, describe


@explains(
    TypeError, r"bitwise_xor' not supported|for \^=?: '(?:int|float|numpy[\w.]*)' and '(?:int|float|numpy[\w.]*)'"
)
def power(spot):
    found = sides(spot.node)
    sign = "" if found and "^" not in found[0] else spot.quote(spot.node)
    return (
        f"In {sign}, " if sign else ""
    ) + '`^` is the bitwise "exclusive or" of whole numbers. A power is written `**`.'


OPERATOR = r"^unsupported operand type\(s\) for [^:]+: '([\w.]+)' and '([\w.]+)'|^'[<>]=?' not supported between instances of '([\w.]+)' and '([\w.]+)'"


@explains(TypeError, OPERATOR)
def unlike_types(spot, *kinds):
    kinds = [kind for kind in kinds if kind]
    found = sides(spot.node)
    if not (spot.direct and found):
        return ""
    sign, *ends = found
    for node in ends:
        if said := _odd(spot, node, sign):
            return said
    places = [f"{WORDS[kind]} on its {side}" for kind, side in zip(kinds, ("left", "right")) if kind in WORDS]
    empty = [node for node, kind in zip(ends, kinds) if kind == "NoneType"]
    hint = no_return(spot, empty[0]) if empty else ""
    whole = f"In {spot.quote(spot.node)}, " if spot.quote(spot.node) else ""
    return f"{whole}`{sign}` meets {' and '.join(places)}.{hint}" if places and sign else ""


WORDS = {
    "tuple": "a tuple", "list": "a list", "dict": "a dict", "NoneType": "None", "str": "a string", "set": "a set",
    "function": "a function", "builtin_function_or_method": "a function", "method": "a method", "generator": "a generator",
    "range": "a range",
}  # fmt: skip


def _odd(spot, node, sign):
    """Describe one side of an operator, where it is not a value to calculate with."""
    value, name = spot.value(node), spot.quote(node)
    if not name or value is UNKNOWN or isinstance(node, ast.Constant):
        return ""
    if value is None:
        return f"{name} is None, and `{sign}` needs a number or an array.{no_return(spot, node)}"
    if type(value) in CALLED:
        return f"{name} is a function; parentheses after its name call it. `{sign}` needs a number or an array."
    if type(value) in CONTAINERS or type(value) in (range, types.GeneratorType):
        return f"{name} is {describe(value)}. `{sign}` needs a number or an array here."
    return ""


@explains(TypeError, r"^bad operand type for (?:unary [-+~]|abs\(\)): '([\w.]+)'")
def one_operand(spot, kind):
    node = spot.node.operand if isinstance(spot.node, ast.UnaryOp) else None
    said = is_a(spot.quote(node), spot.says(node)) if spot.direct and node is not None else ""
    return said if kind in WORDS else ""


@explains(TypeError, r"^can't multiply sequence by non-int|^can only concatenate|^must be str, not|^can only join")
def sequence(spot):
    found = sides(spot.node)
    if not (spot.direct and found):
        return ""
    said = [
        is_a(spot.quote(node), spot.says(node))
        for node in found[1:]
        if type(spot.value(node)) in CONTAINERS and not isinstance(node, ast.Constant)
    ]
    rule = "With lists, tuples and strings, `+` joins and `*` repeats; neither calculates."
    return " ".join(filter(None, [*said, rule]))


@explains(
    TypeError,
    r"^loop of ufunc does not support argument \d of type (\w+)|^ufunc '\w+' (?:not supported|did not contain a loop)",
)
def strange_input(spot, kind):
    node = spot.node
    ends = node.args if isinstance(node, ast.Call) else sides(node)[1:] if sides(node) else ()
    for part in ends if spot.direct else ():
        value, name = spot.value(part), spot.quote(part)
        if name and (value is None or type(value) in CONTAINERS or type(value) in CALLED):
            return f"{name} is {describe(value)}, where numbers are needed.{no_return(spot, part) * (value is None)}"
        if name and type(value) is np.ndarray and value.dtype.kind in "OUS":
            what = "strings" if value.dtype.kind != "O" else "objects of any kind"
            return f"{name} is an array of {what} (dtype {value.dtype}), but the function needs numbers."
    return ""


@explains(TypeError, r"^'([\w.]+)' object is not callable")
def no_function(spot, kind):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Call)):
        return ""
    value, name = spot.value(node.func), spot.quote(node.func)
    if value is UNKNOWN or not name or not describe(value) or callable(value):
        return (
            f"The value before the parentheses is a number ({kind}), not a function. A product is written with `*`."
            if kind in ("int", "float")
            else ""
        )
    if type(value) in (np.ndarray, list, tuple, dict, str):
        return f"{name} is {describe(value)}. Parentheses call a function; square brackets take an entry."
    if value is None:
        return f"{name} is None, and the parentheses after it call it like a function."
    if type(value) in NUMBERS:
        return f"{name} is {describe(value)}, and the parentheses after it call it like a function. A product is written with `*`."
    return f"{name} is {describe(value)}, and the parentheses after it call it like a function."


@explains(TypeError, r"object is not subscriptable$|^'?(?:builtin_)?(?:function|method)\S* object is not subscriptable")
def no_entries(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Subscript)):
        return ""
    value, name = spot.value(node.value), spot.quote(node.value)
    if value is UNKNOWN or not name:
        return ""
    if type(value) in CALLED:
        return f"{name} is a function. Square brackets take an entry; parentheses call a function."
    more = no_return(spot, node.value) if value is None else ""
    return (
        f"{name} is {describe(value)}, but square brackets take an entry of a collection.{more}"
        if describe(value)
        else ""
    )


@explains(TypeError, r"^'([\w.]+)' object is not iterable|^iteration over a 0-d array")
def no_items(spot, kind):
    node = spot.node
    if isinstance(node, (ast.For, ast.comprehension)):
        node = node.iter
    elif isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
        node = node.generators[0].iter
    value, name = (spot.value(node), spot.quote(node)) if spot.direct and node is not None else (UNKNOWN, "")
    if value is not UNKNOWN and name and (type(value) in NUMBERS or value is None or type(value) in CALLED):
        more = no_return(spot, node) if value is None else " To count, loop over a `range`." * (type(value) is int)
        return f"{name} is {describe(value)}, which has no items to loop over.{more}"
    return (
        "A single number has no items to loop over."
        if spot.direct and (kind in ("int", "float", None) or "numpy." in kind)
        else ""
    )


@explains(TypeError, r"has no len\(\)|len\(\) of unsized object")
def no_length(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Call) and spot.value(node.func) is len and len(node.args) == 1):
        return ""
    value, name = spot.value(node.args[0]), spot.quote(node.args[0])
    if value is UNKNOWN or not name or not describe(value):
        return ""
    return f"{name} is {describe(value)}, which has no length."


@explains(
    TypeError,
    r"^'([\w.]+)' object cannot be interpreted as an integer|^expected a sequence of integers or a single integer, got '(-?\d+\.\d+)'",
)
def no_whole_number(spot, kind, number):
    node = spot.node
    ends = node.args if spot.direct and isinstance(node, ast.Call) else ()
    said = [
        is_a(spot.quote(part), spot.says(part)) for part in ends if type(spot.value(part)).__name__ == (kind or "float")
    ]
    first = next(filter(None, said), "")
    if number or kind in ("float", "numpy.float64", "numpy.float32"):
        return f"A whole number is needed here. {first} {FLOAT}".replace("  ", " ")
    return f"A whole number is needed here. {first}".strip() if first else ""


@explains(ZeroDivisionError, r"division|modulo|zero")
def by_zero(spot):
    found = sides(spot.node)
    if not (spot.direct and found and found[0].rstrip("=") in ("/", "//", "%")):
        return ""
    return f"The right side of `{found[0]}`, {spot.quote(found[2])}, is 0 here." if spot.quote(found[2]) else ""


@explains(RecursionError, r"maximum recursion depth")
def endless(spot):
    calls = [code for code in spot.calls if code.co_name.isidentifier()]
    first = next((code for code, times in collections.Counter(calls).items() if times >= 20), None)
    if first is None:
        return ""
    after = calls[calls.index(first) + 1]
    through = (
        "calls itself again and again" if after is first else f"is called again and again, by way of `{after.co_name}`"
    )
    return f"`{first.co_name}` {through}, without coming to an end."


@explains(TypeError, r"^'(tuple|str|range|int|float)' object does not support item assignment")
def fixed(spot, kind):
    node = spot.node
    value = spot.value(node.value) if spot.direct and isinstance(node, ast.Subscript) else UNKNOWN
    said = is_a(spot.quote(node.value), describe(value)) if type(value).__name__ == kind else ""
    if kind in ("int", "float"):
        return f"{said} It has no entries that you could set." if said else ""
    return f"{said} The entries of a {'string' if kind == 'str' else kind} cannot be replaced.".strip()


@explains(ValueError, r"^could not convert string to float: '(.*)'$")
def no_number(spot, text):
    return f"The string {text!r} cannot be read as a number." if len(text) <= 20 else ""


@explains(
    (ValueError, TypeError), r"^(too many|not enough) values to unpack|^cannot unpack non-iterable ([\w.]+) object"
)
def unpacked(spot, amount, kind):
    node = spot.node
    assigned = (
        next((outer for outer in spot.around(node) if isinstance(outer, ast.Assign)), None)
        if node is not None
        else None
    )
    if not (spot.direct and assigned and node in assigned.targets and isinstance(node, (ast.Tuple, ast.List))):
        return ""
    names, right = len(node.elts), spot.quote(assigned.value)
    value = spot.value(assigned.value)
    if kind:
        more = no_return(spot, assigned.value) if kind == "NoneType" else ""
        what = "None" if kind == "NoneType" else describe(value) if value is not UNKNOWN else ""
        return f"The left side has {names} names, but {right or 'the right side'} is {what}.{more}" if what else ""
    if any(isinstance(part, ast.Starred) for part in node.elts):
        return ""
    if right and describe(value) and type(value) in (tuple, list, np.ndarray):
        more = f", which gives {len(value)} parts" if type(value) is np.ndarray else ""
        return f"The left side has {names} names, but {right} is {describe(value)}{more}."
    return f"The left side has {names} names, but {right or 'the right side'} gives {'more' if amount == 'too many' else 'fewer'}."
