"""Errors about arrays, in plain words: shapes that do not fit, indices out of range, numbers that an array cannot hold."""

import ast
import re
import types

import numpy as np

from lessonkit.engine.plain_words import FLOAT, explains, in_line, is_a, operands, shape_of, sides
from lessonkit.engine.spot import UNKNOWN, describe, is_one


@explains(IndexError, r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)")
def beyond_axis(spot, index, axis, size):
    node, size = spot.node, int(size)
    array = spot.value(node.value) if spot.direct and isinstance(node, ast.Subscript) else None
    fits = type(array) is np.ndarray and array.ndim > int(axis) and array.shape[int(axis)] == size
    name = spot.quote(node.value) if fits else ""
    whose = f"{name} has shape {array.shape}: its axis {axis}" if name else f"Axis {axis} of the array"
    return f"{whose} has {_run_of(size)}; {index} is out of range.{_loop(spot)}"


@explains(IndexError, r"^(?:list|tuple|string) (?:assignment )?index out of range")
def beyond_list(spot):
    node = spot.node
    value = spot.value(node.value) if spot.direct and isinstance(node, ast.Subscript) else None
    if type(value) not in (list, tuple, str) or not spot.quote(node.value):
        return ""
    index = spot.value(node.slice)
    if index is not UNKNOWN and (type(index) is not int or -len(value) <= index < len(value)):
        return ""
    which = spot.quote(node.slice) if index is UNKNOWN else index
    return f"{spot.quote(node.value)} has {_run_of(len(value))}; {which or 'the index'} is out of range.{_loop(spot)}"


def _run_of(size):
    some = f"{size} entries, with indices 0 to {size - 1}" if size > 1 else "1 entry, with index 0"
    return some + f" (or -1 to -{size}, from the end)" * (size > 1) if size else "no entries"


def _loop(spot):
    """The loop over a range that an index's name comes from."""
    names = (
        {n.id for n in ast.walk(spot.node.slice) if isinstance(n, ast.Name)}
        if isinstance(spot.node, ast.Subscript)
        else ()
    )
    for node in spot.around(spot.node):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and node.target.id in names:
            is_range = isinstance(node.iter, ast.Call) and spot.value(node.iter.func) is range and spot.quote(node.iter)
            return f" The loop runs over {spot.quote(node.iter)}." if is_range else ""
    return ""


@explains(IndexError, r"array is (\d+)-dimensional, but (\d+) were indexed")
def many_indices(spot, axes, given):
    node = spot.node
    name = spot.quote(node.value) if spot.direct and isinstance(node, ast.Subscript) else ""
    whose = f"{name} has {axes}" if name else f"The array has {axes}"
    shape = spot.shape(node.value) if name else ""
    return f"{whose} {'axis' if axes == '1' else 'axes'}{f' (its shape is {shape})' * bool(shape)}; the index names {given}."


@explains(
    (IndexError, TypeError), r"only integers, slices|must be integers or slices, not|slice indices must be integers"
)
def no_index(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Subscript)):
        return FLOAT if "slice indices" in spot.text and "float" in spot.text else ""
    owner, index = spot.value(node.value), spot.value(node.slice)
    is_float = type(index) in (float, np.float64, np.float32)
    said = [is_a(spot.quote(node.value), describe(owner)), is_a(spot.quote(node.slice), describe(index))]
    if type(owner) is list and isinstance(node.slice, ast.Tuple):
        said[1] = "It takes one index at a time; an array takes several, one for each axis."
    elif type(index) is str:
        said[1] = f"A string such as {index[:20]!r} is a key of a dict, not an index."
    elif "slice indices" in spot.text:
        said = [
            is_a(spot.quote(part), spot.says(part)) for part in _ends(node.slice) if type(spot.value(part)) is float
        ]
        is_float = bool(said) or any(isinstance(getattr(part, "op", None), ast.Div) for part in _ends(node.slice))
        return " ".join(filter(None, [*said, FLOAT])) if is_float else ""
    return " ".join(filter(None, [*said, FLOAT if is_float else ""])) if any(said[1:]) or is_float else ""


def _ends(node):
    return [part for part in (node.lower, node.upper, node.step) if part] if isinstance(node, ast.Slice) else []


@explains(TypeError, r"only (?:length-1|size-1|0-dimensional) arrays can be converted to Python scalars")
def one_number(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Call) and node.args):
        return ""
    function, name = spot.value(node.func), spot.quote(node.func)
    given = is_a(spot.quote(node.args[0]), spot.says(node.args[0]))
    if is_one(function, int, float):
        return f"{name} converts a single number. {given}".strip()
    if type(function) is types.BuiltinFunctionType and function.__module__ == "math" and name:
        whole = f" `np.{function.__name__}` takes a whole array." if function.__name__ in vars(np) else ""
        return f"{name} is from the module `math` and takes one number.{whole} {given}".strip()
    return ""


@explains(ValueError, r"could not be broadcast together with shapes ((?:\([\d,]*\) ?)+)")
def unlike_shapes(spot, text):
    shapes = [shape_of(part) for part in re.findall(r"\([\d,]*\)", text)]
    if len(shapes) != 2:
        return f"The shapes are {', '.join(shapes)}. Counted from the last axis, sizes must be equal or 1."
    first, second = ([int(n) for n in re.findall(r"\d+", shape)][::-1] for shape in shapes)
    unlike = [pair for pair in zip(first, second) if pair[0] != pair[1] and 1 not in pair]
    if not unlike:
        return ""
    said = in_line(spot, shapes) if operands(spot) else ""
    said = said or f"The shapes are {shapes[0]} and {shapes[1]}"
    return f"{said}. Counted from the last axis, sizes must be equal or 1, but {unlike[0][0]} meets {unlike[0][1]}."


@explains(ValueError, r"non-broadcastable output operand with shape (\([\d,]*\)).* shape (\([\d,]*\))")
def no_room(spot, kept, needed):
    target = spot.quote(spot.node.target) if spot.direct and isinstance(spot.node, ast.AugAssign) else ""
    if not target:
        return f"The result has shape {shape_of(needed)}, but the array that should hold it has shape {shape_of(kept)}."
    return f"`{sides(spot.node)[0]}` changes {target} in place, and its shape stays {shape_of(kept)}. The result has shape {shape_of(needed)}."


@explains(ValueError, r"could not broadcast input array from shape (\([\d,]*\)) into shape (\([\d,]*\))")
def does_not_fit_in(spot, given, room):
    node, given, room = spot.node, shape_of(given), shape_of(room)
    target = spot.quote(node) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) else ""
    if not (spot.direct and target):
        return f"An array of shape {given} does not fit into one of shape {room}."
    return f"{target} has shape {room}, but the value assigned to it has shape {given}."


@explains(ValueError, r"matmul: .*mismatch in its core dimension .*\(size (\d+) is different from (\d+)\)")
def matrix_product(spot, second, first):
    said = in_line(spot) if operands(spot) else ""
    ends = f"The last axis of the left side has size {first}; the right side's second-to-last (or only) axis has size {second}."
    shapes = [spot.value(node) for node in operands(spot)]
    if said and not all(type(v) is np.ndarray for v in shapes):
        said = ""
    if said and (shapes[0].shape[-1], shapes[1].shape[-2:][0]) != (int(first), int(second)):
        return ""
    rule = f"The {first} (last axis of the left) and the {second} ({{}} axis of the right) must be equal."
    place = "first" if said and shapes[1].ndim <= 2 else "second-to-last or only"
    return f"{said}. {rule.format(place)}" if said else f"{ends} They must be equal."


@explains(ValueError, r"does not have enough dimensions \(has 0")
def product_of_number(spot):
    numbers = [node for node in operands(spot) if spot.shape(node) == "()"]
    said = f"{spot.quote(numbers[0])} is a single number. " if numbers and spot.quote(numbers[0]) else ""
    return f"{said}A matrix product needs arrays with at least one axis on both sides."


@explains(ValueError, r"shapes (\([\d,]*\)) and (\([\d,]*\)) not aligned: (\d+) \(dim (\d+)\) != (\d+) \(dim (\d+)\)")
def not_aligned(spot, left, right, first, axis, second, other):
    left, right, node = shape_of(left), shape_of(right), spot.node
    said = in_line(spot, (left, right)) if operands(spot) else ""
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Attribute) and spot.direct:
        ends = (spot.quote(node.func.value), left), (spot.quote(node.args[0]), right)
        said = " and ".join(f"{name} has shape {shape}" for name, shape in ends if name)
        said = f"In {spot.quote(node)}, {said}" if spot.quote(node) and all(name for name, _ in ends) else ""
    said = said or f"The left side has shape {left}, the right side {right}"
    return f"{said}. The {first} (axis {axis} of the left) and the {second} (axis {other} of the right) must be equal."


@explains(ValueError, r"cannot reshape array of size (\d+) into shape (\([\w,]*\))")
def reshaped(spot, size, shape):
    sizes = [int(n) for n in re.findall(r"\d+", shape)]
    room = int(np.prod(sizes, dtype=object)) if sizes else 1
    if shape.count("newaxis") == 1:
        return f"The array has {size} entries, and {size} is not a multiple of {room}." if room else ""
    if "newaxis" in shape:
        return ""
    return f"The array has {size} entries; an array of shape {shape_of(shape)} has {room}."


@explains(ValueError, r"truth value of an array with more than one element is ambiguous")
def no_single_truth(spot):
    node = spot.node
    if isinstance(node, ast.Call) and is_one(spot.value(node.func), max, min):
        name = spot.value(node.func).__name__
        return f"Python's own `{name}` needs one True or False from a comparison; comparing an array gives one for each entry."
    ends = [spot.value(end) for end in sides(node)[1:]] if isinstance(node, ast.Compare) and sides(node) else []
    is_array = sides(node) and sides(node)[0] and any(type(end) is np.ndarray and end.dtype != object for end in ends)
    if spot.direct and is_array and spot.quote(node):
        return f"{spot.quote(node)} is an array: True or False for each entry. `if`, `while`, `and` and `or` need a single one."
    return "`if`, `and`, `or`, `not`, `in` and the like need a single True or False. An array has one for each entry."


@explains(TypeError, r"Cannot cast ufunc '\w+' output from dtype\('(\w+)'\) to dtype\('(\w+)'\)")
def kept_dtype(spot, result, kept):
    node = spot.node
    target = spot.quote(node.target) if spot.direct and isinstance(node, ast.AugAssign) else ""
    whose = (
        f"{target} keeps its dtype, {kept}, when it is changed in place"
        if target
        else f"The array to fill has dtype {kept}"
    )
    return f"{whose}. The result has dtype {result}, which does not fit."


@explains(np.exceptions.AxisError, r"axis (-?\d+) is out of bounds for array of dimension (\d+)")
def no_axis(spot, axis, count):
    count = int(count)
    there = (
        "no axes: it is a single number"
        if not count
        else "1 axis, axis 0"
        if count == 1
        else f"{count} axes, 0 {'and' if count == 2 else 'to'} {count - 1}"
    )
    return f"The array has {there}; there is no axis {axis}."


@explains(
    ValueError,
    r"along dimension (\d+), the array at index (\d+) has size (\d+) and the array at index (\d+) has size (\d+)",
)
def joined(spot, axis, one, size, two, other):
    shapes = joined_shapes(spot)
    said = f" In {spot.quote(spot.node)}, the shapes are {shapes}." if shapes and spot.quote(spot.node) else ""
    return f"Arrays that you join must have the same size along every axis except the one you join along. Along axis {axis}, {size} meets {other}.{said}"


@explains(ValueError, r"must have (?:the )?same (?:number of dimensions|shape)")
def stacked(spot):
    shapes = joined_shapes(spot)
    return f"The shapes are {shapes}." if shapes else ""


def joined_shapes(spot):
    node = spot.node
    whole = node.args[0] if isinstance(node, ast.Call) and node.args else None
    parts = [spot.shape(part) for part in whole.elts] if isinstance(whole, (ast.Tuple, ast.List)) else []
    return " and ".join(parts) if 2 <= len(parts) <= 4 and all(parts) else ""


@explains(ValueError, r"(assignment destination|output array) is read-only")
def read_only(spot, what):
    node = spot.node.value if isinstance(spot.node, ast.Subscript) else getattr(spot.node, "target", None)
    return f"{spot.quote(node) or 'The array'} is read-only. You can change a copy of it."


@explains(ValueError, r"inhomogeneous shape")
def ragged(spot):
    ends = spot.node.args if isinstance(spot.node, ast.Call) else ()
    given = [is_a(spot.quote(end), spot.says(end)) for end in ends if isinstance(spot.value(end), (tuple, list))]
    return " ".join(filter(None, ["Parts of different lengths or shapes do not make one array.", *given[:2]]))


@explains(ValueError, r"^setting an array element with a sequence\.$")
def too_much_for_an_entry(spot):
    node = spot.node
    if not (spot.direct and isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and spot.quote(node)):
        return ""
    assigned = next((outer for outer in spot.around(node) if isinstance(outer, ast.Assign)), None)
    given = (
        is_a(spot.quote(assigned.value), spot.says(assigned.value)) if assigned and assigned.targets == [node] else ""
    )
    return f"{spot.quote(node)} has room for one number. {given}".strip()


@explains(
    TypeError,
    r"^only (?:integer scalar|integer|0-dimensional) arrays can be converted to a scalar index|^Cannot interpret '.*' as a data type|^only integer scalar arrays",
)
def second_argument(spot):
    node = spot.node
    if not (isinstance(node, ast.Call) and len(node.args) in (1, 2) and spot.quote(node.func)):
        return ""
    function, name, second = spot.value(node.func), spot.quote(node.func), spot.quote(node.args[-1])
    if len(node.args) == 1:
        given = is_a(second, spot.says(node.args[0])) if type(spot.value(node.args[0])) is np.ndarray else ""
        what = "a whole number" if function is range else "a shape"
        is_known = is_one(function, range, np.zeros, np.ones, np.empty)
        return f"{name} takes {what}. {given}" if is_known and given else ""
    if is_one(function, np.zeros, np.ones, np.empty) and second and "data type" in spot.text:
        return (
            f"{name} takes the whole shape as its first argument, a tuple. The second one, here {second}, is the dtype."
        )
    if function is np.concatenate and second:
        return f"{name} takes all arrays together as its first argument. The second one, here {second}, is the axis."
    return ""


@explains(IndexError, r"^arrays used as indices must be of integer")
def index_of_floats(spot):
    node = spot.node.slice if spot.direct and isinstance(spot.node, ast.Subscript) else None
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        value = spot.value(part)
        if type(value) is np.ndarray and value.dtype.kind not in "iub" and spot.quote(part):
            return f"{spot.quote(part)} is an array of dtype {value.dtype}, but only whole numbers (or True and False) can be indices."
    return ""


@explains(TypeError, r"takes 1 positional argument but \d+ were given")
def together(spot):
    node = spot.node
    if isinstance(node, ast.Call) and is_one(spot.value(node.func), np.hstack, np.vstack) and spot.quote(node.func):
        return f"{spot.quote(node.func)} takes all arrays together as its first argument: a tuple or list of them."
    return ""
