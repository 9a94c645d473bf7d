"""Ends code that does not come back, by whatever the system has: a timer, a second thread, or a count of steps."""

import signal
import sys
import threading
import time

AGAIN = 0.005  # seconds until code that has caught `TimeOver` is stopped once more
STEPS = 100  # loops and calls between two looks at the clock
IN_BROWSER = sys.platform == "emscripten"  # one thread, and no timer that could interrupt it


class TimeOver(BaseException):
    """The code took longer than it may. Derived from BaseException, so that `except Exception` lets it pass."""


def within(seconds, action, name="the code"):
    """Do `action` and return its result, or end it after some seconds.

    Parameters
    ----------
    seconds : float
    action : callable
        Takes nothing.
    name : str
        What the message calls it.

    Raises
    ------
    TimeOver
        If it has not come back by then. Code that waits outside Python (a long NumPy call) is ended when it is back.
    """
    message = f"{name} did not come back within {seconds:g} second{'s' * (seconds != 1)}"
    return _way()(seconds, action, message)


def _way():
    """How code is ended here and now."""
    if IN_BROWSER:
        return _by_steps if hasattr(sys, "monitoring") else _not_at_all
    if hasattr(signal, "setitimer") and _may_set_signals():
        return _by_timer
    return _by_thread


def _may_set_signals():
    return threading.current_thread() is threading.main_thread()


def _not_at_all(seconds, action, message):
    return action()


def _by_timer(seconds, action, message):
    """With the system's timer. One that ran before goes on afterwards, and has its turn if it is due first."""
    active = True

    def over(*arguments):
        if active and is_first:
            raise TimeOver(message)
        if active and callable(before):
            before(*arguments)

    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    start, is_first = time.monotonic(), not 0 < left < seconds
    before = signal.signal(signal.SIGALRM, over)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds if is_first else left, AGAIN)
            return action()
        finally:
            active = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - start)), interval)


def _by_thread(seconds, action, message):
    """With a second thread, which raises the exception in this one: on Windows, and where cells have threads."""
    this, done, lock = threading.get_ident(), threading.Event(), threading.Lock()
    over = type("TimeOver", (TimeOver,), {"__str__": lambda self: message, "__module__": __name__})

    def watch():
        pause = seconds
        while not done.wait(pause):
            with lock:
                if not done.is_set():
                    _raise_in(this, over)
            pause = AGAIN

    threading.Thread(target=watch, daemon=True).start()
    try:
        try:
            return action()
        finally:
            done.set()
    finally:
        done.set()
        with lock:
            _raise_in(this, None)  # what has not arrived yet shall not arrive any more


def _raise_in(thread, exception):
    import ctypes  # where this is needed, there is one

    kind = exception if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)


_deadlines = []  # the outermost first: when, and the message


def _by_steps(seconds, action, message):
    """By looking at the clock now and then: nothing goes on for ever without loops and calls."""
    tool = None if _deadlines else _free_tool()
    _deadlines.append((time.monotonic() + seconds, message))
    try:
        if tool is not None:
            events = sys.monitoring.events
            for event in (events.JUMP, events.PY_START):
                sys.monitoring.register_callback(tool, event, _clock())
            sys.monitoring.set_events(tool, events.JUMP | events.PY_START)
        return action()
    finally:
        if tool is not None:
            sys.monitoring.set_events(tool, 0)
            sys.monitoring.free_tool_id(tool)
        _deadlines.pop()


def _free_tool():
    """A number by which the interpreter reports steps to us; None when debuggers and profilers have taken all."""
    for number in range(3, 6):
        if sys.monitoring.get_tool(number) is None:
            sys.monitoring.use_tool_id(number, "lessonkit")
            return number
    return None


def _clock():
    """What is called at every step."""
    steps = 0

    def look(*_):
        nonlocal steps
        steps += 1
        if steps % STEPS == 0:
            for deadline, message in _deadlines:
                if time.monotonic() > deadline:
                    steps = -1  # and again at the next step, where the code has caught it
                    raise TimeOver(message)

    return look
