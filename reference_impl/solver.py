"""Lesson 09: the training loop."""

import numpy as np

from .given.base_solver import BaseSolver
from .losses import rms_error


class Solver(BaseSolver):
    """Trains a model.

    Parameters and attributes are those of `BaseSolver`, which checks and stores them.
    """

    def step(self):
        """Take one step of training.

        Take the next batch from `self.next_batch()`, and the loss and the gradients of `self.model` on it. Give every
        parameter in `self.model.params` its next value: `self.update_rule(w, dw, config)` returns this value and the
        config for the next step. Every parameter has its own config in `self.optim_configs`, under its name. Append the
        loss to `self.loss_history`.
        """
        X, y = self.next_batch()
        loss, grads = self.model.loss(X, y)
        self.loss_history.append(loss)
        params, configs = self.model.params, self.optim_configs
        for name, w in params.items():
            params[name], configs[name] = self.update_rule(w, grads[name], configs[name])

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """Measure how good the model is on examples `X` and their labels or targets `y`.

        If `self.category` is "classification", return the fraction of examples whose highest score is that of the
        right class. If it is "regression", return the RMS error after multiplying scores and targets by `self.y_std`,
        which brings them to the targets' own unit. Either result is a float.

        If `num_samples` is given and less than the number of examples, measure on that many different examples, drawn
        with `self.rng`. Pass at most `batch_size` examples to the model at once. If `X` and `y` differ in length or
        are empty, raise a ValueError.
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
        """Train for the remaining epochs, and leave the model with its best parameters.

        In each of `self.epochs()`, call `self.step()` once for each of `self.iterations()`. At the end of the epoch:

        1. Multiply every config's "learning_rate" by `self.lr_decay`.
        2. Measure with `self.check_accuracy` on `self.X_train` and `self.y_train`, with `self.num_train_samples`
           samples, then on `self.X_val` and `self.y_val`, with `self.num_val_samples`. Append the results to
           `self.train_acc_history` and `self.val_acc_history`.
        3. If the result on the validation set is better than after every earlier epoch (a larger accuracy, a smaller
           RMS error), call `self.remember_best()`.

        At the very end, `self.restore_best()` gives the best parameters back to the model.
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
