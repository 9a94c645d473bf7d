import numpy as np
import pytest
from common import agree, floats, repeatable
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from reference_impl import pairwise_differences, standardize


def test_standardize_agrees_with_scikit_learn(rng):
    x = rng.normal(5, 3, size=(7, 4))
    agree(standardize(x), StandardScaler().fit_transform(x))


def test_standardize_works_column_by_column(rng):
    x = rng.normal(size=(6, 3)) * [1, 100, 1e-3] + [0, -7, 40]
    z = standardize(x)
    agree(z.mean(axis=0), np.zeros(3))
    agree(z.std(axis=0), np.ones(3))


@pytest.mark.parametrize("constant", [0.0, 0.1, 1 / 3, 1e6 + 0.1, -7.7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_column_becomes_exactly_zero(constant, dtype, rng):
    x = np.column_stack([np.full(7, constant), rng.normal(size=7)]).astype(dtype)
    z = standardize(x)
    assert (z[:, 0] == 0).all()
    agree(z[:, 1].std(), 1.0, 1e-5)


def test_a_single_row_is_constant():
    agree(standardize(np.array([[3.0, -2.0]])), np.zeros((1, 2)))


@repeatable
@given(floats((4, 3)), st.floats(0.1, 100), st.floats(-100, 100))
def test_standardize_forgets_scale_and_shift(x, scale, shift):
    x = x[:, x.std(axis=0) > 1e-2]
    agree(standardize(x * scale + shift), standardize(x), 1e-6)


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 3, 4)])
def test_standardize_refuses(shape):
    with pytest.raises(ValueError, match=r"\(N, D\)"):
        standardize(np.ones(shape))


def test_pairwise_differences_by_hand():
    a, b = np.array([[1, 2], [3, 4], [5, 6]]), np.array([[10, 0], [0, 1]])
    agree(pairwise_differences(a, b), [[[-9, 2], [1, 1]], [[-7, 4], [3, 3]], [[-5, 6], [5, 5]]])


@repeatable
@given(floats((3, 2)), floats((4, 2)))
def test_pairwise_differences_change_sign_with_the_order(a, b):
    differences = pairwise_differences(a, b)
    assert differences.shape == (3, 4, 2)
    np.testing.assert_array_equal(differences, -pairwise_differences(b, a).transpose(1, 0, 2))


def test_pairwise_differences_of_unsigned_integers_may_be_negative():
    agree(pairwise_differences(np.array([[3]], np.uint8), np.array([[5]], np.uint8)), [[[-2]]])


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (1, 1)])
def test_pairwise_differences_of_few_rows(n, m):
    assert pairwise_differences(np.ones((n, 2)), np.ones((m, 2))).shape == (n, m, 2)


@pytest.mark.parametrize(("a", "b"), [((3, 2), (3, 4)), ((2,), (3, 2)), ((3, 2), (2,))])
def test_pairwise_differences_refuse(a, b):
    with pytest.raises(ValueError, match=r"\(N, D\) and \(M, D\)"):
        pairwise_differences(np.ones(a), np.ones(b))
