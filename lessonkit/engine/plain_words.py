"""What the explanations of errors share: a register of the kinds, and ways to quote a line."""

import ast
import difflib

KINDS = []  # (types of exceptions, pattern, function): of those that fit, the first with something to say is taken
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.BitXor: "^", ast.BitAnd: "&",
    ast.BitOr: "|", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
FLOAT = "`/` between numbers always gives a float; `//` between whole numbers gives a whole number."
NO_RETURN = " A function that ends without `return`, such as one that only changes its argument, returns None."


def explains(kinds, pattern):
    """Register what explains an exception of some types whose text matches a pattern."""

    def register(function):
        KINDS.append((kinds, pattern, function))
        return function

    return register


def near(name, names, cutoff=0.75):
    """The one name that is nearly `name`; "" where there is none."""
    names = [other for other in names if type(other) is str and other != name and len(other) <= 40]
    same = [other for other in names if other.lower() == name.lower()]
    found = same or difflib.get_close_matches(name, names[:2000], 1, cutoff) if 1 < len(name) <= 40 or same else []
    return found[0] if found else ""


def no_return(spot, node):
    """Where None may come from, if a call returned it."""
    if isinstance(node, ast.Name) and spot.function:
        assigned = [n for n in ast.walk(spot.function) if isinstance(n, ast.Assign)]
        values = [n.value for n in assigned if any(getattr(target, "id", "") == node.id for target in n.targets)]
        node = values[0] if len(values) == 1 else None
    is_get = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop")
    return NO_RETURN if isinstance(node, ast.Call) and not is_get else ""


def is_a(text, value):
    return f"{text} is {value}." if text and value else ""


def sides(node):
    """The operator's sign and its two sides; None where a node has none."""
    if isinstance(node, ast.BinOp):
        return SIGNS.get(type(node.op)), node.left, node.right
    if isinstance(node, ast.AugAssign):
        return f"{SIGNS.get(type(node.op))}=", node.target, node.value
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return SIGNS.get(type(node.ops[0])), node.left, node.comparators[0]
    return None


def operands(spot):
    """The two sides of an operator, or the two arguments of a call."""
    node = spot.node if spot.direct else None
    if isinstance(node, ast.Call) and len(node.args) == 2 and not any(isinstance(a, ast.Starred) for a in node.args):
        return node.args
    found = sides(node)
    return found[1:] if found else ()


def shape_of(text):
    """A shape as NumPy's messages give it, with spaces between its numbers."""
    numbers = [part for part in text.strip("()").split(",") if part]
    return f"({numbers[0]},)" if len(numbers) == 1 else f"({', '.join(numbers)})"


def in_line(spot, shapes=(None, None)):
    """``In `x @ w`, `x` has shape (4, 3) and `w` has shape (5, 3)``: as far as it is known, and "" where it does not fit `shapes`."""
    parts = []
    for node, known in zip(operands(spot), shapes):
        shape = spot.shape(node)
        if known and shape and shape != known:
            return ""
        if spot.quote(node) and (shape or known):
            parts.append(f"{spot.quote(node)} has shape {shape or known}")
    whole = spot.quote(spot.node)
    return f"In {whole}, {' and '.join(parts)}" if whole and len(parts) == 2 else ""
