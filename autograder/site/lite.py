"""The browser edition: JupyterLite, in which every lesson runs from static files, with the same checks and data.

A lesson's folder holds what its bundle holds, so a lesson imports what it would import on a student's machine.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from importlib.resources import files
from pathlib import Path

from jupyter_core.paths import jupyter_path

from autograder.course import COURSE, CourseError, write_whole
from autograder.publish.bundle import library
from autograder.site import packages

CDN = f"https://cdn.jsdelivr.net/pyodide/v{packages.PYODIDE.version}/full/pyodide.js"
PYODIDE_ITSELF = (
    "pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json",
)  # fmt: skip
# Loaded when a kernel starts, with all that they need: the lessons import some of it only when a figure is drawn.
PRELOADED = ("numpy", "matplotlib")
# What JupyterLite's kernel asks for when it starts.
FOR_THE_KERNEL = ("ipython", "jedi", "micropip", "sqlite3", "ssl")
DIGITS = files("sklearn.datasets.data") / "digits.csv.gz"
WHEELS_SEEN_FROM_KERNEL = "../../../../pypi"
AUTOSAVE = 10  # seconds: work is in this browser alone, and a telephone may reload a page at any moment


class SiteError(CourseError):
    """The site cannot be built; the message says why."""


def browser_edition(lessons, folder, kept, offline):
    """Make the browser edition in `folder`.

    Parameters
    ----------
    lessons : list of Lesson
    folder : path
        Where the edition goes.
    kept : path
        Where packages are kept from one build to the next.
    offline : bool
        Serve Pyodide too, instead of loading it from its CDN.

    Raises
    ------
    SiteError
        If JupyterLite does not build.
    PackageError, WrongPackageError
        If a package cannot be had.
    """
    wheels = [packages.fetch(package, kept) for package in packages.KERNEL]
    with tempfile.TemporaryDirectory() as staging:
        for lesson in lessons:
            _put(lesson, Path(staging) / "files" / lesson.name)
        settings = _settings([path.name for path in wheels], offline)
        (Path(staging) / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
        widgets = [packages.fetch(package, kept) for package in (packages.WIDGETS, packages.ANYWIDGET)]
        options = _build_options(Path(folder).resolve(), widgets, staging)
        (Path(staging) / "jupyter_lite_config.json").write_text(json.dumps(options), encoding="utf-8")
        _build(staging)
    for path in wheels:
        write_whole(Path(folder) / "pypi" / path.name, path.read_bytes())
    if offline:
        for name, data in pyodide_files(kept):
            write_whole(Path(folder) / "static" / "pyodide" / name, data)


def pyodide_files(kept):
    """Pyodide and the packages that the lessons need: ``(name, bytes)``.

    Raises
    ------
    WrongPackageError
        If a package is not the one that Pyodide's own list names.
    """
    with tarfile.open(packages.fetch(packages.PYODIDE, kept)) as archive:
        own = {name: archive.extractfile(f"package/{name}").read() for name in PYODIDE_ITSELF}
    yield from own.items()
    known = json.loads(own["pyodide-lock.json"])["packages"]
    with zipfile.ZipFile(packages.fetch(packages.PYODIDE_BUILDS, kept)) as archive:
        carried = {Path(name).name: name for name in archive.namelist() if "/assets/pyodide/" in name}
        for name in sorted(_with_dependencies(known, (*PRELOADED, *FOR_THE_KERNEL))):
            file = known[name]["file_name"]
            data = archive.read(carried[file])
            if hashlib.sha256(data).hexdigest() != known[name]["sha256"]:
                raise packages.WrongPackageError(f"{file} is not the one that Pyodide's own list names.")
            yield file, data


def _with_dependencies(known, names):
    needed, ahead = set(), list(names)
    while ahead:
        name = ahead.pop().lower().replace("_", "-")
        if name not in needed:
            needed.add(name)
            ahead += known[name]["depends"]
    return needed


def _put(lesson, folder):
    """A lesson as its bundle has it: the notebook, and what it imports beside it; the digits too, for want of scikit-learn."""
    notebook = f"{lesson.name}.ipynb"
    write_whole(folder / notebook, (COURSE / "lessons" / lesson.name / notebook).read_bytes())
    for inside, data in library(lesson):
        write_whole(folder / inside, data)
    write_whole(folder / "reference_impl" / "given" / "digits.csv.gz", DIGITS.read_bytes())


def _settings(wheels, offline):
    """JupyterLite's settings in the browser."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js" if offline else CDN,
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": [*PRELOADED, *(f"{WHEELS_SEEN_FROM_KERNEL}/{name}" for name in wheels)],
            "env": {"PYTHONDONTWRITEBYTECODE": "1"},  # what is written lands among the student's files
        },
    }
    page = {
        "appName": "Neural networks from scratch",
        "appUrl": "./tree",
        "exposeAppInBrowser": True,
        "settingsOverrides": {"@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": AUTOSAVE}},
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": page}


def _build_options(folder, widgets, staging):
    """JupyterLite's settings for the build: none of this environment's own extensions."""
    kernel = next(filter(os.path.isdir, jupyter_path("labextensions", "@jupyterlite", "pyodide-kernel-extension")))
    options = {
        "apps": ["notebooks", "tree", "lab"],  # the first is what links open, the others its menus
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [kernel, *map(str, widgets)],
        "contents": ["files"],
        "output_dir": str(folder),
        "cache_dir": str(Path(staging) / "cache"),
        "source_date_epoch": _date(),
    }
    return {"LiteBuildConfig": options}


def _date():
    """The time of the last commit, so that two builds of one commit tell the same; without git, now."""
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=COURSE, capture_output=True, text=True)
    return int(commit.stdout or time.time())


def _build(staging):
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    done = subprocess.run(command, cwd=staging, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"JupyterLite did not build:\n{(done.stdout + done.stderr)[-2000:]}")
