"""Turn whole numbers into floats."""

import numpy as np


def as_float(x):
    """Return `x` as an array of floats: integers become float64, floats keep their dtype.

    Parameters
    ----------
    x : array or number

    Returns
    -------
    x : floating array
        If `x` already holds floats, this is the same array: do not write into it.
    """
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)
