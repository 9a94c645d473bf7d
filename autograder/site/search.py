"""The texts for the site's search: every section of every page, as a reader sees it."""

import json
import re
import tarfile

from bs4 import BeautifulSoup

from autograder.course import write_whole
from autograder.site import packages

HEADINGS = ("h1", "h2", "h3")
# The tags of formulas, of words of code and the like: most tags of a page, and a section's text does without them.
BETWEEN = re.compile(
    r"</?(?:m\w+|span|strong|em|a|code|samp|wbr|sup|sub|div|table|thead|tbody|tr|th|ul|ol|br)\b[^<>]*>"
)


def sections(page, url, html):
    """Return the sections of a page.

    Parameters
    ----------
    page : str
        The page's name in the results.
    url : str
        The page's address, relative to the top of the site.
    html : str
        The page's text, with an ``id`` at each heading.

    Returns
    -------
    list of dict
        Each section's ``page``, ``heading``, ``url`` and ``text``.
    """
    found = []
    for element in BeautifulSoup(BETWEEN.sub("", html), "html.parser").find_all([*HEADINGS, "p", "li", "pre", "td"]):
        if element.name in HEADINGS:
            text = "".join(str(part) for part in element.find_all(string=True) if part.parent.name != "small")
            heading = text.strip().removeprefix(f"{page[-2:]}. ")  # "Lesson 01" names the number already
            found.append({"page": page, "heading": heading, "url": f"{url}#{element['id']}", "text": ""})
        elif found and not element.find(["p", "li", "pre"]):
            found[-1]["text"] += " ".join(element.get_text().split()) + " "
    return found


def write_search(found, folder, kept):
    """Write the sections, and the library that searches them, into the top folder of the site."""
    numbered = [{"id": number, **section} for number, section in enumerate(found)]
    write_whole(folder / "search.json", json.dumps(numbered, ensure_ascii=False, separators=(",", ":")).encode())
    with tarfile.open(packages.fetch(packages.MINISEARCH, kept)) as archive:
        for inside, name in (("dist/es/index.js", "minisearch.js"), ("LICENSE.txt", "minisearch.LICENSE.txt")):
            write_whole(folder / name, archive.extractfile(f"package/{inside}").read())
