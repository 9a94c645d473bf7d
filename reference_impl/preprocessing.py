"""Lesson 08: prepare data for training.

X holds N examples, y their targets or labels. Inputs are not modified. `rng` is the only source of randomness: the
same generator state gives the same result, and a function may draw from it in any way. Arrays of different lengths or
of shapes other than stated, and sizes that make no sense, raise a ValueError. A generator may raise it when its first
batch is requested.
"""

import numpy as np


def train_val_test_split(X, y, num_validation, num_test, rng):
    """Split the examples at random into a training, a validation and a test set.

    Parameters
    ----------
    X, y : arrays of shape (N, ...)
    num_validation, num_test : int
        Sizes of these two sets; they may be zero. The training set holds the rest.
    rng : numpy.random.Generator

    Returns
    -------
    data : dict of str to array
        "X_train", "y_train", "X_val", "y_val", "X_test", "y_test": new arrays in the dtypes of `X` and `y`. Every
        example is in exactly one set and keeps its target.

    Raises
    ------
    ValueError
        If `X` and `y` differ in length, if a size is negative, or if nothing is left to train on.
    """
    if len(X) != len(y):
        raise ValueError(f"X and y must have the same length, got {len(X)} and {len(y)}")
    if num_validation < 0 or num_test < 0 or num_validation + num_test >= len(X):
        raise ValueError(f"{num_validation} + {num_test} of {len(X)} examples leave none to train on")
    order = rng.permutation(len(X))
    val, test, train = np.split(order, [num_validation, num_validation + num_test])
    return {
        "X_train": X[train],
        "y_train": y[train],
        "X_val": X[val],
        "y_val": y[val],
        "X_test": X[test],
        "y_test": y[test],
    }


def normalize(X_train, *others):
    """Shift and scale every feature to mean 0 and standard deviation 1 over the training set.

    The other arrays are shifted and scaled by the same amounts. Their own statistics are not used.

    Parameters
    ----------
    X_train : array of shape (N, ...)
        N is at least 1. A feature is one position along the axes after the first.
    *others : arrays of shape (any length, ...)

    Returns
    -------
    normalized : tuple of arrays
        `X_train` first, then the others; float32 stays float32. A feature that is constant over the training set is
        shifted but not scaled, without NaN and without a warning.
    """
    if len(X_train) == 0:
        raise ValueError("normalize needs at least one training example")
    for X in others:
        if X.shape[1:] != X_train.shape[1:]:
            raise ValueError(f"expected features of shape {X_train.shape[1:]}, as in X_train, got {X.shape[1:]}")
    # Not "std == 0": the mean of equal numbers may be off by a rounding error, and then the std is not exactly 0.
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    mean = np.where(constant, X_train[0], X_train.mean(axis=0))
    std = np.where(constant, 1, X_train.std(axis=0))
    return tuple((X - mean) / std for X in (X_train, *others))


def flatten_rows(X):
    """Turn every example into one row of numbers.

    Parameters
    ----------
    X : array of shape (N, d_1, ..., d_k)
        N may be zero.

    Returns
    -------
    rows : array of shape (N, d_1 * ... * d_k)
        The same numbers in the same dtype, the last index changing fastest. An `X` of shape (N,) gives (N, 1).
    """
    return X.reshape(len(X), int(np.prod(X.shape[1:])))


def minibatches(X, y, batch_size, rng):
    """Visit every example once, in random order, a few at a time: one epoch.

    Parameters
    ----------
    X, y : arrays of shape (N, ...)
    batch_size : int
        The last batch may be smaller, but it is never empty.
    rng : numpy.random.Generator
        Every call gives a new order.

    Yields
    ------
    X_batch, y_batch : arrays of shape (batch_size, ...)
        New arrays in the dtypes of `X` and `y`; every example keeps its target.
    """
    if len(X) != len(y) or batch_size < 1:
        raise ValueError(f"cannot make batches of {batch_size} from {len(X)} examples and {len(y)} targets")
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[batch], y[batch]


def augment_flip(X, y, rng):
    """Mirror images left to right, each with probability 1/2 and independently of the others.

    Parameters
    ----------
    X : array of shape (N, H, W)
        N images of H rows and W columns.
    y : array of shape (N,)
    rng : numpy.random.Generator

    Returns
    -------
    X_new : array of shape (N, H, W)
        Image i is image i of `X`, either unchanged or with its columns in reverse order, in the dtype of `X`.
    y_new : array of shape (N,)
        The labels, unchanged.
    """
    if X.ndim != 3 or len(X) != len(y):
        raise ValueError(f"need images of shape (N, H, W) and N labels, got {X.shape} and {len(y)} labels")
    flip = rng.random(len(X)) < 0.5
    return np.where(flip[:, np.newaxis, np.newaxis], X[:, :, ::-1], X), y.copy()
