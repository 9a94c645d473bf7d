"""Imports between packages go in one direction: `lint-imports` checks them against the contracts in ``pyproject.toml``."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.course import COURSE

PACKAGES = ("tools", "autograder", "lessonkit", "reference_impl")
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
# The modules that a lesson gives away may load data sets and show their progress.
GIVEN = {"numpy", "matplotlib", "sklearn", "tqdm"}
AGAINST_THE_ARROWS = {
    "lessonkit/engine/compare.py": "import autograder.course",
    "lessonkit/progress.py": "import reference_impl",
    "lessonkit/catalogue.py": "from lessonkit.engine import values",
    "lessonkit/plots/lesson_01.py": "import lessonkit.checks.lesson_01",
    "lessonkit/engine/values.py": "import lessonkit.engine.host",
    "reference_impl/layers.py": "import lessonkit.catalogue",
    "autograder/course.py": "import tools.scorecard",
    "autograder/bank/registry.py": "from autograder.publish import urls",
    "autograder/sandbox/inside/cells.py": "from autograder.sandbox import session",
    "autograder/a_new_room.py": "import json",
}


def lint(folder):
    """Return the report of `lint-imports` on the packages in a folder, and whether it finds nothing wrong."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode == 0


def test_no_import_goes_against_the_arrows():
    report, kept = lint(COURSE)
    assert kept, report


def test_an_import_against_the_arrows_is_seen(tmp_path):
    shutil.copy(COURSE / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(COURSE / package, tmp_path / package, ignore=shutil.ignore_patterns("*.npz", "*.json", "*.pyc"))
    for module, line in AGAINST_THE_ARROWS.items():
        with open(tmp_path / module, "a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    report, kept = lint(tmp_path)
    assert not kept and "0 kept" in report, report
    unseen = [module for module in AGAINST_THE_ARROWS if module.removesuffix(".py").replace("/", ".") not in report]
    assert not unseen, report


def strangers(package):
    """Yield the imports of the reference that are neither its own modules, nor NumPy, nor Python's."""
    for path in sorted(Path(package).rglob("*.py")):
        allowed = GIVEN if "given" in path.relative_to(package).parts else {"numpy"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in {name.partition(".")[0] for name in names} - allowed - {"reference_impl"}:
                if name not in sys.stdlib_module_names:
                    yield f"{path.relative_to(package)} imports {name}"


def test_the_reference_imports_numpy_alone():
    assert not list(strangers(COURSE / "reference_impl"))


def test_a_stranger_in_the_reference_is_seen(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "layers.py").write_text("import json\nimport numpy as np\nfrom sklearn import datasets\n")
    (tmp_path / "given" / "data.py").write_text(
        "from sklearn import datasets\nfrom ..layers import x\nimport scipy.io\n"
    )
    assert list(strangers(tmp_path)) == ["given/data.py imports scipy", "layers.py imports sklearn"]
