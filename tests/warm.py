"""Fork servers that need not import NumPy, Matplotlib and IPython anew, which takes longer than most of what they grade.

One process has the libraries that a fork server imports before it knows what it is for. Each fork server begins as a fork of it,
and goes on as ever: it runs the same file, with its own folder, environment, input and log. Where the start itself or the sandbox
is tested, as in all attacks, a fork server starts as a new process does: `cold`.
"""

import contextlib
import functools
import gc
import io
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

ADDRESS = "WARM_FORK_SERVERS"  # set for the commands that a test starts, which use the same process


class Forked:
    """As `subprocess.Popen`, for a fork server.

    Attributes
    ----------
    pid : int
    stdin : file
    """

    def __init__(self, command, pass_fds, env, cwd, stdin, stdout, stderr):
        assert command[1:3] == ["-I", "-B"] and stdin == subprocess.PIPE and stdout is stderr
        order = {"file": command[3], "environment": env, "folder": str(cwd)}
        theirs, ours = os.pipe()
        self.stdin = open(ours, "wb")
        with socket.socket(socket.AF_UNIX) as connection:
            connect(connection, address())
            send(connection, order, [theirs, stdout.fileno(), *pass_fds])
            os.close(theirs)
            self.pid = int(connection.makefile().readline())
        self._process = open(os.pidfd_open(self.pid), "rb", buffering=0)  # closed with this object

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process.fileno(), signal.SIGKILL)

    def wait(self):
        select.select([self._process], [], [])


def use(fork_server):
    """Let the fork servers that this process starts be warm, given their module."""
    if sys.platform == "linux":
        fork_server.subprocess = SimpleNamespace(PIPE=subprocess.PIPE, Popen=Forked)


@contextlib.contextmanager
def cold(fork_server):
    """Let the fork servers that are started here be new processes."""
    warm, fork_server.subprocess = fork_server.subprocess, subprocess
    try:
        yield
    finally:
        fork_server.subprocess = warm


@functools.cache
def address():
    """The socket of the process that has the libraries: one that has been named, or else a new one, which ends with this."""
    if ADDRESS in os.environ:
        return os.environ[ADDRESS]
    from autograder.sandbox.fork_server import INSIDE, ForkServer, _font_lists

    folder = Path(tempfile.mkdtemp())
    (folder / "matplotlib").mkdir()
    for fonts in _font_lists():
        shutil.copy(fonts, folder / "matplotlib")
    command = [sys.executable, "-I", "-B", __file__, str(INSIDE / "__main__.py"), str(folder / "socket")]
    environment = ForkServer._environment(SimpleNamespace(folder=folder))
    address.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, env=environment)
    return command[-1]


def connect(connection, path, process=None):
    """Connect to the socket at a path, which `process` may still have to open."""
    end = time.monotonic() + 60
    while True:
        try:
            return connection.connect(path)
        except OSError:
            if time.monotonic() > end or process and process.poll() is not None:
                raise
        time.sleep(0.02)


def send(connection, order, files):
    """Send an order, which JSON can hold, and files to a process that takes `orders`."""
    text = json.dumps(order).encode()
    socket.send_fds(connection, [len(text).to_bytes(8, "big")], files)
    connection.sendall(text)


def orders(path, files):
    """Listen at a path, and yield each connection with the order and the files sent on it, until standard input is closed.

    Closed early, as in a fork, it only stops listening.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            length, received, _, _ = socket.recv_fds(connection, 8, files)
            yield connection, json.loads(connection.makefile("rb").read(int.from_bytes(length, "big"))), received
    shutil.rmtree(os.path.dirname(path))


# In the process that has the libraries


def serve(file, path):
    """Start a fork server for each connection, in a fork, until standard input is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    gc.disable()
    runpy.run_path(file, run_name="warm")["import_libraries"]()
    _draw()
    gc.freeze()
    waiting = orders(path, 3)
    for connection, order, files in waiting:
        pid = os.fork()
        if pid == 0:
            waiting.close()
            connection.close()
            return _begin(order, *files)
        connection.sendall(f"{pid}\n".encode())
        for descriptor in (*files, connection.detach()):
            os.close(descriptor)


def _draw():
    """Let Matplotlib build its parsers and find its fonts, which takes most of the time of a first figure."""
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().semilogy([1e-9, 1e9])
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def _begin(order, commands, log, listener):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for file, standard in ((commands, 0), (log, 1), (log, 2)):
        os.dup2(file, standard)
    os.close(commands)
    os.close(log)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = [order["file"], str(listener)]
    runpy.run_path(order["file"], run_name="__main__")


if __name__ == "__main__":
    serve(*sys.argv[1:])
