"""Finds broken links on the pages, in the lessons and on the site.

Links to the course's own repository and site, on GitHub, Colab or Binder, are followed in this folder, so that they are correct before
anything is published. Links to other hosts are followed on demand.
"""

import json
import re
import urllib.request
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from bs4 import BeautifulSoup

from autograder.course import COURSE
from autograder.publish import urls

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")  # also matches images and linked images
SITE = COURSE / "dist" / "site"
TIMEOUT = 20  # seconds to wait for another host


def pages():
    """Yield the path of every page with links: README and documentation, notebooks, and the site if it has been built."""
    yield from sorted([*COURSE.glob("*.md"), *COURSE.glob("docs/*.md"), *COURSE.glob(".github/*.md")])
    yield from sorted(path for name in ("lessons", "solutions", "colab") for path in COURSE.glob(f"{name}/*/*.ipynb"))
    yield from sorted([*SITE.glob("*.html"), *SITE.glob("[0-9]*/*.html")])


def links(page):
    """Return the targets of a page's links."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".html":
        tags = BeautifulSoup(text, "html.parser").find_all(True)
        return [tag[name] for tag in tags for name in ("href", "src") if tag.get(name)]
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        kits = ["".join(cell["source"]) for cell in cells if "kit" in cell["metadata"].get("tags", ())]
        return LINK.findall("\n".join(texts)) + re.findall(r"https://\S+", "\n".join(kits))
    return LINK.findall(FENCE.sub("", text))


def broken(page, online=False):
    """Return the broken links of a page."""
    return [target for target in dict.fromkeys(links(page)) if not leads_somewhere(page, target, online)]


def leads_somewhere(page, target, online=False):
    """Whether a link is not broken; a link to another host counts as correct unless `online`."""
    parts = urlsplit(target)
    if not parts.scheme and not parts.netloc:
        path = page.parent / unquote(parts.path) if parts.path else page
        if parts.path.startswith("/"):  # from the top of the host, as on the site's page for a wrong address
            top = urlsplit(urls.site()).path if urls.repository() else ""
            path = SITE / unquote(parts.path).removeprefix(top).lstrip("/")
        return _is_there(path, unquote(parts.fragment))
    if parts.scheme not in ("http", "https"):
        return parts.scheme in ("mailto", "data")
    if path := own(target):
        return SITE in path.parents and not SITE.exists() or _is_there(path, parts.fragment)
    return not online or answers(target.partition("#")[0])


def own(target):
    """Return the file to which a link to the published course refers, or None."""
    if not (published := urls.repository()):
        return None
    repository, parts = "/".join(published), urlsplit(target)
    if target.startswith(f"{urls.site()}/"):
        inside = parts.path.removeprefix(urlsplit(urls.site()).path).lstrip("/")
        return SITE / unquote(inside) / ("index.html" if parts.path.endswith("/") else "")
    if parts.netloc == "mybinder.org" and parts.path.startswith(f"/v2/gh/{repository}/"):
        return COURSE / parse_qs(parts.query)["labpath"][0]
    for start in (f"https://github.com/{repository}", f"https://colab.research.google.com/github/{repository}"):
        if target == start or target.startswith(f"{start}/"):
            path = re.sub(r"^/(blob|tree)/main/", "", parts.path.partition(repository)[2]).lstrip("/")
            return COURSE / re.sub(r"^colab/", "lessons/", path)  # each lesson has its copy
    return None


def _is_there(path, fragment):
    path = Path(path).resolve()
    if path.is_dir() and SITE in (path, *path.parents):
        path /= "index.html"
    return path.exists() and (not fragment or fragment in anchors(path))


@cache
def anchors(path):
    """Return what a link into a page may name after ``#``."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return {tag["id"] for tag in BeautifulSoup(text, "html.parser").find_all(id=True)}
    return set(map(urls.anchor, re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)))


@cache
def answers(url):
    """Whether another host returns a page."""
    request = urllib.request.Request(url, headers={"User-Agent": "Mozilla/5.0"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return True
    except (OSError, ValueError):
        return False
