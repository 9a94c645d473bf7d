import numpy as np
import pytest
from common import agree, floats, numerical_gradient, repeatable
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.metrics import mean_squared_error, root_mean_squared_error

from reference_impl import mse_loss, rms_error, softmax_loss

SHAPES = [(1,), (5,), (5, 1), (4, 3), (1, 3)]


@pytest.mark.parametrize("shape", SHAPES)
def test_mse_agrees_with_scikit_learn(shape, rng):
    x, y = rng.normal(size=(2, *shape))
    loss, _ = mse_loss(x, y)
    agree(loss, mean_squared_error(y, x))
    agree(rms_error(x, y), np.sqrt(mean_squared_error(y, x)))
    if len(shape) == 1:
        agree(rms_error(x, y), root_mean_squared_error(y, x))


@pytest.mark.parametrize("shape", SHAPES)
def test_mse_gradient(shape, rng):
    x, y = rng.normal(size=(2, *shape))
    _, dx = mse_loss(x, y)
    agree(dx, numerical_gradient(lambda x: mse_loss(x, y)[0], x, 1.0))


def test_mse_by_hand():
    loss, dx = mse_loss(np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 0.0], [4.0, 8.0]]))
    agree(loss, (0 + 4 + 1 + 9) / 4)
    agree(dx, [[0, 1], [-0.5, -1.5]])


@pytest.mark.parametrize(("x_shape", "y_shape"), [((4,), (4, 1)), ((4, 1), (4,)), ((1, 1), (1,))])
def test_one_output_may_be_a_column(x_shape, y_shape, rng):
    x, y = rng.normal(size=(2, x_shape[0]))
    loss, dx = mse_loss(x.reshape(x_shape), y.reshape(y_shape))
    agree(loss, np.mean((x - y) ** 2))
    agree(dx, (2 / x.size * (x - y)).reshape(x_shape))
    agree(rms_error(x.reshape(x_shape), y.reshape(y_shape)), np.sqrt(np.mean((x - y) ** 2)))


@pytest.mark.parametrize(
    ("x_shape", "y_shape"),
    [
        ((4,), (5,)),
        ((4, 2), (2, 4)),
        ((4, 2), (8,)),
        ((4, 2), (4,)),
        ((4,), (1, 4)),
        ((4, 1), (1, 4)),
        ((4,), ()),
    ],
)
@pytest.mark.parametrize("function", [mse_loss, rms_error])
def test_other_shapes_are_refused(function, x_shape, y_shape):
    with pytest.raises(ValueError, match="do not match") as error:
        function(np.ones(x_shape), np.ones(y_shape))
    assert str(x_shape) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("function", [mse_loss, rms_error])
def test_no_predictions_are_refused(function):
    with pytest.raises(ValueError, match="at least one"):
        function(np.ones(0), np.ones(0))


def test_targets_are_never_cut_to_integers():
    """Targets keep their fractions, whether the predictions are integers or not."""
    loss, dx = mse_loss(np.array([1, 2]), np.array([1.5, 2.25]))
    agree(loss, (0.25 + 0.0625) / 2)
    agree(dx, [-0.5, -0.25])
    agree(rms_error(np.array([1, 2]), np.array([1.9, 2.9])), 0.9)


def test_the_gradient_has_the_dtype_of_the_predictions():
    for y_dtype in (np.float32, np.float64, np.int64):
        _, dx = mse_loss(np.array([0.1, 0.2], np.float32), np.array([1, 2], y_dtype))
        assert dx.dtype == np.float32
    assert mse_loss(np.array([1, 2]), np.array([0, 0]))[1].dtype == np.float64


def test_rms_error_starts_at_zero_and_holds_nothing_but_the_error(rng):
    x = rng.normal(size=(6, 2))
    assert rms_error(x, x) == 0
    agree(rms_error(x + 3, x), 3.0)
    assert isinstance(rms_error(x, x), float)


@repeatable
@given(floats(5), floats(5), st.floats(0.01, 100))
def test_rms_error_has_the_unit_of_the_targets(x, y, unit):
    agree(rms_error(unit * x, unit * y), unit * rms_error(x, y), 1e-9)


def test_softmax_agrees_with_scipy(rng):
    x, y = 3 * rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    loss, dx = softmax_loss(x, y)
    agree(loss, -np.mean(log_softmax(x, axis=1)[range(6), y]))
    agree(dx, (softmax(x, axis=1) - np.eye(4)[y]) / 6)


@pytest.mark.parametrize("shape", [(1, 3), (5, 2), (3, 7), (4, 1)])
def test_softmax_gradient(shape, rng):
    x, y = rng.normal(size=shape), rng.integers(0, shape[1], shape[0])
    _, dx = softmax_loss(x, y)
    agree(dx, numerical_gradient(lambda x: softmax_loss(x, y)[0], x, 1.0))


def test_softmax_of_small_scores_knows_nothing(rng):
    loss, _ = softmax_loss(0.001 * rng.normal(size=(50, 10)), rng.integers(0, 10, 50))
    agree(loss, np.log(10), 1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_of_extreme_scores(dtype):
    x = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4], [3e38, -1e4, 2]], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, dx = softmax_loss(x, np.array([1, 0, 2, 0]))
    agree(loss, (2e4 + np.log(3) + np.log(3) + 0) / 4, 1e-6)
    assert dx.dtype == dtype
    agree(dx * 4, [[1, -1, 0], [-2 / 3, 1 / 3, 1 / 3], [1 / 3, 1 / 3, -2 / 3], [0, 0, 0]], 1e-6)


@repeatable
@given(floats((4, 3), 100), st.lists(st.integers(0, 2), min_size=4, max_size=4), st.floats(-1e3, 1e3))
def test_softmax_sees_only_differences_of_scores(x, y, shift):
    y = np.array(y)
    loss, dx = softmax_loss(x, y)
    agree(loss, np.mean(logsumexp(x, axis=1) - x[range(4), y]), 1e-9)
    agree(dx.sum(axis=1), np.zeros(4), 1e-12)
    agree(softmax_loss(x + shift, y)[0], loss, 1e-9)


def test_softmax_of_integer_scores():
    loss, dx = softmax_loss(np.array([[1, 2]]), np.array([0]))
    agree(loss, np.log(1 + np.e))
    assert dx.dtype == np.float64


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((0, 3)), np.ones(0, int), "at least one entry"),
        (np.ones(3), np.ones(3, int), r"\(N, C\)"),
        (np.ones((3, 2)), np.ones(2, int), "3 integer labels"),
        (np.ones((3, 2)), np.ones((3, 1), int), "3 integer labels"),
        (np.ones((3, 2)), np.ones(3), "float64"),
        (np.ones((3, 2)), np.array([0, 1, 2]), "between 0 and 1"),
        (np.ones((3, 2)), np.array([0, 1, -1]), "between 0 and 1"),
    ],
)
def test_softmax_refuses(x, y, message):
    with pytest.raises(ValueError, match=message):
        softmax_loss(x, y)
