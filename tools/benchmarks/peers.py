"""The same training three times: the course's, scikit-learn's and PyTorch's; and the floor below all of them.

Each has ``epoch()``, which trains for one epoch, and ``losses``, the mean loss of each epoch so far. PyTorch and the course also
have ``batch_losses``, the loss of each batch. All start from the parameters of the same network.
"""

from dataclasses import dataclass

import numpy as np

import reference_impl as course

LEARNING_RATES = {"sgd_momentum": 1e-4, "adam": 1e-3}  # housing has outliers that a larger step does not survive


@dataclass(frozen=True)
class Case:
    """What is trained and how: the layers' sizes from inputs to outputs, and the rest."""

    category: str
    dims: tuple[int, ...]
    activation: str
    rule: str
    batch_size: int

    def network(self):
        inputs, *hidden, outputs = self.dims
        return course.FullyConnectedNet(
            self.category,
            hidden,
            [False] * len(hidden),
            inputs,
            outputs,
            activation=self.activation,
            initializer="he",
            rng=np.random.default_rng(0),
        )

    @property
    def rate(self):
        return LEARNING_RATES[self.rule]


class InOrder:
    """Keeps the examples in their order, for two training runs that must see the same batches."""

    permutation = staticmethod(np.arange)


def sizes(total, batch_size):
    """Return how many examples each batch of an epoch has."""
    return np.diff([*range(0, total, batch_size), total])


class Course:
    """The course's own network and solver."""

    def __init__(self, case, X, y, rng):
        data = {"X_train": X, "y_train": y, "X_val": X[:1], "y_val": y[:1]}
        self.solver = course.Solver(
            case.network(),
            data,
            case.rule,
            {"learning_rate": case.rate},
            batch_size=case.batch_size,
            verbose=False,
            rng=rng,
        )
        self.weights = sizes(len(X), case.batch_size) / len(X)

    def epoch(self):
        for _ in self.solver.iterations():
            self.solver.step()

    @property
    def batch_losses(self):
        return self.solver.loss_history

    @property
    def losses(self):
        return np.reshape(self.batch_losses, (-1, len(self.weights))) @ self.weights


class ScikitLearn:
    """scikit-learn's MLP. Each call of `partial_fit`, or of `fit` with a warm start, trains for an epoch.

    Its squared error is half of the course's, so the learning rate of SGD must be twice as large.
    """

    def __init__(self, case, X, y, shuffle=True):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        self.half = case.category == "regression"
        kind = MLPRegressor if self.half else MLPClassifier
        self.model = kind(
            hidden_layer_sizes=case.dims[1:-1],
            activation=case.activation,
            solver=case.rule.removesuffix("_momentum"),
            alpha=0.0,
            batch_size=case.batch_size,
            learning_rate_init=case.rate * (2 if self.half and case.rule != "adam" else 1),
            nesterovs_momentum=False,
            shuffle=shuffle,
            warm_start=True,
            max_iter=1,
            random_state=0,
        )
        self.X, self.y, self.shape = X, y, case.dims
        self.start(case.network().params)

    def start(self, params):
        """Set these parameters; a warm start keeps them and creates a new optimizer."""
        self.fit(1)
        layers = range(1, len(self.shape))
        self.model.coefs_ = [params[f"W{i}"].copy() for i in layers]
        self.model.intercepts_ = [params[f"b{i}"].copy() for i in layers]

    def fit(self, epochs):
        import warnings

        self.model.max_iter = epochs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn warns that so few epochs do not converge
            self.model.fit(self.X, self.y)
        return np.array(self.model.loss_curve_[-epochs:]) * (2 if self.half else 1)

    def epoch(self):
        self.model.partial_fit(self.X, self.y)


class PyTorch:
    """PyTorch in eager mode, with the modules, loss and optimizer that its tutorials use.

    With `input_gradient` it also computes the gradient of its input, as the course's layers do.
    """

    def __init__(self, case, X, y, rng, input_gradient=False):
        import torch

        torch.set_num_threads(1)
        activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[case.activation]
        layers = []
        for inputs, outputs in zip(case.dims, case.dims[1:]):
            layers += [torch.nn.Linear(inputs, outputs), activation()]
        self.model = torch.nn.Sequential(*layers[:-1])
        start = [w.T for w in case.network().params.values()]
        with torch.no_grad():
            for parameter, w in zip(self.model.parameters(), start, strict=True):
                parameter.copy_(torch.tensor(w))
        if case.rule == "adam":
            self.optimizer = torch.optim.Adam(self.model.parameters(), lr=case.rate)
        else:
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=case.rate, momentum=0.9)
        self.loss = torch.nn.MSELoss() if case.category == "regression" else torch.nn.CrossEntropyLoss()
        self.X = torch.tensor(X)
        self.y = torch.tensor(y.reshape(len(y), -1) if case.category == "regression" else y)
        self.batch_size, self.rng, self.batch_losses = case.batch_size, rng, []
        self.from_numpy, self.input_gradient = torch.from_numpy, input_gradient

    def epoch(self):
        order = self.from_numpy(self.rng.permutation(len(self.X)))
        for start in range(0, len(self.X), self.batch_size):
            batch = order[start : start + self.batch_size]
            self.optimizer.zero_grad()
            X = self.X[batch].requires_grad_(self.input_gradient)
            loss = self.loss(self.model(X), self.y[batch])
            loss.backward()
            self.optimizer.step()
            self.batch_losses.append(loss.item())


class Floor:
    """Only the matrix products of an epoch, as the course computes them: the least that any NumPy code must do.

    The input needs no gradient, so the first layer takes two products and every other layer three. With `input_gradient` the
    first layer also takes three.
    """

    def __init__(self, case, X, input_gradient=False):
        self.input_gradient = input_gradient
        rng = np.random.default_rng(0)
        self.total, self.batch_size = len(X), case.batch_size
        self.layers = [
            tuple(
                rng.normal(size=shape).astype(np.float32)
                for shape in ((case.batch_size, D), (D, M), (case.batch_size, M))
            )
            for D, M in zip(case.dims, case.dims[1:])
        ]

    def epoch(self):
        for n in sizes(self.total, self.batch_size):
            for i, (x, w, dout) in enumerate(self.layers):
                x[:n] @ w
                x[:n].T @ dout[:n]
                if i > 0 or self.input_gradient:
                    np.dot(dout[:n], w.T)
