"""What holds for every test: nbgrader comes without its applications, and a new gradebook without another process."""

import functools
import sys

from autograder.commands import on_demand

on_demand("nbgrader")  # two seconds of imports, for each process that runs tests


def pytest_runtest_setup():
    """nbgrader starts a process for each new gradebook, to be told the version of its tables: once is enough."""
    api = sys.modules.get("nbgrader.api")
    if api and not hasattr(api.get_alembic_version, "cache_info"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)
