"""``python -m autograder doctor``: tries each protection, and says which ones work on this machine."""

import ctypes
import errno
import fcntl
import mmap
import os
import select
import signal
import socket
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from autograder.flags import words_of
from autograder.sandbox.inside import lockdown
from autograder.terminal import say

TRIAL_LIMIT = 20  # seconds


def _try_namespaces(folder):
    outside, root = os.path.join(folder, "outside"), os.path.join(folder, "root")
    os.mkdir(outside)
    os.mkdir(root)
    os.mkdir(os.path.join(folder, "scratch"))
    lockdown.own_user()
    lockdown.own_root(root, ["/usr", "/lib", "/lib64"], [os.path.join(folder, "scratch")])
    if os.path.exists(outside):
        raise OSError("a folder outside the sandbox can still be seen")
    lockdown.separate()
    if os.fork() == 0:
        os._exit(_seen_in_namespaces(os.path.join(folder, "scratch")))
    if os.waitstatus_to_exitcode(os.wait()[1]):
        raise OSError("the process still sees the outer network or other processes, or its scratch folder has no limit")


def _seen_in_namespaces(scratch):
    lockdown.mount_scratch(scratch, 2**20)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 9)) in (0, errno.ECONNREFUSED):
            return 3  # a loopback answered: this is the outer network
    try:
        with open(os.path.join(scratch, "large"), "wb") as file:
            file.write(bytes(2**21))
        return 4
    except OSError:
        return 0 if os.getpid() == 1 else 5


def _try_capabilities(folder):
    lockdown.drop_capabilities()
    try:
        lockdown.call_libc("sethostname", b"x", 1)
    except PermissionError:
        return
    raise OSError("the process could still change the host's name")


def _try_resources(folder):
    limits = lockdown.Limits(memory=2**30, cpu=60)
    with ThreadPoolExecutor(1) as pool:  # first: under the limits, a large process cannot start a thread
        pool.submit(int)
        if lockdown.threads_of(os.getpid(), lockdown.all_processes()) < 2:
            raise OSError("the threads of a notebook cannot be counted. Is /proc mounted?")
    lockdown.limit_resources(limits)
    _expect(OSError, "more memory than the limit could be allocated", lambda: mmap.mmap(-1, 2**31))
    _expect(BlockingIOError, "more timers than the limit could be created", _make_timers)
    _expect(OSError, "more files than the limit could be opened", lambda: [os.pipe() for _ in range(limits.files)])


def _make_timers():
    timer = ctypes.c_void_p()
    for _ in range(2 * lockdown.QUEUED_SIGNALS):
        lockdown.call_libc("timer_create", time.CLOCK_MONOTONIC, None, ctypes.byref(timer))


def _expect(error, otherwise, action):
    """Do what must be impossible; raise an error if it works."""
    try:
        action()
    except error:
        return
    raise OSError(otherwise)


def _try_files(folder):
    lockdown.restrict_files(lockdown.python_paths([]), [folder])
    with open(os.path.join(folder, "allowed"), "w") as file:
        file.write("x")
    try:
        os.listdir("/proc")
    except PermissionError:
        return
    raise OSError("a folder outside the sandbox could be read")


def _try_system_calls(folder):
    lockdown.drop_capabilities()
    lockdown.system_call_filter().load()
    libc = ctypes.CDLL(None, use_errno=True)
    pipe, _ = os.pipe()
    for what, attempt in {
        "a new process could be started": os.fork,
        "a socket could be created": socket.socket,
        "a pipe could be made larger": lambda: fcntl.fcntl(pipe, lockdown.SET_PIPE_SIZE, 2**16),
        "the whole machine's disks could be synchronized": lambda: lockdown.call_libc("syncfs", pipe),
    }.items():
        _expect(PermissionError, what, attempt)
    if libc.inotify_init1(0) >= 0:
        raise OSError("a file watch could be created, and each user has only a few")


TRIALS = {
    "namespaces": (
        _try_namespaces,
        "no network, no view of other processes or files, a private scratch folder of limited size",
    ),
    "capabilities": (_try_capabilities, "no administrator privileges, even when grading as root"),
    "resources": (_try_resources, "limits on memory, processor time, file size, open files, threads and timers"),
    "files": (_try_files, "no files except Python's own, the lesson's bundle and the scratch folder (Landlock)"),
    "system calls": (_try_system_calls, "no new processes, programs or sockets, no kernel interfaces (seccomp)"),
}


def _try(trial, folder):
    """Run a trial in its own process; return why the protection does not work, or ""."""
    read, write = os.pipe()
    pid = os.fork()  # not with multiprocessing: a Dask worker is a daemon process, which must not have such children
    if pid == 0:
        try:
            trial(folder)
            verdict = "holds"
        except BaseException as error:
            verdict = words_of(error)
        os.write(write, verdict.encode())
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], TRIAL_LIMIT)
        verdict = pipe.read().decode() or "the trial was stopped" if ready else "the trial did not end"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "" if verdict == "holds" else verdict


def missing():
    """Return the reason why each missing protection does not work here, by its name."""
    if not sys.platform.startswith("linux"):
        return dict.fromkeys(TRIALS, "it needs Linux")
    reasons = {}
    for name, (trial, _) in TRIALS.items():
        with tempfile.TemporaryDirectory() as folder:
            reason = _try(trial, folder)
        if reason:
            reasons[name] = reason
    return reasons


def main():
    """Print which protections work and which do not; return the number of missing ones."""
    reasons = missing()
    for name, (_, meaning) in TRIALS.items():
        say(f"{'✗ missing' if name in reasons else '✓ holds  '}  {name:<13} {meaning}")
        if name in reasons:
            say(f"{'':>25}{reasons[name]}")
    return len(reasons)
