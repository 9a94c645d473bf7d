"""A warm process that forks a locked-in copy of itself for each notebook.

It is started with a clean environment and the lesson's bundle on its path: NumPy, Matplotlib, IPython and the kit
are loaded once. It holds no truth: no reference of this lesson or a later one, no recording, no other student's work.

Started as ``python -I zygote.py FD`` with one end of a socket pair; the other end is the grader's.
"""

import json
import os
import signal
import socket
import sys
import time


def prepare(options):
    """Make the bundle importable, and the project that is installed here not."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in getattr(finder, "__module__", "") + str(finder)]
    hidden = [os.path.realpath(path) for path in options["hidden"]]
    sys.path[:] = [path for path in sys.path if os.path.realpath(path) not in hidden]
    sys.path.insert(0, options["bundle"])
    sys.path.insert(1, os.path.dirname(os.path.abspath(__file__)))


def serve_notebook(channel, options):
    """Run cells and answer calls until the grader closes the channel."""
    import cells
    import wire
    from lessonkit.host import LocalHost, StudentError

    shell = cells.Shell.instance()
    host = LocalHost(shell.user_ns)

    def ask(number):
        def callback(*arguments):
            wire.send(channel, ("callback", number, arguments))
            answer = wire.receive(channel)
            if answer is None or answer[0] != "value":
                raise RuntimeError(answer[1] if answer else "the channel is closed")
            return answer[1]

        return callback

    def enter(value):
        if isinstance(value, wire.Callback):
            return ask(value.number)
        if isinstance(value, (tuple, list)):
            return type(value)(enter(part) for part in value)
        return {key: enter(part) for key, part in value.items()} if isinstance(value, dict) else value

    def answer(request):
        kind, *rest = request
        if kind == "run":
            source, seconds, limit = rest
            return json.dumps(cells.run_cell(shell, source, seconds, limit), default=str)
        return cells.within(options["limits"]["call"], lambda: operate(kind, rest))

    def operate(kind, rest):
        if kind == "call":
            target, arguments, keywords, keep = rest
            result, after = host.call(target, enter(arguments), enter(keywords), keep)
            return result, after
        if kind == "map":
            name, lists, keep = rest
            return [host.call(name, enter(arguments), {}, keep)[0] for arguments in lists]
        return getattr(host, kind)(*rest)

    while (request := wire.receive(channel)) is not None:
        nonce, body = request
        try:
            reply = ("value", answer(body))
            wire.pack(reply)
        except StudentError as error:
            reply = ("student", [error.function, error.kind, error.message, error.where])
        except wire.WireError as error:
            reply = ("student", [name_of(body), "values", f"What it returned cannot be read: {error}.", ""])
        except cells.CellTimeout as error:
            reply = ("student", [name_of(body), "timeout", f"{name_of(body)} {error}", ""])
        except MemoryError:
            reply = ("student", [name_of(body), "MemoryError", "It needs more memory than a notebook may use.", ""])
        wire.send(channel, (nonce, reply))


def name_of(request):
    """The function that a request is about, for messages."""
    target = request[1]
    return target if isinstance(target, str) else target[1] if isinstance(target, tuple) else target.kind


def lock_in(options):
    """Apply every protection that the grader asked for, in this order."""
    import sandbox

    limits = sandbox.Limits(**options["limits"])
    wanted = options["protections"]
    scratch = options["scratch"]
    sandbox.die_with_parent()
    if "namespaces" in wanted:
        sandbox.mount_scratch(scratch, limits.scratch)
    os.chdir(scratch)
    os.environ.clear()
    os.environ.update({"HOME": scratch, "TMPDIR": scratch, "MPLCONFIGDIR": scratch, "LANG": "C.UTF-8", "MPLBACKEND": "module://matplotlib_inline.backend_inline"})
    if "capabilities" in wanted:
        sandbox.drop_capabilities()
    if "resources" in wanted:
        sandbox.limit_resources(limits)
    if "files" in wanted:
        sandbox.restrict_files(options["readable"], [scratch])
    if "system calls" in wanted:
        sandbox.filter_system_calls()


def notebook_process(channel, options):
    """The forked child: namespaces first, then a process inside them that runs the notebook."""
    import sandbox

    os.setsid()
    sandbox.die_with_parent()
    if "namespaces" in options["protections"]:
        sandbox.unshare_namespaces()
    inner = os.fork()
    if inner == 0:
        status = 1
        try:
            keep = channel.fileno()
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            for number in map(int, os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else range(3, 256):
                if number > 2 and number != keep:
                    try:
                        os.close(number)
                    except OSError:
                        pass
            lock_in(options)
            serve_notebook(channel, options)
            status = 0
        except BaseException as error:
            try:
                import wire

                wire.send(channel, ("broken", f"{type(error).__name__}: {error}"[:500]))
            except BaseException:
                pass
        finally:
            os._exit(status)
    channel.close()
    os.waitpid(inner, 0)
    os._exit(0)


def main():
    control = socket.socket(fileno=int(sys.argv[1]))
    options = json.loads(control.makefile().readline())
    prepare(options)
    import cells
    import landlock  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import numpy as np
    import sandbox
    import wire  # noqa: F401

    with __import__("contextlib").suppress(Exception):
        import pyseccomp  # noqa: F401
    sandbox.not_dumpable()
    import lessonkit  # noqa: F401
    import lessonkit.explorers  # noqa: F401
    import lessonkit.plots  # noqa: F401
    import reference_impl  # noqa: F401

    for name in options["warm"]:
        try:
            __import__(name)
        except Exception:  # an optional library that is not installed
            pass
    cells.make_shell()
    cells.run_cell(cells.Shell.instance(), "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.close('all')\ndel plt", 60, 10_000)
    cells.Shell.instance().reset(new_session=True)
    np.random.seed()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control.sendall(b"ready\n")
    children = {}
    control.settimeout(0.2)
    while True:
        for pid in list(children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del children[pid]
        try:
            message, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
        except TimeoutError:
            continue
        if not message:
            break
        order = json.loads(message)
        if order["do"] == "kill":
            if order["pid"] in children:
                os.kill(order["pid"], signal.SIGKILL)
                os.waitpid(order["pid"], 0)
                del children[order["pid"]]
            control.sendall(b'"gone"\n')
            continue
        channel = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            control.close()
            try:
                notebook_process(channel, {**options, **order})
            except BaseException as error:
                try:
                    import wire

                    wire.send(channel, ("broken", f"{type(error).__name__}: {error}"[:500]))
                finally:
                    os._exit(1)
        channel.close()
        children[pid] = time.monotonic()
        control.sendall(json.dumps(pid).encode() + b"\n")
    for pid in children:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
