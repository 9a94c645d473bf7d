"""The reference compared with PyTorch, if that is installed."""

import numpy as np
import pytest
from common import agree

import reference_impl as course

torch = pytest.importorskip("torch")
functional = torch.nn.functional


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "tanh"])
def test_activations(name, rng):
    x, dout = 3 * rng.normal(size=(2, 4, 5))
    t = tensor(x)
    expected = getattr(torch, name)(t)
    expected.backward(torch.tensor(dout))
    out, cache = getattr(course, f"{name}_forward")(x)
    agree(out, expected.detach().numpy(), 1e-12)
    agree(getattr(course, f"{name}_backward")(dout, cache), t.grad.numpy(), 1e-12)


def test_losses(rng):
    x, y, labels = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.integers(0, 3, 5)
    for ours, theirs, target in (
        (course.mse_loss, functional.mse_loss, y),
        (course.softmax_loss, functional.cross_entropy, labels),
    ):
        t = tensor(x)
        expected = theirs(t, torch.tensor(target))
        expected.backward()
        loss, dx = ours(x, target)
        agree(loss, expected.item(), 1e-12)
        agree(dx, t.grad.numpy(), 1e-12)


def test_batchnorm(rng):
    x, dout, gamma, beta = (
        rng.normal(size=(6, 3)),
        rng.normal(size=(6, 3)),
        rng.normal(size=3),
        rng.normal(size=3),
    )
    tensors = [tensor(array) for array in (x, gamma, beta)]
    expected = functional.batch_norm(tensors[0], None, None, tensors[1], tensors[2], training=True, eps=1e-5)
    expected.backward(torch.tensor(dout))
    out, cache = course.batchnorm_forward(x, gamma, beta, {"mode": "train"})
    agree(out, expected.detach().numpy(), 1e-12)
    for got, t in zip(course.batchnorm_backward(dout, cache), tensors, strict=True):
        agree(got, t.grad.numpy(), 1e-10)


@pytest.mark.parametrize(
    ("rule", "config", "make"),
    [
        ("sgd", {"learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
        ("rmsprop", {"learning_rate": 0.1}, lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.99, eps=1e-8)),
        ("adam", {"learning_rate": 0.1}, lambda p: torch.optim.Adam(p, lr=0.1)),
        (
            "sgd_momentum",
            {"learning_rate": 0.1, "momentum": 0.9},
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        ),
    ],
)
def test_update_rules(rule, config, make, rng):
    w, gradients = rng.normal(size=(3, 2)), rng.normal(size=(5, 3, 2))
    t = tensor(w)
    optimizer = make([t])
    for dw in gradients:
        t.grad = torch.tensor(dw)
        optimizer.step()
        w, config = getattr(course, rule)(w, dw, config)
        agree(w, t.detach().numpy(), 1e-10)


@pytest.mark.parametrize("category", ["classification", "regression"])
def test_a_whole_network(category, rng):
    X = rng.normal(size=(7, 6))
    y = rng.integers(0, 4, 7) if category == "classification" else rng.normal(size=(7, 4))
    net = course.FullyConnectedNet(category, [5, 3], [True, False], 6, 4, reg=0.2, dtype=np.float64, rng=rng)
    params = {name: tensor(w) for name, w in net.params.items()}
    h = functional.linear(torch.tensor(X), params["W1"].T, params["b1"])
    h = torch.relu(functional.batch_norm(h, None, None, params["gamma1"], params["beta1"], training=True))
    h = torch.relu(functional.linear(h, params["W2"].T, params["b2"]))
    scores = functional.linear(h, params["W3"].T, params["b3"])
    loss_function = functional.cross_entropy if category == "classification" else functional.mse_loss
    expected = loss_function(scores, torch.tensor(y))
    expected = expected + 0.1 * sum((params[f"W{i}"] ** 2).sum() for i in (1, 2, 3))
    expected.backward()
    loss, grads = net.loss(X, y)
    agree(loss, expected.item(), 1e-12)
    for name, grad in grads.items():
        agree(grad, params[name].grad.numpy(), 1e-10)
