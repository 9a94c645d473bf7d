"""Lesson 10: everything so far, on real data. `trained_solver` is given, because it comes between two exercises.

X_train holds the training examples, of shape (N_train, D), y_train their targets, of shape (N_train,), and X the N
examples to predict. All are in their own units, and so are the predictions. N may be 1. Inputs are not modified.
"""

import functools

import numpy as np

from .given.terrain import terrain
from .network import FullyConnectedNet
from .preprocessing import normalize
from .solver import Solver


def constant_baseline(X_train, y_train, X):
    """Predict the same number everywhere: the one with the smallest RMS error on the training set.

    Parameters
    ----------
    X_train, y_train : arrays of shape (N_train, D) and (N_train,)
    X : array of shape (N, D)
        Examples to predict.

    Returns
    -------
    predictions : array of shape (N,)
    """
    return np.full(len(X), y_train.mean())


def linear_baseline(X_train, y_train, X):
    """Predict with the linear function that has the smallest RMS error on the training set.

    prediction = v_0 + v_1 * (first feature) + ... + v_D * (last feature), with the same v for all examples

    Parameters
    ----------
    X_train, y_train : arrays of shape (N_train, D) and (N_train,)
        There are more examples than features.
    X : array of shape (N, D)
        Examples to predict.

    Returns
    -------
    predictions : array of shape (N,)
    """
    center, level = X_train.mean(axis=0), y_train.mean()
    slopes, *_ = np.linalg.lstsq(X_train - center, y_train - level, rcond=None)
    return (X - center) @ slopes + level


def predict(model, X_train, y_train, X):
    """Return what a trained network predicts, in the unit of the targets.

    The network was trained on normalized examples and targets: normalize `X` in the same way, and bring the scores back
    to the unit of the targets.

    Parameters
    ----------
    model : FullyConnectedNet
        ``model.loss(X)`` gives its scores, of shape (N, 1).
    X_train, y_train : arrays of shape (N_train, D) and (N_train,)
        The network's training data, before it was normalized.
    X : array of shape (N, D)
        Examples to predict, in the units of `X_train`; N may be 1.

    Returns
    -------
    predictions : array of shape (N,)
    """
    _, inputs = normalize(X_train, X)
    scores = model.loss(inputs)
    return scores[:, 0] * y_train.std() + y_train.mean()


def make_solver(data, rng):
    """Design a network for a regression problem, and the solver that will train it.

    Layers, activation, initializer, update rule, learning rate, epochs: you choose them all. Nothing is trained here.

    Parameters
    ----------
    data : dict
        Normalized data, as a `Solver` takes it. The number D of features differs from problem to problem.
    rng : numpy.random.Generator
        The only source of randomness: its state determines the initial weights and the batches, and so all losses.

    Returns
    -------
    solver : Solver
        Silent (verbose is False), and made for this data. Its model is a FullyConnectedNet of category "regression"
        with D inputs and one output.
    """
    model = FullyConnectedNet(
        "regression",
        [64, 64, 32],
        [False, False, False],
        input_dim=data["X_train"].shape[1],
        output_dim=1,
        activation="relu",
        initializer="he",
        rng=rng,
    )
    return Solver(
        model,
        data,
        update_rule="adam",
        optim_config={"learning_rate": 0.01},
        lr_decay=0.95,
        num_epochs=60,
        verbose=False,
        rng=rng,
    )


@functools.cache
def trained_solver():
    """Return the solver of `make_solver` for the terrain. The first call trains it; later calls return the same one."""
    solver = make_solver(terrain()[1], np.random.default_rng(10))
    solver.train()
    return solver


def elevation(X):
    """Return how high the land is, in meters, according to your own trained network.

    Parameters
    ----------
    X : array of shape (N, 2)
        Longitude and latitude of N places, in degrees; N may be 1.

    Returns
    -------
    meters : array of shape (N,)
        The network's predictions, not a table of the data. Between the places of the data set, the RMS error is less
        than 90 m.
    """
    raw, _ = terrain()
    return predict(trained_solver().model, raw["X_train"], raw["y_train"], X)
