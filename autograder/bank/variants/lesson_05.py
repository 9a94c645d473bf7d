"""Right answers to lesson 05, as different students write them."""

import functools
import math
import sys
import warnings

import numpy as np

import reference_impl
from autograder.bank import variant
from reference_impl import BaseNet, affine_forward, relu_forward

# affine_forward


@variant("affine_forward")
def reshape_and_at(x, w, b):
    return x.reshape(x.shape[0], -1) @ w + b, (x, w, b)


@variant("affine_forward")
def einsum_and_a_dict_for_a_cache(x, w, b):
    flat = x.reshape((len(x), math.prod(x.shape[1:])))
    return np.einsum("nd,dm->nm", flat, w) + b[None, :], {"x": x, "w": w, "b": b}


@variant("affine_forward")
def three_loops(x, w, b):
    N, (D, M) = x.shape[0], w.shape
    flat, out = x.ravel(), np.zeros((N, M))
    for n in range(N):
        for m in range(M):
            total = float(b[m])
            for d in range(D):
                total += float(flat[n * D + d]) * float(w[d, m])
            out[n, m] = total
    return out, (x, w)


@variant("affine_forward")
def bias_as_one_more_input(x, w, b):
    flat = np.concatenate([x.reshape(len(x), -1), np.ones((len(x), 1))], axis=1)
    return np.dot(flat, np.vstack([w, b])), flat


@variant("affine_forward")
def outputs_as_columns(x, w, b):
    columns = w.T @ x.reshape(-1, len(w)).T + b.reshape(-1, 1)
    return columns.T, (x, w)


@variant("affine_forward")
def one_example_at_a_time_and_a_print(x, w, b):
    print("x", x.shape)
    warnings.warn("slow")
    print("on stderr", file=sys.stderr)
    return np.array([example.flatten() @ w + b for example in x]), None


@variant("affine_forward")
def float32_inside(x, w, b):
    x, w, b = (each.astype(np.float32) for each in (x, w, b))
    out = np.matmul(x.reshape(x.shape[0], w.shape[0]), w)
    out += b
    return out, (x, w)


@variant("affine_forward")
def tensordot(x, w, b):
    axes = tuple(range(1, x.ndim))
    kernel = w.reshape(*x.shape[1:], -1)
    return np.tensordot(x, kernel, axes=(axes, tuple(range(len(axes))))) + b, (x, kernel)


# affine_relu_forward


@variant("affine_relu_forward")
def two_calls(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)


@variant("affine_relu_forward")
def in_one_line(x, w, b):
    out = np.maximum(0, x.reshape(x.shape[0], -1).dot(w) + b)
    return out, (x, w, out)


@variant("affine_relu_forward")
def negative_sums_zeroed_in_place(x, w, b):
    out = affine_forward(x, w, b)[0].copy()
    out[out < 0] = 0.0
    return out, ((x, w, b), out)


@variant("affine_relu_forward")
def composed_of_a_list_of_layers(x, w, b):
    layers = [functools.partial(affine_forward, w=w, b=b), relu_forward]
    caches = []
    for step in layers:
        x, cache = step(x)
        caches.append(cache)
    return x, caches


@variant("affine_relu_forward")
def masked_in_float32(x, w, b):
    a = affine_forward(x.astype("float32"), w.astype("float32"), b.astype("float32"))[0]
    return a * (a > 0), lambda dout: dout * (a > 0)


# ForwardNet


@variant("ForwardNet")
class pairs_of_dims:
    class ForwardNet(BaseNet):
        def init_params(self):
            for i, (fan_in, fan_out) in enumerate(zip(self.dims[:-1], self.dims[1:])):
                w, b = self.init_layer(fan_in, fan_out)
                self.params.update({"W" + str(i + 1): w, "b" + str(i + 1): b})

        def hidden_forward(self, i, h):
            a, fc_cache = affine_forward(h, self.params["W%d" % i], self.params["b%d" % i])
            h, act_cache = self.activation_forward(a)
            return h, (fc_cache, act_cache)

        def forward(self, X):
            h = X.astype(self.dtype)
            caches = []
            for i in range(self.num_layers - 1):
                h, cache = self.hidden_forward(i + 1, h)
                caches.append(cache)
            i = self.num_layers
            scores, cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            caches.append(cache)
            return scores, caches


@variant("ForwardNet")
class without_affine_forward:
    class ForwardNet(BaseNet):
        def init_params(self):
            weights = [self.init_layer(self.dims[k], self.dims[k + 1]) for k in range(len(self.dims) - 1)]
            self.params = {f"b{k}": b for k, (_, b) in enumerate(weights, 1)}
            self.params.update({f"W{k}": w for k, (w, _) in enumerate(weights, 1)})

        def hidden_forward(self, i, h):
            return self.activation_forward(self._affine(i, h))

        def forward(self, X):
            h, caches = np.array(X, dtype=self.dtype), []
            for i in range(1, len(self.dims) - 1):
                h, cache = self.hidden_forward(i, h)
                caches += [cache]
            return self._affine(len(self.dims) - 1, h), [*caches, h]

        def _affine(self, i, h):
            return np.matmul(h.reshape(h.shape[0], -1), self.params[f"W{i}"]) + self.params[f"b{i}"]


@variant("ForwardNet")
class all_layers_in_one_loop:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            scores, caches = np.asarray(X).astype(self.dtype, copy=True), []
            for i in range(1, self.num_layers + 1):
                scores, fc = affine_forward(scores, self.params[f"W{i}"], self.params[f"b{i}"])
                if i < self.num_layers:
                    scores, activation = self.activation_forward(scores)
                    fc = (fc, activation)
                caches.append(fc)
            return scores, caches


@variant("ForwardNet")
class by_recursion:
    class ForwardNet(reference_impl.ForwardNet):
        def forward(self, X):
            def onward(i, h):
                if i == self.num_layers:
                    out, cache = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
                    return out, [cache]
                h, cache = self.hidden_forward(i, h)
                out, caches = onward(i + 1, h)
                return out, [cache] + caches

            return onward(1, np.asarray(X, self.dtype))


@variant("ForwardNet")
class draws_the_weights_itself:
    class ForwardNet(reference_impl.ForwardNet):
        def init_params(self):
            for i in range(self.num_layers):
                fan_in, fan_out = self.dims[i : i + 2]
                variances = {None: self.weight_scale**2, "he": 2 / fan_in, "xavier": 2 / (fan_in + fan_out)}
                w = self.rng.standard_normal((fan_in, fan_out)) * variances[self.initializer] ** 0.5
                self.params[f"W{i + 1}"] = w.astype(self.dtype)
                self.params[f"b{i + 1}"] = np.zeros((fan_out,), dtype=self.dtype)


@variant("ForwardNet")
class a_cache_of_its_own_kind:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            class Cache:
                pass

            out, cache = super().hidden_forward(i, h)
            Cache.cache = cache
            print("layer", i)
            return out, Cache()


@variant("ForwardNet")
class computes_in_float32:
    class ForwardNet(reference_impl.ForwardNet):
        def hidden_forward(self, i, h):
            w, b = self.params[f"W{i}"].astype("float32"), self.params[f"b{i}"].astype("float32")
            a, affine_cache = affine_forward(h.astype("float32"), w, b)
            out, activation_cache = self.activation_forward(a)
            return out, (affine_cache, activation_cache)


# Habits that students bring from other courses and tools


@variant("affine_forward")
def from_matlab(x, w, b):
    N = x.shape[0]
    X = np.reshape(x, (N, np.prod(x.shape[1:])))
    return np.dot(X, w) + np.tile(b, (N, 1)), (x, w, b)


@variant("affine_forward")
class from_pytorch:
    class Linear:
        def __init__(self, weight, bias):
            self.weight, self.bias = weight.T.copy(), bias.copy()

        def __call__(self, x):
            return x.reshape(x.shape[0], -1) @ self.weight.T + self.bias

    def affine_forward(x, w, b):
        module = from_pytorch.Linear(w, b)
        return module(x), module


@variant("affine_relu_forward")
def from_c(x, w, b):
    N, M = x.shape[0], w.shape[1]
    D = x.size // N
    out = np.zeros((N, M))
    for n in range(N):
        for m in range(M):
            total = float(b[m])
            for d in range(D):
                total += float(x.flat[n * D + d]) * float(w[d, m])
            out[n, m] = total if total > 0 else 0.0
    return out, (x, w, b, out)


@variant("affine_relu_forward")
def from_matlab(x, w, b):
    a = np.einsum("nd,dm->nm", np.reshape(x, (x.shape[0], -1)), w) + np.ones((x.shape[0], 1)) @ b[np.newaxis, :]
    a = np.where(a > 0, a, 0)
    return a, (x, w, b)
