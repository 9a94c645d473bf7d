"""Lessons 05, 06 and 12: the layers of a network, forward and backward."""

import numpy as np

from .activations import relu_backward, relu_forward
from .given.floats import as_float


def affine_forward(x, w, b):
    """Every output is a weighted sum of all inputs, plus a bias.

    out_nm = sum over d of x_nd w_dm, plus b_m

    Parameters
    ----------
    x : array of shape (N, d_1, ..., d_k)
        N examples. The D = d_1 * ... * d_k numbers of one example are its inputs, in such an order that the
        last index changes fastest. N may be zero.
    w : array of shape (D, M)
        Weights.
    b : array of shape (M,)
        Biases.

    Returns
    -------
    out : array of shape (N, M)
        Of floating dtype; float32 stays float32.
    cache : anything
        What `affine_backward` will need.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
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
        Gradient of the loss with respect to the output of `affine_forward`.
    cache : anything
        What `affine_forward` returned as its cache. That of the course's own is the tuple (x, w, b).

    Returns
    -------
    dx : array of shape (N, d_1, ..., d_k)
        Gradient of the loss with respect to x, in the shape that x had.
    dw : array of shape (D, M)
        Gradient with respect to w.
    db : array of shape (M,)
        Gradient with respect to b.

    Raises
    ------
    ValueError
        If dout has not the shape of the layer's output.
    """
    x, w, _ = cache
    N, (D, M) = x.shape[0], w.shape
    if dout.shape != (N, M):
        raise ValueError(f"dout must have the shape of the output, {(N, M)}, got {dout.shape}")
    dout = as_float(dout)
    dx = np.dot(dout, w.T).reshape(x.shape)  # the same as dout @ w.T, which is slow where M is 1
    dw = x.reshape(N, D).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def affine_relu_forward(x, w, b):
    """An affine layer followed by a ReLU.

    Parameters
    ----------
    x : array of shape (N, d_1, ..., d_k)
    w : array of shape (D, M)
    b : array of shape (M,)
        All three as in `affine_forward`.

    Returns
    -------
    out : array of shape (N, M)
    cache : anything
        What `affine_relu_backward` will need.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Pass a gradient back through a ReLU and the affine layer before it.

    Parameters
    ----------
    dout : array of shape (N, M)
        Gradient of the loss with respect to the output of `affine_relu_forward`.
    cache : anything
        What `affine_relu_forward` returned as its cache. That of the course's own is the pair of the caches
        of `affine_forward` and `relu_forward`.

    Returns
    -------
    dx : array of shape (N, d_1, ..., d_k)
    dw : array of shape (D, M)
    db : array of shape (M,)
        Gradients with respect to x, w and b.
    """
    affine_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return affine_backward(da, affine_cache)


def batchnorm_forward(x, gamma, beta, bn_param):
    """Standardize every feature over the batch, then scale and shift it by learned numbers.

    In training, for every feature, with the batch's mean and variance (the mean squared distance from the
    mean):

    x_hat = (x - mean) / square root of (variance + eps)
    out = gamma x_hat + beta

    and the running statistics, which start at zero, take a step towards those of the batch: the share momentum
    of the old value stays, the rest comes from the batch.

    In testing, the running statistics take the place of the batch's, so that an example's output does not
    depend on its company, and they stay as they are.

    Parameters
    ----------
    x : array of shape (N, D)
        A batch of N examples. In training, N is at least 1.
    gamma : array of shape (D,)
        Scales.
    beta : array of shape (D,)
        Shifts.
    bn_param : dict
        "mode" : "train" or "test"; required.
        "eps" : added to the variance before the root is taken, and nowhere else; 1e-5 if missing.
        "momentum" : how much of the running statistics stays at each step; 0.9 if missing.
        "running_mean", "running_var" : arrays of shape (D,); zeros if missing. In training the new ones are
        stored in bn_param: this is the one argument that changes.

    Returns
    -------
    out : array of shape (N, D)
    cache : anything
        What `batchnorm_backward` will need. None in testing.

    Raises
    ------
    ValueError
        If the mode is neither "train" nor "test", if the shapes do not fit together, or if N is 0 in
        training.

    References
    ----------
    S. Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift", ICML 2015, algorithm 1. The running statistics are those of CS231n.
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

    The batch's mean and variance depend on x too, so every output of a feature depends on every input of it.
    With sums over the N examples of the batch, for every feature:

    dbeta = sum of dout
    dgamma = sum of dout x_hat
    dx = gamma / (N * std) * (N dout - dbeta - x_hat dgamma)

    where std is the square root of (variance + eps).

    Parameters
    ----------
    dout : array of shape (N, D)
        Gradient of the loss with respect to the output of `batchnorm_forward`.
    cache : anything
        What `batchnorm_forward` returned as its cache, in training.

    Returns
    -------
    dx : array of shape (N, D)
    dgamma : array of shape (D,)
    dbeta : array of shape (D,)
        Gradients with respect to x, gamma and beta.

    References
    ----------
    S. Ioffe, C. Szegedy, "Batch Normalization", ICML 2015, section 3: the chain rule there, simplified.
    """
    x_hat, gamma, std = cache
    dout = as_float(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    # The mean over the examples of the gradient, and its part along x_hat, cannot change the output.
    dx = gamma / std * (dout - dbeta / len(dout) - x_hat * (dgamma / len(dout)))
    return dx, dgamma, dbeta
