import json
import os

import numpy as np
import pytest
from solvers import DATA, make, regression_data

from reference_impl import FullyConnectedNet, Solver


@pytest.mark.parametrize("category", DATA)
@pytest.mark.parametrize("rule", ["sgd_momentum", "adam"])
@pytest.mark.parametrize("bit_generator", [np.random.PCG64, np.random.MT19937])
def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(category, rule, bit_generator, tmp_path):
    options = {
        "update_rule": rule, "num_epochs": 6, "lr_decay": 0.9, "num_train_samples": 9, "normalization": True,
        "num_val_samples": 5, "checkpoint_name": tmp_path / "runs" / "a",
    }  # fmt: skip
    whole = make(category, **options, rng=np.random.Generator(bit_generator(5)))
    whole.train()
    for path in (tmp_path / "runs").iterdir():
        path.unlink()

    stopped = make(category, **options, rng=np.random.Generator(bit_generator(5)))
    steps, step = iter(range(17)), stopped.step

    def interrupted_step():
        if next(steps, None) is None:
            raise KeyboardInterrupt  # in the fourth epoch
        step()

    stopped.step = interrupted_step
    with pytest.raises(KeyboardInterrupt):
        stopped.train()

    resumed = make(category, **options, seed=99).resume()
    assert resumed.epoch == 3
    resumed.train()
    assert resumed.loss_history == whole.loss_history
    assert resumed.train_acc_history == whole.train_acc_history
    assert resumed.val_acc_history == whole.val_acc_history
    for name, w in whole.model.params.items():
        np.testing.assert_array_equal(resumed.model.params[name], w)
        assert resumed.model.params[name].dtype == w.dtype
    np.testing.assert_array_equal(resumed.model.bn_params[0]["running_var"], whole.model.bn_params[0]["running_var"])


def test_float32_survives_a_checkpoint(tmp_path):
    def new():
        net = FullyConnectedNet("regression", [4], [False], 3, 1, rng=np.random.default_rng(0))
        data = regression_data(np.random.default_rng(1))
        return Solver(
            net, data, "adam", {"learning_rate": np.float32(0.01)}, num_epochs=3, verbose=False,
            checkpoint_name=str(tmp_path / "run"), rng=np.random.default_rng(0), batch_size=4,
        )  # fmt: skip

    whole = new()
    whole.train()
    resumed = new().load_checkpoint(tmp_path / "run_epoch_2.npz")
    resumed.train()
    assert resumed.loss_history == whole.loss_history
    assert resumed.model.params["W1"].dtype == np.float32


def test_a_checkpoint_holds_no_code(tmp_path):
    make(checkpoint_name=tmp_path / "run", update_rule="adam").train()
    with np.load(tmp_path / "run_epoch_4.npz", allow_pickle=False) as file:
        assert not any(file[name].dtype.hasobject for name in file.files)
        assert json.loads(str(file["state"]))["epoch"] == 4


def test_there_is_one_checkpoint_per_epoch_and_resume_takes_the_last(tmp_path):
    solver = make(checkpoint_name=tmp_path / "run", num_epochs=11)
    (tmp_path / "run_epoch_99.npz.part").touch()
    (tmp_path / "other_run_epoch_50.npz").touch()
    solver.train()
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"run_epoch_{epoch}.npz" for epoch in range(1, 12)} <= names
    assert make(checkpoint_name=tmp_path / "run").resume().epoch == 11


def test_a_failed_save_leaves_the_last_checkpoint_as_it_was(tmp_path, monkeypatch):
    solver = make()
    path = tmp_path / "run.npz"
    solver.save_checkpoint(path)
    before = path.read_bytes()

    def half(file, **arrays):
        file.write(b"half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(OSError, match="no space"):
        solver.save_checkpoint(path)
    assert path.read_bytes() == before


def test_resume_starts_where_there_is_nothing_yet(tmp_path):
    solver = make(checkpoint_name=tmp_path / "new" / "run", num_epochs=1).resume()
    solver.train()
    assert os.listdir(tmp_path / "new") == ["run_epoch_1.npz"]


def test_resume_needs_a_name():
    with pytest.raises(ValueError, match="checkpoint_name"):
        make().resume()


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    make().save_checkpoint(tmp_path / "run.npz")
    with pytest.raises(ValueError, match="another model"):
        make("classification").load_checkpoint(tmp_path / "run.npz")


def test_the_format_stays(tmp_path):
    """A checkpoint keeps its format: the arrays, and text in which names stand for the arrays."""
    solver = make(update_rule="sgd_momentum")
    shapes = {name: w.shape for name, w in solver.model.params.items()}
    arrays = {f"array_{i}": np.full(shape, float(i)) for i, shape in enumerate(shapes.values())}
    arrays["array_4"], arrays["array_5"] = np.array([0.5, 0.25]), np.array([2.0])
    params = {name: {"@array": f"array_{i}"} for i, name in enumerate(shapes)}
    histories = {"loss_history": 4, "train_acc_history": 5, "val_acc_history": 5}
    state = {
        "epoch": 1,
        "rng": np.random.default_rng(5).bit_generator.state,
        "params": params,
        "bn_params": [],
        "optim_configs": {name: {"learning_rate": 0.1, "velocity": entry} for name, entry in params.items()},
        "best_params": params,
        "best_statistics": [],
        **{name: {"@array": f"array_{i}"} for name, i in histories.items()},
    }
    np.savez(tmp_path / "run.npz", state=json.dumps(state), **arrays)
    solver.load_checkpoint(tmp_path / "run.npz")
    assert (solver.epoch, solver.loss_history, solver.val_acc_history) == (1, [0.5, 0.25], [2.0])
    np.testing.assert_array_equal(solver.model.params["W2"], np.full((8, 1), 2.0))
    np.testing.assert_array_equal(solver.optim_configs["b2"]["velocity"], [3.0])
    assert solver.rng.random() == np.random.default_rng(5).random()
    solver.train()
    assert solver.epoch == 4
