import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import reference_impl
from reference_impl import (
    FullyConnectedNet,
    constant_baseline,
    elevation,
    linear_baseline,
    make_solver,
    predict,
    rms_error,
)
from reference_impl.data import load_terrain
from reference_impl.regression import terrain, trained_solver


@pytest.fixture(scope="module")
def raw():
    return terrain()[0]


def test_raw_and_normalized_data_are_the_same_split():
    raw, data = terrain()
    np.testing.assert_allclose(data["y_val"] * data["y_std"] + data["y_mean"], raw["y_val"], rtol=1e-4)
    seen = {tuple(x) for x in raw["X_train"]}
    assert not any(tuple(x) in seen for x in [*raw["X_val"], *raw["X_test"]])


def test_no_constant_is_better(rng):
    y = rng.normal(size=50)
    best = rms_error(constant_baseline(None, y, y), y)
    assert all(best <= rms_error(np.full(50, c), y) for c in np.linspace(-1, 1, 101))


def test_the_linear_baseline_is_ordinary_least_squares(raw):
    ours = linear_baseline(raw["X_train"], raw["y_train"], raw["X_val"])
    theirs = LinearRegression().fit(raw["X_train"], raw["y_train"]).predict(raw["X_val"])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_predict_undoes_what_normalizing_did(rng):
    """The network is the identity, so it returns its normalized input in the unit of the targets."""
    net = FullyConnectedNet("regression", [], [], input_dim=1, output_dim=1, dtype=np.float64)
    net.params = {"W1": np.ones((1, 1)), "b1": np.zeros(1)}
    X_train = rng.normal(3, 2, (40, 1))
    X = rng.normal(5, 7, (6, 1))
    np.testing.assert_allclose(predict(net, X_train, 10 * X_train[:, 0] - 4, X), 10 * X[:, 0] - 4)


def test_the_land_is_learned_far_better_than_by_the_baselines(raw):
    known, places, metres = (raw["X_train"], raw["y_train"]), raw["X_test"], raw["y_test"]
    constant, linear = (rms_error(b(*known, places), metres) for b in (constant_baseline, linear_baseline))
    assert 155 < constant < 171
    assert 139 < linear < 153
    assert rms_error(elevation(places), metres) < 80


def test_elevation_answers_for_all_of_the_map():
    X, _ = load_terrain()
    assert elevation(X).shape == (len(X),)
    assert trained_solver() is trained_solver()


def test_the_generator_decides():
    _, data = terrain()
    data.update(X_train=data["X_train"][:200], y_train=data["y_train"][:200])

    def losses(seed):
        solver = make_solver(data, np.random.default_rng(seed))
        solver.num_epochs = 2
        solver.train()
        return solver.loss_history

    assert losses(1) == losses(1) != losses(2)


def test_the_same_design_serves_any_number_of_features(rng):
    X, y = rng.normal(size=(120, 8)), rng.normal(size=120)
    data = reference_impl.data.prepare_regression(X, y, 20, 20)
    solver = make_solver(data, rng)
    solver.num_epochs = 2
    solver.train()
    assert len(solver.val_acc_history) == 2
