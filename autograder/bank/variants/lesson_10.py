"""Right answers to lesson 10, as different students write them."""

import functools

import numpy as np

from autograder.bank import variant
from reference_impl import FullyConnectedNet, Solver, adam
from reference_impl.regression import terrain, trained_solver

# constant_baseline


@variant("constant_baseline")
def zeros_plus_mean(X_train, y_train, X):
    return np.zeros(X.shape[0]) + np.mean(y_train)


@variant("constant_baseline")
def list_of_means(X_train, y_train, X):
    total = 0.0
    for y in y_train:
        total += y
    return np.array([total / len(y_train) for _ in X])


@variant("constant_baseline")
def least_squares_on_ones(X_train, y_train, X):
    c, *_ = np.linalg.lstsq(np.ones((len(y_train), 1)), y_train, rcond=None)
    return np.repeat(c, len(X))


@variant("constant_baseline")
def broadcast(X_train, y_train, X):
    print("mean", y_train.mean())
    return np.broadcast_to(np.average(y_train), (len(X),))


# linear_baseline


def with_ones(X):
    return np.column_stack([np.ones(len(X)), X])


@variant("linear_baseline")
def column_of_ones(X_train, y_train, X):
    v = np.linalg.lstsq(with_ones(X_train), y_train, rcond=None)[0]
    return with_ones(X) @ v


@variant("linear_baseline")
def normal_equations(X_train, y_train, X):
    A = with_ones(X_train)
    return with_ones(X).dot(np.linalg.solve(A.T @ A, A.T @ y_train))


@variant("linear_baseline")
def pseudo_inverse(X_train, y_train, X):
    v = np.linalg.pinv(np.hstack([X_train, np.ones((X_train.shape[0], 1))])) @ y_train
    out = []
    for row in X:
        out.append(sum(a * b for a, b in zip(row, v)) + v[-1])
    return np.array(out)


@variant("linear_baseline")
def scikit_learn(X_train, y_train, X):
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(X_train, y_train).predict(X)


@variant("linear_baseline")
def qr(X_train, y_train, X):
    mean = X_train.mean(0)
    q, r = np.linalg.qr(with_ones(X_train - mean))
    return np.einsum("ij,j->i", with_ones(X - mean), np.linalg.solve(r, q.T @ y_train))


# predict


@variant("predict")
def by_hand(model, X_train, y_train, X):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    scores = model.loss((X - mean) / std)
    return scores.ravel() * np.std(y_train) + np.mean(y_train)


@variant("predict")
def with_the_forward_pass(model, X_train, y_train, X):
    scores, _ = model.forward((X - np.mean(X_train, 0)) / np.std(X_train, 0))
    return np.squeeze(scores, axis=1) * y_train.std() + y_train.mean()


@variant("predict")
def one_after_the_other(model, X_train, y_train, X):
    X = np.array(X, dtype=float)
    for d in range(X.shape[1]):
        X[:, d] = (X[:, d] - X_train[:, d].mean()) / X_train[:, d].std()
    return np.array([model.loss(x[None])[0, 0] * y_train.std() + y_train.mean() for x in X])


@variant("predict")
def in_float32(model, X_train, y_train, X):
    Z = ((X - X_train.mean(0)) / X_train.std(0)).astype(np.float32)
    scores = model.loss(Z).astype(np.float32)[:, 0]
    return scores * np.float32(y_train.std()) + np.float32(y_train.mean())


@variant("predict")
def in_batches(model, X_train, y_train, X):
    Z = (X - X_train.mean(0)) / X_train.std(0)
    scores = np.concatenate([model.loss(Z[i : i + 64]).reshape(-1) for i in range(0, len(Z), 64)])
    return y_train.mean() + y_train.std() * scores


# make_solver


@variant("make_solver")
def one_wide_layer(data, rng):
    N, D = data["X_train"].shape
    net = FullyConnectedNet("regression", [200], [False], D, 1, activation="tanh", rng=rng, initializer="xavier")
    return Solver(net, data, "adam", {"learning_rate": 3e-3}, num_epochs=80, verbose=False, rng=rng)


@variant("make_solver")
def deep_and_momentum(data, rng):
    hidden = [32] * 4
    model = FullyConnectedNet(
        category="regression", hidden_dims=hidden, normalization=[False] * len(hidden),
        input_dim=len(data["X_train"][0]), output_dim=1, initializer="he", rng=rng, dtype=np.float64,
    )  # fmt: skip
    config = {"learning_rate": 0.01, "momentum": 0.95}
    return Solver(model, data, update_rule="sgd_momentum", optim_config=config, batch_size=50, lr_decay=0.99,
                  num_epochs=100, num_train_samples=None, print_every=1000, verbose=0, rng=rng)  # fmt: skip


@variant("make_solver")
def a_rule_of_its_own(data, rng):
    def clipped(w, dw, config):
        return adam(w, np.clip(dw, -1, 1), config)

    rng_net, rng_batches = rng.spawn(2)
    net = FullyConnectedNet(
        "regression", [40, 40], [False, False], np.shape(data["X_train"])[1], 1, 1e-5,
        activation="sigmoid", initializer="xavier", rng=rng_net,
    )  # fmt: skip
    solver = Solver(net, data, clipped, {"learning_rate": 0.01}, verbose=True, rng=rng_batches)
    solver.verbose = False
    return solver


@variant("make_solver")
def no_hidden_layer_and_small_weights(data, rng):
    data = {name: np.asarray(array, dtype=np.float32) for name, array in data.items() if name != "y_std"}
    net = FullyConnectedNet("regression", (), (), input_dim=data["X_train"].shape[-1], output_dim=1, rng=rng)
    return Solver(net, data, "rmsprop", {"learning_rate": 1e-3}, verbose=False, rng=rng, num_epochs=5)


# elevation


@functools.cache
def smaller_network():
    """Another design, arranged differently: what a modest attempt reaches."""
    _, data = terrain()
    rng = np.random.default_rng(7)
    net = FullyConnectedNet(
        "regression", [64, 64], [False, False], 2, 1, activation="tanh", initializer="xavier", rng=rng
    )
    solver = Solver(net, data, "adam", {"learning_rate": 5e-3}, lr_decay=0.98, num_epochs=40, verbose=False, rng=rng)
    solver.train()
    return net


def statistics():
    raw, _ = terrain()
    return raw["X_train"].mean(0), raw["X_train"].std(0), raw["y_train"].mean(), raw["y_train"].std()


@variant("elevation")
def another_network(X):
    mean, std, level, scale = statistics()
    return smaller_network().loss((X - mean) / std)[:, 0] * scale + level


@variant("elevation")
def row_by_row(X):
    mean, std, level, scale = statistics()
    net = trained_solver().model
    return np.array([float(net.loss((x - mean)[np.newaxis] / std)[0, 0]) * scale + level for x in X])


@variant("elevation")
def float32_and_rounded_to_meters(X):
    mean, std, level, scale = statistics()
    scores = trained_solver().model.loss(((X - mean) / std).astype("f4"))
    return np.round(scores.astype("f4").flatten() * np.float32(scale) + np.float32(level), 1)


@variant("elevation")
def mean_of_two_networks(X):
    mean, std, level, scale = statistics()
    Z = (X - mean) / std
    print("asked about", len(X), "places")
    return level + scale * np.mean([net.loss(Z).ravel() for net in (trained_solver().model, smaller_network())], axis=0)


# Habits that students bring from other courses and tools


@variant("constant_baseline")
def from_c(X_train, y_train, X):
    total, n = 0.0, 0
    while n < len(y_train):
        total += float(y_train[n])
        n += 1
    out = np.zeros(len(X))
    for i in range(len(X)):
        out[i] = total / n
    return out


@variant("linear_baseline")
def from_matlab(X_train, y_train, X):
    m = X_train.shape[0]
    A = np.concatenate([np.ones((m, 1)), X_train], axis=1)
    theta = np.dot(np.linalg.pinv(np.dot(A.T, A)), np.dot(A.T, np.reshape(y_train, (m, 1))))
    return np.dot(np.concatenate([np.ones((X.shape[0], 1)), X], axis=1), theta)[:, 0]


@variant("predict")
def from_matlab(model, X_train, y_train, X):
    m = X_train.shape[0]
    mu = np.dot(np.ones((1, m)), X_train) / m
    sigma = np.sqrt(np.sum((X_train - np.tile(mu, (m, 1))) ** 2, axis=0, keepdims=True) / m)
    scores = model.loss((X - mu) / sigma)
    return np.reshape(scores * np.std(y_train) + np.mean(y_train), -1)
