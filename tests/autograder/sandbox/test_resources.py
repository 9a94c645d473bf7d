"""What a notebook could use up: each resource has a limit for each notebook, or is not available at all."""

import os
import platform
import textwrap
import threading

import pytest
from arena import EXERCISES, notebook, solved

from autograder.course import COURSE
from autograder.sandbox import doctor, session
from autograder.sandbox.inside import lockdown, server, wire

LIMITS, GRACE = lockdown.Limits(), session.GRACE  # the short limits of other tests replace these
SETUP = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def count(take, most=3000):
    for number in range(most):
        try: failed = take() == -1
        except (OSError, RuntimeError, MemoryError, ValueError): failed = True
        if failed: return number
    return most
kept = []
"""

# Resources that a notebook takes as much of as it can get: the code, and the limit
COUNTED = {
    "threads": ("""
        import threading
        done = threading.Event()
        print(count(lambda: threading.Thread(target=done.wait, daemon=True).start()))
        done.set()""", LIMITS.threads),
    "pipes": ("print(count(lambda: len(os.pipe())))", LIMITS.files // 2),
    "epoll": ("import select; print(count(lambda: kept.append(select.epoll())))", LIMITS.files),
    "eventfd": ("print(count(lambda: libc.eventfd(0, 0)))", LIMITS.files),
    "timerfd": ("print(count(lambda: libc.timerfd_create(1, 0)))", LIMITS.files),
    "POSIX timers": ("print(count(lambda: libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p()))))", lockdown.QUEUED_SIGNALS),
    "queued signals": ("""
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, [40])
        print(count(lambda: libc.sigqueue(os.getpid(), 40, None)))""", lockdown.QUEUED_SIGNALS),
    "memory that is shared": ("""
        import mmap
        print(count(lambda: kept.append(mmap.mmap(-1, 2**26))) * 2**26)""", LIMITS.memory),
    "files in the scratch folder": ("""
        def touch():
            kept.append(1)
            open(f"file{len(kept)}", "w").close()
        print(count(touch, 5000))""", 4096),
    "space in the scratch folder": ("""
        def fill():
            kept.append(1)
            with open(f"block{len(kept)}", "wb") as file: file.write(bytes(2**20))
        print(count(fill) * 2**20)""", LIMITS.scratch),
}  # fmt: skip

# What is not available at all: it is counted for a user as a whole, or gives access to the kernel that no notebook needs.
REFUSED = {
    "a watch on files": "libc.inotify_init()",
    "a watch on a file system": "libc.fanotify_init(0, 0)",
    "memory in a file": "libc.memfd_create(b'x', 0)",
    "secret memory": "libc.syscall(447, 0)",
    "an asynchronous ring": "libc.syscall(425, 4, ctypes.create_string_buffer(256))",
    "a larger pipe": "fcntl.fcntl(os.pipe()[1], 1031, 2**20)",
    "shared memory": "libc.shmget(0, 4096, 0o1600)",
    "a semaphore": "libc.semget(0, 1, 0o1600)",
    "a POSIX semaphore": "libc.sem_open(b'/x', os.O_CREAT, 0o600, 1) or -1",
    "a message queue": "libc.msgget(0, 0o1600)",
    "POSIX shared memory": "libc.shm_open(b'/x', os.O_CREAT | os.O_RDWR, 0o600)",
    "all disks, synchronized": "libc.syncfs(os.open('.', os.O_RDONLY))",
    "a larger limit": "resource.setrlimit(resource.RLIMIT_SIGPENDING, (10**6, 10**6))",
    "a pair of sockets": "libc.socketpair(1, 1, 0, (ctypes.c_int * 2)())",
}
NUMBERED = {  # system call numbers on x86-64 and on Arm
    "asynchronous reads": (206, 0), "a key": (248, 217), "a program in the kernel": (321, 280), "a counter of events": (298, 241),
    "page faults": (323, 282), "a POSIX message queue": (240, 180),
}  # fmt: skip


@pytest.fixture
def said(grader):
    """Return a function that runs a cell and returns what it prints."""

    def run(source):
        opened = grader.fork_server.session()
        try:
            outputs, _ = opened.run(SETUP + textwrap.dedent(source))
            return "".join(output.get("text", output.get("evalue", "")) for output in outputs).strip()
        finally:
            opened.close()

    return run


@pytest.mark.parametrize("name", COUNTED)
def test_there_is_so_much_for_a_notebook(name, said):
    source, most = COUNTED[name]
    assert 0 < int(said(source)) <= most


@pytest.mark.parametrize("name", REFUSED)
def test_there_is_none_for_a_notebook(name, said):
    assert said(f"import fcntl, resource\nprint(count(lambda: {REFUSED[name]}))") == "0"


@pytest.mark.parametrize("name", NUMBERED)
def test_there_is_none_by_its_number(name, said):
    number = NUMBERED[name][platform.machine() == "aarch64"]
    assert (
        said(f"memory = ctypes.create_string_buffer(256)\nprint(count(lambda: libc.syscall({number}, memory, memory)))")
        == "0"
    )
    assert "1" == said(f"libc.syscall({number}, *[ctypes.create_string_buffer(256)] * 2)\nprint(ctypes.get_errno())")


SMALL_THREADS = """
import _thread
_thread.stack_size(32768)
closed = _thread.allocate_lock()
closed.acquire()
while True: _thread.start_new_thread(closed.acquire, ())
"""


def test_threads_that_need_no_memory_end_the_notebook_and_nobody_elses(grader):
    """Without a limit, 32,000 such threads start in two seconds. Then nobody on the machine can start anything."""
    graded = grader(notebook(solved(), first=[SMALL_THREADS]))
    assert graded.points == dict.fromkeys(EXERCISES, 5.0)
    assert any("stopped the notebook" in flag for flag in graded.flags)
    assert not grader.processes()


def test_threads_are_counted():
    processes, before = lockdown.all_processes(), threading.active_count()
    done = threading.Event()
    many = [threading.Thread(target=done.wait) for _ in range(7)]
    for thread in many:
        thread.start()
    counted = lockdown.threads_of(os.getpid(), processes)
    done.set()
    os.close(processes)
    assert counted >= before + 7


@pytest.mark.parametrize("name", ["socket", "syncfs", "inotify_init1"])
def test_doctor_sees_a_system_call_that_is_let_through(name, monkeypatch):
    monkeypatch.setattr(lockdown, "FORBIDDEN", tuple(call for call in lockdown.FORBIDDEN if call != name))
    assert "could be" in doctor.missing()["system calls"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit_resources", lambda limits: None), ("threads_of", lambda *_: 0)],
    ids=["no limits", "threads that cannot be counted"],
)
def test_doctor_sees_a_limit_that_is_missing(name, value, monkeypatch):
    monkeypatch.setattr(lockdown, name, value)
    assert {"resources", "system calls"} & set(doctor.missing())


def test_the_instructors_guide_names_the_limits():
    text = (COURSE / "docs" / "instructors.md").read_text(encoding="utf-8")
    for words in (
        f"{LIMITS.memory // 2**30} GB of memory, {LIMITS.cpu} seconds of processor time, {LIMITS.files} open files",
        f"a scratch folder of {LIMITS.scratch // 2**20} MB and 4096 files, each of {LIMITS.file // 2**20} MB at most",
        f"{lockdown.QUEUED_SIGNALS} timers and queued signals",
        f"{LIMITS.threads} threads",
        f"{1 / server.WATCH:g} times a second",
        f"{LIMITS.cell:g} seconds for a cell, {LIMITS.call:g} for a call by a check, {LIMITS.exercise:g} for all checks of an",
        f"{LIMITS.notebook:g} for the notebook",
        f"the grader's {GRACE} seconds later",
        f"{LIMITS.output:,} characters of output",
        f"{session.MAX_OUTPUTS} outputs and {wire.MAX_OUTPUT // 2**20} MB",
    ):
        assert words in text
