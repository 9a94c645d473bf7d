"""A student's bundle, unzipped into an empty folder: the lesson works with only the pinned packages, and gives nothing away."""

import ast
import contextlib
import functools
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile

import nbformat
import numpy as np
import pytest
from environment import lend_bytecode
from jupyter_client import KernelManager
from nbclient import NotebookClient

import reference_impl
from autograder import bank
from autograder.course import COURSE
from autograder.publish.bundle import bundle
from lessonkit.catalogue import lessons
from lessonkit.engine.check import points_of
from tools.synthetic_class import right, submission

PROBE = """
import json
import lessonkit, reference_impl, lessonkit.catalogue, lessonkit.progress
print(json.dumps({
    "files": [lessonkit.__file__, reference_impl.__file__],
    "exercises": [name for name in lessonkit.catalogue.exercises() if hasattr(reference_impl, name)],
    "table": str(lessonkit.progress()),
}))
"""


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """Return a Python with the packages of requirements.txt and nothing else."""
    folder = tmp_path_factory.mktemp("student") / "environment"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    requirements = ["install", "--quiet", "--requirement", COURSE / "requirements.txt"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    uv = shutil.which("uv")  # uv installs the same files in a tenth of the time
    if not uv or subprocess.run([uv, "pip", *requirements, "--python", python]).returncode:
        subprocess.run([python, "-m", "ensurepip"], check=True)
        subprocess.run([python, "-m", "pip", *requirements], check=True)
    lend_bytecode(python)
    return python


@contextlib.contextmanager
def kernel(python, folder):
    """``run(notebook)`` runs a notebook in `folder` with this Python: all in one kernel, from a clean namespace each."""
    names = ("LESSONKIT_LIVE_TRUTH", "LESSONKIT_COURSE", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
    manager = KernelManager()
    manager.kernel_spec.argv[0] = str(python)
    manager.start_kernel(cwd=folder, env=environment)

    def run(notebook):
        clean = nbformat.v4.new_code_cell("%reset -f")
        whole = nbformat.from_dict({**notebook, "cells": [clean, *notebook["cells"]]})
        NotebookClient(whole, manager, timeout=120, allow_errors=True).execute(cleanup_kc=False)
        return whole.cells[1:]

    try:
        yield run
    finally:
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module", params=list(lessons()))
def unzipped(request, tmp_path_factory):
    """Return a lesson, and the folder of its unzipped bundle."""
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(bundle(request.param, folder / "dist")) as archive:
        archive.extractall(folder)
    return lessons()[request.param], folder / request.param


@functools.cache
def bodies(code):
    """Return the statements of a function or of a class's methods, without docstrings, in a form that ignores formatting."""
    texts = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(code)))):
        if isinstance(node, ast.FunctionDef):
            text = [
                ast.unparse(s) for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
            ]
            if sum(map(len, text)) > 30:
                texts.append(flat("\n".join(text)))
    return texts


def flat(text):
    return re.sub(r"\s+", " ", text)


@functools.cache
def unformatted(source):
    """Return a module's text in a form that ignores formatting. Cached, because most bundles share most modules."""
    return ast.unparse(ast.parse(source))


def test_it_works_with_the_pinned_packages_alone(unzipped, python):
    lesson, folder = unzipped
    released = (folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    own = [exercise.name for exercise in lesson.exercises]
    with kernel(python, folder) as run:
        (probed,) = run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROBE)]))
        empty = run(without_examples(nbformat.reads(released, 4)))
        full = run(nbformat.reads(submission(released, right(own)), 4))
    said = json.loads(probed.outputs[0].text)
    assert all(path.startswith(str(folder)) for path in said["files"])
    earlier = [e.name for each in lessons().values() if each.number < lesson.number for e in each.exercises]
    assert set(said["exercises"]) - {"FullyConnectedNet"} == set(earlier) - {"FullyConnectedNet"}
    assert f"0 of {len(own)} exercises pass" in said["table"]
    assert earned(empty) == dict.fromkeys(own, [0])
    assert earned(full) == {name: [points_of(name)] for name in own}
    for cell in full:
        assert not [o for o in cell.get("outputs", ()) if o.output_type == "error"], cell.source


def without_examples(notebook):
    """Return a notebook's first cell of code, its exercises and its checks: the others take longer, and use what is still empty."""
    first, *others = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {**notebook, "cells": [first, *(cell for cell in others if "nbgrader" in cell.metadata)]}


def points_in(text):
    """Return the points in the first line of a report."""
    first = text.splitlines()[0]
    return 0 if "is still empty" in first else float(re.search(r"([\d.]+) of [\d.]+ points?\.$", first)[1])


def earned(cells):
    """Return the points that each check cell displays, by exercise."""
    return {
        cell.metadata.nbgrader.grade_id.removeprefix("check_"): [
            points_in(output.data["text/plain"]) for output in cell.outputs if output.output_type == "execute_result"
        ]
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def test_nothing_in_it_gives_the_lesson_away(unzipped):
    lesson, folder = unzipped
    later = [e.name for each in lessons().values() if each.number >= lesson.number for e in each.exercises]
    sources = [unformatted(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    notebook = json.loads((folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in notebook["cells"])
    sources += ["".join(cell["source"]) for cell in notebook["cells"]]
    code = "\n".join(sources)
    whole = flat(code)
    for name in later:
        for text in bodies(getattr(reference_impl, name)):
            assert text not in whole, f"the reference of {name} is in the bundle"
        for entry in (*bank.mistakes_of(name), *bank.variants_of(name)):
            for _, each in entry.replaces:
                for text in bodies(each) if inspect.isfunction(each) or inspect.isclass(each) else ():
                    assert text not in whole, f"{entry.name} is in the bundle"
    assert "autograder" not in {part for path in folder.rglob("*") for part in path.parts[len(folder.parts) :]}
    assert "SOLUTION" not in code and "hidden=True)" not in "".join(
        "".join(cell["source"]) for cell in notebook["cells"]
    )


def test_recorded_arrays_are_names_and_numbers(unzipped):
    lesson, folder = unzipped
    for path in (folder / "lessonkit" / "recorded").glob("*.npz"):
        assert path.stem <= lesson.name
        with np.load(path, allow_pickle=False) as file:
            for key in file.files:
                assert file[key].dtype.kind in "biufU", key
            index = json.loads(file["index"].tobytes())
    for rows in index["mistakes"].values():
        for row in rows:
            assert set(row) - {"alone"} == {"name", "sentence", "transcripts"}


def test_two_bundles_have_the_same_bytes(tmp_path):
    first, second = bundle("01", tmp_path / "a"), bundle("01", tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_readme_of_a_bundle_is_ten_lines(unzipped):
    _, folder = unzipped
    assert len((folder / "README.md").read_text(encoding="utf-8").splitlines()) == 10
