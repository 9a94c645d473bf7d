"""Lesson 08: data on its way into training; and the data sets of the course.

`load_terrain` and `load_digits` give data as it is and need no network. `get_terrain_data`,
`get_digits_data`, `get_california_housing_data` and `get_MNIST_data` give a dict that a `Solver` takes.
"""

import warnings
import zlib
from http.client import HTTPException
from pathlib import Path

import numpy as np

TERRAIN_SHAPE = (86, 101)


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


def load_terrain():
    """Elevation of the land around Jacksboro, Tennessee: where one is -> how high it is there.

    Every 4th point, in both directions, of the sample that comes with matplotlib.

    Returns
    -------
    X : array of shape (8686, 2)
        Longitude and latitude in degrees. The points form a grid of `TERRAIN_SHAPE`, 86 rows from north to
        south with 101 points each from west to east, so ``y.reshape(TERRAIN_SHAPE)`` is a map.
    y : array of shape (8686,)
        Elevation in metres, 247 to 1067.
    """
    from matplotlib import cbook

    with np.load(cbook.get_sample_data("jacksboro_fault_dem.npz", asfileobj=False)) as dem:
        rows, columns = dem["elevation"].shape
        # xmin and ymin are the western and, its name notwithstanding, the northern edge of the first cell.
        longitude = dem["xmin"] + dem["dx"] * (np.arange(0, columns, 4) + 0.5)
        latitude = dem["ymin"] - dem["dy"] * (np.arange(0, rows, 4) + 0.5)
        elevation = dem["elevation"][::4, ::4].astype(float)
    X = np.stack(np.meshgrid(longitude, latitude), axis=-1)
    return X.reshape(-1, 2), elevation.ravel()


def load_digits():
    """Handwritten digits, the small set that comes with scikit-learn.

    Returns
    -------
    X : array of shape (1797, 8, 8)
        Images, ink from 0 to 16.
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


def prepare_regression(X, y, num_validation, num_test, rng=None):
    """Split a regression data set, and normalize examples and targets by the training set's statistics.

    Parameters
    ----------
    X : array of shape (N, ...)
    y : array of shape (N,) or (N, M)
    num_validation, num_test : int
    rng : numpy.random.Generator, optional
        Where the split is drawn from. Without it, the split is the same at every call.

    Returns
    -------
    data : dict
        What a `Solver` takes: "X_train", "y_train", "X_val", "y_val", "X_test", "y_test", in float32. Beside
        them "y_mean" and "y_std", the mean and the standard deviation of the training targets in their own
        unit: so ``scores * y_std + y_mean`` is in that unit again, and a `Solver` multiplies RMS errors by
        y_std.
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

    A pixel is not divided by its standard deviation: at the rim, where hardly any image has ink, that would
    make the rare speck enormous.

    Parameters
    ----------
    data : dict
        From `train_val_test_split`, with images of shape (N, ...).
    brightest : float
        The value of the brightest possible pixel.

    Returns
    -------
    data : dict
        What a `Solver` takes: images as float32 rows, the labels as they were; beside them "mean_image".
    """
    names = ("X_train", "X_val", "X_test")
    images = {name: flatten_rows(data[name]).astype(np.float32) / brightest for name in names}
    mean_image = images["X_train"].mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = {name: X - mean_image for name, X in images.items()}
    return {**data, **centred, "mean_image": mean_image}


def get_terrain_data(num_validation=1000, num_test=1000, rng=None):
    """The elevation data of `load_terrain`, as `prepare_regression` prepares it; y_std is in metres."""
    return prepare_regression(*load_terrain(), num_validation, num_test, rng)


def get_digits_data(num_validation=300, num_test=300, rng=None):
    """The digits of `load_digits`, as `prepare_images` prepares them; without rng, always the same split."""
    rng = np.random.default_rng(0) if rng is None else rng
    return prepare_images(train_val_test_split(*load_digits(), num_validation, num_test, rng), brightest=16)


def get_california_housing_data(num_validation=2064, num_test=2064, rng=None):
    """California housing: 8 numbers about a block of houses in 1990 -> their median value.

    20,640 blocks, split and normalized: see `prepare_regression`. The unit of the targets is 100,000 dollars.
    They are downloaded once, into scikit-learn's data folder (SCIKIT_LEARN_DATA, or scikit_learn_data at
    home).

    Raises
    ------
    ConnectionError
        If they are not in that folder and cannot be downloaded.
    """
    X, y = _download("California housing", "fetch_california_housing", return_X_y=True)
    return prepare_regression(X, y, num_validation, num_test, rng)


def get_MNIST_data(num_training=50_000, num_validation=10_000, num_test=10_000):
    """MNIST: 28 x 28 images of handwritten digits -> which digit.

    The training and validation examples are the first of MNIST's own 60,000 training images, in this order;
    the test examples are the first of its own 10,000 test images. They are centred: see `prepare_images`.
    They are downloaded once, into scikit-learn's data folder (SCIKIT_LEARN_DATA, or scikit_learn_data at
    home).

    Raises
    ------
    ValueError
        If MNIST does not hold as many images as asked for.
    ConnectionError
        If the images are not in that folder and cannot be downloaded.
    """
    if num_training < 1 or num_training + num_validation > 60_000 or num_test > 10_000:
        raise ValueError("MNIST has 60000 images for training and validation together, and 10000 for testing")
    # The parser that needs pandas fails with some of its versions; this one does without.
    options = {"version": 1, "parser": "liac-arff", "as_frame": False, "return_X_y": True}
    X, y = _download("MNIST", "fetch_openml", "mnist_784", **options)
    y = y.astype(np.int64)  # they come as strings
    first = {"train": 0, "val": num_training, "test": 60_000}
    count = {"train": num_training, "val": num_validation, "test": num_test}
    data = {}
    for part, start in first.items():
        data[f"X_{part}"] = X[start : start + count[part]]
        data[f"y_{part}"] = y[start : start + count[part]]
    return prepare_images(data, brightest=255)


# How a download fails: without a network, broken off (which OpenML's files show only when they are read), or
# with another checksum.
FAILURES = (OSError, HTTPException, ValueError, EOFError, zlib.error)


def _download(title, fetch, *args, **options):
    """Fetch a data set from scikit-learn's cache or the network; where neither has it, say what to do."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise ConnectionError(
            f"{title} is downloaded with scikit-learn, which is not here (the browser edition has none): "
            "do this part in JupyterLab on a computer, on Binder or in Colab"
        ) from None
    cache = Path(datasets.get_data_home())
    before = set(cache.rglob("*"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn announces each try; one line at the end is enough
            return getattr(datasets, fetch)(*args, n_retries=1, delay=0.5, **options)
    except FAILURES as error:
        for path in set(cache.rglob("*")) - before:  # part of what came may be wrong: next time, all anew
            if path.is_file():
                path.unlink()
        raise ConnectionError(
            f"{title} is not in {cache} and cannot be downloaded ({error}): "
            "connect to the internet and try again, or set SCIKIT_LEARN_DATA to a folder that has it"
        ) from None
