"""Say in a few words what a mutant of the reference changes: in the lesson's symbols, and never as the reference's code.

The words go on from "You get these values": "without the factor `dout`", "with `1 + s`", "when you work along axis 1".
"""

import re

import libcst as cst

LONGEST = 24  # characters of a formula that is quoted: a piece of one, never the whole
NAMES = {
    ("mean", "sum"): "with a sum in place of the mean",
    ("sum", "mean"): "with a mean in place of the sum",
    ("max", "min"): "with the smallest value in place of the largest",
    ("min", "max"): "with the largest value in place of the smallest",
    ("maximum", "minimum"): "with the smaller of two numbers in place of the larger",
    ("std", "var"): "with the variance in place of the standard deviation",
    ("var", "std"): "with the standard deviation in place of the variance",
    ("sqrt", "square"): "with a square in place of the square root",
    ("exp", "expm1"): "with exp(x) - 1 in place of exp(x)",
    ("log", "log2"): "with the logarithm to base 2",
    ("zeros", "ones"): "with ones in place of zeros",
    ("zeros_like", "ones_like"): "with ones in place of zeros",
    ("ones", "zeros"): "with zeros in place of ones",
    ("ones_like", "zeros_like"): "with zeros in place of ones",
    ("argmax", "argmin"): "with the index of the smallest value in place of that of the largest",
    ("normal", "uniform"): "with uniform random numbers in place of normal ones",
}
CALLS = {
    "sqrt": "the square root", "exp": "the exponential", "log": "the logarithm", "square": "the square", "abs": "the absolute value",
    "sum": "the sum", "mean": "the mean", "max": "the maximum", "maximum": "the maximum", "tanh": "the tanh", "sign": "the sign",
    "reshape": "the reshape", "astype": "the change of dtype", "clip": "the clipping",
}  # fmt: skip
DROPPED = {
    cst.Multiply: "without the factor `{}`",
    cst.Add: "without the term `{}`",
    cst.MatrixMultiply: "without the matrix product with `{}`",
}
OTHERWISE = {  # where the formula is too long to be quoted
    (cst.Add, cst.Subtract): "with a difference in place of a sum",
    (cst.Subtract, cst.Add): "with a sum in place of a difference",
    (cst.Multiply, cst.Divide): "with a quotient in place of a product",
    (cst.Divide, cst.Multiply): "with a product in place of a quotient",
    (cst.Power, cst.Multiply): "with a product in place of a power",
    (cst.MatrixMultiply, cst.Multiply): "with an elementwise product in place of a matrix product",
}
LEFT_OUT = {
    cst.Multiply: "with one factor left out",
    cst.Divide: "with a division left out",
    cst.Add: "with one term left out",
    cst.Subtract: "with a subtraction left out",
    cst.MatrixMultiply: "with a matrix product left out",
    cst.Power: "with a power left out",
}
OPPOSITE = {cst.AddAssign, cst.SubtractAssign}


def in_words(parents, node, new, symbols):
    """Say what a change of the reference is; "" where a few words cannot say it.

    Parameters
    ----------
    parents : list of libcst.CSTNode
        What `node` stands in, the outermost first.
    node, new : libcst.CSTNode
        What is replaced, and by what.
    symbols : set of str
        The names that students know: a formula with another one is not quoted.
    """
    for kind, say in RULES:
        if isinstance(node, kind):
            return say(parents, node, new, lambda formula: _quoted(formula, symbols))
    return ""


def plain(text):
    """A formula in which the settings of a config appear by name only."""
    return re.sub(r'(?:config|bn_param)\["(\w+)"\]', r"\1", text)


def _quoted(node, symbols):
    """A formula as students may read it, or None."""
    if isinstance(node, cst.BaseExpression):
        node = node.with_changes(lpar=[], rpar=[])
    text = " ".join(cst.Module([]).code_for_node(node).split())
    text = plain(text)
    names = {name.value for name in _names(node)}
    return text if len(text) <= LONGEST and names <= symbols else None


def _names(node):
    if isinstance(node, cst.Name):
        yield node
    for child in node.children:
        yield from _names(child)


def _operation(parents, node, new, quote):
    if isinstance(new, cst.BinaryOperation) and type(new.operator) is not type(node.operator):
        return _with(quote(new)) or OTHERWISE.get((type(node.operator), type(new.operator)), "")
    for kept, dropped in ((node.left, node.right), (node.right, node.left)):
        if new.with_changes(lpar=[], rpar=[]).deep_equals(kept.with_changes(lpar=[], rpar=[])):
            return _without(node, kept, quote(dropped))
    return _with(quote(new))


def _without(node, kept, dropped):
    if dropped is None:
        commutes = isinstance(node.operator, (cst.Add, cst.Multiply, cst.MatrixMultiply))
        return LEFT_OUT.get(type(node.operator), "") if commutes or kept is node.left else ""
    if isinstance(node.operator, cst.Divide) and kept is node.left:
        return f"without the division by `{dropped}`"
    if isinstance(node.operator, cst.Power) and kept is node.left:
        return f"without the exponent `{dropped}`"
    if isinstance(node.operator, cst.Subtract) and kept is node.left:
        return f"without subtracting `{dropped}`"
    if isinstance(node.operator, (cst.Subtract, cst.Divide, cst.Power)):  # the right side alone is left
        return ""
    return DROPPED.get(type(node.operator), "").format(dropped)


def _with(formula):
    return f"with `{formula}`" if formula else ""


def _number(parents, node, new, quote):
    """A number within a formula; the number of an axis is named as an axis."""
    inner = node
    for parent in reversed(parents):
        new = parent.deep_replace(inner, new)
        if isinstance(parent, cst.Arg) and parent.keyword is not None and parent.keyword.value == "axis":
            return f"when you work along axis {cst.Module([]).code_for_node(new.value)}"
        if isinstance(parent, (cst.BinaryOperation, cst.Comparison, cst.Subscript)):
            return _with(quote(new))
        if isinstance(parent, (cst.SimpleStatementLine, cst.Call)):
            return ""
        inner = parent
    return ""


def _name(parents, node, new, quote):
    called = parents and isinstance(parents[-1], cst.Attribute) and parents[-1].attr is node
    return NAMES.get((node.value, new.value), "") if called else ""


def _call(parents, node, new, quote):
    name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
    if not isinstance(node.func, cst.Attribute):
        return ""
    if isinstance(new, (cst.Integer, cst.Float)):  # a bound alone: the numbers hardly show that it is one
        return ""
    if not isinstance(new, cst.Call) or new is node.func.value:
        of_module = isinstance(node.func.value, cst.Name) and node.func.value.value == "np"
        return f"without {CALLS[name]}" if name in CALLS and of_module == (new is not node.func.value) else ""
    kept = {arg.keyword.value for arg in new.args if arg.keyword is not None}
    lost = {arg.keyword.value for arg in node.args if arg.keyword is not None} - kept
    return "when you work over all axes at once" if lost == {"axis"} else ""


def _attribute(parents, node, new, quote):
    return "without the transpose"


def _comparison(parents, node, new, quote):
    comparison = parents[-1]
    return _with(quote(comparison.deep_replace(node, new))) if isinstance(comparison, cst.Comparison) else ""


def _unary(parents, node, new, quote):
    return "without the minus sign" if isinstance(node.operator, cst.Minus) else ""


def _augmented(parents, node, new, quote):
    target = quote(node.target)
    if not target or type(node.operator) not in OPPOSITE:
        return ""
    return f"with the opposite sign in what you add to `{target}`"


def _assigned(parents, node, new, quote):
    target = quote(node.targets[0].target)
    return f"with the opposite sign of `{target}`" if target else ""


def _statement(parents, node, new, quote):
    changed = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    target = quote(changed.target) if isinstance(changed, cst.AugAssign) else None
    if isinstance(changed, cst.Assign) and isinstance(changed.targets[0].target, (cst.Subscript, cst.Attribute)):
        target = quote(changed.targets[0].target)
    return f"when `{target}` does not change" if target else ""


RULES = (
    (cst.BinaryOperation, _operation),
    ((cst.Integer, cst.Float), _number),
    (cst.Call, _call),
    (cst.Name, _name),
    (cst.Attribute, _attribute),
    (cst.ComparisonTarget, _comparison),
    (cst.UnaryOperation, _unary),
    (cst.AugAssign, _augmented),
    (cst.Assign, _assigned),
    (cst.SimpleStatementLine, _statement),
)
