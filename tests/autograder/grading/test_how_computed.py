"""Ways around a lesson are reported to the instructor, with numbers; they cost no points, and honest work is not reported."""

import textwrap

import numpy as np
import pytest
from arena import EXERCISES, notebook, solved

from autograder import bank
from autograder.bank.expected import Live
from autograder.grading.how_computed import how_computed, of_places, of_source
from lessonkit.checks.lesson_10 import between_the_points, every_4th_point
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost

LIVE = Live(7)

CENTRAL = """
    def tanh_backward(dout, cache):
        x, h = np.arctanh(cache), 1e-5
        return dout * (np.tanh(x + h) - np.tanh(x - h)) / (2 * h)"""
FORWARD_CALLS = """
    def tanh_forward(x): return np.tanh(x), np.array(x, dtype=float)
    def tanh_backward(dout, cache):
        dx, h = np.zeros(cache.shape), 1e-5
        for i in np.ndindex(cache.shape):
            for sign in (1, -1):
                stepped = cache.copy()
                stepped[i] += sign * h
                dx[i] += sign * np.sum(tanh_forward(stepped)[0] * dout) / (2 * h)
        return dx"""
COMPLEX_STEP = """
    def tanh_forward(x): return np.tanh(x), np.array(x)
    def tanh_backward(dout, cache):
        dx = np.zeros(cache.shape)
        for i in np.ndindex(cache.shape):
            stepped = cache.astype(complex)
            stepped[i] += 1e-30j
            dx[i] = np.sum(tanh_forward(stepped)[0] * dout).imag / 1e-30
        return dx"""
WAYS_AROUND = {  # how tanh_backward is computed, and the remark about it
    CENTRAL: "the gradients of tanh_backward have a relative error of ",
    FORWARD_CALLS: "one call of tanh_backward calls tanh_forward ",
    COMPLEX_STEP: "with complex numbers, for an input of ",
}
HONEST = {
    "its forward pass is called again": """
        def tanh_forward(x): return np.tanh(x), np.asarray(x)
        def tanh_backward(dout, cache): return dout * (1 - tanh_forward(cache)[0] ** 2)""",
    "in 32 bits": """
        def tanh_forward(x): return np.tanh(x), np.tanh(x)
        def tanh_backward(dout, cache): return np.float32(dout) * (1 - np.float32(cache) ** 2)""",
    "with exponentials": """
        def tanh_forward(x): return np.tanh(x), np.asarray(x)
        def tanh_backward(dout, cache): return dout / np.cosh(np.clip(cache, -300, 300)) ** 2""",
}


def remarks(exercise, source="", **names):
    """Return whether an answer passes, and the remarks about it."""
    namespace = {**bank.reference_names(), "np": np, **names}
    exec(textwrap.dedent(source), namespace)
    host, transcripts = LocalHost(namespace), {}
    host.alive = True
    result = grade(exercise, host, LIVE, transcripts)
    return result.passed, how_computed(result, transcripts, LIVE, host)


@pytest.mark.parametrize("source, said", WAYS_AROUND.items())
def test_a_gradient_by_differences_is_told_and_passes(source, said):
    passed, told = remarks("tanh_backward", source)
    assert passed and any(said in sentence for sentence in told)
    assert all(sentence.startswith("How this was computed: ") for sentence in told)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_backward_pass_is_not_told_of(name):
    assert remarks("tanh_backward", HONEST[name]) == (True, [])


def test_gradients_of_a_layer_by_the_function_of_lesson_03():
    source = """
    def affine_backward(dout, cache):
        numerical = eval_numerical_gradient_array
        x, w, b = (np.array(part, dtype=float) for part in cache)
        return [numerical(lambda _: affine_forward(x, w, b)[0], array, dout) for array in (x, w, b)]"""
    passed, told = remarks("affine_backward", source)
    assert passed and "the gradients of affine_backward" in told[0] and "calls affine_forward" in told[1]


@pytest.mark.parametrize(
    "exercise", ["sigmoid_backward", "mse_loss", "affine_relu_backward", "TrainableNet", "softmax_loss"]
)
def test_right_answers_of_any_style_are_not_told_of(exercise):
    assert remarks(exercise) == (True, [])
    for variant in bank.variants_of(exercise):
        assert remarks(exercise, **variant.namespace()) == (True, []), variant.name


def table(noise):
    """Return a function that looks up its answers in the data, and adds `noise` meters of noise."""
    places, metres = every_4th_point(first=0)
    rows = dict(zip(map(tuple, np.round(places, 6)), metres))
    grid = [np.unique(places[:, axis]) for axis in (0, 1)]

    def elevation(X):
        nearest = [axis[np.argmin(np.abs(axis - X[:, [i]]), axis=1)] for i, axis in enumerate(grid)]
        found = np.array([rows[place] for place in map(tuple, np.round(np.column_stack(nearest), 6))])
        return found + np.random.default_rng(0).normal(0, noise, len(found))

    return elevation


def smooth(X):
    """Return answers that are as good between the data as at the data, with an error that would be fine for a network."""
    known = np.concatenate([np.column_stack(every_4th_point(first=0)), np.column_stack(between_the_points())])
    return known[:, 2] + 40 * np.sin(np.arange(len(known)) % 1009)


def session_of(elevation):
    return LocalHost({"elevation": elevation})


@pytest.mark.parametrize("noise", [0, 3, 25])
def test_a_table_is_told_also_with_noise(noise):
    said = of_places(session_of(table(noise)))
    assert "at the 8,686 points of the data set" in said and "at 8,686 points between them" in said


@pytest.mark.parametrize(
    "elevation", [smooth, lambda X: np.zeros(len(X)), lambda X: X, lambda X: None, lambda X: 1 / 0]
)
def test_what_is_no_table_is_not_told_of(elevation):
    assert of_places(session_of(elevation)) == ""


def test_the_functions_of_the_checks_are_told():
    for source in (
        "from lessonkit.checks.gradient import numerical_gradient",
        "import lessonkit.checks.lesson_03 as c",
        "from lessonkit import checks",
    ):
        assert (
            f"Cell 3 contains `{source.partition(' as ')[0].removeprefix('from ').removeprefix('import ')}"
            in of_source("Cell 3", source)
        )
    assert not of_source("Cell 3", "from lessonkit import check, plots\nfrom lessonkit import own")


def test_a_flag_comes_from_the_sandbox_and_no_note(grader):
    source = textwrap.dedent(COMPLEX_STEP).strip()
    forward, backward = (f"def tanh_{part}" for part in source.split("def tanh_")[1:])
    graded = grader(
        notebook({**solved(), "tanh_forward": forward, "tanh_backward": backward}, "import lessonkit.checks")
    )
    assert graded.points == dict.fromkeys(EXERCISES, 5.0)
    assert [flag for flag in graded.flags if "calls tanh_forward" in flag and "with complex numbers" in flag]
    assert [flag for flag in graded.flags if "`lessonkit.checks`" in flag]
    assert not [note for note in graded.notes if "computed" in note] and "How this was computed" not in graded.said
    assert not [flag for flag in grader(notebook(solved())).flags if "computed" in flag]
