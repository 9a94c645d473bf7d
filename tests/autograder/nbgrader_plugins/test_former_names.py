"""A course that keeps its `nbgrader_config.py` from before the modules were moved still works."""

import subprocess
import sys
import textwrap

import pytest
from traitlets.config import PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograder.course import COURSE

# Our classes in the configuration of version 0.1, and nbgrader's beside them
CONFIG = """
import os

c = get_config()
c.Autograde.sanitize_preprocessors = [
    "autograder.nbgrader_plugin.Recognise",
    "nbconvert.preprocessors.ClearOutputPreprocessor",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.GradeOutside",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.ExportApp.plugin_class = "autograder.exporters.Csv"
c.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["autograder.feedback.Grades"]
c.ExchangeFactory.release_feedback = "autograder.exchange.ReleaseFeedback"
"""
# The options that its documentation told instructors to type
OPTIONS = (
    "autograder.collectors.Canvas", "autograder.collectors.Moodle", "autograder.exporters.Canvas", "autograder.exporters.Moodle",
)  # fmt: skip


def classes(config):
    """Yield every class that a configuration names."""
    for section in config.values():
        for value in section.values():
            yield from value if isinstance(value, list) else [value]


def test_every_class_of_the_former_configuration_is_there(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path)).load_config()
    names = list(classes(config))
    assert sum(name.startswith("autograder.") for name in names) == 6
    for name in (*names, *OPTIONS):
        assert isinstance(import_item(name), type), name


@pytest.mark.parametrize("former", ["nbgrader_plugin", "collectors", "exporters", "exchange"])
def test_a_former_module_hands_on_the_class_itself(former):
    old = import_item(f"autograder.{former}")
    new = import_item(f"autograder.nbgrader_plugins.{'autograde' if former == 'nbgrader_plugin' else former}")
    assert old.__all__ and all(getattr(old, name) is getattr(new, name) for name in old.__all__)


@pytest.mark.parametrize("module", ["autograder.truth", "autograder.bank.expected"])
def test_a_kernel_grades_on_the_secret_seed(module, tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONKIT_LIVE_TRUTH", module)
    monkeypatch.setenv("LESSONKIT_COURSE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(COURSE))
    code = """
        import numpy as np
        from lessonkit import check

        def relu_forward(x):
            return np.maximum(x, 0.0), x

        print(float(check("relu_forward", hidden=True)))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "5.0", done.stderr
    assert (tmp_path / ".secret_seed").exists()  # grading drew it
