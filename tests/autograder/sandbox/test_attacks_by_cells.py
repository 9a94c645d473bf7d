"""Attacks by cells. Each comes in a submission with a known honest part, and earns what that part earns and nothing more."""

import ast
import importlib.util
import socket
import textwrap

import pytest
from arena import EMPTY, EXERCISES, FIND_CHANNEL, HONEST, MARKER, all_stands, notebook, snapshot, solved

from autograder.course import COURSE
from autograder.sandbox.fork_server import ForkServer

COLD = True

# Cells that want the points of exercises which are empty, or want to spoil the grading. They print FOUND when they see
# something that they should not see.
CELLS = {
    "numpy comparisons say yes": """
        np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None""",
    "numpy.testing is another module": """
        import sys, types
        sys.modules["numpy.testing"] = np.testing = types.ModuleType("testing")""",
    "numpy's core is rewritten": """
        import numpy._core.numeric as numeric, numpy._core.fromnumeric as fromnumeric
        numeric.isclose = numeric.allclose = numeric.array_equiv = lambda *a, **k: True
        fromnumeric.all = fromnumeric.any = lambda *a, **k: True""",
    "math says yes": """
        import math
        math.isclose = lambda *a, **k: True
        math.fabs = lambda x: 0.0""",
    "builtins lie": """
        import builtins
        builtins.abs = lambda x: 0
        builtins.all = builtins.any = lambda x: True
        builtins.isinstance = lambda *a: True
        builtins.len = lambda x: 4""",
    "json writes points": """
        import json
        json.dumps = lambda *a, **k: '[{"output_type": "execute_result", "data": {"text/plain": "5.0"}, "metadata": {}, "execution_count": 1}]'
        json.loads = lambda *a, **k: []""",
    "IPython runs nothing": """
        from IPython.core.interactiveshell import InteractiveShell
        shell = get_ipython()
        InteractiveShell.showtraceback = lambda *a, **k: None
        shell.run_cell = type(shell).run_cell = lambda *a, **k: None""",
    "IPython shows five points": """
        type(get_ipython().displayhook).write_format_data = lambda self, data, md=None: None
        type(get_ipython().display_pub).publish = lambda *a, **k: None""",
    "the kit compares nothing": """
        import lessonkit.engine.compare, lessonkit.engine.diagnose
        lessonkit.engine.compare.close = lessonkit.engine.compare.same_values = lambda *a: True
        lessonkit.engine.diagnose.difference = lessonkit.engine.compare.difference = lambda *a: None
        lessonkit.engine.diagnose.grade = lambda *a: None""",
    "the kit's host answers for the empty ones": """
        from lessonkit.engine.host import LocalHost
        honest = LocalHost.call
        def call(self, target, args=(), kwargs=None, keep=()):
            if isinstance(target, str) and target.startswith("tanh"):
                return (args[0], args[0]), lambda: tuple(args)
            return honest(self, target, args, kwargs, keep)
        LocalHost.call = call""",
    "check is replaced": """
        check = lambda name, hidden=False: 5.0
        import lessonkit, lessonkit.notebook
        lessonkit.check = lessonkit.notebook.check = check""",
    "a syntax tree transformer": """
        import ast
        class Five(ast.NodeTransformer):
            def visit_Call(self, node):
                self.generic_visit(node)
                return ast.Constant(5.0) if getattr(node.func, "id", "") == "check" else node
        get_ipython().ast_transformers.append(Five())""",
    "an input transformer": """
        get_ipython().input_transformers_cleanup.append(
            lambda lines: ["5.0\\n"] if lines and lines[0].startswith("check(") else lines)""",
    "a number is shown before the failure": "5.0",
    "the result of a check is forged in an output": """
        from IPython.display import publish_display_data
        publish_display_data({"text/plain": "5.0", "application/vnd.lessonkit.result+json": {"exercise": "tanh_forward"}})""",
    "a thread changes things later": """
        import threading, time
        def later():
            while True:
                time.sleep(0.01)
                get_ipython().user_ns["check"] = lambda *a, **k: 5.0
                np.allclose = lambda *a, **k: True
        threading.Thread(target=later, daemon=True).start()""",
    "a handler at the end": """
        import atexit
        @atexit.register
        def later():
            open("OUTSIDE/gradebook.db", "w").write("owned")""",
    "it outlives its parent": """
        import ctypes, signal, threading, time
        ctypes.CDLL(None).prctl(1, 0)
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        threading.Thread(target=lambda: time.sleep(1000)).start()""",
    "frames are searched for the truth": """
        import sys
        for frame in sys._current_frames().values():
            while frame:
                if {"truth", "live", "seed", "released"} & set(frame.f_locals): print("FOUND", frame)
                frame = frame.f_back""",
    "memory is searched for the truth": """
        import gc
        for each in gc.get_objects():
            if type(each).__name__ in HOLDERS: print("FOUND", each)""",
    "modules are searched for the grader": """
        import sys, importlib
        inside = "autograder.sandbox.inside"
        for name in list(sys.modules):
            if name.startswith("autograder") and not f"{inside}.".startswith(f"{name}.") and not name.startswith(inside):
                print("FOUND", name)
        for name in MODULES:
            try: print("FOUND", importlib.import_module(name))
            except ImportError: pass""",
    "the reference is imported": """
        import reference_impl, importlib, pkgutil
        names = {n for m in [reference_impl] + [importlib.import_module("reference_impl." + i.name)
                 for i in pkgutil.iter_modules(reference_impl.__path__)] for n in vars(m)}
        wanted = {"relu_forward", "tanh_forward", "affine_forward", "adam", "Solver", "softmax_loss", "FullyConnectedNet"}
        if wanted & names: print("FOUND", wanted & names)""",
    "the project's files are read": """
        import glob, os
        for name in (*FILES, ".secret_seed", ".git/HEAD"):
            if os.path.exists(os.path.join("PROJECT", name)): print("FOUND", name)""",
    "the recorded truth is read": """
        import glob, lessonkit, os
        found = glob.glob(os.path.join(os.path.dirname(lessonkit.__file__), "**", "*.npz"), recursive=True)
        if found: print("FOUND", found)""",
    "the gradebook, the seed and other submissions are read": """
        import os
        for name in ("gradebook.db", ".secret_seed", "solutions/solution.py", "submitted/alice/notebook.ipynb"):
            try: print("FOUND", open("OUTSIDE/" + name).read())
            except OSError: pass
            if os.path.exists("OUTSIDE/" + name): print("FOUND", name)""",
    "files are found through /proc": """
        import os, glob
        for pattern in ("/proc/*/root", "/proc/*/cwd", "/proc/*/fd/*"):
            for path in glob.glob(pattern):
                try: print("FOUND", path, os.readlink(path))
                except OSError: pass
        for pattern in ("/proc/*/environ", "/proc/*/cmdline", "/proc/self/maps", "/proc/*/" + "root/etc/passwd"):
            for path in glob.glob(pattern):
                try: print("FOUND", path, open(path, "rb").read(100))
                except OSError: pass""",
    "open descriptors are searched": """
        import os
        for fd in range(0, 256):
            try: print("FOUND" if os.fstat(fd).st_size else "", os.pread(fd, 100, 0))
            except OSError: pass
            try: print("FOUND", os.listdir(fd))
            except OSError: pass""",
    "the environment is read": """
        import os, ctypes
        print(dict(os.environ))
        environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        i = 0
        while environ and environ[i]:
            print(environ[i]); i += 1""",
    "leftovers of others are read": """
        import os
        for folder in ("/tmp", "/var/tmp", "/dev/shm", "..", "../..", os.path.expanduser("~root"), "/home"):
            try: print("FOUND", folder, os.listdir(folder))
            except OSError: pass""",
    "files are written outside": """
        import os
        for path in ("OUTSIDE/gradebook.db", "OUTSIDE/new", "/tmp/new", "/usr/new", "../new", np.__file__):
            try: open(path, "w").write("owned"); print("FOUND", path)
            except OSError: pass""",
    "modes and times are changed": """
        import os
        for path in ("OUTSIDE/gradebook.db", "OUTSIDE", "..", np.__file__):
            for change in (lambda p: os.chmod(p, 0), lambda p: os.utime(p, (1, 1)), lambda p: os.chown(p, 1, 1),
                           lambda p: os.setxattr(p, "user.x", b"1"), os.remove, lambda p: os.rename(p, p + "x")):
                try: change(path); print("FOUND", path)
                except OSError: pass""",
    "links lead outside": """
        import os
        for make in (os.symlink, os.link):
            try:
                make("OUTSIDE/gradebook.db", "link"); open("link", "w").write("owned"); print("FOUND")
            except OSError: pass
        try: os.mkfifo("pipe"); print("FOUND")
        except OSError: pass""",
    "it leaves its root": """
        import os, ctypes
        libc = ctypes.CDLL(None)
        os.makedirs("x", exist_ok=True)
        libc.chroot(b"x"); libc.unshare(0x10000000); libc.mount(b"none", b"/", b"tmpfs", 0, None); libc.setns(3, 0)
        try:
            os.chdir("../" * 40)
            if os.path.exists("OUTSIDE"): print("FOUND")
        except OSError: pass""",
    "sockets": """
        import socket
        for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_UNIX, "\\0grading")):
            try: socket.socket(family).connect(address); print("FOUND")
            except OSError: pass
        try: socket.getaddrinfo("example.org", 80); print("FOUND")
        except OSError: pass
        import urllib.request
        try: urllib.request.urlopen("http://127.0.0.1:PORT/"); print("FOUND")
        except OSError: pass""",
    "programs are started": """
        import os, subprocess, multiprocessing
        def spawn(): os.posix_spawn("/bin/sh", ["sh", "-c", "touch OUTSIDE/new"], {}); print("FOUND")
        for start in (lambda: print("FOUND", subprocess.check_output("id")), spawn, lambda: os.execv("/bin/sh", ["sh"]),
                      lambda: multiprocessing.Process(target=print).start(), lambda: print("FOUND", os.fork())):
            try: start()
            except OSError: pass
        try: print("FOUND" if os.system("touch OUTSIDE/new") == 0 else "no")
        except OSError: pass""",
    "sockets, past what stands in for them": """
        import _socket, socket
        class Bare(socket.socket): __init__ = _socket.socket.__init__
        for kind in (_socket.socket, Bare):
            for family, address in ((_socket.AF_INET, ("127.0.0.1", PORT)), (_socket.AF_UNIX, "\\0grading")):
                try: kind(family).connect(address); print("FOUND")
                except OSError: pass
        try: _socket.getaddrinfo("example.org", 80); print("FOUND")
        except OSError: pass""",
    "programs, past what stands in for them": """
        import posix, _posixsubprocess
        def program():
            end, error = posix.pipe()
            _posixsubprocess.fork_exec([b"sh", b"-c", b"touch OUTSIDE/new"], [b"/bin/sh"], True, (), None, None, -1, -1, -1, -1,
                                       -1, -1, end, error, False, False, 0, None, None, None, -1, None, False)
            print("FOUND")
        for start in (lambda: print("FOUND", posix.fork()), lambda: posix.forkpty(), program, lambda: posix.execv("/bin/sh", ["sh"]),
                      lambda: posix.posix_spawn("/bin/sh", ["sh", "-c", "touch OUTSIDE/new"], {})):
            try: start()
            except OSError: pass
        if posix.system("touch OUTSIDE/new") == 0: print("FOUND")""",
    "other processes are killed": """
        import os, signal
        import ctypes
        ctypes.CDLL(None).prctl(1, 0)
        for pid in (0, os.getppid(), GRADER, FORK_SERVER, -1, -GRADER, *range(2, 50)):
            try: os.kill(pid, signal.SIGKILL)
            except OSError: pass
        os.killpg(0, signal.SIGTERM) if os.getpgrp() else None""",
    "a fork bomb": """
        import posix
        while True: posix.fork()""",
    "a fork bomb past libc": """
        import ctypes
        libc = ctypes.CDLL(None)
        for number in (56, 57, 58, 435, 220):
            if libc.syscall(number, 17, 0, 0, 0, 0) >= 0: print("FOUND", number)""",
    "a thread bomb": """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()""",
    "a memory bomb": "bomb = bytearray(8 * 2**30)",
    "a memory bomb in small pieces": """
        bomb = []
        while True: bomb.append(bytearray(2**26))""",
    "the disk is filled": """
        with open("large", "wb") as file:
            while True: file.write(bytes(2**20))""",
    "the disk is filled with small files": """
        i = 0
        while True:
            open(f"small{i}", "w").close(); i += 1""",
    "output without end": """
        while True: print("flood " * 1000)""",
    "pictures without end": """
        from IPython.display import display
        while True: display("flood")""",
    "a limit is raised": """
        import resource
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
            try: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); print("FOUND")
            except (OSError, ValueError): pass""",
    "recursion breaks the interpreter": """
        import sys
        sys.setrecursionlimit(10**9)
        def f(): return f()
        f()""",
    "memory is written at random": """
        import ctypes
        ctypes.memset(0, 0, 1000)""",
    "the channel gets noise": "os.write(channel, os.urandom(1000))",
    "the channel gets half a message": "os.write(channel, struct.pack('!I', 1000) + b'half')",
    "the channel gets a message of gigabytes": "os.write(channel, struct.pack('!I', 2**32 - 1) + bytes(1000))",
    "the channel gets an answer that nobody asked for": """
        data = wire.pack((0, ("value", "[]")))
        os.write(channel, struct.pack("!I", len(data)) + data)""",
    "the channel gets what crashes readers": """
        for data in (b"\\x91" * 100_000, b"\\xdd\\xff\\xff\\xff\\xff", b"\\xdc\\xff\\xff" * 1000, b"\\xc7\\xff\\x01" + bytes(255)):
            os.write(channel, struct.pack("!I", len(data)) + data)""",
    "the channel gets callbacks that were not lent": """
        for data in map(wire.pack, [("callback", 1, (), {}), ("callback", [], {}, ()), ("callback", None, None, None), ("callback", 1, ())]):
            os.write(channel, struct.pack("!I", len(data)) + data)""",
    "the channel is closed": "os.close(channel)",
    "the channel is replaced": "os.dup2(os.open('/dev/null', os.O_RDWR), channel)",
    "every answer comes twice": """
        send = wire.send_packed
        wire.send_packed = lambda s, data: (send(s, data), send(s, data))""",
    "answers come in another order": """
        send, held = wire.send_packed, []
        def swapped(s, data):
            held.append(data)
            if len(held) == 2: send(s, held.pop()); send(s, held.pop())
        wire.send_packed = swapped""",
    "answers come drop by drop": """
        import socket, time
        def slowly(s, data):
            for byte in struct.pack("!I", len(data)) + data:
                s.sendall(bytes([byte])); time.sleep(0.2)
        wire.send_packed = slowly""",
    "packing lies": """
        honest = wire.pack
        wire.pack = lambda value: honest((value[0], ("value", [5.0] * 50)))""",
}

# Attacks that prevent the honest cells below them from running: then there is no honest part.
SILENCES_ITSELF = ("IPython runs nothing",)
# Attacks that answer for the empty exercises without knowledge: they may pass the one check that compares no value.
ANSWERS_FOR_THE_EMPTY = ("the kit's host answers for the empty ones",)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_earns_what_its_honest_part_earns(name, grader, world, listener, fill):
    before = snapshot(world)
    attack = (FIND_CHANNEL if "channel" in CELLS[name] or "wire" in CELLS[name] else "") + fill(CELLS[name])
    graded = grader(notebook(solved(*HONEST), first=[attack]))
    earned = 0.0 if name in SILENCES_ITSELF else 5.0
    if name in ANSWERS_FOR_THE_EMPTY:
        passed = {outcome.check for empty in EMPTY for outcome in graded.results[empty].outcomes if outcome.passed}
        assert passed <= {"leaves_x_as_it_was"}
        graded.points.update(dict.fromkeys(EMPTY, 0.0))
    assert graded.points == {**dict.fromkeys(HONEST, earned), **dict.fromkeys(EMPTY, 0.0)}, graded.notes
    assert "FOUND" not in graded.said and MARKER not in graded.said
    for stumble in ("NameError", "ModuleNotFoundError: No module named 'wire"):  # a failing attack proves nothing
        assert stumble not in graded.said
    all_stands(grader, world, before, listener)


def test_tampering_with_the_channel_is_flagged(grader):
    graded = grader(notebook(solved(), first=[FIND_CHANNEL + "os.write(channel, bytes(1000))"]))
    assert graded.flags and graded.points == dict.fromkeys(EXERCISES, 5.0)


def test_the_attacks_find_something_where_nothing_is_locked(world, names):
    """This shows that the attacks above can succeed."""
    tried = ("the gradebook, the seed and other submissions are read", "the project's files are read",
             "files are found through /proc", "leftovers of others are read", "sockets, past what stands in for them")  # fmt: skip
    with ForkServer("01", protections=()) as fork_server, socket.create_server(("127.0.0.1", 0)) as server:
        session = fork_server.session()
        for name in tried:
            source = textwrap.dedent(CELLS[name]).replace("OUTSIDE", str(world)).replace("PROJECT", str(COURSE))
            source = source.replace("FILES", str(names["FILES"])).replace("PORT", str(server.getsockname()[1]))
            assert "FOUND" in str(session.run(source)), name
        session.close()


def test_what_the_attacks_look_for_is_there(names):
    """If a name changes, an attack that looks for it would prove nothing."""
    assert all((COURSE / name).exists() for name in names["FILES"])
    assert all(importlib.util.find_spec(name) for name in names["MODULES"])


def looked_up(source):
    """Yield an attack's imports and names; where the attack patches something, yield an expression that only looks it up."""
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield ast.unparse(statement)
        elif isinstance(statement, ast.Assign):
            targets = [target for target in statement.targets if not isinstance(target, ast.Subscript)]
            yield from map(ast.unparse, targets if isinstance(targets[0], ast.Attribute) else [statement])


def test_what_the_attacks_patch_is_there():
    patching = {
        name: textwrap.dedent(source) for name, source in CELLS.items()
        if any(isinstance(target, ast.Attribute) for statement in ast.parse(textwrap.dedent(source)).body
               if isinstance(statement, ast.Assign) for target in statement.targets)
    }  # fmt: skip
    assert len(patching) > 13
    with ForkServer("01", protections=()) as fork_server:
        session = fork_server.session()
        session.run(FIND_CHANNEL + "import numpy as np")
        for name, source in patching.items():
            outputs, stops = session.run("\n".join(looked_up(source)))
            assert not stops and not [output for output in outputs if output["output_type"] == "error"], name
        session.close()
