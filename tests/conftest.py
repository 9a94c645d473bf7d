"""For every test: nbgrader is imported without its applications, and a new gradebook starts no extra process."""

import functools
import sys

from autograder.commands import on_demand

on_demand("nbgrader")  # saves two seconds of imports in each process that runs tests


def pytest_runtest_setup():
    """Ask only once: nbgrader starts a process for each new gradebook to learn the version of its tables."""
    api = sys.modules.get("nbgrader.api")
    if api and not hasattr(api.get_alembic_version, "cache_info"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)
