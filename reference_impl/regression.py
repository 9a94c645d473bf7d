"""Lesson 10: everything so far, on real data. `trained_solver` is given: it stands between two exercises."""

import functools

import numpy as np

from .given.terrain import terrain
from .network import FullyConnectedNet
from .preprocessing import normalize
from .solver import Solver


def constant_baseline(X_train, y_train, X):
    """Answer with one and the same number everywhere: the one whose RMS error on the training set is smallest.

    Parameters
    ----------
    X_train : array of shape (N_train, D)
        Training examples, in their own units. A constant has no use for them.
    y_train : array of shape (N_train,)
        Their targets, in their own unit.
    X : array of shape (N, D)
        Examples to answer for; N may be one.

    Returns
    -------
    predictions : array of shape (N,)
        In the unit of y_train.
    """
    return np.full(len(X), y_train.mean())


def linear_baseline(X_train, y_train, X):
    """Answer with the best linear function: the one whose RMS error on the training set is smallest.

    prediction = v_0 + v_1 * (first feature) + ... + v_D * (last feature), with the same v for all examples.

    Parameters
    ----------
    X_train : array of shape (N_train, D)
        Training examples, in their own units; more of them than D.
    y_train : array of shape (N_train,)
        Their targets, in their own unit.
    X : array of shape (N, D)
        Examples to answer for; N may be one.

    Returns
    -------
    predictions : array of shape (N,)
        In the unit of y_train.
    """
    centre, level = X_train.mean(axis=0), y_train.mean()
    slopes, *_ = np.linalg.lstsq(X_train - centre, y_train - level, rcond=None)
    return (X - centre) @ slopes + level


def predict(model, X_train, y_train, X):
    """What a trained network answers, in the unit of the targets.

    The network was trained on normalized examples and normalized targets. So X is normalized as its training
    examples were, and the scores are brought back to the unit that the targets had.

    Parameters
    ----------
    model : FullyConnectedNet
        A trained network with one output; ``model.loss(X)`` gives its scores, of shape (N, 1).
    X_train : array of shape (N_train, D)
        The training examples before they were normalized.
    y_train : array of shape (N_train,)
        The training targets before they were normalized.
    X : array of shape (N, D)
        Examples to answer for, in the units of X_train; N may be one.

    Returns
    -------
    predictions : array of shape (N,)
        In the unit of y_train.
    """
    _, inputs = normalize(X_train, X)
    scores = model.loss(inputs)
    return scores[:, 0] * y_train.std() + y_train.mean()


def make_solver(data, rng):
    """Design a network for a regression problem, and the solver that will train it.

    Layers, activation, initializer, update rule, learning rate, number of epochs: all of it is up to you.
    Nothing is trained here.

    Parameters
    ----------
    data : dict
        "X_train", "y_train", "X_val", "y_val": normalized examples of shape (N, D) and targets of shape (N,),
        as a `Solver` takes them. D differs from problem to problem: take it from the data.
    rng : numpy.random.Generator
        The source of all randomness: of the first weights and of the batches. The same generator state gives
        the same network and, after training, the same losses.

    Returns
    -------
    solver : Solver
        Made for this data, and silent: verbose is False. Its model is a FullyConnectedNet of category
        "regression", with D inputs and one output.
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
    """The solver of `make_solver` for the terrain, trained: the first call trains it, later ones remember it."""
    solver = make_solver(terrain()[1], np.random.default_rng(10))
    solver.train()
    return solver


def elevation(X):
    """How high the land is, in metres, as your own trained network sees it.

    The network has to answer, not a table of the data: what was learnt is a little off at the measured places too.

    Parameters
    ----------
    X : array of shape (N, 2)
        Longitude and latitude of N places, in degrees; N may be one.

    Returns
    -------
    metres : array of shape (N,)
        Off by less than 90 m (RMS) at places that lie between those of the data set.
    """
    raw, _ = terrain()
    return predict(trained_solver().model, raw["X_train"], raw["y_train"], X)
