"""An idle build does nothing, and nothing that changed escapes it."""

import shutil

import pytest

from autograder.publish import build
from lessonkit.catalogue import lesson

NAME = "01_activations"
INPUTS = [
    "solutions/01_activations/01_activations.py",
    "lessonkit/checks/lesson_01.py",
    "lessonkit/plots/lesson_01.py",
    "lessonkit/plots/__init__.py",
    "lessonkit/engine/diagnose.py",
    "reference_impl/activations.py",
    "autograder/bank/mistakes/lesson_01.py",
    "autograder/publish/build.py",
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
    """A copy of what belongs to lesson 01, noted to be up to date."""
    for name in [*INPUTS, *MADE]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(build.COURSE / name, tmp_path / name)
    monkeypatch.setattr(build, "COURSE", tmp_path)
    build.remember(NAME, build.inputs(lesson(NAME)))
    assert build.stale() == []
    return tmp_path


@pytest.mark.parametrize("name", [*INPUTS, *MADE])
def test_whatever_changes_makes_the_lesson_stale(course, name):
    content = (course / name).read_bytes()
    (course / name).write_bytes(content + b"\n")
    assert build.stale() == [NAME]
    (course / name).unlink()
    assert build.stale() == [NAME]
    (course / name).parent.mkdir(exist_ok=True)
    (course / name).write_bytes(content)
    assert build.stale() == []


def test_a_file_beside_the_text_belongs_to_the_lesson(course):
    (course / "solutions" / NAME / "picture.png").write_bytes(b"new")
    assert build.stale() == [NAME]


def test_a_change_during_the_build_leaves_the_lesson_stale(course):
    before = build.inputs(lesson(NAME))
    (course / INPUTS[0]).write_text("# %% [markdown]\n# # Another text\n")
    build.remember(NAME, before)
    assert build.stale() == [NAME]


def test_after_a_merge_the_line_that_fits_counts(course):
    path = course / build.FINGERPRINTS
    path.write_text(f"{NAME} of-another side\n{path.read_text()}")
    assert build.stale() == []
    path.write_text(f"{NAME} of-another side\n")
    assert build.stale() == [NAME]
    path.unlink()
    assert build.stale() == [NAME] == build.stale([NAME], force=True)
