"""Right answers to lesson 08, as different students write them."""

import itertools
import math
import random
import warnings

import numpy as np

from autograder.bank import variant

PARTS = ("train", "val", "test")


def sensible(X, y, num_validation, num_test):
    left = len(X) - num_validation - num_test
    if len(X) != len(y) or min(num_validation, num_test) < 0 or left < 1:
        raise ValueError(f"{num_validation} + {num_test} of {len(X)} examples and {len(y)} targets?")


# train_val_test_split


@variant("train_val_test_split")
def shuffles_a_list_of_places(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    places = np.arange(X.shape[0])
    rng.shuffle(places)
    train = places[num_validation + num_test :]
    val = places[:num_validation]
    test = places[num_validation : num_validation + num_test]
    return dict(X_train=X[train], y_train=y[train], X_val=X[val], y_val=y[val], X_test=X[test], y_test=y[test])


@variant("train_val_test_split")
def chooses_and_keeps_the_rest_in_order(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    held_out = rng.choice(len(X), size=num_validation + num_test, replace=False)
    mask = np.ones(len(X), dtype=bool)
    mask[held_out] = False
    val, test = held_out[:num_validation], held_out[num_validation:]
    data = {}
    data["X_test"], data["y_test"] = X[test], y[test]
    data["X_val"], data["y_val"] = X[val], y[val]
    data["X_train"], data["y_train"] = X[mask], y[mask]
    return data


@variant("train_val_test_split")
def sorts_random_numbers(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    print("splitting", X.shape)
    order = np.argsort(rng.random(len(X)), kind="stable")
    bounds = {
        "train": slice(num_validation + num_test, None),
        "val": slice(num_test, num_validation + num_test),
        "test": slice(0, num_test),
    }
    return {
        f"{name}_{part}": np.copy(array[order[bounds[part]]])
        for part in PARTS
        for name, array in zip("Xy", (X, y), strict=True)
    }


@variant("train_val_test_split")
def deals_card_by_card(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    deck = list(range(len(X)))
    piles = {"val": [], "test": [], "train": []}
    for pile, size in (("val", num_validation), ("test", num_test)):
        while len(piles[pile]) < size:
            piles[pile].append(deck.pop(int(rng.integers(len(deck)))))
    piles["train"] = deck
    return {
        f"{name}_{part}": array[np.array(pile, dtype=int)]
        for part, pile in piles.items()
        for name, array in (("X", X), ("y", y))
    }


@variant("train_val_test_split")
def mixes_copies_with_one_state_twice(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    seed = int(rng.integers(2**31))
    X_mixed, y_mixed = X.copy(), y.copy()
    np.random.default_rng(seed).shuffle(X_mixed)
    np.random.default_rng(seed).shuffle(y_mixed)
    cuts = [len(X) - num_validation - num_test, len(X) - num_test]
    data = {"names": "kept with it"}
    for name, array in (("X", X_mixed), ("y", y_mixed)):
        for part, piece in zip(PARTS, np.split(array, cuts), strict=True):
            data[f"{name}_{part}"] = piece
    return data


@variant("train_val_test_split")
def with_pythons_own_generator(X, y, num_validation, num_test, rng):
    sensible(X, y, num_validation, num_test)
    order = random.Random(int(rng.integers(2**62))).sample(range(len(X)), len(X))
    n = num_validation + num_test
    pieces = {"val": order[:num_validation], "test": order[num_validation:n], "train": order[n:]}
    return {
        f"{name}_{part}": np.take(array, np.asarray(places, dtype=int), axis=0)
        for part, places in pieces.items()
        for name, array in (("X", X), ("y", y))
    }


# normalize


@variant("normalize")
def std_of_one_where_it_is_zero(X_train, *others):
    mu = np.mean(X_train, axis=0)
    sigma = np.std(X_train, axis=0)
    sigma = np.where(sigma == 0, 1.0, sigma)
    return tuple((X - mu) / sigma for X in [X_train, *others])


@variant("normalize")
def a_list_built_in_a_loop(X_train, *others):
    warnings.warn("normalizing")
    mean = X_train.mean(0, keepdims=True)
    std = np.sqrt(((X_train - mean) ** 2).mean(0, keepdims=True))
    std = std + (std == 0)
    result = []
    for X in (X_train,) + others:
        result.append((X - mean) / std)
    return result


@variant("normalize")
def in_place_on_copies(X_train, *others):
    copies = [
        np.array(X, dtype=np.result_type(X.dtype, np.float32) if X.dtype.kind == "f" else float)
        for X in (X_train, *others)
    ]
    mean, std = copies[0].mean(axis=0), np.array(copies[0].std(axis=0))
    std[std < 1e-12] = 1
    for X in copies:
        X -= mean
        X /= std
    return tuple(copies)


@variant("normalize")
def feature_by_feature(X_train, *others):
    arrays = [X.reshape(len(X), math.prod(X.shape[1:])) for X in (X_train, *others)]
    dtype = X_train.dtype if X_train.dtype.kind == "f" else float
    results = [np.zeros(X.shape, dtype=dtype) for X in arrays]
    for j in range(arrays[0].shape[1]):
        column = [float(v) for v in arrays[0][:, j]]
        mean = sum(column) / len(column)
        std = math.sqrt(sum((v - mean) ** 2 for v in column) / len(column))
        if max(column) == min(column):
            std = 1.0
        for X, result in zip(arrays, results, strict=True):
            result[:, j] = (X[:, j] - mean) / std
    return tuple(result.reshape(X.shape) for result, X in zip(results, (X_train, *others), strict=True))


@variant("normalize")
class with_an_object_that_is_fitted:
    def normalize(X_train, *others):
        class Scaler:
            def fit(self, X):
                self.mean, self.std = X.mean(axis=0), X.std(axis=0)
                self.std = np.nan_to_num(self.std) + np.isclose(self.std, 0)
                return self

            def transform(self, X):
                return np.true_divide(np.subtract(X, self.mean), self.std)

        scaler = Scaler().fit(X_train)
        return tuple(map(scaler.transform, (X_train, *others)))


@variant("normalize")
def by_moments_in_double_precision(X_train, *others):
    wide = X_train.astype(np.float64)
    mean = np.einsum("n...->...", wide) / len(wide)
    var = np.einsum("n...,n...->...", wide - mean, wide - mean) / len(wide)
    out = [(X - mean) / np.sqrt(np.where(var > 0, var, 1)) for X in (X_train, *others)]
    return tuple(z.astype(X_train.dtype) if X_train.dtype == np.float32 else z for z in out)


# flatten_rows


@variant("flatten_rows")
def rows_of_known_length(X):
    D = math.prod(X.shape[1:])
    return X.reshape(-1, D)


@variant("flatten_rows")
def size_divided_by_examples(X):
    N = X.shape[0]
    D = 1
    for n in X.shape[1:]:
        D *= n
    return np.reshape(X, (N, D), order="C")


@variant("flatten_rows")
def raveled_one_by_one(X):
    rows = np.empty((len(X), int(np.prod(X.shape[1:]))), dtype=X.dtype)
    for i, example in enumerate(X):
        rows[i] = np.ravel(example)
    return rows


@variant("flatten_rows")
def minus_one_where_there_are_examples(X):
    if len(X) == 0:
        return np.zeros((0, np.prod(X.shape[1:], dtype=int)), dtype=X.dtype)
    return X.copy().reshape(len(X), -1)


@variant("flatten_rows")
def changes_the_shape_of_a_copy(X):
    rows = np.array(X)
    rows.shape = (X.shape[0], int(np.multiply.reduce(X.shape[1:])))
    return rows


# minibatches


@variant("minibatches")
def shuffles_first_and_slices(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order)
    X, y = X[order], y[order]
    for i in range(int(np.ceil(len(X) / batch_size))):
        yield X[i * batch_size : (i + 1) * batch_size], y[i * batch_size : (i + 1) * batch_size]


@variant("minibatches")
def a_list_of_pairs(X, y, batch_size, rng):
    order = rng.choice(len(X), len(X), replace=False)
    batches = []
    while len(order):
        now, order = order[:batch_size], order[batch_size:]
        batches.append((X[now], y[now]))
    return batches


@variant("minibatches")
def splits_at_the_cuts(X, y, batch_size, rng):
    print("a new epoch")
    order = rng.permuted(np.arange(len(X)))
    cuts = np.arange(batch_size, len(X), batch_size)
    return zip(np.split(X[order], cuts), np.split(y[order], cuts), strict=True)


@variant("minibatches")
def an_iterator_class(X, y, batch_size, rng):
    class Batches:
        def __init__(self):
            self.order, self.at = rng.permutation(X.shape[0]), 0

        def __iter__(self):
            return self

        def __next__(self):
            if self.at >= len(self.order):
                raise StopIteration
            now = self.order[self.at : self.at + batch_size]
            self.at += batch_size
            return [X[now], y[now]]

    return Batches()


@variant("minibatches")
def draws_what_is_left(X, y, batch_size, rng):
    left = np.arange(len(X))
    while left.size > 0:
        now = rng.choice(left, min(batch_size, left.size), replace=False)
        left = np.setdiff1d(left, now)
        yield np.take(X, now, axis=0), np.take(y, now, axis=0)


@variant("minibatches")
def the_short_batch_by_itself(X, y, batch_size, rng):
    order = np.argsort(rng.random(len(X))).tolist()
    full = len(X) // batch_size
    for i in range(full):
        now = order[i * batch_size : (i + 1) * batch_size]
        yield X[now], y[now]
    if len(X) % batch_size != 0:
        yield X[order[full * batch_size :]], y[order[full * batch_size :]]


@variant("minibatches")
def with_itertools(X, y, batch_size, rng):
    places = iter(rng.permutation(len(X)))
    while now := list(itertools.islice(places, batch_size)):
        yield np.stack([X[i] for i in now]), np.stack([y[i] for i in now])


# augment_flip


@variant("augment_flip")
def mirrors_the_chosen_ones_of_a_copy(X, y, rng):
    X_new = X.copy()
    heads = rng.random(X.shape[0]) < 0.5
    X_new[heads] = X_new[heads, :, ::-1]
    return X_new, y


@variant("augment_flip")
def image_by_image(X, y, rng):
    images = []
    for image in X:
        images.append(np.fliplr(image) if rng.integers(0, 2) == 1 else image)
    return np.array(images), np.array(y)


@variant("augment_flip")
def flips_with_numpys_flip(X, y, rng):
    coins = rng.choice([True, False], size=len(X))
    flipped = np.flip(X, axis=2)
    return np.where(coins.reshape(-1, 1, 1), flipped, X), y.copy()


@variant("augment_flip")
def one_binomial_per_image(X, y, rng):
    heads = np.flatnonzero(rng.binomial(1, 0.5, size=len(y)))
    X_new = np.empty_like(X)
    X_new[...] = X
    for i in heads:
        for column in range(X.shape[2]):
            X_new[i, :, column] = X[i, :, -1 - column]
    return X_new, y[:]


@variant("augment_flip")
def picks_from_both_versions(X, y, rng):
    both = np.stack([X, X[..., ::-1]])
    return both[(rng.normal(size=len(X)) > 0).astype(int), np.arange(len(X))], y + 0


@variant("augment_flip")
def by_the_order_of_columns(X, y, rng):
    W = X.shape[-1]
    columns = np.tile(np.arange(W), (len(X), 1))
    heads = rng.uniform(size=len(X)) >= 0.5
    columns[heads] = columns[heads, ::-1]
    return np.take_along_axis(X, columns[:, np.newaxis, :], axis=2), y


# Habits that students bring from other courses and tools


@variant("normalize")
def from_matlab(X_train, *others):
    m = X_train.shape[0]
    mu = np.dot(np.ones((1, m)), X_train.reshape(m, -1)) / m
    centred = X_train.reshape(m, -1) - np.tile(mu, (m, 1))
    sigma = np.sqrt(np.sum(centred**2, axis=0, keepdims=True) / m)
    sigma[np.all(centred == centred[:1], axis=0, keepdims=True)] = 1
    dtype = X_train.dtype if X_train.dtype.kind == "f" else float
    sets = [X_train, *others]
    return tuple(((X.reshape(len(X), mu.size) - mu) / sigma).reshape(X.shape).astype(dtype) for X in sets)


@variant("normalize")
def from_c(X_train, *others):
    N, D = len(X_train), int(np.prod(X_train.shape[1:]))
    flat = X_train.reshape(N, D).astype(float)
    dtype = np.float32 if X_train.dtype == np.float32 else np.float64
    results = [np.zeros(X.shape, dtype=dtype) for X in (X_train, *others)]
    for d in range(D):
        mean = sum(float(flat[n, d]) for n in range(N)) / N
        var = sum((float(flat[n, d]) - mean) ** 2 for n in range(N)) / N
        std = math.sqrt(var)
        if max(flat[:, d]) == min(flat[:, d]):
            mean, std = float(flat[0, d]), 1.0
        for X, result in zip((X_train, *others), results):
            for n in range(len(X)):
                result.reshape(-1)[n * D + d] = (X.reshape(-1)[n * D + d] - mean) / std
    return tuple(results)


@variant("flatten_rows")
def from_pytorch(X):
    def flatten(tensor, start_dim=1):
        size = 1
        for n in tensor.shape[start_dim:]:
            size *= n
        return tensor.reshape(tensor.shape[0], size)

    return flatten(X)


@variant("minibatches")
class from_pytorch:
    class DataLoader:
        def __init__(self, dataset, batch_size, generator):
            self.X, self.y = dataset
            if batch_size < 1 or len(self.X) != len(self.y):
                raise ValueError("no such loader")
            self.batch_size, self.generator = batch_size, generator

        def __iter__(self):
            indices = np.arange(len(self.X))
            self.generator.shuffle(indices)
            while len(indices):
                taken, indices = indices[: self.batch_size], indices[self.batch_size :]
                yield self.X[taken], self.y[taken]

    def minibatches(X, y, batch_size, rng):
        return from_pytorch.DataLoader((X, y), batch_size, rng)


@variant("augment_flip")
def from_c(X, y, rng):
    N, H, W = X.shape
    out = np.empty_like(X)
    for n in range(N):
        flip = rng.integers(2) == 1
        for r in range(H):
            for c in range(W):
                out[n, r, c] = X[n, r, W - 1 - c] if flip else X[n, r, c]
    return out, y.copy()


@variant("augment_flip")
class from_pytorch_transforms:
    class RandomHorizontalFlip:
        def __init__(self, p=0.5):
            self.p = p

        def __call__(self, image, rng):
            return np.fliplr(image) if rng.uniform() < self.p else image

    def augment_flip(X, y, rng):
        transform = from_pytorch_transforms.RandomHorizontalFlip()
        return np.stack([transform(image, rng) for image in X]), y
