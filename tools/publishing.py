"""Sets the address at which the course is published: ``make publish-as REPO=name/repository``."""

import re

from autograder.course import COURSE, CourseError, write_whole
from autograder.publish import readme

# What GitHub takes: neither "." and ".." nor the ending of an address to clone.
NAME = re.compile(r"[a-z\d](?:-?[a-z\d])*/(?!\.{1,2}$)(?!.*\.git$)[\w.-]+", re.ASCII | re.IGNORECASE)
LINE = re.compile(r"^(?:# )?Repository = .*$", re.MULTILINE)


def publish_as(name, course=COURSE):
    """Write the repository's address to ``pyproject.toml``, from which all other addresses follow, and to the README.

    Raises
    ------
    CourseError
        If it is not the name of a repository on GitHub.
    """
    if not NAME.fullmatch(name):
        raise CourseError(
            f"{name!r} is not the name of a repository on GitHub. Write its owner and its name: ada/neural-networks"
        )
    path = course / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    write_whole(path, LINE.sub(f'Repository = "https://github.com/{name}"', text, count=1))
    readme.update_readme(course)
