"""The browser edition: JupyterLite, in which every lesson runs from static files, with the same checks and data.

A lesson imports the same modules as on a student's machine. The kit is in the kernel, the rest of the bundle in the lesson's folder.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from autograder.course import COURSE, CourseError, write_whole
from autograder.publish.bundle import library
from autograder.site import packages
from autograder.site.environment import AT_THE_START, BYTECODE, KERNEL, write_environment
from lessonkit.explorers.stage import colors_of_maps

PYODIDE = "static/pyodide"
DIGITS = files("sklearn.datasets.data") / "digits.csv.gz"
LOOK = {"adaptive-theme": True, "preferred-light-theme": "JupyterLab Light", "preferred-dark-theme": "JupyterLab Dark"}
WITH_LESSONS = ("notebooks", "lab")  # of JupyterLite's apps
# As ``python -m``, without a package that takes more than a second to import, and that jsonschema does without
MODULE = """import runpy, sys
sys.modules["rfc3987_syntax"] = None
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)"""
AUTOSAVE = 10  # seconds: the work exists only in this browser, and a phone may reload a page at any moment


class SiteError(CourseError):
    """The site cannot be built; the message says why."""


def browser_edition(lessons, folder, kept):
    """Make the browser edition in `folder`.

    Parameters
    ----------
    lessons : list of Lesson
    folder : path
        Where the edition goes.
    kept : path
        Where packages are kept from one build to the next.

    Raises
    ------
    SiteError
        If JupyterLite cannot build the edition.
    PackageError, WrongPackageError
        If a package cannot be fetched or compiled, or is not the expected one.
    """
    with tempfile.TemporaryDirectory() as staging:
        for lesson in lessons:
            _put(lesson, Path(staging) / "files" / lesson.name)
        settings = _settings()
        (Path(staging) / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
        widgets = [packages.fetch(package, kept) for package in (packages.WIDGETS, packages.ANYWIDGET)]
        options = _build_options(Path(folder).resolve(), widgets, staging)
        (Path(staging) / "jupyter_lite_config.json").write_text(json.dumps(options), encoding="utf-8")
        _build(staging)
    _suit_figures_to_the_theme(Path(folder))
    _say_what_the_browser_lacks(Path(folder))
    write_environment(max(lessons, key=lambda lesson: lesson.number), Path(folder) / PYODIDE, kept)


def _put(lesson, folder):
    """Write a lesson's bundle without the kit, which the kernel has, but with the digits, since scikit-learn is missing."""
    notebook = f"{lesson.name}.ipynb"
    write_whole(folder / notebook, (COURSE / "lessons" / lesson.name / notebook).read_bytes())
    for inside, data in library(lesson):
        if not inside.startswith("lessonkit/"):
            write_whole(folder / inside, data)
    write_whole(folder / "reference_impl" / "given" / "digits.csv.gz", DIGITS.read_bytes())


def _settings():
    """Return JupyterLite's settings in the browser."""
    kernel = {
        "pyodideUrl": f"./{PYODIDE}/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": list(AT_THE_START),
            # Bytecode would appear among the student's files, and to look for it there takes a request for each module.
            "env": {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": BYTECODE},
        },
    }
    page = {
        "appName": "Neural networks from scratch",
        "appUrl": "./tree",
        "exposeAppInBrowser": True,
        "disabledExtensions": ["@jupyter-notebook/notebook-extension:trusted"],  # "Not Trusted" would confuse students
        "settingsOverrides": {
            "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": AUTOSAVE},
            "@jupyterlab/apputils-extension:themes": LOOK,  # light or dark, as the student's system
        },
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": page}


def _build_options(folder, widgets, staging):
    """Return JupyterLite's settings for the build, without the extensions of this environment."""
    options = {
        "apps": ["notebooks", "tree", "lab"],  # links open the first app; its menus open the others
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [KERNEL, *map(str, widgets)],
        "contents": ["files"],
        "output_dir": str(folder),
        "cache_dir": str(Path(staging) / "cache"),
        "source_date_epoch": _date(),
    }
    return {"LiteBuildConfig": options}


def _suit_figures_to_the_theme(folder):
    """Add a script to JupyterLite's pages that shows figures dark where the theme is dark; a notebook's outputs stay as they are."""
    scale = base64.b64encode(colors_of_maps()).decode("ascii")
    script = [
        files("lessonkit.explorers").joinpath("dark.js").read_text(encoding="utf-8"),
        f'const SCALE = Uint8Array.from(atob("{scale}"), (letter) => letter.charCodeAt(0));\n\n',
        files("autograder.site").joinpath("dark_figures.js").read_text(encoding="utf-8"),
    ]
    write_whole(folder / "dark_figures.js", "".join(script).encode())
    _add_to_pages("dark_figures.js", folder)


def _say_what_the_browser_lacks(folder):
    """Add a script to JupyterLite's pages that says so where the browser keeps no files or runs no service worker."""
    write_whole(folder / "able.js", files("autograder.site").joinpath("able.js").read_bytes())
    _add_to_pages("able.js", folder)


def _add_to_pages(script, folder):
    for app in WITH_LESSONS:
        page = folder / app / "index.html"
        head, end, rest = page.read_text(encoding="utf-8").partition("</head>")
        if not end:
            raise SiteError(f"JupyterLite's page {page} has no head to which a script could be added.")
        write_whole(page, f'{head}<script type="module" src="../{script}"></script>{end}{rest}'.encode())


def _date():
    """Return the time of the last commit, so that builds of one commit are equal; without git, the current time."""
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=COURSE, capture_output=True, text=True)
    return int(commit.stdout or time.time())


def _build(staging):
    # There are no translations to look for, and looking takes longer than the rest of the build.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "JUPYTERLITE_NO_JUPYTERLAB_SERVER": "1"}
    command = [sys.executable, "-c", MODULE, "jupyterlite_core", "build"]
    done = subprocess.run(command, cwd=staging, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"JupyterLite could not build the browser edition:\n{(done.stdout + done.stderr)[-2000:]}")
