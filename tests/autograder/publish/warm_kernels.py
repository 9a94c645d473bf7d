"""Kernels of one Python that need not import ipykernel, NumPy and Matplotlib anew: each begins as a fork of one process.

What a bundle brings along, `lessonkit` and `reference_impl`, each imports by itself. Run as a script, this is that process: it runs
with the Python whose kernels it starts, and knows nothing of the tests.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys

from jupyter_client import KernelManager

LIBRARIES = ("ipykernel.kernelapp", "numpy.random", "matplotlib.pyplot", "matplotlib.mathtext",
             "matplotlib.backends.backend_agg", "ipywidgets", "tqdm.auto", "stack_data", "pygments.lexers.python")  # fmt: skip


class Forked(KernelManager):
    """Manages a kernel in `folder`, which begins as a fork of the process `warm`."""

    def __init__(self, warm, folder):
        super().__init__()
        self.write_connection_file()
        print(json.dumps([str(folder), self.connection_file]), file=warm.stdin, flush=True)
        self._process = open(os.pidfd_open(int(warm.stdout.readline())), "rb", buffering=0)

    @property
    def has_kernel(self):
        return True

    def is_alive(self):
        return not select.select([self._process], [], [], 0)[0]

    def shutdown_kernel(self, now=True):
        signal.pidfd_send_signal(self._process.fileno(), signal.SIGKILL)
        self._process.close()
        self.cleanup_connection_file()


@contextlib.contextmanager
def warm_process(python, environment):
    """The process that has the libraries, with this Python and this environment."""
    command, pipe = [python, __file__], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as warm:
        yield warm
        warm.stdin.close()


def serve():
    """Start a kernel for each line of standard input."""
    del sys.path[0]  # this folder
    os.environ["MPLBACKEND"] = (
        "module://matplotlib_inline.backend_inline"  # as ipykernel sets it before Matplotlib is imported
    )
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    while line := os.read(0, 4096):
        pid = os.fork()
        if pid == 0:
            return begin(*json.loads(line))
        os.write(1, b"%d\n" % pid)


def begin(folder, connection_file):
    """Go on as ``python -m ipykernel_launcher -f connection_file`` would."""
    from ipykernel.kernelapp import IPKernelApp

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    os.chdir(folder)
    IPKernelApp.launch_instance(["-f", connection_file])


if __name__ == "__main__":
    serve()
