"""Makes a new course in a folder, as a copy of the course in the package."""

import shutil
import tomllib
from pathlib import Path

from autograder.course import PACKAGES, SHIPPED, CourseError, course_above

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "checkpoints", "data_cache", "*.part")


def shipped():
    """Return the files and folders of a course. ``setup.py`` puts the same ones into the wheel."""
    if SHIPPED != PACKAGES:
        return sorted(SHIPPED.iterdir())
    settings = tomllib.loads((PACKAGES / "pyproject.toml").read_text(encoding="utf-8"))
    return [PACKAGES / name for name in settings["tool"]["nn-from-scratch"]["course"]]


def init(folder):
    """Make a course in a folder, which is created if it is missing.

    Raises
    ------
    CourseError
        If the folder is in a course, or contains a file or folder with the same name as one of the course's. Nothing is
        changed then.
    """
    folder = Path(folder).resolve()
    if course := course_above(folder):
        raise CourseError(f"{course} is a course already. Name a folder outside it: init FOLDER")
    if there := [path.name for path in shipped() if (folder / path.name).exists()]:
        raise CourseError(f"{folder} already contains {', '.join(there)}. Name an empty folder: init FOLDER")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(
            shipped(), key=lambda path: path.name == "nbgrader_config.py"
        ):  # last, since this file makes the folder a course
            if path.is_dir():
                shutil.copytree(path, folder / path.name, ignore=LEFT_OUT)
            else:
                shutil.copy(path, folder / path.name)
    except OSError as error:
        raise CourseError(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    return folder
