"""What one student gets: unzipped in an empty folder, with the pinned packages alone, the lesson works and gives nothing away."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import textwrap
import zipfile

import nbformat
import numpy as np
import pytest

import reference_impl
from autograder import bank
from autograder.course import COURSE
from autograder.publish.bundle import bundle
from lessonkit.catalogue import lessons
from lessonkit.engine.check import points_of
from tools.synthetic_class import right, submission

RUN = """
import json, sys
import nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, timeout=120, allow_errors=True, kernel_name="python3").execute()
nbformat.write(nb, sys.argv[2])
"""
PROBE = """
import json, sys
import lessonkit, reference_impl, lessonkit.catalogue, lessonkit.progress
print(json.dumps({
    "files": [lessonkit.__file__, reference_impl.__file__],
    "exercises": [name for name in lessonkit.catalogue.exercises() if hasattr(reference_impl, name)],
    "table": str(lessonkit.progress()),
}))
"""


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """A Python with the packages of requirements.txt and nothing else."""
    folder = tmp_path_factory.mktemp("student")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [scripts / "python", "-m", "pip", "install", "--quiet", "-r", COURSE / "requirements.txt"]
    subprocess.run(pip, check=True)
    return scripts / "python"


def run(python, folder, *arguments):
    names = ("LESSONKIT_LIVE_TRUTH", "LESSONKIT_COURSE", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run([python, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module", params=list(lessons()))
def unzipped(request, tmp_path_factory):
    """A lesson, and its bundle in an empty folder."""
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(bundle(request.param, folder / "dist")) as archive:
        archive.extractall(folder)
    return lessons()[request.param], folder / request.param


def bodies(code):
    """The statements of a function's or class's methods without docstrings, as text that formatting does not change."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            text = [
                ast.unparse(s) for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
            ]
            if sum(map(len, text)) > 30:
                yield "\n".join(text)


def test_it_works_with_the_pinned_packages_alone(unzipped, python):
    lesson, folder = unzipped
    own = [exercise.name for exercise in lesson.exercises]
    probe = json.loads(run(python, folder, "-c", PROBE))
    assert all(path.startswith(str(folder)) for path in probe["files"])
    earlier = [e.name for other in lessons().values() if other.number < lesson.number for e in other.exercises]
    assert set(probe["exercises"]) - {"FullyConnectedNet"} == set(earlier) - {"FullyConnectedNet"}
    assert f"0 of {len(own)} exercises pass" in probe["table"]

    released = (folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    for text, full in ((released, False), (submission(released, right(own)), True)):
        (folder / "handed_in.ipynb").write_text(text, encoding="utf-8")
        run(python, folder, "-c", RUN, "handed_in.ipynb", "run.ipynb")
        notebook = nbformat.read(folder / "run.ipynb", as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                name = cell.metadata.nbgrader.grade_id.removeprefix("check_")
                points = [float(o.data["text/plain"]) for o in cell.outputs if o.output_type == "execute_result"]
                assert points == [points_of(name) if full else 0], (name, cell.outputs)
            elif full:
                assert not [o for o in cell.get("outputs", ()) if o.output_type == "error"], cell.source


def test_nothing_in_it_gives_the_lesson_away(unzipped):
    lesson, folder = unzipped
    later = [e.name for other in lessons().values() if other.number >= lesson.number for e in other.exercises]
    code = ""
    for path in folder.rglob("*.py"):
        code += ast.unparse(ast.parse(path.read_text(encoding="utf-8"))) + "\n"
    notebook = json.loads((folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in notebook["cells"])
    code += "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    flat = re.sub(r"\s+", " ", code)
    for name in later:
        for text in bodies(getattr(reference_impl, name)):
            assert re.sub(r"\s+", " ", text) not in flat, f"the reference of {name} is in the bundle"
        for entry in (*bank.mistakes_of(name), *bank.variants_of(name)):
            for _, part in entry.replaces:
                for text in bodies(part) if inspect.isfunction(part) or inspect.isclass(part) else ():
                    assert re.sub(r"\s+", " ", text) not in flat, f"{entry.name} is in the bundle"
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
            index = json.loads(str(file["index"]))
    for rows in index["mistakes"].values():
        for row in rows:
            assert set(row) == {"name", "sentence", "transcripts"}


def test_two_bundles_have_the_same_bytes(tmp_path):
    first, second = bundle("01", tmp_path / "a"), bundle("01", tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_readme_of_a_bundle_is_ten_lines(unzipped):
    _, folder = unzipped
    assert len((folder / "README.md").read_text(encoding="utf-8").splitlines()) == 10
