"""The live picture of lesson 10 is replaced in place, and watching does not change the training."""

import IPython
import numpy as np
import pytest

from lessonkit.plots import lesson_10 as plots
from reference_impl import make_solver
from reference_impl.data import load_terrain
from reference_impl.regression import terrain


class Frame:
    """Stands in for the place in a notebook where `watch` draws."""

    def __init__(self, first):
        self.shown = [first.data]

    def update(self, html):
        self.shown.append(html.data)


@pytest.fixture
def frames(monkeypatch):
    made = []
    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(IPython.display, "display", lambda html, display_id: made.append(Frame(html)) or made[-1])
    monkeypatch.setattr(plots, "FRAME", 0)
    return made


def solver(epochs=3):
    _, data = terrain()
    made = make_solver(data, np.random.default_rng(1))
    made.num_epochs = epochs
    return made


def see(model):
    grid, _ = load_terrain()
    return model.loss(grid - grid.mean(axis=0))[:, 0]


def test_one_picture_is_replaced_after_every_epoch(frames):
    plots.watch(solver(), load_terrain()[0], see)
    (frame,) = frames
    assert len(frame.shown) == 1 + 3 + 1
    assert 'max="3" value="0"' in frame.shown[0]
    assert [f'value="{epoch}"' in html for epoch, html in enumerate(frame.shown[1:4], 1)] == [True] * 3
    assert all(html.count("<img alt=") == 1 for html in frame.shown[1:])


def test_watching_changes_nothing(frames):
    alone, watched = solver(), solver()
    alone.train()
    plots.watch(watched, load_terrain()[0], see)
    assert watched.loss_history == alone.loss_history
    assert watched.val_acc_history == alone.val_acc_history
    assert "epochs" not in vars(watched)


def test_where_nobody_looks_on_it_just_trains(frames, monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    watched = solver(1)
    plots.watch(watched, load_terrain()[0], see)
    assert frames == []
    assert len(watched.val_acc_history) == 1
