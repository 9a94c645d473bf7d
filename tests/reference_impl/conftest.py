import os

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # before NumPy is imported

import warnings  # noqa: E402

import numpy as np  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture
def rng():
    return np.random.default_rng(20240607)


@pytest.fixture(autouse=True)
def no_numerical_warnings():
    """Turn overflow, division by zero and NaN into errors: the reference must cause none of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield
