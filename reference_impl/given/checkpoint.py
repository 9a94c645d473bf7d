"""Checkpoints: everything that training needs to continue, in a file with plain arrays and text but no code."""

import json
import os
import re
from pathlib import Path

import numpy as np

HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")


def save_state(solver, path):
    """Save the state of a solver.

    The file gets its name only when it is complete, so an interruption leaves the previous file unchanged.
    """
    state = {
        "epoch": solver.epoch,
        "rng": solver.rng.bit_generator.state,
        "params": solver.model.params,
        "bn_params": getattr(solver.model, "bn_params", []),
        "optim_configs": solver.optim_configs,
        "best_params": solver.best_params,
        "best_statistics": solver.best_statistics,
        **{name: np.array(getattr(solver, name)) for name in HISTORIES},
    }
    arrays = {}
    text = json.dumps(_take_arrays_out(state, arrays))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        np.savez(file, state=text, **arrays)
    os.replace(unfinished, path)


def load_state(solver, path):
    """Bring a solver to the state that `save_state` saved, for a model of the same shape."""
    with np.load(path, allow_pickle=False) as file:
        state = _put_arrays_in(json.loads(str(file["state"])), file)
    shapes, expected = (
        {name: w.shape for name, w in params.items()} for params in (state["params"], solver.model.params)
    )
    if shapes != expected:
        raise ValueError(f"{path} belongs to another model: it has parameters {shapes}, this model has {expected}")
    solver.epoch = state["epoch"]
    solver.rng = np.random.Generator(getattr(np.random, state["rng"]["bit_generator"])())
    solver.rng.bit_generator.state = state["rng"]
    solver.model.params = state["params"]
    if state["bn_params"]:
        solver.model.bn_params = state["bn_params"]
    solver.optim_configs = state["optim_configs"]
    solver.best_params, solver.best_statistics = state["best_params"], state["best_statistics"]
    for name in HISTORIES:
        setattr(solver, name, state[name].tolist())


def last_checkpoint(name):
    """Return the path of the checkpoint with the highest epoch under this name, or None if there is no checkpoint."""
    name = Path(name)
    numbered = re.compile(re.escape(name.name) + r"_epoch_(\d+)\.npz")
    matches = [match for path in name.parent.glob("*") if (match := numbered.fullmatch(path.name))]
    return name.parent / max(matches, key=lambda match: int(match[1]))[0] if matches else None


def _take_arrays_out(value, arrays):
    """Copy nested dicts and lists; move every array to `arrays` and leave its name in its place."""
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
