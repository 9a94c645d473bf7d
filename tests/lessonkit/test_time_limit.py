"""Code that does not return is stopped, by each of the available methods, and leaves nothing behind."""

import _thread
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lessonkit import time_limit
from lessonkit.time_limit import TimeOver, within

LIMIT = 0.1
MODULE = Path(time_limit.__file__)
HAS_TIMER = hasattr(signal, "setitimer")  # Windows has none
needs_timer = pytest.mark.skipif(not HAS_TIMER, reason="this system has no timer")
WAYS = ["_by_timer"] * HAS_TIMER + ["_by_thread"] + ["_by_steps"] * hasattr(sys, "monitoring")
ENDLESS = {
    "pass": "while True: pass",
    "condition": "x = 1\nwhile x:\n    x += 1",
    "for": "import itertools\nfor _ in itertools.count(): pass",
    "calls": "f = lambda: None\nwhile True: f()",
    "generator": "def g():\n    while True: yield 1\nfor _ in g(): pass",
    "list": "list(iter(int, 1) if False else (i for i in iter(lambda: 1, 0)))",
    "catches": "while True:\n    try:\n        while True: pass\n    except Exception: pass",
    "catches_all": "while True:\n    try:\n        sum(range(100))\n    except: pass",
    "context": "import contextlib\nwhile True:\n    with contextlib.suppress(Exception): pass",
}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    monkeypatch.setattr(time_limit, "_way", lambda: getattr(time_limit, request.param))
    return request.param


def run(source):
    return lambda: exec(compile(source, "student", "exec"), {})


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_ended(way, source):
    start = time.monotonic()
    with pytest.raises(TimeOver, match=f"^mse_loss did not finish within {LIMIT} seconds$"):
        within(LIMIT, run(source), "mse_loss")
    assert time.monotonic() - start < 60
    nothing_stays_behind()


def test_a_result_and_an_error_come_through(way):
    assert within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
    nothing_stays_behind()


def nothing_stays_behind():
    end = time.monotonic() + 0.1
    while time.monotonic() < end:  # what is left behind would strike between two steps
        time.sleep(0.005)
    if HAS_TIMER:
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, None)
    if hasattr(sys, "monitoring"):
        assert not any(sys.monitoring.get_tool(number) == "lessonkit" for number in range(6))
    assert not time_limit._deadlines


def test_the_inner_of_two_limits(way):
    def outer():
        with pytest.raises(TimeOver, match="inner"):
            within(LIMIT, run("while True: pass"), "inner")
        return "went on"

    assert within(20, outer, "outer") == "went on"
    nothing_stays_behind()


def test_the_outer_of_two_limits_when_it_is_due_first(way):
    with pytest.raises(TimeOver, match="outer"):
        within(LIMIT, lambda: within(20, run("while True: pass"), "inner"), "outer")
    nothing_stays_behind()


def test_many_short_limits_do_not_put_off_the_outer_one(way):
    def outer():
        while True:
            within(LIMIT, lambda: time.sleep(0.01), "inner")

    with pytest.raises(TimeOver):
        within(3 * LIMIT, outer, "outer")
    nothing_stays_behind()


def test_a_limit_that_is_ended_while_it_begins_leaves_nothing_behind(monkeypatch):
    def start(watch, arguments, start=_thread.start_new_thread):
        start(watch, arguments)
        raise TimeOver("outer")

    with monkeypatch.context() as patch, pytest.raises(TimeOver, match="outer"):
        patch.setattr(_thread, "start_new_thread", start)
        time_limit._by_thread(0.05, lambda: None, "inner")
    nothing_stays_behind()


def test_a_watcher_that_an_exception_ends_while_it_starts_holds_up_nobody(monkeypatch):
    """Python may give it the exception that an outer limit means for the thread that starts it; `threading.Thread` would wait forever."""

    def start(run, arguments, start=_thread.start_new_thread):
        return start(lambda: None, ())

    monkeypatch.setattr(_thread, "start_new_thread", start)
    monkeypatch.setattr(threading, "_start_new_thread", start)
    assert time_limit._by_thread(5, lambda: 7, "the code") == 7


def test_a_thread_of_its_own_has_its_limit():
    caught = []

    def work():
        try:
            within(LIMIT, run("while True: pass"), "mse_loss")
        except TimeOver as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert caught == [f"mse_loss did not finish within {LIMIT} seconds"]


def test_waiting_is_ended_too():
    with pytest.raises(TimeOver):
        within(LIMIT, lambda: time.sleep(30))


@needs_timer
def test_a_timer_of_ones_own_goes_on_afterwards():
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.4, 0.1)
        with pytest.raises(TimeOver):
            within(LIMIT, run("while True: pass"))
        assert not rang
        while len(rang) < 2:
            time.sleep(0.01)
        signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@needs_timer
def test_a_timer_of_someone_elses_that_is_due_first_has_its_turn():
    class CellTimeout(BaseException):
        pass

    def over(*_):
        raise CellTimeout

    before = signal.signal(signal.SIGALRM, over)
    try:
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        with pytest.raises(CellTimeout):
            within(20, run("while True: pass"))
        assert signal.getsignal(signal.SIGALRM) is over
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@needs_timer
def test_code_that_uses_the_timer_itself_leaves_nothing_behind():
    def action():
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 30)

    within(5, action)
    nothing_stays_behind()


def python_of(version):
    """Return a Python of this version on this machine, or None."""
    versions = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return shutil.which(f"python{version}") if not versions else str(versions[-1])


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_steps_are_counted_where_there_is_no_timer(version):
    """The browser edition counts steps. Here are the same cases with the module alone, in a Python that has `sys.monitoring`."""
    python = python_of(version)
    if not python:
        pytest.skip(f"no Python {version} here")
    script = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("time_limit", {str(MODULE)!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module._way = lambda: module._by_steps
for name, source in {ENDLESS!r}.items():
    try:
        module.within({LIMIT}, lambda: exec(source, {{}}), name)
    except module.TimeOver as error:
        print(error)
try:
    module.within({LIMIT}, lambda: module.within(20, lambda: exec("while True: pass"), "inner"), "outer")
except module.TimeOver as error:
    print(error, [module.sys.monitoring.get_tool(number) for number in range(6)])
"""
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    if "No module named" in done.stderr or done.returncode == 127:
        pytest.skip(f"Python {version} does not run here: {done.stderr}")
    *lines, last = done.stdout.splitlines()
    assert lines == [f"{name} did not finish within {LIMIT} seconds" for name in ENDLESS], done.stderr
    assert last == f"outer did not finish within {LIMIT} seconds {[None] * 6}"
