"""A newcomer with Python and make, or with Python and a lesson's zip, sees a first check pass within a minute.

Packages are downloaded again, into an empty cache. Each test prints what it measured. On a busy machine, the limits are longer.
"""

import os
import shutil
import subprocess
import sys
import time
import zipfile

import nbformat
import pytest
from checkout import checkout
from load import slower

from autograder.course import COURSE
from autograder.publish.bundle import bundle
from lessonkit.catalogue import lesson
from tools.benchmarks.setup import run, until_a_kernel_answers
from tools.synthetic_class import right, submission

LESSON = lesson("00")
LIMITS = {"a kernel is ready": 30, "its environment is ready": 30, "a first check passes": 60}  # seconds
FIRST = LESSON.exercises[0].name
PASSES = f"{FIRST}: all"
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Pretend that this machine has never seen the course: empty caches, and none of this process's settings."""
    for name in [name for name in os.environ if name.startswith(("LESSONKIT", "VIRTUAL_ENV", "MAKE", "MFLAGS"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache-of-uv"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache-of-pip"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    return tmp_path


@pytest.fixture
def watch(capsys):
    """Return ``watch(way, what, seconds)``, which prints how long something took, and fails if that is over its limit."""
    busy = slower()

    def watch(way, what, seconds):
        with capsys.disabled():
            print(f"\n{way}: {what} after {seconds:.0f} s ({busy - 1:.1f} other processes for each processor)")
        assert seconds < LIMITS[what] * busy

    return watch


def code_until_the_first_check(notebook):
    """Return the cells of a notebook up to its first check, as one piece of code."""
    sources = []
    for cell in nbformat.reads(notebook, 4).cells:
        if cell.cell_type == "code":
            sources.append(cell.source)
            if cell.source.startswith("check("):
                return "\n".join(sources)


def solved():
    released = (COURSE / "lessons" / LESSON.name / f"{LESSON.name}.ipynb").read_text(encoding="utf-8")
    return code_until_the_first_check(submission(released, right([FIRST])))


def test_by_make_lab(machine, watch):
    course = checkout(machine / "course")
    start = time.time()
    ready, _, shown = until_a_kernel_answers(course, f"import time; print(time.time())\n{solved()}").partition("\n")
    watch("make lab, cold", "a kernel is ready", float(ready) - start)
    assert PASSES in shown
    watch("make lab, cold", "a first check passes", time.time() - start)
    assert (course / "work" / LESSON.name / f"{LESSON.name}.ipynb").exists()
    assert "Creating the lessons' environment" in (course / "lab.log").read_text(encoding="utf-8")
    assert subprocess.run(["make", "lab-env", "--question"], cwd=course).returncode == 0  # nothing is made twice
    pip_is_the_way_back(course)


def pip_is_the_way_back(course):
    """Without uv, pip installs what is not there: one package, to save time, and the course."""
    pip = [course / ".venv" / "bin" / "python", "-m", "pip"]
    six = next(line for line in (course / "requirements.txt").read_text().splitlines() if line.startswith("six=="))
    run(*pip, "uninstall", "--yes", "six", "neural-networks-from-scratch")
    (course / "requirements.txt").write_text(f"{six}\n")
    done = subprocess.run(["make", "lab-env", "UV=no-such-program"], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0 and "without uv, pip takes" in done.stdout, done.stderr
    listed = run(*pip, "list", "--format=freeze")
    assert six in listed and "neural-networks-from-scratch" in listed


def test_by_the_zip_of_a_lesson(machine, watch):
    """The steps are those of its README, word for word."""
    with zipfile.ZipFile(bundle(LESSON.name, machine / "dist")) as archive:
        archive.extractall(machine)
    start, folder = time.time(), machine / LESSON.name
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "-m venv ../environment`" in readme
    run(sys.executable, "-m", "venv", "../environment", cwd=folder)
    programs = machine / "environment" / ("Scripts" if os.name == "nt" else "bin")
    for words in ("-m pip install uv", "-m uv pip install -r requirements.txt"):
        assert f"`python {words}`" in readme
        run(programs / "python", *words.split(), cwd=folder)
    watch("a lesson's zip, cold", "its environment is ready", time.time() - start)
    code = f"from IPython import start_ipython\nstart_ipython(['-c', {solved()!r}])"
    assert PASSES in run(programs / "python", "-c", code, cwd=folder)
    watch("a lesson's zip, cold", "a first check passes", time.time() - start)


def test_an_environment_that_was_moved_is_made_anew(tmp_path):
    """This happens when someone renames the folder that the zip of a branch unpacks to."""
    course = tmp_path / "Käfer (main)"
    (course / ".venv").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "pyproject.toml", "setup.py"):
        shutil.copy(COURSE / name, course)
    (course / ".venv" / ".lab-ready").write_text(f"{course}\n", encoding="utf-8")

    def made(folder):
        done = subprocess.run(["make", "--dry-run", "lab-env"], cwd=folder, capture_output=True, encoding="utf-8")
        return done.stdout

    assert "-m venv" not in made(course)
    assert "-m venv --clear .venv" in made(course.rename(tmp_path / "my course"))
    assert 'echo "' + str(tmp_path / "my course") + '" > .venv/.lab-ready' in made(tmp_path / "my course")
