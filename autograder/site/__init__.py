"""The course site: the lessons as pages to read, and the browser edition, in which they run without an installation."""

from autograder.site.whole import build_site

__all__ = ["build_site"]
