"""Sandboxes a process on Linux. Each mechanism is separate, so that `doctor` can try each.

Maintained libraries do the work: Landlock through `landlock`, seccomp through `pyseccomp`. Namespaces and prctl, which they do
not cover, are one libc call each.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 4, 38, 24
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1  # the same number on every processor
FORBIDDEN = (
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
    "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsmount", "fspick", "mount_setattr", "setns", "unshare", "bpf", "perf_event_open", "keyctl", "add_key",
    "request_key", "kexec_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
    "inotify_init", "inotify_init1", "fanotify_init", "io_setup", "memfd_secret", "modify_ldt", "sync", "syncfs", "vmsplice",
    "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at", "name_to_handle_at",
    "memfd_create", "shmget", "shmat", "msgget", "semget", "mq_open", "setuid", "setgid", "setpgid", "setsid", "syslog", "acct",
    "quotactl", "ioperm", "iopl", "personality", "setpriority", "sched_setscheduler", "kcmp", "migrate_pages", "move_pages",
)  # fmt: skip
SET_PIPE_SIZE = 1031  # a command of fcntl: the total size of a user's pipes is limited
QUEUED_SIGNALS = 256  # and POSIX timers, each of which reserves a signal


@dataclass(frozen=True)
class Limits:
    """What one notebook may use.

    `memory`, `file` and `scratch` are in bytes; `cpu`, `cell`, `call`, `exercise` and `notebook` in seconds (processor
    time of a process; wall-clock time of one cell, of one call by a check, of all checks of one exercise, and of all);
    `output` in characters per cell. `files` is the number of open files; a notebook with more than `threads` is ended.
    """

    memory: int = 3 * 2**30
    file: int = 32 * 2**20
    scratch: int = 64 * 2**20
    files: int = 128
    threads: int = 512
    cpu: int = 240
    cell: float = 60.0
    call: float = 20.0
    exercise: float = 40.0
    notebook: float = 400.0
    output: int = 200_000


@cache
def _libc():
    return ctypes.CDLL(None, use_errno=True)


def call_libc(name, *arguments):
    """Call a function of libc that returns 0 on success.

    Raises
    ------
    OSError
    """
    if getattr(_libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def own_user():
    """Create user and mount namespaces, which the next steps need if they do not run as the administrator."""
    uid, gid = os.getuid(), os.getgid()
    call_libc("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    call_libc("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def own_root(folder, readable, writable, own=()):
    """Make `folder` the root; only `readable` and `writable` remain of the file system, at their usual paths.

    Landlock alone would still let a process see that a file exists, and change the mode of a file it owns.

    Parameters
    ----------
    folder : path
        An empty folder.
    readable : iterable of path
        Files or folders; missing ones are skipped.
    writable : iterable of path
        Folders.
    own : dict of path to str
        Files that exist only in this root, and their texts.
    """
    call_libc("mount", b"root", os.fsencode(folder), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=4m,mode=755")
    for path in sorted(map(Path, readable)):
        _bind(path, folder)
    for path, text in dict(own).items():
        target = Path(f"{folder}{path}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    targets = {path: Path(f"{folder}{path}") for path in writable}
    for target in targets.values():
        target.mkdir(parents=True, exist_ok=True)
    read_only(folder)
    for path, target in targets.items():
        call_libc("mount", os.fsencode(path), os.fsencode(target), None, MS_BIND, None)
    os.chroot(folder)
    os.chdir("/")


def own_files(limits):
    """Return the files of the new root: one user, and answers about the computer for libraries that ask."""
    uid, gid, memory = os.getuid(), os.getgid(), limits.memory // 1024
    processors = range(os.cpu_count() or 1)
    process = [1, "(python)", "R", 0, 1, 1, *[0] * 13, 1, *[0] * 40]  # the 20th is the number of its threads
    sizes = {
        **dict.fromkeys(("MemTotal", "MemFree", "MemAvailable"), memory),
        **dict.fromkeys(("Buffers", "Cached", "Shmem", "Active", "Inactive", "SwapTotal", "SwapFree"), 0),
    }
    times = ["cpu", *(f"cpu{number}" for number in processors)]
    return {
        "/etc/passwd": f"student:x:{uid}:{gid}:Student:/:/bin/sh\n",
        "/etc/group": f"student:x:{gid}:\n",
        "/proc/meminfo": "".join(f"{name}: {size} kB\n" for name, size in sizes.items()),
        "/proc/cpuinfo": "".join(f"processor: {number}\ncore id: {number}\n\n" for number in processors),
        "/proc/stat": "".join(f"{name}{' 0' * 10}\n" for name in times) + "btime 0\n",
        "/proc/1/stat": " ".join(map(str, process)) + "\n",
        "/proc/1/statm": "40000 20000 5000 1 0 20000 0\n",
        "/proc/1/status": f"Name: python\nUid:{f' {uid}' * 4}\nGid:{f' {gid}' * 4}\nThreads: 1\n",
    }


def _bind(path, root):
    target = Path(f"{root}{path}")
    if not path.exists() or os.path.lexists(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(os.readlink(path))
        return _bind(path.resolve(), root)
    target.mkdir() if path.is_dir() else target.touch()
    call_libc("mount", os.fsencode(path), os.fsencode(target), None, MS_BIND | MS_REC, None)


def read_only(folder):
    """Make everything below `folder` read-only."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    call_libc(
        "syscall", MOUNT_SETATTR, AT_FDCWD, os.fsencode(folder), AT_RECURSIVE, attributes, ctypes.sizeof(attributes)
    )


def separate():
    """Create network, IPC, mount and process-id namespaces: no network, no view of other processes, no signals to them."""
    call_libc("unshare", CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWPID)


def mount_scratch(folder, size):
    """Mount a private scratch folder in memory, of limited size, that vanishes with the process; the rest is read-only."""
    read_only("/")
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    call_libc(
        "mount", b"scratch", os.fsencode(folder), b"tmpfs", flags, f"size={size},nr_inodes=4096,mode=700".encode()
    )


def drop_capabilities():
    """Drop all capabilities, so that none can come back."""
    capability, libc = 0, _libc()
    while libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:  # fails after the last one that exists
        capability += 1
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    call_libc("capset", ctypes.byref(header), ctypes.byref(none))
    call_libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit_resources(limits):
    """Limit memory, processor time, file size, open files and queued signals, and allow no core dumps."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_SIGPENDING, QUEUED_SIGNALS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def all_processes():
    """Open the folder with all processes, before it goes out of view; None if there is none."""
    return os.open("/proc", os.O_RDONLY) if os.path.exists("/proc/self/stat") else None


def threads_of(pid, processes):
    """Count a process's threads with a descriptor from `all_processes`; 0 if the process cannot be seen."""
    try:
        with open(f"{pid}/stat", opener=lambda path, flags: os.open(path, flags, dir_fd=processes)) as file:
            return int(file.read().rpartition(")")[2].split()[17])
    except OSError:
        return 0


def restrict_files(readable, writable):
    """Use Landlock to allow only `readable` files, and `writable` ones for writing.

    Parameters
    ----------
    readable, writable : iterable of path
        Folders or files; missing ones are skipped.
    """
    from landlock import FSAccess, Ruleset

    ctypes.set_errno(0)  # the library mistakes an older error for its own
    read_file = FSAccess.READ_FILE | FSAccess.EXECUTE
    rules = Ruleset()
    for path in map(Path, readable):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            rules.allow(path, rules=read_file | FSAccess.READ_DIR if path.is_dir() else read_file)
    for path in map(Path, writable):
        # a scratch folder may contain files and folders, but no devices, sockets, pipes or links
        allowed = FSAccess.READ_FILE | FSAccess.WRITE_FILE | FSAccess.TRUNCATE
        if path.is_dir():
            allowed |= (
                FSAccess.READ_DIR | FSAccess.REMOVE_DIR | FSAccess.REMOVE_FILE | FSAccess.MAKE_DIR | FSAccess.MAKE_REG
            )
        rules.allow(path, rules=allowed)
    rules.apply()


def system_call_filter():
    """Build a seccomp filter: no new processes or programs, no sockets, no kernel interfaces that notebooks do not need.

    It also refuses resources that all processes of a user or machine share, since a notebook could use them up.

    Returns
    -------
    pyseccomp.SyscallFilter
        It takes effect when it is loaded; building it takes longer than loading it.
    """
    import errno

    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    for name in FORBIDDEN:
        with contextlib.suppress(Exception):  # this kernel or processor may not know the call
            rules.add_rule(refuse, name)
    thread = 0x00010000  # CLONE_THREAD: threads are allowed, processes are not
    rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, thread, 0))
    rules.add_rule(refuse, "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, SET_PIPE_SIZE))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # a filter cannot read its flags; libc falls back to clone
    return rules


def die_with_parent(number=signal.SIGKILL):
    """Make the kernel send this process a signal when its parent ends (only on Linux)."""
    if sys.platform.startswith("linux"):
        call_libc("prctl", PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def not_dumpable():
    """Keep other processes of the same user from looking into this one (only on Linux)."""
    if sys.platform.startswith("linux"):
        call_libc("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)


def python_paths(hidden):
    """Return what a running Python must be able to read: its own and the system's libraries, without the `hidden` paths.

    If a hidden path is inside one of them (this project, installed in site-packages), the entries around it are listed.
    """
    hidden = {Path(path).resolve() for path in hidden}
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}
    folders |= {Path(path) for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/var/cache/fontconfig")}
    files = ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/dev/zero")
    return [Path(path) for path in files] + [path for folder in folders for path in _around(folder, hidden)]


def _around(path, hidden):
    """Yield paths that cover all of `path` except the hidden parts."""
    resolved = path.resolve()
    if resolved in hidden or any(secret in resolved.parents for secret in hidden):
        return
    if not any(resolved in secret.parents for secret in hidden):
        yield path
    elif path.is_dir():
        for entry in path.iterdir():
            yield from _around(entry, hidden)
