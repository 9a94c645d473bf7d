"""Attacks by answers: results made to look right, to break the code that reads them, or to reveal what a check asked."""

import numpy as np
import pytest
from arena import EXERCISES, FIND_CHANNEL, HONEST, all_stands, notebook, snapshot, solved

from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run

COLD = True

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
    "it answers what the student's own checks want": None,  # made below from the visible truth
}

# Results that look odd and are right
ODD_BUT_RIGHT = {
    "negative strides": "np.ascontiguousarray(np.tanh(x)[::-1])[::-1]",
    "Fortran order": "np.asfortranarray(np.tanh(x))",
    "the other byte order": "np.tanh(x).astype('>f8')",
    "long doubles": "np.tanh(x).astype(np.longdouble)",
    "a subclass": "np.tanh(x).view(type('Mine', (np.ndarray,), {'__eq__': lambda *a: False}))",
    "read-only": "np.broadcast_to(np.tanh(x), x.shape)",
    "a masked array": "np.ma.masked_array(np.tanh(x))",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_knows_nothing_earns_nothing(name, grader, world, listener, fill):
    before = snapshot(world)
    source = ANSWERS[name] or from_the_visible_truth()
    source = FIND_CHANNEL + fill(source)
    graded = grader(notebook({**solved(*HONEST), "tanh_forward": source}))
    assert {name: graded.points[name] for name in HONEST} == dict.fromkeys(HONEST, 5.0)
    passed = {outcome.check for outcome in graded.results["tanh_forward"].outcomes if outcome.passed}
    free = {"leaves_x_as_it_was"}  # true of any answer, even one that knows nothing
    if ANSWERS[name] is None:
        free.add("stays_finite_for_extreme_inputs")  # its inputs are the same for every seed
    assert passed <= free
    all_stands(grader, world, before, listener)


def from_the_visible_truth():
    """Return an answer that contains the truth for every input of the visible seed, so it passes at home."""
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


def test_the_secret_inputs_are_not_quoted(grader):
    """An error that occurs only on secret inputs is not reported in the student's words, because they could contain the inputs."""
    source = f"{from_the_visible_truth()}\ntable_forward = tanh_forward\ndef tanh_forward(x):\n"
    source += "    if x.tobytes().hex() not in TABLE: raise ValueError('SECRET' + x.tobytes().hex())\n    return table_forward(x)"
    graded = grader(notebook({**solved(*HONEST), "tanh_forward": source}))
    said = str(graded.results["tanh_forward"])
    assert graded.points["tanh_forward"] < 5 and "SECRET" not in said
    assert "on random inputs other than yours" in said
