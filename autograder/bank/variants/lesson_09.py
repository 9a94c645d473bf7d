"""Right answers to lesson 09, as different students write them. Each class holds a Solver."""

import math
import warnings

import numpy as np

import reference_impl
from autograder.bank import variant
from reference_impl import BaseSolver, rms_error


@variant("Solver")
class keeps_the_best_value_beside_it:
    class Solver(BaseSolver):
        def step(self):
            X_batch, y_batch = self.next_batch()
            loss, grads = self.model.loss(X_batch, y_batch)
            self.loss_history.append(loss)
            for p in self.model.params:
                next_w, next_config = self.update_rule(self.model.params[p], dw=grads[p], config=self.optim_configs[p])
                self.model.params[p] = next_w
                self.optim_configs[p] = next_config

        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            N = X.shape[0]
            if num_samples is not None and N > num_samples:
                mask = self.rng.permutation(N)[:num_samples]
                N = num_samples
                X = X[mask]
                y = y[mask]
            num_batches = N // batch_size
            if N % batch_size != 0:
                num_batches += 1
            scores = []
            for i in range(num_batches):
                scores.append(self.model.loss(X[i * batch_size : (i + 1) * batch_size]))
            scores = np.vstack(scores)
            if self.category == "regression":
                return np.sqrt(np.mean((scores - y.reshape(scores.shape)) ** 2)) * self.y_std
            return np.mean(np.argmax(scores, axis=1) == y)

        def train(self):
            if not hasattr(self, "best_val_acc"):
                self.best_val_acc = np.inf if self.category == "regression" else -np.inf
            for _epoch in self.epochs():
                for _t in self.iterations():
                    self.step()
                for p in self.optim_configs:
                    self.optim_configs[p]["learning_rate"] *= self.lr_decay
                train_acc = self.check_accuracy(self.X_train, self.y_train, num_samples=self.num_train_samples)
                val_acc = self.check_accuracy(self.X_val, self.y_val, num_samples=self.num_val_samples)
                self.train_acc_history.append(train_acc)
                self.val_acc_history.append(val_acc)
                if (val_acc < self.best_val_acc) if self.category == "regression" else (val_acc > self.best_val_acc):
                    self.best_val_acc = val_acc
                    self.remember_best()
            self.restore_best()


@variant("Solver")
class turns_errors_into_scores_and_copies_by_hand:
    class Solver(BaseSolver):
        def step(self):
            loss, grads = self.model.loss(*self.next_batch())
            self.loss_history += [float(loss)]
            self.model.params, self.optim_configs = self._updated(grads)

        def _updated(self, grads):
            new = {k: self.update_rule(w.copy(), grads[k], self.optim_configs[k]) for k, w in self.model.params.items()}
            return {k: w for k, (w, _) in new.items()}, {k: config for k, (_, config) in new.items()}

        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples and num_samples < len(y):
                chosen = self.rng.choice(np.arange(len(y)), size=num_samples, replace=False)
                return self.check_accuracy(X[chosen], y[chosen], batch_size=batch_size)
            pieces = np.array_split(np.arange(len(X)), math.ceil(len(X) / batch_size))
            out = np.vstack([self.model.loss(X[piece], None) for piece in pieces])
            if self.category == "regression":
                return rms_error(out, y) * self.y_std
            hits = [int(np.argmax(row)) == int(label) for row, label in zip(out, y, strict=True)]
            return sum(hits) / len(hits)

        def train(self):
            sign = {"classification": 1, "regression": -1}[self.category]
            for _ in self.epochs():
                for _ in self.iterations():
                    self.step()
                self._after_epoch(sign)
            if self.best_params is not None:
                self.model.params = {k: v.copy() for k, v in self.best_params.items()}

        def _after_epoch(self, sign):
            for config in self.optim_configs.values():
                config["learning_rate"] = config["learning_rate"] * self.lr_decay
            self.train_acc_history.append(self.check_accuracy(self.X_train, self.y_train, self.num_train_samples))
            self.val_acc_history.append(self.check_accuracy(self.X_val, self.y_val, self.num_val_samples))
            if int(np.argmax(sign * np.array(self.val_acc_history))) == len(self.val_acc_history) - 1:
                self.best_params = {k: v.copy() for k, v in self.model.params.items()}


@variant("Solver")
class in_place_with_sums_of_squares:
    class Solver(BaseSolver):
        def step(self):
            X, y = self.next_batch()
            loss, grads = self.model.loss(X, y)
            for name in sorted(grads):
                w = self.model.params[name]
                new, self.optim_configs[name] = self.update_rule(w, grads[name], self.optim_configs[name])
                w[...] = new
            self.loss_history.append(loss)
            print("loss", loss)

        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if num_samples is not None and num_samples < len(X):
                order = np.argsort(self.rng.random(len(X)))[:num_samples]
                X, y = X[order], y[order]
            total = 0.0
            entries = 0
            for i in range(0, len(X), batch_size):
                scores = self.model.loss(X[i : i + batch_size])
                target = y[i : i + batch_size]
                if self.category == "classification":
                    total += float((scores.argmax(1) == target).sum())
                    entries += len(target)
                else:
                    total += float(((scores.ravel() - np.ravel(target)) ** 2).sum())
                    entries += scores.size
            return total / entries if self.category == "classification" else math.sqrt(total / entries) * self.y_std

        def train(self):
            warnings.warn("training")
            for _ in self.epochs():
                for _ in self.iterations():
                    self.step()
                val = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
                train = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
                if self.is_best(val):
                    self.remember_best()
                self.val_acc_history.append(val)
                self.train_acc_history.append(train)
                for name, config in self.optim_configs.items():
                    self.optim_configs[name] = {**config, "learning_rate": config["learning_rate"] * self.lr_decay}
            self.restore_best()

        def is_best(self, val):
            if len(self.val_acc_history) == 0:
                return True
            if self.category == "classification":
                return val > np.max(self.val_acc_history)
            return val < np.min(self.val_acc_history)


@variant("Solver")
class loops_by_hand_over_the_steps:
    class Solver(BaseSolver):
        def step(self):
            batch = self.next_batch()
            loss, grads = self.model.loss(batch[0], batch[1])
            self.loss_history.append(np.float32(loss).item())
            for name, grad in grads.items():
                result = self.update_rule(self.model.params[name], grad, self.optim_configs[name])
                self.model.params.update({name: result[0]})
                self.optim_configs.update({name: result[1]})

        check_accuracy = reference_impl.Solver.check_accuracy

        def train(self):
            for epoch in self.epochs():
                i = 0
                while i < self.iterations_per_epoch:
                    self.step()
                    i += 1
                for name in self.model.params:
                    self.optim_configs[name]["learning_rate"] *= self.lr_decay
                self.train_acc_history.append(
                    self.check_accuracy(self.X_train, self.y_train, num_samples=self.num_train_samples)
                )
                self.val_acc_history.append(
                    self.check_accuracy(self.X_val, self.y_val, num_samples=self.num_val_samples)
                )
                history = self.val_acc_history
                pick = max if self.category == "classification" else min
                if history.index(pick(history)) == epoch - 1:
                    self.remember_best()
            self.restore_best()


@variant("Solver")
class from_pytorch_a_training_loop:
    class Solver(BaseSolver):
        def step(self):
            inputs, targets = self.next_batch()
            loss, grads = self.model.loss(inputs, targets)
            for name, parameter in list(self.model.params.items()):
                updated, self.optim_configs[name] = self.update_rule(parameter, grads[name], self.optim_configs[name])
                self.model.params[name] = updated
            self.loss_history += [loss]

        def check_accuracy(self, X, y, num_samples=None, batch_size=100):
            if len(X) != len(y) or not len(X):
                raise ValueError("nothing to check")
            if num_samples is not None and len(X) > num_samples:
                chosen = self.rng.permutation(len(X))[:num_samples]
                X, y = X[chosen], y[chosen]
            correct, squares, seen, begin = 0, 0.0, 0, 0
            while begin < len(X):
                outputs = self.model.loss(X[begin : begin + batch_size])
                labels = y[begin : begin + batch_size]
                if self.category == "classification":
                    correct += int((np.argmax(outputs, -1) == labels).sum())
                else:
                    squares += float(np.sum((outputs.reshape(labels.shape) - labels) ** 2))
                    seen += labels.size
                begin += batch_size
            if self.category == "classification":
                return correct / len(X)
            return self.y_std * math.sqrt(squares / seen)

        def train(self):
            best = None
            for earlier in self.val_acc_history:
                best = earlier if best is None or self.better(earlier, best) else best
            for _ in self.epochs():
                for _ in self.iterations():
                    self.step()
                for group in self.optim_configs.values():  # scheduler.step()
                    group["learning_rate"] = group["learning_rate"] * self.lr_decay
                self.train_acc_history.append(self.check_accuracy(self.X_train, self.y_train, self.num_train_samples))
                self.val_acc_history.append(self.check_accuracy(self.X_val, self.y_val, self.num_val_samples))
                if best is None or self.better(self.val_acc_history[-1], best):
                    best = self.val_acc_history[-1]
                    self.remember_best()
            self.restore_best()

        def better(self, one, other):
            return one > other if self.category == "classification" else one < other
