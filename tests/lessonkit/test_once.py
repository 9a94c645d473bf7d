"""Grading does nothing twice: no check runs again, no result is copied again. And the values that a check yields do not change."""

import numpy as np
import pytest

import reference_impl
from lessonkit.catalogue import lesson
from lessonkit.engine import diagnose
from lessonkit.engine.check import Check
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import run


def broken(*args, **kwargs):
    raise ArithmeticError("always")


def checked(values, **functions):
    """Return the transcript of a check made of `values`, run on some functions."""
    return run(Check("relu_forward", values.__name__, 1, values, 1e-5), LocalHost(functions), 1)


@pytest.mark.parametrize("name", ["03", "06", "09", "12"])
def test_a_check_runs_once_however_many_others_point_to_it(monkeypatch, name):
    exercises = [exercise.name for exercise in lesson(name).exercises]
    names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
    host = LocalHost({**names, **dict.fromkeys(exercises, broken)})
    runs = []

    def counted(check, *args):
        runs.append((check.exercise, check.name))
        return run(check, *args)

    monkeypatch.setattr(diagnose, "run", counted)
    for exercise in exercises:
        runs.clear()
        result = diagnose.grade(exercise, host, expected_of(exercise))
        assert not result.passed and len(runs) == len(set(runs)), exercise


def test_many_failing_checks_share_what_is_known_of_another_exercise(monkeypatch):
    """Every check of the network fails and points to the earlier layer. Its checks run until one of them fails."""
    names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
    names["affine_backward"] = lambda dout, cache: broken()
    names["TrainableNet"] = broken
    runs = []
    monkeypatch.setattr(diagnose, "run", lambda check, *args: (runs.append(check.exercise), run(check, *args))[1])
    result = diagnose.grade("TrainableNet", LocalHost(names), expected_of("TrainableNet"))
    assert sum("your affine_backward" in outcome.sentence for outcome in result.outcomes) > 1
    assert runs.count("affine_backward") == 1


def test_a_result_is_copied_by_the_host_alone():
    def values(code, rng):
        yield "out", code.pair(rng.normal(size=3))
        yield "x after the call", code.after[0]
        yield "the same again", code.after[0]

    handed_out = []

    class Host(LocalHost):
        def _leave(self, result, keep=()):
            handed_out.append(super()._leave(result, keep))
            return handed_out[-1]

    host = Host({"pair": lambda x: (x, 2 * x)})
    entries = run(Check("relu_forward", "values", 1, values, 1e-5), host, 1).entries
    out, after = handed_out
    assert all(yielded is part for yielded, part in zip(entries[0].value, out, strict=True))
    assert entries[1].value is entries[2].value is after[0]


def test_a_buffer_that_the_student_uses_again_changes_nothing_that_was_yielded():
    buffer = np.zeros(2)

    def count(x):
        buffer[:] += 1
        return buffer

    def values(code, rng):
        first = code.count(0.0)
        yield "first", first
        yield "second", code.count(0.0)
        yield "first again", first

    entries = checked(values, count=count).entries
    assert [entry.value.tolist() for entry in entries] == [[1, 1], [2, 2], [1, 1]]


def test_a_check_can_change_a_result_until_it_yields_it():
    def values(code, rng):
        out = code.twice(np.ones(2))
        out += 1
        yield "out", {"inside": [out]}
        out += 1

    transcript = checked(values, twice=lambda x: 2 * x)
    assert transcript.entries[0].value["inside"][0].tolist() == [3, 3]
    assert "read-only" in transcript.error.message
