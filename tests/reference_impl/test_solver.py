import numpy as np
import pytest
from common import agree
from solvers import DATA, classification_data, make, regression_data

from reference_impl import FullyConnectedNet, Solver, TrainableNet, mse_loss, rms_error, sgd, softmax_loss

# One step


@pytest.mark.parametrize("category", DATA)
def test_a_step_updates_every_parameter_by_its_own_gradient(category):
    solver = make(category, batch_size=100)
    before = {name: w.copy() for name, w in solver.model.params.items()}
    loss, grads = solver.model.loss(solver.X_train, solver.y_train)
    solver.step()
    agree(solver.loss_history, [loss])
    for name, w in solver.model.params.items():
        agree(w, before[name] - 0.05 * grads[name])


def test_every_parameter_has_its_own_config():
    solver = make(update_rule="adam", optim_config={"beta1": 0.5})
    for _ in range(3):
        solver.step()
    for name, config in solver.optim_configs.items():
        assert config["t"] == 3
        assert config["beta1"] == 0.5
        assert config["m"].shape == solver.model.params[name].shape
    assert len({id(config) for config in solver.optim_configs.values()}) == 4


def test_configs_share_no_array_with_the_caller():
    velocity = np.zeros(1)
    solver = make(optim_config={"velocity": velocity})
    assert not any(np.shares_memory(config["velocity"], velocity) for config in solver.optim_configs.values())


def test_an_epoch_visits_every_example_once():
    solver = make(batch_size=5)
    seen = []
    for _ in range(solver.iterations_per_epoch):
        X, y = solver.next_batch()
        seen += list(y)
    assert solver.iterations_per_epoch == 5
    assert sorted(seen) == sorted(solver.y_train)
    first_again = solver.next_batch()[1]
    assert len(first_again) == 5
    assert list(first_again) != seen[:5]


def test_an_update_rule_of_ones_own():
    calls = []

    def signs(w, dw, config):
        calls.append(w.shape)
        return w - config["learning_rate"] * np.sign(dw), config

    solver = make(update_rule=signs, batch_size=100)
    before = solver.model.params["W1"].copy()
    solver.step()
    agree(np.abs(solver.model.params["W1"] - before).max(), 0.05)
    assert calls == [(3, 8), (8,), (8, 1), (1,)]


def test_an_update_rule_may_change_w_in_place():
    def in_place(w, dw, config):
        w -= config["learning_rate"] * dw
        return w, config

    solvers = [make(update_rule=rule, num_epochs=6) for rule in (sgd, in_place)]
    for solver in solvers:
        solver.train()
    np.testing.assert_array_equal(solvers[0].loss_history, solvers[1].loss_history)
    for name, w in solvers[0].best_params.items():
        np.testing.assert_array_equal(solvers[1].best_params[name], w)
        np.testing.assert_array_equal(solvers[1].model.params[name], w)


# Measuring how good a model is


def test_accuracy_by_hand():
    solver = make("classification")
    solver.model.loss = lambda X, y=None: X
    X = np.array([[5.0, 1, 1], [0, 2, 1], [0, 3, 4], [9, 8, 7]])
    agree(solver.check_accuracy(X, np.array([0, 1, 1, 2])), 0.5)


def test_the_error_of_a_regression_is_the_rms_error_without_regularization():
    solver = make()
    expected = rms_error(solver.model.loss(solver.X_train), solver.y_train)
    agree(solver.check_accuracy(solver.X_train, solver.y_train), expected)
    solver.model.reg = 1e6
    agree(solver.check_accuracy(solver.X_train, solver.y_train), expected)


def test_the_error_is_in_the_unit_of_the_targets():
    """When the solver knows that the targets were divided by 150 m, it gives errors in meters."""
    solver, plain = make(), make()
    data = {**regression_data(np.random.default_rng(1)), "y_std": 150.0}
    solver = Solver(plain.model, data, verbose=False)
    agree(
        solver.check_accuracy(solver.X_val, solver.y_val),
        150 * plain.check_accuracy(plain.X_val, plain.y_val),
    )


def test_several_targets_may_have_several_units(rng):
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    net = FullyConnectedNet("regression", [4], [False], 3, 2, dtype=np.float64, rng=rng)
    unit = np.array([10.0, 0.1])
    solver = Solver(net, {"X_train": X, "y_train": y, "X_val": X, "y_val": y, "y_std": unit}, verbose=False)
    agree(solver.check_accuracy(X, y), rms_error(net.loss(X) * unit, y * unit))


@pytest.mark.parametrize("category", DATA)
@pytest.mark.parametrize("batch_size", [1, 4, 23, 1000])
def test_the_batch_size_of_a_measurement_does_not_matter(category, batch_size):
    solver = make(category)
    expected = solver.check_accuracy(solver.X_train, solver.y_train)
    agree(solver.check_accuracy(solver.X_train, solver.y_train, batch_size=batch_size), expected, 1e-12)


def test_a_sample_holds_different_examples():
    solver = make()
    seen = []
    solver.model.loss = lambda X, y=None: seen.extend(X[:, 0]) or np.zeros((len(X), 1))
    solver.check_accuracy(solver.X_train, solver.y_train, num_samples=20, batch_size=7)
    assert len(seen) == len(set(seen)) == 20
    seen.clear()
    solver.check_accuracy(solver.X_train, solver.y_train, num_samples=100)
    assert seen == list(solver.X_train[:, 0])


@pytest.mark.parametrize(("n", "m"), [(3, 4), (0, 0)])
def test_measurements_that_cannot_be(n, m):
    with pytest.raises(ValueError, match="as many examples as targets"):
        make().check_accuracy(np.ones((n, 3)), np.ones(m))


# Training


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam"])
@pytest.mark.parametrize("category", DATA)
def test_training_learns(category, rule):
    rate = {"sgd": 0.1, "sgd_momentum": 0.03, "rmsprop": 0.01, "adam": 0.02}[rule]
    solver = make(category, update_rule=rule, optim_config={"learning_rate": rate}, num_epochs=60)
    before = solver.check_accuracy(solver.X_train, solver.y_train)
    solver.train()
    after = solver.check_accuracy(solver.X_train, solver.y_train)
    if category == "regression":
        assert after < 0.5 * before
    else:
        assert after > 0.85
    assert len(solver.loss_history) == 60 * 5
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 60
    assert all(isinstance(value, float) for value in solver.loss_history + solver.val_acc_history)


@pytest.mark.parametrize("category", DATA)
def test_the_best_parameters_are_those_of_the_best_epoch(category):
    """The learning rate is so large that training gets worse again."""
    solver = make(category, num_epochs=12, optim_config={"learning_rate": 0.25}, seed=3)
    kept = []
    end_of_epoch = solver.remember_best
    solver.remember_best = lambda: kept.append(len(solver.val_acc_history)) or end_of_epoch()
    solver.train()
    best = (max if category == "classification" else min)(solver.val_acc_history)
    assert kept[-1] == solver.val_acc_history.index(best)  # the first of equal epochs
    assert kept[-1] < 11
    agree(solver.check_accuracy(solver.X_val, solver.y_val), best, 1e-12)
    for name, w in solver.model.params.items():
        np.testing.assert_array_equal(w, solver.best_params[name])
        assert not np.shares_memory(w, solver.best_params[name])


def test_regression_keeps_its_parameters():
    """A smaller error is better, and no error is below zero: a best value that starts at zero is never beaten."""
    solver = make("regression", num_epochs=1)
    solver.train()
    assert set(solver.best_params) == set(solver.model.params) == {"W1", "b1", "W2", "b2"}


def test_the_best_parameters_bring_their_running_statistics_along():
    solver = make(normalization=True, num_epochs=12, optim_config={"learning_rate": 0.3}, seed=2)
    solver.train()
    assert solver.val_acc_history.index(min(solver.val_acc_history)) < 11
    agree(solver.check_accuracy(solver.X_val, solver.y_val), min(solver.val_acc_history), 1e-12)


def test_the_learning_rates_decay_once_an_epoch():
    solver = make(lr_decay=0.5, num_epochs=3)
    solver.train()
    for config in solver.optim_configs.values():
        agree(config["learning_rate"], 0.05 / 8)


def test_measurements_are_taken_on_the_samples_asked_for():
    solver = make(num_train_samples=4, num_val_samples=3, num_epochs=2)
    sizes, measure = [], solver.check_accuracy
    solver.check_accuracy = lambda X, y, num_samples=None: sizes.append((len(X), num_samples)) or measure(X, y)
    solver.train()
    assert sizes == [(23, 4), (7, 3)] * 2


def test_training_does_not_change_the_data():
    solver = make("classification", update_rule="adam", num_epochs=2)
    arrays = (solver.X_train, solver.y_train, solver.X_val, solver.y_val)
    before = [array.copy() for array in arrays]
    solver.train()
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_the_generator_decides():
    first, same, other = (make(rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    for solver in (first, same, other):
        solver.train()
    assert first.loss_history == same.loss_history != other.loss_history


def test_training_goes_on_when_more_epochs_are_asked_for():
    solver = make(num_epochs=2)
    solver.train()
    solver.train()
    assert solver.epoch == 2
    solver.num_epochs = 5
    solver.train()
    assert len(solver.val_acc_history) == solver.epoch == 5


def test_no_epochs_leave_the_model_alone():
    solver = make(num_epochs=0)
    before = solver.model.params["W1"].copy()
    solver.train()
    np.testing.assert_array_equal(solver.model.params["W1"], before)


def test_lists_will_do_for_data():
    data = {name: array.tolist() for name, array in regression_data(np.random.default_rng(1)).items()}
    solver = Solver(make().model, data, num_epochs=1, verbose=False)
    solver.train()
    assert len(solver.loss_history) == 1


def test_any_model_with_parameters_and_a_loss_will_do():
    """A model without a category is treated as a classifier, as in CS231n."""

    class Linear:
        params = {"W": np.zeros((3, 3))}

        def loss(self, X, y=None):
            scores = X @ self.params["W"]
            if y is None:
                return scores
            loss, dscores = softmax_loss(scores, y)
            return loss, {"W": X.T @ dscores}

    data = classification_data(np.random.default_rng(0), 100)
    data["y_train"], data["y_val"] = data["X_train"].argmax(axis=1), data["X_val"].argmax(axis=1)
    solver = Solver(Linear(), data, "adam", {"learning_rate": 0.05}, num_epochs=30, verbose=False)
    solver.train()
    assert solver.train_acc_history[-1] > 0.9


def test_a_student_trains_with_a_loss_of_their_own(rng):
    data = regression_data(rng)
    net = TrainableNet("regression", [4], [False], 3, 1, rng=rng)
    net.loss_function = lambda scores, y: mse_loss(scores, y)
    Solver(net, data, num_epochs=1, verbose=False).train()


def test_a_loss_that_is_no_number_stops_training():
    solver = make(optim_config={"learning_rate": 1e200})
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="smaller learning_rate"):
        solver.train()
