"""The trainings that are timed side by side do the same work: with the same start, they have the same losses."""

import numpy as np
import pytest

from tools.benchmarks.peers import Case, Course, Floor, InOrder, PyTorch, ScikitLearn

EPOCHS = 4
CASES = [
    Case(category, dims, activation, rule, batch_size=32)
    for category, dims, activation in (
        ("regression", (8, 16, 12, 1), "tanh"),
        ("classification", (6, 16, 12, 10), "relu"),
    )
    for rule in ("sgd_momentum", "adam")
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case.category}-{case.rule}")
def case(request):
    return request.param


@pytest.fixture
def data(case):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(210, case.dims[0])).astype(np.float32)  # the last batch is smaller than the others
    return X, np.sin(X[:, 0]) if case.category == "regression" else rng.integers(0, 10, len(X))


@pytest.fixture
def ours(case, data):
    training = Course(case, *data, InOrder)
    for _ in range(EPOCHS):
        training.epoch()
    assert training.losses[-1] < training.losses[0]
    return training


def test_pytorch_has_the_same_loss_curve(case, data, ours):
    pytest.importorskip("torch")
    peer = PyTorch(case, *data, InOrder)
    for _ in range(EPOCHS):
        peer.epoch()
    np.testing.assert_allclose(peer.batch_losses, ours.batch_losses, rtol=1e-5, atol=1e-6)


def test_scikit_learn_has_the_same_loss_curve(case, data, ours):
    peer = ScikitLearn(case, *data, shuffle=False)
    np.testing.assert_allclose(peer.fit(EPOCHS), ours.losses, rtol=1e-5, atol=1e-6)


def test_the_floor_has_the_products_that_a_gradient_needs(case, data):
    """There are two products for the first layer, whose input needs no gradient, and three for every other layer."""
    shapes = []

    class Counted(np.ndarray):
        def __matmul__(self, other):
            shapes.append((self.shape, other.shape))
            return np.asarray(self) @ np.asarray(other)

        def __array_function__(self, function, types, arrays, options):
            assert function is np.dot
            return self.view(Counted) @ arrays[1]

    floor = Floor(case, data[0][:64])
    floor.layers = [tuple(array.view(Counted) for array in layer) for layer in floor.layers]
    floor.epoch()
    assert len(shapes) == 2 * (3 * (len(case.dims) - 1) - 1)
