import numpy as np
import pytest
from common import agree, floats, numerical_gradient, repeatable, shapes
from hypothesis import given
from scipy.special import expit

import reference_impl
from reference_impl import relu_backward, relu_forward, sigmoid_backward, sigmoid_forward, tanh_forward

NAMES = ("sigmoid", "relu", "tanh")


def both(name):
    return getattr(reference_impl, f"{name}_forward"), getattr(reference_impl, f"{name}_backward")


@repeatable
@given(floats(shapes()))
def test_forward_agrees_with_other_libraries(x):
    agree(sigmoid_forward(x)[0], expit(x), 1e-14)
    agree(tanh_forward(x)[0], 1 - 2 * expit(-2 * x), 1e-14)
    agree(relu_forward(x)[0], (x + abs(x)) / 2, 1e-14)


def test_sigmoid_keeps_its_relative_precision_far_below_zero():
    x = np.array([-40.0, -100.0, -700.0])
    np.testing.assert_allclose(sigmoid_forward(x)[0], np.exp(x), rtol=1e-13)


def test_tanh_by_its_definition(rng):
    x = rng.normal(size=(3, 4))
    agree(tanh_forward(x)[0], (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))


def test_relu_of_cs231n():
    expected = [
        [0, 0, 0, 0],
        [0, 0, 0.04545455, 0.13636364],
        [0.22727273, 0.31818182, 0.40909091, 0.5],
    ]
    agree(relu_forward(np.linspace(-0.5, 0.5, 12).reshape(3, 4))[0], expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1,), (5,), (3, 4), (2, 3, 4)])
def test_backward_agrees_with_the_numerical_gradient(name, shape, rng):
    forward, backward = both(name)
    x, dout = rng.normal(size=(2, *shape))
    x[np.abs(x) < 1e-3] = 0.5  # away from the kink
    _, cache = forward(x)
    agree(backward(dout, cache), numerical_gradient(lambda x: forward(x)[0], x, dout), 1e-7)


def test_the_derivative_of_relu_at_zero_is_zero():
    _, cache = relu_forward(np.array([-0.0, 0.0, 1e-300]))
    agree(relu_backward(np.array([5.0, 5.0, 5.0]), cache), [0, 0, 5])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_inputs(name, dtype):
    forward, backward = both(name)
    x = np.array([-1e38, -1e4, -90, -1e-30, 0, 1e-30, 90, 1e4, 1e38], dtype=dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        out, cache = forward(x)
        dx = backward(np.ones_like(x), cache)
    assert np.isfinite(out).all()
    assert np.isfinite(dx).all()
    assert (np.diff(out) >= 0).all()
    assert out.dtype == dx.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_integers_give_float64(name):
    forward, backward = both(name)
    out, cache = forward(np.array([-2, 0, 3]))
    dx = backward(np.array([1, 2, -1]), cache)
    assert out.dtype == dx.dtype == np.float64
    agree(out, forward(np.array([-2.0, 0.0, 3.0]))[0])


@pytest.mark.parametrize("name", NAMES)
def test_no_examples_give_no_examples(name):
    forward, backward = both(name)
    out, cache = forward(np.ones((0, 3)))
    assert out.shape == backward(np.ones((0, 3)), cache).shape == (0, 3)


@repeatable
@given(floats((3, 4), 50), floats((3, 4), 50))
def test_sigmoid_and_tanh_are_one_curve(x, dout):
    agree(tanh_forward(x)[0], 2 * sigmoid_forward(2 * x)[0] - 1, 1e-12)
    _, cache = sigmoid_forward(x)
    agree(sigmoid_backward(dout, cache), dout * expit(x) * expit(-x), 1e-12)
