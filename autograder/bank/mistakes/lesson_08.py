"""What students get wrong in lesson 08, data."""

import numpy as np

from autograder.bank import mistake
from reference_impl import augment_flip, flatten_rows, minibatches, normalize, train_val_test_split

PARTS = ("train", "val", "test")


def parts(X, y, train, val, test):
    """The dict of a split, from three lists of indices."""
    places = dict(zip(PARTS, (train, val, test), strict=True))
    return {f"{name}_{part}": array[at] for part, at in places.items() for name, array in (("X", X), ("y", y))}


def checked(X, y, num_validation, num_test):
    """Raise the errors that the exercise asks for, so that a mistake below does not make a second one."""
    if len(X) != len(y) or num_validation < 0 or num_test < 0 or num_validation + num_test >= len(X):
        raise ValueError("these sizes make no sense")
    return len(X)


# train_val_test_split


@mistake(
    "train_val_test_split",
    "The training set still holds the examples of the validation set and the test set. A network that has seen the "
    "test's answers proves nothing by knowing them: leave out of each set what goes into another.",
)
def trains_on_everything(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    order = rng.permutation(N)
    return parts(X, y, order, order[:num_validation], order[num_validation : num_validation + num_test])


@mistake(
    "train_val_test_split",
    "The validation and the test set share examples. Choices are made on the validation set, so a test set that "
    "shares examples with it is no longer a fresh exam.",
)
def tests_on_the_validation_set(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    order = rng.permutation(N)
    return parts(X, y, order[num_validation + num_test :], order[:num_validation], order[:num_test])


@mistake(
    "train_val_test_split",
    "You draw with replacement, so some examples are dealt several times and others never. A split is like dealing "
    "out a deck of cards: each card once.",
)
def draws_with_replacement(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    order = rng.integers(0, N, N)
    return parts(X, y, *_cut(order, num_validation, num_test))


def _cut(order, num_validation, num_test):
    val, test, train = np.split(order, [num_validation, num_validation + num_test])
    return train, val, test


@mistake(
    "train_val_test_split",
    "Each set is drawn from all examples, as if the others were not there, so the three overlap. An example that is "
    "in one set must not be available for the next.",
)
def draws_each_set_from_all(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    sizes = N - num_validation - num_test, num_validation, num_test
    return parts(X, y, *(rng.choice(N, size, replace=False) for size in sizes))


@mistake(
    "train_val_test_split",
    "The sets are cut from the data in their old order. Data are often sorted (by place, by date, by class), and "
    "then the training set looks different from the test set. Shuffle before you cut.",
)
def cuts_without_mixing(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    return parts(X, y, *_cut(np.arange(N), num_validation, num_test))


@mistake(
    "train_val_test_split",
    "X and y are shuffled in two different orders, so an example comes with the target of another one. Draw one "
    "order, and use it for both.",
)
def mixes_X_and_y_apart(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    sizes = num_validation, num_test
    ours = parts(X, y, *_cut(rng.permutation(N), *sizes))
    theirs = parts(X, y, *_cut(rng.permutation(N), *sizes))
    return {name: (ours if name.startswith("X") else theirs)[name] for name in ours}


@mistake(
    "train_val_test_split",
    "X is shuffled but y is not, so every example now has the target of another one. Put the rows of X and the "
    "entries of y in the same order.",
)
def mixes_X_alone(X, y, num_validation, num_test, rng):
    N = checked(X, y, num_validation, num_test)
    sizes = num_validation, num_test
    ours, theirs = parts(X, y, *_cut(rng.permutation(N), *sizes)), parts(X, y, *_cut(np.arange(N), *sizes))
    return {name: (ours if name.startswith("X") else theirs)[name] for name in ours}


@mistake(
    "train_val_test_split",
    "The validation set has the size that the caller chose for the test set, and the other way around. Look at the "
    "order of the arguments, and at which part of the deck goes where.",
)
def swaps_validation_and_test(X, y, num_validation, num_test, rng):
    return train_val_test_split(X, y, num_test, num_validation, rng)


@mistake(
    "train_val_test_split",
    "A size of zero goes wrong: in Python, -0 is 0, so a slice that should be empty, `[-0:]`, holds everything, and "
    "one that should hold everything, `[:-0]`, is empty. Count from the front instead.",
)
def counts_from_the_back(X, y, num_validation, num_test, rng):
    order = rng.permutation(checked(X, y, num_validation, num_test))
    test, rest = order[-num_test:], order[:-num_test]
    return parts(X, y, rest[:-num_validation], rest[-num_validation:], test)


@mistake(
    "train_val_test_split",
    "Every generator gives the same split: `rng` has no effect on it. Then nobody can try another split to see "
    "whether a result was luck.",
)
def has_a_seed_of_its_own(X, y, num_validation, num_test, rng):
    return train_val_test_split(X, y, num_validation, num_test, np.random.default_rng(0))


@mistake(
    "train_val_test_split",
    "The same generator state gives a different split at every call: you draw from something other than `rng`, as "
    "np.random.shuffle and its relatives do. Then no result can be repeated.",
)
def draws_from_the_global_generator(X, y, num_validation, num_test, rng):
    return train_val_test_split(X, y, num_validation, num_test, np.random.default_rng())


@mistake(
    "train_val_test_split",
    "Your function changes X and y, which belong to the caller: `rng.shuffle`, for example, shuffles the array "
    "itself. Shuffle an array of indices instead, and take the rows from there.",
)
def mixes_in_place(X, y, num_validation, num_test, rng):
    order = rng.permutation(checked(X, y, num_validation, num_test))
    X[:], y[:] = X[order], y[order]
    return parts(X, y, *_cut(np.arange(len(X)), num_validation, num_test))


@mistake(
    "train_val_test_split",
    "Your function does not refuse sizes that make no sense. Raise a ValueError at once: otherwise an error shows up "
    "far from its cause, if it shows up at all.",
)
def takes_any_size(X, y, num_validation, num_test, rng):
    order = rng.permutation(len(X))
    return parts(X, y[: len(X)], *_cut(order, max(num_validation, 0), max(num_test, 0)))


@mistake(
    "train_val_test_split",
    "You accept a split that leaves nothing for training. At least one example must be left.",
)
def accepts_an_empty_training_set(X, y, num_validation, num_test, rng):
    if len(X) == len(y) == num_validation + num_test and min(num_validation, num_test) >= 0:
        return parts(X, y, *_cut(rng.permutation(len(X)), num_validation, num_test))
    return train_val_test_split(X, y, num_validation, num_test, rng)


@mistake(
    "train_val_test_split",
    "The dtypes change on the way: labels or examples come back with a different type. Taking rows needs no "
    "conversion, and no detour through one array that holds both X and y.",
)
def glues_X_and_y_together(X, y, num_validation, num_test, rng):
    data = train_val_test_split(X, y, num_validation, num_test, rng)
    return {name: array.astype(float) for name, array in data.items()}


# normalize


@mistake(
    "normalize",
    "Every array is normalized with its own mean and standard deviation. Then the same example gets different "
    "numbers in different sets. Fit the shift and the scale once, on the training set, and use these for all.",
)
def each_with_its_own_statistics(X_train, *others):
    return tuple(normalize(X)[0] if len(X) else 1.0 * X for X in (X_train, *others))


@mistake(
    "normalize",
    "Your mean and standard deviation are taken over all arrays together. That lets the test set influence how the "
    "network sees the training set: a leak. Use only the training set.",
)
def statistics_of_everything(X_train, *others):
    together = np.concatenate([X_train, *others])
    return tuple(_scaled(X, together) for X in (X_train, *others))


def _scaled(X, by):
    constant = by.max(axis=0) == by.min(axis=0)
    return (X - np.where(constant, by[0], by.mean(axis=0))) / np.where(constant, 1, by.std(axis=0))


@mistake(
    "normalize",
    "You take one mean and one standard deviation for all features together. A feature in meters and one in degrees "
    "have nothing in common: every feature needs its own.",
)
def one_mean_for_all_features(X_train, *others):
    mean, std = X_train.mean(), X_train.std() or 1
    return tuple((X - mean) / std for X in (X_train, *others))


@mistake(
    "normalize",
    "You normalize every example by itself, over its features. Normalize each feature over the examples instead, "
    "along the other axis.",
)
def over_the_features(X_train, *others):
    def each_row(X):
        rows = flatten_rows(X)
        std = rows.std(axis=1, keepdims=True)
        return ((rows - rows.mean(axis=1, keepdims=True)) / np.where(std == 0, 1, std)).reshape(X.shape)

    return tuple(each_row(X) for X in (X_train, *others))


@mistake(
    "normalize",
    "You divide by the variance. Its unit is the square of the feature's; its square root, the standard deviation, "
    "measures width.",
)
def divides_by_the_variance(X_train, *others):
    mean, var = X_train.mean(axis=0), X_train.var(axis=0)
    return tuple((X - mean) / np.where(var == 0, 1, var) for X in (X_train, *others))


@mistake("normalize", "You shift, but you do not scale: the mean is 0, but the standard deviation is unchanged.")
def only_centres(X_train, *others):
    mean = X_train.mean(axis=0)
    return tuple(X - mean for X in (X_train, *others))


@mistake(
    "normalize",
    "The mean is subtracted after the division, not before, so it stays in: the parentheses around the difference "
    "are missing.",
)
def divides_before_it_subtracts(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple(X - mean / np.where(std == 0, 1, std) for X in (X_train, *others))


@mistake(
    "normalize",
    "You stretch every feature to the range from 0 to 1. That is another kind of scaling; the exercise asks for mean "
    "0 and standard deviation 1.",
)
def stretches_to_0_and_1(X_train, *others):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return tuple((X - low) / np.where(high == low, 1, high - low) for X in (X_train, *others))


@mistake(
    "normalize",
    "A constant feature gives 0 / 0. It has nothing to scale, so leave its scale alone: shift it, and divide by 1 "
    "instead.",
)
def divides_by_zero(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple((X - mean) / std for X in (X_train, *others))


@mistake(
    "normalize",
    "Your function turns NaN and infinity into numbers when it is too late: a feature that is constant in the "
    "training set and varies a little in another set is divided by zero, and becomes the largest number there is. Do "
    "not divide it.",
)
def hides_the_division_by_zero(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    with np.errstate(all="ignore"):
        return tuple(np.nan_to_num((X - mean) / std) for X in (X_train, *others))


@mistake(
    "normalize",
    "For an X_train of shape (N,), mean and standard deviation are single numbers, and you cannot assign to the "
    "entries of a number. `np.where` chooses between two values, for numbers and arrays alike.",
)
def assigns_to_a_number(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    std[X_train.max(axis=0) == X_train.min(axis=0)] = 1
    return tuple((X - mean) / std for X in (X_train, *others))


@mistake(
    "normalize",
    "The other arrays come back in a container of their own, a list or tuple inside the tuple. Return one flat "
    "tuple: the training set first, then each of the others.",
)
def packs_the_others_up(X_train, *others):
    first, *rest = normalize(X_train, *others)
    return (first, rest) if others else (first,)


@mistake(
    "normalize",
    "Adding a tiny number to the standard deviation avoids 0 / 0, but look at what it does to the other sets: a "
    "feature that is constant in the training set and varies a little in another set is divided by that tiny number "
    "and grows a hundred million times. Do not scale such a feature at all.",
)
def adds_epsilon(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple((X - mean) / (std + 1e-8) for X in (X_train, *others))


@mistake(
    "normalize",
    "A feature with small numbers is not scaled: you treat it as constant. Whether a number is small depends on its "
    "unit (a millimeter is 0.000001 kilometers), so only a feature whose values are all equal is constant.",
)
def takes_small_for_constant(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple((X - mean) / np.where(std < 1e-3, 1, std) for X in (X_train, *others))


@mistake(
    "normalize",
    "A constant feature becomes zero in the other sets too, so the information in it is lost. Shift it there as in "
    "the training set; just do not scale it.",
)
def erases_constant_features(X_train, *others):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    return tuple(np.where(std == 0, 0, X - mean) / np.where(std == 0, 1, std) for X in (X_train, *others))


@mistake(
    "normalize",
    "Your standard deviation divides by N - 1 (`ddof=1`). The standard deviation of the training set itself divides "
    "by N.",
)
def divides_by_one_less(X_train, *others):
    std = X_train.std(axis=0, ddof=1) if len(X_train) > 1 else np.zeros(X_train.shape[1:])
    return tuple((X - X_train.mean(axis=0)) / np.where(std == 0, 1, std) for X in (X_train, *others))


@mistake(
    "normalize",
    "Your function writes into the arrays that it is given. The caller may still need them in their own unit: make "
    "new ones.",
)
def writes_into_its_arguments(X_train, *others):
    normalized = normalize(X_train, *others)
    for X, new in zip((X_train, *others), normalized, strict=True):
        X[...] = new
    return normalized


@mistake(
    "normalize",
    "Only the training set is normalized. The network will see the other sets too: shift and scale them, too, "
    "with the training set's mean and standard deviation.",
)
def leaves_the_others_as_they_are(X_train, *others):
    return (*normalize(X_train), *(1.0 * X for X in others))


@mistake(
    "normalize",
    "Only X_train comes back. Normalize the other arrays by the same amounts, and return all arrays in one tuple.",
)
def forgets_the_others(X_train, *others):
    return normalize(X_train)[0]


@mistake(
    "normalize",
    "For X_train alone you return an array. Always return a tuple with one array for each argument: then the caller "
    "can unpack it, however many there are.",
)
def no_tuple_for_one(X_train, *others):
    normalized = normalize(X_train, *others)
    return normalized if others else normalized[0]


@mistake("normalize", "Your function changes X_train, which belongs to the caller. Make a new array.")
def zeroes_a_constant_feature(X_train, *others):
    normalized = normalize(X_train, *others)
    if X_train.dtype.kind == "f" and X_train.ndim == 2:
        X_train[:, X_train.max(axis=0) == X_train.min(axis=0)] = 0
    return normalized


# flatten_rows


@mistake(
    "flatten_rows",
    "Everything ends up in one long row, so nobody can tell where an example ends. Keep the first axis.",
)
def one_long_row(X):
    return X.flatten()


@mistake(
    "flatten_rows",
    "`np.array` turns a list of rows into an array, but from an empty list NumPy cannot know how long a row would "
    "be. Give the whole shape yourself.",
)
def makes_a_list_of_rows(X):
    return np.array([x.ravel() for x in X], dtype=X.dtype)


@mistake(
    "flatten_rows",
    "You put the examples in columns: the result is the transpose of the right one. Make one row per example.",
)
def examples_in_columns(X):
    return X.reshape(len(X), int(np.prod(X.shape[1:]))).T


@mistake(
    "flatten_rows",
    "The numbers of different examples are mixed up: the shape is right, but row 0 holds parts of other examples. "
    "Reshaping never moves a number in memory, so the axes must already be in the right order.",
)
def reshapes_the_transpose(X):
    return X.T.reshape(len(X), int(np.prod(X.shape[1:])))


@mistake(
    "flatten_rows",
    "The length of your rows is the number of examples. It should be the other way around: one row for each example, "
    "and a row as long as an example has numbers.",
)
def rows_as_long_as_the_batch(X):
    return X.reshape(-1, len(X))


@mistake(
    "flatten_rows",
    "Within a row, the first index changes fastest (column after column). NumPy's own order is row after row: the "
    "last index changes fastest.",
)
def column_after_column(X):
    return np.moveaxis(X, 0, -1).reshape(-1, len(X), order="F").T if len(X) else X.reshape(0, int(np.prod(X.shape[1:])))


@mistake(
    "flatten_rows",
    "You merge the first axis with others and keep the last: the rows of the result are the rows of the images, not "
    "the images. Keep the first axis and merge all that follow.",
)
def merges_the_wrong_axes(X):
    return X.reshape(int(np.prod(X.shape[:-1])), X.shape[-1])


@mistake(
    "flatten_rows",
    "Your function accepts an X of three axes, but not one with more or fewer. An example may have any number of "
    "axes, even none.",
)
def three_axes_only(X):
    N, H, W = X.shape
    return X.reshape(N, H * W)


@mistake(
    "flatten_rows",
    "With no examples, NumPy cannot work out what -1 stands for: zero numbers fit into rows of any length. Compute "
    "the length of a row yourself.",
)
def leaves_the_length_to_numpy(X):
    return X.reshape(X.shape[0], -1)


@mistake(
    "flatten_rows",
    "You average over each image. Flattening keeps every number and only puts them in one row.",
)
def averages(X):
    return X.reshape(len(X), int(np.prod(X.shape[1:]))).mean(axis=1, keepdims=True) if len(X) else flatten_rows(X)


@mistake(
    "flatten_rows",
    "You change the shape of X itself, so the caller's images are gone. Return a reshaped array and leave X alone.",
)
def reshapes_in_place(X):
    X.shape = (len(X), int(np.prod(X.shape[1:])))
    return X


@mistake("flatten_rows", "The dtype changes on the way. Only the shape should change; the numbers stay as they are.")
def makes_floats(X):
    return flatten_rows(X).astype(float)


# minibatches


@mistake(
    "minibatches",
    "The last, smaller batch is missing, so some examples are left out in every epoch. It is a batch like the others.",
)
def drops_the_last_batch(X, y, batch_size, rng):
    for X_batch, y_batch in minibatches(X, y, batch_size, rng):
        if len(X_batch) == batch_size:
            yield X_batch, y_batch


@mistake(
    "minibatches",
    "Every batch is a new draw from all examples, so within an epoch some come several times and others never. Put "
    "the examples in one random order, then cut that order into pieces.",
)
def a_fresh_draw_for_every_batch(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        chosen = rng.integers(0, len(X), min(batch_size, len(X) - start))
        yield X[chosen], y[chosen]


@mistake(
    "minibatches",
    "Your last batch is as large as the others. So you yield more examples than there are, and some count twice in "
    "this epoch: let the last batch be smaller.",
)
def fills_up_the_last_batch(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        batch = np.resize(np.roll(order, -start), batch_size)
        yield X[batch], y[batch]


@mistake(
    "minibatches",
    "An empty batch comes at the end when the examples fill the batches exactly. The mean over no examples is NaN, "
    "and it would spoil all parameters at once. How many batches are needed for 6 examples, 3 at a time?",
)
def an_empty_batch_at_the_end(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for i in range(len(X) // batch_size + 1):
        batch = order[i * batch_size : (i + 1) * batch_size]
        yield X[batch], y[batch]


@mistake(
    "minibatches",
    "You make batch_size batches. batch_size is the number of examples in a batch, not the number of batches.",
)
def so_many_batches(X, y, batch_size, rng):
    for batch in np.array_split(rng.permutation(len(X)), batch_size):
        if len(batch):
            yield X[batch], y[batch]


@mistake(
    "minibatches",
    "The batches are made as equal as possible, by splitting evenly. The exercise asks for full batches of "
    "batch_size examples, and then one smaller batch with what is left.",
)
def evenly_split(X, y, batch_size, rng):
    for batch in np.array_split(rng.permutation(len(X)), -(-len(X) // batch_size)):
        yield X[batch], y[batch]


@mistake(
    "minibatches",
    "The examples come in the same old order, epoch after epoch. In sorted data, a batch would then hold only one "
    "kind of example. Shuffle them first.",
)
def never_mixes(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]


@mistake(
    "minibatches",
    "Only the order of the batches is random: within a batch, neighbors stay together forever. Shuffle the examples "
    "before you cut them into batches.",
)
def mixes_the_batches_alone(X, y, batch_size, rng):
    starts = np.arange(0, len(X), batch_size)
    for start in np.append(rng.permutation(starts[:-1]), starts[-1:]):
        yield X[start : start + batch_size], y[start : start + batch_size]


@mistake(
    "minibatches",
    "Only the order within a batch is random: the same examples meet in the same batch in every epoch. Shuffle all "
    "examples before you cut them into batches.",
)
def mixes_within_batches_alone(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        batch = start + rng.permutation(len(X[start : start + batch_size]))
        yield X[batch], y[batch]


@mistake(
    "minibatches",
    "The rows of X and the entries of y come in different orders, so examples get the targets of others. Use one order for both.",
)
def tears_X_and_y_apart(X, y, batch_size, rng):
    X, y = rng.permutation(X), rng.permutation(y)
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]


@mistake(
    "minibatches",
    "The rows of X are shuffled, but the entries of y come in their old order, so each example has the target of "
    "another one. Use the same indices for both.",
)
def forgets_to_mix_y(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        yield X[order[start : start + batch_size]], y[start : start + batch_size]


@mistake(
    "minibatches",
    "The targets come in the same order for every generator, so every epoch would be the same. Draw the order with `rng`.",
)
def the_same_order_every_epoch(X, y, batch_size, rng):
    yield from minibatches(X, y, batch_size, np.random.default_rng(0))


@mistake(
    "minibatches",
    "The same generator state gives a different order at every call: you draw from NumPy's global generator, or from "
    "a new one, instead of from `rng`. A training run could not be repeated.",
)
def draws_an_order_from_elsewhere(X, y, batch_size, rng):
    yield from minibatches(X, y, batch_size, np.random.default_rng())


@mistake(
    "minibatches",
    "Only one batch comes back: a function ends at its first `return`, even inside a loop. Use `yield`, or collect "
    "all batches in a list first.",
)
def returns_the_first_batch(X, y, batch_size, rng):
    for X_batch, y_batch in minibatches(X, y, batch_size, rng):
        return X_batch, y_batch


@mistake(
    "minibatches",
    "The dtypes change on the way: a batch should hold rows of X and y as they are, with the same dtypes.",
)
def makes_floats_of_labels(X, y, batch_size, rng):
    for X_batch, y_batch in minibatches(X, y, batch_size, rng):
        yield X_batch.astype(float), y_batch.astype(float)


# augment_flip


@mistake(
    "augment_flip",
    "Your images are turned upside down. To exchange left and right, reverse the order of the columns, along the "
    "last axis.",
)
def turns_upside_down(X, y, rng):
    flip = rng.random(len(X)) < 0.5
    return np.where(flip[:, None, None], X[:, ::-1], X), y.copy()


@mistake(
    "augment_flip",
    "Rows and columns are both reversed: that turns an image by 180 degrees. Mirror only the columns.",
)
def turns_by_half(X, y, rng):
    flip = rng.random(len(X)) < 0.5
    return np.where(flip[:, None, None], X[:, ::-1, ::-1], X), y.copy()


@mistake(
    "augment_flip",
    "Every image is mirrored, every time. Then the network never sees the images as they are: let chance decide for "
    "each.",
)
def mirrors_every_image(X, y, rng):
    return X[:, :, ::-1].copy(), y.copy()


@mistake(
    "augment_flip",
    "One coin decides for all images together. Flip a separate coin for every image, so that each batch holds both "
    "kinds.",
)
def one_coin_for_all(X, y, rng):
    return (X[:, :, ::-1].copy() if rng.random() < 0.5 else X.copy()), y.copy()


@mistake(
    "augment_flip",
    "Some images are mirrored in parts: a row or a pixel is mirrored, but its neighbor is not, so the picture is "
    "torn. Use one coin per image.",
)
def one_coin_per_row(X, y, rng):
    flip = rng.random(X.shape[:2]) < 0.5
    return np.where(flip[:, :, None], X[:, :, ::-1], X), y.copy()


@mistake("augment_flip", "Fewer images are mirrored than should be: mirror each one with probability 1/2.")
def mirrors_too_few(X, y, rng):
    flip = rng.random(len(X)) < 0.25
    return np.where(flip[:, None, None], X[:, :, ::-1], X), y.copy()


@mistake(
    "augment_flip",
    "More images are mirrored than stay as they are. Check the direction of your comparison: both should be equally "
    "likely.",
)
def mirrors_too_many(X, y, rng):
    flip = rng.random(len(X)) < 0.75
    return np.where(flip[:, None, None], X[:, :, ::-1], X), y.copy()


@mistake(
    "augment_flip",
    "Always exactly half of the images are mirrored. If every image has its own coin, the count varies from call to "
    "call.",
)
def exactly_half(X, y, rng):
    flip = rng.permutation(len(X)) < len(X) // 2
    return np.where(flip[:, None, None], X[:, :, ::-1], X), y.copy()


@mistake(
    "augment_flip",
    "You return the old images and the mirrored ones, one after the other: twice as many. Image i of the result "
    "should replace image i of X.",
)
def doubles_the_data(X, y, rng):
    return np.concatenate([X, X[:, :, ::-1]]), np.concatenate([y, y])


@mistake(
    "augment_flip",
    "Your function changes the caller's images. The next epoch would start from the changed ones: work on a copy.",
)
def mirrors_in_place(X, y, rng):
    flip = rng.random(len(X)) < 0.5
    X[flip] = X[flip][:, :, ::-1]
    return X, y


@mistake(
    "augment_flip",
    "The order of the images is reversed (the first axis), not the order of their columns. So the labels no longer "
    "fit.",
)
def reverses_the_batch(X, y, rng):
    flip = rng.random(len(X)) < 0.5
    return np.where(flip[:, None, None], X[::-1], X), y.copy()


@mistake(
    "augment_flip",
    "The labels change. A mirrored cat is still a cat, so the flip gives you more data without new labels. Return "
    "the labels as they were.",
)
def reverses_the_labels(X, y, rng):
    X_new, _ = augment_flip(X, y, rng)
    return X_new, y[::-1].copy()


@mistake(
    "augment_flip",
    "Whatever the generator, the same images are mirrored: `rng` has no effect. The next epoch should mirror others.",
)
def mirrors_the_same_ones_always(X, y, rng):
    return augment_flip(X, y, np.random.default_rng(0))


@mistake(
    "augment_flip",
    "The same generator state mirrors different images at every call: your coins do not come from `rng`.",
)
def flips_coins_from_elsewhere(X, y, rng):
    return augment_flip(X, y, np.random.default_rng())


@mistake(
    "augment_flip",
    "Nothing is mirrored: the images come back as they were. Do you discard the result of the flip, or does your "
    "coin always fall on the same side?",
)
def throws_the_flip_away(X, y, rng):
    return X.copy(), y.copy()
