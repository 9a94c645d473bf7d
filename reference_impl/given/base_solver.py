"""The base class of the training loop in lesson 09.

To follow one epoch, begin at `Solver.train`. It calls, in this order, `epochs`, `iterations` and, through
`Solver.step`, `next_batch`. After the steps of an epoch it may call `remember_best`, and at the very end it calls
`restore_best`. These methods are defined below in the same order.
"""

import copy

import numpy as np

from ..optim import adam, rmsprop, sgd, sgd_momentum
from ..preprocessing import minibatches
from .checkpoint import last_checkpoint, load_state, save_state
from .progress import NoBar, progress_bar
from .training_data import NAMES, check_at_least, check_data

UPDATE_RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")
MEASURES = {"classification": ("train acc", "val_acc"), "regression": ("train RMS error", "val RMS error")}


class BaseSolver:
    """Base class of the training loop: it stores the options, deals out batches and keeps the best parameters.

    Parameters
    ----------
    model : object
        Has ``params``, a dict of arrays; ``loss(X, y)``, which returns the loss and a dict of gradients;
        ``loss(X)``, which returns scores; and ``category``, "classification" or "regression".
    data : dict
        "X_train", "y_train", "X_val", "y_val": arrays. If the targets were divided by a number, "y_std" may hold
        this number, in the targets' own unit: RMS errors are then given in that unit.
    update_rule : {"sgd", "sgd_momentum", "rmsprop", "adam"} or callable
        A callable is called as update_rule(w, dw, config) and returns the next w and config. A function of your
        own keeps its learning rate in ``config["learning_rate"]``.
    optim_config : dict, optional
        Settings of the update rule. Every parameter gets its own copy.
    lr_decay : float
        Every learning rate is multiplied by this number after every epoch.
    batch_size : int
        Examples per step.
    num_epochs : int
        How often training visits every example.
    num_train_samples, num_val_samples : int or None
        How many examples to measure on, drawn at random after every epoch; None for all.
    checkpoint_name : str or path, optional
        If given, training is saved after every epoch, to <checkpoint_name>_epoch_<epoch>.npz.
    print_every : int
        The loss is printed once in this many steps.
    verbose : bool
        Whether to print and to show a progress bar.
    rng : numpy.random.Generator, optional
        Draws the batches and samples.

    Attributes
    ----------
    loss_history : list of float
        One loss per step.
    train_acc_history, val_acc_history : lists of float
        One value of `check_accuracy` per epoch.
    best_params : dict of str to array
        Copies of the parameters of the best epoch so far; None before the first epoch ends.
    optim_configs : dict of str to dict
        The update rule's config for every parameter.
    epoch : int
        How many epochs are finished.
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
        check_data(data)
        self.update_rule = _find_rule(update_rule)
        check_at_least(0, num_epochs=num_epochs)
        check_at_least(1, batch_size=batch_size, print_every=print_every)
        check_at_least(1, num_train_samples=num_train_samples, num_val_samples=num_val_samples)
        self.model = model
        self.category = getattr(model, "category", "classification")
        self.X_train, self.y_train, self.X_val, self.y_val = (np.asarray(data[name]) for name in NAMES)
        self.y_std = data.get("y_std", 1.0)
        self.lr_decay = float(lr_decay)
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = print_every
        self.verbose = verbose
        self.rng = np.random.default_rng() if rng is None else rng
        self.iterations_per_epoch = -(-len(self.X_train) // batch_size)
        self.optim_configs = {name: copy.deepcopy(_python_numbers(optim_config or {})) for name in model.params}
        self.epoch = 0
        self.loss_history, self.train_acc_history, self.val_acc_history = [], [], []
        self.best_params = self.best_statistics = None
        self._batches, self._bar = iter(()), NoBar()

    def epochs(self):
        """Count through the remaining epochs; after each one, print how good it was and save a checkpoint."""
        total = self.num_epochs * self.iterations_per_epoch
        with progress_bar(total, len(self.loss_history), self.verbose) as self._bar:
            while self.epoch < self.num_epochs:
                yield self.epoch + 1
                self.epoch += 1
                train, val = MEASURES[self.category]
                self._print(
                    f"(Epoch {self.epoch} / {self.num_epochs}) "
                    f"{train}: {self.train_acc_history[-1]:f}; {val}: {self.val_acc_history[-1]:f}"
                )
                if self.checkpoint_name is not None:
                    self.save_checkpoint(f"{self.checkpoint_name}_epoch_{self.epoch}.npz")

    def iterations(self):
        """Count through the steps of one epoch; after each one, move the progress bar and sometimes print the loss."""
        total = self.num_epochs * self.iterations_per_epoch
        for _ in range(self.iterations_per_epoch):
            yield len(self.loss_history) + 1
            step, loss = len(self.loss_history), self.loss_history[-1]
            if not np.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {step}: try a smaller learning_rate")
            if (step - 1) % self.print_every == 0:
                self._print(f"(Iteration {step} / {total}) loss: {loss:f}")
            self._bar.update()

    def next_batch(self):
        """Return the next batch, X and y: every example comes once, in random order, before any comes again."""
        batch = next(self._batches, None)
        if batch is None:  # all examples have been used: start again, in a new order
            self._batches = minibatches(self.X_train, self.y_train, self.batch_size, self.rng)
            batch = next(self._batches)
        return batch

    def remember_best(self):
        """Keep copies of the parameters, and of batch norm's running statistics, as the best so far."""
        self.best_params = {name: w.copy() for name, w in self.model.params.items()}
        self.best_statistics = [dict(bn_param) for bn_param in getattr(self.model, "bn_params", [])]

    def restore_best(self):
        """Give the best parameters so far, and the statistics that belong to them, back to the model."""
        if self.best_params is not None:
            self.model.params = {name: w.copy() for name, w in self.best_params.items()}
            if self.best_statistics:
                self.model.bn_params = [dict(bn_param) for bn_param in self.best_statistics]

    def save_checkpoint(self, path):
        """Save everything that training needs to continue as if it had never stopped."""
        save_state(self, path)

    def load_checkpoint(self, path):
        """Restore what `save_checkpoint` saved, for a model of the same shape. Returns self."""
        load_state(self, path)
        self._batches = iter(())
        return self

    def resume(self):
        """Load the last checkpoint under `checkpoint_name`, if there is one. Returns self, so that
        ``solver.resume().train()`` starts training or continues it."""
        if self.checkpoint_name is None:
            raise ValueError("there is nothing to resume from: give the Solver a checkpoint_name")
        path = last_checkpoint(self.checkpoint_name)
        return self if path is None else self.load_checkpoint(path)

    def _print(self, line):
        if self.verbose:
            self._bar.write(line)


def _python_numbers(settings):
    """Return settings with Python's numbers: NumPy's would turn a float32 network into a float64 one."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in settings.items()}


def _find_rule(update_rule):
    """Return the update rule with this name. A function is already a rule."""
    if callable(update_rule):
        return update_rule
    if update_rule not in UPDATE_RULES:
        rules = ", ".join(UPDATE_RULES)
        raise ValueError(f"update_rule must be a function or one of {rules}, got {update_rule!r}")
    return {"sgd": sgd, "sgd_momentum": sgd_momentum, "rmsprop": rmsprop, "adam": adam}[update_rule]
