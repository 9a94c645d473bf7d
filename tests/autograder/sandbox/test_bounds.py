"""A notebook can make its results very large, but they cost the grader little memory, and the report says so in plain words."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from arena import EXERCISES, HONEST, notebook, solved

from autograder.grading.memory import limited
from autograder.grading.notebook import NO_ROOM, grade_notebook
from autograder.sandbox import budget
from autograder.sandbox.budget import Budget, is_too_much, size_in_file
from autograder.sandbox.inside import wire
from lessonkit.engine.check import checks_of

MB = 2**20
MOST = 128 * MB  # the grader's extra memory for a hostile submission, at most: a class of 60 stays below 400 MB
ODD = {  # answers to tanh_forward that are not tampering, and what the report says
    "{True: x}": "a dict with the key 1",
    "{'k' * 30_000_000: x}": "a text of 30,000,000 characters is too long",
    "{i * 'k': x for i in range(7000)}": "is too long",
    "'t' * 900_000": "a text of 900,000 characters is too long",
    "['t' * 900] * 9000": "is too large, more than 4 MB",
    "['\\N{GRINNING FACE}' * 900] * 9000": "is too large, more than 4 MB",
    "[0.5] * 200_000": "too many parts, more than 40,000",
    "[0.5] * 9_000": "a list of 9000 values",
    "{'k' * 900: [[[0.5]]] * 2000}": "is a dict with the key kkk",
    "np.zeros((1,) * 64)": "an array has too many axes, 64",
    "np.zeros((3000, 0, 3000))": "an array of 9,000,000 entries is too large",
    "np.zeros((300_000, 1, 1), bool)": "an array of 300,000 entries is too large",
    "np.zeros((15_000, 1))": "has shape (15000, 1), expected",
    "np.zeros((1, 200_000))": "has shape (1, 200000), expected",
    "np.random.rand(4_000_000)": "an array of 4,000,000 entries is too large",
    "[np.zeros(2**17)] * 8": "is too large, more than 4 MB",
}
SHOWN = {  # cells that show a lot, and the note about it
    "a picture": ("display({'image/png': 'A' * 3_900_000}, raw=True)", "more than 16 MB, or it is nested"),
    "nested lists": (
        "nested = []\nfor _ in range(900): nested = [nested]\ndisplay({'application/json': nested}, raw=True)",
        "nested too deeply",
    ),
    "an update": (
        "handle = display(1, display_id=True)\nhandle.update({'image/png': 'A' * 30_000_000}, raw=True)",
        "",
    ),
    "metadata": ("display({'text/plain': 'a'}, metadata={'a': 'A' * 30_000_000}, raw=True)", ""),
}


class Watch:
    """Measures how far this process's resident memory rises above its level at the start."""

    def __enter__(self):
        self.most, self._over = 0, threading.Event()
        self._start = self._resident()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.002):
            self.most = max(self.most, self._resident() - self._start)

    @staticmethod
    def _resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("value", ODD)
def test_an_odd_value_is_an_ordinary_wrong_answer_and_costs_little_memory(value, grader):
    source = f"def tanh_forward(x): return {value}, x"
    with Watch() as watch:
        graded = grader(notebook({**solved(*HONEST, "tanh_backward"), "tanh_forward": source}))
    said = [outcome.sentence for outcome in graded.results["tanh_forward"].outcomes]
    assert ODD[value] in said[0] and max(map(len, said)) < 5000
    assert graded.points == {**dict.fromkeys(EXERCISES, 5.0), "tanh_forward": 0}
    assert not graded.flags and watch.most < MOST


def test_wrong_values_that_would_broadcast_against_each_other_cost_little_memory(grader):
    """The results alternate between a column and a row."""
    source = "calls = [0]\ndef tanh_forward(x):\n    calls[0] += 1\n"
    source += "    return np.zeros((200_000, 1) if calls[0] % 2 else (1, 200_000)), x"
    with Watch() as watch:
        graded = grader(notebook({**solved(*HONEST, "tanh_backward"), "tanh_forward": source}))
    assert graded.points == {**dict.fromkeys(EXERCISES, 5.0), "tanh_forward": 0}
    assert not graded.flags and watch.most < MOST


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_notebook_shows_is_kept_up_to_a_bound(name, grader):
    cell, told = SHOWN[name]
    cells = [f"from IPython.display import display\n{cell}"] * 8
    with Watch() as watch:
        graded = grader(notebook(solved(), first=cells))
    assert graded.points == dict.fromkeys(EXERCISES, 5.0)
    assert len(json.dumps(graded.outputs, indent=1)) < budget.OUTPUTS + MB and watch.most < MOST
    assert len(graded.notes) == bool(told) and all(told in note for note in graded.notes)


def test_outputs_that_a_taken_over_process_sends_are_kept_up_to_a_bound(grader):
    """Whatever the process was made to do, it sends 20 outputs of 6 MB each."""
    patch = """from autograder.sandbox.inside import server
import json
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 5_900_000}}
server.run_cell = lambda *_: json.dumps({"outputs": [PICTURE], "stops": []})"""
    with Watch() as watch:
        graded = grader(notebook({}, first=[patch, *["1"] * 20]))
    assert len(graded.said) < budget.OUTPUTS + MB and watch.most < MOST


def test_the_values_of_one_exercise_have_a_bound_and_the_others_are_graded(grader, monkeypatch):
    monkeypatch.setattr(budget, "EXERCISE", 2 * MB)
    source = "def tanh_forward(x): return np.zeros((400, 600)), x"
    graded = grader(notebook({**solved(*HONEST, "tanh_backward"), "tanh_forward": source}))
    said = str([outcome.sentence for outcome in graded.results["tanh_forward"].outcomes])
    assert "are more than the checks of one exercise accept, 2 MB in total" in said
    assert graded.points == {**dict.fromkeys(EXERCISES, 5.0), "tanh_forward": 0} and not graded.flags


def test_a_budget_says_what_is_used_up():
    one = Budget()
    assert not one.spend(budget.EXERCISE)
    assert "one exercise" in one.spend(1)
    one.start_exercise()
    assert not one.spend(1)
    for _ in range(budget.SUBMISSION // budget.EXERCISE):
        one.start_exercise()
        told = one.spend(budget.EXERCISE)
    assert "one notebook" in told


def test_the_size_of_outputs_is_at_least_that_in_a_notebooks_file():
    nested = {"a": [[], [[], {"b": "text", "c": [1, 2.5, None, True]}]], "\N{GRINNING FACE}": "\N{GRINNING FACE}" * 9}
    for output in (nested, [[[]] * 99] * 9):
        assert size_in_file(output) >= 0.7 * len(json.dumps(output, indent=1, ensure_ascii=False).encode())
    for _ in range(budget.MAX_DEPTH):
        nested = [nested]
    assert size_in_file(nested) == float("inf")


LENT = (  # calls of the check's function, made by the notebook
    "f([0], 2 * 10**8)",  # a list multiplied by a large number
    "f(np.zeros(200_000), 1)",
    "f(np.zeros((50_000, 1)), np.zeros((1, 50_000)))",  # would broadcast to 20 GB
    "f(*[np.zeros(2)] * 60_000)",
    "f('t' * 10**6, 1)",
)


@pytest.mark.parametrize("call", LENT)
def test_a_function_of_the_checks_takes_no_more_than_a_check_gives(call, grader):
    session = grader.fork_server.session()
    try:
        session.run(
            f"import numpy as np\ndef use(f):\n    try: {call}\n    except Exception as error: return str(error)"
        )
        with limited(), Watch() as watch:
            answer = session.call("use", (lambda a, b: np.sum(a * b),))[0]
            assert session.call("use", (lambda a, b: 1,))[0] is None or "check" in answer
    finally:
        session.close()
    assert "more than a check" in answer or "no check uses" in answer or "Unable to allocate" in answer
    assert watch.most < MOST and not session.flags


def test_all_that_functions_of_the_check_are_given_has_a_bound(grader, monkeypatch):
    monkeypatch.setattr(budget, "EXERCISE", 2 * MB)
    session = grader.fork_server.session()
    try:
        session.run("def use(f):\n    while True: f(np.zeros(1000))\nimport numpy as np")
        session.start_exercise()
        with pytest.raises(Exception, match="more than the checks of one exercise accept"):
            session.call("use", (lambda x: 1.0,))
    finally:
        session.close()


def test_a_size_is_no_larger_than_a_check_would_hand_over():
    assert not is_too_much(((np.zeros(1000), np.int64(-7), [1.5, "text", None]), {"h": 1e-5, "big": 1e12}))
    assert is_too_much(((1, 10**9), {})) and is_too_much(((), {"n": np.uint64(2**64 - 1)}))
    assert not is_too_much(((), {}))


def test_where_memory_runs_out_the_exercise_has_no_points_and_the_others_are_graded(grader, monkeypatch):
    from autograder.grading import notebook as grading

    honest = grading.grade_secretly

    def greedy(exercise, session, expected, seen):
        if exercise == "tanh_forward":
            np.ones(2**40)
        return honest(exercise, session, expected, seen)

    monkeypatch.setattr(grading, "grade_secretly", greedy)
    graded = grader(notebook(solved()))
    assert {outcome.sentence for outcome in graded.results["tanh_forward"].outcomes} == {NO_ROOM}
    assert graded.points == {**dict.fromkeys(EXERCISES, 5.0), "tanh_forward": 0} and not graded.flags
    assert len(graded.results["tanh_forward"].outcomes) == len(checks_of("tanh_forward"))


def test_what_is_packed_can_be_unpacked():
    """Packing has the same limits as unpacking, so only a process that was taken over exceeds them."""
    rng = np.random.default_rng(0)
    for value in (
        {True: 1, "a": [1, (2.5, None)]}, ["t" * wire.MAX_TEXT, "\N{GRINNING FACE}" * wire.MAX_TEXT],
        [0.5] * (wire.MAX_PARTS - 2), np.zeros(wire.MAX_ENTRIES), np.zeros((1,) * wire.MAX_DIMENSIONS),
        {"k" * wire.MAX_TEXT: rng}, [[np.float64(1)] * 9000, np.zeros((0, 5))], [[[1j]]] * 13_000, wire.Token(1, "x" * 10**6), b"1" * 10**6,
    ):  # fmt: skip
        wire.unpack(wire.pack(value))
    for value in (
        ["t" * (wire.MAX_TEXT + 1)], [0.5] * wire.MAX_PARTS, np.zeros(wire.MAX_ENTRIES + 1),
        np.zeros((1,) * (wire.MAX_DIMENSIONS + 1)), [np.zeros(2**17)] * 9, {"k" * (wire.MAX_TEXT + 1): 1},
    ):  # fmt: skip
        with pytest.raises(wire.WireError):
            wire.pack(value)


def test_memory_beyond_a_limit_is_an_error_and_the_limit_ends():
    with limited(64 * MB):
        with pytest.raises(MemoryError):
            np.ones(2**28)  # more than a long-lived process may have freed and kept
        with limited(256 * MB), pytest.raises(MemoryError):  # a limit inside another is no way out
            np.ones(2**28)
    assert np.ones(2**24).sum() == 2**24


def test_a_worker_is_limited_while_it_grades(grader, monkeypatch):
    seen = []
    expected = grader.live

    class Greedy:
        seed = expected.seed

        def __getattr__(self, name):
            try:
                np.ones(2**26)
            except MemoryError:
                seen.append(name)
            return getattr(expected, name)

    graded = grade_notebook(grader.fork_server, [("check('relu_forward')", "relu_forward")], Greedy())
    assert seen and not graded.flags
