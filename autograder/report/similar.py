"""Finds submissions that differ only by names or constants, or by little more: a reason to look, not a proof.

An exercise is compared as a syntax tree. Names count by the order in which they first appear, constants by their type; docstrings and
comments do not count. Code that many students wrote in the same way is no evidence, and is left out. `rapidfuzz` compares the rest.
"""

import ast
from collections import Counter
from dataclasses import dataclass

import numpy as np

from autograder.grading.releases import Releases
from autograder.grading.repair import Unreadable, recognise

CUTOFF = 95  # percent of rapidfuzz's `fuzz.ratio`
LEAST = 60  # tokens: fewer are no evidence
COMMON = (3, 0.05)  # students, share of the class: if more write an exercise alike, it is no evidence


@dataclass(frozen=True)
class Pair:
    """Two students with similar code.

    `percent` is the similarity, 100 if only names and constants differ; `exercises` are those that are equal in that sense.
    """

    students: tuple
    percent: int
    exercises: tuple


def similar(course, lesson, students, exercises):
    """Return pairs of students whose submissions are nearly the same, the most similar first.

    Parameters
    ----------
    course : Course
    lesson : str
    students, exercises : list of str

    Returns
    -------
    list of Pair
    """
    from rapidfuzz import fuzz, process

    released, earlier = course.released(lesson), Releases(course, lesson).earlier
    unwritten = _forms(released, exercises)
    forms = {}
    for student in students:
        data = course.submission(lesson, student, earlier).data
        try:
            written = _forms(recognise(data, released, earlier).notebook, exercises) if isinstance(data, bytes) else {}
        except Unreadable:
            continue
        forms[student] = {name: form for name, form in written.items() if form != unwritten.get(name)}
    telling = _without_the_common(forms)
    letters = {}
    texts = {student: _text(of_student, exercises, letters) for student, of_student in telling.items()}
    texts = {student: text for student, text in texts.items() if len(text) >= LEAST}
    who = list(texts)
    if len(who) < 2:
        return []
    compared = list(texts.values())
    percent = process.cdist(compared, compared, scorer=fuzz.ratio, score_cutoff=CUTOFF, dtype=np.uint8, workers=-1)
    pairs = []
    for a, b in np.argwhere(np.triu(percent, 1)):
        one, other = telling[who[a]], telling[who[b]]
        same = tuple(name for name in exercises if name in one and one[name] == other.get(name))
        pairs.append(Pair((who[a], who[b]), int(percent[a, b]), same))
    return sorted(pairs, key=lambda pair: (-pair.percent, pair.students))


def form(source):
    """Return Python source as a tuple of tokens, without its names, constants, docstrings and comments.

    The result is None if the source cannot be parsed.
    """
    names, tokens = {}, []

    def visit(node):
        if isinstance(node, ast.expr_context) or _is_docstring(node):
            return
        tokens.append(type(node).__name__)
        for field, value in ast.iter_fields(node):
            if field in ("id", "arg", "name") and isinstance(value, str) and not isinstance(node, ast.keyword):
                tokens.append(names.setdefault(value, f"name {len(names)}"))
            elif isinstance(node, ast.Constant):
                tokens.append(type(node.value).__name__)
                return
            elif isinstance(value, str):
                tokens.append(
                    value
                )  # an attribute or a keyword belongs to the function that is called; the student did not choose it
            else:
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        visit(child)

    try:
        visit(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(tokens)


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _forms(notebook, exercises):
    """Return the form of each exercise in a notebook."""
    forms = {}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in exercises:
            forms[name] = form("".join(cell["source"]))
    return {name: tokens for name, tokens in forms.items() if tokens}


def _without_the_common(forms):
    counts = Counter((name, tokens) for of_student in forms.values() for name, tokens in of_student.items())
    most = max(COMMON[0], COMMON[1] * len(forms))
    return {
        student: {name: tokens for name, tokens in of_student.items() if counts[name, tokens] <= most}
        for student, of_student in forms.items()
    }


def _text(forms, exercises, letters):
    """Return the forms as one text with one letter for each token, which rapidfuzz compares fastest."""
    tokens = (token for name in exercises for token in (name, *forms.get(name, ())) if name in forms)
    return "".join(chr(0x100 + letters.setdefault(token, len(letters))) for token in tokens)
