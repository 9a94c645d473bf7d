"""What holds for every test: nbgrader comes without its applications, a new gradebook without another process, a fork server warm."""

import sys

import commands
import warm

from autograder.commands import on_demand
from autograder.course import version_of_tables

on_demand("nbgrader")  # saves two seconds of imports in each process that runs tests


def pytest_runtest_setup():
    """A new gradebook starts no process to be told its tables' version, and a fork server imports nothing anew."""
    api = sys.modules.get("nbgrader.api")
    if api and api.get_alembic_version.__module__ == api.__name__:
        commands.know_version(api)
    if fork_server := sys.modules.get("autograder.sandbox.fork_server"):
        warm.use(fork_server)
