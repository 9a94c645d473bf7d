"""Right answers to lesson 06, as different students write them."""

import sys
import warnings

import numpy as np

import reference_impl
from autograder.bank import variant
from reference_impl import ForwardNet, affine_backward, affine_forward, relu_backward, relu_forward

# affine_backward


@variant("affine_backward")
def matrix_products(dout, cache):
    x, w, _ = cache
    flat = x.reshape(x.shape[0], -1)
    dx = np.dot(dout, w.T).reshape(*x.shape)
    return dx, np.dot(flat.T, dout), np.sum(dout, 0)


@variant("affine_backward")
def einsum(dout, cache):
    x, w, _ = cache
    flat = x.reshape(len(x), len(w))
    dx = np.einsum("nm,dm->nd", dout, w)
    return np.reshape(dx, x.shape), np.einsum("nd,nm->dm", flat, dout), np.einsum("nm->m", dout)


@variant("affine_backward")
def loops(dout, cache):
    x, w, _ = cache
    N, (D, M) = len(x), w.shape
    flat = x.reshape(N, D)
    dx, dw, db = np.zeros((N, D)), np.zeros((D, M)), np.zeros(M)
    for n in range(N):
        for m in range(M):
            db[m] += dout[n, m]
            for d in range(D):
                dw[d, m] += flat[n, d] * dout[n, m]
                dx[n, d] += w[d, m] * dout[n, m]
    return dx.reshape(x.shape), dw, db


@variant("affine_backward")
def one_example_at_a_time(dout, cache):
    x, w, _ = cache
    dx, dw, db = np.empty(x.shape), 0.0, 0.0
    for n, upstream in enumerate(dout):
        dx[n] = (w @ upstream).reshape(x[n].shape)
        dw = dw + np.outer(x[n], upstream)
        db = db + upstream
    return [dx, dw, db]


@variant("affine_backward")
class a_cache_of_its_own:
    def affine_forward(x, w, b):
        flat = np.reshape(x, (x.shape[0], -1))
        return flat @ w + b, {"shape": x.shape, "flat": flat.copy(), "w": w.copy()}

    def affine_backward(dout, cache):
        print("upstream", dout.shape)
        warnings.warn("on the way")
        print("on stderr", file=sys.stderr)
        dx = (cache["w"] @ dout.T).T.reshape(cache["shape"])
        return dx, (dout.T @ cache["flat"]).T, np.ones(len(dout)) @ dout


@variant("affine_backward")
class closures:
    def affine_forward(x, w, b):
        out, cache = affine_forward(x, w, b)
        return out, lambda dout: affine_backward(dout, cache)

    def affine_backward(dout, cache):
        return cache(dout)


@variant("affine_backward")
def float32_inside(dout, cache):
    x, w, _ = (each.astype(np.float32) for each in cache)
    dout = dout.astype(np.float32)
    return np.matmul(dout, w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@variant("affine_backward")
def bias_as_one_more_weight(dout, cache):
    x, w, _ = cache
    flat = np.hstack([x.reshape(len(x), -1), np.ones((len(x), 1))])
    both = flat.T @ dout
    return (dout @ w.T).reshape(x.shape), both[:-1], both[-1]


# affine_relu_backward


@variant("affine_relu_backward")
def two_calls(dout, cache):
    fc_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), fc_cache)


@variant("affine_relu_backward")
def by_hand(dout, cache):
    (x, w, _), a = cache
    da = dout * (a > 0)
    return (da @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ da, da.sum(0)


@variant("affine_relu_backward")
class caches_the_output:
    def affine_relu_forward(x, w, b):
        a, fc_cache = affine_forward(x, w, b)
        out, _ = relu_forward(a)
        return out, {"fc": fc_cache, "out": out}

    def affine_relu_backward(dout, cache):
        da = dout.copy()
        da[cache["out"] == 0] = 0
        return affine_backward(da, cache["fc"])


@variant("affine_relu_backward")
class a_list_of_steps_back:
    def affine_relu_forward(x, w, b):
        a, fc_cache = affine_forward(x, w, b)
        out, relu_cache = relu_forward(a)
        return out, [(affine_backward, fc_cache), (relu_backward, relu_cache)]

    def affine_relu_backward(dout, cache):
        for step, kept in reversed(cache):
            dout = step(dout, kept)
        dx, dw, db = dout
        return dx, dw, db


@variant("affine_relu_backward")
def float32_and_a_mask(dout, cache):
    (x, w, _), a = cache
    da = np.where(a > 0, dout, 0).astype(np.float32)
    return affine_backward(da, (x.astype(np.float32), w.astype(np.float32), None))


# TrainableNet


@variant("TrainableNet")
class reversed_over_a_list:
    class TrainableNet(ForwardNet):
        def hidden_backward(self, i, dout, cache):
            dh, dw, db = affine_backward(self.activation_backward(dout, cache[1]), cache[0])
            grads = {}
            grads["W" + str(i)] = dw
            grads["b" + str(i)] = db
            return dh, grads

        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            loss, dout = self.loss_function(scores, y)
            grads = {}
            for i, cache in reversed(list(enumerate(caches, start=1))):
                if i == len(caches):
                    dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, cache)
                else:
                    dout, more = self.hidden_backward(i, dout, cache)
                    grads |= more
                w = self.params[f"W{i}"]
                loss += self.reg / 2 * np.linalg.norm(w) ** 2
                grads[f"W{i}"] = grads[f"W{i}"] + self.reg * w
            return loss, grads


@variant("TrainableNet")
class regularization_by_key:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return self.forward(X)[0]
            reg, self.reg = self.reg, 0.0
            loss, grads = super().loss(X, y)
            self.reg = reg
            for key in self.params:
                if key[0] == "W":
                    loss = loss + 0.5 * reg * np.sum(self.params[key] ** 2)
                    grads[key] = grads[key] + reg * self.params[key]
            return loss, grads


@variant("TrainableNet")
class caches_popped_from_the_end:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            data_loss, upstream = self.loss_function(scores, y)
            upstream, *last = affine_backward(upstream, caches.pop())
            grads = dict(zip((f"W{self.num_layers}", f"b{self.num_layers}"), last))
            while caches:
                i = len(caches)
                upstream, found = self.hidden_backward(i, upstream, caches.pop())
                grads.update(found)
            weights = [f"W{i + 1}" for i in range(self.num_layers)]
            penalty = sum(np.einsum("dm,dm->", self.params[w], self.params[w]) for w in weights)
            for w in weights:
                grads[w] += self.reg * self.params[w]
            print("loss", data_loss)
            return data_loss + self.reg * penalty / 2, grads


@variant("TrainableNet")
class by_recursion:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            if y is None:
                return reference_impl.TrainableNet.loss(self, X)
            scores, caches = self.forward(X)
            value, dscores = self.loss_function(scores, y)

            def back(i, dout):
                if i == 0:
                    return {}
                if i == self.num_layers:
                    dh, dw, db = affine_backward(dout, caches[i - 1])
                    grads = {f"W{i}": dw, f"b{i}": db}
                else:
                    dh, grads = self.hidden_backward(i, dout, caches[i - 1])
                grads[f"W{i}"] = grads[f"W{i}"] + self.reg * self.params[f"W{i}"]
                return {**back(i - 1, dh), **grads}

            squares = [float((self.params[f"W{i}"] ** 2).sum()) for i in range(1, self.num_layers + 1)]
            return value + 0.5 * self.reg * sum(squares), back(self.num_layers, dscores)


@variant("TrainableNet")
class gradients_in_float32:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is None:
                return result.astype(np.float32)
            return np.float32(result[0]), {name: grad.astype(np.float32) for name, grad in result[1].items()}


@variant("TrainableNet")
class without_affine_backward:
    class TrainableNet(ForwardNet):
        def hidden_backward(self, i, dout, cache):
            (x, w, _), kept = cache
            da = self.activation_backward(dout, kept)
            return (da @ w.T).reshape(x.shape), {f"W{i}": x.reshape(len(x), -1).T @ da, f"b{i}": da.sum(axis=0)}

        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            loss, d = self.loss_function(scores, y)
            n = self.num_layers
            x, w, _ = caches[-1]
            grads = {f"W{n}": x.reshape(len(x), -1).T @ d, f"b{n}": d.sum(axis=0)}
            d = d @ w.T
            for i in range(n - 1, 0, -1):
                d, more = self.hidden_backward(i, d, caches[i - 1])
                grads.update(more)
            for i in range(n):
                key = f"W{i + 1}"
                loss += 0.5 * self.reg * np.sum(np.square(self.params[key]))
                grads[key] = grads[key] + self.reg * self.params[key]
            return loss, grads


# Habits that students bring from other courses and tools


@variant("affine_backward")
def from_matlab(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    X = np.reshape(x, (N, x.size // N))
    dx = np.reshape(np.dot(dout, np.transpose(w)), x.shape)
    dw = np.dot(np.transpose(X), dout)
    db = np.dot(np.ones((1, N)), dout)
    return dx, dw, np.reshape(db, b.shape)


@variant("affine_backward")
class from_pytorch:
    class LinearFunction:
        @staticmethod
        def forward(ctx, input, weight, bias):
            ctx["saved_tensors"] = input, weight
            return input.reshape(len(input), -1) @ weight + bias

        @staticmethod
        def backward(ctx, grad_output):
            input, weight = ctx["saved_tensors"]
            grad_input = (grad_output @ weight.T).reshape(input.shape)
            grad_weight = input.reshape(len(input), -1).T @ grad_output
            return grad_input, grad_weight, grad_output.sum(0)

    def affine_forward(x, w, b):
        ctx = {}
        return from_pytorch.LinearFunction.forward(ctx, x, w, b), ctx

    def affine_backward(dout, cache):
        return from_pytorch.LinearFunction.backward(cache, dout)


@variant("affine_relu_backward")
def from_c(dout, cache):
    (x, w, _), a = cache
    N, (D, M) = len(x), w.shape
    flat = x.reshape(N, D)
    dx, dw, db = np.zeros((N, D)), np.zeros((D, M)), [0.0] * M
    for n in range(N):
        for m in range(M):
            if a[n, m] <= 0:
                continue
            db[m] += dout[n, m]
            for d in range(D):
                dx[n, d] += dout[n, m] * w[d, m]
                dw[d, m] += dout[n, m] * flat[n, d]
    return dx.reshape(x.shape), dw, np.array(db)


@variant("affine_relu_backward")
def from_matlab(dout, cache):
    (x, w, b), a = cache
    da = dout * 1.0
    da[np.nonzero(a < 0)] = 0
    X = np.reshape(x, (x.shape[0], -1))
    return np.reshape(np.dot(da, w.T), x.shape), np.dot(X.T, da), np.sum(da, axis=0, keepdims=True)[0]


@variant("TrainableNet")
class from_pytorch_a_graph_of_closures:
    class TrainableNet(reference_impl.TrainableNet):
        def loss(self, X, y=None):
            scores, caches = self.forward(X)
            if y is None:
                return scores
            loss, dscores = self.loss_function(scores, y)
            grads, tape = {}, []

            def output_layer(dout):
                dh, grads[f"W{self.num_layers}"], grads[f"b{self.num_layers}"] = affine_backward(dout, caches[-1])
                return dh

            def hidden_layer(i):
                def back(dout):
                    dh, found = self.hidden_backward(i, dout, caches[i - 1])
                    grads.update(found)
                    return dh

                return back

            tape = [hidden_layer(i) for i in range(1, self.num_layers)] + [output_layer]
            for back in tape[::-1]:
                dscores = back(dscores)
            for name, value in self.params.items():
                if name.startswith("W"):  # weight decay
                    grads[name] = grads[name] + self.reg * value
                    loss = loss + self.reg * (value**2).sum() / 2
            return loss, grads
