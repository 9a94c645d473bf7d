import numpy as np
import pytest
from common import agree, floats, numerical_gradient, repeatable
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    batchnorm_backward,
    batchnorm_forward,
    relu_forward,
)

INPUTS = [(1, 3), (5, 4), (2, 3, 4), (3, 2, 1, 2)]


def layer(shape, M, rng):
    D = int(np.prod(shape[1:]))
    return rng.normal(size=shape), rng.normal(size=(D, M)), rng.normal(size=M)


def test_affine_forward_of_cs231n():
    x = np.linspace(-0.1, 0.5, num=240).reshape(2, 4, 5, 6)
    w = np.linspace(-0.2, 0.3, num=360).reshape(120, 3)
    b = np.linspace(-0.3, 0.1, num=3)
    out, _ = affine_forward(x, w, b)
    agree(out, [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]])


@pytest.mark.parametrize("shape", INPUTS)
def test_affine_forward_sums_over_all_features(shape, rng):
    x, w, b = layer(shape, 2, rng)
    out, _ = affine_forward(x, w, b)
    expected = [[sum(a * c for a, c in zip(row.ravel(), w[:, m], strict=True)) + b[m] for m in range(2)] for row in x]
    agree(out, expected)


@pytest.mark.parametrize("shape", INPUTS)
@pytest.mark.parametrize(
    ("forward", "backward"), [(affine_forward, affine_backward), (affine_relu_forward, affine_relu_backward)]
)
def test_affine_gradients(shape, forward, backward, rng):
    x, w, b = layer(shape, 2, rng)
    dout = rng.normal(size=(shape[0], 2))
    _, cache = forward(x, w, b)
    dx, dw, db = backward(dout, cache)
    agree(dx, numerical_gradient(lambda x: forward(x, w, b)[0], x, dout), 1e-7)
    agree(dw, numerical_gradient(lambda w: forward(x, w, b)[0], w, dout), 1e-7)
    agree(db, numerical_gradient(lambda b: forward(x, w, b)[0], b, dout), 1e-7)


def test_affine_relu_is_affine_then_relu(rng):
    x, w, b = layer((4, 3), 5, rng)
    agree(affine_relu_forward(x, w, b)[0], relu_forward(affine_forward(x, w, b)[0])[0])


@repeatable
@given(floats((3, 4), 10), floats((3, 4), 10), floats((4, 2), 10), floats(2, 10), st.floats(-3, 3))
def test_affine_is_affine(x1, x2, w, b, t):
    def f(x):
        return affine_forward(x, w, b)[0]

    agree(f(t * x1 + (1 - t) * x2), t * f(x1) + (1 - t) * f(x2), 1e-9)


def test_integers_give_float64():
    x, w, b = np.array([[1, 2]]), np.array([[1], [3]]), np.array([5])
    out, cache = affine_forward(x, w, b)
    dx, dw, db = affine_backward(np.array([[2]]), cache)
    agree(out, [[12]])
    agree(dx, [[2, 6]])
    agree(dw, [[2], [4]])
    agree(db, [2])
    assert {value.dtype for value in (out, dx, dw, db)} == {np.dtype(float)}


def test_no_examples():
    out, cache = affine_forward(np.ones((0, 2, 3)), np.ones((6, 4)), np.ones(4))
    dx, dw, db = affine_backward(np.ones((0, 4)), cache)
    assert (out.shape, dx.shape) == ((0, 4), (0, 2, 3))
    agree(dw, np.zeros((6, 4)))
    agree(db, np.zeros(4))


@pytest.mark.parametrize(
    ("x", "w", "b"),
    [((3, 5), (6, 4), (4,)), ((3, 6), (6, 4), (3,)), ((3, 6), (6, 4), (3, 4)), ((2, 3), (2, 3), (3,))],
)
def test_shapes_that_do_not_fit(x, w, b):
    with pytest.raises(ValueError, match="expected x") as error:
        affine_forward(np.ones(x), np.ones(w), np.ones(b))
    assert str(x) in str(error.value)


@pytest.mark.parametrize("shape", [(4,), (3, 3), (1, 4), (4, 3)])
def test_an_upstream_gradient_that_does_not_fit(shape):
    _, cache = affine_forward(np.ones((3, 6)), np.ones((6, 4)), np.ones(4))
    with pytest.raises(ValueError, match="shape of the output"):
        affine_backward(np.ones(shape), cache)


# Batch normalization


def test_batchnorm_in_training_has_the_mean_beta_and_the_width_gamma(rng):
    x = 10 * rng.normal(size=(200, 3)) + [1, -20, 300]
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    out, _ = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    agree(out.mean(axis=0), beta)
    agree(out.std(axis=0), gamma, 1e-6)


def test_batchnorm_in_testing_after_much_training(rng):
    bn_param = {"mode": "train"}
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    for _ in range(200):
        batchnorm_forward(5 * rng.normal(size=(500, 3)) + 7, gamma, beta, bn_param)
    bn_param["mode"] = "test"
    out, _ = batchnorm_forward(5 * rng.normal(size=(5000, 3)) + 7, gamma, beta, bn_param)
    agree(out.mean(axis=0), beta, 0.02)
    agree(out.std(axis=0), gamma, 0.05)


def test_the_running_statistics_are_those_of_the_batches_and_hold_no_eps(rng):
    batches = rng.normal(2, 3, size=(3, 6, 4))
    bn_param = {"mode": "train", "momentum": 0.7, "eps": 0.5}
    mean = var = np.zeros(4)
    for x in batches:
        batchnorm_forward(x, np.ones(4), np.zeros(4), bn_param)
        mean, var = 0.7 * mean + 0.3 * x.mean(axis=0), 0.7 * var + 0.3 * x.var(axis=0)
    agree(bn_param["running_mean"], mean, 1e-14)
    agree(bn_param["running_var"], var, 1e-14)
    constant = {"mode": "train"}
    batchnorm_forward(np.full((5, 2), 3.0), np.ones(2), np.zeros(2), constant)
    agree(constant["running_var"], [0, 0], 0)


def test_batchnorm_in_testing_by_hand():
    bn_param = {"mode": "test", "running_mean": np.array([1.0]), "running_var": np.array([3.0]), "eps": 1.0}
    out, _ = batchnorm_forward(np.array([[5.0], [1.0]]), np.array([2.0]), np.array([10.0]), bn_param)
    agree(out, [[14], [10]])


def test_testing_changes_no_statistics_and_training_replaces_them(rng):
    x, mean, var = rng.normal(size=(5, 3)), rng.normal(size=3), rng.uniform(1, 2, size=3)
    for mode in ("train", "test"):
        bn_param = {"mode": mode, "running_mean": mean.copy(), "running_var": var.copy()}
        kept = bn_param["running_mean"]
        batchnorm_forward(x, np.ones(3), np.zeros(3), bn_param)
        agree(kept, mean, 0)
        assert (bn_param["running_mean"] == mean).all() == (mode == "test")
        assert (bn_param["running_var"] == var).all() == (mode == "test")


@pytest.mark.parametrize("shape", [(4, 5), (7, 2), (2, 3)])
def test_batchnorm_gradients(shape, rng):
    x, dout = 5 * rng.normal(size=shape) + 12, rng.normal(size=shape)
    gamma, beta = rng.normal(size=(2, shape[1]))

    def f(x=x, gamma=gamma, beta=beta):
        return batchnorm_forward(x, gamma, beta, {"mode": "train"})[0]

    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    agree(dx, numerical_gradient(lambda x: f(x=x), x, dout, 1e-5), 1e-6)
    agree(dgamma, numerical_gradient(lambda gamma: f(gamma=gamma), gamma, dout), 1e-7)
    agree(dbeta, numerical_gradient(lambda beta: f(beta=beta), beta, dout), 1e-7)


def test_batchnorm_gradient_with_a_large_eps(rng):
    """The variance of x_hat is well below 1 here: a gradient that assumes 1 is wrong."""
    x, dout, bn_param = rng.normal(size=(4, 2)), rng.normal(size=(4, 2)), {"mode": "train", "eps": 2.0}
    _, cache = batchnorm_forward(x, np.ones(2), np.zeros(2), bn_param)
    numerical = numerical_gradient(lambda x: batchnorm_forward(x, np.ones(2), np.zeros(2), bn_param)[0], x, dout)
    agree(batchnorm_backward(dout, cache)[0], numerical, 1e-7)


@repeatable
@given(floats((5, 3), 100), st.floats(0.5, 10), st.floats(-100, 100))
def test_batchnorm_forgets_scale_and_shift(x, scale, shift):
    def f(x):
        return batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train", "eps": 0.0})[0]

    x = x[:, x.std(axis=0) > 1e-2]
    if x.shape[1] == 3:
        agree(f(x * scale + shift), f(x), 1e-6)


def test_a_batch_of_one_gives_beta():
    out, cache = batchnorm_forward(np.array([[7.0, -3.0]]), np.ones(2), np.array([1.0, 2.0]), {"mode": "train"})
    agree(out, [[1, 2]])
    agree(batchnorm_backward(np.ones((1, 2)), cache)[0], [[0, 0]])


def test_batchnorm_keeps_float32(rng):
    x, gamma, beta = (rng.normal(size=shape).astype(np.float32) for shape in ((5, 3), 3, 3))
    bn_param = {"mode": "train"}
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    values = [out, *batchnorm_backward(x, cache), bn_param["running_mean"], bn_param["running_var"]]
    values.append(batchnorm_forward(x, gamma, beta, {**bn_param, "mode": "test"})[0])
    assert {value.dtype for value in values} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("x", "gamma", "bn_param", "message"),
    [
        ((3, 2), (2,), {"mode": "training"}, "'training'"),
        ((3, 2), (2,), {}, "None"),
        ((3, 2), (3,), {"mode": "train"}, r"\(3, 2\)"),
        ((3,), (3,), {"mode": "train"}, r"\(N, D\)"),
        ((0, 2), (2,), {"mode": "train"}, "without examples"),
    ],
)
def test_batchnorm_refuses(x, gamma, bn_param, message):
    with pytest.raises(ValueError, match=message):
        batchnorm_forward(np.ones(x), np.ones(gamma), np.ones(gamma), bn_param)
