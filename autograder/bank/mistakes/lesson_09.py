"""What students get wrong in lesson 09, the solver. Each class holds a Solver with one step, measure or loop done wrong."""

import numpy as np

import reference_impl
from autograder.bank import mistake
from reference_impl import mse_loss, rms_error


def better(solver, new, old):
    """Whether a validation accuracy is better than another one."""
    return new > old if solver.category == "classification" else new < old


def training(after_epoch, *, before_epoch=None, at_the_end=lambda solver: solver.restore_best()):
    """A Solver.train that does all steps, and calls ``after_epoch(solver)`` after each epoch."""

    def train(self):
        for _ in self.epochs():
            if before_epoch:
                before_epoch(self)
            for _ in self.iterations():
                self.step()
            after_epoch(self)
        at_the_end(self)

    return train


def decay(self):
    for config in self.optim_configs.values():
        config["learning_rate"] *= self.lr_decay


def measure(self):
    """Measure on both sets and record it; returns the validation accuracy and those of earlier epochs."""
    earlier = list(self.val_acc_history)
    self.train_acc_history.append(self.check_accuracy(self.X_train, self.y_train, self.num_train_samples))
    self.val_acc_history.append(self.check_accuracy(self.X_val, self.y_val, self.num_val_samples))
    return self.val_acc_history[-1], earlier


def keep_best_without_decay(self):
    new, earlier = measure(self)
    if all(better(self, new, old) for old in earlier):
        self.remember_best()


def keep_best(self):
    """What the reference does after an epoch."""
    decay(self)
    keep_best_without_decay(self)


# step


@mistake(
    "Solver",
    "The parameters do not change: the new values are computed but not stored. Put each one back where the model "
    "finds it.",
)
class throws_the_new_values_away:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                w, self.optim_configs[name] = self.update_rule(w, grads[name], self.optim_configs[name])


@mistake(
    "Solver",
    "The config that the update rule returns is dropped, so a rule that keeps its memory in a new dict forgets it "
    "after every step. Keep it for the parameter's next step.",
)
class drops_the_config:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                self.model.params[name], _ = self.update_rule(w, grads[name], dict(self.optim_configs[name]))


@mistake(
    "Solver",
    "The update rule gets the configs of all parameters at once. Pass it only the one that belongs to this "
    "parameter, by name.",
)
class hands_over_all_configs:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                self.model.params[name], _ = self.update_rule(w, grads[name], self.optim_configs)


@mistake(
    "Solver",
    "All parameters share one config, so they mix up their velocities, step counts and running means. Every "
    "parameter has its own config, under its name.",
)
class one_config_for_all:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            shared = next(iter(self.optim_configs.values()))
            for name, w in self.model.params.items():
                self.model.params[name], shared = self.update_rule(w, grads[name], shared)
            for name in self.optim_configs:
                self.optim_configs[name] = shared


@mistake(
    "Solver",
    "Your step is always that of plain SGD. The update rule is a choice: call the function that the solver was given.",
)
class always_sgd:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                self.model.params[name] = w - self.optim_configs[name].get("learning_rate", 1e-2) * grads[name]


@mistake(
    "Solver",
    "The parameter and its gradient are swapped: the update rule takes the parameter first, then the gradient.",
)
class gradient_before_parameter:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                self.model.params[name], self.optim_configs[name] = self.update_rule(
                    grads[name], w, self.optim_configs[name]
                )


@mistake(
    "Solver",
    "Every step takes the whole training set. One step should take only the next batch: an epoch then has many steps "
    "for the price of one.",
)
class the_whole_set_in_every_step:
    class Solver(reference_impl.Solver):
        def next_batch(self):
            return self.X_train, self.y_train


@mistake(
    "Solver",
    "Your steps draw their own batches, so within an epoch some examples come several times and others never. The "
    "solver already deals out the next batch for you.",
)
class draws_its_own_batches:
    class Solver(reference_impl.Solver):
        def next_batch(self):
            chosen = self.rng.choice(len(self.X_train), self.batch_size)
            return self.X_train[chosen], self.y_train[chosen]


@mistake("Solver", "No step records its loss: `loss_history` stays empty, and nobody can see how training goes.")
class keeps_no_losses:
    class Solver(reference_impl.Solver):
        def step(self):
            losses = list(self.loss_history)
            super().step()
            self.loss_history = losses


@mistake(
    "Solver",
    "You record a loss that a second pass computes after the parameters have moved. The loss of the step is the one "
    "that came with the gradients; you already have it.",
)
class loss_after_the_step:
    class Solver(reference_impl.Solver):
        def step(self):
            X, y = self.next_batch()
            _, grads = self.model.loss(X, y)
            for name, w in self.model.params.items():
                self.model.params[name], self.optim_configs[name] = self.update_rule(
                    w, grads[name], self.optim_configs[name]
                )
            self.loss_history.append(self.model.loss(X, y)[0])


# check_accuracy


def measuring(accuracy):
    """A check_accuracy that samples as the reference does and then takes ``accuracy(solver, X, y, batch_size)``."""

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        if num_samples is not None and num_samples < len(X):
            sample = self.rng.choice(len(X), num_samples, replace=False)
            X, y = X[sample], y[sample]
        return float(accuracy(self, X, y, batch_size))

    return check_accuracy


def scores(solver, X, size):
    """The model's scores, computed in batches of at most ``size`` examples."""
    return np.concatenate([solver.model.loss(X[i : i + size]) for i in range(0, len(X), size)])


def right(scores, y):
    """Which examples get the right class."""
    return scores.argmax(axis=1) == y


@mistake(
    "Solver",
    "For regression you return the mean squared error: the square root is missing, so the result is not in the "
    "targets' own unit.",
)
class squared_error:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            accuracy = super().check_accuracy(X, y, num_samples, batch_size)
            if self.category == "classification":
                return accuracy
            return (accuracy / self.y_std) ** 2 * self.y_std


@mistake(
    "Solver",
    "The RMS error is not in the targets' own unit: the targets were divided by y_std before training, so the "
    "errors must be multiplied by it.",
)
class forgets_y_std:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else rms_error(scores(self, X, size), y)
            )
        )


@mistake(
    "Solver",
    "Scores of shape (N, 1) minus targets of shape (N,) make an (N, N) table by broadcasting: every score is "
    "compared with every target. Lesson 02 has a function that takes care of the two shapes.",
)
class compares_all_with_all:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else np.sqrt(np.mean((scores(self, X, size) - y) ** 2)) * self.y_std
            )
        )


@mistake(
    "Solver",
    "You take the accuracy of each batch and then the mean of these. Then a smaller last batch counts as much as a "
    "full one, and a mean of roots is not the root of the mean. Collect all scores first, then measure once.",
)
class mean_over_batches:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None and num_samples < len(X):
                sample = self.rng.choice(len(X), num_samples, replace=False)
                X, y = X[sample], y[sample]
            measure = super().check_accuracy
            return np.mean(
                [measure(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(X), batch_size)]
            )


@mistake(
    "Solver",
    "You return the loss as the accuracy. Training makes the loss small; a person wants to know the accuracy: the "
    "RMS error, or the fraction of right answers.",
)
class loss_as_accuracy:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else mse_loss(scores(self, X, size), y)[0]
            )
        )


@mistake(
    "Solver",
    "You count right classes for regression too. There the scores are predictions, not classes, and the measure is "
    "their RMS error: `self.category` tells which of the two to use.",
)
class classes_for_regression:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(lambda self, X, y, size: np.mean(right(scores(self, X, size), np.ravel(y))))


@mistake("Solver", "You count the right answers. The accuracy is their fraction: divide by the number of examples.")
class counts_the_right_ones:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                right(scores(self, X, size), y).sum()
                if self.category == "classification"
                else rms_error(scores(self, X, size), y) * self.y_std
            )
        )


@mistake(
    "Solver",
    "You return the fraction of wrong answers. The accuracy of a classifier is the fraction of right ones.",
)
class share_of_wrong_ones:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                1 - right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else rms_error(scores(self, X, size), y) * self.y_std
            )
        )


@mistake("Solver", "Your accuracy is in percent. It should be a fraction, from 0 to 1.")
class in_percent:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                100 * right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else rms_error(scores(self, X, size), y) * self.y_std
            )
        )


@mistake(
    "Solver",
    "You look for the highest score down each column. The scores of one example form a row: look along axis 1.",
)
class highest_score_of_each_column:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                np.mean(scores(self, X, size).argmax(axis=0) == y)
                if self.category == "classification"
                else rms_error(scores(self, X, size), y) * self.y_std
            )
        )


@mistake(
    "Solver",
    "Your accuracy is a whole number, the count of right answers. It should be the fraction of all examples that are "
    "right, from 0 to 1.",
)
class counts_in_whole_numbers:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            share = super().check_accuracy(X, y, num_samples, batch_size)
            if self.category == "regression":
                return share
            return np.rint(share * min(len(X), num_samples or len(X))).astype(int)


@mistake(
    "Solver",
    "Only the scores are multiplied by `y_std`. The targets were divided by it as well: convert both to the same unit.",
)
class only_scores_in_the_unit:
    class Solver(reference_impl.Solver):
        check_accuracy = measuring(
            lambda self, X, y, size: (
                right(scores(self, X, size), y).mean()
                if self.category == "classification"
                else rms_error(scores(self, X, size) * self.y_std, y)
            )
        )


@mistake(
    "Solver",
    "The model gets more examples at once than `batch_size` allows. On a large data set their intermediate results "
    "may not fit into memory: compute the scores batch by batch.",
)
class asks_for_all_at_once:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            return super().check_accuracy(X, y, num_samples, len(X))


@mistake(
    "Solver",
    "You draw more different examples than there are. If `num_samples` is larger than the data set, measure on all "
    "of it.",
)
class draws_more_than_there_are:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None:
                sample = self.rng.choice(len(X), num_samples, replace=False)
                X, y = X[sample], y[sample]
            return super().check_accuracy(X, y, None, batch_size)


@mistake(
    "Solver",
    "`num_samples` has no effect: you always measure on all examples. On a large training set, that would take "
    "longer than the training itself.",
)
class measures_on_all:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            return super().check_accuracy(X, y, None, batch_size)


@mistake(
    "Solver",
    "The samples are always the first ones. In sorted data these are of one kind: draw them at random from `self.rng`.",
)
class measures_on_the_first_ones:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            return super().check_accuracy(X[:num_samples], y[:num_samples], None, batch_size)


@mistake(
    "Solver",
    "The samples are drawn with replacement, so the same example may count several times. They should be different "
    "ones.",
)
class samples_with_replacement:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None and num_samples < len(X):
                sample = self.rng.integers(0, len(X), num_samples)
                X, y = X[sample], y[sample]
            return super().check_accuracy(X, y, None, batch_size)


@mistake(
    "Solver",
    "The examples are sampled but their targets are not: each sampled example is compared with the target of another "
    "one.",
)
class samples_X_alone:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None and num_samples < len(X):
                X, y = X[self.rng.choice(len(X), num_samples, replace=False)], y[:num_samples]
            return super().check_accuracy(X, y, None, batch_size)


# train: steps, histories


@mistake(
    "Solver",
    "Every epoch has a single step. An epoch is over when every example has come once: put a loop over all steps of "
    "an epoch inside the loop over epochs.",
)
class one_step_per_epoch:
    class Solver(reference_impl.Solver):
        def train(self):
            for _ in self.epochs():
                self.step()
                keep_best(self)
            self.restore_best()


@mistake(
    "Solver",
    "The last, smaller batch gets no step: your epochs are one step too short. Round the number of steps up, not down.",
)
class one_step_too_few:
    class Solver(reference_impl.Solver):
        def train(self):
            for _ in self.epochs():
                for _ in range(max(1, len(self.X_train) // self.batch_size)):
                    self.step()
                keep_best(self)
            self.restore_best()


@mistake(
    "Solver",
    "The accuracies are measured after every step. Once after every epoch is enough; for large data, more would take "
    "too long.",
)
class measures_after_every_step:
    class Solver(reference_impl.Solver):
        def train(self):
            for _ in self.epochs():
                for _ in self.iterations():
                    self.step()
                    new, earlier = measure(self)
                    if all(better(self, new, old) for old in earlier):
                        self.remember_best()
                decay(self)
            self.restore_best()


@mistake(
    "Solver",
    "The accuracies are measured but not recorded: both histories stay empty, and `self.epochs()`, which prints the "
    "latest ones, finds nothing.",
)
class keeps_no_accuracies:
    class Solver(reference_impl.Solver):
        def train(self):
            def after(self):
                decay(self)
                self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
                self.remember_best()

            training(after)(self)


@mistake(
    "Solver",
    "You also measure before the first epoch, so the histories have one entry too many. They should have one for "
    "each epoch, taken after it.",
)
class measures_before_the_first_epoch:
    class Solver(reference_impl.Solver):
        def train(self):
            if not self.val_acc_history:
                measure(self)
                self.remember_best()
            super().train()


@mistake(
    "Solver",
    "A loop of your own counts the epochs, so the solver does not know how many are done: a second `train()` starts "
    "from the beginning, and no checkpoint is saved. Let `self.epochs()` count.",
)
class counts_its_own_epochs:
    class Solver(reference_impl.Solver):
        def train(self):
            for _ in range(self.num_epochs):
                for _ in range(self.iterations_per_epoch):
                    self.step()
                keep_best(self)
            self.restore_best()


@mistake(
    "Solver",
    "Both histories are measured on the training data. Only the validation data can tell how good the network is on "
    "examples that it has not memorized.",
)
class validates_on_the_training_data:
    class Solver(reference_impl.Solver):
        def train(self):
            self.X_val, self.y_val = self.X_train, self.y_train
            super().train()


@mistake(
    "Solver",
    "The two histories are swapped: the one for the training data holds the accuracies on the validation data.",
)
class swaps_the_histories:
    class Solver(reference_impl.Solver):
        def train(self):
            super().train()
            if self.loss_history and not getattr(self, "_swapped", False):
                self.train_acc_history, self.val_acc_history = self.val_acc_history, self.train_acc_history
                self._swapped = True


@mistake(
    "Solver",
    "`num_train_samples` has no effect: after every epoch, the training accuracy is measured on all examples. Pass "
    "the number on to check_accuracy.",
)
class forgets_num_train_samples:
    class Solver(reference_impl.Solver):
        def train(self):
            self.num_train_samples = None
            super().train()


@mistake(
    "Solver",
    "`num_val_samples` has no effect: after every epoch, the validation accuracy is measured on all examples. Pass "
    "the number on to check_accuracy.",
)
class forgets_num_val_samples:
    class Solver(reference_impl.Solver):
        def train(self):
            self.num_val_samples = None
            super().train()


@mistake(
    "Solver",
    "After every epoch, both accuracies are measured on all examples. Pass `self.num_train_samples` and "
    "`self.num_val_samples` on to check_accuracy.",
)
class forgets_both_numbers_of_samples:
    class Solver(reference_impl.Solver):
        def train(self):
            self.num_train_samples = self.num_val_samples = None
            super().train()


@mistake(
    "Solver",
    "The validation accuracy is measured on `num_train_samples` examples. Each of the two sets has its own number.",
)
class one_number_of_samples_for_both:
    class Solver(reference_impl.Solver):
        def train(self):
            self.num_val_samples = self.num_train_samples
            super().train()


# train: the learning rate


@mistake(
    "Solver",
    "The learning rates never change: `lr_decay` has no effect. Every config has a learning rate, and it should "
    "shrink after each epoch.",
)
class never_decays:
    class Solver(reference_impl.Solver):
        def train(self):
            self.lr_decay = 1.0
            super().train()


@mistake(
    "Solver",
    "The learning rates shrink after every step. They should shrink once per epoch: otherwise almost nothing is left "
    "of them after a few hundred steps.",
)
class decays_after_every_step:
    class Solver(reference_impl.Solver):
        def step(self):
            super().step()
            decay(self)

        train = training(keep_best_without_decay)


@mistake(
    "Solver",
    "The learning rates already shrink before the first epoch. The first epoch should use the rate that the caller "
    "gave; shrink it after that.",
)
class decays_before_the_epoch:
    class Solver(reference_impl.Solver):
        train = training(keep_best_without_decay, before_epoch=decay)


@mistake("Solver", "The learning rates are set to lr_decay. lr_decay is a factor: multiply by it.")
class sets_the_rate_to_the_decay:
    class Solver(reference_impl.Solver):
        def train(self):
            def after(self):
                if self.lr_decay != 1:
                    for config in self.optim_configs.values():
                        config["learning_rate"] = self.lr_decay
                keep_best_without_decay(self)

            training(after)(self)


@mistake(
    "Solver",
    "The learning rates grow from epoch to epoch: you divide by lr_decay where you should multiply by it.",
)
class divides_by_the_decay:
    class Solver(reference_impl.Solver):
        def train(self):
            self.lr_decay = 1 / self.lr_decay
            super().train()


@mistake(
    "Solver",
    "Only one parameter's learning rate shrinks. Every parameter has its own config, and each config has a learning "
    "rate.",
)
class decays_one_parameter:
    class Solver(reference_impl.Solver):
        def train(self):
            def after(self):
                next(iter(self.optim_configs.values()))["learning_rate"] *= self.lr_decay
                keep_best_without_decay(self)

            training(after)(self)


# train: the best parameters


def keeping(is_better, remember=lambda solver: solver.remember_best(), **options):
    """A train that keeps the parameters where ``is_better(solver, new, earlier)`` says so."""

    def after(self):
        decay(self)
        new, earlier = measure(self)
        if is_better(self, new, earlier):
            remember(self)

    return training(after, **options)


@mistake(
    "Solver",
    "For regression the worst parameters are kept: a larger accuracy is better, but a larger RMS error is worse.",
)
class larger_errors_are_better:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: all(new > old for old in earlier))


@mistake(
    "Solver",
    "For classification the worst parameters are kept: a smaller error is better, but a smaller accuracy is worse.",
)
class smaller_accuracies_are_better:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: all(new < old for old in earlier))


@mistake(
    "Solver",
    "For regression nothing is ever kept: if the best error so far starts at 0, no error will ever be smaller. What "
    "should you compare the first epoch with?",
)
class best_error_starts_at_zero:
    class Solver(reference_impl.Solver):
        train = keeping(
            lambda self, new, earlier: all(
                better(self, new, old) for old in [*earlier, *([] if self.category == "classification" else [0.0])]
            )
        )


@mistake(
    "Solver",
    "You keep the model's own dict as the best parameters, and training goes on changing it: at the end, it holds "
    "the last parameters, not the best. Keep copies.",
)
class keeps_the_dict_itself:
    class Solver(reference_impl.Solver):
        train = keeping(
            lambda self, new, earlier: all(better(self, new, old) for old in earlier),
            remember=lambda self: setattr(self, "best_params", self.model.params),
        )


@mistake(
    "Solver",
    "The best parameters are kept but never used: after training, the model still has its last ones. Give it the "
    "best at the very end.",
)
class never_restores:
    class Solver(reference_impl.Solver):
        train = training(keep_best, at_the_end=lambda self: None)


@mistake(
    "Solver",
    "The best parameters go back to the model after every epoch, so training starts from there again and again, and "
    "never gets past a bad epoch. Give them back once, when all epochs are done.",
)
class restores_after_every_epoch:
    class Solver(reference_impl.Solver):
        def train(self):
            def after(self):
                keep_best(self)
                self.restore_best()

            training(after)(self)


@mistake(
    "Solver",
    "Every epoch's parameters are kept as the best, so the last ones win, good or not. Keep them only if this epoch "
    "is better than all before it.",
)
class keeps_the_last:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: True)


@mistake(
    "Solver",
    "Each epoch is compared with the one before it. After a bad epoch, a slightly less bad one then counts as "
    "the best: compare with the best so far.",
)
class compares_with_the_previous_epoch:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: not earlier or better(self, new, earlier[-1]))


@mistake(
    "Solver",
    "An epoch that is only as good as the best so far replaces it. Require a better one: with equal accuracy, the "
    "earlier epoch stays.",
)
class replaces_the_best_by_an_equal:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: not any(better(self, old, new) for old in earlier))


@mistake(
    "Solver",
    "The best epoch is chosen by the accuracy on the training data. That accuracy keeps improving while the network "
    "memorizes the data. Choose by the validation data: they are there for that.",
)
class chooses_by_the_training_accuracy:
    class Solver(reference_impl.Solver):
        train = keeping(
            lambda self, new, earlier: all(
                better(self, self.train_acc_history[-1], old) for old in self.train_acc_history[:-1]
            )
        )


@mistake(
    "Solver",
    "`best_params` stays None: nothing is ever kept. If you compare the new accuracy with the history, check whether "
    "it is already in there: nothing is better than itself.",
)
class keeps_nothing:
    class Solver(reference_impl.Solver):
        train = keeping(lambda self, new, earlier: False)


@mistake(
    "Solver",
    "When training continues after a stop, your best accuracy is reset, so a worse epoch replaces the best one. "
    "`self.val_acc_history` remembers all earlier epochs, including those before the stop.",
)
class forgets_the_best_when_training_goes_on:
    class Solver(reference_impl.Solver):
        def train(self):
            start = len(self.val_acc_history)
            keeping(lambda self, new, earlier: all(better(self, new, old) for old in earlier[start:]))(self)


@mistake(
    "Solver",
    "What the update rule returns has no effect. A rule may change its arguments in place, but most return a new array and a new config: keep "
    "both.",
)
class counts_on_a_rule_that_works_in_place:
    class Solver(reference_impl.Solver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history.append(loss)
            for name, w in self.model.params.items():
                self.update_rule(w, grads[name], self.optim_configs[name])


@mistake(
    "Solver",
    "For integer targets the scores are truncated to integers before they are compared. An array made like `y` gets "
    "the dtype of `y`: ask for floats.",
)
class scores_in_the_dtype_of_the_targets:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if self.category == "classification" or num_samples is not None and num_samples < len(X):
                return super().check_accuracy(X, y, num_samples, batch_size)
            scores = np.zeros_like(y)
            for start in range(0, len(X), batch_size):
                part = slice(start, start + batch_size)
                scores[part] = self.model.loss(X[part]).reshape(y[part].shape)
            return rms_error(scores * self.y_std, y * self.y_std)


@mistake(
    "Solver",
    "With an update rule that returns a new config, the learning rate does not change: the decay reaches the configs "
    "that training began with. Look at those that `self.optim_configs` holds after the epoch.",
)
class decays_the_first_configs:
    class Solver(reference_impl.Solver):
        def train(self):
            configs = list(self.optim_configs.values())

            def decay_first(solver):
                for config in configs:
                    config["learning_rate"] *= solver.lr_decay
                keep_best_without_decay(solver)

            training(decay_first)(self)


@mistake(
    "Solver",
    "With the same state of `self.rng`, `check_accuracy` draws different examples: they do not come from `self.rng` "
    "alone. Then no run can be repeated.",
)
class samples_from_another_generator:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None and num_samples < len(X):
                sample = np.random.default_rng().choice(len(X), num_samples, replace=False)
                X, y = X[sample], y[sample]
            return super().check_accuracy(X, y, None, batch_size)


@mistake(
    "Solver",
    "`check_accuracy` gives y itself the shape of the scores, and y belongs to the caller. `reshape` returns a "
    "reshaped array and leaves y as it is.",
)
class gives_y_the_shape_of_the_scores:
    class Solver(reference_impl.Solver):
        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if self.category == "regression":
                y.shape = (len(y), 1)
            return super().check_accuracy(X, y, num_samples, batch_size)
