"""Setup and build: what a student waits for once, and a contributor often.

The figures are for whole commands, in wall-clock time, in a fresh clone with the environment already in place. The target for
`make build` is 2 s if nothing has changed. Commands that take minutes are in the last part, "Cold".
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from autograder.course import COURSE
from tools.benchmarks.timing import Row, in_turn

BUILD_LIMIT = 2  # s
TEXT = "solutions/00_welcome/00_welcome.py"


def measure(quick):
    with clone() as course:
        link_environment(course)
        yield from building(course, quick)
        if not quick:
            yield from lab(course)


@contextmanager
def clone():
    """Yield a fresh clone in a separate folder."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        run("git", "clone", "--quiet", COURSE, course)
        yield course


def link_environment(course):
    """Let the clone use this project's environment, with the clone's own packages first on the path."""
    (course / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "jupyter"):
        script = course / ".venv" / "bin" / name
        words = f'"{sys.executable}"' + (" -m jupyter" if name == "jupyter" else "")
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{course}" exec {words} "$@"\n')
        script.chmod(0o755)
    for mark in (".lab-ready", ".ready"):
        (course / ".venv" / mark).touch()


def run(*command, **options):
    """Run a command quietly; if it fails, raise an error with its output."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def building(course, quick):
    """Time `make build` with nothing changed and with one lesson's text changed, compared with `import numpy`."""
    command = (".venv/bin/python", "-m", "autograder", "build", "00") if quick else ("make", "build")
    if not quick:
        run(*command, cwd=course)  # the committed files may be stale
    changes = iter(range(1000))

    def one_lesson():
        with open(course / TEXT, "a", encoding="utf-8") as text:
            text.write(f"\n# %% [markdown]\n# Change {next(changes)}.\n")
        run(*command, cwd=course)

    jobs = {
        "import": lambda: run(sys.executable, "-c", "import numpy"),
        "unchanged": lambda: run(*command, cwd=course),
        "one lesson": one_lesson,
    }
    times = in_turn(jobs, rounds=1 if quick else 3, warm_up=0 if quick else 1)
    for name, limit in (("unchanged", BUILD_LIMIT), ("one lesson", None)):
        yield row(
            f"make build, {'nothing' if name == 'unchanged' else name} changed",
            times,
            name,
            "import",
            "import numpy",
            limit,
        )


def row(case, times, job, beside, words, limit=None):
    """Return a row with a command's wall-clock time, compared with another's."""
    return Row(
        case, {f"command / {words}": times.ratio(job, beside), "wall-clock time": times.time(job, at_most=limit)}
    )


def lab(course):
    """Time `make lab` until a kernel answers."""
    jobs = {"import": lambda: run(sys.executable, "-c", "import numpy"), "lab": lambda: until_a_kernel_answers(course)}
    yield row("make lab, until a kernel answers", in_turn(jobs, rounds=3), "lab", "import", "import numpy")


def until_a_kernel_answers(course, code="", **environment):
    """Start `make lab`, let a kernel run some code, and stop both; return the code's output as text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    options = f"--no-browser --allow-root --port={port} --IdentityProvider.token={token}"
    with open(course / "lab.log", "w+") as log:
        server = subprocess.Popen(
            ["make", "lab", f"LAB_OPTIONS={options}"], cwd=course, stdout=log, stderr=log, start_new_session=True,
            env={**os.environ, **environment},
        )  # fmt: skip
        try:
            while True:
                if server.poll() is not None:
                    raise RuntimeError(f"make lab stopped:\n{(course / 'lab.log').read_text()[-2000:]}")
                try:
                    return answer_of_a_kernel(port, token, code)
                except OSError:
                    time.sleep(0.05)
        finally:
            os.killpg(server.pid, 15)
            server.wait(60)


def answer_of_a_kernel(port, token, code=""):
    """Start a kernel through JupyterLab's REST interface, and let it run some code over a web socket."""
    from websocket import create_connection

    authorized = {"Authorization": f"token {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/kernels", b"{}", authorized)
    with urllib.request.urlopen(request, timeout=30) as answer:
        kernel = json.load(answer)["id"]
    channels = create_connection(f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels", timeout=60, header=authorized)
    header = {"msg_id": "1", "session": "1", "username": "", "msg_type": "execute_request", "version": "5.3"}
    content = {"code": code, "silent": False}
    question = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channels.send(json.dumps(question))
    shown, awaited = (
        [],
        {"execute_reply", "idle"},
    )  # outputs come on another channel than the reply, and "idle" after them
    while awaited:
        if not isinstance(frame := channels.recv(), str):  # a widget's picture
            continue
        message = json.loads(frame)
        kind, content = message["header"]["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") == header["msg_id"]:
            awaited.discard(content["execution_state"] if kind == "status" else kind)
        shown.append(content.get("text") or content.get("data", {}).get("text/plain") or "")
        shown += content.get("traceback", ()) if kind == "error" else ()
    channels.close()
    return "".join(shown)
