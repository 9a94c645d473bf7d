"""Right answers to lesson 00, as different students write them."""

import itertools
import statistics
import warnings

import numpy as np

from autograder.bank import variant

# standardize


@variant("standardize")
def in_three_lines(x):
    mean, std = x.mean(axis=0), x.std(axis=0)
    std[std == 0] = 1
    return (x - mean) / std


@variant("standardize")
def nan_to_num_at_the_end(x):
    return np.nan_to_num((x - np.mean(x, 0)) / np.std(x, 0))


@variant("standardize")
def tiny_number_below_the_line(x):
    return (x - x.mean(axis=0, keepdims=True)) / (x.std(axis=0, keepdims=True) + 1e-8)


@variant("standardize")
def tiny_number_below_the_root(x):
    centered = x - x.mean(axis=0)
    return centered / np.sqrt((centered**2).mean(axis=0) + 1e-8)


@variant("standardize")
def loops_over_columns_with_the_statistics_module(x):
    z = np.zeros(x.shape)
    for j in range(x.shape[1]):
        column = [float(value) for value in x[:, j]]
        mean, spread = statistics.fmean(column), statistics.pstdev(column)
        for i, value in enumerate(column):
            z[i, j] = (value - mean) / spread if spread > 0 else 0
    return z


@variant("standardize")
def transposed_to_use_rows(x):
    rows = x.T.astype(float)
    z = []
    for row in rows:
        spread = np.sqrt(np.sum((row - row.mean()) ** 2) / row.size)
        z.append((row - row.mean()) / spread if spread else row * 0)
    return np.array(z).T


@variant("standardize")
def in_place_on_a_float32_copy(x):
    z = np.array(x, dtype=np.float32)
    z -= z.mean(axis=0)
    z /= np.maximum(z.std(axis=0), np.finfo(np.float32).tiny)
    return z


@variant("standardize")
def divide_only_where_there_is_spread(x):
    print("standardizing", x.shape)
    warnings.warn("some columns may be flat")
    centered = x - x.mean(axis=0)
    std = np.broadcast_to(x.std(axis=0), centered.shape)
    return np.divide(centered, std, out=np.zeros_like(centered), where=std > 1e-12)


@variant("standardize")
def matrix_products_and_einsum(x):
    N = x.shape[0]
    centered = x - np.ones((1, N)) @ x / N
    variance = np.einsum("nd,nd->d", centered, centered) / N
    return np.where(variance > 0, centered / np.sqrt(variance), 0)


@variant("standardize")
def mean_of_squares_less_square_of_mean(x):
    variance = (np.square(x, dtype=float)).mean(0) - x.mean(0) ** 2
    return (x - x.mean(0)) / np.sqrt(np.where(variance < 1e-12, 1, variance))


@variant("standardize")
def column_by_column_with_apply(x):
    def one(column):
        return (column - column.mean()) / (column.std() or 1)

    return np.apply_along_axis(one, 0, x.astype("float64"))


# pairwise_differences


@variant("pairwise_differences")
def two_loops(a, b):
    N, M, D = a.shape[0], b.shape[0], a.shape[1]
    out = np.empty((N, M, D))
    for i in range(N):
        for j in range(M):
            out[i, j] = a[i].astype(float) - b[j]
    return out


@variant("pairwise_differences")
def list_comprehension(a, b):
    def minus(row, other):
        return [float(p) - float(q) for p, q in zip(row, other, strict=True)]

    return np.array([[minus(row, other) for other in b] for row in a])


@variant("pairwise_differences")
def reshape_to_new_axes(a, b):
    return a.reshape(a.shape[0], 1, a.shape[1]) - b.reshape(1, *b.shape).astype(np.float64)


@variant("pairwise_differences")
def expand_dims_in_float32(a, b):
    return np.expand_dims(a.astype("f4"), 1) - np.expand_dims(b.astype("f4"), 0)


@variant("pairwise_differences")
def repeat_and_tile(a, b):
    a, b = a.astype(float), b.astype(float)
    n, m = len(a), len(b)
    return (np.repeat(a, m, axis=0) - np.tile(b, (n, 1))).reshape(n, m, -1)


@variant("pairwise_differences")
def one_loop_over_a(a, b):
    return np.stack([row - b for row in np.asarray(a, dtype=float)])


@variant("pairwise_differences")
def diagonal_of_the_outer_difference(a, b):
    return np.einsum("idjd->ijd", np.subtract.outer(a.astype(float), b.astype(float)))


@variant("pairwise_differences")
def product_of_indices(a, b):
    pairs = list(itertools.product(range(len(a)), range(len(b))))
    rows, others = (np.array(side) for side in zip(*pairs, strict=True))
    return (a[rows] * 1.0 - b[others]).reshape(len(a), len(b), a.shape[1])


@variant("pairwise_differences")
def broadcast_then_subtract_in_place(a, b):
    out = np.array(np.broadcast_to(a[:, None, :], (len(a), len(b), a.shape[1])), dtype=float)
    out -= b
    return out


@variant("pairwise_differences")
def column_by_column(a, b):
    return np.stack([a[:, [d]] - 1.0 * b[:, d] for d in range(a.shape[1])], axis=-1)


# Habits that students bring from other courses and tools


@variant("standardize")
def from_matlab(x):
    [m, n] = x.shape
    mu = np.dot(np.ones((1, m)), x) / m
    centered = x - np.tile(mu, (m, 1))
    sigma = np.sqrt(np.dot(np.ones((1, m)), centered**2) / m)
    (rows, flat) = np.nonzero(sigma < 1e-12)
    sigma[rows, flat] = 1
    return centered / np.tile(sigma, (m, 1))


@variant("standardize")
def from_pytorch(x):
    x = x.astype(np.float64)
    mean = x.mean(-2, keepdims=True)
    std = x.std(-2, keepdims=True, ddof=0)
    return (x - mean) / std.clip(min=1e-9)


@variant("standardize")
def from_c(x):
    N, D = x.shape
    z = np.zeros((N, D), dtype=np.double)
    j = 0
    while j < D:
        total, squares, i = 0.0, 0.0, 0
        while i < N:
            total += x[i, j]
            i += 1
        mean = total / N
        for i in range(N):
            squares += (x[i, j] - mean) * (x[i, j] - mean)
        std = (squares / N) ** 0.5
        for i in range(N):
            z[i, j] = 0.0 if std < 1e-12 else (x[i, j] - mean) / std
        j += 1
    return z


@variant("standardize")
class a_scaler_class:
    class Scaler:
        def fit(self, x):
            self.mean_, self.scale_ = x.mean(axis=0), x.std(axis=0)
            self.scale_ = np.where(self.scale_ == 0, 1.0, self.scale_)
            return self

        def transform(self, x):
            return (x - self.mean_) / self.scale_

    def standardize(x):
        return a_scaler_class.Scaler().fit(x).transform(x)


@variant("pairwise_differences")
def from_matlab(a, b):
    a, b = np.array(a, dtype="double"), np.array(b, dtype="double")
    na, nb = a.shape[0], b.shape[0]
    big_a = np.kron(a, np.ones((nb, 1)))
    big_b = np.tile(b, (na, 1))
    return np.reshape(big_a - big_b, (na, nb, a.shape[1]))


@variant("pairwise_differences")
def from_pytorch(a, b):
    def unsqueeze(tensor, dim):
        return np.expand_dims(tensor, dim)

    return unsqueeze(a.astype(np.float64), 1) - unsqueeze(b, 0)


@variant("pairwise_differences")
def from_c(a, b):
    N, M, D = len(a), len(b), len(a[0])
    out = np.zeros(N * M * D)
    for i in range(N):
        for j in range(M):
            for d in range(D):
                out[(i * M + j) * D + d] = float(a[i][d]) - float(b[j][d])
    return out.reshape(N, M, D)
