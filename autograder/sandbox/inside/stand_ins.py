"""Substitutes for what a session cannot have: a user, event loops without sockets, refusals that say why.

Nothing here protects anything (`lockdown` does). A submission can undo all of it, and then gets the sandbox's bare errors.
"""

import asyncio
import builtins
import getpass
import os
import pdb
import selectors
import socket
import subprocess
import sys
import threading
import types

INLINE = "module://matplotlib_inline.backend_inline"
USER = "student"
PEOPLE = {"USER": USER, "LOGNAME": USER, "SHELL": "/bin/sh", "PATH": os.defpath, "TERM": "dumb"}
WHY = "the notebook is graded in a sandbox, alone and without a network"


class Forbidden(PermissionError):
    """Something that the sandbox would refuse without saying why."""


class PollingSelector(selectors.SelectSelector):
    """Never sleeps long: the event loop below has no socket of its own that could wake it."""

    def select(self, timeout=None):
        return super().select(0.01 if timeout is None else min(timeout, 0.01))


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop that needs no socket: other threads are noticed by polling."""

    def __init__(self, selector=None):
        super().__init__(PollingSelector())

    def _make_self_pipe(self):
        self._ssock = self._csock = None
        self._internal_fds += 1

    def _close_self_pipe(self):
        self._internal_fds -= 1

    def _write_to_self(self):
        pass


class EventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes event loops that work without sockets."""

    def new_event_loop(self):
        return EventLoop()


def refuse(what):
    """Return a function that refuses what the sandbox forbids, and says why."""

    def refused(*_, **__):
        raise Forbidden(f"{what} here: {WHY}.")

    return refused


def passed_over(what):
    """Return a function that only prints that it does nothing here."""

    def passed(*_, **__):
        print(f"not run here: {what}")

    return passed


def nothing(*_, **__):
    """Do nothing."""


def settle_in():
    """Give the process what a kernel has: a user, event loops, figures in the notebook; and clear refusals."""
    os.environ.update(PEOPLE, PWD=os.getcwd())
    sys.argv[:] = ["notebook"]
    sys.path.insert(0, "")  # so that a cell can import a module that an earlier cell has written
    asyncio.set_event_loop_policy(EventLoopPolicy())
    for name in {"SelectorEventLoop", "EventLoop"} & set(vars(asyncio)):
        setattr(asyncio, name, EventLoop)
    os.getlogin = lambda: USER
    os.nice = lambda increment: 0
    os.setpriority = nothing
    os.fork = os.forkpty = os.system = os.popen = os.posix_spawn = refuse("Another process cannot be started")
    sys.modules.setdefault("nest_asyncio", _nest_asyncio())
    _refuse_programs_and_network()
    _ask_no_one()
    _keep_figures_inline()


def _refuse_programs_and_network():
    import _posixshmem

    subprocess.Popen.__init__ = _refused_popen
    socket.socket.__init__ = _refused_socket
    socket.getaddrinfo = socket.gethostbyname = refuse("The network cannot be used")
    _posixshmem.shm_open = refuse("Memory cannot be shared with another process")


def _refused_popen(self, *_, **__):
    self._child_created, self.returncode, self.pid = False, 1, 0  # its __del__ reads these
    self.stdin = self.stdout = self.stderr = None
    raise Forbidden(f"Another program cannot be started here: {WHY}.")


def _refused_socket(self, *_, **__):
    self._io_refs, self._closed = 0, True  # its close() reads these
    raise Forbidden(f"The network cannot be used here: {WHY}.")


def _ask_no_one():
    """Nobody is at the keyboard: functions that ask for input say so, and a forgotten breakpoint is skipped."""

    def unanswered(*_, **__):
        raise EOFError("input() cannot be used here: nobody is there to answer.")

    builtins.input = getpass.getpass = unanswered
    sys.breakpointhook = pdb.set_trace = passed_over("breakpoint()")


def _nest_asyncio():
    """Return a module for `nest_asyncio` that does nothing, since `asyncio.run` works here without it."""
    module = types.ModuleType("nest_asyncio", "Nothing to do here.")
    module.apply = nothing
    return module


def share_among_threads():
    """Make the locks and queues of `multiprocessing` work between threads; there are no other processes here."""
    from multiprocessing.context import BaseContext

    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier"):
        setattr(BaseContext, name, _made_by(getattr(threading, name)))
    import multiprocessing  # when it was imported, it copied its functions from a context

    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier"):
        setattr(multiprocessing, name, getattr(threading, name))


def _made_by(kind):
    return lambda self, *arguments, **keywords: kind(*arguments, **keywords)


def _keep_figures_inline():
    """Show figures in the notebook, whatever back end a cell asks for."""
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use = plt.switch_backend = nothing
    os.environ["MPLBACKEND"] = INLINE
