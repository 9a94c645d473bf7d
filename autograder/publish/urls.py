"""The course's addresses on the web. They all follow from ``Repository`` in ``pyproject.toml``."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

from autograder.course import COURSE, CourseError

REPOSITORY = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)")


def repository(course=COURSE):
    """Return the owner and the name of the course's repository; None if ``pyproject.toml`` names none.

    Raises
    ------
    CourseError
        If it names a repository that is not on GitHub.
    """
    try:
        project = tomllib.loads((Path(course) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except FileNotFoundError:
        return None
    if not (url := project.get("urls", {}).get("Repository")):
        return None
    match = REPOSITORY.fullmatch(url)
    if match is None:
        raise CourseError(
            f"Repository in pyproject.toml is {url!r}. Name the repository on GitHub: make publish-as REPO=name/repository"
        )
    return match.groups()


def site(course=COURSE):
    """Return the address of the published course site; a repository named after its owner's site is that site."""
    owner, name = repository(course)
    host = f"{owner.lower()}.github.io"
    return f"https://{host}" if name.lower() == host else f"https://{host}/{name}"


def browser_edition(lesson):
    """Return a lesson's path in the browser edition: only the notebook, which fits on a phone."""
    return f"lite/notebooks/index.html?path={quote(f'{lesson}/{lesson}.ipynb', safe='')}"


def colab(lesson, course=COURSE):
    """Return a lesson's address on Google Colab."""
    owner, name = repository(course)
    return f"https://colab.research.google.com/github/{owner}/{name}/blob/main/colab/{lesson}/{lesson}.ipynb"


def binder(lesson, course=COURSE):
    """Return a lesson's address on Binder."""
    owner, name = repository(course)
    path = quote(f"lessons/{lesson}/{lesson}.ipynb", safe="")
    return f"https://mybinder.org/v2/gh/{owner}/{name}/main?labpath={path}"


def kit(lesson):
    """Return the path on the site of the wheel with what a lesson imports."""
    return f"kit/lessonkit_{lesson}-1-py3-none-any.whl"


def badges(course=COURSE, lesson="01_activations"):
    """Return the README's badges, each of which opens a lesson without installing anything; "" before publication."""
    if not repository(course):
        return ""
    rows = [
        ("in the browser", "https://jupyterlite.rtfd.io/en/latest/_static/badge.svg", f"{site(course)}/{browser_edition(lesson)}"),
        ("on Binder", "https://mybinder.org/badge_logo.svg", binder(lesson, course)),
        ("in Colab", "https://colab.research.google.com/assets/colab-badge.svg", colab(lesson, course)),
    ]  # fmt: skip
    return "\n".join(f"[![Open lesson {lesson[:2]} {where}]({image})]({link})" for where, image, link in rows)


def anchor(heading):
    """Return GitHub's name for a heading, which a link to it has after ``#``."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
