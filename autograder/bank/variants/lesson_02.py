"""Right answers to lesson 02, as different students write them."""

import math
import sys
import warnings

import numpy as np

from autograder.bank import variant
from reference_impl import mse_loss, rms_error

# mse_loss


@variant("mse_loss")
def three_branches(x, y):
    if x.ndim == 1 and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    elif x.ndim == 2 and x.shape[1] == 1 and y.ndim == 1:
        y = y[:, np.newaxis]
    if x.shape != y.shape:
        raise ValueError(f"x is {x.shape}, y is {y.shape}")
    diff = x - y
    return (diff**2).mean(), 2.0 * diff / diff.size


@variant("mse_loss")
def reshape_and_compare_the_squeezed_shapes(x, y):
    if len(x) != len(y) or x.size != y.size:
        raise ValueError("predictions and targets do not match")
    d = np.subtract(x, y.reshape(*x.shape), dtype=np.float64)
    return np.sum(d * d) / d.size, 2 / d.size * d


@variant("mse_loss")
def loops_over_all_entries(x, y):
    columns = x.shape[1] if x.ndim == 2 else 1
    if x.shape[0] != y.shape[0] or columns != (y.shape[1] if y.ndim == 2 else 1):
        raise ValueError("shapes")
    total, dx = 0.0, np.zeros(x.shape)
    for i, index in enumerate(np.ndindex(x.shape)):
        error = float(x[index]) - float(y.flat[i])
        total += error * error
        dx[index] = 2 * error / x.size
    return total / x.size, dx


@variant("mse_loss")
def dot_product_of_the_flat_difference(x, y):
    print("mse of", x.shape, y.shape)
    if x.shape[0] != y.shape[0] or x.size != y.size:
        raise ValueError
    d = x.ravel().astype(float) - y.ravel()
    return d @ d / len(d), (2 * d / len(d)).reshape(x.shape)


@variant("mse_loss")
def in_float32_with_einsum(x, y):
    loss_of_shape = x.shape if x.shape == y.shape else None
    if loss_of_shape is None and {x.shape, y.shape} != {(len(x),), (len(x), 1)}:
        raise ValueError("x and y do not fit")
    d = x.astype(np.float32) - y.astype(np.float32).reshape(x.shape)
    flat = d.reshape(-1)
    return np.einsum("i,i->", flat, flat) / flat.size, d * np.float32(2 / d.size)


@variant("mse_loss")
def in_place_on_a_copy(x, y):
    dx = x.astype(float, copy=True)
    if dx.shape != y.shape:
        if min(x.ndim, y.ndim) != 1 or x.size != y.size:
            raise ValueError("shapes differ")
        y = y.reshape(dx.shape)
    dx -= y
    loss = np.average(np.square(dx))
    dx *= 2
    dx /= dx.size
    return loss, dx


@variant("mse_loss")
def as_the_squared_norm(x, y):
    warnings.warn("looking at the norm")
    columns = [a[:, None] if a.ndim == 1 else a for a in (x, y)]
    if columns[0].shape != columns[1].shape:
        raise ValueError("no match")
    d = columns[0] - 1.0 * columns[1]
    return np.linalg.norm(d) ** 2 / d.size, np.reshape(d + d, x.shape) / d.size


@variant("mse_loss")
class as_a_class_with_a_helper:
    class Loss:
        def __init__(self, x, y):
            self.shape = x.shape
            self.x, self.y = np.atleast_2d(x.T).T, np.atleast_2d(y.T).T
            if self.x.shape != self.y.shape:
                raise ValueError("different shapes")
            self.n = self.x.size

        def forward(self):
            return sum(((self.x - self.y) ** 2).ravel().tolist()) / self.n

        def backward(self):
            return ((self.x - self.y) * 2 / self.n).reshape(self.shape)

    def mse_loss(x, y):
        loss = as_a_class_with_a_helper.Loss(x, y)
        return loss.forward(), loss.backward()


@variant("mse_loss")
def returns_a_list_and_an_array_of_no_dimension(x, y):
    loss, dx = mse_loss(x, y)
    return [np.array(loss), dx]


# rms_error


@variant("rms_error")
def root_of_the_loss(x, y):
    loss, _ = mse_loss(x, y)
    return np.sqrt(loss)


@variant("rms_error")
def first_of_the_two(x, y):
    return mse_loss(x, y)[0] ** 0.5


@variant("rms_error")
def math_functions_and_a_generator(x, y):
    if x.shape[0] != y.shape[0] or x.size != y.size:
        raise ValueError("no pairs")
    pairs = list(zip(x.ravel().tolist(), y.ravel().tolist(), strict=True))
    return math.sqrt(math.fsum((p - t) ** 2 for p, t in pairs) / len(pairs))


@variant("rms_error")
def norm_over_the_root_of_the_size(x, y):
    print("shapes", x.shape, y.shape, file=sys.stderr)
    if x.shape != y.shape:
        if x.squeeze().shape != y.squeeze().shape:
            raise ValueError("these are not the same values")
        y = y.reshape(x.shape)
    return np.linalg.norm(x - y) / np.sqrt(x.size)


@variant("rms_error")
def hypotenuse_by_steps(x, y):
    mse_loss(x, y)
    total = 0.0
    for p, t in zip(x.ravel(), y.ravel(), strict=True):
        total = math.hypot(total, float(p) - float(t))
    return total / math.sqrt(x.size)


@variant("rms_error")
def in_single_precision(x, y):
    return np.float32(rms_error(x.astype(np.float32), y.astype(np.float32)))


@variant("rms_error")
def spread_and_bias_together(x, y):
    mse_loss(x, y)
    d = (x.astype(float) - y.reshape(x.shape)).ravel()
    return np.sqrt(np.var(d) + np.mean(d) ** 2)


@variant("rms_error")
def with_scikit_learn(x, y):
    from sklearn.metrics import root_mean_squared_error

    if x.shape[0] != y.shape[0] or x.size != y.size:
        raise ValueError("shapes")
    return root_mean_squared_error(y.reshape(-1), x.reshape(-1))


# Habits that students bring from other courses and tools


def fitting(x, y):
    """x and y as floats of one shape; the shapes are checked by hand."""
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    if x.shape == y.shape:
        return x, y
    if sorted(x.shape + y.shape) == sorted((x.size, x.size, 1)) and x.size == y.size and abs(x.ndim - y.ndim) == 1:
        return x, y.reshape(x.shape)
    raise ValueError("sizes do not agree")


@variant("mse_loss")
def from_matlab(x, y):
    x, y = fitting(x, y)
    e = np.reshape(x - y, (-1, 1))
    n = max(e.shape)
    return (np.dot(e.T, e) / n).item(), np.reshape(2 / n * e, x.shape)


@variant("mse_loss")
def from_c(x, y):
    x, y = fitting(x, y)
    n, total = x.size, 0.0
    dx = np.zeros(n)
    for i in range(n):
        diff = x.flat[i] - y.flat[i]
        total += diff * diff
        dx[i] = 2.0 * diff / n
    return total / n, dx.reshape(x.shape)


@variant("mse_loss")
class from_pytorch:
    class MSELoss:
        def __init__(self, reduction="mean"):
            self.reduction = reduction

        def __call__(self, input, target):
            squares = (input - target) ** 2
            return getattr(squares, self.reduction)()

    def mse_loss(x, y):
        x, y = fitting(x, y)
        criterion = from_pytorch.MSELoss()
        return criterion(x, y), (x - y) * 2 / x.size


@variant("rms_error")
def from_matlab(x, y):
    x, y = fitting(x, y)
    e = (x - y).flatten()
    return np.linalg.norm(e) / np.sqrt(e.shape[0])


@variant("rms_error")
def from_c(x, y):
    x, y = fitting(x, y)
    total = 0.0
    for i in range(x.size):
        total += (x.flat[i] - y.flat[i]) ** 2
    return math.sqrt(total / x.size)
