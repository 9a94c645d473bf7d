"""The whole site: its pages, the browser edition, the bundles to download, and the kits that Colab installs."""

import shutil
from pathlib import Path

from autograder.course import COURSE
from autograder.publish.bundle import bundle, kit
from autograder.site.lite import browser_edition
from autograder.site.pages import write_pages
from autograder.site.search import write_search
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons


def build_site(names=None, offline=False, folder=None, kept=None):
    """Build the site from the released lessons.

    Parameters
    ----------
    names : list of str, optional
        The lessons on the site, by name or number. Default: all. A lesson's folder contains the correct answers to the
        earlier lessons, so publish a graded course lesson by lesson.
    offline : bool
        Leave out every link to another host, for schools without internet and for the tests.
    folder : path, optional
        The site's folder, which is replaced. Default: ``dist/site``.
    kept : path, optional
        Where packages are kept from one build to the next. Default: ``build/packages``.

    Returns
    -------
    path
        The site's folder.

    Raises
    ------
    PackageError
        If a package cannot be fetched.
    """
    chosen = [find_lesson(name) for name in names] if names else list(lessons().values())
    folder = Path(folder or COURSE / "dist" / "site")
    fresh = folder.with_name(folder.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "kit").mkdir(parents=True)
    kept = Path(kept or COURSE / "build" / "packages")
    browser_edition(chosen, fresh / "lite", kept)
    for lesson in chosen:
        bundle(lesson.name, fresh / "download")
        kit(lesson, fresh / "kit")
    write_search(write_pages(chosen, fresh, offline), fresh, kept)
    (fresh / ".nojekyll").touch()
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return folder
