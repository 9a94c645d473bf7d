"""Makes a new course in a folder, as a copy of the course in the package."""

import contextlib
import shutil
import tomllib
from pathlib import Path

from autograder.course import CONFIG, PACKAGES, SHIPPED, CourseError, course_above


def shipped():
    """Return the files and folders of a course. ``setup.py`` puts the same ones into the wheel."""
    if SHIPPED != PACKAGES:
        return sorted(SHIPPED.iterdir())
    settings = tomllib.loads((PACKAGES / "pyproject.toml").read_text(encoding="utf-8"))
    return [PACKAGES / name for name in settings["tool"]["nn-from-scratch"]["course"]]


def files():
    """Return where each file of a course is, and where it belongs in a new course. ``setup.py`` uses the same files."""
    for path in shipped():
        inside = [path] if path.is_file() else sorted([*path.glob("[!.]*/*.ipynb"), *path.glob("[!.]*/*.py")])
        yield from ((file, file.relative_to(path.parent)) for file in inside)


def init(folder):
    """Make a course in a folder, which is created if it is missing.

    Raises
    ------
    CourseError
        If the folder is in a course, contains a file or folder with the same name as one of the course's, or cannot be written.
        Then nothing is changed.
    """
    folder = Path(folder).resolve()
    if course := course_above(folder):
        raise CourseError(f"{course} is already a course. Name a folder outside it: init FOLDER")
    if there := [path.name for path in shipped() if (folder / path.name).exists()]:
        raise CourseError(f"{folder} already contains {', '.join(there)}. Name an empty folder: init FOLDER")
    is_new = not folder.exists()
    try:
        # The configuration comes last, because it makes the folder a course.
        for source, inside in sorted(files(), key=lambda file: file[1].name == CONFIG):
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / inside)
    except BaseException as error:  # also Ctrl+C: half a course would be in the way of the next try
        _take_away(folder, is_new)
        if isinstance(error, OSError):
            raise CourseError(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
        raise
    return folder


def _take_away(folder, is_new):
    """Remove the files that were copied, none of which was there before, and the folder itself if it is new."""
    for path in shipped():
        shutil.rmtree(folder / path.name, ignore_errors=True)
        with contextlib.suppress(OSError):
            (folder / path.name).unlink()
    if is_new:
        with contextlib.suppress(OSError):
            folder.rmdir()
