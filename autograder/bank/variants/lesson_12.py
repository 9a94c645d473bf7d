"""Right answers to lesson 12, as different students write them."""

import math
import sys
import warnings

import numpy as np

from autograder.bank import variant
from reference_impl import FullyConnectedNet as Net
from reference_impl import (
    TrainableNet,
    affine_backward,
    affine_forward,
    batchnorm_backward,
    batchnorm_forward,
    mse_loss,
    relu_backward,
    relu_forward,
    softmax_loss,
    tanh_backward,
    tanh_forward,
)

# batchnorm_forward


@variant("batchnorm_forward")
def in_the_manner_of_cs231n(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    out, cache = None, None
    if mode == "train":
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        x_norm = (x - sample_mean) / np.sqrt(sample_var + eps)
        out = gamma * x_norm + beta
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
        cache = (x, x_norm, gamma, sample_mean, sample_var, eps)
    elif mode == "test":
        out = gamma * ((x - running_mean) / np.sqrt(running_var + eps)) + beta
    else:
        raise ValueError("Invalid forward batchnorm mode")
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


@variant("batchnorm_forward")
def column_by_column(x, gamma, beta, bn_param):
    N, D = x.shape
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean, var = np.zeros(D), np.zeros(D)
    if bn_param["mode"] == "train":
        for d in range(D):
            for n in range(N):
                mean[d] += float(x[n, d]) / N
            for n in range(N):
                var[d] += (float(x[n, d]) - mean[d]) ** 2 / N
        for name, new in (("running_mean", mean), ("running_var", var)):
            old = bn_param[name] if name in bn_param else np.zeros(D)
            bn_param[name] = old - (1 - momentum) * (old - new)
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    out = np.zeros((N, D))
    for n in range(N):
        for d in range(D):
            out[n, d] = gamma[d] * (x[n, d] - mean[d]) / math.sqrt(var[d] + eps) + beta[d]
    return out, {"x": x, "mean": mean, "var": var}


@variant("batchnorm_forward")
def moves_the_running_arrays_in_place(x, gamma, beta, bn_param):
    bn_param.setdefault("running_mean", np.zeros(x.shape[1]))
    bn_param.setdefault("running_var", np.zeros(x.shape[1]))
    eps, momentum = bn_param.setdefault("eps", 1e-5), bn_param.setdefault("momentum", 0.9)
    if bn_param["mode"] == "train":
        mean = x.sum(0) / x.shape[0]
        centred = x - mean
        var = (centred * centred).sum(0) / x.shape[0]
        for running, new in ((bn_param["running_mean"], mean), (bn_param["running_var"], var)):
            running *= momentum
            running += (1 - momentum) * new
    else:
        centred, var = x - bn_param["running_mean"], bn_param["running_var"]
    return centred * (gamma * (var + eps) ** -0.5) + beta, None


@variant("batchnorm_forward")
def in_float32_with_noise(x, gamma, beta, bn_param):
    print("mode", bn_param["mode"], file=sys.stderr)
    warnings.warn("float32")
    x, gamma, beta = (np.asarray(value, dtype=np.float32) for value in (x, gamma, beta))
    eps = np.float32(bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        scale = gamma / np.sqrt(bn_param["running_var"].astype(np.float32) + eps)
        return scale * x + (beta - scale * bn_param["running_mean"].astype(np.float32)), ()
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    m = bn_param.get("momentum", 0.9)
    bn_param["running_mean"] = m * bn_param.get("running_mean", 0) + (1 - m) * mean.ravel()
    bn_param["running_var"] = m * bn_param.get("running_var", 0) + (1 - m) * var.ravel()
    return gamma * ((x - mean) / np.sqrt(var + eps)) + beta, (x, mean, var)


@variant("batchnorm_forward")
def mean_of_squares_minus_square_of_the_mean(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    if bn_param["mode"] == "train":
        mu = np.einsum("nd->d", x) / len(x)
        var = np.maximum(np.einsum("nd,nd->d", x, x) / len(x) - mu**2, 0)
        zeros = np.zeros(x.shape[1])
        bn_param.update(
            running_mean=m * bn_param.get("running_mean", zeros) + (1 - m) * mu,
            running_var=m * bn_param.get("running_var", zeros) + (1 - m) * var,
        )
    else:
        mu, var = bn_param["running_mean"], bn_param["running_var"]
    return np.add(np.multiply((x - mu) / np.sqrt(var + eps), gamma), beta), None


# batchnorm_backward


@variant("batchnorm_backward")
class step_by_step_through_the_graph:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, _ = batchnorm_forward(x, gamma, beta, bn_param)
        eps = bn_param.get("eps", 1e-5)
        mu = x.mean(axis=0)
        xmu = x - mu
        var = (xmu**2).mean(axis=0)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1 / sqrtvar
        return out, (xmu * ivar, gamma, xmu, ivar, sqrtvar, var, eps)

    def batchnorm_backward(dout, cache):
        xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
        N, D = dout.shape
        dbeta = np.sum(dout, axis=0)
        dgamma = np.sum(dout * xhat, axis=0)
        dxhat = dout * gamma
        divar = np.sum(dxhat * xmu, axis=0)
        dxmu1 = dxhat * ivar
        dsqrtvar = -1.0 / (sqrtvar**2) * divar
        dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
        dsq = 1.0 / N * np.ones((N, D)) * dvar
        dxmu2 = 2 * xmu * dsq
        dx1 = dxmu1 + dxmu2
        dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
        dx2 = 1.0 / N * np.ones((N, D)) * dmu
        return dx1 + dx2, dgamma, dbeta


@variant("batchnorm_backward")
class formulas_of_the_paper:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, _ = batchnorm_forward(x, gamma, beta, bn_param)
        return out, (x, gamma, bn_param.get("eps", 1e-5))

    def batchnorm_backward(dout, cache):
        x, gamma, eps = cache
        m = x.shape[0]
        mu, var = x.mean(0), x.var(0) + eps
        dxhat = dout * gamma
        dvar = (dxhat * (x - mu) * -0.5 * var**-1.5).sum(0)
        dmu = (-dxhat / np.sqrt(var)).sum(0) + dvar * (-2 * (x - mu)).mean(0)
        dx = dxhat / np.sqrt(var) + dvar * 2 * (x - mu) / m + dmu / m
        return dx, (dout * (x - mu) / np.sqrt(var)).sum(0), dout.sum(0)


@variant("batchnorm_backward")
class jacobian_of_every_column:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, _ = batchnorm_forward(x, gamma, beta, bn_param)
        return out, dict(x=x, gamma=gamma, eps=bn_param.get("eps", 1e-5))

    def batchnorm_backward(dout, cache):
        x, gamma, eps = cache["x"], cache["gamma"], cache["eps"]
        N, D = x.shape
        dx, dgamma = np.zeros((N, D)), np.zeros(D)
        for d in range(D):
            std = math.sqrt(np.mean((x[:, d] - x[:, d].mean()) ** 2) + eps)
            x_hat = (x[:, d] - x[:, d].mean()) / std
            jacobian = (np.eye(N) - 1 / N - np.outer(x_hat, x_hat) / N) * gamma[d] / std
            dx[:, d] = jacobian.T @ dout[:, d]
            dgamma[d] = x_hat @ dout[:, d]
        return dx, dgamma, np.ones(N) @ dout


@variant("batchnorm_backward")
def with_einsum(dout, cache):
    x_hat, gamma, std = cache
    N = dout.shape[0]
    dgamma = np.einsum("nd,nd->d", dout, x_hat)
    dbeta = np.einsum("nd->d", dout)
    return np.einsum("d,nd->nd", gamma / (N * std), N * dout - dbeta - x_hat * dgamma), dgamma, dbeta


@variant("batchnorm_backward")
class closure_in_float32:
    def batchnorm_forward(x, gamma, beta, bn_param):
        out, (x_hat, gamma, std) = batchnorm_forward(x, gamma, beta, bn_param)
        x_hat, scale = x_hat.astype(np.float32), (gamma / std).astype(np.float32)

        def back(dout):
            dout = dout.astype(np.float32)
            centred = dout - dout.mean(axis=0)
            return scale * (centred - x_hat * (x_hat * dout).mean(axis=0)), (x_hat * dout).sum(axis=0), dout.sum(axis=0)

        return out, back

    def batchnorm_backward(dout, cache):
        return list(cache(dout))


# FullyConnectedNet


@variant("FullyConnectedNet")
class with_helper_layers:
    class FullyConnectedNet(TrainableNet):
        def init_params(self):
            super().init_params()
            for i in range(1, self.num_layers):
                if self.normalization[i - 1]:
                    width = self.dims[i]
                    self.params["gamma" + str(i)] = np.ones((width,)).astype(self.dtype)
                    self.params["beta" + str(i)] = np.zeros((width,)).astype(self.dtype)
            self.bn_params = []
            for _ in self.hidden_dims:
                self.bn_params.append(dict(mode="train"))

        def hidden_forward(self, i, h):
            cache = {}
            out, cache["affine"] = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            if self.normalization[i - 1]:
                gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
                out, cache["norm"] = batchnorm_forward(out, gamma, beta, self.bn_params[i - 1])
            out, cache["activation"] = self.activation_forward(out)
            return out, cache

        def hidden_backward(self, i, dout, cache):
            grads = {}
            dh = self.activation_backward(dout, cache["activation"])
            if "norm" in cache:
                dh, grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm_backward(dh, cache["norm"])
            dh, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dh, cache["affine"])
            return dh, grads

        def loss(self, X, y=None):
            mode = "test" if y is None else "train"
            self.bn_params = [{**bn_param, "mode": mode} for bn_param in self.bn_params]
            return super().loss(X, y)


@variant("FullyConnectedNet")
class wraps_the_affine_cache:
    class FullyConnectedNet(TrainableNet):
        def init_params(self):
            super().init_params()
            self.bn_params = [
                {"mode": "train", "running_mean": np.zeros(n), "running_var": np.zeros(n)} for n in self.hidden_dims
            ]
            for i in np.flatnonzero(self.normalization):
                self.params.update({f"gamma{i + 1}": np.ones(self.hidden_dims[i], self.dtype)})
                self.params.update({f"beta{i + 1}": np.zeros(self.hidden_dims[i], self.dtype)})

        def hidden_forward(self, i, h):
            a, cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            if f"gamma{i}" in self.params:
                a, norm = batchnorm_forward(a, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])
                cache = (cache, norm)
            out, activation_cache = self.activation_forward(a)
            return out, (cache, activation_cache)

        def hidden_backward(self, i, dout, cache):
            before, activation_cache = cache
            if f"gamma{i}" not in self.params:
                return super().hidden_backward(i, dout, cache)
            da = self.activation_backward(dout, activation_cache)
            da, dgamma, dbeta = batchnorm_backward(da, before[1])
            dh, dw, db = affine_backward(da, before[0])
            return dh, {f"beta{i}": dbeta, f"gamma{i}": dgamma, f"b{i}": db, f"W{i}": dw}

        def loss(self, X, y=None):
            print("loss", np.shape(X))
            for layer in range(len(self.bn_params)):
                self.bn_params[layer]["mode"] = ("train", "test")[y is None]
            return TrainableNet.loss(self, X, y)


@variant("FullyConnectedNet")
class one_class_in_the_manner_of_cs231n:
    class FullyConnectedNet:
        def __init__(self, category, hidden_dims, normalization, input_dim=784, output_dim=10, reg=0.0,
                     weight_scale=1e-2, dtype=np.float32, activation="relu"):  # fmt: skip
            self.act, self.act_back = {
                "relu": (relu_forward, relu_backward),
                "tanh": (tanh_forward, tanh_backward),
            }[activation]
            self.category, self.normalization, self.reg, self.dtype = category, normalization, reg, dtype
            self.num_layers = 1 + len(hidden_dims)
            self.params = {}
            dims = [input_dim] + list(hidden_dims) + [output_dim]
            for i in range(self.num_layers):
                self.params["W%d" % (i + 1)] = np.random.default_rng().normal(0, weight_scale, (dims[i], dims[i + 1]))
                self.params["b%d" % (i + 1)] = np.zeros(dims[i + 1])
                if i < self.num_layers - 1 and normalization[i]:
                    self.params["gamma%d" % (i + 1)] = np.ones(dims[i + 1])
                    self.params["beta%d" % (i + 1)] = np.zeros(dims[i + 1])
            self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
            for k, v in self.params.items():
                self.params[k] = v.astype(dtype)

        def loss(self, X, y=None):
            X = X.astype(self.dtype)
            mode = "test" if y is None else "train"
            for bn_param in self.bn_params:
                bn_param["mode"] = mode
            caches, out = [], X
            for i in range(1, self.num_layers):
                out, fc_cache = affine_forward(out, self.params["W%d" % i], self.params["b%d" % i])
                bn_cache = None
                if self.normalization[i - 1]:
                    out, bn_cache = batchnorm_forward(
                        out, self.params["gamma%d" % i], self.params["beta%d" % i], self.bn_params[i - 1]
                    )
                out, act_cache = self.act(out)
                caches.append((fc_cache, bn_cache, act_cache))
            n = self.num_layers
            scores, cache = affine_forward(out, self.params["W%d" % n], self.params["b%d" % n])
            if mode == "test":
                return scores
            grads = {}
            loss, dout = (softmax_loss if self.category == "classification" else mse_loss)(scores, y)
            for i in range(1, n + 1):
                loss += 0.5 * self.reg * np.sum(self.params["W%d" % i] ** 2)
            dout, grads["W%d" % n], grads["b%d" % n] = affine_backward(dout, cache)
            for i in range(n - 1, 0, -1):
                fc_cache, bn_cache, act_cache = caches[i - 1]
                dout = self.act_back(dout, act_cache)
                if self.normalization[i - 1]:
                    dout, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(dout, bn_cache)
                dout, grads["W%d" % i], grads["b%d" % i] = affine_backward(dout, fc_cache)
            for i in range(1, n + 1):
                grads["W%d" % i] += self.reg * self.params["W%d" % i]
            return loss, grads


@variant("FullyConnectedNet")
class sets_the_mode_in_the_layer:
    class FullyConnectedNet(Net):
        mode = "train"

        def hidden_forward(self, i, h):
            self.bn_params[i - 1]["mode"] = self.mode
            return super().hidden_forward(i, h)

        def loss(self, X, y=None):
            self.mode = "train" if y is not None else "test"
            try:
                return TrainableNet.loss(self, X, y)
            finally:
                self.mode = "train"


@variant("FullyConnectedNet")
class brings_its_own_batchnorm:
    class FullyConnectedNet(Net):
        def hidden_forward(self, i, h):
            if not self.normalization[i - 1]:
                return super().hidden_forward(i, h)
            b = self.params[f"b{i}"]
            a, affine_cache = affine_forward(h, self.params[f"W{i}"], b)
            bn_param = self.bn_params[i - 1]
            training = bn_param["mode"] == "train"
            a = a.astype(np.float32)
            mean = a.mean(axis=0) if training else bn_param["running_mean"]
            var = a.var(axis=0) if training else bn_param["running_var"]
            if training:
                bn_param["running_mean"] = 0.9 * bn_param.get("running_mean", np.zeros_like(b)) + 0.1 * mean
                bn_param["running_var"] = 0.9 * bn_param.get("running_var", np.zeros_like(b)) + 0.1 * var
            std = np.sqrt(var + 1e-5)
            x_hat = (a - mean) / std
            out, activation_cache = self.activation_forward(self.params[f"gamma{i}"] * x_hat + self.params[f"beta{i}"])
            return out, (affine_cache, (x_hat, self.params[f"gamma{i}"], std), activation_cache)


# Habits that students bring from other courses and tools


@variant("batchnorm_forward")
def from_matlab(x, gamma, beta, bn_param):
    m, n = x.shape
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mu, var = bn_param.get("running_mean", np.zeros(n)), bn_param.get("running_var", np.zeros(n))
    if mode == "train":
        batch_mu = np.dot(np.ones((1, m)), x) / m
        batch_var = np.sum((x - np.tile(batch_mu, (m, 1))) ** 2, axis=0, keepdims=True) / m
        bn_param["running_mean"] = momentum * mu + (1 - momentum) * batch_mu[0]
        bn_param["running_var"] = momentum * var + (1 - momentum) * batch_var[0]
        mu, var = batch_mu, batch_var
    x_hat = (x - np.tile(mu, (m, 1))) / np.tile(np.sqrt(var + eps), (m, 1))
    return np.tile(gamma, (m, 1)) * x_hat + beta, (x_hat, gamma, np.sqrt(var + eps))


@variant("batchnorm_forward")
class from_pytorch:
    class BatchNorm1d:
        def __init__(self, bn_param, D):
            self.state, self.training = bn_param, bn_param["mode"] == "train"
            self.eps, self.momentum = bn_param.get("eps", 1e-5), 1 - bn_param.get("momentum", 0.9)
            self.mean = bn_param.get("running_mean", np.zeros(D))
            self.var = bn_param.get("running_var", np.zeros(D))

        def forward(self, x):
            if not self.training:
                return (x - self.mean) / np.sqrt(self.var + self.eps)
            mean, var = x.mean(0, keepdims=True), x.var(0, ddof=0, keepdims=True)
            self.state["running_mean"] = (1 - self.momentum) * self.mean + self.momentum * mean[0]
            self.state["running_var"] = (1 - self.momentum) * self.var + self.momentum * var[0]
            return (x - mean) / np.sqrt(var + self.eps)

    def batchnorm_forward(x, gamma, beta, bn_param):
        module = from_pytorch.BatchNorm1d(bn_param, x.shape[1])
        return gamma * module.forward(x) + beta, module


@variant("batchnorm_backward")
def from_c(dout, cache):
    x_hat, gamma, std = cache
    N, D = dout.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d in range(D):
        for n in range(N):
            dbeta[d] += dout[n, d]
            dgamma[d] += dout[n, d] * x_hat[n, d]
        for n in range(N):
            dx[n, d] = gamma[d] / std[d] * (dout[n, d] - (dbeta[d] + x_hat[n, d] * dgamma[d]) / N)
    return dx, dgamma, dbeta
