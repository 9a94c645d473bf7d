"""Right answers to lesson 03, as different students write them."""

import functools
import itertools
import random
import sys
import warnings

import numpy as np

from autograder.bank import variant
from reference_impl import eval_numerical_gradient, eval_numerical_gradient_array, rel_error


def refuse_integers(x):
    if x.dtype.kind != "f":
        raise ValueError(f"a step does not fit into {x.dtype}")


# eval_numerical_gradient


@variant("eval_numerical_gradient")
def nditer_in_the_style_of_cs231n(f, x, h=1e-5):
    refuse_integers(x)
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        oldval = x[ix]
        x[ix] = oldval + h
        fxph = f(x)
        x[ix] = oldval - h
        fxmh = f(x)
        x[ix] = oldval
        grad[ix] = (fxph - fxmh) / (2 * h)
        it.iternext()
    return grad


@variant("eval_numerical_gradient")
def through_a_flat_view(f, x, h=1e-5):
    refuse_integers(x)
    flat, grad = x.reshape(-1), []
    for k in range(flat.size):
        kept = flat[k]
        values = []
        for sign in (1, -1):
            flat[k] = kept + sign * h
            values.append(f(x))
        flat[k] = kept
        grad.append((values[0] - values[1]) / h / 2)
    return np.array(grad).reshape(x.shape)


@variant("eval_numerical_gradient")
def as_a_column_in_matlab(f, x, h=1e-5):
    refuse_integers(x)
    grad = np.zeros((x.size, 1))
    for k in range(1, x.size + 1):
        xk = x.flat[k - 1]
        x.flat[k - 1] = xk + h
        fp = f(x)
        x.flat[k - 1] = xk - h
        fm = f(x)
        x.flat[k - 1] = xk
        grad[k - 1, 0] = (fp - fm) / (2 * h)
    return np.reshape(grad, x.shape)


@variant("eval_numerical_gradient")
def restores_the_whole_array_each_time(f, x, h=1e-5):
    if not issubclass(x.dtype.type, np.floating):
        raise ValueError("floats only")
    before = x.copy()
    grad = np.empty(x.shape, dtype=float)
    for i in itertools.product(*map(range, x.shape)):
        x[i] += h
        upper = f(x)
        x[...] = before
        x[i] -= h
        lower = f(x)
        x[...] = before
        grad[i] = 0.5 * (upper - lower) / h
    print("done", file=sys.stderr)
    return grad


@variant("eval_numerical_gradient")
def with_a_helper_that_warns_and_prints(f, x, h=1e-5):
    refuse_integers(x)
    warnings.warn("slow on purpose")

    def value_at(i, entry):
        kept, x[i] = x[i], entry
        try:
            return float(f(x))
        finally:
            x[i] = kept

    grad = np.zeros(x.shape)
    for i, entry in list(np.ndenumerate(x)):
        grad[i] = (value_at(i, entry + h) - value_at(i, entry - h)) / (2 * h)
        print(i, grad[i])
    return grad


@variant("eval_numerical_gradient")
def by_way_of_the_array_version(f, x, h=1e-5):
    return eval_numerical_gradient_array(lambda x: np.array([f(x)]), x, np.ones(1), h)


# eval_numerical_gradient_array


@variant("eval_numerical_gradient_array")
def array_version_in_the_style_of_cs231n(f, x, df, h=1e-5):
    refuse_integers(x)
    if f(x).shape != df.shape:
        raise ValueError("shapes")
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        oldval = x[ix]
        x[ix] = oldval + h
        pos = f(x).copy()
        x[ix] = oldval - h
        neg = f(x).copy()
        x[ix] = oldval
        grad[ix] = np.sum((pos - neg) * df) / (2 * h)
        it.iternext()
    return grad


@variant("eval_numerical_gradient_array")
def by_way_of_the_number_version(f, x, df, h=1e-5):
    if np.shape(f(x)) != np.shape(df):
        raise ValueError("df does not fit f(x)")
    return eval_numerical_gradient(lambda x: np.sum(df * f(x)), x, h)


@variant("eval_numerical_gradient_array")
def with_the_whole_jacobian(f, x, df, h=1e-5):
    refuse_integers(x)
    if np.shape(f(x)) != df.shape:
        raise ValueError("df")
    jacobian = np.zeros(df.shape + x.shape)
    for i in np.ndindex(*x.shape):
        kept = x[i]
        x[i] = kept + h
        upper = f(x) + 0
        x[i] = kept - h
        lower = f(x) + 0
        x[i] = kept
        jacobian[(..., *i)] = (upper - lower) / (2 * h)
    return np.tensordot(df, jacobian, axes=df.ndim)


@variant("eval_numerical_gradient_array")
def with_vdot(f, x, df, h=1e-5):
    refuse_integers(x)
    if np.shape(df) != np.shape(f(x)):
        raise ValueError("df")
    grad = np.zeros(x.shape)
    for k in range(x.size):
        kept = x.flat[k]
        x.flat[k] = kept + h
        upper = np.vdot(df, f(x))
        x.flat[k] = kept - h
        lower = np.vdot(df, f(x))
        x.flat[k] = kept
        grad.flat[k] = (upper - lower) / (2 * h)
    return grad


@variant("eval_numerical_gradient_array")
def with_einsum(f, x, df, h=1e-5):
    refuse_integers(x)
    if np.shape(df) != np.shape(f(x)):
        raise ValueError("df")

    def slope(i):
        kept = x[i]
        x[i] = kept + h
        upper = np.array(f(x), copy=True)
        x[i] = kept - h
        lower = np.array(f(x), copy=True)
        x[i] = kept
        return np.einsum("i,i->", df.ravel(), (upper - lower).ravel()) / (2 * h)

    return np.array([slope(i) for i in np.ndindex(x.shape)]).reshape(x.shape)


@variant("eval_numerical_gradient_array")
def with_a_loop_over_the_outputs(f, x, df, h=1e-5):
    refuse_integers(x)
    if list(np.shape(df)) != list(np.shape(f(x))):
        raise ValueError("df")
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        upper = np.copy(f(x))
        x[i] = kept - h
        lower = np.copy(f(x))
        x[i] = kept
        total = 0.0
        for o in np.ndindex(df.shape):
            total += df[o] * (upper[o] - lower[o])
        grad[i] = total / (2 * h)
    return grad


# rel_error


@variant("rel_error")
def in_the_style_of_cs231n(x, y):
    if np.shape(x) != np.shape(y):
        raise ValueError("shapes")
    return np.max(np.abs(x - y) / (np.maximum(1e-8, np.abs(x) + np.abs(y))))


@variant("rel_error")
def loops_over_the_entries(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or not x.size:
        raise ValueError("shapes")
    worst = 0.0
    for a, b in zip(x.ravel(), y.ravel()):
        worst = max(worst, abs(a - b) / max(1e-8, abs(a) + abs(b)))
    return worst


@variant("rel_error")
def with_where_and_a_clipped_denominator(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape != y.shape:
        raise ValueError(f"{x.shape} is not {y.shape}")
    scale = np.clip(np.abs(x) + np.abs(y), 1e-8, None)
    return (np.where(x > y, x - y, y - x) / scale).max()


@variant("rel_error")
def in_single_precision(x, y):
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    if x.shape != y.shape:
        raise ValueError("shapes")
    return float(np.max(np.abs(x - y) / np.maximum(np.float32(1e-8), np.abs(x) + np.abs(y))))


@variant("rel_error")
def sorts_the_errors(x, y):
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    if x.shape != y.shape or x.size < 1:
        raise ValueError("shapes")
    errors = np.sqrt(1.0 * (x - y) ** 2) / np.fmax(abs(x) + abs(y), 1e-8)
    return np.sort(errors, axis=None)[-1]


# grad_check_sparse


def line(numerical, analytic, error):
    print(f"numerical: {numerical:f} analytic: {analytic:f}, relative error: {error:e}")


@variant("grad_check_sparse")
def loop_with_a_list(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    refuse_integers(x)
    if x.size == 0 or x.shape != analytic_grad.shape:
        raise ValueError("shapes")
    if rng is None:
        rng = np.random.default_rng()
    errors = []
    for _ in range(num_checks):
        ix = tuple([rng.integers(0, m) for m in x.shape])
        oldval = x[ix]
        x[ix] = oldval + h
        fxph = f(x)
        x[ix] = oldval - h
        fxmh = f(x)
        x[ix] = oldval
        slope = (fxph - fxmh) / (2 * h)
        error = abs(slope - analytic_grad[ix]) / max(1e-8, abs(slope) + abs(analytic_grad[ix]))
        line(slope, analytic_grad[ix], error)
        errors.append(error)
    return np.array(errors)


@variant("grad_check_sparse")
def draws_flat_numbers_all_at_once(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    if x.dtype.kind != "f" or x.size == 0 or x.shape != np.shape(analytic_grad):
        raise ValueError("x and analytic_grad")
    drawn = (rng or np.random.default_rng()).choice(x.size, size=num_checks, replace=True)
    errors = np.empty(num_checks)
    for n, k in enumerate(drawn):
        kept = x.flat[k]
        x.flat[k] = kept + h
        upper = f(x)
        x.flat[k] = kept - h
        lower = f(x)
        x.flat[k] = kept
        errors[n] = rel_error((upper - lower) / (2 * h), analytic_grad.flat[k])
        line((upper - lower) / (2 * h), analytic_grad.flat[k], errors[n])
    return errors


@variant("grad_check_sparse")
def draws_with_random_numbers_between_0_and_1(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    refuse_integers(x)
    if not x.size or x.shape != analytic_grad.shape:
        raise ValueError("shapes")
    rng = rng if rng is not None else np.random.default_rng()
    places = np.floor(rng.random((num_checks, x.ndim)) * x.shape).astype(int)

    @functools.cache
    def slope(i):
        kept = x[i]
        x[i] = kept + h
        upper = f(x)
        x[i] = kept - h
        lower = f(x)
        x[i] = kept
        return (upper - lower) / (2 * h)

    pairs = [(slope(tuple(map(int, i))), analytic_grad[tuple(i)]) for i in places]
    for a, b in pairs:
        line(a, b, rel_error(a, b))
    return np.array([rel_error(a, b) for a, b in pairs])


@variant("grad_check_sparse")
def seeds_the_random_module_from_rng(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    refuse_integers(x)
    if np.prod(x.shape) == 0 or x.shape != analytic_grad.shape:
        raise ValueError("shapes")
    dice = random.Random(None if rng is None else int(rng.integers(2**63)))
    errors = np.zeros(num_checks, dtype=np.float32)
    for check in range(num_checks):
        i = tuple(dice.randrange(n) for n in x.shape)
        kept, slope = x[i], 0.0
        for sign in (-1, 1):
            x[i] = kept + sign * h
            slope += sign * f(x) / (2 * h)
            x[i] = kept
        errors[check] = rel_error(slope, analytic_grad[i])
        line(slope, analytic_grad[i], errors[check])
    return errors


@variant("grad_check_sparse")
def picks_from_the_full_gradient(f, x, analytic_grad, num_checks=10, h=1e-5, rng=None):
    if x.size == 0 or x.shape != analytic_grad.shape:
        raise ValueError("shapes")
    numerical = eval_numerical_gradient(f, x, h)
    rng = np.random.default_rng() if rng is None else rng
    drawn = tuple(rng.integers(0, n, num_checks) for n in x.shape)
    a, b = numerical[drawn], analytic_grad[drawn]
    errors = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
    for row in zip(a, b, errors):
        line(*row)
    return errors


# Habits that students bring from other courses and tools


@variant("eval_numerical_gradient")
def from_matlab(f, x, h=1e-5):
    refuse_integers(x)
    grad = np.zeros(x.shape)
    for k in range(x.size):
        i = np.unravel_index(k, x.shape)
        old = x[i].copy()
        x[i] = old + h
        up = f(x)
        x[i] = old - h
        down = f(x)
        x[i] = old
        grad[i] = (up - down) / (2 * h)
    return grad


@variant("rel_error")
def from_matlab(x, y):
    if np.shape(x) != np.shape(y) or np.size(x) == 0:
        raise ValueError("dimensions must agree")
    a, b = np.reshape(np.array(x, dtype=float), (-1, 1)), np.reshape(np.array(y, dtype=float), (-1, 1))
    below = np.sum(np.abs(np.hstack([a, b])), axis=1, keepdims=True)
    below[below < 1e-8] = 1e-8
    return np.max(np.abs(a - b) / below)


@variant("rel_error")
def from_c(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape != y.shape or x.size < 1:
        raise ValueError("not the same")
    worst, i = 0.0, 0
    while i < x.size:
        a, b = float(x.flat[i]), float(y.flat[i])
        below = abs(a) + abs(b)
        if below < 1e-8:
            below = 1e-8
        if abs(a - b) / below > worst:
            worst = abs(a - b) / below
        i += 1
    return worst
