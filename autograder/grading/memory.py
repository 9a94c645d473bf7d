"""The memory of the grading process: its peak, and a limit while it handles what a notebook's process has sent."""

import contextlib
import resource
import sys
from pathlib import Path

ALLOWANCE = 256 * 2**20  # bytes beyond what it already uses: no honest class has needed a tenth
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


def peak():
    """Return the peak resident memory of this process so far, in bytes.

    On Linux a program inherits ``ru_maxrss`` from the process that started it; the value in ``/proc`` is the program's own.
    """
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


@contextlib.contextmanager
def limited(allowance=ALLOWANCE):
    """Limit this process to so many more bytes of memory; an allocation beyond that raises a `MemoryError` (only on Linux).

    Processes started inside the block inherit the limit.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])  # of data and stack
    except OSError:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([pages * resource.getpagesize() + allowance, *most]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
