"""The fork server: a process that has loaded one lesson, from which a session is forked for each submission."""

import contextlib
import fcntl
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from multiprocessing.util import Finalize
from pathlib import Path

import lessonkit
import reference_impl
from autograder.publish.bundle import library
from autograder.sandbox.inside import lockdown
from autograder.sandbox.protections import PROTECTIONS
from autograder.sandbox.session import Session, clean_reply
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.statements import imports_of

INSIDE = Path(__file__).parent / "inside"
DOWNLOADS = ("get_california_housing_data", "get_MNIST_data")  # they import scikit-learn, which takes a second
BACKEND = "module://matplotlib_inline.backend_inline"  # figures are shown in the notebook, as Jupyter's kernel does
START_LIMIT = 120  # seconds until it is ready
PREFIX = "grading-"  # of the folders for a fork server's files


class ForkServerGone(Exception):
    """The fork server is gone: start another one."""


def sweep():
    """Remove the folders of graders that were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with contextlib.suppress(OSError), open(lock) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _font_lists():
    """Find Matplotlib's saved lists of this computer's fonts: making one takes longer than drawing ten figures."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get("MPLCONFIGDIR") or Path(cache, "matplotlib")).glob("fontlist-*.json")


class ForkServer:
    """The grader's end of a fork server for one lesson.

    It starts in the background; the first request waits until it is ready.

    Parameters
    ----------
    lesson : str
        Name of the lesson; notebooks can import what is in its bundle.
    limits : lockdown.Limits
    protections : tuple of str
        Which of `PROTECTIONS` to apply.
    opening : tuple of str
        Cells at the start of the lesson, before the first exercise. They run once, before any fork. A notebook that
        begins with the same cells goes on from there.
    prelude : tuple of str
        Import statements that run once, without output, if there is no opening. So the lesson's imports exist even if a
        student removed them.
    folder : path, optional
        The folder of a fork server with the same settings that another grader on this machine has started, to share it.
    """

    def __init__(self, lesson, limits=None, protections=PROTECTIONS, opening=(), folder=None, prelude=()):
        self.lesson, self.limits = find_lesson(lesson), limits or lockdown.Limits()
        self.opening, self._protections, self._bare = tuple(opening), protections, None
        self.prelude = tuple(prelude)
        self._process = self._connection = self._lines = self._outputs = None
        self.folder = None if folder is None else Path(folder)
        if folder is None:
            self._start()
        self.scratch = self.folder / "scratch"

    def _start(self):
        self._make_folder()
        with socket.socket(socket.AF_UNIX) as listener, open(self.folder / "log", "wb") as log:
            listener.bind(str(self.folder / "socket"))
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(INSIDE / "__main__.py"), str(listener.fileno())], pass_fds=[listener.fileno()],
                env=self._environment(), cwd=self.folder / "scratch", stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip
        self._write_bundle()
        with contextlib.suppress(BrokenPipeError):  # it has already ended; its log will be shown
            self._process.stdin.write(json.dumps(self._options()).encode() + b"\n")
            self._process.stdin.flush()  # never closed: its end tells the fork server that this process has ended

    def _make_folder(self):
        sweep()
        self.folder = folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = open(folder / "lock.new", "w")  # held as long as this process lives
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.rename(folder / "lock.new", folder / "lock")  # nobody sees the file before it is locked
        self._end = Finalize(self, shutil.rmtree, (folder, True), exitpriority=1)  # also when a worker process ends
        for name in ("root", "scratch", "matplotlib"):
            (folder / name).mkdir()
        with contextlib.suppress(OSError):  # then the fork server makes its own
            for fonts in _font_lists():
                shutil.copy(fonts, folder / "matplotlib")

    def _environment(self):
        return {
            "PATH": os.defpath,
            "HOME": str(self.folder / "scratch"),
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "MPLBACKEND": BACKEND,
            "LANG": "C.UTF-8",
            "JOBLIB_MULTIPROCESSING": "0",  # otherwise joblib warns that it cannot start processes
            # The memory of freed arrays and pictures is used for the next ones, as under `make lab`.
            "MALLOC_MMAP_THRESHOLD_": str(2**25),
            "MALLOC_TRIM_THRESHOLD_": str(2**28),
            **{name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")},
        }

    def _write_bundle(self):
        """Write what a session can import: the lesson's bundle without expected values, and `inside` of the grader."""
        bundle = self.folder / "bundle"
        for name, data in library(self.lesson):
            if not name.endswith(".npz"):
                _write(bundle / name, data)
        for name in ("autograder", "autograder/sandbox"):
            _write(bundle / name / "__init__.py", b"")
        for path in INSIDE.glob("*.py"):
            _write(bundle / "autograder" / "sandbox" / "inside" / path.name, path.read_bytes())

    def _options(self):
        project = [Path(module.__file__).parent for module in (lessonkit, reference_impl)] + [INSIDE.parent.parent]
        hidden = [*project, *{path.parent for path in project if path.parent.name != "site-packages"}]
        number, bundle = self.lesson.name[:2], self.folder / "bundle"
        downloads = any(name in cell for cell in self.opening for name in DOWNLOADS)
        return {
            "bundle": str(bundle),
            "folder": str(self.folder),
            "root": str(self.folder / "root"),
            "hidden": [str(path) for path in hidden],
            "readable": sorted({str(path) for path in (*lockdown.python_paths(project), bundle)}),
            "limits": asdict(self.limits),
            "protections": list(self._protections),
            "opening": self.opening,
            "prelude": self.prelude,
            "warm": [
                f"lessonkit.plots.lesson_{number}",
                f"lessonkit.explorers.lesson_{number}",
                *(["sklearn.datasets"] if downloads else []),
            ],
        }

    def opened(self):
        """Wait until the opening has run; return the outputs of each of its cells, a list of lists."""
        if self._outputs is None:
            self._outputs = self._connect()
        return self._outputs

    def _connect(self):
        line = ""
        with contextlib.suppress(OSError):
            self._connection = socket.socket(socket.AF_UNIX)
            self._connection.connect(str(self.folder / "socket"))
            self._lines = self._connection.makefile("r", encoding="utf-8")
            ready, _, _ = select.select([self._connection], [], [], START_LIMIT)
            line = self._lines.readline() if ready else ""
        if line:
            return [clean_reply(text, [])[0] for text in json.loads(line)]
        if self._process is None:
            raise ForkServerGone("The shared fork server has ended.")
        log = (self.folder / "log").read_text(errors="replace")[-2000:]
        self.close()
        raise RuntimeError(f"The process that runs notebooks did not start:\n{log}")

    def for_cells(self, cells):
        """Return the fork server for a notebook: this one if the notebook begins with the opening, else one without it.

        Parameters
        ----------
        cells : list of (str, str or None)
            The same as for `grade_notebook`.
        """
        if tuple(source for source, _ in cells[: len(self.opening)]) == self.opening:
            return self
        if self._bare is None:
            prelude = [line for source in self.opening for line in imports_of(source)]
            self._bare = ForkServer(self.lesson.name, self.limits, self._protections, prelude=prelude)
        return self._bare

    def session(self, end=None, budget=None):
        """Fork a session, which may run until `end` on `time.monotonic`'s clock and send what `budget` still allows."""
        self.opened()
        try:
            scratch = tempfile.mkdtemp(dir=self.scratch)
        except FileNotFoundError:
            raise ForkServerGone("The fork server has been closed.") from None
        ours, theirs = socket.socketpair()
        with theirs:
            pid = int(self._order({"do": "start", "scratch": scratch}, [theirs.fileno()]))
        return Session(self, pid, ours, scratch, end or time.monotonic() + self.limits.notebook, budget)

    def end(self, pid):
        """End a session's process and everything that it started; return its peak resident memory in bytes."""
        try:
            return int(self._order({"do": "end", "pid": pid}))
        except ForkServerGone:
            return 0

    def _order(self, order, descriptors=()):
        try:
            socket.send_fds(self._connection, [json.dumps(order).encode()], list(descriptors))
            line = self._lines.readline()
        except OSError:
            line = ""
        if not line:
            raise ForkServerGone("The fork server has ended.")
        return line

    def close(self):
        """End the fork server and remove its files; a shared one is only disconnected."""
        if self._bare is not None:
            self._bare.close()
        for half in (self._lines, self._connection):
            if half is not None:
                half.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._lock.close()
            self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
