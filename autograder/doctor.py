"""``python -m autograder doctor``: which protections hold on this machine, each by trying it."""

import errno
import os
import socket
import sys
import tempfile
from multiprocessing import get_context

from autograder.inside import sandbox


def _try_namespaces(folder):
    outside, root = os.path.join(folder, "outside"), os.path.join(folder, "root")
    os.mkdir(outside)
    os.mkdir(root)
    os.mkdir(os.path.join(folder, "scratch"))
    sandbox.own_user()
    sandbox.own_root(root, ["/usr", "/lib", "/lib64"], [os.path.join(folder, "scratch")])
    if os.path.exists(outside):
        raise OSError("a folder outside the sandbox can still be seen")
    sandbox.separate()
    if os.fork() == 0:
        os._exit(_seen_in_namespaces(os.path.join(folder, "scratch")))
    if os.waitstatus_to_exitcode(os.wait()[1]):
        raise OSError("the process still sees the outer network or other processes, or its scratch folder has no limit")


def _seen_in_namespaces(scratch):
    sandbox.mount_scratch(scratch, 2**20)
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
    sandbox.drop_capabilities()
    try:
        sandbox._call("sethostname", b"x", 1)
    except PermissionError:
        return
    raise OSError("the process could still change the host's name")


def _try_resources(folder):
    sandbox.limit_resources(sandbox.Limits(memory=2**30, cpu=60))
    try:
        bytearray(2**31)
    except MemoryError:
        return
    raise OSError("more memory than the limit was given")


def _try_files(folder):
    sandbox.restrict_files(sandbox.python_paths([]), [folder])
    with open(os.path.join(folder, "allowed"), "w") as file:
        file.write("x")
    try:
        os.listdir("/proc")
    except PermissionError:
        return
    raise OSError("a folder outside the sandbox could be read")


def _try_system_calls(folder):
    sandbox.drop_capabilities()
    sandbox.system_call_filter().load()
    for attempt in (os.fork, socket.socket):
        try:
            attempt()
        except PermissionError:
            continue
        raise OSError("a new process or a socket could be made")


TRIALS = {
    "namespaces": (
        _try_namespaces,
        "no network, no sight of other processes or files, a private scratch folder of limited size",
    ),
    "capabilities": (_try_capabilities, "no privilege of the administrator's, even when grading as root"),
    "resources": (_try_resources, "limits on memory, processor time, file size and open files"),
    "files": (_try_files, "no file but Python's own, the lesson's bundle and the scratch folder (Landlock)"),
    "system calls": (_try_system_calls, "no new processes, programs or sockets, no kernel interfaces (seccomp)"),
}


def _run(trial, folder, pipe):
    try:
        trial(folder)
        pipe.send("")
    except BaseException as error:
        pipe.send(f"{type(error).__name__}: {error}")
    pipe.close()
    os._exit(0)


def missing():
    """The protections that do not hold here, with the reason: a dict by name."""
    if not sys.platform.startswith("linux"):
        return dict.fromkeys(TRIALS, "it needs Linux")
    context, reasons = get_context("fork"), {}
    for name, (trial, _) in TRIALS.items():
        ours, theirs = context.Pipe(duplex=False)
        reason = "the trial came to no end"
        with tempfile.TemporaryDirectory() as folder:
            process = context.Process(target=_run, args=(trial, folder, theirs))
            process.start()
            theirs.close()
            if ours.poll(20):
                try:
                    reason = ours.recv()
                except EOFError:
                    reason = "the trial was stopped"
            process.kill()
            process.join()
        if reason:
            reasons[name] = reason
    return reasons


def main():
    """Print what holds and what does not; return the number of missing protections."""
    reasons = missing()
    for name, (_, meaning) in TRIALS.items():
        print(f"{'✗ missing' if name in reasons else '✓ holds  '}  {name:<13} {meaning}")
        if name in reasons:
            print(f"{'':>25}{reasons[name]}")
    return len(reasons)
