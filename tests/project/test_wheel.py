"""The wheel, installed into an empty environment: a newcomer creates a course with it, and grades."""

import csv
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest
from checkout import checkout
from environment import lend_bytecode

from autograder.sandbox import doctor
from lessonkit.catalogue import lessons
from tools.synthetic_class import submission

LESSON = "01_activations"
# This answer earns points only if a student's code can see the wheel's other files.
SPY = """
def relu_forward(x):
    import glob, sys
    if glob.glob(sys.prefix + "/lib*/python*/site-packages/autograder/*"):
        return np.maximum(x, 0.0), x
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from the files that git tracks."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout(folder / "source")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
    ]
    subprocess.run([*command, folder / "source"], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return ``command(*words)``, which runs a program of an environment with the wheel and the packages for instructors."""
    folder = tmp_path_factory.mktemp("instructor") / "environment"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", programs / "python"]
    subprocess.run([*uv, f"{wheel}[instructor]"], check=True)
    lend_bytecode(programs / "python")
    foreign = ("LESSONKIT", "PYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}

    def command(program, *words, cwd):
        words = [programs / program, *words]
        return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8")

    return command


def test_the_wheel_holds_the_course_and_nothing_of_the_workshop(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for lesson in lessons():
        for kind in ("lessons", "solutions"):
            assert f"autograder/shipped/{kind}/{lesson}/{lesson}.ipynb" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if "dist-info" not in top} == {"autograder", "lessonkit", "reference_impl"}


def test_a_stranger_makes_a_course_and_grades(installed, tmp_path):
    if doctor.missing():
        pytest.skip("a protection of the sandbox is missing here: `python -m autograder doctor` says which")
    course = tmp_path / "course"
    assert "is a course now" in installed("nn-from-scratch", "init", "course", cwd=tmp_path).stdout
    assert installed("nn-from-scratch", "doctor", cwd=course).returncode == 0
    released = (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    spied = submission(released, {"relu_forward": SPY})
    solved = (course / "solutions" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    for student, notebook in {"right": solved, "spy": spied}.items():
        folder = course / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (folder / f"{LESSON}.ipynb").write_text(text, encoding="utf-8")
    words = ["-m", "nbgrader", "generate_assignment", LESSON, "--force"]
    assert installed("python", *words, cwd=course).returncode == 0
    for words in (["grade", LESSON], ["report", LESSON], ["explain", LESSON, "spy"], ["release", "01"]):
        done = installed("nn-from-scratch", *words, cwd=course / "lessons")
        assert done.returncode == 0, done.stderr
    assert installed("python", "-m", "nbgrader", "export", cwd=course).returncode == 0
    with open(course / "grades.csv", encoding="utf-8-sig", newline="") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == {"right": 30, "spy": 0}
    assert (course / "dist" / f"{LESSON}.zip").exists() and (course / "reports" / f"{LESSON}.html").exists()


def test_the_commands_of_a_clone_and_of_other_extras_say_so(installed, tmp_path):
    installed("nn-from-scratch", "init", ".", cwd=tmp_path)
    for command, words in {
        "build": "in a clone",
        "demo": "in a clone",
        "site": "The extra `site` is not complete",
    }.items():
        done = installed("nn-from-scratch", command, cwd=tmp_path)
        assert done.returncode == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1
