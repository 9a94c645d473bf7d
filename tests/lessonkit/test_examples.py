"""The small examples: numbers that a student can work out mentally, the same for every seed, shown instead of a larger check's."""

import numpy as np
import pytest

from autograder.bank import mistakes_of, reference_names, variants_of
from autograder.bank.expected import Live
from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of, examples_of
from lessonkit.engine.compare import same_values
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.proxy import Code, inputs_behind
from lessonkit.engine.transcript import run
from lessonkit.engine.values import is_number, parts

# These exercises draw random numbers or train: nobody can work out their results by hand.
WITHOUT = {"init_normal", "init_xavier", "init_he", "Solver", "make_solver", "elevation"}
# Whole scores never give round probabilities. Logarithms of whole numbers do.
LOGARITHMS = {"softmax_loss"}
EXAMPLES = [(exercise, example) for exercise in exercises() for example in examples_of(exercise)]
NAMES = [f"{exercise}-{example.name}" for exercise, example in EXAMPLES]


class NoRandomness:
    """A generator from which nothing may be drawn."""

    def __getattr__(self, name):
        raise AssertionError(f"rng.{name} was asked for")


class Noted(LocalHost):
    """A host that records the arrays passed in, except those that it has returned before."""

    def __init__(self):
        super().__init__(reference_names())
        self.given, self.made = [], set()

    def call(self, target, args=(), kwargs=None, keep=()):
        self.note([*args, *(kwargs or {}).values()])
        result, after = super().call(target, args, kwargs, keep)
        self.made |= {array.tobytes() for array in arrays(result)}
        return result, after

    def set(self, token, attribute, value):
        self.note(value)
        super().set(token, attribute, value)

    def note(self, value):
        self.given += [array for array in arrays(value) if array.tobytes() not in self.made]


def arrays(value):
    """Return all arrays in a value, including those in dicts and lists."""
    return [np.asarray(leaf) for _, leaf in parts(value) if is_number(leaf) and np.ndim(leaf)]


@pytest.fixture(scope="module")
def live():
    class WithoutChanges(Live):
        def find_changes(self, exercise):
            return []

    return WithoutChanges(2024)


def test_every_exercise_of_numbers_has_an_example():
    assert {exercise for exercise in exercises() if not examples_of(exercise)} == WITHOUT


@pytest.mark.parametrize("exercise", sorted(set(exercises()) - WITHOUT))
def test_names_are_unique_among_checks_and_examples(exercise):
    names = [check.name for check in (*checks_of(exercise), *examples_of(exercise))]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("exercise", "example"), EXAMPLES, ids=NAMES)
def test_an_example_is_small_and_draws_nothing(exercise, example):
    host = Noted()
    list(example.values(Code(host, exercise), NoRandomness()))
    assert all(array.size <= 6 for array in host.given)
    if exercise not in LOGARITHMS:
        doubled = [2 * array for array in host.given]  # whole numbers and halves, up to 10
        assert all(np.array_equal(array, np.round(array)) and np.abs(array).max() <= 20 for array in doubled)


@pytest.mark.parametrize("exercise", sorted(set(exercises()) - WITHOUT))
def test_results_are_those_that_the_checks_ask_for(exercise, live):
    """An example is found by the first word of the names that it yields."""
    asked = {name.split()[0] for check in checks_of(exercise) for name, _ in live.values(check)}
    own = {name.split()[0] for example in examples_of(exercise) for name, _ in live.values(example)}
    assert own <= asked | {"config", "dw"}


def test_a_right_answer_passes_its_examples(live):
    for _, example in EXAMPLES:
        transcript = run(example, LocalHost(reference_names()), seed=1)
        assert transcript.error is None
        assert [entry.name for entry in transcript.entries] == [name for name, _ in live.values(example)]


@pytest.mark.parametrize("exercise", sorted(set(exercises()) - WITHOUT))
def test_a_right_answer_in_any_style_passes_its_examples(exercise, live):
    for variant in variants_of(exercise):
        for example in examples_of(exercise):
            transcript, expected = run(example, LocalHost(variant.namespace()), seed=1), live.values(example)
            values = [entry.value for entry in transcript.entries]
            right = [same_values(value, truth, example.rtol) for value, (_, truth) in zip(values, expected)]
            assert all(right) and len(values) == len(expected), (variant.name, example.name)


@pytest.mark.parametrize("exercise", sorted(set(exercises()) - WITHOUT))
def test_what_is_shown_determines_the_value(exercise):
    """The same inputs and the same words lead to the same value: nothing that matters stays unsaid."""
    values = {}
    for example in examples_of(exercise):
        for entry in run(example, LocalHost(reference_names()), seed=1).entries:
            inputs = {name: np.asarray(given).tolist() for name, given in inputs_behind(entry.call).items()}
            value = values.setdefault(f"{entry.name}, for {inputs}", entry.value)
            assert same_values(entry.value, value, example.rtol), (example.name, entry.name)


@pytest.mark.parametrize("exercise", sorted(set(exercises()) - WITHOUT))
def test_an_input_of_an_example_is_given_and_not_computed_by_the_code_under_test(exercise):
    """The reader would take a wrong result of an earlier call for a number that was given."""
    right = reference_names()

    def broken(*arguments, **keywords):
        result = right[exercise](*arguments, **keywords)
        first = np.asarray(result[0] if isinstance(result, tuple) else result) + 64.0
        return (first, *result[1:]) if isinstance(result, tuple) else first

    wrong = right if isinstance(right[exercise], type) else {**right, exercise: broken}
    for example in examples_of(exercise):
        pairs = [run(example, LocalHost(names), seed=1).entries for names in (right, wrong)]
        for entry, other in zip(*pairs):
            given, shown = (inputs_behind(each.call) for each in (entry, other))
            assert all(np.array_equal(given[name], shown[name]) for name in given), (example.name, entry.name)


def shown(live, exercise, host):
    """Return the worked entries that a student reads, without repetition, in the order of the checks."""
    return list(dict.fromkeys(o.example for o in grade(exercise, host, live).outcomes if o.example))


@pytest.mark.parametrize(
    ("exercise", "body", "example"),
    [
        (
            "affine_backward(dout, cache)",
            "x, w, b = cache; return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout / len(x), dout.sum(0)",
            "for dout = [[1, 2, 3], [4, 5, 6]], x = [[1, 2], [3, -4]], "
            "w = [[5, 6, -7], [-8, 9, 1]], b = [1, 2, 3]: yours dw[0, 2] = 10.5, expected 21",
        ),
        (
            "affine_forward(x, w, b)",
            "return x.reshape(len(x), -1) @ w - b, (x, w, b)",
            "for x = [[2]], w = [[3]], b = [4]: yours out[0, 0] = 2, expected 10",
        ),
        (
            "standardize(x)",
            "s = x.std(axis=0); return (x - x.mean()) / np.where(s, s, 1)",
            "for x = [[1, 2, 9], [3, 8, 1]]: yours z[0, 0] = -3, expected -1",
        ),
        (
            "rms_error(x, y)",
            "from reference_impl import mse_loss; return mse_loss(x, y)[0]",
            "for x = [3], y = [1]: yours error for one prediction = 4, expected 2",
        ),
        (
            "sigmoid_backward(dout, cache)",
            "return np.multiply(dout, cache)",
            "for dout = [2], x = [0]: yours dx[0] = 1, expected 0.5",
        ),
    ],
)
def test_what_is_shown_can_be_redone_in_the_head(exercise, body, example, live):
    names = {"np": np, **reference_names()}
    exec(f"def {exercise}:\n    {body}", names)
    assert example in shown(live, exercise.partition("(")[0], LocalHost(names))


@pytest.mark.parametrize(
    ("exercise", "mistake", "example"),
    [
        (
            "adam",
            "adam_without_learning_rate",
            "for w = [5], dw = [4]: yours next_w[0] (with learning_rate 0.5, beta1 0.5, beta2 0.75, epsilon 0) = 4, "
            "expected 4.5",
        ),
        (
            "flatten_rows",
            None,
            "for X = [[[1, 2, 3], [4, 5, 6]]]: yours rows[0, 1] = 4, expected 2",
        ),
    ],
)
def test_a_known_mistake_is_shown_in_an_example(exercise, mistake, example, live):
    known = [each for each in mistakes_of(exercise) if mistake in (None, each.name)]
    assert any(example in shown(live, exercise, LocalHost(each.namespace())) for each in known)
