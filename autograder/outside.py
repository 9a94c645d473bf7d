"""Grades one notebook from outside: its cells run in a locked-in process, the checks run here.

`Zygote` is the warm process, `Notebook` one locked-in copy of it, `grade_notebook` the way through the cells. Only plain
values come back (`autograder.inside.wire`).
"""

import contextlib
import fcntl
import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

import lessonkit
import reference_impl
from autograder.bundle import library
from autograder.inside import sandbox
from lessonkit import report
from lessonkit.grading import Outcome, Result, grade
from lessonkit.host import StudentError
from lessonkit.lessons import lesson as find_lesson
from lessonkit.notebook import RESULT, conceal
from lessonkit.recorded import truth_of

sys.path.append(str(Path(__file__).parent / "inside"))  # both sides import the wire by the same name
import wire  # noqa: E402

INSIDE = Path(__file__).parent / "inside"
DOWNLOADS = ("get_california_housing_data", "get_MNIST_data")  # they import scikit-learn, which takes a second
BACKEND = "module://matplotlib_inline.backend_inline"  # figures are shown in the notebook, as by Jupyter's kernel
PROTECTIONS = ("namespaces", "capabilities", "resources", "files", "system calls")
START_LIMIT = 120  # seconds until the warm process is ready
PREFIX = "grading-"  # of the folders that hold a warm process's files
GRACE = 5  # seconds that a process gets to notice by itself that it ran over a limit
MAX_OUTPUTS, MAX_OUTPUT_TEXT = 500, 8 * 2**20  # of one cell: how many, and characters in all
GONE = "Its process ended in the middle: did it exit, or use more than a notebook may?"


class CourseError(Exception):
    """Grading cannot go on as things are; the message says what to do."""


def protections(unsandboxed=False):
    """The protections that hold on this machine.

    Raises
    ------
    CourseError
        If one is missing and `unsandboxed` is false.
    """
    reasons = _missing()
    if reasons and not unsandboxed:
        what = "; ".join(f"{name} ({reason})" for name, reason in reasons.items())
        raise CourseError(
            f"Some protections are missing on this machine: {what}. Grade on Linux, or add --unsandboxed to go on "
            "without them: the code of students then runs with your own rights."
        )
    return tuple(name for name in PROTECTIONS if name not in reasons)


@cache
def _missing():
    from autograder import doctor

    return doctor.missing()


class Died(Exception):
    """The notebook's process is gone, or can no longer be trusted to answer."""


class ZygoteGone(Exception):
    """The warm process is gone: start another one."""


def sweep():
    """Remove the folders of graders that were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with contextlib.suppress(OSError), open(lock) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _place(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _font_lists():
    """The lists of this computer's fonts that Matplotlib has kept: to make one takes longer than to draw ten figures."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get("MPLCONFIGDIR") or Path(cache, "matplotlib")).glob("fontlist-*.json")


class Zygote:
    """The warm process for one lesson.

    It starts in the background: what asks for it first waits until it is ready.

    Parameters
    ----------
    lesson : str
        Name of the lesson; its bundle is what notebooks can import.
    limits : sandbox.Limits
    protections : tuple of str
        Which of `PROTECTIONS` to apply.
    opening : tuple of str
        Cells with which the lesson begins, before the first exercise. They are run once, in the warm process: a notebook
        that begins with the same cells goes on from there.
    folder : path, optional
        The folder of a warm process with all of the above that another grader of this machine has started: its warmth
        is shared.
    """

    def __init__(self, lesson, limits=None, protections=PROTECTIONS, opening=(), folder=None):
        self.lesson, self.limits = find_lesson(lesson), limits or sandbox.Limits()
        self.opening, self._protections, self._bare = tuple(opening), protections, None
        self._process = self._connection = self._lines = self._outputs = None
        if folder is None:
            self._start()
        else:
            self.folder = Path(folder)
        self.scratch = self.folder / "scratch"

    def _start(self):
        sweep()
        self.folder = folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = open(folder / "lock.new", "w")  # held as long as this process lives
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.rename(folder / "lock.new", folder / "lock")  # no one sees it before it is held
        self._end = Finalize(self, shutil.rmtree, (folder, True), exitpriority=1)  # also at a worker's end
        for name in ("root", "scratch", "matplotlib"):
            (folder / name).mkdir()
        with contextlib.suppress(OSError):  # then the warm process makes its own
            for fonts in _font_lists():
                shutil.copy(fonts, folder / "matplotlib")
        environment = {
            "PATH": os.defpath,
            "HOME": str(folder / "scratch"),
            "MPLCONFIGDIR": str(folder / "matplotlib"),
            "MPLBACKEND": BACKEND,
            "LANG": "C.UTF-8",
            "JOBLIB_MULTIPROCESSING": "0",  # it would warn that it cannot
            "MALLOC_MMAP_THRESHOLD_": str(
                2**25
            ),  # arrays and pictures that are freed serve the next, as under `make lab`
            "MALLOC_TRIM_THRESHOLD_": str(2**28),
            **{name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")},
        }
        with socket.socket(socket.AF_UNIX) as listener, open(folder / "log", "wb") as log:
            listener.bind(str(folder / "socket"))
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(INSIDE / "zygote.py"), str(listener.fileno())], pass_fds=[listener.fileno()],
                env=environment, cwd=folder / "scratch", stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip
        for inside, data in library(self.lesson):
            if not inside.endswith(".npz"):  # no recorded truth
                _place(folder / "bundle" / inside, data)
        with contextlib.suppress(BrokenPipeError):  # it has ended; its log will be shown
            self._process.stdin.write(json.dumps(self._options()).encode() + b"\n")
            self._process.stdin.flush()  # and never closed: its end is how the warm process knows of ours

    def _options(self):
        project = [Path(module.__file__).parent for module in (lessonkit, reference_impl)] + [INSIDE.parent]
        hidden = [*project, *{path.parent for path in project if path.parent.name != "site-packages"}]
        number, bundle = self.lesson.name[:2], self.folder / "bundle"
        downloads = any(name in cell for cell in self.opening for name in DOWNLOADS)
        return {
            "bundle": str(bundle),
            "folder": str(self.folder),
            "root": str(self.folder / "root"),
            "hidden": [str(path) for path in hidden],
            "readable": sorted({str(path) for path in (*sandbox.python_paths(project), bundle, INSIDE)}),
            "limits": asdict(self.limits),
            "protections": list(self._protections),
            "opening": self.opening,
            "warm": [
                f"lessonkit.plots.lesson_{number}",
                f"lessonkit.explorers.lesson_{number}",
                *(["sklearn.datasets"] if downloads else []),
            ],
        }

    def opened(self):
        """Wait until the opening has been run; return what each of its cells has put out, a list of lists of outputs."""
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
            return [clean_outputs(text, []) for text in json.loads(line)]
        if self._process is None:
            raise ZygoteGone("The warm process that was to be shared has ended.")
        said = (self.folder / "log").read_text(errors="replace")[-2000:]
        self.close()
        raise RuntimeError(f"The process that runs notebooks did not start:\n{said}")

    def for_cells(self, cells):
        """The warm process for a notebook: this one where it begins with the opening, else one that has run no cell.

        Parameters
        ----------
        cells : list of (str, str or None)
            As for `grade_notebook`.
        """
        if tuple(source for source, _ in cells[: len(self.opening)]) == self.opening:
            return self
        if self._bare is None:
            self._bare = Zygote(self.lesson.name, self.limits, self._protections)
        return self._bare

    def notebook(self, end=None):
        """Fork a process for one notebook, which may run until `end` on `time.monotonic`'s clock."""
        self.opened()
        try:
            scratch = tempfile.mkdtemp(dir=self.scratch)
        except FileNotFoundError:
            raise ZygoteGone("The warm process has been closed.") from None
        ours, theirs = socket.socketpair()
        with theirs:
            pid = int(self._order({"do": "start", "scratch": scratch}, [theirs.fileno()]))
        return Notebook(self, pid, ours, scratch, end or time.monotonic() + self.limits.notebook)

    def end(self, pid):
        """End a notebook's process and all that it has started; return its peak resident memory in bytes."""
        return int(self._order({"do": "end", "pid": pid}))

    def _order(self, order, descriptors=()):
        try:
            socket.send_fds(self._connection, [json.dumps(order).encode()], list(descriptors))
            line = self._lines.readline()
        except OSError:
            line = ""
        if not line:
            raise ZygoteGone("The warm process has ended.")
        return line

    def close(self):
        """End the warm process, and remove all that it used; one that is shared is only left."""
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


class Notebook:
    """One notebook's locked-in process: runs cells, and is the host of the checks.

    Attributes
    ----------
    alive : bool
    flags : list of str
        What looked like tampering.
    memory : int
        Peak resident memory in bytes, known once it is closed. The libraries that it shares with the warm process count.
    """

    def __init__(self, zygote, pid, channel, scratch, end):
        self._zygote, self._pid, self._channel, self._scratch, self._end = zygote, pid, channel, scratch, end
        self._callbacks, self.flags = {}, []
        self._exercise_end = end
        self.alive, self.why, self.memory = True, "", 0

    def run(self, source):
        """Run a cell; return its outputs in nbformat's words.

        Raises
        ------
        Died
        """
        limits = self._zygote.limits
        text = self._request(("run", source), self._until(limits.cell + GRACE))
        self._listen()
        return clean_outputs(text, self.flags)

    def _listen(self):
        """Whether the process still answers what it is asked: if not, it is the cell just run that broke it."""
        for word in ("once", "and again"):  # an answer that came twice shows at the next
            if self._request(("echo", word), self._until(GRACE)) != word:
                self._distrust("did not say again what it was told")

    def start_exercise(self):
        """From now on the time for one exercise runs."""
        self._exercise_end = self._until(self._zygote.limits.exercise)

    def _until(self, seconds):
        return min(time.monotonic() + seconds, self._end)

    def call(self, target, args=(), kwargs=None, keep=()):
        result = self._operate("call", target, self._lend(args), self._lend(kwargs or {}), keep)
        return result, lambda: self._after(target)

    def map(self, name, argument_lists, keep=()):
        results = self._operate("map", name, [self._lend(arguments) for arguments in argument_lists], keep)
        if not isinstance(results, list) or len(results) != len(argument_lists):
            self._distrust("answered with another number of results")
        return results

    def get(self, token, attribute):
        return self._operate("get", token, attribute)

    def set(self, token, attribute, value):
        self._operate("set", token, attribute, self._lend(value))

    def iterate(self, token):
        items = self._operate("iterate", token)
        if not isinstance(items, list):
            self._distrust("iterated over nothing")
        return items, lambda: self._after(token)

    def _after(self, target):
        arguments = self._operate("after", target)
        return arguments if isinstance(arguments, tuple) else self._distrust("told no arguments")

    def close(self):
        """End the process and remove its scratch folder."""
        if self.alive:
            self.alive, self.why = False, "it was closed"
        self._channel.close()
        with contextlib.suppress(ZygoteGone):
            self.memory = self._zygote.end(self._pid)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _operate(self, *request):
        try:
            return self._request(request, min(self._until(self._zygote.limits.call + GRACE), self._exercise_end))
        except Died as error:
            raise StudentError(str(request[1])[:60], "died", str(error)) from None

    def _lend(self, value):
        """Callables of the check's are lent by number."""
        if isinstance(value, (tuple, list)):
            return type(value)(self._lend(part) for part in value)
        if isinstance(value, dict):
            return {key: self._lend(part) for key, part in value.items()}
        if callable(value) and not isinstance(value, (wire.Named, wire.Token)):
            number = secrets.randbits(48)
            self._callbacks[number] = value
            return wire.Callback(number)
        return value

    def _request(self, body, end):
        if not self.alive:
            raise Died(self.why)
        nonce = secrets.randbits(62)
        try:
            self._send((nonce, body), end)
            reply = wire.receive(self._channel, end)
            while isinstance(reply, tuple) and len(reply) == 3 and reply[0] == "callback":
                self._answer(*reply[1:], end)
                reply = wire.receive(self._channel, end)
        except TimeoutError:
            over = time.monotonic() >= self._end
            return self._die(
                "The notebook ran longer than it may." if over else "It ran longer than it may, and was stopped."
            )
        except wire.WireError as error:
            return self._distrust(f"sent {error}")
        except OSError:
            return self._die(GONE)
        if reply is None:
            return self._die(GONE)
        if not isinstance(reply, tuple) or len(reply) != 2:
            return self._distrust("answered in no known form")
        if reply[0] == "broken":
            return self._die(f"Its process was stopped ({str(reply[1])[:300]}).")
        if reply[0] != nonce:
            return self._distrust("answered what was not asked")
        kind, value = reply[1] if isinstance(reply[1], tuple) and len(reply[1]) == 2 else (None, None)
        if kind == "value":
            return value
        if kind == "student" and isinstance(value, list) and len(value) == 4 and all(isinstance(v, str) for v in value):
            raise StudentError(*(v[:500] for v in value))
        return self._distrust("answered in no known form")

    def _send(self, value, end):
        self._channel.settimeout(max(0.01, end - time.monotonic()))
        wire.send(self._channel, value)

    def _answer(self, number, arguments, end):
        """Call a function of the check's for the student's code."""
        function = self._callbacks.get(number) if isinstance(number, int) else None
        try:
            if function is None or not isinstance(arguments, tuple):
                raise ValueError("there is no such function")
            data = wire.pack(("value", function(*arguments)))
        except Exception as error:  # the student called the check's function in a way it cannot be called
            data = wire.pack(("error", f"{type(error).__name__}: {error}"[:300]))
        self._channel.settimeout(max(0.01, end - time.monotonic()))
        wire.send_packed(self._channel, data)

    def _die(self, why):
        self.alive, self.why = False, why
        raise Died(why)

    def _distrust(self, what):
        self.flags.append(f"The notebook's process {what}.")
        return self._die("Its process answered in a way that makes no sense.")


OUTPUT_FIELDS = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


def clean_outputs(text, flags):
    """The outputs that a notebook's process sent, rebuilt from what nbformat knows."""
    try:
        outputs = json.loads(text) if isinstance(text, str) and len(text) <= MAX_OUTPUT_TEXT else None
    except (ValueError, RecursionError):
        outputs = None
    if not isinstance(outputs, list):
        flags.append("The notebook's process sent outputs that cannot be read.")
        return []
    kept = []
    for output in outputs[:MAX_OUTPUTS]:
        kind = output.get("output_type") if isinstance(output, dict) else None
        fields = OUTPUT_FIELDS.get(kind) if isinstance(kind, str) else None
        if not fields or not all(isinstance(output.get(name), each) for name, each in fields.items()):
            continue
        clean = {"output_type": kind, **{name: output[name] for name in fields}}
        if "data" in clean:  # what a check yielded is ours to say
            clean["data"] = {k: v for k, v in clean["data"].items() if _is_mime(k, v) and k != RESULT}
        if "traceback" in clean:
            clean["traceback"] = [str(line) for line in clean["traceback"]]
        if clean.get("name", "stdout") in ("stdout", "stderr"):
            kept.append(clean)
    return kept


def _is_mime(kind, value):
    return isinstance(value, str) or (isinstance(value, (dict, list)) and kind.endswith("json"))


@dataclass
class Graded:
    """What came of one notebook.

    Attributes
    ----------
    outputs : dict
        Outputs of each code cell, by its place.
    results : dict of str to Result
        By exercise.
    flags : list of str
        What a person should look at.
    notes : list of str
        What went wrong, in words for the student.
    seconds : float
    memory : int
        Peak resident memory in bytes.
    """

    outputs: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    flags: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: float = 0.0
    memory: int = 0

    def closed(self, session):
        """Close a notebook's process, and keep what it leaves."""
        session.close()
        self.flags += session.flags
        self.memory = max(self.memory, session.memory)


def grade_notebook(zygote, cells, truth, secretly=True):
    """Run a notebook's cells and grade its check cells.

    Parameters
    ----------
    zygote : Zygote
    cells : list of (str, str or None)
        Each code cell: its source, and the exercise that it checks when it is a check cell.
    truth : Live
        The truth on the secret seed.
    secretly : bool
        Whether the results go to students, and tell no numbers of the secret seed.

    Returns
    -------
    Graded
    """
    zygote = zygote.for_cells(cells)
    graded, start = Graded(outputs=dict(enumerate(zygote.opened()))), time.monotonic()
    end = start + zygote.limits.notebook
    session, done = zygote.notebook(end), []
    try:
        for place, (source, exercise) in list(enumerate(cells))[len(zygote.opening) :]:
            if not session.alive and time.monotonic() < end:
                graded.closed(session)
                session = _again(zygote, done, end)
            if exercise is not None:
                session.start_exercise()
                result = _grade(session, exercise, truth) if secretly else grade(exercise, session, truth)
                graded.results[exercise] = result
                graded.outputs[place] = [output_of(result, place + 1)]
                continue
            try:
                graded.outputs[place] = outputs = session.run(source)
            except Died as error:
                graded.outputs[place] = [_error("NotebookStopped", str(error))]
                graded.notes.append(f"Code cell {place + 1} stopped the notebook. {error}")
            else:
                if not any(output.get("ename") == "CellTimeout" for output in outputs):
                    done.append(source)
    finally:
        graded.closed(session)
    graded.seconds = time.monotonic() - start
    return graded


def _again(zygote, done, end):
    """A fresh process in which the cells that had run are run again; a cell that now fails is left out."""
    session = zygote.notebook(end)
    for source in list(done):
        try:
            session.run(source)
        except Died:
            done.remove(source)
            session.close()
            return _again(zygote, done, end) if time.monotonic() < end else session
    return session


def _grade(session, exercise, truth):
    """Grade one exercise on the secret seed; tell numbers only where the visible seed shows the same failure."""
    result = grade(exercise, session, truth)
    if result.passed or not session.alive:
        return result
    visible = grade(exercise, session, truth_of(exercise))
    return Result(exercise, tuple(_told(h, v) for h, v in zip(result.outcomes, visible.outcomes)))


def _told(hidden, visible):
    """As `conceal` has it; and an error on the secret inputs alone is not quoted: its words can carry them."""
    told = conceal(hidden, visible)
    if told is not hidden and told.kind == "error" and visible.passed:
        return replace(told, sentence="It raised an error on other random inputs than yours.")
    return told


def _error(name, message):
    """An error as a cell's output."""
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}


def nothing_to_grade(exercise, checks, why):
    """The result of an exercise that could not be graded at all."""
    outcomes = tuple(Outcome(c.name, c.title, c.points, False, "error", why) for c in checks)
    return Result(exercise, outcomes)


def output_of(result, count):
    """A check cell's output: the points for nbgrader, the report for the reader."""
    data = {"text/plain": repr(float(result.points)), "text/html": report.html(result), RESULT: asdict(result)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": count}
