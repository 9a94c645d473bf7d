"""The checks of lesson 10, regression.

A trained network's numbers differ from student to student. So the checks of `elevation` yield words: whether the RMS error
is small enough and, where it is not, in wide bands what can be said about the answers.
"""

import functools

import numpy as np

from lessonkit.checks import builds_on, different_sizes
from lessonkit.engine.check import check

BASELINES = ("constant_baseline", "linear_baseline")
WORSE = "over 180 m (worse than a constant: are the answers in meters, and were the places normalized?)"
BANDS = {90: "below 90 m", 135: "90 to 135 m", 180: "135 to 180 m", np.inf: WORSE}
KNOWN = "X_train", "y_train", "X_val", "y_val"


def examples(rng, N, D, n):
    """Training examples, their targets in their own unit, and other examples to predict.

    The targets are so far from zero that no answer comes near zero, where float32 would have too few digits.
    """
    level, size = rng.uniform(200, 400), rng.uniform(5, 9)
    X_train = rng.uniform(2, 4, D) * rng.normal(size=(N, D)) + rng.uniform(10, 20, D)
    y_train = level + size * rng.normal(size=N)
    X = rng.uniform(5, 9, D) * rng.normal(size=(n, D)) + rng.uniform(-20, -10, D)
    return X_train, y_train, X


# the baselines


@check(*BASELINES, points=2)
def gives_the_best_answers_of_its_kind(code, rng):
    N, D = different_sizes(rng, 2, low=3, high=6)
    yield "predictions", code.under_test(*examples(rng, N + 6, D, 4))


@check(*BASELINES, points=1, of_property=True)
def answers_for_any_number_of_examples(code, rng):
    X_train, y_train, X = examples(rng, 9, 2, 7)
    for n in (1, 7):
        yield f"predictions for {n} example{'s' * (n > 1)}", code.under_test(X_train, y_train, X[:n])
    X_train, y_train, X = (np.round(array).astype(int) for array in examples(rng, 8, 1, 3))
    yield "predictions for integers", code.under_test(X_train, y_train, X)


@check(*BASELINES, points=1, of_property=True)
def leaves_the_data_as_it_was(code, rng):
    code.under_test(*examples(rng, 7, 2, 3))
    for name, array in zip(("X_train", "y_train", "X"), code.after):
        yield f"{name} after the call", array


# predict


def network(code, rng, D):
    """A small network with parameters that rng draws: nothing is trained."""
    dims = [D, 3, 1]
    net = code.FullyConnectedNet(
        "regression", [3], [False], input_dim=D, output_dim=1, dtype="float64", activation="tanh"
    )
    net.params = {
        name: rng.uniform(0.2, 0.6, shape) * rng.choice([-1, 1], shape)
        for i in (1, 2)
        for name, shape in ((f"W{i}", (dims[i - 1], dims[i])), (f"b{i}", (dims[i],)))
    }
    return net


def near(rng, X_train, n):
    """Examples from one corner of the training examples' range: their own statistics differ."""
    return X_train.mean(axis=0) + rng.uniform(0.1, 1.5, (n, X_train.shape[1])) * X_train.std(axis=0)


@check("predict", points=2)
def answers_in_the_unit_of_the_targets(code, rng):
    N, D = different_sizes(rng, 2, low=2, high=5)
    X_train, y_train, _ = examples(rng, N + 5, D, 1)
    model = network(code, rng, D)
    yield "predictions", code.predict(model, X_train, y_train, near(rng, X_train, 3))


@check("predict", points=1, of_property=True)
def gives_the_same_answer_in_any_batch_and_for_integers(code, rng):
    X_train, y_train, _ = examples(rng, 8, 2, 1)
    model, X = network(code, rng, 2), near(rng, X_train, 130)
    yield "predictions for one example", code.predict(model, X_train, y_train, X[:1])
    batch = code.predict(model, X_train, y_train, X)
    yield "predictions for 130 examples", batch
    yield "predictions for the training examples", code.predict(model, X_train, y_train, X_train)
    whole = [np.round(array).astype(int) for array in (X_train, y_train, X[:3])]
    yield "predictions for integers", code.predict(model, *whole)
    yield "predictions for integer X", code.predict(model, X_train, y_train, whole[2])
    yield "predictions for integer y_train", code.predict(model, X_train, whole[1], X[:3])


@check("predict", points=1, of_property=True)
def leaves_its_inputs_as_they_were(code, rng):
    X_train, y_train, _ = examples(rng, 6, 2, 1)
    model, X = network(code, rng, 2), near(rng, X_train, 3)
    code.predict(model, X_train, y_train, X)
    for name, array in zip(("X_train", "y_train", "X"), code.after[1:]):
        yield f"{name} after the call", array


# make_solver


def yes(fact):
    """A fact as the word that students read."""
    return "yes" if fact else "no"


def features(D):
    return f"{D} feature{'s' * (D > 1)}"


def small_problem(rng, D):
    """A split and normalized problem of D features, small enough to train on at once."""
    X, X_val = rng.normal(size=(40, D)), rng.normal(size=(10, D))
    slopes = rng.uniform(0.5, 1, D)
    return {"X_train": X, "y_train": np.tanh(X @ slopes), "X_val": X_val, "y_val": np.tanh(X_val @ slopes)}


@check("make_solver", points=1)
def the_network_fits_the_problem(code, rng):
    for D in different_sizes(rng, 2, low=1, high=5):
        solver = code.make_solver(small_problem(rng, D), np.random.default_rng(1))
        model = solver.model
        yield f"category for {features(D)}", model.category
        yield f"number of inputs for {features(D)}", int(model.dims[0])
        yield f"number of outputs for {features(D)}", int(model.dims[-1])


@check("make_solver", points=1)
def the_solver_trains_on_the_data_it_is_given(code, rng):
    data = small_problem(rng, 2)
    solver = code.make_solver(data, np.random.default_rng(1))
    for name in KNOWN:
        yield f"solver.{name}", np.asarray(getattr(solver, name), dtype=float)


@check("make_solver", points=1)
def two_epochs_run(code, rng):
    solver = code.make_solver(small_problem(rng, 2), np.random.default_rng(1))
    yield "silent (verbose is False)", yes(not solver.verbose)
    yield "not yet trained", yes(solver.epoch == 0)
    if solver.epoch:
        return
    solver.num_epochs = 2
    solver.train()
    yield "number of epochs after training", int(solver.epoch)
    yield "every loss is a finite number", yes(np.isfinite(solver.loss_history).all())


@check("make_solver", points=1, of_property=True)
def draws_everything_from_rng(code, rng):
    data = small_problem(rng, 3)

    def first_losses(seed):
        solver = code.make_solver(data, np.random.default_rng(seed))
        solver.num_epochs = 2
        solver.batch_size = 10
        solver.iterations_per_epoch = 4
        model = solver.model
        start = float(np.sum(model.loss(data["X_train"]))), float(np.sum(model.params["W1"]))
        solver.train()
        return start, tuple(solver.loss_history)

    (start, losses), (same_start, same_losses), (other_start, other_losses) = map(first_losses, (1, 1, 2))
    yield "the same network for the same state of rng", yes(start == same_start)
    yield "the same losses for the same state of rng", yes(losses == same_losses)
    yield "a different network for a different state of rng", yes(start[1] != other_start[1])
    yield "different losses for a different state of rng", yes(losses != other_losses)


# elevation


@functools.cache
def every_4th_point(first):
    """Places and their elevation: every 4th point of the sample. The data set begins with the `first` of 0."""
    from matplotlib import cbook

    with np.load(cbook.get_sample_data("jacksboro_fault_dem.npz", asfileobj=False)) as dem:
        rows, columns = (np.arange(first, size, 4) for size in dem["elevation"].shape)
        longitude = dem["xmin"] + dem["dx"] * (columns + 0.5)
        latitude = dem["ymax"] - dem["dy"] * (rows + 0.5)
        meters = dem["elevation"][first::4, first::4].astype(float)
    places = np.stack(np.meshgrid(longitude, latitude), axis=-1)
    return places.reshape(-1, 2), meters.ravel()


def between_the_points():
    """Places between those of the data set, and their elevation."""
    return every_4th_point(first=2)


def some_places(rng, n):
    """n of the places between the points of the data set: longitude, latitude; and their elevation."""
    places, meters = between_the_points()
    chosen = rng.choice(len(places), n, replace=False)
    return places[chosen], meters[chosen]


def rms(error):
    return float(np.sqrt(np.mean(np.square(error))))


def facts(answers, turned, places, meters):
    """What can be said about answers that are not good enough, in words that do not depend on the training."""
    if answers.shape != meters.shape:
        return {"answers": f"{answers.size} numbers for {meters.size} places"}
    spread, level = float(answers.std()), float(np.mean(answers - meters))
    flat = np.column_stack([places - places.mean(axis=0), np.ones(len(places))])
    bent = answers - flat @ np.linalg.lstsq(flat, answers, rcond=None)[0]
    follows = spread > 0 and np.corrcoef(answers, meters)[0, 1] > 0.3
    ratio = spread / float(meters.std())
    return {
        "X is read as": "latitude, longitude" if rms(turned - meters) < 135 else "longitude, latitude",
        "the answers form": (
            "a constant" if spread < 1e-3
            else "a plane" if bent.std() < 0.02 * spread
            else "the land" if follows
            else "something else"
        ),
        "the hills are": "far too low" if ratio < 1 / 50 else "far too high" if ratio > 50 else "of a plausible height",
        "overall the answers are": "too low" if level < -90 else "too high" if level > 90 else "at a plausible level",
    }  # fmt: skip


def is_a_table(code, rng):
    """Whether most answers at places of the data set are right to the meter: they were looked up, not learned."""
    places, meters = every_4th_point(first=0)
    some = rng.choice(len(places), 60, replace=False)
    answers = np.ravel(np.asarray(code.elevation(places[some]), dtype=float))
    return answers.shape == some.shape and bool(np.median(np.abs(answers - meters[some])) < 1)


def within(limit, code, rng):
    """Whether the RMS error is below the limit; if not, how large it is, and the facts.

    The places are the same for every seed, in a different order: an error below the limit at home is below it at grading.
    """
    places, meters = (array[::3] for array in between_the_points())
    order = rng.permutation(len(places))
    places, meters = places[order], meters[order]
    answers = np.ravel(np.asarray(code.elevation(places), dtype=float))
    error = rms(answers - meters) if answers.shape == meters.shape else np.inf
    if error < limit and is_a_table(code, rng):
        yield (
            "RMS error",
            "about 0 m at the places of the data set (no network is that exact: this is a table of the data)",
        )
        return
    if error < limit:
        yield "RMS error", f"below {limit} m"
        return
    yield "RMS error", next(words for top, words in BANDS.items() if not error >= top or top == np.inf)
    turned = np.ravel(np.asarray(code.elevation(places[:, ::-1].copy()), dtype=float))
    yield from facts(answers, turned, places, meters).items()


@check("elevation", points=1, of_property=True)
def gives_one_number_for_each_place(code, rng):
    builds_on(code, "predict")
    for n in (1, 5):
        places, _ = some_places(rng, n)
        yield f"meters (times 0) for {n} place{'s' * (n > 1)}", 0 * np.asarray(code.elevation(places))


@check("elevation", points=1, of_property=True)
def gives_the_same_answer_alone_and_in_a_batch(code, rng):
    builds_on(code, "predict")
    places, _ = some_places(rng, 60)
    batch = np.ravel(code.elevation(places))
    alone = np.ravel([np.ravel(each)[0] for each in code.map("elevation", [(places[i : i + 1],) for i in range(5)])])
    turned = np.ravel(code.elevation(places[::-1].copy()))[::-1]
    yield "close (whether an answer alone and in a batch are less than 1 m apart)", np.abs(batch[:5] - alone) < 1
    yield "close in reverse order", bool(np.all(np.abs(batch - turned) < 1))


@check("elevation", points=1)
def is_better_than_any_plane(code, rng):
    builds_on(code, "predict")
    yield from within(135, code, rng)


@check("elevation", points=2)
def is_off_by_less_than_90_meters(code, rng):
    builds_on(code, "predict")
    yield from within(90, code, rng)
