"""What a solver prints, and which data and options it refuses."""

import re
import sys

import numpy as np
import pytest
from solvers import make, regression_data

import reference_impl
from reference_impl import Solver

# What it prints


def test_the_classic_lines(capsys):
    make("classification", verbose=True, num_epochs=2, batch_size=6, print_every=3).train()
    lines = capsys.readouterr().out.splitlines()
    number = r"\d+\.\d{6}"
    expected = [
        rf"\(Iteration 1 / 8\) loss: {number}",
        rf"\(Iteration 4 / 8\) loss: {number}",
        rf"\(Epoch 1 / 2\) train acc: {number}; val_acc: {number}",
        rf"\(Iteration 7 / 8\) loss: {number}",
        rf"\(Epoch 2 / 2\) train acc: {number}; val_acc: {number}",
    ]
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, line), line


def test_regression_does_not_call_its_error_an_accuracy(capsys):
    make(verbose=True, num_epochs=1).train()
    assert re.search(r"\(Epoch 1 / 1\) train RMS error: \d\.\d+; val RMS error: \d\.\d+\n", capsys.readouterr().out)


def test_a_progress_bar_is_shown(capsys):
    make(verbose=True, num_epochs=2).train()
    assert re.search(r"\d+/10 ", capsys.readouterr().err)


def test_without_tqdm_the_lines_are_printed_all_the_same(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    make(verbose=True, num_epochs=1).train()
    out, err = capsys.readouterr()
    assert "(Epoch 1 / 1)" in out
    assert err == ""


def test_silence(capsys):
    make(verbose=False).train()
    assert capsys.readouterr() == ("", "")


# What it refuses


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X_val": None}, "X_val is missing"),
        ({"X_train": np.ones((0, 3)), "y_train": np.ones(0)}, r"'X_train'\] is empty"),
        ({"X_val": np.ones((0, 3))}, r"'X_val'\] is empty"),
        ({"y_train": np.ones(22)}, "X_train and y_train must have the same length, got 23 and 22"),
        ({"y_val": np.ones(8)}, "X_val and y_val must have the same length, got 7 and 8"),
        ({"X_train": np.full((23, 3), np.nan)}, r"'X_train'\] holds NaN"),
        ({"y_val": np.full(7, np.inf)}, r"'y_val'\] holds NaN or infinity"),
        ({"y_train": np.array(["7"] * 23)}, "must hold numbers"),
    ],
)
def test_data_that_cannot_be(changes, message):
    data = {**regression_data(np.random.default_rng(1)), **changes}
    data = {name: array for name, array in data.items() if array is not None}
    with pytest.raises(ValueError, match=message) as error:
        Solver(make().model, data)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"update_rule": "adamw"}, "one of sgd, sgd_momentum, rmsprop, adam, got 'adamw'"),
        ({"update_rule": "relu_forward"}, "update_rule"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"num_epochs": -1}, "num_epochs must be at least 0, got -1"),
        ({"print_every": 0}, "print_every"),
        ({"num_train_samples": 0}, "num_train_samples"),
        ({"num_val_samples": 0}, "num_val_samples"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_rules_come_from_the_course():
    assert make(update_rule="rmsprop").update_rule is reference_impl.rmsprop


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam"])
def test_a_float32_network_stays_one_whatever_numbers_the_settings_are(rule, rng):
    data = {"X_train": rng.normal(size=(9, 2)), "y_train": rng.normal(size=9)}
    data |= {"X_val": data["X_train"], "y_val": data["y_train"]}
    net = reference_impl.TrainableNet("regression", [4], [False], 2, 1)
    options = {"optim_config": {"learning_rate": np.logspace(-3, -1, 3)[0]}, "lr_decay": np.float64(0.9)}
    reference_impl.Solver(net, data, rule, num_epochs=2, verbose=False, **options).train()
    assert {w.dtype for w in net.params.values()} == {np.dtype(np.float32)}
