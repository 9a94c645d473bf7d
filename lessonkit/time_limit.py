"""Ends code that does not return, with what the system offers: a timer, a second thread, or a count of steps."""

import _thread
import signal
import sys
import threading
import time

AGAIN = 0.005  # seconds until code that has caught `TimeOver` is stopped again
STEPS = 100  # loops and calls between two looks at the clock
IN_BROWSER = sys.platform == "emscripten"  # one thread, and no timer that could interrupt it


class TimeOver(BaseException):
    """The code took longer than it may. It derives from BaseException, so `except Exception` does not catch it."""


def within(seconds, action, name="the code"):
    """Call `action` and return its result, or end it after some seconds.

    Parameters
    ----------
    seconds : float
    action : callable
        A function without arguments.
    name : str
        What the message calls it.

    Raises
    ------
    TimeOver
        If it has not returned by then. Code outside Python (a long NumPy call) can be ended only when it returns.
    """
    message = f"{name} did not finish within {seconds:g} second{'s' * (seconds != 1)}"
    return _way()(seconds, action, message)


def _way():
    """Return the way to end code on this system and thread."""
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
    """Use the system's timer. A timer that was already running goes on afterwards, and fires if it is due first."""
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
    """Use a second thread, which raises the exception in this one: on Windows, and where cells run in threads.

    The second thread is started without `threading.Thread`, which waits until it runs. While a thread starts, Python may give it
    an exception that was meant for the thread that starts it. It then never runs, and this one would wait forever.
    """
    this, done, lock = threading.get_ident(), threading.Event(), threading.Lock()
    over = type("TimeOver", (TimeOver,), {"__str__": lambda self: message, "__module__": __name__})

    def watch():
        pause = seconds
        while not done.wait(pause):
            with lock:
                if not done.is_set():
                    _raise_in(this, over)
            pause = AGAIN

    try:
        try:
            _thread.start_new_thread(watch, ())  # an outer limit may be over in the middle of it
            return action()
        finally:
            done.set()
    finally:
        done.set()
        with lock:
            _raise_in(this, None)  # an exception that has not arrived yet must not arrive later


def _raise_in(thread, exception):
    import ctypes  # available wherever this is needed

    kind = exception if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)


_deadlines = []  # the outermost first: the time, and the message


def _by_steps(seconds, action, message):
    """Look at the clock now and then: no code runs forever without loops and calls."""
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
    """Return a tool number under which the interpreter reports steps; None if debuggers and profilers use them all."""
    for number in range(3, 6):
        if sys.monitoring.get_tool(number) is None:
            sys.monitoring.use_tool_id(number, "lessonkit")
            return number
    return None


def _clock():
    """Return the function to call at every step."""
    steps = 0

    def look(*_):
        nonlocal steps
        steps += 1
        if steps % STEPS == 0:
            for deadline, message in _deadlines:
                if time.monotonic() > deadline:
                    steps = -1  # raise again at the next step if the code catches it
                    raise TimeOver(message)

    return look
