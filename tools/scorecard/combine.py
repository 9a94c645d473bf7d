"""Combinations for the scorecard: wrong code together with other wrong code, and with correct code."""

import copy
import inspect
import itertools
import sys

import numpy as np

import reference_impl
from autograder import bank
from lessonkit.catalogue import exercise as find_exercise
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.engine.check import checks_of
from lessonkit.engine.transcript import run
from tools.scorecard.hosts import reference

PAIRS = 40  # pairs of mistakes for each exercise and seed


def pairs(exercise, seed):
    """Draw random pairs of mistakes that can be made at the same time: ``(name, one, other, both)``.

    Two mistakes in a function can be combined if they make different results wrong; two mistakes in a class, if they are in
    different methods.
    """
    mistakes = [entry for entry in bank.mistakes_of(exercise) if [name for name, _ in entry.replaces] == [exercise]]
    joined = _joined_classes if find_exercise(exercise).is_class else _joined_functions
    possible = [pair for one, other in itertools.combinations(mistakes, 2) for pair in joined(exercise, one, other)]
    chosen = np.random.default_rng(seed).permutation(len(possible))[:PAIRS]
    return [possible[i] for i in sorted(chosen)]


def _joined_functions(exercise, one, other):
    parts = [i for i, part in enumerate(find_exercise(exercise).returns) if part != "cache"]
    for i, j in itertools.permutations(parts, 2):
        first, second = dict(one.replaces)[exercise], dict(other.replaces)[exercise]
        name = f"{one.name} in result {i}, {other.name} in result {j}"
        yield (
            name,
            _with_parts(exercise, {i: first}),
            _with_parts(exercise, {j: second}),
            _with_parts(exercise, {i: first, j: second}),
        )


def _with_parts(exercise, wrong):
    """Return the reference with some of its results taken from wrong functions."""

    def function(*args, **kwargs):
        untouched = copy.deepcopy((args, kwargs))
        results = list(getattr(reference_impl, exercise)(*args, **kwargs))
        for i, code in wrong.items():
            its_args, its_kwargs = copy.deepcopy(untouched)
            results[i] = code(*its_args, **its_kwargs)[i]
        return tuple(results)

    return function


def _joined_classes(exercise, one, other):
    first, second = dict(one.replaces)[exercise], dict(other.replaces)[exercise]
    own = [{name for name, value in vars(code).items() if inspect.isfunction(value)} for code in (first, second)]
    right = getattr(reference_impl, exercise)
    if first.__bases__ == second.__bases__ == (right,) and not own[0] & own[1]:
        yield f"{one.name} and {other.name}", first, second, type(exercise, (first, second), {})


def neighbours(exercise, seed):
    """Yield notebooks in which this exercise is correct and another one, which it does not use, is wrong."""
    used = {name for check in checks_of(exercise) for name in run(check, reference(), seed).called}
    source = inspect.getsource(getattr(reference_impl, exercise))
    for other in find_lesson(find_exercise(exercise).lesson).exercises:
        if other.name in {exercise, *used} or other.name in source:
            continue
        for mistake in bank.mistakes_of(other.name):
            namespace = mistake.namespace()
            names = {**vars(sys.modules[getattr(reference_impl, exercise).__module__]), **dict(mistake.replaces)}
            exec(compile(source, f"<{exercise}>", "exec"), names)
            yield f"{other.name}: {mistake.name}", {**namespace, exercise: names[exercise]}
