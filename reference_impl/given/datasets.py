"""The data sets of the course.

`load_terrain` and `load_digits` return the data as it is and need no internet connection. `get_terrain_data`,
`get_digits_data`, `get_california_housing_data` and `get_MNIST_data` return a dict that a `Solver` takes.
"""

from pathlib import Path

import numpy as np

from ..preprocessing import train_val_test_split
from .downloads import download
from .prepare import prepare_images, prepare_regression

TERRAIN_SHAPE = (86, 101)


def load_terrain():
    """Return the elevation of the land around Jacksboro, Tennessee: places, and how high the land is there.

    This is every 4th point, in both directions, of the sample that comes with matplotlib.

    Returns
    -------
    X : array of shape (8686, 2)
        Longitude and latitude in degrees. The points form a grid of `TERRAIN_SHAPE`, 86 rows from north to
        south with 101 points each from west to east, so ``y.reshape(TERRAIN_SHAPE)`` is a map.
    y : array of shape (8686,)
        Elevation in meters, 247 to 1067.
    """
    from matplotlib import cbook

    with np.load(cbook.get_sample_data("jacksboro_fault_dem.npz", asfileobj=False)) as dem:
        rows, columns = dem["elevation"].shape
        # ymax is the northern edge: with it, the highest cell lies on Cross Mountain (36.1983° N, 84.2306° W).
        longitude = dem["xmin"] + dem["dx"] * (np.arange(0, columns, 4) + 0.5)
        latitude = dem["ymax"] - dem["dy"] * (np.arange(0, rows, 4) + 0.5)
        elevation = dem["elevation"][::4, ::4].astype(float)
    X = np.stack(np.meshgrid(longitude, latitude), axis=-1)
    return X.reshape(-1, 2), elevation.ravel()


def load_digits():
    """Return the small set of handwritten digits that comes with scikit-learn.

    Returns
    -------
    X : array of shape (1797, 8, 8)
        Images; each pixel holds 0 to 16, the amount of ink.
    y : integer array of shape (1797,)
        The digits, 0 to 9.
    """
    beside = Path(__file__).with_name("digits.csv.gz")
    if beside.exists():  # the browser edition has scikit-learn's file without scikit-learn
        table = np.loadtxt(beside, delimiter=",")
        return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int64)
    from sklearn import datasets

    digits = datasets.load_digits()
    return digits.images, digits.target


def get_terrain_data(num_validation=1000, num_test=1000, rng=None):
    """Return the elevation data of `load_terrain`, prepared by `prepare_regression`; y_std is in meters."""
    return prepare_regression(*load_terrain(), num_validation, num_test, rng)


def get_digits_data(num_validation=300, num_test=300, rng=None):
    """Return the digits of `load_digits`, prepared by `prepare_images`; without rng, the split is always the same."""
    rng = np.random.default_rng(0) if rng is None else rng
    return prepare_images(train_val_test_split(*load_digits(), num_validation, num_test, rng), brightest=16)


def get_california_housing_data(num_validation=2064, num_test=2064, rng=None):
    """Return California housing: 8 numbers about each block of houses in 1990, and the median value of its houses.

    The 20,640 blocks are split and normalized: see `prepare_regression`. The unit of the targets is 100,000
    dollars. The data is downloaded once, into scikit-learn's data folder (SCIKIT_LEARN_DATA, or
    scikit_learn_data in your home folder).

    Raises
    ------
    ConnectionError
        If the data is not in that folder and cannot be downloaded.
    """
    X, y = download("California housing", "fetch_california_housing", return_X_y=True)
    return prepare_regression(X, y, num_validation, num_test, rng)


def get_MNIST_data(num_training=50_000, num_validation=10_000, num_test=10_000):
    """Return MNIST: 28 x 28 images of handwritten digits, and which digit each one shows.

    The training examples are the first of MNIST's own 60,000 training images, and the validation examples follow
    them; the test examples are the first of its own 10,000 test images. They are centered: see `prepare_images`.
    The images are downloaded once, into scikit-learn's data folder (SCIKIT_LEARN_DATA, or scikit_learn_data in
    your home folder).

    Raises
    ------
    ValueError
        If you ask for more images than MNIST has.
    ConnectionError
        If the images are not in that folder and cannot be downloaded.
    """
    if num_training < 1 or num_training + num_validation > 60_000 or num_test > 10_000:
        raise ValueError("MNIST has 60000 images for training and validation together, and 10000 for testing")
    # The parser that needs pandas fails with some of its versions; this one does without.
    options = {"version": 1, "parser": "liac-arff", "as_frame": False, "return_X_y": True}
    X, y = download("MNIST", "fetch_openml", "mnist_784", **options)
    y = y.astype(np.int64)  # the labels come as strings
    first = {"train": 0, "val": num_training, "test": 60_000}
    count = {"train": num_training, "val": num_validation, "test": num_test}
    data = {}
    for part, start in first.items():
        data[f"X_{part}"] = X[start : start + count[part]]
        data[f"y_{part}"] = y[start : start + count[part]]
    return prepare_images(data, brightest=255)
