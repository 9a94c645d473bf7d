"""What students get wrong in lesson 10, regression."""

import functools

import numpy as np

from autograder.bank import mistake
from reference_impl import (
    FullyConnectedNet,
    Solver,
    constant_baseline,
    linear_baseline,
    make_solver,
    normalize,
    predict,
)
from reference_impl.regression import terrain, trained_solver

# constant_baseline


@mistake(
    "constant_baseline",
    "You predict the median. The median minimizes the absolute error; for squared errors a different middle value is "
    "best.",
)
def median(X_train, y_train, X):
    return np.full(len(X), np.median(y_train))


@mistake(
    "constant_baseline",
    "You predict the midpoint between the lowest and the highest target: two outliers alone decide it.",
)
def midrange(X_train, y_train, X):
    return np.full(len(X), (y_train.min() + y_train.max()) / 2)


@mistake(
    "constant_baseline",
    "You return one number. The caller asks for one prediction per example of X, even if all are equal.",
)
def a_single_number(X_train, y_train, X):
    return float(y_train.mean())


@mistake(
    "constant_baseline",
    "You return one prediction per training example. The caller asks about X: return one for each example of X.",
)
def as_many_as_training_examples(X_train, y_train, X):
    return np.full(len(X_train), y_train.mean())


@mistake("constant_baseline", "Your predictions form a column of shape (N, 1). The course's targets have shape (N,).")
def constant_in_a_column(X_train, y_train, X):
    return np.full((len(X), 1), y_train.mean())


@mistake(
    "constant_baseline",
    "You average the features. The prediction is a target, so only y_train can tell which value is usual.",
)
def mean_of_the_features(X_train, y_train, X):
    return np.full(len(X), X_train.mean())


@mistake(
    "constant_baseline",
    "You predict zero. Zero is the best constant once the targets are normalized; here they are not.",
)
def zero(X_train, y_train, X):
    return np.zeros(len(X))


@mistake("constant_baseline", "You return a sum in place of an average: it grows with the number of training examples.")
def sum_of_the_targets(X_train, y_train, X):
    return np.full(len(X), y_train.sum() * 1.0)


@mistake(
    "constant_baseline",
    "You round the mean to a whole number. The exercise does not ask for that, and it costs accuracy.",
)
def rounded_mean(X_train, y_train, X):
    return np.full(len(X), np.round(y_train.mean()))


@mistake("constant_baseline", "Your function changes y_train, which belongs to the caller. Leave it as it is.")
def changes_the_targets(X_train, y_train, X):
    mean = y_train.mean()
    if y_train.dtype.kind == "f":
        y_train -= mean
    return np.full(len(X), mean)


# linear_baseline


@mistake(
    "linear_baseline",
    "Your function has no constant term v_0, so it must predict zero where all features are zero. A feature that is "
    "one for every example gives it a constant term.",
)
def no_constant_term(X_train, y_train, X):
    return X @ np.linalg.lstsq(X_train.astype(float), y_train, rcond=None)[0]


@mistake("linear_baseline", "You use only the first feature. Every feature should get its own slope.")
def first_feature_alone(X_train, y_train, X):
    return linear_baseline(X_train[:, :1], y_train, X[:, :1])


@mistake(
    "linear_baseline",
    "You center the training examples by their mean and X by its own. Shift both by the same amount: the mean of the "
    "training set.",
)
def centred_by_its_own_mean(X_train, y_train, X):
    return linear_baseline(X_train - X_train.mean(axis=0), y_train, X - X.mean(axis=0))


@mistake(
    "linear_baseline",
    "The slopes are right but the level is missing: add back the mean that you subtracted from the targets.",
)
def level_is_missing(X_train, y_train, X):
    return linear_baseline(X_train, y_train, X) - y_train.mean()


@mistake("linear_baseline", "You return predictions for the training examples. The caller asks about X.")
def answers_for_the_training_set(X_train, y_train, X):
    return linear_baseline(X_train, y_train, X_train)


@mistake("linear_baseline", "Your predictions form a column of shape (N, 1). The course's targets have shape (N,).")
def line_in_a_column(X_train, y_train, X):
    return linear_baseline(X_train, y_train, X)[:, np.newaxis]


@mistake(
    "linear_baseline",
    "You fit each feature separately and add up the results. Where features are related, each then takes credit for "
    "the other's part: fit all slopes at once.",
)
def each_feature_by_itself(X_train, y_train, X):
    X_train, X = X_train.astype(float), X.astype(float)
    centred, level = X_train - X_train.mean(axis=0), y_train.mean()
    slopes = centred.T @ (y_train - level) / (centred**2).sum(axis=0)
    return (X - X_train.mean(axis=0)) @ slopes + level


@mistake(
    "linear_baseline",
    "The column of ones is the first of one matrix and the last of the other, so every number in v multiplies the "
    "wrong feature: build both matrices in the same way.",
)
def ones_in_another_place(X_train, y_train, X):
    v, *_ = np.linalg.lstsq(np.column_stack([X_train, np.ones(len(X_train))]), y_train, rcond=None)
    return np.column_stack([np.ones(len(X)), X]) @ v


@mistake(
    "linear_baseline",
    "The ones are the first column of the training matrix and the last of the other, so what v says about one column "
    "is used for another. Keep the same order in both.",
)
def ones_first_then_last(X_train, y_train, X):
    v, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(X_train)), X_train]), y_train, rcond=None)
    return np.column_stack([X, np.ones(len(X))]) @ v


@mistake("linear_baseline", "You predict one constant. A linear function rises and falls with the features of X.")
def a_constant_instead(X_train, y_train, X):
    return constant_baseline(X_train, y_train, X)


@mistake("linear_baseline", "Your function shifts X_train in place. X_train belongs to the caller: make a new array.")
def shifts_the_training_examples(X_train, y_train, X):
    predictions = linear_baseline(X_train, y_train, X)
    if X_train.dtype.kind == "f":
        X_train -= X_train.mean(axis=0)
    return predictions


# predict


def scores_of(model, inputs):
    return model.loss(inputs)[:, 0]


@mistake(
    "predict",
    "You return the network's scores as they are: numbers around zero, in standard deviations. Convert them back to "
    "the unit of the targets.",
)
def forgets_the_unit(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1])


@mistake("predict", "You scale the scores, but their level is missing: add back the mean of the training targets.")
def forgets_the_mean(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1]) * y_train.std()


@mistake(
    "predict",
    "You add the mean, but the scale is missing: a score of 1 means one standard deviation of the training targets.",
)
def forgets_the_scale(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1]) + y_train.mean()


@mistake("predict", "You add the mean before you scale. Undo the steps in the opposite order: the last step first.")
def in_the_wrong_order(model, X_train, y_train, X):
    return (scores_of(model, normalize(X_train, X)[1]) + y_train.mean()) * y_train.std()


@mistake(
    "predict",
    "You normalize X by its own mean and standard deviation. The network was trained with those of the training set: "
    "with others, the same place looks like a different one.",
)
def normalizes_by_its_own_statistics(model, X_train, y_train, X):
    (inputs,) = normalize(X)
    return scores_of(model, inputs) * y_train.std() + y_train.mean()


@mistake("predict", "The network gets X in its own units. It was trained on normalized examples only.")
def does_not_normalize(model, X_train, y_train, X):
    return scores_of(model, X) * y_train.std() + y_train.mean()


@mistake(
    "predict",
    "You normalize the scores once more: you subtract and divide, as on the way in. On the way back, multiply, then "
    "add.",
)
def normalizes_the_scores_again(model, X_train, y_train, X):
    return (scores_of(model, normalize(X_train, X)[1]) - y_train.mean()) / y_train.std()


@mistake(
    "predict", "Your predictions have shape (N, 1), as the scores do. The targets have shape (N,), and so should these."
)
def leaves_the_column(model, X_train, y_train, X):
    return model.loss(normalize(X_train, X)[1]) * y_train.std() + y_train.mean()


@mistake(
    "predict",
    "The mean and the standard deviation are swapped: multiply by the width, which is the standard deviation, and "
    "add the level, which is the mean.",
)
def mean_and_std_swapped(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1]) * y_train.mean() + y_train.std()


@mistake(
    "predict",
    "You normalize X together with the training examples. Then every new example shifts the statistics a little; the "
    "network was trained with those of the training set alone.",
)
def normalizes_all_together(model, X_train, y_train, X):
    (both,) = normalize(np.concatenate([X_train, X]))
    return scores_of(model, both[len(X_train) :]) * y_train.std() + y_train.mean()


@mistake(
    "predict",
    "You return predictions for the training examples. `normalize` returns the training examples first; X comes "
    "after them.",
)
def answers_for_the_training_examples(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[0]) * y_train.std() + y_train.mean()


@mistake("predict", "You scale by the variance. Normalizing divided by its square root, the standard deviation.")
def scales_by_the_variance(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1]) * y_train.var() + y_train.mean()


@mistake(
    "predict",
    "You convert the scores back with the mean and standard deviation of X_train. The scores are targets: use those "
    "of y_train.",
)
def statistics_of_the_features(model, X_train, y_train, X):
    return scores_of(model, normalize(X_train, X)[1]) * X_train.std() + X_train.mean()


@mistake("predict", "Your function normalizes X in place. The caller still needs X in its own units.")
def normalizes_in_place(model, X_train, y_train, X):
    predictions = predict(model, X_train, y_train, X)
    X[...] = normalize(X_train, X)[1]
    return predictions


@mistake(
    "predict",
    "For integer targets the predictions are truncated to integers. An array made like the targets gets their dtype: "
    "ask for floats.",
)
def in_the_dtype_of_the_targets(model, X_train, y_train, X):
    return predict(model, X_train, y_train, X).astype(y_train.dtype)


@mistake(
    "predict",
    "For integer examples the predictions are truncated to integers. An array made like X gets the dtype of X: ask for "
    "floats.",
)
def in_the_dtype_of_the_examples(model, X_train, y_train, X):
    predictions = np.zeros_like(X[:, 0])
    predictions[:] = predict(model, X_train, y_train, X)
    return predictions


# make_solver


def built(data, rng, solver_rng=None, **options):
    """A solver for a small network, with the given differences."""
    net = {"category": "regression", "input_dim": data["X_train"].shape[1], "output_dim": 1, "rng": rng}
    net.update((key, options.pop(key)) for key in tuple(options) if key in net)
    model = FullyConnectedNet(hidden_dims=[8], normalization=[False], activation="tanh", initializer="xavier", **net)
    options = {"optim_config": {"learning_rate": 1e-3}, "verbose": False, "num_epochs": 3, **options}
    return Solver(model, data, update_rule=options.pop("update_rule", "adam"), rng=solver_rng or rng, **options)


@mistake(
    "make_solver",
    "The network has the same number of inputs whatever the data. Take the number from `data`, so that the same "
    "design serves the terrain and the houses.",
)
def always_two_inputs(data, rng):
    solver = built(data, rng, input_dim=2)
    return solver


@mistake(
    "make_solver",
    "Your network has as many inputs as there are training examples. It takes one example at a time, so its inputs "
    "are the features, the columns of X_train.",
)
def one_input_per_example(data, rng):
    return built(data, rng, input_dim=len(data["X_train"]))


@mistake("make_solver", "Your network has ten outputs, the default. A height is one number, so output_dim should be 1.")
def ten_outputs(data, rng):
    return built(data, rng, output_dim=10)


@mistake(
    "make_solver",
    "Your network is a classifier, so it would treat heights as labels. Its category should be regression.",
)
def a_classifier(data, rng):
    return built(data, rng, category="classification")


@mistake(
    "make_solver",
    "The first weights are not drawn from rng, so nobody can repeat your result. Pass rng to the network as well.",
)
def network_without_rng(data, rng):
    return built(data, np.random.default_rng(), rng)


@mistake(
    "make_solver",
    "The batches are not drawn from rng, so nobody can repeat your result. Pass rng to the Solver as well.",
)
def batches_without_rng(data, rng):
    return built(data, rng, np.random.default_rng())


@mistake(
    "make_solver",
    "Every call gives the same network, whatever rng is: its draws come from a generator with a seed of its own. "
    "Draw from rng.",
)
def generator_of_its_own(data, rng):
    return built(data, np.random.default_rng(0))


@mistake(
    "make_solver",
    "The training set and the validation set are swapped: the solver would learn from the few examples of the "
    "validation set.",
)
def sets_changed_places(data, rng):
    names = {"train": "val", "val": "train"}
    return built({f"{kind}_{part}": data[f"{kind}_{names[part]}"] for kind in "Xy" for part in names}, rng)


@mistake(
    "make_solver",
    "The validation set is the training set: then nothing tells you about places that the network has not seen.",
)
def judges_on_the_training_set(data, rng):
    return built({**data, "X_val": data["X_train"], "y_val": data["y_train"]}, rng)


@mistake(
    "make_solver",
    "Your function trains already. Return the solver as it is before its first step; the caller will start it.",
)
def trains_already(data, rng):
    solver = built(data, rng)
    solver.train()
    return solver


@mistake(
    "make_solver",
    "The solver prints while it trains. Make it silent: set verbose to False. The figure will show how training goes.",
)
def prints_while_it_trains(data, rng):
    return built(data, rng, verbose=True)


# elevation


def answer(X, model=None):
    raw, _ = terrain()
    return predict(model or trained_solver().model, raw["X_train"], raw["y_train"], X)


@functools.cache
def trained(epochs, learning_rate):
    """The reference's design, not fully trained."""
    solver = make_solver(terrain()[1], np.random.default_rng(0))
    solver.num_epochs = epochs
    solver.optim_configs = {name: {"learning_rate": learning_rate} for name in solver.model.params}
    solver.train()
    return solver.model


@mistake("elevation", "You return the same height everywhere. Ask your trained network about the places in X.")
def the_same_everywhere(X):
    raw, _ = terrain()
    return constant_baseline(raw["X_train"], raw["y_train"], X)


@mistake("elevation", "Your answers lie on a plane. That is the linear baseline; your trained network can bend.")
def a_plane(X):
    raw, _ = terrain()
    return linear_baseline(raw["X_train"], raw["y_train"], X)


@mistake(
    "elevation",
    "Your answers follow the land, but in standard deviations instead of meters. Convert them back with the "
    "statistics of the training targets, as `predict` does.",
)
def in_standard_deviations(X):
    raw, _ = terrain()
    return trained_solver().model.loss(normalize(raw["X_train"], X)[1])[:, 0]


@mistake(
    "elevation",
    "Your answers follow the land, but they are hundreds of meters too low: the mean of the training targets is "
    "missing.",
)
def mean_is_missing(X):
    raw, _ = terrain()
    return answer(X) - raw["y_train"].mean()


@mistake(
    "elevation",
    "Your answer for a place depends on the other places in X. Normalize by the training set's statistics, not by "
    "those of X: `predict` knows how.",
)
def statistics_of_the_places_asked_for(X):
    raw, _ = terrain()
    return predict(trained_solver().model, X, raw["y_train"], X)


@mistake("elevation", "You read the columns of X in the wrong order: longitude comes first, latitude second.")
def latitude_first(X):
    return answer(X[:, ::-1])


@mistake("elevation", "You return a column of shape (N, 1). Return one number per place: an array of shape (N,).")
def heights_in_a_column(X):
    return answer(X)[:, np.newaxis]


@mistake(
    "elevation",
    "Your answers follow the land, but the RMS error is not below 90 m yet. Train longer, try another learning rate, "
    "or give the network more units, and look at the curves.",
)
def trained_too_little(X):
    return answer(X, trained(epochs=2, learning_rate=1e-3))


@mistake(
    "elevation",
    "Your answers are in meters and somewhat follow the land, but they are no better than a plane's. Most often the "
    "training was too short, or its steps too small: look at the curves.",
)
def hardly_trained(X):
    return answer(X, trained(epochs=1, learning_rate=3e-5))


@mistake(
    "elevation",
    "You answer for the places of the data set, not for those in X: the number of answers does not depend on X.",
)
def answers_for_the_data_set(X):
    raw, _ = terrain()
    return answer(raw["X_val"])


@mistake(
    "elevation",
    "Your answers at the places of the data set are right to the meter: they are looked up in a table of the data. "
    "Ask your trained network instead; it is a little off everywhere.",
)
def looks_up_the_nearest_place(X):
    raw, _ = terrain()
    places = np.concatenate([raw["X_train"], raw["X_val"], raw["X_test"]])
    meters = np.concatenate([raw["y_train"], raw["y_val"], raw["y_test"]])
    across, up = places.T.copy()
    return np.array([meters[((across - x) ** 2 + (up - y) ** 2).argmin()] for x, y in X])
