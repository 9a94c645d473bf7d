"""What a student reads: for each way in which code can be wrong, a message that is true and to the point."""

import numpy as np
import pytest

import reference_impl
from lessonkit import check, report
from lessonkit.engine.compare import difference
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import Entry


def said(exercise, **functions):
    """Return the report on `functions`, in a notebook that has the reference for everything else."""
    names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
    return report.text(grade(exercise, LocalHost({**names, **functions}), expected_of(exercise)))


def pointed(value, truth):
    found = difference(Entry("dx", value), truth, rtol=1e-5)
    return found and f"{found.kind}: {found.sentence} {found.example}"


def test_a_right_answer_is_one_line():
    assert said("relu_backward") == "relu_backward: all 4 checks pass, 5 of 5 points."


def test_an_empty_exercise_gets_one_friendly_line():
    def relu_forward(x):
        raise NotImplementedError

    text = said("relu_forward", relu_forward=relu_forward)
    assert text.startswith("relu_forward is still empty. Write your code")
    assert "\n" not in text and "Traceback" not in text


def test_an_exercise_that_waits_for_another_says_which():
    def relu_forward(x):
        raise NotImplementedError

    assert "uses relu_forward, which is still empty: write that one first" in said(
        "relu_backward", relu_forward=relu_forward
    )


def test_a_cell_that_was_not_run_is_named():
    host = LocalHost({})
    text = report.text(grade("relu_forward", host, expected_of("relu_forward")))
    assert "There is no relu_forward yet. Run the cell that defines it" in text


def test_a_forgotten_return_is_named():
    assert "returned None. Does it end with `return out, cache`?" in said("relu_forward", relu_forward=lambda x: None)


def test_a_forgotten_cache_is_named():
    text = said("relu_forward", relu_forward=lambda x: np.maximum(x, 0.0))
    assert "must return 2 things, `return out, cache`" in text


def test_an_error_comes_with_its_line_and_without_the_kits_insides():
    def relu_forward(x):
        return x.no_such_thing, x

    text = said("relu_forward", relu_forward=relu_forward)
    assert "AttributeError: 'numpy.ndarray' object has no attribute 'no_such_thing'" in text
    assert "return x.no_such_thing, x" in text
    assert "lessonkit" not in text


def test_a_student_who_exits_is_told_so():
    def relu_forward(x):
        raise SystemExit

    assert "relu_forward raised SystemExit" in said("relu_forward", relu_forward=relu_forward)


def test_partial_credit_is_by_check():
    def relu_forward(x):
        x[x < 0] = 0
        return x * 1.0, x.copy()

    result = grade("relu_forward", LocalHost({"relu_forward": relu_forward}), expected_of("relu_forward"))
    assert (result.points, result.max_points) == (4, 5)
    assert [o.title for o in result.outcomes if not o.passed] == ["leaves x as it was"]


def test_a_right_backward_keeps_its_points_when_the_forward_is_wrong():
    result = grade(
        "relu_backward",
        LocalHost(
            {
                "relu_forward": lambda x: (np.where(x > 0, x, 0.5 * x), x),
                "relu_backward": reference_impl.relu_backward,
            }
        ),
        expected_of("relu_backward"),
    )
    assert result.passed


def test_a_backward_that_fits_a_wrong_forward_points_at_the_forward():
    text = said(
        "tanh_backward",
        tanh_forward=lambda x: (np.tanh(0.5 * x), x),
        tanh_backward=lambda dout, x: dout * 0.5 * (1 - np.tanh(0.5 * x) ** 2),
    )
    assert "matches the numerical gradient of your own forward pass, so the mistake is in the forward pass" in text
    assert "your tanh_forward, which is not right here: look there first." in text


TRUTH = np.array([[0.5, -2.0, 3.0], [1.0, 4.0, -0.25]])


@pytest.mark.parametrize(
    "value, kind, words",
    [
        (TRUTH.T, "shape", "has shape (3, 2), expected (2, 3). The axes are in another order."),
        (TRUTH[None], "shape", "There is one axis of length 1 too many."),
        (TRUTH.ravel(), "shape", "their arrangement is not"),
        (TRUTH > 1, "dtype", "A comparison gives True and False"),
        (TRUTH.sum(axis=0), "shape", "because of a sum?"),
        (TRUTH[:, :, None] + np.zeros(4), "shape", "did broadcasting add one?"),
        (np.round(TRUTH).astype(int), "dtype", "dtype int64, expected a floating dtype"),
        (-TRUTH, "sign", "opposite sign"),
        (2 * TRUTH, "factor", "everything is 2 times too large"),
        (TRUTH / 6, "factor", "everything is 6 times too small"),
        (TRUTH + 1, "offset", "everything is too large by 1"),
        (np.zeros_like(TRUTH), "value", "zero everywhere"),
        (TRUTH * [[1], [2]], "axis", "dx is right except in row 1"),
        (TRUTH + [0, 0, 1], "axis", "dx is right except in column 2"),
        (np.where(TRUTH == 4, np.nan, TRUTH), "nan", "1 of 6 entries is NaN"),
        (np.where(TRUTH > 2, np.inf, TRUTH), "nan", "2 of 6 entries are infinite"),
        (None, "type", "dx is None, expected an array of shape (2, 3)"),
        ("six", "type", "dx is the string 'six'"),
        ((TRUTH, TRUTH), "structure", "dx is a tuple of 2 values, expected an array of shape (2, 3)"),
    ],
)
def test_what_is_wrong_is_pointed_at(value, kind, words):
    text = pointed(value, TRUTH)
    assert text.startswith(f"{kind}: ") and words in text


def test_the_place_in_a_nested_result_is_named():
    assert "dx[1] is a list of 1 value, expected an array" in pointed((TRUTH, [TRUTH]), (TRUTH, TRUTH))


@pytest.mark.parametrize(
    "value, truth, words",
    [
        (12.0, 4.0, "dx is 12, expected 4: 3 times too large."),
        (5.7708, 4.0, "dx is 5.7708, expected 4."),
        (-0.0, 4.0, "dx is 0, expected 4."),
        (12, 4, "dx is 12, expected 4."),
        (True, False, "dx: yes. Expected: no."),
        ("nothing", "ValueError", "dx: nothing. Expected: ValueError."),
    ],
)
def test_single_values_are_told_plainly(value, truth, words):
    assert words in pointed(value, truth)


def test_the_worst_entry_is_worked_out():
    value = TRUTH.copy()
    value[0, 1], value[1, 2] = -2.1, 9.0
    assert "yours dx[1, 2] = 9, expected -0.25" in pointed(value, TRUTH)


def test_a_transposed_square_is_recognised():
    square = np.arange(9.0).reshape(3, 3)
    assert "is the transpose of the expected result" in pointed(square.T, square)


@pytest.mark.parametrize(
    "value, truth",
    [
        (TRUTH.astype(np.float32), TRUTH),
        (TRUTH * (1 + 1e-9), TRUTH),
        (np.float64(2.5), 2.5),
        (np.array(2.5), 2.5),
        (np.asfortranarray(TRUTH), TRUTH),
        (TRUTH[::-1][::-1], TRUTH),
        ({"W1": TRUTH}, {"W1": TRUTH}),
    ],
)
def test_what_is_right_is_accepted(value, truth):
    assert pointed(value, truth) is None


def test_missing_and_extra_keys_are_named():
    text = pointed({"W1": TRUTH, "w2": TRUTH}, {"W1": TRUTH, "W2": TRUTH})
    assert 'The key of dx should be "W2", with a capital W; yours is "w2".' in text


def test_a_plot_of_an_empty_exercise_is_one_line():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from lessonkit import notebook

    shell = InteractiveShell.instance()
    try:
        notebook.settle_in()
        shell.run_cell("def standardize(x):\n    raise NotImplementedError")
        with capture_output() as said:
            result = shell.run_cell("standardize(1)")
        assert isinstance(result.error_in_exec, NotImplementedError)
        assert said.stdout.strip() == "standardize is still empty. Write it first, then run this cell again."
        with capture_output() as said:
            shell.run_cell("raise NotImplementedError('not on this machine')")
        assert "not on this machine" in said.stdout
    finally:
        InteractiveShell.clear_instance()


def test_the_report_in_html_says_the_same():
    def relu_forward(x):
        return np.abs(x), x

    result = grade("relu_forward", LocalHost({"relu_forward": relu_forward}), expected_of("relu_forward"))
    html = report.html(result)
    for outcome in result.outcomes:
        assert outcome.title in html
    assert "You take the absolute value" in html and "✗ fails" in html and "<script" not in html


def test_check_reads_the_callers_own_functions(capsys):
    namespace = {"check": check, "relu_forward": reference_impl.relu_forward}
    exec("shown = check('relu_forward')", namespace)
    assert float(namespace["shown"]) == 5 and repr(namespace["shown"]) == "5.0"
    assert capsys.readouterr().out.strip() == "relu_forward: all 4 checks pass, 5 of 5 points."


def test_an_unknown_exercise_names_the_closest():
    with pytest.raises(ValueError, match="no exercise 'relu_foward'. Did you mean relu_forward"):
        check("relu_foward")


def test_a_hidden_check_at_home_says_where_it_runs(monkeypatch):
    monkeypatch.delenv("LESSONKIT_LIVE_TRUTH", raising=False)
    namespace = {"check": check, "relu_forward": reference_impl.relu_forward}
    with pytest.raises(ValueError, match="runs on the instructor's side"):
        exec("check('relu_forward', hidden=True)", namespace)


def test_validate_shows_the_report_as_the_error(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    namespace = {"check": check, "relu_forward": lambda x: (np.abs(x), x)}
    with pytest.raises(Exception, match="You take the absolute value"):
        exec("check('relu_forward')", namespace)


def test_a_method_that_returns_too_few_things_is_named_with_what_it_must_return():
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            return result if y is None else result[0]

    text = said("TrainableNet", TrainableNet=TrainableNet)
    assert "loss must return 2 things, `return loss, grads`. Yours returned the number" in text
