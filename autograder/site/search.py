"""What the site's search looks through: every section of every page, as the text that a reader sees."""

import json
import tarfile

from bs4 import BeautifulSoup

from autograder.course import write_whole
from autograder.site import packages

HEADINGS = ("h1", "h2", "h3")


def sections(page, url, html):
    """The sections of a page.

    Parameters
    ----------
    page : str
        What results call it.
    url : str
        Seen from the top of the site.
    html : str
        Its text, with an ``id`` at each heading.

    Returns
    -------
    list of dict
        ``page``, ``heading``, ``url`` and ``text`` of each.
    """
    found = []
    for element in BeautifulSoup(html, "html.parser").find_all([*HEADINGS, "p", "li", "pre", "td"]):
        if element.name in HEADINGS:
            found.append({"page": page, "heading": element.get_text(), "url": f"{url}#{element['id']}", "text": ""})
        elif found and not element.find(["p", "li", "pre"]):
            found[-1]["text"] += " ".join(element.get_text().split()) + " "
    return found


def write_search(found, folder, kept):
    """Write the sections, and the library that looks through them, into the top of the site."""
    numbered = [{"id": number, **section} for number, section in enumerate(found)]
    write_whole(folder / "search.json", json.dumps(numbered, ensure_ascii=False, separators=(",", ":")).encode())
    with tarfile.open(packages.fetch(packages.MINISEARCH, kept)) as archive:
        for inside, name in (("dist/es/index.js", "minisearch.js"), ("LICENSE.txt", "minisearch.LICENSE.txt")):
            write_whole(folder / name, archive.extractfile(f"package/{inside}").read())
