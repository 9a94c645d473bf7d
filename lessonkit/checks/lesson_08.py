"""The checks of lesson 08, data.

How a student draws random numbers is free. So a check never yields the draw: it yields what every honest draw
has in common, often as a few words ("each once"), which a mistake yields whatever it draws.
"""

import itertools

import numpy as np

from lessonkit.checks import generators, two_sizes
from lessonkit.engine.check import check
from lessonkit.engine.host import StudentError
from lessonkit.engine.values import describe

PARTS = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")


def examples(rng, low=40, high=60):
    """Examples in no order, no two alike: X of shape (N, 2), y of shape (N,)."""
    N = int(rng.integers(low, high))
    return rng.normal(size=(N, 2)), rng.permutation(1000)[:N]


def places(y_new, y):
    """The index of each entry of y_new in y."""
    order = np.argsort(y)
    return order[np.minimum(np.searchsorted(y[order], y_new), len(y) - 1)]


def how_often(found, y):
    """Say in words how often the examples come."""
    counts = np.unique(np.concatenate([y, found]), return_counts=True)[1] - 1
    return ", ".join(["some twice"] * any(counts > 1) + ["some never"] * any(counts < 1)) or "each once"


def together(X_new, y_new, X, y):
    """Say in words whether rows and targets belong together as in X and y."""
    rows = X[places(y_new, y)]
    return "together" if np.shape(X_new) == rows.shape and np.allclose(X_new, rows, rtol=1e-5) else "apart"


def as_before(after, before):
    """Say in words whether an argument has changed."""
    return "as it was" if np.array_equal(after, before) else "changed"


def same(a, b):
    """Say in words whether two lists of arrays are equal."""
    return "the same" if len(a) == len(b) and all(map(np.array_equal, a, b)) else "different"


def neighbors(y_new, y):
    """Say in words whether these examples are side by side in y."""
    found = np.sort(places(y_new, y))
    return "side by side" if len(found) > 1 and np.all(np.diff(found) == 1) else "scattered"


def error_of(function, *arguments):
    """The name of the error that a call raises."""
    try:
        function(*arguments)
    except StudentError as error:
        if error.kind in ("empty", "missing"):
            raise
        return "nothing" if error.kind == "returns" else error.kind
    return "nothing"


# train_val_test_split


def sizes(rng):
    """Two different sizes for the validation and the test set, such that chance never deals them side by side."""
    return tuple(int(n) for n in rng.permutation(np.arange(8, 14))[:2])


def split(code, *arguments):
    """Call the exercise and make sure that its result is usable."""
    data = code.train_val_test_split(*arguments)
    missing = [name for name in PARTS if name not in data] if isinstance(data, dict) else PARTS
    if missing:
        said = f"{describe(data)}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        raise StudentError("train_val_test_split", "returns", f"The result must be a dict. Yours is {said}.")
    return data


@check("train_val_test_split", points=1, of_property=True)
def gives_each_part_its_size(code, rng):
    X, y = examples(rng)
    num_validation, num_test = sizes(rng)
    for held_out in [(num_validation, num_test), (0, num_test), (num_validation, 0), (0, 0), (1, len(X) - 2)]:
        data = split(code, X, y, *held_out, generators(rng)[0])
        for name in PARTS:
            yield f"length of {name} for num_validation = {held_out[0]} and num_test = {held_out[1]}", len(data[name])


@check("train_val_test_split", points=1)
def deals_every_example_to_one_part(code, rng):
    X, y = examples(rng)
    data = split(code, X, y, *sizes(rng), generators(rng)[0])
    found = {name: data[name] for name in PARTS[1::2]}
    for name, part in found.items():
        yield f"examples that {name} holds twice", "some" if len(np.unique(part)) < len(part) else "none"
    for (a, one), (b, other) in itertools.combinations(found.items(), 2):
        yield f"examples that {a} and {b} share", "some" if np.intersect1d(one, other).size else "none"
    yield "how often the examples come in total", how_often(np.concatenate(list(found.values())), y)
    yield "examples in y_val and y_test", "some" if len(found["y_val"]) and len(found["y_test"]) else "none"


@check("train_val_test_split", points=1, of_property=True)
def keeps_every_example_with_its_target(code, rng):
    X, y = examples(rng)
    data = split(code, X, y, *sizes(rng), generators(rng)[0])
    for part in ("train", "val", "test"):
        yield f"rows of X_{part} and entries of y_{part}", together(data[f"X_{part}"], data[f"y_{part}"], X, y)
    yield "places of the validation examples in X", neighbors(data["y_val"], y)


@check("train_val_test_split", points=1, of_property=True)
def draws_the_parts_at_random_from_rng_alone(code, rng):
    X, y = examples(rng)
    one, other = generators(rng)
    arguments = (X, y, *sizes(rng))
    first, second, third = (split(code, *arguments, generator) for generator in (one, one, other))
    for part in ("y_val", "y_test"):
        members = [[np.sort(data[part])] for data in (first, second, third)]
        yield f"{part} with the same generator state", same(members[0], members[1])
        yield f"{part} with another generator state", same(members[0], members[2])
        yield f"places of the examples of {part} in X", neighbors(first[part], y)


@check("train_val_test_split", points=1, of_property=True)
def gives_new_arrays_of_the_old_dtypes(code, rng):
    X, y = examples(rng)
    X = X.astype(np.float32)
    data = split(code, X, y, *sizes(rng), generators(rng)[0])
    for name, argument, after in zip("Xy", (X, y), code.after, strict=False):
        yield f"{name} after the call", as_before(after, argument)
    yield "dtypes", {name: str(data[name].dtype) for name in PARTS}


@check("train_val_test_split", points=1, of_property=True)
def refuses_sizes_that_make_no_sense(code, rng):
    X, y = examples(rng)
    N, generator = len(X), generators(rng)[0]
    function = code.train_val_test_split
    yield "what it raises when nothing is left to train on", error_of(function, X, y, N - 5, 5, generator)
    yield "what it raises for more examples than there are", error_of(function, X, y, N, 5, generator)
    yield "what it raises for a negative num_test", error_of(function, X, y, 5, -1, generator)
    yield "what it raises for a negative num_validation", error_of(function, X, y, -1, 5, generator)
    yield "what it raises when y is longer than X", error_of(function, X[:-2], y, 5, 5, generator)


# normalize


def sets(rng, features, *lengths):
    """One array for each length; every feature with its own mean and width, a little different in each array."""
    center, width = rng.uniform(2, 9, features), rng.uniform(2, 5, features)
    return [center + rng.normal(size=features) + width * rng.normal(size=(n, *features)) for n in lengths]


@check("normalize", points=1)
def gives_the_training_set_mean_0_and_standard_deviation_1(code, rng):
    N, D = two_sizes(rng, 4, 8)
    yield "normalized", code.normalize(*sets(rng, (D,), N))


@check("normalize", points=2)
def treats_the_other_sets_like_the_training_set(code, rng):
    N, D = two_sizes(rng, 4, 8)
    yield "normalized", code.normalize(*sets(rng, (D,), N, 3, 2))
    yield "normalized for small other sets", code.normalize(*sets(rng, (D,), N, 0, 1))


@check("normalize", points=1, of_property=True)
def shifts_a_constant_feature_and_does_not_scale_it(code, rng):
    N, D = two_sizes(rng, 4, 8)
    X_train, X_val = sets(rng, (D,), N, 3)
    X_train[:, int(rng.integers(D))] = rng.integers(2, 9)
    yield "normalized", code.normalize(X_train, X_val)
    yield "normalized for one training example", code.normalize(X_train[:1], X_val)


@check("normalize", points=1, of_property=True)
def works_for_any_shape_and_unit_and_for_integers(code, rng):
    height, width = two_sizes(rng, 2, 5)
    yield "normalized for images", code.normalize(*sets(rng, (height, width), 5, 2))
    yield "normalized for sets of numbers", code.normalize(*sets(rng, (), 6, 3))
    yield "normalized for small numbers", code.normalize(*(1e-5 * X for X in sets(rng, (3,), 5, 2)))
    yield "normalized for integers", code.normalize(*(np.round(X).astype(int) for X in sets(rng, (3,), 6, 2)))


@check("normalize", points=1, of_property=True)
def leaves_its_arguments_as_they_were(code, rng):
    arrays = sets(rng, (3,), 5, 2)
    arrays[0][:, 0] = 3
    code.normalize(*arrays)
    for name, argument, after in zip(("X_train", "the other array"), arrays, code.after, strict=True):
        yield f"{name} after the call", as_before(after, argument)
    in_float32 = code.normalize(*(X.astype(np.float32) for X in arrays))
    yield "dtypes for float32", [str(np.asarray(X).dtype) for X in in_float32]


# flatten_rows


@check("flatten_rows", points=2)
def makes_a_row_of_every_image(code, rng):
    N, H, W = (int(n) for n in rng.permutation(np.arange(2, 6))[:3])
    yield "rows", code.flatten_rows(rng.normal(size=(N, H, W)))


@check("flatten_rows", points=1, of_property=True)
def works_for_any_number_of_axes(code, rng):
    for shape in [(2, 3, 2, 4), (3, 5), (4,), (1, 3, 2), (2, 1, 1)]:
        yield f"rows for X of shape {shape}", code.flatten_rows(rng.normal(size=shape))


@check("flatten_rows", points=1, of_property=True)
def works_for_no_examples_at_all(code, rng):
    H, W = two_sizes(rng)
    for N in (1, 0):
        yield f"rows for N = {N}", code.flatten_rows(rng.normal(size=(N, H, W)))


@check("flatten_rows", points=1, of_property=True)
def keeps_the_dtype_and_leaves_X_as_it_was(code, rng):
    X = rng.integers(0, 16, size=(3, 2, 4))
    for dtype in ("uint8", "float32"):
        yield f"dtype of the rows for {dtype}", str(np.asarray(code.flatten_rows(X.astype(dtype))).dtype)
        yield f"X of {dtype} after the call", code.after[0]


# minibatches


def epoch(code, *arguments):
    """All batches of one epoch."""
    batches = list(code.minibatches(*arguments))
    for batch in batches:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2 or not all(np.ndim(part) for part in batch):
            held = " and ".join(map(describe, batch)) if isinstance(batch, (tuple, list)) else describe(batch)
            said = f"Every batch must be two arrays, X_batch and y_batch. Your {len(batches)} batches hold {held}."
            raise StudentError("minibatches", "returns", said)
    return batches


@check("minibatches", points=1)
def visits_every_example_once(code, rng):
    X, y = examples(rng)
    for batch_size in (int(rng.integers(7, 12)), 1):
        batches = epoch(code, X, y, batch_size, generators(rng)[0])
        how = how_often(np.concatenate([y_batch for _, y_batch in batches]), y)
        yield f"how often the examples come for batch_size {batch_size}", how
        yield f"what a batch holds for batch_size {batch_size}", "all of them" if len(batches) < 2 else "some of them"


@check("minibatches", points=2, of_property=True)
def makes_batches_of_the_right_size(code, rng):
    X, y = examples(rng)
    batch_size = int(rng.integers(4, 8))
    full = batch_size * int(rng.integers(3, 6))
    for N, size in [(full + 2, batch_size), (full, batch_size), (5, 5), (3, batch_size), (2, 1)]:
        batches = epoch(code, X[:N], y[:N], size, generators(rng)[0])
        given = f"for {N} examples and batch_size {size}"
        yield f"list of the batch sizes {given}", np.array([len(y_batch) for _, y_batch in batches])
        yield f"list of the shapes of X_batch {given}", np.array([X_batch.shape for X_batch, _ in batches])


@check("minibatches", points=1)
def keeps_rows_and_targets_together(code, rng):
    X, y = examples(rng)
    batches = epoch(code, X, y, 9, generators(rng)[0])
    X_epoch, y_epoch = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    yield "rows of X and entries of y", together(X_epoch, y_epoch, X, y)
    yield "order of X", "the old one" if np.array_equal(X_epoch, X) else "a new one"
    yield "order of y", "the old one" if np.array_equal(y_epoch, y) else "a new one"


@check("minibatches", points=1, of_property=True)
def shuffles_with_rng_alone(code, rng):
    X, y = examples(rng)
    one, other = generators(rng)
    epochs = (epoch(code, X, y, 4, generator) for generator in (one, one, other))
    first, second, third = ([y_batch for _, y_batch in batches] for batches in epochs)
    yield "order of the examples with the same generator state", same(first, second)
    yield "order of the examples with another generator state", same(first, third)
    found = [places(batch, y) for batch in first]
    blocks = all(np.ptp(batch) == len(batch) - 1 for batch in found)
    yield "examples of a batch", "neighbors in X" if blocks else "from all over X"
    starts = [batch.min() for batch in found]
    yield "order of the batches' places in X", "rising" if np.all(np.diff(starts) > 0) else "mixed"


@check("minibatches", points=1, of_property=True)
def keeps_dtypes_and_leaves_X_and_y_as_they_were(code, rng):
    X, y = examples(rng)
    X = X.astype(np.float32)
    batches = epoch(code, X, y, 9, generators(rng)[0])
    for name, argument, after in zip("Xy", (X, y), code.after, strict=False):
        yield f"{name} after the call", as_before(after, argument)
    yield "dtypes of X_batch and y_batch", [str(np.asarray(array).dtype) for array in batches[0]]


# augment_flip


def pictures(rng, N, low=2, high=6):
    """Images of shape (N, H, W) without any symmetry, and labels."""
    return rng.normal(size=(N, *two_sizes(rng, low, high))), rng.integers(0, 10, N)


WAYS = {
    "as it was": lambda X: X,
    "mirrored left to right": lambda X: X[:, :, ::-1],
    "upside down": lambda X: X[:, ::-1],
    "turned by 180 degrees": lambda X: X[:, ::-1, ::-1],
    "in reverse order": lambda X: X[::-1],
}


def equal_images(X_new, X):
    """Which images are equal, one boolean each."""
    return np.isclose(X_new, X, rtol=1e-5).all(axis=(1, 2))


def what_became_of(X_new, X):
    """Say in words what happened to the images, as a set."""
    ways = {way: equal_images(X_new, change(X)) for way, change in WAYS.items()}
    torn = (np.isclose(X_new, X, rtol=1e-5) | np.isclose(X_new, X[:, :, ::-1], rtol=1e-5)).all(axis=(1, 2))
    ways["mirrored in parts"] = torn & ~np.any(list(ways.values()), axis=0)
    ways["something else"] = ~np.any(list(ways.values()), axis=0)
    return {way for way, images in ways.items() if images.any()}


@check("augment_flip", points=2)
def mirrors_left_to_right_or_not_at_all(code, rng):
    X, y = pictures(rng, 40)
    found = []
    for seed in rng.integers(2**31, size=24):
        X_new, _ = code.augment_flip(X, y, np.random.default_rng(int(seed)))
        if not found:
            yield "shape of X_new", X_new.shape
        found.append(what_became_of(X_new, X))
    yield "what happened to the images, in 24 calls", ", ".join(sorted(set().union(*found)))
    yield "what happened to the images within one call", "different things" if len(found[0]) > 1 else "the same"


def how_many(counts, N):
    """Say in words how many of N images several calls flipped."""
    if counts <= {0, N}:
        return {frozenset({0}): "none", frozenset({N}): "all"}.get(frozenset(counts), "all or none")
    return "varying" if len(counts) > 2 else "the same"


@check("augment_flip", points=1, of_property=True)
def flips_a_coin_for_every_image(code, rng):
    X, y = rng.normal(size=(3000, 2, 3)), np.arange(3000)
    calls = [(X[:20], y[:20], np.random.default_rng(int(seed))) for seed in rng.integers(2**31, size=30)]
    counts = {int(np.sum(~equal_images(X_new, X[:20]))) for X_new, _ in code.map("augment_flip", calls)}
    yield "number of flipped images from call to call", how_many(counts, 20)
    X_new, _ = code.augment_flip(X, y, generators(rng)[0])
    yield "what happened to the images", ", ".join(sorted(what_became_of(X_new, X)))
    share = np.mean(~equal_images(X_new, X))
    # Six standard deviations: a fair coin is off by more than this once in 500 million times.
    off = 6 * 0.5 / np.sqrt(len(X))
    yield "share of flipped images", "1/2" if abs(share - 0.5) < off else "lower" if share < 0.5 else "higher"


@check("augment_flip", points=1, of_property=True)
def keeps_every_label_with_its_image(code, rng):
    X, y = pictures(rng, 12)
    _, y_new = code.augment_flip(X, y, generators(rng)[0])
    yield "y_new", y_new


@check("augment_flip", points=1, of_property=True)
def draws_its_coins_from_rng_alone(code, rng):
    X, y = pictures(rng, 64)
    one, _ = generators(rng)
    others = [np.random.default_rng(int(seed)) for seed in rng.integers(2**31, size=20)]
    calls = code.map("augment_flip", [(X, y, generator) for generator in (one, one, *others)])
    first, second, *different = ([X_new] for X_new, _ in calls)
    became = [what_became_of(X_new, X) for X_new, _ in calls]
    yield "what happened to the images, in 22 calls", ", ".join(sorted(set().union(*became)))
    yield "X_new with the same generator state", same(first, second)
    all_the_same = all(same(first, each) == "the same" for each in different)
    yield "X_new with other generator states", "the same" if all_the_same else "different"


@check("augment_flip", points=1, of_property=True)
def leaves_X_and_y_and_the_dtype_as_they_were(code, rng):
    X, y = pictures(rng, 30)
    X = X.astype(np.float32)
    X_new, _ = code.augment_flip(X, y, generators(rng)[0])
    for name, argument, after in zip("Xy", (X, y), code.after, strict=False):
        yield f"{name} after the call", as_before(after, argument)
    yield "dtype of X_new", str(X_new.dtype)
