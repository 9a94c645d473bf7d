"""Workers of the grader's pool that need not import NumPy, joblib and libcst anew, which takes longer than most of what they do.

One process has these libraries. Each worker begins as a fork of it, and goes on as ever: it is sent its work in the same way,
and imports the course's own modules from wherever the grader that starts it has them.
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

MODULE = "joblib.externals.loky.backend.popen_loky_posix"  # what a worker's process runs
LIBRARIES = ("joblib.externals.loky.process_executor", "numpy.random", "libcst", "msgpack")
_forks = {}  # a worker's process and connection, by its number


def use():
    """Let the workers that this process starts be warm."""
    if sys.platform != "linux":
        return
    from joblib.externals.loky.backend import fork_exec, popen_loky_posix

    if fork_exec.fork_exec is not _fork:
        _fork.cold, fork_exec.fork_exec = fork_exec.fork_exec, _fork
        popen_loky_posix.Popen.poll = functools.partialmethod(_poll, popen_loky_posix.Popen.poll)


@contextlib.contextmanager
def cold():
    """Let the workers that are started here be new processes."""
    from joblib.externals.loky.backend import fork_exec

    warm_one, fork_exec.fork_exec = fork_exec.fork_exec, getattr(_fork, "cold", fork_exec.fork_exec)
    try:
        yield
    finally:
        fork_exec.fork_exec = warm_one


def _fork(command, files, env=None):
    """Start a worker, as loky's `fork_exec` does; return its process's number."""
    assert command[1:3] == ["-m", MODULE]
    files = sorted({0, 1, 2, *map(int, files)})
    order = {
        "arguments": command[2:], "files": files, "environment": {**os.environ, **(env or {})}, "folder": os.getcwd(),
        "blocked": [*signal.pthread_sigmask(signal.SIG_BLOCK, [])],
        "uninterrupted": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
    }  # fmt: skip
    connection = socket.socket(socket.AF_UNIX)
    warm.connect(connection, address())
    warm.send(connection, order, files)
    pid = int(connection.makefile().readline())
    _forks[pid] = open(os.pidfd_open(pid), "rb", buffering=0), connection
    return pid


def _poll(popen, otherwise, flag=os.WNOHANG):
    """Tell whether a worker has ended, as loky's `Popen.poll` does, but not how: it is another process's child."""
    if popen.pid not in _forks:
        return otherwise(popen, flag)
    ended = select.select([_forks[popen.pid][0]], [], [], 0 if flag else None)[0]
    popen.returncode = 0 if ended else None
    return popen.returncode


@functools.cache
def address():
    """The socket of the process that has the libraries, which ends with this one."""
    path = os.path.join(tempfile.mkdtemp(), "socket")
    address.process = subprocess.Popen([sys.executable, __file__, path], stdin=subprocess.PIPE)
    return path


# In the process that has the libraries


def serve(path):
    """Start a worker for each connection, in a fork, until standard input is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    waiting = warm.orders(path, 32)
    for connection, order, files in waiting:
        pid = os.fork()
        if pid == 0:
            waiting.close()
            _begin(order, files, connection)
        connection.sendall(f"{pid}\n".encode())
        for descriptor in (*files, connection.detach()):
            os.close(descriptor)


def _begin(order, files, connection):
    """Run a worker, and end as Python ends, but without taking apart everything that was imported before the fork."""
    import fcntl  # not on Windows, where this module is imported

    files = [fcntl.fcntl(file, fcntl.F_DUPFD, 1000) for file in (*files, connection.fileno())]  # out of the way
    os.closerange(0, 1000)
    *files, grader = files
    for file, number in zip(files, order["files"]):
        os.dup2(file, number)
        os.close(file)
    # It ends when the other end of this connection ends: a test may kill a grader with its group of processes.
    fcntl.fcntl(grader, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(grader, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(grader, fcntl.F_SETFL, fcntl.fcntl(grader, fcntl.F_GETFL) | os.O_ASYNC)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN if order["uninterrupted"] else signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, order["blocked"])
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = order["arguments"]
    code = 1
    try:
        runpy.run_module(MODULE, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else bool(code))


if __name__ == "__main__":
    del sys.path[0]  # this folder, because it has folders named like the packages
    serve(*sys.argv[1:])
