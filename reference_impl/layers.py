"""Lessons 05, 06 and 12: the layers of a network, forward and backward.

N is the number of examples, at least 1; D is the number of inputs of a layer, and M the number of its outputs. A
forward function returns its result and a cache: whatever its backward function will need. A backward function takes
the upstream gradient `dout`, the gradient of the loss with respect to that result. Inputs and caches are not
modified, and results have a floating dtype: integers give float64, float32 stays float32. Arrays whose shapes do not
fit together, an unknown mode of batch normalization and a training batch without examples raise a ValueError.

References
----------
S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
ICML 2015, algorithm 1. The running statistics are those of CS231n.
"""

import numpy as np

from .activations import relu_backward, relu_forward
from .given.floats import as_float


def affine_forward(x, w, b):
    """Return the weighted sums of all inputs, plus the biases.

    out_nm = sum over d of x_nd w_dm, plus b_m

    Parameters
    ----------
    x : array of shape (N, d_1, ..., d_k)
        The inputs of an example are its D = d_1 * ... * d_k numbers, the last index changing fastest.
    w : array of shape (D, M)
    b : array of shape (M,)

    Returns
    -------
    out : array of shape (N, M)
    cache : anything
    """
    N, (D, M) = x.shape[0], w.shape
    if x.size != N * D or b.shape != (M,):
        raise ValueError(f"expected x (N, D), w (D, M), b (M,), got {x.shape}, {w.shape}, {b.shape}")
    out = as_float(x).reshape(N, D) @ w
    out += b
    return out, (x, w, b)


def affine_backward(dout, cache):
    """Pass a gradient back through an affine layer.

    dx_nd = sum over m of dout_nm w_dm
    dw_dm = sum over n of x_nd dout_nm
    db_m  = sum over n of dout_nm

    Parameters
    ----------
    dout : array of shape (N, M)
    cache : what `affine_forward` returned as its cache; the course's own returns the tuple (x, w, b)

    Returns
    -------
    dx, dw, db : arrays of the shapes of x, w and b
    """
    x, w, _ = cache
    N, (D, M) = x.shape[0], w.shape
    if dout.shape != (N, M):
        raise ValueError(f"dout must have the shape of the output, {(N, M)}, got {dout.shape}")
    dout = as_float(dout)
    dx = np.dot(dout, w.T).reshape(x.shape)  # the same as dout @ w.T, which is slow when M is 1
    dw = x.reshape(N, D).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def affine_relu_forward(x, w, b):
    """Go through an affine layer and then a ReLU.

    Parameters
    ----------
    x, w, b : as for `affine_forward`

    Returns
    -------
    out : array of shape (N, M)
    cache : anything
    """
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Pass a gradient back through a ReLU and the affine layer before it.

    Parameters
    ----------
    dout : array of shape (N, M)
    cache : what `affine_relu_forward` returned as its cache
        The course's own returns the pair of the caches of `affine_forward` and `relu_forward`.

    Returns
    -------
    dx, dw, db : arrays of the shapes of x, w and b
    """
    affine_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return affine_backward(da, affine_cache)


def batchnorm_forward(x, gamma, beta, bn_param):
    """Standardize every feature over the batch, then scale and shift it (Ioffe and Szegedy, 2015).

    In training, mean and variance (the mean squared distance from the mean) are those of the batch:
    x_hat = (x - mean) / square root of (variance + eps) and out = gamma x_hat + beta. The running statistics
    keep the share `momentum` of their old values; the rest comes from the batch. In testing, they take the place of the
    batch's statistics and stay unchanged.

    Parameters
    ----------
    x : array of shape (N, D)
    gamma, beta : arrays of shape (D,)
    bn_param : dict
        "mode" ("train" or "test"), and with defaults "eps" (1e-5), "momentum" (0.9), "running_mean" and
        "running_var" (zeros of shape (D,)). In training, the new running statistics are stored here.

    Returns
    -------
    out : array of shape (N, D)
    cache : anything
        The course's own is None in testing.
    """
    mode, eps, momentum = bn_param.get("mode"), bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    if mode not in ("train", "test"):
        raise ValueError(f'the mode of batch normalization must be "train" or "test", got {mode!r}')
    if x.ndim != 2 or not x.shape[1:] == gamma.shape == beta.shape:
        shapes = f"{x.shape}, {gamma.shape}, {beta.shape}"
        raise ValueError(f"expected x (N, D), gamma (D,), beta (D,), got {shapes}")
    if mode == "train" and len(x) == 0:
        raise ValueError("a batch without examples has no mean")
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.zeros_like(gamma))
    if mode == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)


def batchnorm_backward(dout, cache):
    """Pass a gradient back through batch normalization in training.

    The batch's mean and variance depend on `x` too, so every output of a feature depends on all inputs of that feature.

    Parameters
    ----------
    dout : array of shape (N, D)
    cache : what `batchnorm_forward` returned as its cache, in training

    Returns
    -------
    dx, dgamma, dbeta : arrays of the shapes of x, gamma and beta
    """
    x_hat, gamma, std = cache
    dout = as_float(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    # The gradient's mean over the examples and its part along x_hat drop out: steps along them leave the output alone.
    dx = gamma / std * (dout - dbeta / len(dout) - x_hat * (dgamma / len(dout)))
    return dx, dgamma, dbeta
