"""Lesson 08: data on its way into training."""

import numpy as np


def train_val_test_split(X, y, num_validation, num_test, rng):
    """Deal the examples out, at random, into a training, a validation and a test set.

    Every example goes into exactly one of the three and keeps its target. How the random numbers are drawn
    from rng is free.

    Parameters
    ----------
    X : array of shape (N, ...)
        Examples.
    y : array of shape (N, ...)
        Their targets, or labels.
    num_validation : int
        Size of the validation set; may be zero.
    num_test : int
        Size of the test set; may be zero.
    rng : numpy.random.Generator
        The only source of randomness: the same generator state gives the same split.

    Returns
    -------
    data : dict of str to array
        "X_train", "y_train", "X_val", "y_val", "X_test", "y_test": new arrays, in the dtypes of X and y. The
        training set holds what the two others leave.

    Raises
    ------
    ValueError
        If X and y differ in length, if a size is negative, or if nothing is left to train on.
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
    """Shift and scale every feature so that over the training set it has mean 0 and standard deviation 1.

    The other arrays are shifted and scaled by the same amounts: the training set's. Their own statistics are
    not looked at, for in earnest the examples to come are not known.

    Parameters
    ----------
    X_train : array of shape (N, ...)
        Training examples, N at least 1. A feature is what lies at one place behind the first axis; an array
        of shape (N,) has a single one.
    *others : arrays of shape (any length, ...)
        Validation and test examples, as many arrays as there are; the lengths may be zero.

    Returns
    -------
    normalized : tuple of arrays
        X_train first, then the others in their order, all of floating dtype; float32 stays float32. No
        argument is modified. A feature that is constant over the training set is shifted and not scaled: it
        becomes zeros there, without NaN and without a warning.

    Raises
    ------
    ValueError
        If X_train is empty, or if another array has features of another shape.
    """
    if len(X_train) == 0:
        raise ValueError("normalize needs at least one training example")
    for X in others:
        if X.shape[1:] != X_train.shape[1:]:
            raise ValueError(f"expected features of shape {X_train.shape[1:]}, as in X_train, got {X.shape[1:]}")
    # Not "std == 0": the mean of equal numbers may be off by a rounding error, and then so is the std.
    constant = X_train.max(axis=0) == X_train.min(axis=0)
    mean = np.where(constant, X_train[0], X_train.mean(axis=0))
    std = np.where(constant, 1, X_train.std(axis=0))
    return tuple((X - mean) / std for X in (X_train, *others))


def flatten_rows(X):
    """Make one row of numbers of every example.

    Parameters
    ----------
    X : array of shape (N, d_1, ..., d_k)
        Examples; N may be zero.

    Returns
    -------
    rows : array of shape (N, d_1 * ... * d_k)
        The same numbers in the same dtype, those of one example in such an order that the last index changes
        fastest. An X of shape (N,) gives (N, 1).
    """
    return X.reshape(len(X), int(np.prod(X.shape[1:])))


def minibatches(X, y, batch_size, rng):
    """Visit every example once, in random order, a few at a time: one epoch.

    How the random numbers are drawn from rng is free.

    Parameters
    ----------
    X : array of shape (N, ...)
        Examples.
    y : array of shape (N, ...)
        Their targets, or labels.
    batch_size : int
        How many examples a batch has, at least 1. The last batch may be smaller, never empty.
    rng : numpy.random.Generator
        The only source of randomness. Every call gives a new order.

    Yields
    ------
    X_batch : array of shape (batch_size, ...)
    y_batch : array of shape (batch_size, ...)
        New arrays, in the dtypes of X and y, row for row together as they were.

    Raises
    ------
    ValueError
        If X and y differ in length, or if batch_size is less than 1. A generator may raise it when the first
        batch is asked for.
    """
    if len(X) != len(y) or batch_size < 1:
        raise ValueError(f"cannot make batches of {batch_size} from {len(X)} examples and {len(y)} targets")
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]
        yield X[batch], y[batch]


def augment_flip(X, y, rng):
    """Mirror images left to right, each with probability 1/2 and independently of the others.

    The result takes the place of X and y in one epoch; the next epoch draws anew. An image's label stays true
    only if the mirror image of a thing is such a thing: a cat, not a 3. How the random numbers are drawn from
    rng is free.

    Parameters
    ----------
    X : array of shape (N, H, W)
        N images of H rows and W columns.
    y : array of shape (N,)
        Their labels.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    X_new : array of shape (N, H, W)
        Image i is image i of X, as it was or with its columns in reverse order, in the dtype of X. X itself
        is not modified.
    y_new : array of shape (N,)
        The labels, as they were.

    Raises
    ------
    ValueError
        If X is not of shape (N, H, W), or if y has another length.
    """
    if X.ndim != 3 or len(X) != len(y):
        raise ValueError(f"need images of shape (N, H, W) and N labels, got {X.shape} and {len(y)} labels")
    flip = rng.random(len(X)) < 0.5
    return np.where(flip[:, np.newaxis, np.newaxis], X[:, :, ::-1], X), y.copy()
