"""For every test: nbgrader comes without its applications, a new gradebook starts no process, and fork servers start warm."""

import sys

import warm
import warm_workers

from autograder.commands import on_demand
from autograder.course import version_of_tables

on_demand("nbgrader")  # saves two seconds of imports in each process that runs tests


def pytest_runtest_setup():
    """nbgrader itself starts a process for each new gradebook to learn the version of its tables; for `warm`, see there."""
    if api := sys.modules.get("nbgrader.api"):
        api.get_alembic_version = version_of_tables
    if fork_server := sys.modules.get("autograder.sandbox.fork_server"):
        warm.use(fork_server)
    if "autograder.grading.pools" in sys.modules:
        warm_workers.use()
