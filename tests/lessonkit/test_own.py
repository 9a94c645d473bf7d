"""A student's own network: the parts are found, checked and put together, and training really calls them."""

import importlib
import json
import shutil
import sys

import numpy as np
import pytest

import reference_impl
from autograder.course import COURSE
from autograder.publish.source import solution_source
from lessonkit import own
from lessonkit.catalogue import lessons

LESSONS = [lesson for lesson in lessons().values() if 1 <= lesson.number <= 9]
PARTS = {exercise.name: lesson.name for lesson in LESSONS for exercise in lesson.exercises}


def home(tmp_path, changes=None, without=()):
    """Return a folder with solved notebooks, in which some sources are changed and some lessons are missing."""
    for lesson in LESSONS:
        if lesson.name[:2] not in without:
            (tmp_path / lesson.name).mkdir()
            shutil.copy(COURSE / "solutions" / lesson.name / f"{lesson.name}.ipynb", tmp_path / lesson.name)
    for name, source in (changes or {}).items():
        path = tmp_path / PARTS[name] / f"{PARTS[name]}.ipynb"
        nb = json.loads(path.read_text(encoding="utf-8"))
        (cell,) = (cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)
        cell["source"] = source
        path.write_text(json.dumps(nb), encoding="utf-8")
    return tmp_path


def whose(mine):
    return {part.name: part.yours for part in mine.parts}


def only_these_fall_back(mine, *names):
    assert {name for name, yours in whose(mine).items() if not yours} == set(names), str(mine)


def reason(mine, name):
    return next(part.reason for part in mine.parts if part.name == name)


def train(mine, activation="relu", epochs=3):
    """Train lesson 10's network on the terrain; return the solver and which functions of which files were called."""
    called = set()

    def note(frame, event, argument):
        if event == "call":
            called.add((frame.f_code.co_name, frame.f_code.co_filename))

    data = mine.get_terrain_data()
    data.update(X_train=data["X_train"][:500], y_train=data["y_train"][:500])
    rng = np.random.default_rng(0)
    sys.setprofile(note)
    try:
        net = mine.FullyConnectedNet(
            "regression", [16], [False], input_dim=2, output_dim=1, activation=activation, initializer="he", rng=rng
        )
        options = {"optim_config": {"learning_rate": 0.01}, "num_epochs": epochs, "verbose": False}
        solver = mine.Solver(net, data, "adam", rng=rng, **options)
        solver.train()
    finally:
        sys.setprofile(None)
    return solver, called


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return own.assemble(home(tmp_path_factory.mktemp("lessons")))


def test_solved_notebooks_make_all_parts_yours(solved):
    assert whose(solved) == dict.fromkeys(PARTS, True), str(solved)
    assert "sigmoid_forward: yours (lesson 01)" in str(solved)
    assert solved.summary == f"{len(PARTS)} of {len(PARTS)} parts are yours."
    assert solved.FullyConnectedNet is solved.TrainableNet


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_training_runs_through_the_students_functions_alone(solved, activation):
    solver, called = train(solved, activation)
    files = {name: {file for other, file in called if other == name} for name, _ in called}
    for name in (f"{activation}_forward", f"{activation}_backward", "affine_forward", "affine_backward", "mse_loss",
                 "init_he", "adam", "minibatches", "rms_error"):  # fmt: skip
        assert len(files[name]) == 1
        assert files[name].pop().startswith(f"{PARTS[name]}.ipynb, cell"), name
    for method, lesson in {"hidden_forward": "05", "hidden_backward": "06", "loss": "06", "step": "09", "train": "09",
                           "check_accuracy": "09"}.items():  # fmt: skip
        assert all(file.startswith(lesson) for file in files[method]), method
    assert len(solver.val_acc_history) == 3


def test_it_learns_what_the_reference_learns(solved):
    ours, _ = train(solved, epochs=30)
    theirs, _ = train(reference_impl_with_data(), epochs=30)
    np.testing.assert_allclose(ours.val_acc_history, theirs.val_acc_history, rtol=1e-6)
    assert ours.val_acc_history[-1] < 130


def reference_impl_with_data():
    """Return the installed reference under the names that `train` uses."""

    class Installed:
        get_terrain_data = staticmethod(reference_impl.get_terrain_data)
        FullyConnectedNet, Solver = reference_impl.TrainableNet, reference_impl.Solver

    return Installed


def test_the_installed_reference_stays_as_it_is(tmp_path):
    before = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
    modules = {name: module for name, module in sys.modules.items() if name.startswith("reference_impl")}
    bases = reference_impl.TrainableNet.__bases__
    own.assemble(
        home(tmp_path, {"affine_backward": "def affine_backward(dout, cache):\n    return dout, dout, dout\n"})
    )
    assert all(sys.modules[name] is module for name, module in modules.items())
    assert all(getattr(reference_impl, name) is each for name, each in before.items())
    assert reference_impl.TrainableNet.__bases__ == bases
    _, called = train(reference_impl_with_data())
    assert not any(".ipynb" in file for _, file in called)


def test_wrong_and_empty_parts_fall_back_and_say_so(tmp_path):
    lines = solution_source("affine_backward").splitlines()
    first = next(i for i, line in enumerate(lines) if "### BEGIN SOLUTION" in line)
    wrong = "\n".join(
        [*lines[: first + 1], "    x, w, b = cache", "    return dout @ w.T, x.T @ dout, dout.mean(axis=0)"]
    )
    mine = own.assemble(
        home(
            tmp_path,
            {"affine_backward": wrong, "adam": "def adam(w, dw, config=None):\n    raise NotImplementedError()"},
        )
    )
    only_these_fall_back(mine, "affine_backward", "adam")
    assert reason(mine, "affine_backward").startswith("yours does not pass its checks. ")
    assert reason(mine, "adam") == "yours is still empty"
    assert "adam: the reference's, because yours is still empty (lesson 07)" in str(mine)
    assert mine.summary == f"{len(PARTS) - 2} of {len(PARTS)} parts are yours."
    solver, called = train(mine)
    files = {name: file for name, file in called}
    assert "reference_impl" in files["affine_backward"]
    assert "reference_impl" in files["adam"]
    assert files["affine_forward"].startswith("05_forward.ipynb")
    assert np.isfinite(solver.loss_history).all()


OWN_CACHE = """
def affine_forward(x, w, b):
    rows = x.reshape(len(x), -1)
    return rows @ w + b, {"rows": rows, "w": w, "shape": x.shape}
"""


def test_a_way_back_that_reads_another_cache_keeps_the_way_there_from_being_used(tmp_path):
    """The student solved lesson 06 with the reference's affine_forward, so affine_backward reads the reference's cache."""
    mine = own.assemble(home(tmp_path, {"affine_forward": OWN_CACHE}))
    only_these_fall_back(mine, "affine_forward")
    assert "your affine_backward does not match it" in reason(mine, "affine_forward")
    solver, called = train(mine)
    assert ("affine_backward", "06_backward") in {(name, file[:11]) for name, file in called}
    assert np.isfinite(solver.loss_history).all()


def test_a_cache_of_ones_own_stays_when_the_way_back_reads_it(tmp_path):
    back = """
def affine_backward(dout, cache):
    return (dout @ cache["w"].T).reshape(cache["shape"]), cache["rows"].T @ dout, dout.sum(axis=0)
"""
    mine = own.assemble(home(tmp_path, {"affine_forward": OWN_CACHE, "affine_backward": back}))
    only_these_fall_back(mine)
    assert np.isfinite(train(mine)[0].loss_history).all()


def test_when_neither_fits_both_fall_back(tmp_path):
    empty = "def affine_backward(dout, cache):\n    raise NotImplementedError()"
    mine = own.assemble(home(tmp_path, {"affine_forward": OWN_CACHE, "affine_backward": empty}))
    only_these_fall_back(mine, "affine_forward", "affine_backward")
    assert reason(mine, "affine_forward") == "it must match affine_backward, which is not yours"
    assert np.isfinite(train(mine)[0].loss_history).all()


def test_a_class_that_falls_back_stands_on_the_students_base(tmp_path):
    empty = "class TrainableNet(ForwardNet):\n    def loss(self, X, y=None):\n        raise NotImplementedError()"
    mine = own.assemble(home(tmp_path, {"TrainableNet": empty}))
    only_these_fall_back(mine, "TrainableNet")
    _, called = train(mine)
    files = {name: file for name, file in called}
    assert files["hidden_forward"].startswith("05_forward.ipynb")
    assert "reference_impl" in files["hidden_backward"]


def test_missing_and_damaged_notebooks_are_named(tmp_path):
    folder = home(tmp_path, without=("07", "09"))
    (folder / "02_mse" / "02_mse.ipynb").write_text("{ half a notebook", encoding="utf-8")
    mine = own.assemble(folder)
    assert reason(mine, "adam") == "no notebook of lesson 07 was found"
    assert "cannot be read" in reason(mine, "mse_loss")
    assert "<td><code>adam</code></td>" in mine._repr_html_()
    assert np.isfinite(train(mine)[0].loss_history).all()


def test_without_any_notebook_all_is_the_references(tmp_path):
    mine = own.assemble(tmp_path)
    assert not any(whose(mine).values())
    assert len(train(mine)[0].val_acc_history) == 3


def test_a_part_that_was_only_imported_is_not_yours(tmp_path):
    mine = own.assemble(home(tmp_path, {"rms_error": "from reference_impl import rms_error"}))
    only_these_fall_back(mine, "rms_error")
    assert reason(mine, "rms_error") == "yours is not in the notebook"


def test_progress_reads_a_lesson_with_the_reference_of_its_own_folder(tmp_path, monkeypatch):
    from lessonkit.progress import _opened_in

    for name, has in (("00_welcome", "as_float"), ("05_forward", "relu_forward")):
        package = tmp_path / name / "reference_impl"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"def {has}(x):\n    return x\n")
    monkeypatch.chdir(tmp_path / "00_welcome")
    here = importlib.import_module("reference_impl")
    with _opened_in(tmp_path / "05_forward"):
        there = importlib.import_module("reference_impl")
        assert there.relu_forward(3) == 3 and there is not here
    assert importlib.import_module("reference_impl") is here
    with _opened_in(tmp_path / "00_welcome"):  # in the current folder, the notebook's own reference stays
        assert importlib.import_module("reference_impl") is here
