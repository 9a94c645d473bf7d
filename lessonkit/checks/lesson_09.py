"""The checks of lesson 09, the solver.

The batches are drawn at random and how is free, so the numbers that a check yields must not depend on the draw.
Three arrangements do that: one batch that holds all examples; examples that are all alike, so that every batch is
like every other; and a learning rate of zero, so that the losses of an epoch can be sorted.
"""

import numpy as np

from lessonkit.engine.check import check

NAMES = ("W1", "b1", "W2", "b2")


def network(code, rng, category="regression", hidden=3, outputs=1):
    """A small network with parameters that rng draws, and those parameters."""
    shapes = {"W1": (2, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
    params = {name: rng.uniform(0.3, 1.0, shape) * rng.choice([-1, 1], shape) for name, shape in shapes.items()}
    net = code.TrainableNet(
        category, [hidden], [False], input_dim=2, output_dim=outputs, dtype="float64", activation="tanh"
    )
    net.params = params
    return net


def regression_data(rng, N=6, num_validation=5):
    """Training and validation examples that differ, with targets of shape (N,) in their own unit."""
    return {
        "X_train": rng.normal(size=(N, 2)),
        "y_train": rng.normal(size=N),
        "X_val": rng.normal(size=(num_validation, 2)),
        "y_val": rng.normal(1.0, 1.0, size=num_validation),
        "y_std": float(rng.uniform(20, 80)),
    }


def examples_alike(rng, N=7):
    """Data in which all training examples are the same, so that no draw of batches changes a number."""
    data = regression_data(rng, N)
    data["X_train"][:] = data["X_train"][0]
    data["y_train"][:] = data["y_train"][0]
    return data


def solver_of(code, model, data, **options):
    return code.Solver(model, data, **{"verbose": False, "rng": np.random.default_rng(0), **options})


def in_order(params):
    """The parameters by name, in the order of the layers."""
    return {name: params[name] for name in NAMES}


def learning_rates(solver):
    configs = solver.optim_configs
    return np.array([configs[name]["learning_rate"] for name in NAMES])


def slowed(w, dw, config):
    """An update rule from no book: it counts its steps in the config, and each is shorter than the one before."""
    steps = config.get("steps", 0) + 1
    return w - config["learning_rate"] / (steps + 1) * dw, {**config, "steps": steps}


# step


@check("Solver", points=2)
def step_moves_every_parameter_along_its_gradient(code, rng):
    model, data = network(code, rng), regression_data(rng)
    solver = solver_of(code, model, data, batch_size=10, optim_config={"learning_rate": 0.1})
    solver.step()
    yield "loss_history", np.array(solver.loss_history)
    yield "params", in_order(model.params)
    solver.step()
    yield "loss_history after two steps", np.array(solver.loss_history)


@check("Solver", points=1)
def step_uses_the_update_rule_with_a_config_for_every_parameter(code, rng):
    model, data = network(code, rng), regression_data(rng)
    solver = solver_of(code, model, data, update_rule=slowed, optim_config={"learning_rate": 0.2}, batch_size=10)
    for _ in range(3):
        solver.step()
    configs = solver.optim_configs
    yield "list of the steps counted in the configs", np.array([configs[name].get("steps", 0) for name in NAMES])
    yield "params", in_order(model.params)


@check("Solver", points=1)
def step_takes_the_next_batch_and_so_every_example_once_an_epoch(code, rng):
    N = 12
    model, data = network(code, rng), regression_data(rng, N)
    X, y = data["X_train"], data["y_train"]
    single = np.array([model.loss(X[i : i + 1], y[i : i + 1])[0] for i in range(N)])
    solver = solver_of(code, model, data, batch_size=1, optim_config={"learning_rate": 0.0})
    for _ in range(N):
        solver.step()
    losses = np.array(solver.loss_history)
    yield "number of losses after an epoch of steps", len(losses)
    near = np.isclose(losses[:, np.newaxis], single, rtol=1e-6)
    yield "losses that belong to one example", "all" if near.any(axis=1).all() else "not all"
    yield (
        "how often the examples come in an epoch of steps",
        "each once" if np.all(near.sum(axis=0) == 1) else "not once each",
    )


# check_accuracy


@check("Solver", points=1)
def check_accuracy_gives_the_rms_error_in_the_unit_of_the_targets(code, rng):
    model, data = network(code, rng), regression_data(rng)
    solver = solver_of(code, model, data)
    X, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))
    yield "accuracy", solver.check_accuracy(X, y)
    yield "accuracy with three examples at once", solver.check_accuracy(X, y, batch_size=3)
    for N in (7, 1):
        yield f"accuracy for {N} integer targets", solver.check_accuracy(X[:N], rng.integers(2, 6, (N, 1)))


@check("Solver", points=1)
def check_accuracy_pairs_every_score_with_its_own_target(code, rng):
    model, data = network(code, rng), {**regression_data(rng), "y_std": 1.0}
    solver = solver_of(code, model, data)
    yield "accuracy with targets of shape (N,)", solver.check_accuracy(rng.normal(size=(7, 2)), rng.normal(size=7))
    for name, value in zip("Xy", code.after):
        yield f"{name} after the call", value


@check("Solver", points=1)
def check_accuracy_gives_the_fraction_of_right_classes(code, rng):
    model = network(code, rng, "classification", outputs=4)
    X, y = rng.normal(size=(11, 2)), rng.integers(0, 4, 11)
    y[:5] = np.argmax(model.loss(X[:5]), axis=1)
    solver = solver_of(code, model, {"X_train": X, "y_train": y, "X_val": X, "y_val": y})
    yield "accuracy", solver.check_accuracy(X, y)
    yield "accuracy with three examples at once", solver.check_accuracy(X, y, batch_size=3)
    yield "accuracy of a single example", solver.check_accuracy(X[:1], y[:1])


@check("Solver", points=1, of_property=True)
def check_accuracy_asks_for_at_most_batch_size_examples_at_once(code, rng):
    model, data, asked = network(code, rng), regression_data(rng), []
    solver = solver_of(code, model, data)

    def forward(X):
        asked.append(len(X))
        return np.zeros((len(X), 1)), []

    model.forward = forward
    solver.check_accuracy(rng.normal(size=(8, 2)), rng.normal(size=8), batch_size=3)
    yield "examples that the model is asked for in total", "each of them" if sum(asked) >= 8 else "not each of them"
    yield "examples that the model is asked for at once", "at most 3" if max(asked, default=0) <= 3 else "more than 3"


@check("Solver", points=1)
def check_accuracy_takes_as_many_different_examples_as_asked_for(code, rng):
    model, X, y = sign_classifier(code, rng, 3)
    solver = solver_of(code, model, {"X_train": X, "y_train": y, "X_val": X, "y_val": y})
    drawn = [solver.check_accuracy(X, y, num_samples=2) for _ in range(40)]
    yield "set of accuracies on 2 of 3 examples when all 3 are right", np.unique(np.round(drawn, 6))
    y[2] = 1 - y[2]
    drawn = [solver.check_accuracy(X, y, num_samples=2) for _ in range(100)]
    yield "set of accuracies on 2 of 3 examples when 2 are right", np.unique(np.round(drawn, 6))
    yield "accuracy on 3 examples with num_samples = 5", solver.check_accuracy(X, y, num_samples=5)
    runs = []
    for _ in range(2):
        solver.rng = np.random.default_rng(1)
        runs.append([solver.check_accuracy(X, y, num_samples=2) for _ in range(40)])
    yield "accuracies with the same state of solver.rng", "the same" if runs[0] == runs[1] else "different"


def sign_classifier(code, rng, N):
    """A classifier that uses the sign of its only input; N examples, the first with the opposite sign of the rest; labels."""
    model = code.TrainableNet("classification", [], [], input_dim=1, output_dim=2, dtype="float64")
    model.params = {"W1": np.array([[-1.0, 1.0]]), "b1": np.zeros(2)}
    signs = np.where(np.arange(N) == 0, -1, 1) * rng.choice([-1, 1])
    return model, (signs * rng.uniform(0.5, 2.0, N))[:, np.newaxis], (signs > 0).astype(int)


# train


@check("Solver", points=2)
def train_goes_through_all_steps_of_all_epochs(code, rng):
    model, data = network(code, rng), examples_alike(rng, N=7)
    solver = solver_of(code, model, data, batch_size=3, num_epochs=4, optim_config={"learning_rate": 0.02})
    solver.train()
    yield "number of losses in 4 epochs of 3 steps", len(solver.loss_history)
    yield "loss_history", np.array(solver.loss_history)
    yield "train_acc_history", np.array(solver.train_acc_history)
    yield "val_acc_history", np.array(solver.val_acc_history)


@check("Solver", points=1)
def train_measures_on_as_many_samples_as_asked_for(code, rng):
    _, X_train, y_train = sign_classifier(code, rng, 3)
    model, X_val, y_val = sign_classifier(code, rng, 4)
    model.loss_function = no_gradient
    y_train[2], y_val[3] = 1 - y_train[2], 1 - y_val[3]  # so 2/3 and 3/4 are right
    data = {"X_train": X_train, "y_train": y_train, "X_val": X_val, "y_val": y_val}
    options = {"batch_size": 3, "num_epochs": 80, "optim_config": {"learning_rate": 0.1}}
    solver = solver_of(code, model, data, num_train_samples=2, num_val_samples=None, **options)
    solver.train()
    yield "set of accuracies in train_acc_history", np.unique(np.round(solver.train_acc_history, 6))
    yield "set of accuracies in val_acc_history", np.unique(np.round(solver.val_acc_history, 6))
    solver = solver_of(code, model, data, num_train_samples=None, num_val_samples=3, **options)
    solver.train()
    yield "set of accuracies in train_acc_history on all examples", np.unique(np.round(solver.train_acc_history, 6))
    yield "set of accuracies in val_acc_history on 3 of 4 examples", np.unique(np.round(solver.val_acc_history, 6))


def no_gradient(scores, y):
    """A loss that leaves a network as it is."""
    return 0.0, np.zeros_like(scores)


@check("Solver", points=1)
def train_lowers_the_learning_rate_after_every_epoch(code, rng):
    model, data = network(code, rng), examples_alike(rng, N=5)
    solver = solver_of(
        code, model, data, batch_size=2, num_epochs=3, lr_decay=0.5, optim_config={"learning_rate": 0.08}
    )
    solver.train()
    yield "list of the learning rates after 3 epochs", learning_rates(solver)
    yield "loss_history", np.array(solver.loss_history)
    options = {"num_epochs": 3, "lr_decay": 0.5, "optim_config": {"learning_rate": 0.08}}
    solver = solver_of(code, network(code, rng), data, update_rule=slowed, **options)
    solver.train()
    yield "learning_rates after 3 epochs, with a rule that returns a new config", learning_rates(solver)
    yield "loss_history with that rule", np.array(solver.loss_history)


def constant_input(rng):
    """Data that lead a network on a walk: toward the validation targets, past them, back and forth.

    The only input is always 1, so a network without a hidden layer is one number, its output. It starts at zero, and
    momentum swings it past the training targets and back. The validation targets lie at a third of the way: the network
    is nearest to them early, and comes a little nearer once more when it swings back.
    """
    goal = float(rng.uniform(2, 3))
    return {
        "X_train": np.ones((4, 1)),
        "y_train": np.full(4, goal),
        "X_val": np.ones((3, 1)),
        "y_val": goal * float(rng.uniform(0.3, 0.4)) + np.array([-0.2, 0.1, 0.3]),
        "y_std": 10.0,
    }


def kept(solver, model, epoch_of):
    """The results of training: the best parameters, and the model's own. ``epoch_of(params)`` tells when it had them."""
    for name, words, params in [
        ("best_params", "best_params", solver.best_params),
        ("params of the model", "the model's params", model.params),
    ]:
        yield f"epoch that {words} are from", params and epoch_of(params)
        yield name, params and {key: params[key] for key in ("W1", "b1")}


def walk(code, rng, num_epochs):
    """A network on that walk, its solver, and a function that finds the epoch after which it had given parameters."""
    data = constant_input(rng)
    model = code.TrainableNet("regression", [], [], input_dim=1, output_dim=1, dtype="float64")
    model.params = {"W1": np.zeros((1, 1)), "b1": np.zeros(1)}
    options = {"update_rule": "sgd_momentum", "optim_config": {"learning_rate": 0.03, "momentum": 0.9}}
    solver = solver_of(code, model, data, batch_size=4, num_epochs=num_epochs, **options)

    def epoch_of(params):
        output = params["W1"].item() + params["b1"].item()
        error = data["y_std"] * np.sqrt(np.mean((output - data["y_val"]) ** 2))
        return 1 + int(np.argmin(np.abs(np.array(solver.val_acc_history) - error)))

    return model, solver, epoch_of


@check("Solver", points=2)
def train_keeps_the_parameters_with_the_smallest_rms_error(code, rng):
    model, solver, epoch_of = walk(code, rng, num_epochs=16)
    solver.train()
    yield "val_acc_history", np.array(solver.val_acc_history)
    yield from kept(solver, model, epoch_of)


def raise_the_second_score(scores, y):
    """A loss whose gradient is the same wherever the network stands: every step raises the second class's score."""
    return 0.0, np.tile([0.5, -0.5], (len(scores), 1)) / len(scores)


@check("Solver", points=1)
def train_keeps_the_parameters_with_the_largest_accuracy(code, rng):
    # With scores (0, x) + b an example is of the second class where x is above b_0 - b_1, which falls by 1 in every
    # epoch: it passes one validation example after the other. The first few are of the second class, the later ones
    # are not, and between them lies a gap: an epoch without a change.
    model = code.TrainableNet("classification", [], [], input_dim=1, output_dim=2, dtype="float64")
    model.params = {"W1": np.array([[0.0, 1.0]]), "b1": np.zeros(2)}
    model.loss_function = raise_the_second_score
    right = int(rng.integers(2, 5))
    epoch_of_passing = np.array([*range(1, right + 1), *range(right + 2, right + 5)])
    data = {
        "X_train": np.array([[-1.0], [1.0]]),  # their sum is zero, so W1 stays as it is
        "y_train": rng.permutation(2),
        "X_val": 0.5 - epoch_of_passing[:, np.newaxis] + rng.uniform(-0.2, 0.2, (len(epoch_of_passing), 1)),
        "y_val": (epoch_of_passing <= right).astype(int),
    }
    solver = solver_of(code, model, data, batch_size=2, num_epochs=right + 4, optim_config={"learning_rate": 1.0})
    solver.train()
    yield "val_acc_history", np.array(solver.val_acc_history)
    yield from kept(solver, model, lambda params: int(np.rint(params["b1"][1] - params["b1"][0])))


@check("Solver", points=1)
def train_goes_on_where_it_stopped(code, rng):
    model, solver, epoch_of = walk(code, rng, num_epochs=5)
    solver.train()
    solver.train()
    yield "number of losses when train is called again after the last epoch", len(solver.loss_history)
    yield "epoch", solver.epoch
    solver.num_epochs = 8
    solver.train()
    yield "number of losses after three more epochs", len(solver.loss_history)
    yield "val_acc_history", np.array(solver.val_acc_history)
    yield from kept(solver, model, epoch_of)
