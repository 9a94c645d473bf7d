"""Prepare data sets for a `Solver`: split, normalized, in float32."""

import numpy as np

from ..preprocessing import flatten_rows, normalize, train_val_test_split


def prepare_regression(X, y, num_validation, num_test, rng=None):
    """Split a regression data set, and normalize examples and targets with the training set's statistics.

    Parameters
    ----------
    X : array of shape (N, ...)
    y : array of shape (N,) or (N, M)
    num_validation, num_test : int
    rng : numpy.random.Generator, optional
        Draws the split. Without it, the split is the same in every call.

    Returns
    -------
    data : dict
        What a `Solver` takes: "X_train", "y_train", "X_val", "y_val", "X_test", "y_test", in float32. It also
        holds "y_mean" and "y_std", the mean and the standard deviation of the training targets in their own
        unit: ``scores * y_std + y_mean`` is in that unit again, and a `Solver` multiplies RMS errors by y_std.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    data = train_val_test_split(X, y, num_validation, num_test, rng)
    if (data["y_train"] == data["y_train"][0]).all():
        raise ValueError("all training targets are equal: there is nothing to learn")
    y_mean, y_std = data["y_train"].mean(axis=0), data["y_train"].std(axis=0)
    for kind in "Xy":
        names = [f"{kind}_{part}" for part in ("train", "val", "test")]
        for name, array in zip(names, normalize(*(data[name] for name in names)), strict=True):
            data[name] = array.astype(np.float32)
    return {**data, "y_mean": y_mean, "y_std": y_std}


def prepare_images(data, brightest):
    """Bring the images of a split data set to the range 0 to 1 and subtract the mean training image.

    Pixels are not divided by their standard deviation: near the edge, where hardly any image has ink, that would
    make a rare speck enormous.

    Parameters
    ----------
    data : dict
        From `train_val_test_split`, with images of shape (N, ...).
    brightest : float
        The value of the brightest possible pixel.

    Returns
    -------
    data : dict
        What a `Solver` takes: images as float32 rows, and unchanged labels. It also holds "mean_image".
    """
    names = ("X_train", "X_val", "X_test")
    images = {name: flatten_rows(data[name]).astype(np.float32) / brightest for name in names}
    mean_image = images["X_train"].mean(axis=0, dtype=np.float64).astype(np.float32)
    centered = {name: X - mean_image for name, X in images.items()}
    return {**data, **centered, "mean_image": mean_image}
