"""Attacks on the grader. Each comes from a submission whose honest part is known, and earns that and nothing more."""

import os
import socket
import textwrap
import threading

import numpy as np
import pytest
from arena import EXERCISES, MARKER, notebook, snapshot, solved

from autograder.course import COURSE
from autograder.sandbox.fork_server import ForkServer
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run

HONEST = ("relu_forward", "relu_backward", "sigmoid_forward", "sigmoid_backward")
EMPTY = ("tanh_forward", "tanh_backward")
FIND_CHANNEL = """import os, struct
from autograder.sandbox.inside import wire
def _is_socket(fd):
    try: return os.fstat(fd).st_mode & 0o170000 == 0o140000
    except OSError: return False
channel = next(filter(_is_socket, range(3, 1000)))
"""

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
                return (args[0], args[0]), ()
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
            if type(each).__name__ in ("Live", "Recorded", "Suspect", "ForkServer", "Course"): print("FOUND", each)""",
    "modules are searched for the grader": """
        import sys, importlib
        inside = "autograder.sandbox.inside"
        for name in list(sys.modules):
            if name.startswith("autograder") and not f"{inside}.".startswith(f"{name}.") and not name.startswith(inside):
                print("FOUND", name)
        for name in ("bank", "bank.expected", "bank.registry", "course", "grading", "publish", "truth", "sandbox.session",
                     "sandbox.fork_server", "feedback", "report", "nbgrader_plugins", "__main__"):
            try: print("FOUND", importlib.import_module(f"autograder.{name}"))
            except ImportError: pass""",
    "the reference is imported": """
        import reference_impl, importlib, pkgutil
        names = {n for m in [reference_impl] + [importlib.import_module("reference_impl." + i.name)
                 for i in pkgutil.iter_modules(reference_impl.__path__)] for n in vars(m)}
        wanted = {"relu_forward", "tanh_forward", "affine_forward", "adam", "Solver", "softmax_loss", "FullyConnectedNet"}
        if wanted & names: print("FOUND", wanted & names)""",
    "the project's files are read": """
        import glob, os
        for name in ("reference_impl/activations.py", "autograder/bank/mistakes/lesson_01.py", "solutions", "README.md",
                     "lessonkit/recorded/01_activations.npz", ".secret_seed", ".git/HEAD"):
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
        if os.system("touch OUTSIDE/new") == 0: print("FOUND")""",
    "other processes are killed": """
        import os, signal
        import ctypes
        ctypes.CDLL(None).prctl(1, 0)
        for pid in (0, os.getppid(), GRADER, ZYGOTE, -1, -GRADER, *range(2, 50)):
            try: os.kill(pid, signal.SIGKILL)
            except OSError: pass
        os.killpg(0, signal.SIGTERM) if os.getpgrp() else None""",
    "a fork bomb": """
        import os
        while True: os.fork()""",
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
        for data in map(wire.pack, [("callback", 1, ()), ("callback", [], {}), ("callback", None, None)]):
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

# Attacks that keep the honest cells after them from being run: there is then no honest part.
SILENCES_ITSELF = ("IPython runs nothing",)

# Answers to tanh_forward that know nothing about tanh.
ANSWERS = {
    "equal to everything": """
        class Equal:
            shape, dtype, ndim, size = (4, 5), np.dtype(float), 2, 20
            __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
            __hash__ = None
            __bool__ = lambda self: True
            __sub__ = __rsub__ = __abs__ = __mul__ = __rmul__ = lambda self, other=None: self
            __float__ = lambda self: 0.0
        def tanh_forward(x): return Equal(), x""",
    "an array that equals everything": """
        class Equal(np.ndarray):
            __eq__ = lambda self, other: np.True_
            __array_ufunc__ = lambda self, ufunc, *a, **k: np.True_
            __array_function__ = lambda self, function, *a, **k: np.True_
            __reduce__ = lambda self: (eval, ("np.tanh",))
        def tanh_forward(x): return np.zeros(x.shape).view(Equal), x""",
    "an object that becomes an array": """
        class Late:
            __array__ = lambda self, *a, **k: np.zeros(3)
            __array_interface__ = {"shape": (2**40,), "typestr": "<f8", "data": (8, False), "version": 3}
            __array_priority__ = 1e9
        def tanh_forward(x): return Late(), x""",
    "a pickle that runs code": """
        class Evil:
            def __reduce__(self): return (open, ("OUTSIDE/new", "w"))
            __reduce_ex__ = lambda self, protocol: self.__reduce__()
        def tanh_forward(x): return np.array([Evil()] * x.size, dtype=object).reshape(x.shape), Evil()""",
    "object dtype": "def tanh_forward(x): return np.full(x.shape, None, dtype=object), x",
    "structured dtype": "def tanh_forward(x): return np.zeros(x.shape, dtype=[('a', 'f8'), ('b', 'O')]), x",
    "dates and text": "def tanh_forward(x): return np.zeros(x.shape, dtype='M8[s]'), np.array(['5.0'])",
    "NaN everywhere": "def tanh_forward(x): return np.full(x.shape, np.nan), x",
    "infinity everywhere": "def tanh_forward(x): return np.full(x.shape, np.inf), x",
    "complex NaN": "def tanh_forward(x): return np.full(x.shape, complex(np.nan, np.inf)), x",
    "an integer of many digits": "def tanh_forward(x): return 10**100_000, x",
    "a shape of a billion": "def tanh_forward(x): return np.broadcast_to(0.0, (2**30, 2**10)), x",
    "an empty shape of a billion": "def tanh_forward(x): return np.zeros((2**40, 0, 2**20)), x",
    "a gigabyte": "def tanh_forward(x): return np.zeros(2**27), x",
    "deep nesting": """
        def tanh_forward(x):
            deep = []
            for _ in range(100_000): deep = [deep]
            return deep, x""",
    "a list in itself": """
        def tanh_forward(x):
            loop = [x]
            loop.append(loop)
            return loop, x""",
    "a billion laughs": """
        def tanh_forward(x):
            laughs = ["ha"] * 10
            for _ in range(5): laughs = [laughs] * 10
            return laughs, x""",
    "an endless generator": """
        def endless():
            while True: yield 0.0
        def tanh_forward(x): return endless(), x""",
    "an endless loop in the result": """
        class Endless(list):
            def __iter__(self):
                while True: yield 0.0
        def tanh_forward(x): return Endless([1]), x""",
    "a name of a million letters": """
        def tanh_forward(x): return type("x" * 10**6, (), {})(), x""",
    "text that is no Unicode": "def tanh_forward(x): raise ValueError('\\ud800' * 1000)",
    "an exception of its own kind": """
        class Odd(BaseException):
            __str__ = lambda self: 1 / 0
        def tanh_forward(x): raise Odd()""",
    "it looks for the truth in its callers": """
        import sys
        def tanh_forward(x):
            frame = sys._getframe()
            while frame:
                for name, value in list(frame.f_locals.items()):
                    if name in ("expected", "truth", "entry"): return value, x
                frame = frame.f_back
            return x, x""",
    "it writes its own answer into the channel": """
        def tanh_forward(x):
            data = wire.pack((0, ("value", ((np.zeros(x.shape), x), (x,)))))
            os.write(channel, struct.pack("!I", len(data)) + data)
            return x, x""",
    "it forges the array's shape in the channel": """
        import msgpack
        def tanh_forward(x):
            head = msgpack.packb(["<f8", [2**62, 4, 0]])
            data = msgpack.packb([0, ["t", "value", msgpack.ExtType(1, bytes([len(head)]) + head)]])
            os.write(channel, struct.pack("!I", len(data)) + data)
            return x, x""",
    "it closes the channel": """
        def tanh_forward(x): os.close(channel)""",
    "it remembers inputs": """
        seen = []
        def tanh_forward(x):
            for before, after in seen:
                if np.shape(before) == np.shape(x): return after, x
            seen.append((x.copy(), x / 2))
            return x / 2, x""",
    "it answers what the student's own checks want": None,  # made below, from the visible truth
}

# Results that look odd and are right.
ODD_BUT_RIGHT = {
    "negative strides": "np.ascontiguousarray(np.tanh(x)[::-1])[::-1]",
    "Fortran order": "np.asfortranarray(np.tanh(x))",
    "the other byte order": "np.tanh(x).astype('>f8')",
    "long doubles": "np.tanh(x).astype(np.longdouble)",
    "a subclass": "np.tanh(x).view(type('Mine', (np.ndarray,), {'__eq__': lambda *a: False}))",
    "read-only": "np.broadcast_to(np.tanh(x), x.shape)",
    "a masked array": "np.ma.masked_array(np.tanh(x))",
}


@pytest.fixture(scope="module")
def listener():
    """A server of the grader's that no submission may reach."""
    reached = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            reached.append(True)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], reached
    server.close()


@pytest.fixture
def fill(grader, world, listener):
    """Put what an attack is after into its source."""
    values = {
        "OUTSIDE": world, "PROJECT": COURSE, "PORT": listener[0], "GRADER": os.getpid(), "ZYGOTE": grader.fork_server._process.pid,
    }  # fmt: skip

    def fill_in(source):
        source = textwrap.dedent(source).strip()
        for name, value in values.items():
            source = source.replace(name, str(value))
        return source

    return fill_in


def all_stands(grader, world, before, listener):
    """Nothing outside was touched or reached, nothing is left, and the next student is graded as ever."""
    assert snapshot(world) == before
    assert not listener[1]
    assert not grader.processes()
    assert grader(notebook(solved())).points == dict.fromkeys(EXERCISES, 5.0)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_earns_what_its_honest_part_earns(name, grader, world, listener, fill):
    before = snapshot(world)
    attack = (FIND_CHANNEL if "channel" in CELLS[name] or "wire" in CELLS[name] else "") + fill(CELLS[name])
    graded = grader(notebook(solved(*HONEST), first=[attack]))
    earned = 0.0 if name in SILENCES_ITSELF else 5.0
    assert graded.points == {**dict.fromkeys(HONEST, earned), **dict.fromkeys(EMPTY, 0.0)}, graded.notes
    assert "FOUND" not in graded.said and MARKER not in graded.said
    for stumble in ("NameError", "ModuleNotFoundError: No module named 'wire"):  # an attack that stumbles shows nothing
        assert stumble not in graded.said
    all_stands(grader, world, before, listener)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_knows_nothing_earns_nothing(name, grader, world, listener, fill):
    before = snapshot(world)
    source = ANSWERS[name] or from_the_visible_truth()
    source = FIND_CHANNEL + fill(source)
    graded = grader(notebook({**solved(*HONEST), "tanh_forward": source}))
    assert {name: graded.points[name] for name in HONEST} == dict.fromkeys(HONEST, 5.0)
    passed = {outcome.check for outcome in graded.results["tanh_forward"].outcomes if outcome.passed}
    free = {"leaves_x_as_it_was"}  # which is true of an answer that knows nothing
    if ANSWERS[name] is None:
        free.add("stays_finite_for_extreme_inputs")  # whose inputs are the same for every seed
    assert passed <= free
    all_stands(grader, world, before, listener)


def from_the_visible_truth():
    """An answer that holds the truth for every input of the visible seed, and passes at home."""
    inputs = []

    def note(x):
        inputs.append(np.array(x))
        return np.tanh(x), x

    for check in checks_of("tanh_forward"):
        run(check, LocalHost({"tanh_forward": note}), VISIBLE_SEED)
    table = {x.tobytes().hex(): np.tanh(x).tolist() for x in inputs}
    source = f"""TABLE = {table!r}
def tanh_forward(x):
    known = TABLE.get(x.tobytes().hex())
    return (np.zeros(x.shape) if known is None else np.array(known).reshape(x.shape)), x"""
    namespace = {"np": np}
    exec(source, namespace)
    assert grade("tanh_forward", LocalHost(namespace), expected_of("tanh_forward")).passed
    return source


@pytest.mark.parametrize("name", ODD_BUT_RIGHT)
def test_a_right_answer_in_an_odd_form_is_right(name, grader):
    source = f"def tanh_forward(x):\n    x = np.asarray(x, dtype=float)\n    return {ODD_BUT_RIGHT[name]}, np.tanh(x)"
    assert grader(notebook({**solved(), "tanh_forward": source})).points == dict.fromkeys(EXERCISES, 5.0)


def test_tampering_with_the_channel_is_flagged(grader):
    graded = grader(notebook(solved(), first=[FIND_CHANNEL + "os.write(channel, bytes(1000))"]))
    assert graded.flags and graded.points == dict.fromkeys(EXERCISES, 5.0)


def test_the_secret_inputs_are_not_quoted(grader):
    """An error on the secret inputs alone is not told in the student's words, which could carry them."""
    source = f"{from_the_visible_truth()}\ntable_forward = tanh_forward\ndef tanh_forward(x):\n"
    source += "    if x.tobytes().hex() not in TABLE: raise ValueError('SECRET' + x.tobytes().hex())\n    return table_forward(x)"
    graded = grader(notebook({**solved(*HONEST), "tanh_forward": source}))
    said = str(graded.results["tanh_forward"])
    assert graded.points["tanh_forward"] < 5 and "SECRET" not in said
    assert "on other random inputs than yours" in said


def test_the_attacks_find_something_where_nothing_is_locked(world, listener):
    """So that the attacks above are seen to be able to succeed."""
    tried = ("the gradebook, the seed and other submissions are read", "the project's files are read",
             "files are found through /proc", "leftovers of others are read")  # fmt: skip
    with ForkServer("01", protections=()) as fork_server:
        session = fork_server.session()
        for name in tried:
            source = textwrap.dedent(CELLS[name]).replace("OUTSIDE", str(world)).replace("PROJECT", str(COURSE))
            assert "FOUND" in str(session.run(source)), name
        session.close()
