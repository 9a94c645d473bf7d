import numpy as np
import pytest
from common import agree
from sklearn.neural_network import MLPClassifier, MLPRegressor

from reference_impl import (
    BaseNet,
    ForwardNet,
    FullyConnectedNet,
    TrainableNet,
    eval_numerical_gradient,
    init_he,
)

NETS = (ForwardNet, TrainableNet, FullyConnectedNet)


def test_two_layers_of_cs231n():
    net = FullyConnectedNet("classification", [50], [False], input_dim=5, output_dim=7, dtype=np.float64)
    net.params["W1"] = np.linspace(-0.7, 0.3, num=5 * 50).reshape(5, 50)
    net.params["b1"] = np.linspace(-0.1, 0.9, num=50)
    net.params["W2"] = np.linspace(-0.3, 0.4, num=50 * 7).reshape(50, 7)
    net.params["b2"] = np.linspace(-0.9, 0.1, num=7)
    X = np.linspace(-5.5, 4.5, num=3 * 5).reshape(5, 3).T
    expected = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    agree(net.loss(X), expected, 1e-8)
    agree(net.loss(X, np.array([0, 5, 1]))[0], 3.4702243556, 1e-10)
    net.reg = 1.0
    agree(net.loss(X, np.array([0, 5, 1]))[0], 26.5948426952, 1e-10)


def data(category, rng, N=5):
    X = rng.normal(size=(N, 2, 3))
    return X, rng.integers(0, 4, N) if category == "classification" else rng.normal(size=(N, 4))


@pytest.mark.parametrize("category", ["classification", "regression"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize(
    ("hidden_dims", "normalization"),
    [
        ([], []),
        ([5], [False]),
        ([5, 3], [True, True]),
        ([5, 3], [False, True]),
        ([4, 5, 3], [True, False, False]),
    ],
)
def test_all_gradients(category, activation, hidden_dims, normalization, rng):
    X, y = data(category, rng)
    net = FullyConnectedNet(
        category, hidden_dims, normalization, input_dim=6, output_dim=4, reg=0.3, dtype=np.float64,
        activation=activation, rng=rng, initializer="xavier",
    )  # fmt: skip
    for w in net.params.values():
        w += 0.1 * rng.normal(size=w.shape)  # general values in biases, gamma and beta too
    _, grads = net.loss(X, y)
    assert set(grads) == set(net.params)
    for name, w in net.params.items():
        agree(grads[name], eval_numerical_gradient(lambda _: net.loss(X, y)[0], w), 1e-7)


def test_the_parts_are_the_whole(rng):
    X, y = data("regression", rng)
    nets = [
        Net("regression", [5], [False], 6, 4, reg=0.1, dtype=np.float64, rng=np.random.default_rng(5)) for Net in NETS
    ]
    for net in nets:
        agree(net.forward(X)[0], nets[-1].loss(X), 1e-14)
    for name, grad in nets[1].loss(X, y)[1].items():
        agree(grad, nets[2].loss(X, y)[1][name], 1e-14)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
def test_scores_agree_with_scikit_learn(activation, rng):
    X, y = rng.normal(size=(20, 6)), rng.normal(size=20)
    mlp = MLPRegressor(hidden_layer_sizes=[5, 3], activation=activation, max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match="converged"):
        mlp.fit(X, y)
    net = FullyConnectedNet(
        "regression", [5, 3], [False, False], 6, 1, dtype=np.float64,
        activation="sigmoid" if activation == "logistic" else activation,
    )  # fmt: skip
    for i, (w, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_, strict=True), start=1):
        net.params[f"W{i}"], net.params[f"b{i}"] = w, b
    agree(net.loss(X), mlp.predict(X)[:, np.newaxis])


def test_the_loss_agrees_with_scikit_learn(rng):
    """Compare with the first loss of scikit-learn's classifier, whose L2 term is alpha / 2 / N times the sum of squares."""
    X, y = rng.normal(size=(20, 6)), rng.integers(0, 3, 20)
    mlp = MLPClassifier(hidden_layer_sizes=[5], alpha=0.7, batch_size=20, max_iter=1, learning_rate_init=1e-12)
    with pytest.warns(UserWarning, match="converged"):
        mlp.fit(X, y)
    net = FullyConnectedNet("classification", [5], [False], 6, 3, reg=0.7 / 20, dtype=np.float64)
    for i in (1, 2):
        net.params[f"W{i}"], net.params[f"b{i}"] = mlp.coefs_[i - 1], mlp.intercepts_[i - 1]
    agree(net.loss(X, y)[0], mlp.loss_, 1e-6)


@pytest.mark.parametrize("Net", NETS)
def test_the_parameters(Net, rng):
    net = Net("classification", [20, 30], [False, False], input_dim=50, output_dim=10, weight_scale=0.1, rng=rng)
    shapes = {name: w.shape for name, w in net.params.items()}
    assert shapes == {"W1": (50, 20), "b1": (20,), "W2": (20, 30), "b2": (30,), "W3": (30, 10), "b3": (10,)}
    assert {w.dtype for w in net.params.values()} == {np.dtype(np.float32)}
    for i in (1, 2, 3):
        assert 0.09 < net.params[f"W{i}"].std() < 0.11
        assert not net.params[f"b{i}"].any()


def test_the_parameters_of_normalized_layers():
    net = FullyConnectedNet("classification", [5, 3], [False, True], 6, 4)
    assert list(net.params) == ["W1", "b1", "W2", "b2", "W3", "b3", "gamma2", "beta2"]
    agree(net.params["gamma2"], np.ones(3))
    agree(net.params["beta2"], np.zeros(3))


def test_the_initializer_may_be_named_or_given(rng):
    widths = {
        name: FullyConnectedNet("regression", [300], [False], 100, 1, rng=rng, initializer=name).params["W1"].std()
        for name in (
            "xavier",
            "he",
            lambda n, m, rng: (np.full((n, m), 2.0) * rng.choice([-1, 1], (n, m)), np.zeros(m)),
        )
    }
    for width, expected in zip(widths.values(), ((2 / 400) ** 0.5, (2 / 100) ** 0.5, 2), strict=True):
        agree(width, expected, 0.01)


def test_the_generator_decides():
    a, b, c = (
        FullyConnectedNet("regression", [4], [False], 3, 2, rng=np.random.default_rng(seed), initializer=init)
        for seed, init in ((7, "he"), (7, init_he), (8, "he"))
    )
    for name in ("W1", "W2"):
        np.testing.assert_array_equal(a.params[name], b.params[name])
        assert (a.params[name] != c.params[name]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("category", ["classification", "regression"])
def test_everything_is_computed_in_the_dtype_of_the_network(dtype, category, rng):
    X, y = data(category, rng)
    net = FullyConnectedNet(category, [5, 3], [True, False], 6, 4, reg=0.1, dtype=dtype, rng=rng)
    loss, grads = net.loss(X, y)
    assert isinstance(loss, float)
    assert {grad.dtype for grad in grads.values()} == {np.dtype(dtype)}
    assert net.loss(X).dtype == dtype
    assert net.loss(np.ones((2, 6), np.uint8)).dtype == dtype


def test_regularization_takes_the_weights_alone(rng):
    X, y = data("regression", rng)
    net = FullyConnectedNet("regression", [5], [True], 6, 4, dtype=np.float64, rng=rng)
    for w in net.params.values():
        w += 1.0
    plain_loss, plain = net.loss(X, y)
    net.reg = 3.0
    loss, grads = net.loss(X, y)
    agree(loss - plain_loss, 1.5 * sum((net.params[name] ** 2).sum() for name in ("W1", "W2")))
    for name, w in net.params.items():
        agree(grads[name] - plain[name], 3 * w if name.startswith("W") else 0 * w)


def test_first_losses_know_nothing(rng):
    X, y = data("classification", rng, 50)
    net = FullyConnectedNet("classification", [5], [False], 6, 10, weight_scale=1e-3, rng=rng)
    agree(net.loss(X, y)[0], np.log(10), 1e-3)


def test_targets_of_one_output_may_be_a_row(rng):
    net = FullyConnectedNet("regression", [5], [False], 6, 1, dtype=np.float64, rng=rng)
    X, y = rng.normal(size=(7, 6)), rng.normal(size=7)
    for name, grad in net.loss(X, y)[1].items():
        agree(grad, net.loss(X, y[:, np.newaxis])[1][name], 1e-14)


def test_batch_norm_tests_with_what_it_saw_in_training(rng):
    X, y = data("regression", rng, 30)
    net = FullyConnectedNet("regression", [5], [True], 6, 4, dtype=np.float64, rng=rng)
    for _ in range(200):
        net.loss(X, y)
    statistics = net.bn_params[0]["running_mean"].copy()
    together = net.loss(X)
    agree(np.concatenate([net.loss(x[np.newaxis]) for x in X]), together, 1e-12)  # no example affects another
    agree(net.bn_params[0]["running_mean"], statistics, 0)
    net.bn_params[0]["mode"] = "train"
    agree(together, net.forward(X)[0], 1e-4)


def test_a_loss_of_ones_own(rng):
    net = TrainableNet("classification", [5], [False], 6, 4, rng=rng)
    net.loss_function = lambda scores, y: (42.0, np.zeros_like(scores))
    loss, grads = net.loss(*data("classification", rng))
    assert loss == 42
    assert not any(grad.any() for grad in grads.values())


@pytest.mark.parametrize("Net", [ForwardNet, TrainableNet])
def test_batch_norm_is_built_later(Net):
    with pytest.raises(ValueError, match="lesson 12"):
        Net("regression", [5, 5], [False, True], 6, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"category": "clustering"}, "one of classification, regression, got 'clustering'"),
        ({"activation": "gelu"}, "one of relu, tanh, sigmoid, got 'gelu'"),
        ({"initializer": "zeros"}, "one of xavier, he, got 'zeros'"),
        ({"normalization": [False]}, "one bool per hidden layer: 2, got 1"),
        ({"input_dim": 0}, "at least one input"),
        ({"dtype": np.int64}, "floating dtype, got int64"),
    ],
)
def test_options_that_cannot_be(changes, message):
    options = {"category": "regression", "hidden_dims": [4, 3], "normalization": [False, False], **changes}
    with pytest.raises(ValueError, match=message) as error:
        FullyConnectedNet(**options)
    assert "\n" not in str(error.value)


def test_examples_that_do_not_fit(rng):
    with pytest.raises(ValueError, match=r"\(3, 5\)"):
        FullyConnectedNet("regression", [4], [False], 6, 1).loss(np.ones((3, 5)))


def test_a_base_network_has_no_parameters_of_its_own():
    assert BaseNet("regression", [4], [False]).params == {}
