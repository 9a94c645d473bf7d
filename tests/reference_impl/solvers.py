"""Small solvers, and data for them."""

import numpy as np

from reference_impl import FullyConnectedNet, Solver


def regression_data(rng, N=23):
    X = rng.normal(size=(N, 3))
    y = np.sin(X).sum(axis=1)
    return {"X_train": X, "y_train": y, "X_val": X[:7] + 0.1, "y_val": y[:7]}


def classification_data(rng, N=23):
    X = rng.normal(size=(N, 3))
    y = np.count_nonzero(X[:, :2] > 0, axis=1)
    return {"X_train": X, "y_train": y, "X_val": X[:7] + 0.1, "y_val": y[:7]}


DATA = {"regression": regression_data, "classification": classification_data}


def make(category="regression", seed=0, normalization=False, **options):
    data = DATA[category](np.random.default_rng(1))
    net = FullyConnectedNet(
        category, [8], [normalization], 3, 1 if category == "regression" else 3, dtype=np.float64,
        rng=np.random.default_rng(seed), initializer="he",
    )  # fmt: skip
    settings = {
        "optim_config": {"learning_rate": 0.05}, "batch_size": 5, "num_epochs": 4, "verbose": False,
        "rng": np.random.default_rng(seed), **options,
    }  # fmt: skip
    return Solver(net, data, **settings)
