"""Lesson 09: the training loop.

`BaseSolver` is given: it checks and keeps what training needs, deals out batches, prints, saves and resumes.
`Solver` is the loop itself.
"""

# ruff: noqa: F403, F405 - what a star brings is not seen there
import copy
import json
import os
import re
from pathlib import Path

import numpy as np

import reference_impl

from .losses import *  # a copy for an early lesson may lack some names

_DATA_NAMES = ("X_train", "y_train", "X_val", "y_val")
_MEASURES = {"classification": ("train acc", "val_acc"), "regression": ("train RMS error", "val RMS error")}
UPDATE_RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


class BaseSolver:
    """What the training loop stands on.

    Parameters
    ----------
    model : object
        Has ``params``, a dict of arrays; ``loss(X, y)``, which returns the loss and a dict of gradients;
        ``loss(X)``, which returns scores; and ``category``, "classification" or "regression".
    data : dict
        "X_train", "y_train", "X_val", "y_val": arrays. If the targets were divided by something, its value in
        the targets' own unit may come along as "y_std": RMS errors are then given in that unit.
    update_rule : {"sgd", "sgd_momentum", "rmsprop", "adam"} or callable
        Called as update_rule(w, dw, config), it returns the next w and config. A callable of one's own keeps
        its learning rate in ``config["learning_rate"]``.
    optim_config : dict, optional
        Settings of the update rule. Every parameter gets its own copy.
    lr_decay : float
        The learning rates are multiplied by it after every epoch.
    batch_size : int
        Examples per step.
    num_epochs : int
        How often training visits every example.
    num_train_samples, num_val_samples : int or None
        How many examples to measure on, drawn at random after every epoch; None for all.
    checkpoint_name : str or path, optional
        If given, training is saved after every epoch, to <checkpoint_name>_epoch_<epoch>.npz.
    print_every : int
        The loss is printed once in so many steps.
    verbose : bool
        Whether to print and to show a progress bar.
    rng : numpy.random.Generator, optional
        Where batches and samples are drawn from.

    Attributes
    ----------
    loss_history : list of float
        One loss per step.
    train_acc_history, val_acc_history : lists of float
        One value per epoch, of `check_accuracy`.
    best_params : dict of str to array
        Copies of the parameters of the best epoch so far; None before the first.
    optim_configs : dict of str to dict
        The update rule's config of every parameter.
    epoch : int
        How many epochs are done.
    """

    def __init__(
        self,
        model,
        data,
        update_rule="sgd",
        optim_config=None,
        lr_decay=1.0,
        batch_size=100,
        num_epochs=10,
        num_train_samples=1000,
        num_val_samples=None,
        checkpoint_name=None,
        print_every=10,
        verbose=True,
        rng=None,
    ):
        _check_data(data)
        if not callable(update_rule) and update_rule not in UPDATE_RULES:
            rules = ", ".join(UPDATE_RULES)
            raise ValueError(f"update_rule must be a function or one of {rules}, got {update_rule!r}")
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("num_epochs", num_epochs, 0),
            ("print_every", print_every, 1),
            ("num_train_samples", num_train_samples, 1),
            ("num_val_samples", num_val_samples, 1),
        ):
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        self.model = model
        self.category = getattr(model, "category", "classification")
        self.X_train, self.y_train, self.X_val, self.y_val = (np.asarray(data[name]) for name in _DATA_NAMES)
        self.y_std = data.get("y_std", 1.0)
        self.update_rule = update_rule if callable(update_rule) else getattr(reference_impl, update_rule)
        self.lr_decay = lr_decay
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = print_every
        self.verbose = verbose
        self.rng = np.random.default_rng() if rng is None else rng
        self.iterations_per_epoch = -(-len(self.X_train) // batch_size)
        self.optim_configs = {name: copy.deepcopy(optim_config or {}) for name in model.params}
        self.epoch = 0
        self.loss_history, self.train_acc_history, self.val_acc_history = [], [], []
        self.best_params = self._best_statistics = None
        self._batches, self._bar = iter(()), _NoBar()

    def next_batch(self):
        """Deal out the next batch, X and y: every example once, in random order, before any comes again."""
        batch = next(self._batches, None)
        if batch is None:
            self._batches = reference_impl.minibatches(self.X_train, self.y_train, self.batch_size, self.rng)
            batch = next(self._batches)
        return batch

    def epochs(self):
        """Count the epochs still to do; after each one, print how good it was and save a checkpoint."""
        with _progress_bar(self) as self._bar:
            while self.epoch < self.num_epochs:
                yield self.epoch + 1
                self.epoch += 1
                train, val = _MEASURES[self.category]
                self._print(
                    f"(Epoch {self.epoch} / {self.num_epochs}) "
                    f"{train}: {self.train_acc_history[-1]:f}; {val}: {self.val_acc_history[-1]:f}"
                )
                if self.checkpoint_name is not None:
                    self.save_checkpoint(f"{self.checkpoint_name}_epoch_{self.epoch}.npz")

    def iterations(self):
        """Count the steps of one epoch; after each one, move the progress bar and at times print the loss."""
        total = self.num_epochs * self.iterations_per_epoch
        for _ in range(self.iterations_per_epoch):
            yield len(self.loss_history) + 1
            step, loss = len(self.loss_history), self.loss_history[-1]
            if not np.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {step}: try a smaller learning_rate")
            if (step - 1) % self.print_every == 0:
                self._print(f"(Iteration {step} / {total}) loss: {loss:f}")
            self._bar.update()

    def remember_best(self):
        """Keep copies of the parameters, and of batch norm's running statistics, as the best so far."""
        self.best_params = {name: w.copy() for name, w in self.model.params.items()}
        self._best_statistics = [dict(bn_param) for bn_param in getattr(self.model, "bn_params", [])]

    def restore_best(self):
        """Give the best parameters so far, and the statistics that belong to them, back to the model."""
        if self.best_params is not None:
            self.model.params = {name: w.copy() for name, w in self.best_params.items()}
            if self._best_statistics:
                self.model.bn_params = [dict(bn_param) for bn_param in self._best_statistics]

    def save_checkpoint(self, path):
        """Save all that training needs to go on as if it had never stopped.

        The file holds plain arrays and text, no code. It is put in its place when it is complete: an
        interruption leaves the previous one as it was.
        """
        state = {
            "epoch": self.epoch,
            "rng": self.rng.bit_generator.state,
            "params": self.model.params,
            "bn_params": getattr(self.model, "bn_params", []),
            "optim_configs": self.optim_configs,
            "best_params": self.best_params,
            "best_statistics": self._best_statistics,
            "loss_history": np.array(self.loss_history),
            "train_acc_history": np.array(self.train_acc_history),
            "val_acc_history": np.array(self.val_acc_history),
        }
        arrays = {}
        text = json.dumps(_take_arrays_out(state, arrays))
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".part")
        with open(unfinished, "wb") as file:
            np.savez(file, state=text, **arrays)
        os.replace(unfinished, path)

    def load_checkpoint(self, path):
        """Go back to what `save_checkpoint` saved, for a model of the same shape. Returns self."""
        with np.load(path, allow_pickle=False) as file:
            state = _put_arrays_in(json.loads(str(file["state"])), file)
        shapes, expected = (
            {name: w.shape for name, w in params.items()} for params in (state["params"], self.model.params)
        )
        if shapes != expected:
            raise ValueError(f"{path} is of another model: it has parameters {shapes}, this model {expected}")
        self.epoch = state["epoch"]
        self.rng = np.random.Generator(getattr(np.random, state["rng"]["bit_generator"])())
        self.rng.bit_generator.state = state["rng"]
        self.model.params = state["params"]
        if state["bn_params"]:
            self.model.bn_params = state["bn_params"]
        self.optim_configs = state["optim_configs"]
        self.best_params, self._best_statistics = state["best_params"], state["best_statistics"]
        for name in ("loss_history", "train_acc_history", "val_acc_history"):
            setattr(self, name, state[name].tolist())
        self._batches = iter(())
        return self

    def resume(self):
        """Load the last checkpoint under `checkpoint_name`, if there is one. Returns self, so that
        ``solver.resume().train()`` starts training or goes on with it."""
        if self.checkpoint_name is None:
            raise ValueError("there is nothing to resume from: give the Solver a checkpoint_name")
        name = Path(self.checkpoint_name)
        numbered = re.compile(re.escape(name.name) + r"_epoch_(\d+)\.npz")
        matches = [match for path in name.parent.glob("*") if (match := numbered.fullmatch(path.name))]
        if matches:
            self.load_checkpoint(name.parent / max(matches, key=lambda match: int(match[1]))[0])
        return self

    def _print(self, line):
        if self.verbose:
            self._bar.write(line)


class Solver(BaseSolver):
    """Trains a model.

    Parameters and attributes are those of `BaseSolver`, which has checked and kept them.
    """

    def step(self):
        """Do one step of training.

        With the next batch, from `self.next_batch()`, take the loss and the gradients of `self.model`, and
        give every parameter its next value: `self.update_rule(w, dw, config)` returns it, together with the
        config for the next time. Every parameter has its own config in `self.optim_configs`, under its name;
        the parameters are in `self.model.params`. The loss goes to the end of `self.loss_history`.
        """
        X, y = self.next_batch()
        loss, grads = self.model.loss(X, y)
        self.loss_history.append(loss)
        params, configs = self.model.params, self.optim_configs
        for name, w in params.items():
            params[name], configs[name] = self.update_rule(w, grads[name], configs[name])

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """How good the model is on some data.

        Parameters
        ----------
        X : array of shape (N, d_1, ..., d_k)
            Examples, N at least 1.
        y : array of shape (N,) or (N, M)
            Their labels, or targets.
        num_samples : int, optional
            If given and less than N, the measure is taken on so many different examples, drawn from
            `self.rng`.
        batch_size : int
            How many examples the model is asked for at once.

        Returns
        -------
        accuracy : float
            If `self.category` is "classification": the fraction of examples whose highest score is that of
            the right class. If it is "regression": the RMS error after scores and targets have both been
            multiplied by `self.y_std`, which brings them to the targets' own unit.

        Raises
        ------
        ValueError
            If X and y differ in length or are empty.
        """
        if len(X) != len(y) or len(X) == 0:
            raise ValueError(f"need as many examples as targets, and at least one, got {len(X)} and {len(y)}")
        if num_samples is not None and num_samples < len(X):
            sample = self.rng.choice(len(X), num_samples, replace=False)
            X, y = X[sample], y[sample]
        starts = range(0, len(X), batch_size)
        scores = np.concatenate([self.model.loss(X[start : start + batch_size]) for start in starts])
        if self.category == "classification":
            return float(np.mean(scores.argmax(axis=1) == y))
        return rms_error(scores * self.y_std, y * self.y_std)

    def train(self):
        """Train for the epochs that are still to do, and leave the model with its best parameters.

        An epoch is a step, `self.step()`, for each of `self.iterations()`. After the steps of an epoch

        1. Every config's "learning_rate" is multiplied by `self.lr_decay`.
        2. `self.check_accuracy` measures on `self.X_train` and `self.y_train`, with `self.num_train_samples`
           samples, then on `self.X_val` and `self.y_val`, with `self.num_val_samples`. The results go to the
           ends of `self.train_acc_history` and `self.val_acc_history`.
        3. If the result on the validation set is better than after every earlier epoch,
           `self.remember_best()` keeps the parameters. A larger accuracy is better, a smaller RMS error is.

        `self.epochs()` counts the epochs. At the very end, `self.restore_best()` gives the best parameters
        back to the model.
        """
        for _ in self.epochs():
            for _ in self.iterations():
                self.step()
            for config in self.optim_configs.values():
                config["learning_rate"] *= self.lr_decay
            train_acc = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
            val_acc = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
            self.train_acc_history.append(train_acc)
            sign = 1 if self.category == "classification" else -1  # a smaller RMS error is better
            if all(sign * val_acc > sign * earlier for earlier in self.val_acc_history):
                self.remember_best()
            self.val_acc_history.append(val_acc)
        self.restore_best()


def _check_data(data):
    """Refuse data that cannot be trained on, with a line that says what to do."""
    for name in _DATA_NAMES:
        if name not in data:
            raise ValueError(f"data needs {', '.join(_DATA_NAMES)}: {name} is missing")
        if len(data[name]) == 0:
            raise ValueError(f"data[{name!r}] is empty: give it at least one example")
        dtype = np.asarray(data[name]).dtype
        if not np.issubdtype(dtype, np.number):
            raise ValueError(f"data[{name!r}] must hold numbers, got {dtype}: convert them first")
        if not np.isfinite(data[name]).all():
            raise ValueError(f"data[{name!r}] holds NaN or infinity: drop or fill these entries first")
    for X, y in ("X_train", "y_train"), ("X_val", "y_val"):
        if len(data[X]) != len(data[y]):
            raise ValueError(f"{X} and {y} must have the same length, got {len(data[X])} and {len(data[y])}")


class _NoBar:
    """Stands in for a progress bar where there is to be none, or no tqdm."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self):
        pass

    def write(self, line):
        print(line)


def _progress_bar(solver):
    if not solver.verbose:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _NoBar()
    total = solver.num_epochs * solver.iterations_per_epoch
    return tqdm(total=total, initial=len(solver.loss_history), unit="step", leave=False)


def _take_arrays_out(value, arrays):
    """Copy nested dicts and lists, with every array moved to `arrays` and its name left in its place."""
    if isinstance(value, dict):
        return {key: _take_arrays_out(item, arrays) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_take_arrays_out(item, arrays) for item in value]
    if isinstance(value, np.ndarray):
        name = f"array_{len(arrays)}"
        arrays[name] = value
        return {"@array": name}
    return value.item() if isinstance(value, np.generic) else value


def _put_arrays_in(value, arrays):
    """Undo `_take_arrays_out`."""
    if isinstance(value, dict):
        if "@array" in value:
            return arrays[value["@array"]]
        return {key: _put_arrays_in(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_arrays_in(item, arrays) for item in value]
    return value
