import numpy as np
import pytest

from reference_impl import as_float


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floats_stay_as_they_are(dtype):
    x = np.ones((2, 3), dtype=dtype)
    assert as_float(x) is x


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, bool])
def test_whole_numbers_become_float64(dtype):
    x = np.array([[0, 1], [1, 0]], dtype=dtype)
    floats = as_float(x)
    assert floats.dtype == np.float64
    np.testing.assert_array_equal(floats, x)


def test_numbers_and_lists_become_arrays():
    assert as_float(3).dtype == as_float([1, 2]).dtype == np.float64
    assert as_float(3).shape == ()
