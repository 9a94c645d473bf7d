"""Right answers to lesson 01, as different students write them."""

import math
import sys
import warnings

import numpy as np

from autograder.bank import variant
from reference_impl import relu_forward, sigmoid_forward, tanh_forward

# sigmoid


@variant("sigmoid_forward")
def clips_before_the_exponential(x):
    out = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return out, (x, out)


@variant("sigmoid_forward")
def half_a_tanh(x):
    out = 0.5 * (1 + np.tanh(0.5 * x))
    return out, x


@variant("sigmoid_forward")
def loops_with_the_math_module(x):
    x = np.asarray(x)
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        value = float(x[index])
        out[index] = 1 / (1 + math.exp(-value)) if value > -700 else 0.0
    return out, out


@variant("sigmoid_forward")
def two_masks(x):
    out = np.empty_like(x, dtype=np.float64)
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    z = np.exp(x[~positive])
    out[~positive] = z / (1 + z)
    return out, out


@variant("sigmoid_forward")
def where_that_warns_on_the_way(x):
    out = np.where(x > -700, 1 / (1 + np.exp(-x)), 0.0)
    warnings.warn("overflow somewhere")
    return out, out


@variant("sigmoid_forward")
def float32_inside_and_a_print(x):
    print("shape", x.shape)
    print("to stderr", file=sys.stderr)
    out = np.asarray(sigmoid_forward(np.asarray(x, dtype=np.float32))[0])
    return out, {"out": out}


@variant("sigmoid_backward")
class caches_the_input:
    def sigmoid_forward(x):
        return sigmoid_forward(x)[0], x

    def sigmoid_backward(dout, cache):
        s = sigmoid_forward(cache)[0]
        return dout * s * (1 - s)


@variant("sigmoid_backward")
class caches_the_derivative:
    def sigmoid_forward(x):
        s, _ = sigmoid_forward(x)
        return s, (s - s**2)

    def sigmoid_backward(dout, cache):
        return np.multiply(cache, dout)


@variant("sigmoid_backward")
class caches_a_closure:
    def sigmoid_forward(x):
        s, _ = sigmoid_forward(x)
        return s, lambda dout: dout * s * (1.0 - s)

    def sigmoid_backward(dout, cache):
        return cache(dout)


@variant("sigmoid_backward")
def with_einsum(dout, cache):
    return np.einsum("...,...,...->...", dout, cache, 1 - cache)


@variant("sigmoid_backward")
def in_place_on_a_copy(dout, cache):
    dx = np.array(dout, dtype=float)
    dx *= cache
    dx *= 1 - cache
    return dx


@variant("sigmoid_backward")
def in_float32(dout, cache):
    dout, s = dout.astype(np.float32), cache.astype(np.float32)
    return dout * s * (1 - s)


# relu


@variant("relu_forward")
def times_the_mask(x):
    return x * (x > 0) * 1.0, x


@variant("relu_forward")
def where_with_zero(x):
    return np.where(x > 0, x, 0.0), x > 0


@variant("relu_forward")
def half_of_x_plus_its_size(x):
    return (x + np.abs(x)) / 2, x


@variant("relu_forward")
def copies_and_zeroes(x):
    out = np.array(x, dtype=float)
    out[out < 0] = 0
    return out, x.copy()


@variant("relu_forward")
def loop_over_flat_lists(x):
    values = [max(0.0, float(v)) for v in np.asarray(x).ravel().tolist()]
    return np.array(values).reshape(np.shape(x)), x


@variant("relu_forward")
def clip_without_an_upper_end(x):
    return np.clip(x, 0.0, None), x


@variant("relu_backward")
def dout_times_the_mask(dout, cache):
    return dout * (cache > 0)


@variant("relu_backward")
def copy_and_zero(dout, cache):
    dx = np.array(dout, copy=True)
    dx[cache <= 0] = 0
    return dx


@variant("relu_backward")
class caches_the_output:
    def relu_forward(x):
        out = np.maximum(0.0, x)
        return out, out

    def relu_backward(dout, cache):
        return np.where(cache == 0, 0, dout)


@variant("relu_backward")
class caches_the_mask:
    def relu_forward(x):
        mask = (x > 0).astype(float)
        return mask * x, mask

    def relu_backward(dout, cache):
        return np.multiply(dout, cache)


@variant("relu_backward")
def slope_one_at_zero(dout, cache):
    return dout * (cache >= 0)


@variant("relu_backward")
def heaviside(dout, cache):
    return dout * np.heaviside(cache, 0.5)


# tanh


@variant("tanh_forward")
def from_sigmoid(x):
    out = 2 * sigmoid_forward(2 * x)[0] - 1
    return out, out


@variant("tanh_forward")
def sinh_over_cosh_where_it_is_safe(x):
    safe = np.clip(x, -20.0, 20.0)
    out = np.sinh(safe) / np.cosh(safe)
    return out, out


@variant("tanh_forward")
def only_decaying_exponentials(x):
    decay = np.exp(-2.0 * np.abs(x))
    out = np.sign(x) * (1 - decay) / (1 + decay)
    return out, out


@variant("tanh_forward")
def vectorized_math_tanh(x):
    out = np.vectorize(math.tanh, otypes=[float])(x)
    return out, x


@variant("tanh_forward")
def in_half_the_precision(x):
    out = np.tanh(np.asarray(x, dtype=np.float32))
    return out, out


@variant("tanh_backward")
class caches_x_and_recomputes:
    def tanh_forward(x):
        return np.tanh(x), x

    def tanh_backward(dout, cache):
        return dout * (1 - np.tanh(cache) ** 2)


@variant("tanh_backward")
class one_over_cosh_squared:
    def tanh_forward(x):
        return np.tanh(x), np.clip(x, -300, 300)

    def tanh_backward(dout, cache):
        return dout / np.cosh(cache) ** 2


@variant("tanh_backward")
def product_of_sum_and_difference(dout, cache):
    return dout * (1 - cache) * (1 + cache)


@variant("tanh_backward")
def difference_of_two_terms(dout, cache):
    return dout - dout * np.square(cache)


@variant("tanh_backward")
class cache_as_an_object:
    def tanh_forward(x):
        class Cache:
            out = tanh_forward(x)[0]

        return Cache.out, Cache()

    def tanh_backward(dout, cache):
        return np.array([d * (1 - o * o) for d, o in zip(dout.ravel(), cache.out.ravel())]).reshape(dout.shape)


@variant("relu_forward")
def built_on_the_reference_and_a_list_cache(x):
    out, _ = relu_forward(x)
    return out, [x, x.shape]


# Habits that students bring from other courses and tools


@variant("sigmoid_forward")
def from_matlab(x):
    y = np.zeros(x.shape)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    z = np.exp(x[~positive])
    y[~positive] = z / (1 + z)
    return y, y


@variant("sigmoid_forward")
def from_c(x):
    flat = np.ravel(x)
    out = np.empty(flat.size)
    for i in range(flat.size):
        v = float(flat[i])
        if v >= 0.0:
            out[i] = 1.0 / (1.0 + math.exp(-v))
        else:
            e = math.exp(v)
            out[i] = e / (1.0 + e)
    return out.reshape(x.shape), out.reshape(x.shape)


@variant("sigmoid_backward")
class from_pytorch:
    class Sigmoid:
        @staticmethod
        def forward(ctx, x):
            ctx["saved"] = (0.5 * (1 + np.tanh(x / 2)),)
            return ctx["saved"][0]

        @staticmethod
        def backward(ctx, grad_output):
            (out,) = ctx["saved"]
            return grad_output * out * (1 - out)

    def sigmoid_forward(x):
        ctx = {}
        return from_pytorch.Sigmoid.forward(ctx, x), ctx

    def sigmoid_backward(dout, cache):
        return from_pytorch.Sigmoid.backward(cache, dout)


@variant("sigmoid_backward")
def from_c_with_an_index(dout, cache):
    dx = np.zeros(dout.shape)
    for i in range(dout.size):
        s = float(cache.flat[i])
        dx.flat[i] = dout.flat[i] * s * (1.0 - s)
    return dx


@variant("relu_forward")
def from_c(x):
    out = np.zeros(x.size, dtype=np.float32)
    i = 0
    for value in x.flat:
        out[i] = value if value > 0 else 0.0
        i += 1
    return out.reshape(x.shape), x


@variant("relu_forward")
def from_pytorch_with_a_clamp(x):
    return np.clip(x.astype(float), 0, None), x


@variant("relu_backward")
def from_matlab(dout, cache):
    dx = np.array(dout, dtype=float)
    dx[np.nonzero(cache <= 0)] = 0
    return dx


@variant("relu_backward")
def from_c_with_floats(dout, cache):
    dx = [float(d) if float(v) > 0 else 0.0 for d, v in zip(dout.ravel(), cache.ravel())]
    return np.array(dx, dtype=np.float32).reshape(dout.shape)


@variant("tanh_forward")
def from_matlab(x):
    e = np.exp(-2 * np.abs(x))
    y = np.ones(x.shape) * ((1 - e) / (1 + e))
    y[x < 0] = -y[x < 0]
    return y, y


@variant("tanh_forward")
def from_c(x):
    out = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        out[index] = math.tanh(x[index])
    return out, out


@variant("tanh_backward")
class from_pytorch_a_module:
    class Tanh:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, grad):
            return grad * (1.0 - self.out**2)

    def tanh_forward(x):
        module = from_pytorch_a_module.Tanh()
        return module.forward(x), module

    def tanh_backward(dout, cache):
        return cache.backward(dout)


@variant("tanh_backward")
def from_c_in_float32(dout, cache):
    dx = np.zeros(dout.shape, dtype=np.float32)
    for index in np.ndindex(dout.shape):
        t = np.float32(cache[index])
        dx[index] = np.float32(dout[index]) * (np.float32(1) - t * t)
    return dx
