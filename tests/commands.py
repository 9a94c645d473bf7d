"""Run nbgrader's commands and the grader's own, each in its own process, without importing nbgrader again each time.

Importing nbgrader takes longer than most of its commands. So one process imports it once, and runs each command in a fork of
itself, with the command's folder, environment and arguments, just as ``python -m nbgrader`` or ``python -m autograder`` would.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import warm

IMPORTED = (
    "nbgrader.apps",
    "nbgrader.preprocessors",
    "nbconvert.exporters",
    "nbclient",
    "sqlalchemy.dialects.sqlite",
    "joblib",
)
OURS = (
    "nbgrader_plugins.autograde",
    "nbgrader_plugins.converter",
    "nbgrader_plugins.exporters",
    "nbgrader_plugins.exchange",
    "feedback",
    "grading.assignment",
)


def nbgrader(folder, *command, check=True, **environment):
    """Run one nbgrader command in `folder`, without any of this process's settings for a course.

    Returns
    -------
    subprocess.CompletedProcess
        Its output, as text.
    """
    return python(folder, "nbgrader", *command, check=check, **environment)


def python(folder, module, *arguments, check=True, **environment):
    """Run any module like `nbgrader`: ``python -m module``. In a folder with its own ``autograder``, that one is used."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said, tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        code = Started(folder, (module, *arguments), said, log, **environment).wait()
        said.seek(0)
        log.seek(0)
        done = subprocess.CompletedProcess(arguments, code, said.read(), log.read())
    assert done.returncode == 0 or not check, done.stdout[-3000:] + done.stderr[-3000:]
    return done


class Started:
    """A command that is running, in a session of its own.

    Attributes
    ----------
    pid : int
    """

    def __init__(self, folder, command, said, log, **environment):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LESSONKIT")}
        command, environment = [*map(str, command)], {**kept, **environment}
        if not hasattr(os, "fork"):
            command = [sys.executable, "-m", *command]
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=said, stderr=log, start_new_session=True
            )
            self.pid, self.poll, self.wait = process.pid, process.poll, process.wait
            return
        if sys.platform == "linux":
            environment.setdefault(warm.ADDRESS, warm.address())
        order = {"folder": str(folder), "command": command, "environment": environment}
        self._connection = socket.socket(socket.AF_UNIX)
        process, address = _server(os.path.isdir(os.path.join(folder, "autograder")))
        warm.connect(self._connection, address, process)
        warm.send(self._connection, order, [said.fileno(), log.fileno()])
        self._lines = self._connection.makefile()
        self.pid = int(self._lines.readline())

    def poll(self):
        """Return its exit code, or None while it runs."""
        return self.wait() if select.select([self._connection], [], [], 0)[0] else None

    def wait(self):
        """Wait until it ends, and return its exit code."""
        if self._connection.fileno() != -1:
            self._code = int(self._lines.readline())
            self._lines.close()
            self._connection.close()
        return self._code


@functools.cache
def _server(bare):
    """Start the process that imports nbgrader and, unless it is `bare`, the modules of ours that go with it.

    That process ends with this one, because its standard input is then closed.
    """
    address = os.path.join(tempfile.mkdtemp(), "socket")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LESSONKIT")}
    return subprocess.Popen(
        [sys.executable, __file__, address, *(["bare"] if bare else [])], stdin=subprocess.PIPE, env=environment
    ), address


# The functions below run in the process that imports nbgrader.


def serve(address, bare=""):
    """Run a command for each connection, in a fork, until standard input is closed."""
    _import(() if bare else OURS)
    waiting = warm.orders(address, 2)
    for connection, order, files in waiting:
        pid = os.fork()
        if pid == 0:
            waiting.close()
            connection.close()
            os.setsid()
            _until_it_exits(order, files)
        with contextlib.suppress(OSError):
            connection.sendall(f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(OSError):
            connection.sendall(f"{code}\n".encode())
        for file in (*files, connection.detach()):
            os.close(file)


def _import(ours):
    del sys.path[0]  # this folder, because it has folders named like the packages
    sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema works without it, and importing it takes long
    for name in (*IMPORTED, *(f"autograder.{name}" for name in ours)):
        importlib.import_module(name)
    if ours:
        warm.use(importlib.import_module("autograder.sandbox.fork_server"))
    from alembic.script import ScriptDirectory
    from nbgrader import api

    # nbgrader starts a process for each new gradebook, to be told what these scripts say
    version = ScriptDirectory(os.path.join(os.path.dirname(api.__file__), "alembic")).get_current_head()
    api.get_alembic_version = lambda: version
    gc.collect()
    gc.freeze()


def _command(order, files):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, standard in zip((nothing, *files), range(3)):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    name, *arguments = order["command"]
    sys.argv = [name, *arguments]
    named = order["environment"].get("PYTHONPATH", "")
    sys.path[:0] = [order["folder"], *filter(None, named.split(os.pathsep))]
    if arguments[:1] == ["grade"]:  # also with a folder's own modules
        warm.use(importlib.import_module("autograder.sandbox.fork_server"))
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _until_it_exits(order, files):
    """Run a command, and end as Python ends, but without taking apart everything that was imported before the fork."""
    code = 0
    try:
        _command(order, files)
    except SystemExit as end:
        if not isinstance(code := end.code or 0, int):
            raise
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(*sys.argv[1:])
