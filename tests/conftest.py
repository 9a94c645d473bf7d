"""What holds for every test: nbgrader comes without its applications, a new gradebook without another process, a fork server warm."""

import sys

import warm

from autograder.commands import on_demand
from autograder.course import version_of_tables

on_demand("nbgrader")  # saves two seconds of imports in each process that runs tests


def pytest_runtest_setup():
    """nbgrader starts a process for each new gradebook, to be told the version of its tables: once is enough.

    And a fork server imports libraries that every other one has imported too: `warm`.
    """
    api = sys.modules.get("nbgrader.api")
    if api and not hasattr(api.get_alembic_version, "cache_info"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)
    if fork_server := sys.modules.get("autograder.sandbox.fork_server"):
        warm.use(fork_server)
