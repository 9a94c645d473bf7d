"""The reference: a correct solution to every exercise of the course, and what the lessons provide.

Students of lesson N get a copy with the exercises of the lessons before N and nothing else. So every exercise
is one function or class at the top level of a module. The course's table of lessons says which exercises a lesson
has; nothing here says it again.
"""

from .activations import relu_backward, relu_forward, sigmoid_backward, sigmoid_forward, tanh_backward, tanh_forward
from .data import (
    TERRAIN_SHAPE,
    augment_flip,
    flatten_rows,
    get_california_housing_data,
    get_digits_data,
    get_MNIST_data,
    get_terrain_data,
    load_digits,
    load_terrain,
    minibatches,
    normalize,
    prepare_images,
    prepare_regression,
    train_val_test_split,
)
from .given.base_network import BaseNet
from .given.base_solver import BaseSolver
from .given.floats import as_float
from .given.terrain import terrain
from .gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, grad_check_sparse, rel_error
from .initializers import init_he, init_normal, init_xavier
from .layers import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    batchnorm_backward,
    batchnorm_forward,
)
from .losses import mse_loss, rms_error, softmax_loss
from .network import ForwardNet, FullyConnectedNet, TrainableNet
from .optim import adam, rmsprop, sgd, sgd_momentum
from .regression import constant_baseline, elevation, linear_baseline, make_solver, predict, trained_solver
from .solver import Solver
from .warmup import pairwise_differences, standardize

__all__ = [
    "BaseNet",
    "BaseSolver",
    "ForwardNet",
    "FullyConnectedNet",
    "Solver",
    "TERRAIN_SHAPE",
    "TrainableNet",
    "adam",
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "as_float",
    "augment_flip",
    "batchnorm_backward",
    "batchnorm_forward",
    "constant_baseline",
    "elevation",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "flatten_rows",
    "get_MNIST_data",
    "get_california_housing_data",
    "get_digits_data",
    "get_terrain_data",
    "grad_check_sparse",
    "init_he",
    "init_normal",
    "init_xavier",
    "linear_baseline",
    "load_digits",
    "load_terrain",
    "make_solver",
    "minibatches",
    "mse_loss",
    "normalize",
    "pairwise_differences",
    "predict",
    "prepare_images",
    "prepare_regression",
    "rel_error",
    "relu_backward",
    "relu_forward",
    "rms_error",
    "rmsprop",
    "sgd",
    "sgd_momentum",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax_loss",
    "standardize",
    "tanh_backward",
    "tanh_forward",
    "terrain",
    "train_val_test_split",
    "trained_solver",
]
