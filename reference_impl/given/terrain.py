"""The elevation data of lesson 10, split once for everyone who uses it."""

import functools

import numpy as np

from ..preprocessing import train_val_test_split
from .datasets import load_terrain
from .prepare import prepare_regression


def terrain():
    """Return the elevation data twice, in the same split: as measured, and normalized.

    Returns
    -------
    raw : dict
        "X_train", "y_train", "X_val", "y_val", "X_test", "y_test": longitude and latitude in degrees, of shape
        (N, 2), and elevation in meters, of shape (N,). The arrays are read-only.
    data : dict
        The same data, prepared by `prepare_regression`: what a `Solver` takes.
    """
    return tuple(dict(each) for each in _terrain())


@functools.cache
def _terrain():
    X, y = load_terrain()
    raw = train_val_test_split(X, y, 1000, 1000, np.random.default_rng(10))
    data = prepare_regression(X, y, 1000, 1000, np.random.default_rng(10))
    for array in [*raw.values(), *data.values()]:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False  # all callers share it
    return raw, data
