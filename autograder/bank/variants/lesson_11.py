"""Right answers to lesson 11, as different students write them."""

import math
import sys
import warnings

import numpy as np

from autograder.bank import variant


@variant("softmax_loss")
def logarithms_first(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    N = x.shape[0]
    loss = -np.sum(log_p[np.arange(N), y]) / N
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


@variant("softmax_loss")
def one_hot_matrix(x, y):
    N, C = x.shape
    T = np.zeros((N, C))
    T[range(N), y] = 1
    Z = np.exp((x.T - x.max(1)).T)
    P = Z / Z.sum(1)[:, None]
    logsum = np.log(Z.sum(1)) + x.max(1)
    return (logsum - (T * x).sum(1)).mean(), (P - T) / N


@variant("softmax_loss")
def plain_loops_and_the_math_module(x, y):
    N, C = x.shape
    loss, dx = 0.0, np.zeros((N, C))
    for i in range(N):
        row = [float(v) for v in x[i]]
        top = max(row)
        total = sum(math.exp(v - top) for v in row)
        loss += (top + math.log(total) - row[y[i]]) / N
        for j in range(C):
            dx[i, j] = (math.exp(row[j] - top) / total - (1 if j == y[i] else 0)) / N
    return loss, dx


@variant("softmax_loss")
def logaddexp_does_it_all(x, y):
    log_p = x - np.logaddexp.reduce(x, axis=-1)[:, np.newaxis]
    onehot = y[:, np.newaxis] == np.arange(x.shape[1])
    return -log_p[onehot].mean(), (np.exp(log_p) - onehot) / len(y)


@variant("softmax_loss")
def in_float32_with_prints(x, y):
    print(x.shape, file=sys.stderr)
    x = np.array(x, dtype=np.float32)
    x -= x.max(axis=1, keepdims=True)
    e = np.exp(x)
    s = e.sum(axis=1, keepdims=True)
    picked = np.take_along_axis(x, y.reshape(-1, 1), axis=1)
    loss = (np.log(s) - picked).mean()
    dx = e / s
    np.put_along_axis(dx, y.reshape(-1, 1), np.take_along_axis(dx, y.reshape(-1, 1), 1) - 1, axis=1)
    return loss, dx / x.shape[0]


@variant("softmax_loss")
class helper_functions:
    def log_softmax(x):
        x = x - x.max(axis=1)[:, None]
        return x - np.log(np.exp(x).sum(axis=1))[:, None]

    def softmax_loss(x, y):
        log_p = helper_functions.log_softmax(x)
        picked = log_p[np.arange(y.size), y]
        return float(-picked.mean()), (np.exp(log_p) - np.eye(x.shape[1])[y]) / y.size


@variant("softmax_loss")
def jacobian_of_every_example(x, y):
    N, C = x.shape
    losses, gradients = [], []
    for scores, label in zip(x, y):
        shifted = scores - scores.max()
        p = np.exp(shifted) / np.exp(shifted).sum()
        jacobian = np.diag(p) - np.outer(p, p)
        losses.append(np.log(np.exp(shifted).sum()) - shifted[label])
        # the label's row over p[label]: p[label] itself may be too small for a float, so it is divided out by hand
        gradients.append(p - np.eye(C)[label] if p[label] < 1e-30 else -jacobian[label] / p[label])
    return np.mean(losses), np.array(gradients) / N


@variant("softmax_loss")
def guards_the_logarithm_it_does_not_need(x, y):
    warnings.warn("softmax")
    exps = np.exp(x - x.max(axis=1, keepdims=True))
    p = exps / exps.sum(axis=1, keepdims=True)
    right = (np.arange(len(x)), y)
    with np.errstate(divide="ignore"):
        log_p = np.where(p[right] > 1e-200, np.log(p[right]), x[right] - x.max(axis=1))
    dx = p.copy()
    dx[right] = dx[right] - 1.0
    return np.float64(-log_p.mean()), dx * (1.0 / len(x))


@variant("softmax_loss")
def einsum_and_booleans(x, y):
    x = np.asarray(x) * 1.0
    n, c = x.shape
    is_right = np.equal.outer(y, np.arange(c)).astype(x.dtype)
    margin = x - np.einsum("nc,nc->n", x, is_right)[:, None]
    top = margin.max(axis=1)
    total = np.exp(margin - top[:, None]).sum(axis=1)
    loss = np.einsum("n->", top + np.log(total)) / n
    return loss, (np.exp(margin - (top + np.log(total))[:, None]) - is_right) / n


# Habits that students bring from other courses and tools


@variant("softmax_loss")
def from_matlab(x, y):
    m, k = x.shape
    shifted = x - np.tile(np.max(x, axis=1, keepdims=True), (1, k))
    sums = np.dot(np.exp(shifted), np.ones((k, 1)))
    index = np.ravel_multi_index((np.arange(m), y), (m, k))
    log_p = shifted - np.log(sums)
    indicator = np.zeros(m * k)
    indicator[index] = 1
    return -np.sum(log_p.ravel()[index]) / m, (np.exp(log_p) - indicator.reshape(m, k)) / m


@variant("softmax_loss")
class from_pytorch:
    def log_softmax(x, dim):
        top = x.max(dim, keepdims=True)
        return x - top - np.log(np.exp(x - top).sum(dim, keepdims=True))

    def nll_loss(log_p, target):
        return -np.take_along_axis(log_p, target[:, None], 1).squeeze(1).mean()

    def softmax_loss(x, y):
        log_p = from_pytorch.log_softmax(x, 1)
        grad = np.exp(log_p)
        grad[np.arange(len(y)), y] -= 1
        return from_pytorch.nll_loss(log_p, y), grad / len(y)
