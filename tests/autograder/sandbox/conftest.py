"""The targets of attacks: a server, the world outside, the grader's own processes, and what would reveal the truth."""

import os
import socket
import textwrap
import threading

import pytest

from autograder.bank.expected import Live
from autograder.course import COURSE, Course
from autograder.grading.assignment import Assignment
from autograder.grading.submission import GradedSubmission
from autograder.sandbox.fork_server import ForkServer
from lessonkit.engine.diagnose import Suspect
from lessonkit.engine.expected import Recorded

HOLDERS = (Live, Recorded, Suspect, ForkServer, Course, Assignment, GradedSubmission)
MODULES = (
    "bank", "bank.expected", "bank.registry", "course", "grading", "grading.worker", "publish", "truth", "sandbox.session",
    "sandbox.fork_server", "sandbox.protections", "sandbox.doctor", "feedback", "report", "nbgrader_plugins", "__main__",
)  # fmt: skip
FILES = (
    "reference_impl/activations.py", "autograder/bank/mistakes/lesson_01.py", "solutions", "README.md",
    "lessonkit/recorded/01_activations.npz",
)  # fmt: skip


@pytest.fixture(scope="module")
def listener():
    """Start a server of the grader's that no submission may reach."""
    reached = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            reached.append(True)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], reached
    server.close()


@pytest.fixture(scope="session")
def names():
    """Return the names by which attacks look for the truth."""
    return {
        "HOLDERS": tuple(holder.__name__ for holder in HOLDERS),
        "MODULES": tuple(f"autograder.{name}" for name in MODULES),
        "FILES": FILES,
    }


@pytest.fixture
def fill(grader, world, listener, names):
    """Return a function that puts the targets of an attack into its source."""
    values = {
        **names, "OUTSIDE": world, "PROJECT": COURSE, "PORT": listener[0], "GRADER": os.getpid(),
        "FORK_SERVER": grader.fork_server._process.pid,
    }  # fmt: skip

    def fill_in(source):
        source = textwrap.dedent(source).strip()
        for name, value in values.items():
            source = source.replace(name, str(value))
        return source

    return fill_in
