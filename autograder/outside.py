"""Grades one notebook from outside: its cells run in a locked-in process, the checks run here.

`Zygote` is the warm process, `Notebook` one locked-in copy of it, `grade_notebook` the way through the cells. Only plain
values come back (`autograder.inside.wire`).
"""

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
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import lessonkit
import reference_impl
from autograder.bundle import contents
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
PROTECTIONS = ("namespaces", "capabilities", "resources", "files", "system calls")
RESTARTS = 3
START_LIMIT = 120  # seconds until the warm process is ready


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


class Zygote:
    """The warm process for one lesson.

    Parameters
    ----------
    lesson : str
        Name of the lesson; its bundle is what notebooks can import.
    limits : sandbox.Limits
    protections : tuple of str
        Which of `PROTECTIONS` to apply.
    """

    def __init__(self, lesson, limits=None, protections=PROTECTIONS):
        self.lesson, self.limits = find_lesson(lesson), limits or sandbox.Limits()
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        bundle = self.folder / "bundle"
        for inside, data in contents(self.lesson):
            if inside.endswith((".npz", ".ipynb")):
                continue  # no recorded truth, and no other copy of the notebook
            path = bundle / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()
        project = [Path(module.__file__).parent for module in (lessonkit, reference_impl)] + [INSIDE.parent]
        hidden = [*project, *{path.parent for path in project if path.parent.name != "site-packages"}]
        readable = [*sandbox.python_paths(project), bundle, INSIDE]
        self.options = {
            "bundle": str(bundle),
            "hidden": [str(path) for path in hidden],
            "readable": sorted({str(path) for path in readable}),
            "limits": asdict(self.limits),
            "protections": list(protections),
            "warm": ["ipywidgets", "tqdm.auto", "scipy.special", *self._modules()],
        }
        ours, theirs = socket.socketpair()
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.scratch),
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")},
        }
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(INSIDE / "zygote.py"), str(theirs.fileno())],
                pass_fds=[theirs.fileno()], env=environment, cwd=self.scratch, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        theirs.close()
        self._control = ours
        self._lines = ours.makefile("r", encoding="utf-8")
        ours.sendall(json.dumps(self.options).encode() + b"\n")
        ready, _, _ = select.select([ours], [], [], START_LIMIT)
        if not ready or self._lines.readline().strip() != "ready":
            said = (self.folder / "log").read_text(errors="replace")[-2000:]
            self.close()
            raise RuntimeError(f"The process that runs notebooks did not start:\n{said}")

    def _modules(self):
        number = self.lesson.name[:2]
        return [f"lessonkit.plots.lesson_{number}", f"lessonkit.explorers.lesson_{number}"]

    def notebook(self):
        """Fork a process for one notebook."""
        scratch = tempfile.mkdtemp(dir=self.scratch)
        ours, theirs = socket.socketpair()
        socket.send_fds(self._control, [json.dumps({"do": "start", "scratch": scratch}).encode()], [theirs.fileno()])
        theirs.close()
        return Notebook(self, int(self._lines.readline()), ours, scratch)

    def kill(self, pid):
        """End a notebook's process and all that it has started."""
        self._control.sendall(json.dumps({"do": "kill", "pid": pid}).encode())
        self._lines.readline()

    def close(self):
        """End the warm process, and remove all that it used."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

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
    """

    def __init__(self, zygote, pid, channel, scratch):
        self._zygote, self._pid, self._channel, self._scratch = zygote, pid, channel, scratch
        self._callbacks, self.flags = {}, []
        self.alive, self.why = True, ""
        self._end = time.monotonic() + zygote.limits.notebook

    def run(self, source):
        """Run a cell; return its outputs in nbformat's words.

        Raises
        ------
        Died
        """
        limits = self._zygote.limits
        text = self._request(("run", source, limits.cell, limits.output), limits.cell + 5)
        return clean_outputs(text, self.flags)

    def call(self, target, args=(), kwargs=None, keep=()):
        result, after = self._pair(self._operate("call", target, self._lend(args), self._lend(kwargs or {}), keep))
        return result, after

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
        return items if isinstance(items, list) else self._distrust("iterated over nothing")

    def close(self):
        """End the process and remove its scratch folder."""
        if self.alive:
            self.alive, self.why = False, "it was closed"
        self._channel.close()
        self._zygote.kill(self._pid)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _operate(self, *request):
        try:
            return self._request(request, self._zygote.limits.call + 5)
        except Died as error:
            raise StudentError(str(request[1])[:60], "died", str(error)) from None

    def _pair(self, value):
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], tuple):
            return value
        return self._distrust("answered a call with something else than a result")

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

    def _request(self, body, seconds):
        if not self.alive:
            raise Died(self.why)
        nonce = secrets.randbits(62)
        end = min(time.monotonic() + seconds, self._end)
        try:
            self._channel.settimeout(max(0.01, end - time.monotonic()))
            wire.send(self._channel, (nonce, body))
            while True:
                self._channel.settimeout(max(0.01, end - time.monotonic()))
                reply = wire.receive(self._channel)
                if reply is None:
                    return self._die("Its process ended in the middle: did it exit, or use more than a notebook may?")
                if isinstance(reply, tuple) and len(reply) == 3 and reply[0] == "callback":
                    self._answer(*reply[1:])
                elif isinstance(reply, tuple) and len(reply) == 2 and reply[0] == "broken":
                    return self._die(f"Its process could not be set up or was stopped ({str(reply[1])[:300]}).")
                elif not isinstance(reply, tuple) or len(reply) != 2 or reply[0] != nonce:
                    return self._distrust("answered what was not asked")
                else:
                    break
        except TimeoutError:
            over = time.monotonic() >= self._end
            return self._die("The notebook ran longer than it may." if over else "It ran longer than it may, and was stopped.")
        except wire.WireError as error:
            return self._distrust(f"sent {error}")
        except OSError:
            return self._die("Its process ended in the middle: did it exit, or use more than a notebook may?")
        kind, value = reply[1] if isinstance(reply[1], tuple) and len(reply[1]) == 2 else (None, None)
        if kind == "value":
            return value
        if kind == "student" and isinstance(value, list) and len(value) == 4 and all(isinstance(v, str) for v in value):
            raise StudentError(*(v[:500] for v in value))
        return self._distrust("answered in no known form")

    def _answer(self, number, arguments):
        function = self._callbacks.get(number)
        try:
            if function is None or not isinstance(arguments, tuple):
                raise ValueError("there is no such function")
            reply = ("value", function(*arguments))
            wire.pack(reply)
        except Exception as error:  # the student called the check's function in a way it cannot be called
            reply = ("error", f"{type(error).__name__}: {error}"[:300])
        wire.send(self._channel, reply)

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
        outputs = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        outputs = None
    if not isinstance(outputs, list):
        flags.append("The notebook's process sent outputs that cannot be read.")
        return []
    kept = []
    for output in outputs[:500]:
        fields = OUTPUT_FIELDS.get(output.get("output_type")) if isinstance(output, dict) else None
        if fields and all(isinstance(output.get(name), kind) for name, kind in fields.items()):
            clean = {"output_type": output["output_type"], **{name: output[name] for name in fields}}
            if "data" in clean:
                clean["data"] = {str(k): v for k, v in clean["data"].items() if isinstance(v, (str, dict)) and k != RESULT}
            if "traceback" in clean:
                clean["traceback"] = [str(line) for line in clean["traceback"]]
            kept.append(clean)
    return kept


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
    """

    outputs: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)
    flags: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    seconds: float = 0.0


def grade_notebook(zygote, cells, truth):
    """Run a notebook's cells and grade its check cells.

    Parameters
    ----------
    zygote : Zygote
    cells : list of (str, str or None)
        Each code cell: its source, and the exercise that it checks when it is a check cell.
    truth : Live
        The truth on the secret seed.

    Returns
    -------
    Graded
    """
    graded, start = Graded(), time.monotonic()
    session, done, restarts = zygote.notebook(), [], 0
    try:
        for place, (source, exercise) in enumerate(cells):
            if not session.alive and restarts <= RESTARTS:
                graded.flags += session.flags
                session.close()
                restarts += 1
                session = _again(zygote, done)
            if exercise is not None:
                graded.results[exercise] = result = _grade(session, exercise, truth)
                graded.outputs[place] = [output_of(result, place + 1)]
                continue
            try:
                graded.outputs[place] = session.run(source)
                done.append(source)
            except Died as error:
                graded.outputs[place] = [
                    {"output_type": "error", "ename": "NotebookStopped", "evalue": str(error), "traceback": [str(error)]}
                ]
                graded.notes.append(f"Code cell {place + 1} stopped the notebook. {error}")
    finally:
        graded.flags += session.flags
        session.close()
    graded.seconds = time.monotonic() - start
    return graded


def _again(zygote, done):
    """A fresh process in which the cells that had run are run again; a cell that now fails is left out."""
    session = zygote.notebook()
    for source in list(done):
        try:
            session.run(source)
        except Died:
            done.remove(source)
            session.close()
            session = zygote.notebook()
    return session


def _grade(session, exercise, truth):
    """Grade one exercise on the secret seed; tell numbers only where the visible seed shows the same failure."""
    result = grade(exercise, session, truth)
    if result.passed or not session.alive:
        return result
    visible = grade(exercise, session, truth_of(exercise))
    return Result(exercise, tuple(conceal(h, v) for h, v in zip(result.outcomes, visible.outcomes)))


def nothing_to_grade(exercise, checks, why):
    """The result of an exercise that could not be graded at all."""
    outcomes = tuple(Outcome(c.name, c.title, c.points, False, "error", why) for c in checks)
    return Result(exercise, outcomes)


def output_of(result, count):
    """A check cell's output: the points for nbgrader, the report for the reader."""
    data = {"text/plain": repr(float(result.points)), "text/html": report.html(result), RESULT: asdict(result)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": count}
