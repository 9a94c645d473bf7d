"""Everything the course has for data: the functions of lesson 08, and the data sets."""

from .given.datasets import (
    TERRAIN_SHAPE,
    get_california_housing_data,
    get_digits_data,
    get_MNIST_data,
    get_terrain_data,
    load_digits,
    load_terrain,
)
from .given.prepare import prepare_images, prepare_regression
from .preprocessing import augment_flip, flatten_rows, minibatches, normalize, train_val_test_split

__all__ = [
    "TERRAIN_SHAPE",
    "augment_flip",
    "flatten_rows",
    "get_MNIST_data",
    "get_california_housing_data",
    "get_digits_data",
    "get_terrain_data",
    "load_digits",
    "load_terrain",
    "minibatches",
    "normalize",
    "prepare_images",
    "prepare_regression",
    "train_val_test_split",
]
