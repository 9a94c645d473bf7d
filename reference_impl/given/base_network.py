"""The base class of the networks in lessons 05, 06 and 12."""

import numpy as np

from ..activations import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from ..initializers import init_he, init_normal, init_xavier
from ..losses import mse_loss, softmax_loss

CATEGORIES = ("classification", "regression")
ACTIVATIONS = ("relu", "tanh", "sigmoid")
INITIALIZERS = ("xavier", "he")


class BaseNet:
    """Base class of every network in the course: it checks the options, stores them, and puts them to use.

    Parameters
    ----------
    category : {"classification", "regression"}
        What the scores mean, and therefore which loss they get: `softmax_loss` or `mse_loss`.
    hidden_dims : list of int
        Width of each hidden layer; the list may be empty.
    normalization : list of bool
        For each hidden layer, whether it has batch normalization.
    input_dim, output_dim : int
        How many numbers go in and come out per example.
    reg : float
        Strength of the L2 regularization.
    weight_scale : float
        Standard deviation of the initial weights, if no initializer is given.
    dtype : numpy dtype
        Dtype of the parameters, and therefore of everything computed with them. Use float64 to check gradients.
    activation : {"relu", "tanh", "sigmoid"}
    rng : numpy.random.Generator, optional
        Draws the initial weights.
    initializer : {"xavier", "he"} or callable, optional
        A callable is called as initializer(fan_in, fan_out, rng) and returns w and b.

    Attributes
    ----------
    params : dict of str to array
        Filled by `init_params`.
    dims : list of int
        Number of inputs of every layer, and finally the number of outputs.
    num_layers : int
        Number of affine layers: the hidden layers, which are numbered from 1, and the output layer.
    """

    def __init__(
        self,
        category,
        hidden_dims,
        normalization,
        input_dim=784,
        output_dim=10,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        *,
        activation="relu",
        rng=None,
        initializer=None,
    ):
        _check_options(category, hidden_dims, normalization, dtype, activation, initializer)
        self.category = category
        self.hidden_dims = list(hidden_dims)
        self.normalization = list(normalization)
        self.dims = [input_dim, *hidden_dims, output_dim]
        self.num_layers = len(self.dims) - 1
        self.reg = reg
        self.weight_scale = weight_scale
        self.dtype = np.dtype(dtype)
        self.activation = activation
        self.rng = np.random.default_rng() if rng is None else rng
        self.initializer = initializer
        self.params = {}
        self.init_params()
        for i, normalized in enumerate(normalization, start=1):
            if normalized and f"gamma{i}" not in self.params:
                raise ValueError("batch norm is built in lesson 12: until then, normalization must be all False")

    def init_params(self):
        """Fill `params`. Here this does nothing; lesson 05 starts to fill it."""

    def init_layer(self, fan_in, fan_out):
        """Draw w and b of one layer with the chosen initializer, in the network's dtype."""
        if self.initializer is None:
            w, b = init_normal(fan_in, fan_out, self.weight_scale, self.rng)
        elif callable(self.initializer):
            w, b = self.initializer(fan_in, fan_out, self.rng)
        else:
            w, b = {"xavier": init_xavier, "he": init_he}[self.initializer](fan_in, fan_out, self.rng)
        return w.astype(self.dtype), b.astype(self.dtype)

    def activation_forward(self, a):
        """Apply the chosen activation, and return out and cache, as `relu_forward` does."""
        forward = {"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}
        return forward[self.activation](a)

    def activation_backward(self, dout, cache):
        """Go back through the chosen activation, and return da, as `relu_backward` does."""
        backward = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}
        return backward[self.activation](dout, cache)

    def loss_function(self, scores, y):
        """Return the loss of the scores and its gradient, by `softmax_loss` or `mse_loss`, depending on the category.

        To train with your own loss, assign it: net.loss_function = softmax_loss
        """
        loss = {"classification": softmax_loss, "regression": mse_loss}
        return loss[self.category](scores, y)


def _check_options(category, hidden_dims, normalization, dtype, activation, initializer):
    """Refuse options that no network can have, with a message that says which ones are possible."""
    choices = {"category": (category, CATEGORIES), "activation": (activation, ACTIVATIONS)}
    if initializer is not None and not callable(initializer):
        choices["initializer"] = (initializer, INITIALIZERS)
    for option, (choice, allowed) in choices.items():
        if choice not in allowed:
            raise ValueError(f"{option} must be one of {', '.join(allowed)}, got {choice!r}")
    if len(normalization) != len(hidden_dims):
        got, expected = len(normalization), len(hidden_dims)
        raise ValueError(f"normalization needs one bool per hidden layer: {expected}, got {got}")
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"dtype must be a floating dtype, got {np.dtype(dtype)}")
