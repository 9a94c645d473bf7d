"""Starts the fork server's process, and prepares the path so that the other modules here have ordinary imports.

It is started as ``python -I __main__.py FD`` with a listening socket. Its standard input gets one line of options, and stays open
as long as the grader runs.
"""

import contextlib
import gc
import json
import os
import socket
import sys

LIBRARIES = (
    "numpy.random", "matplotlib.backends.backend_agg", "matplotlib.pyplot", "matplotlib.mathtext", "ipywidgets", "tqdm.auto",
    "IPython.core.interactiveshell", "stack_data", "pygments.lexers.python", "pygments.formatters.terminal256",
    "landlock", "msgpack", "pyseccomp",
)  # fmt: skip


def import_libraries():
    """Import the libraries that sessions use; a library that is missing here is missing in the notebooks too."""
    for name in LIBRARIES:
        with contextlib.suppress(Exception):
            __import__(name)


def prepare_path(bundle, hidden):
    """Make the bundle importable, but not the project that is installed here."""
    sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in getattr(f, "__module__", "") + str(f)]
    hidden = [os.path.realpath(path) for path in hidden]
    sys.path[:] = [path for path in sys.path if os.path.realpath(path) not in hidden]
    sys.path.insert(0, bundle)


if __name__ == "__main__":
    listener = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()  # loaded modules stay, so the garbage collector need not search them
    import_libraries()  # meanwhile the grader writes the bundle
    options = json.loads(sys.stdin.readline())
    prepare_path(options["bundle"], options["hidden"])

    from autograder.sandbox.inside.server import main

    main(listener, options)
