"""A build with nothing to do does nothing, and every change is noticed."""

import shutil

import pytest

from autograder.publish import fingerprints
from lessonkit.catalogue import lesson

NAME = "01_activations"
INPUTS = [
    "solutions/01_activations/01_activations.py",
    "lessonkit/checks/lesson_01.py",
    "lessonkit/plots/lesson_01.py",
    "lessonkit/plots/__init__.py",
    "lessonkit/explorers/stage.py",
    "lessonkit/engine/diagnose.py",
    "reference_impl/activations.py",
    "autograder/bank/registry.py",
    "autograder/bank/expected.py",
    "autograder/bank/mistakes/lesson_01.py",
    "autograder/publish/build.py",
    "autograder/publish/source.py",
    "nbgrader_config.py",
    "requirements.txt",
]
MADE = [
    "solutions/01_activations/01_activations.ipynb",
    "lessons/01_activations/01_activations.ipynb",
    "lessonkit/recorded/01_activations.npz",
]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return a copy of the files of lesson 01, recorded as up to date."""
    for name in [*INPUTS, *MADE]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(fingerprints.COURSE / name, tmp_path / name)
    monkeypatch.setattr(fingerprints, "COURSE", tmp_path)
    fingerprints.remember(NAME, fingerprints.inputs(lesson(NAME)))
    assert fingerprints.stale() == []
    return tmp_path


@pytest.mark.parametrize("name", [*INPUTS, *MADE])
def test_whatever_changes_makes_the_lesson_stale(course, name):
    content = (course / name).read_bytes()
    (course / name).write_bytes(content + b"\n")
    assert fingerprints.stale() == [NAME]
    (course / name).unlink()
    assert fingerprints.stale() == [NAME]
    (course / name).parent.mkdir(exist_ok=True)
    (course / name).write_bytes(content)
    assert fingerprints.stale() == []


def test_a_file_beside_the_text_belongs_to_the_lesson(course):
    (course / "solutions" / NAME / "picture.png").write_bytes(b"new")
    assert fingerprints.stale() == [NAME]


@pytest.mark.parametrize("name", ["reference_impl/given/terrain.py", "lessonkit/plots/lines.py"])
def test_a_new_module_that_every_lesson_may_import_makes_it_stale(course, name):
    (course / name).parent.mkdir(parents=True, exist_ok=True)
    (course / name).write_text("new = True\n")
    assert fingerprints.stale() == [NAME]


@pytest.mark.parametrize("name", ["lessonkit/checks/lesson_02.py", "autograder/bank/mistakes/lesson_02.py"])
def test_another_lesson_does_not(course, name):
    (course / name).write_text("new = True\n")
    assert fingerprints.stale() == []


def test_a_change_during_the_build_leaves_the_lesson_stale(course):
    before = fingerprints.inputs(lesson(NAME))
    (course / INPUTS[0]).write_text("# %% [markdown]\n# # Another text\n")
    fingerprints.remember(NAME, before)
    assert fingerprints.stale() == [NAME]


def test_after_a_merge_the_line_that_fits_counts(course):
    path = course / fingerprints.FINGERPRINTS
    path.write_text(f"{NAME} of-another side\n{path.read_text()}")
    assert fingerprints.stale() == []
    path.write_text(f"{NAME} of-another side\n")
    assert fingerprints.stale() == [NAME]
    path.unlink()
    assert fingerprints.stale() == [NAME] == fingerprints.stale([NAME], force=True)
