import re

import numpy as np
import pytest
from common import agree, floats, repeatable
from hypothesis import given

from reference_impl import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (2, 3, 2)])
def test_gradient_of_a_number(shape, rng):
    x = rng.normal(size=shape)
    x = np.asarray(x)
    agree(eval_numerical_gradient(lambda x: float(np.sum(np.sin(x) * x)), x), np.cos(x) * x + np.sin(x), 1e-8)


def test_gradient_of_an_array(rng):
    x, w, dout = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    agree(
        eval_numerical_gradient_array(lambda x: np.tanh(x @ w), x, dout),
        dout * (1 - np.tanh(x @ w) ** 2) @ w.T,
        1e-8,
    )


def test_the_function_may_return_its_argument(rng):
    x, dout = rng.normal(size=(2, 3, 4))
    agree(eval_numerical_gradient_array(lambda x: x, x, dout), dout, 1e-8)
    agree(eval_numerical_gradient_array(lambda x: x.T, x, dout.T), dout, 1e-8)


def test_central_differences_are_exact_on_parabolas():
    x = np.array([1.0, -2.0])
    agree(eval_numerical_gradient(lambda x: np.sum(x**2), x, h=0.5), 2 * x, 1e-14)
    agree(eval_numerical_gradient_array(lambda x: x**2, x, np.array([1.0, 3.0]), h=0.5), [2, -12], 1e-14)


def test_the_function_may_read_the_array_elsewhere(rng):
    parameters = {"W1": rng.normal(size=(2, 3))}
    gradient = eval_numerical_gradient(lambda _: np.sum(parameters["W1"] ** 2), parameters["W1"])
    agree(gradient, 2 * parameters["W1"], 1e-8)


def calls(x, f):
    return (
        lambda: eval_numerical_gradient(f, x),
        lambda: eval_numerical_gradient_array(f, x, np.ones(np.shape(f(x)))),
        lambda: grad_check_sparse(f, x, x, num_checks=3),
    )


@pytest.mark.parametrize("which", range(3))
def test_x_is_the_same_afterwards(which, rng):
    x = rng.normal(size=(3, 2)) * 1e3
    before = x.copy()
    calls(x, np.sum)[which]()
    assert (x == before).all()


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("fail_at", [2, 3, 4])
def test_x_is_the_same_after_a_failure(which, fail_at, rng):
    x = rng.normal(size=(3, 2))
    before, count = x.copy(), iter(range(100))

    def f(x):
        if next(count) >= fail_at:
            raise RuntimeError("no more")
        return np.sum(x)

    call = calls(x, f)[which]
    with pytest.raises(RuntimeError):
        call()
    assert (x == before).all()


def test_float32_works_with_a_step_that_suits_it():
    x = np.array([0.5, -0.25], np.float32)
    gradient = eval_numerical_gradient(lambda x: np.sum(x * x), x, h=2.0**-8)
    assert gradient.dtype == np.float32
    agree(gradient, [1, -0.5], 1e-4)


@pytest.mark.parametrize("which", range(3))
def test_integers_cannot_take_a_small_step(which):
    with pytest.raises(ValueError, match="floating-point"):
        calls(np.array([1, 2]), np.sum)[which]()


def test_the_upstream_gradient_must_fit():
    with pytest.raises(ValueError, match="shape of f"):
        eval_numerical_gradient_array(np.tanh, np.ones((2, 3)), np.ones((3, 2)))


def test_rel_error_by_hand():
    assert rel_error(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0
    assert rel_error(np.zeros(3), np.zeros(3)) == 0
    agree(rel_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])), 0.5)
    agree(rel_error(np.array([1.0, 0.0]), np.array([-1.0, 0.0])), 1.0)
    agree(rel_error(np.array([1e-10]), np.array([0.0])), 1e-2)
    agree(rel_error(1, 3), 0.5)


@repeatable
@given(floats((2, 3)), floats((2, 3)))
def test_rel_error_is_symmetric_and_at_most_one(x, y):
    assert 0 <= rel_error(x, y) <= 1
    assert rel_error(x, y) == rel_error(y, x)


@pytest.mark.parametrize(("x", "y"), [((3,), (3, 1)), ((2,), (3,)), ((0,), (0,))])
def test_rel_error_refuses(x, y):
    with pytest.raises(ValueError, match="same shape"):
        rel_error(np.ones(x), np.ones(y))


def test_grad_check_sparse_prints_what_it_returns(capsys, rng):
    x = rng.normal(size=(3, 4))
    errors = grad_check_sparse(lambda x: np.sum(x**3), x, 3 * x**2, num_checks=7, rng=rng)
    lines = capsys.readouterr().out.splitlines()
    number = r"(-?\d+\.\d{6})"
    matches = [
        re.fullmatch(rf"numerical: {number} analytic: {number}, relative error: (\d\.\d{{6}}e[-+]\d\d)", line)
        for line in lines
    ]
    assert len(matches) == 7
    assert errors.shape == (7,)
    for match, error in zip(matches, errors, strict=True):
        assert abs(float(match[1]) - float(match[2])) < 1e-5
        assert match[3] == f"{error:e}"
    assert errors.max() < 1e-8


def test_grad_check_sparse_notices_a_wrong_gradient(rng):
    x = rng.normal(size=(3, 4)) + 5
    agree(grad_check_sparse(lambda x: np.sum(x**2), x, 4 * x, rng=rng), np.full(10, 1 / 3), 1e-6)


def test_grad_check_sparse_reaches_every_entry_and_repeats_itself():
    x = np.arange(1.0, 7.0).reshape(2, 3)
    wrong = 2 * x + 10.0 ** np.arange(6).reshape(2, 3)  # each entry has an error of another size
    errors = [grad_check_sparse(lambda x: np.sum(x**2), x, wrong, 60, rng=np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*errors)
    assert len(np.unique(errors[0].round(6))) == 6


def test_grad_check_sparse_of_a_flat_function_is_zero_not_nan():
    agree(grad_check_sparse(lambda x: 3.0, np.ones(4), np.zeros(4)), np.zeros(10))


def test_grad_check_sparse_refuses():
    with pytest.raises(ValueError, match="shape of x"):
        grad_check_sparse(np.sum, np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"\(0, 3\)"):
        grad_check_sparse(np.sum, np.ones((0, 3)), np.ones((0, 3)))
