"""The fork server's side: forks a session, a sandboxed copy of itself, for each submission.

It has a clean environment, and the lesson's bundle on its path. NumPy, Matplotlib, IPython and the kit are loaded once. It
contains nothing worth copying: no reference for this lesson or a later one, no recorded values, no other student's work. Each
grader that connects gets its own copy, which takes its orders.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time

import lessonkit
from autograder.sandbox.inside import cells, check_stub, lockdown, stand_ins, wire
from lessonkit import cell_log
from lessonkit.engine.host import LocalHost, OfArgument, StudentError

MAX_WORDS = 500  # characters of each text in an error
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
WATCH = 0.05  # seconds between two looks at a session's threads
FIGURE = "import matplotlib.pyplot as plt\nplt.semilogy([1e-9, 1e9])\nplt.show()\nplt.close('all')\ndel plt"

TOO_LARGE = {
    "output_type": "stream",
    "name": "stderr",
    "text": "... this cell's output is too large to keep ...\n",
}


def lock_files_out(options):
    """Hide the file system, except what the options name."""
    if "namespaces" in options["protections"]:
        own = lockdown.own_files(lockdown.Limits(**options["limits"]))
        lockdown.own_user()
        lockdown.own_root(options["root"], options["readable"], [options["folder"]], own)
        os.chdir(options["folder"])


def import_all(*names):
    """Import each module; one that is missing here is missing in the notebooks too."""
    for name in names:
        with contextlib.suppress(Exception):
            __import__(name)


def load(modules, opening, prelude, limits):
    """Import what notebooks use, show a first error, and run the opening or draw a first figure: no notebook waits for it.

    Returns
    -------
    list of str
        The outputs of each cell of the opening, as JSON.
    """
    lessonkit.check = lessonkit.notebook.check = check_stub.check
    stand_ins.share_among_threads()
    import_all("lessonkit.explorers", "lessonkit.plots", "reference_impl", *modules)
    shell = cells.make_shell()
    cells.show_an_error(shell)
    gc.freeze()  # what has been imported stays, so that no collection below need search it
    if not opening:
        cells.run_cell(shell, FIGURE, 60, 10_000)
        shell.reset(new_session=True)
        for source in prelude:
            cells.run_cell(shell, source, 60, 10_000)
    outputs = [run_cell(shell, source, limits) for source in opening]
    cells.keep_imports(shell, prelude or opening)
    cell_log.forget()
    gc.collect()
    gc.enable()
    gc.freeze()  # a session's garbage collection then does not touch, and so copy, this memory
    return outputs


def run_cell(shell, source, limits):
    """Run a cell; return its outputs, and where it stopped, as JSON."""
    outputs, stops = cells.run_cell(shell, source, limits["cell"], limits["output"])
    text = json.dumps({"outputs": outputs, "stops": stops}, default=str)
    return text if len(text) <= wire.MAX_OUTPUT else json.dumps({"outputs": [TOO_LARGE], "stops": stops}, default=str)


class SessionServer:
    """A session's side: runs the cells of one notebook and answers the checks, until the grader closes the channel."""

    def __init__(self, channel, limits):
        self.channel, self.limits = channel, limits
        self.shell = cells.Shell.instance()
        self.host = LocalHost(self.shell.user_ns, cell_log.why_not_current)
        self.asking = threading.RLock()  # one of the notebook's threads at a time
        self.after = tuple  # returns the latest call's arguments

    def serve(self):
        while (request := wire.receive(self.channel)) is not None:
            nonce, body = request
            wire.send_packed(self.channel, self._reply(nonce, body))

    def _reply(self, nonce, body, answer=None):
        def failed(kind, message):
            return wire.pack((nonce, ("student", [_name_of(body), kind, message, "", ""])))

        try:
            return wire.pack((nonce, ("value", (answer or self._answer)(*body))))
        except StudentError as error:
            told = [error.function, error.kind, error.message, error.where, error.explanation]
            return wire.pack((nonce, ("student", [text[:MAX_WORDS] for text in told])))
        except wire.WireError as error:
            return failed("values", f"No check can read the value that {_name_of(body)} returned: {error}.")
        except cells.CellTimeout as error:
            return failed("timeout", f"{_name_of(body)} {error}")
        except MemoryError:
            return failed("MemoryError", "It needs more memory than a notebook may use.")
        except (
            BaseException
        ) as error:  # a student's own exception class, or an exception raised between two lines of this code
            return failed(type(error).__name__[:100], f"{_name_of(body)} raised {type(error).__name__[:100]}.")

    def _answer(self, kind, *rest):
        if kind == "echo":
            return rest[0]
        if kind == "run":
            return run_cell(self.shell, rest[0].decode(), self.limits).encode()
        return cells.within(self.limits["call"], lambda: self._operate(kind, *rest))

    def _operate(self, kind, target, *rest):
        if kind == "call":
            arguments, keywords, keep = rest
            result, self.after = self.host.call(target, self._enter(arguments), self._enter(keywords), keep)
            return result
        if kind == "after":
            return self.after()
        if kind == "iterate":
            items, self.after = self.host.iterate(target)
            return items
        if kind == "map":
            lists, keep = rest
            return self.host.map(target, [self._enter(arguments) for arguments in lists], keep)
        return getattr(self.host, kind)(target, *map(self._enter, rest))

    def _enter(self, value):
        if isinstance(value, wire.Callback):
            return lambda *arguments, **keywords: self._ask(value.number, arguments, keywords)
        if isinstance(value, OfArgument):
            return OfArgument(self._enter(value.function), value.place)
        if isinstance(value, (tuple, list)):
            return type(value)(self._enter(part) for part in value)
        return {key: self._enter(part) for key, part in value.items()} if isinstance(value, dict) else value

    def _ask(self, number, arguments, keywords):
        """Call a check's function, which may look at this side's objects before it answers."""
        try:
            request = wire.pack(("callback", number, arguments, keywords))
        except wire.WireError as error:
            raise ValueError(f"The function was called with something that no check uses: {error}.") from None
        with self.asking:
            answer = self._answer_to(request)
        if answer is None or answer[0] != "value":
            raise RuntimeError(answer[1] if answer else "the channel is closed")
        return answer[1]

    def _answer_to(self, request):
        wire.send_packed(self.channel, request)
        while (answer := wire.receive(self.channel)) is not None and type(answer[0]) is int:
            nonce, body = answer
            wire.send_packed(self.channel, self._reply(nonce, body, self._operate))
        return answer


def _name_of(request):
    """Return the name of a request's function, for messages."""
    target = request[1]
    return target if isinstance(target, str) else target[1] if isinstance(target, tuple) else target.kind


def lock_in(options):
    """Apply every protection that the grader asked for, in this order."""
    limits, wanted, scratch = lockdown.Limits(**options["limits"]), options["protections"], options["scratch"]
    lockdown.die_with_parent()
    if "namespaces" in wanted:
        lockdown.mount_scratch(scratch, limits.scratch)
    os.chdir(scratch)
    kept = {name: os.environ[name] for name in ("LANG", "MPLBACKEND", "JOBLIB_MULTIPROCESSING")}
    os.environ.clear()
    os.environ.update({name: scratch for name in ("HOME", "TMPDIR", "MPLCONFIGDIR")})
    tempfile.tempdir = scratch
    os.environ.update(kept)
    stand_ins.settle_in()
    if "capabilities" in wanted:
        lockdown.drop_capabilities()
    if "resources" in wanted:
        lockdown.limit_resources(limits)
    if "files" in wanted:
        own = lockdown.own_files(limits) if "namespaces" in wanted else ()
        lockdown.restrict_files([*options["readable"], *own], [scratch, "/dev/null"])
    if "system calls" in wanted:
        options["filter"].load()


def close_all_but(channel):
    """Close everything except the channel; what the process prints goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, 4096)


def run_session(channel, options):
    """Run the forked child: a guard and, as its child in separate namespaces, the session."""
    os.setsid()
    inner = 0

    def end(*_):
        if inner:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):  # it has ended by itself
                os.kill(inner, signal.SIGKILL)  # even if it has changed its own parent-death signal
                os.waitpid(inner, 0)  # so that its resource use is counted for the guard
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    lockdown.die_with_parent(signal.SIGTERM)
    if "namespaces" in options["protections"]:
        lockdown.separate()
    inner = os.fork()
    if inner == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with telling(channel):
            os.setsid()  # leave the guard's process group, so that a signal to its own group does not reach the guard
            close_all_but(channel)
            lock_in(options)
            SessionServer(channel, options["limits"]).serve()
        os._exit(0)
    channel.close()
    watch(inner, options)


def watch(inner, options):
    """Wait until the session's process ends; end it if it has too many threads.

    The kernel counts threads by user, so with its own limit one notebook could take them from others; and root has no limit.
    """
    processes = options["processes"] if "resources" in options["protections"] else None
    while processes is not None and os.waitpid(inner, os.WNOHANG) == (0, 0):
        if lockdown.threads_of(inner, processes) > options["limits"]["threads"]:
            os.kill(inner, signal.SIGKILL)
        time.sleep(WATCH)
    if processes is None:
        os.waitpid(inner, 0)


@contextlib.contextmanager
def telling(channel):
    """Tell the grader about any error, and end."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(BaseException):
            wire.send(channel, ("broken", f"{type(error).__name__}: {error}"[:500]))
        os._exit(1)


def serve(control, options):
    """Take a grader's orders: start a session, end one."""
    children = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
        if not message:
            break
        order = json.loads(message)
        if order["do"] == "end":
            used = None
            if order["pid"] in children:
                os.kill(order["pid"], signal.SIGTERM)
                used = os.wait4(order["pid"], 0)[
                    2
                ]  # the resource use of the guard and of the process that it waited for
                children.remove(order["pid"])
            control.sendall(f"{used.ru_maxrss * UNIT if used else 0}\n".encode())
            continue
        channel = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            control.close()
            with telling(channel):
                run_session(channel, {**options, **order})
            os._exit(0)
        channel.close()
        children.add(pid)
        control.sendall(f"{pid}\n".encode())
    for pid in children:
        os.kill(pid, signal.SIGTERM)


def serve_all(listener, greeting, options):
    """Fork a copy for each grader that connects, until the grader that started this process is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    while True:
        ready, _, _ = select.select([sys.stdin, listener], [], [])
        if sys.stdin in ready:
            break
        control, _ = listener.accept()
        if os.fork() == 0:
            lockdown.die_with_parent()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            with contextlib.suppress(OSError):
                control.sendall(greeting)
                serve(control, options)
            os._exit(0)
        control.close()


def main(listener, options):
    """Load what sessions need, and serve the graders that connect to `listener`."""
    options["processes"] = lockdown.all_processes()
    lock_files_out(options)
    outputs = load(options["warm"], options["opening"], options["prelude"], options["limits"])
    if "system calls" in options["protections"]:
        options["filter"] = lockdown.system_call_filter()  # once for all sessions
    lockdown.not_dumpable()
    serve_all(listener, json.dumps(outputs).encode() + b"\n", options)
    os._exit(0)  # there is nothing left to clean up
