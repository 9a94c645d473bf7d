"""Mechanical mutants of the reference: each exercise, with one small thing changed."""

import difflib
import inspect
import re
import sys
from dataclasses import dataclass, replace
from functools import cache

import libcst as cst
import numpy as np
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider

import reference_impl
from autograder.bank import wording
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import lesson as find_lesson

OPERATORS = {
    cst.Add: cst.Subtract,
    cst.Subtract: cst.Add,
    cst.Multiply: cst.Divide,
    cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Divide,
    cst.MatrixMultiply: cst.Multiply,
    cst.Power: cst.Multiply,
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
    cst.And: cst.Or,
    cst.Or: cst.And,
}
COMPARISONS = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThan),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThanEqual),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThan),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThanEqual),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
}
SYMBOL = r"(?<=[\"`])[A-Za-z_]\w*(?=[\"`])|\b(?:[A-Za-z]|[A-Za-z]+_\w+|[A-Za-z]+\d)\b"  # in a docstring: quoted, or not a plain word
NAMES = {
    "True": "False",
    "False": "True",
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "std": "var",
    "var": "std",
    "sqrt": "square",
    "exp": "expm1",
    "log": "log2",
    "abs": "negative",
    "all": "any",
    "any": "all",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "argmax": "argmin",
    "normal": "uniform",
}


@dataclass(frozen=True)
class Mutant:
    """An exercise of the reference with one small thing changed.

    Attributes
    ----------
    exercise : str
    change : str
        The change in one line: the lines before and after.
    source : str
        The whole function or class after the change.
    words : str
        The change in words for students: see `autograder.bank.wording`. Empty if that is hard to say.
    """

    exercise: str
    change: str
    source: str
    words: str = ""

    def build(self):
        """Create the mutated function or class, in a copy of the reference's names."""
        names = dict(vars(sys.modules[getattr(reference_impl, self.exercise).__module__]))
        exec(compile(self.source, f"<mutant of {self.exercise}>", "exec"), names)
        return names[self.exercise]


@cache
def mutants(exercise):
    """Return all mutants of an exercise, in the order of its lines.

    Returns
    -------
    tuple of Mutant
    """
    source = inspect.getsource(getattr(reference_impl, exercise))
    whole = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    collector = _Collector()
    whole.module.visit(collector)
    by_source = {}
    symbols = _symbols(exercise)
    for parents, node, new in collector.replacements:
        mutated = _with(whole, source, node, new)
        if mutated != source and _compiles(mutated):
            words = wording.in_words(parents, node, new, symbols)
            if words.startswith("with `") and words.removeprefix("with ").strip("`") in _plain(source):
                words = ""  # the correct formula contains this piece too
            by_source.setdefault(mutated, Mutant(exercise, _change(source, mutated), mutated, words))
    return _with_changes_told_apart(by_source.values())


def _with(whole, source, node, new):
    """Return a source with a node replaced: only its piece of one line is written anew, since all of it takes 50 times as long."""
    place = whole.resolve(WhitespaceInclusivePositionProvider)[node]
    if place.start.line != place.end.line or isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
        return whole.module.deep_replace(node, new).code  # its lines are indented as the node's place demands
    lines = source.splitlines(keepends=True)
    line = lines[place.start.line - 1]
    piece = whole.module.code_for_node(new)
    lines[place.start.line - 1] = line[: place.start.column] + piece + line[place.end.column :]
    return "".join(lines)


def _plain(source):
    """Return a source in the form in which its pieces are quoted."""
    return wording.plain(" ".join(source.split()))


def _symbols(exercise):
    """Return the names that students know: those in the lesson's arguments, results and docstrings, and NumPy's."""
    symbols = {"np", *dir(np)}
    for known in find_lesson(find_exercise(exercise).lesson).exercises:
        for part in (known, *known.methods):
            symbols |= {*part.arguments, *part.returns}
        symbols |= {*re.findall(SYMBOL, inspect.getdoc(getattr(reference_impl, known.name)) or "")}
    return symbols


def _with_changes_told_apart(found):
    """Mark the second and later mutants that make the same change in another place."""
    count, marked = {}, []
    for mutant in found:
        count[mutant.change] = number = count.get(mutant.change, 0) + 1
        marked.append(replace(mutant, change=mutant.change + f"  (place {number})" * (number > 1)))
    return tuple(marked)


def _compiles(source):
    try:
        compile(source, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _change(source, mutated):
    lines = list(difflib.ndiff(source.splitlines(), mutated.splitlines()))
    before, after = (" ".join(line[2:].strip() for line in lines if line.startswith(side)) for side in "-+")
    return f"{before}  →  {after or '(nothing)'}"


class _Collector(cst.CSTVisitor):
    """Collects ``replacements``: each is a node's parents, the node, and a node to put in its place."""

    def __init__(self):
        super().__init__()
        self.replacements, self._parents = [], []

    def on_visit(self, node):
        if isinstance(node, (cst.Raise, cst.Annotation, cst.Decorator, cst.FormattedString)) or _is_text(node):
            return False  # no check reads messages and docstrings
        for kind, change in RULES:
            if isinstance(node, kind):
                self.replacements += [([*self._parents], node, new) for new in change(node)]
        self._parents.append(node)
        return True

    def on_leave(self, original_node):
        if self._parents and self._parents[-1] is original_node:
            self._parents.pop()


def _is_text(node):
    expression = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    return isinstance(expression, cst.Expr) and isinstance(expression.value, cst.SimpleString)


def _operation(node):
    """Yield another operator, each side alone, and the sides exchanged."""
    other = OPERATORS.get(type(node.operator))
    if other:
        yield node.with_changes(operator=other())
    yield _bracketed(node.left)
    yield _bracketed(node.right)
    if isinstance(node.operator, (cst.Subtract, cst.Divide, cst.MatrixMultiply, cst.Power)):
        yield node.with_changes(left=_bracketed(node.right), right=_bracketed(node.left))


def _augmented(node):
    other = OPERATORS.get(type(node.operator))
    if other:
        yield node.with_changes(operator=other())


def _comparison(node):
    for other in COMPARISONS.get(type(node.operator), ()):
        yield node.with_changes(operator=other())


def _unary(node):
    yield _bracketed(node.expression)


def _integer(node):
    number = int(node.value, 0)
    yield cst.Integer(str(number + 1))
    yield cst.Integer(str(number - 1)) if number else _negative(cst.Integer("1"))


def _float(node):
    number = float(node.value)
    yield cst.Float(repr(2 * number or 1.0))
    if number:
        yield cst.Float("0.0")


def _name(node):
    if node.value in NAMES:
        yield node.with_changes(value=NAMES[node.value])


def _string(node):
    yield node.with_changes(value=f"{node.value[:-1]}_{node.value[-1]}")


def _call(node):
    """Yield the node without the call, without one keyword argument, and with two arguments exchanged."""
    args = node.args
    if isinstance(node.func, cst.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    if args and not args[0].star and args[0].keyword is None:
        yield _bracketed(args[0].value)
    for i, arg in enumerate(args):
        if arg.keyword is not None:
            yield node.with_changes(args=[*args[:i], *args[i + 1 :]])
    for i, (one, other) in enumerate(zip(args, args[1:])):
        if one.keyword is other.keyword is None and not one.star and not other.star:
            swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
            yield node.with_changes(args=[*args[:i], *swapped, *args[i + 2 :]])


def _is_module(node):
    return isinstance(node, cst.Name) and node.value in ("np", "reference_impl")


def _attribute(node):
    if node.attr.value == "T":
        yield node.value


def _subscript(node):
    """Yield the node with two indices exchanged."""
    for i, (one, other) in enumerate(zip(node.slice, node.slice[1:])):
        swapped = [one.with_changes(slice=other.slice), other.with_changes(slice=one.slice)]
        yield node.with_changes(slice=[*node.slice[:i], *swapped, *node.slice[i + 2 :]])


def _slice(node):
    """Yield a slice without one of its limits, or without its step."""
    for part in ("lower", "upper"):
        if getattr(node, part) is not None:
            yield node.with_changes(**{part: None})
    if node.step is not None:
        yield node.with_changes(step=None, second_colon=cst.MaybeSentinel.DEFAULT)


def _if_expression(node):
    yield node.with_changes(body=node.orelse, orelse=node.body)


def _if(node):
    yield node.with_changes(test=_not(node.test))
    yield from _statement(node)


def _returned(node):
    """Yield the result or one part of it with the opposite sign, and two parts exchanged."""
    if node.value is None:
        return
    if not isinstance(node.value, cst.Tuple):
        yield node.with_changes(value=_negative(node.value))
        return
    elements = node.value.elements
    for i, element in enumerate(elements):
        negated = element.with_changes(value=_negative(element.value))
        yield node.with_changes(value=node.value.with_changes(elements=[*elements[:i], negated, *elements[i + 1 :]]))
    for i, (one, other) in enumerate(zip(elements, elements[1:])):
        swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
        both = node.value.with_changes(elements=[*elements[:i], *swapped, *elements[i + 2 :]])
        yield node.with_changes(value=both)


def _assigned(node):
    """Yield the assignment with the opposite sign."""
    if not isinstance(node.value, (cst.Tuple, cst.Dict, cst.List, cst.SimpleString, cst.Lambda)):
        yield node.with_changes(value=_negative(node.value))


def _statement(node):
    yield cst.SimpleStatementLine([cst.Pass()], leading_lines=node.leading_lines)


def _bracketed(node):
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]) if _is_compound(node) else node


def _is_compound(node):
    return isinstance(node, (cst.BinaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp, cst.UnaryOperation))


def _negative(node):
    return cst.UnaryOperation(cst.Minus(), _bracketed(node))


def _not(node):
    return cst.UnaryOperation(cst.Not(), _bracketed(node))


RULES = (
    ((cst.BinaryOperation, cst.BooleanOperation), _operation),
    (cst.AugAssign, _augmented),
    (cst.ComparisonTarget, _comparison),
    (cst.UnaryOperation, _unary),
    (cst.Integer, _integer),
    (cst.Float, _float),
    (cst.Name, _name),
    (cst.SimpleString, _string),
    (cst.Call, _call),
    (cst.Attribute, _attribute),
    (cst.Subscript, _subscript),
    (cst.Slice, _slice),
    (cst.IfExp, _if_expression),
    (cst.If, _if),
    (cst.Return, _returned),
    (cst.Assign, _assigned),
    ((cst.SimpleStatementLine, cst.For, cst.With), _statement),
)
