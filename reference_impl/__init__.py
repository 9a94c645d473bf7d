"""The reference: every exercise of the course, done right.

Students of lesson N get a copy with the exercises of the lessons before N and nothing else. So every
exercise is one top-level function or class, and the package imports with any of the later ones taken out.
"""

# A copy for an early lesson lacks later names, so these are star imports: they take what is there.
from .activations import *
from .data import *
from .gradient_check import *
from .initializers import *
from .layers import *
from .losses import *
from .network import *
from .optim import *
from .regression import *
from .solver import *
from .warmup import *

EXERCISES = {
    "00_welcome": ("standardize", "pairwise_differences"),
    "01_activations": (
        "sigmoid_forward",
        "sigmoid_backward",
        "relu_forward",
        "relu_backward",
        "tanh_forward",
        "tanh_backward",
    ),
    "02_mse": ("mse_loss", "rms_error"),
    "03_gradient_check": (
        "eval_numerical_gradient",
        "eval_numerical_gradient_array",
        "rel_error",
        "grad_check_sparse",
    ),
    "04_initialization": ("init_normal", "init_xavier", "init_he"),
    "05_forward": ("affine_forward", "affine_relu_forward", "ForwardNet"),
    "06_backward": ("affine_backward", "affine_relu_backward", "TrainableNet"),
    "07_optimizers": ("sgd", "sgd_momentum", "rmsprop", "adam"),
    "08_data": ("train_val_test_split", "normalize", "flatten_rows", "minibatches", "augment_flip"),
    "09_solver": ("Solver",),
    "10_regression": ("constant_baseline", "linear_baseline", "predict", "make_solver", "elevation"),
    "11_softmax": ("softmax_loss",),
    "12_batchnorm": ("batchnorm_forward", "batchnorm_backward", "FullyConnectedNet"),
}

__all__ = [name for names in EXERCISES.values() for name in names if name in globals()]


def __getattr__(name):
    """Say which lesson builds an exercise that this copy does not hold."""
    for lesson, names in EXERCISES.items():
        if name in names:
            raise AttributeError(f"{name} is built in lesson {lesson[:2]}: this copy of reference_impl lacks it")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
