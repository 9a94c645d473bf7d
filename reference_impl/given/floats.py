"""Floats where whole numbers may come in."""

import numpy as np


def as_float(x):
    """Return `x` as an array of floats: integers become float64, floats keep their dtype.

    Parameters
    ----------
    x : array or number

    Returns
    -------
    x : floating array
        The array that came in where it holds floats already: do not write into it.
    """
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)
