"""Python's own errors in plain words: what the check says about each kind, and when it must say nothing."""

import linecache
import math
import subprocess
import sys

import numpy as np
import pytest

from lessonkit.engine import host
from lessonkit.engine.explain import LIMIT, explanation
from lessonkit.engine.host import LocalHost, StudentError, as_student_error

X, W, B = np.ones((4, 3)), np.ones((5, 3)), np.ones(3)
PARAMS = {"W1": W, "b1": B}


def function(source, label="<a cell>"):
    """Return the function `f` that a cell defines."""
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
    names = {"np": np, "math": math}
    exec(compile(source, label, "exec"), names)
    return names["f"]


def raised(source, *args):
    """Return the error that `f` of a cell raises."""
    run = function(source)
    try:
        run(*args)
    except Exception as error:
        return error
    raise AssertionError("it raises nothing")


def said(source, *args):
    return explanation(raised(source, *args))


def line(code, names="x"):
    return f"def f({names}):\n    {code}\n"


SAYS = {
    "power": (line("return x ^ 2"), (X,), "In `x ^ 2`, `^` is"),
    "power of numbers": (line("return x ^ 2"), (2.0,), "A power is written `**`."),
    "math": (line("return math.exp(-x)"), (X,), "`math.exp` is from the module `math` and takes one number. `np.exp` takes a whole array."),
    "math of a name": (line("return math.tanh(x)"), (X,), "`x` is an array of shape (4, 3)."),
    "float": (line("return float(x)"), (X,), "`float` converts a single number. `x` is an array of shape (4, 3)."),
    "renamed": (line("return np.product(x)"), (X,), "It is called `np.prod` now."),
    "alias": (line("return x.astype(np.float)"), (X,), "NumPy no longer has `np.float`. It was another name for Python's own `float`."),
    "misspelt": (line("return np.maximun(x, 0)"), (X,), "There is no `np.maximun`. Did you mean `np.maximum`?"),
    "misspelt in a module": (line("return np.linalg.nrom(x)"), (X,), "Did you mean `np.linalg.norm`?"),
    "axis": ("def f(x):\n    for i in range(1, 5):\n        x[i] = 0\n", (X,), "`x` has shape (4, 3): its axis 0 has 4 entries, with indices 0 to 3 (or -1 to -4, from the end); 4 is out of range. The loop runs over `range(1, 5)`."),
    "list": ("def f(x):\n    for i in range(1, len(x) + 1):\n        x[i]\n", ([1, 2],), "`x` has 2 entries, with indices 0 to 1 (or -1 to -2, from the end); 2 is out of range. The loop runs over `range(1, len(x) + 1)`."),
    "empty list": (line("return x[0]"), ([],), "`x` has no entries; the index is out of range"),
    "axes": (line("return x[:, 0]"), (B,), "`x` has 1 axis (its shape is (3,)); the index names 2."),
    "index a float": (line("n = len(x) / 2\n    return x[n]"), (X,), "`n` is the number 2.0. `/` between numbers always gives a float"),
    "slice by a float": (line("n = len(x) / 2\n    return x[:n]"), (X,), "`n` is the number 2.0. `/` between numbers always gives a float"),
    "index a text": (line("return x['W1']"), (X,), "A string such as 'W1' is a key of a dict"),
    "list of two indices": (line("return x[0, 1]"), ([[1, 2]],), "`x` is a list of 1 item. It takes one index at a time"),
    "further down": (line("y = out + x\n    out = 1"), (X,), "`out` is a local variable: this function gives it a value at line 3, further down."),
    "in a branch": ("def f(x):\n    if x is None:\n        out = 1\n    return out\n", (X,), "at line 3, which did not run before this one."),
    "before its value": (line("total += x"), (X,), "`total` has no value yet when this line reads it."),
    "name": (line("return dout * 2", "dOut"), (X,), "There is no variable `dout` here. Did you mean `dOut`?"),
    "self": ("class Net:\n    def __init__(self):\n        self.params = {}\n    def run(self):\n        return params\ndef f():\n    Net().run()\n", (), "The object has an attribute with this name: `self.params`."),
    "broadcast": (line("return x * w", "x, w"), (X, W), "In `x * w`, `x` has shape (4, 3) and `w` has shape (5, 3). Counted from the last axis, sizes must be equal or 1, but 4 meets 5."),
    "broadcast of parts": (line("return (x - 1) / w.sum(axis=1)", "x, w"), (X, W), "In `(x - 1) / w.sum(axis=1)`, `x - 1` has shape (4, 3) and `w.sum(axis=1)` has shape (5,)."),
    "broadcast in a call": (line("return np.maximum(x, w)", "x, w"), (X, W), "In `np.maximum(x, w)`, `x` has shape (4, 3) and `w` has shape (5, 3)."),
    "in place": (line("x += y", "x, y"), (B, X), "`+=` changes `x` in place, and its shape stays (3,). The result has shape (4, 3)."),
    "into": (line("x[:, 0] = w", "x, w"), (X, B), "`x[:, 0]` has shape (4,), but the value assigned to it has shape (3,)."),
    "product": (line("return dout @ w", "dout, w"), (X, W), "In `dout @ w`, `dout` has shape (4, 3) and `w` has shape (5, 3). The 3 (last axis of the left) and the 5 (first axis of the right) must be equal."),
    "product of attributes": ("def f(x, p):\n    return x.T @ p['W1']\n", (X, PARAMS), "`x.T` has shape (3, 4) and `p['W1']` has shape (5, 3)."),
    "product of parts": (line("return (x - 1) @ w", "x, w"), (X, W), "The last axis of the left side has size 3"),
    "dot": (line("return np.dot(x, w)", "x, w"), (X, W), "In `np.dot(x, w)`, `x` has shape (4, 3) and `w` has shape (5, 3). The 3 (axis 1 of the left) and the 5 (axis 0 of the right) must be equal."),
    "method dot": (line("return x.dot(w)", "x, w"), (X, W), "In `x.dot(w)`, `x` has shape (4, 3) and `w` has shape (5, 3)."),
    "product of a number": (line("return x @ 2"), (X,), "`2` is a single number."),
    "reshape": (line("return x.reshape(5, 3)"), (X,), "The array has 12 entries; an array of shape (5, 3) has 15."),
    "reshape to what is left": (line("return np.reshape(x, (5, -1))"), (X,), "The array has 12 entries, and 12 is not a multiple of 5."),
    "tuple": (line("return 2.0 * cache", "cache"), ((X, B),), "With lists, tuples and strings, `+` joins and `*` repeats; neither calculates."),
    "tuple minus": (line("return 1 - cache", "cache"), ((X, B),), "`cache` is a tuple of 2 items. `-` needs a number or an array here."),
    "result a tuple": ("def g(x):\n    return x, x\ndef f(x):\n    return g(x) / 2\n", (X,), "In `g(x) / 2`, `/` meets a tuple on its left."),
    "result None": ("def g(x):\n    x + 1\ndef f(x):\n    return g(x) / 2\n", (X,), "`/` meets None on its left. A function that ends without `return`, such as one that only changes its argument, returns None."),
    "dict": (line("return x * p", "x, p"), (X, {}), "`p` is a dict."),
    "minus a list": (line("return -x"), ([1],), "`x` is a list of 1 item."),
    "text": (line("return x + 1"), ("3",), "`x` is the string '3'."),
    "compared": (line("return x > 0"), ((X,),), "`x` is a tuple of 1 item."),
    "no brackets": (line("return x.sum / 2"), (X,), "`x.sum` is a function; parentheses after its name call it."),
    "None": (line("return x.shape"), (None,), "`x` is None here, and None has no `.shape`."),
    "too many": (line("x, w = cache", "cache"), ((X, W, B),), "The left side has 2 names, but `cache` is a tuple of 3 items."),
    "not enough": (line("n, d = x.shape"), (B,), "The left side has 2 names, but `x.shape` is a tuple of 1 item."),
    "rows": (line("a, b = x"), (X,), "`x` is an array of shape (4, 3), which gives 4 parts."),
    "unpacked number": (line("a, b = x"), (1.5,), "`x` is the number 1.5."),
    "missing argument": ("def g(x, w, b):\n    pass\ndef f(x):\n    g(x, x)\n", (X,), "`g` takes `x, w, b`; this call passes 2 arguments."),
    "no such argument": ("def g(x, weights):\n    pass\ndef f(x):\n    g(x, weight=x)\n", (X,), "`g` takes `x, weights`, but not `weight`. Did you mean `weights`?"),
    "axes of NumPy's": (line("return np.sum(x, axes=0)"), (X,), "`np.sum` has no argument `axes`. Did you mean `axis`?"),
    "no self": ("class Net:\n    def step(x):\n        pass\ndef f():\n    net = Net()\n    net.step(1)\n", (), "In the `def` of `step`, the first argument is `x`."),
    "key": (line("return p['w1']", "p"), (PARAMS,), "`p` has the keys 'W1', 'b1'; 'w1' is not among them. Did you mean 'W1'?"),
    "unhashable": (line("return p[x]", "p, x"), (PARAMS, X), "`p` is a dict: its square brackets take a key, and an array cannot be a key."),
    "truth": (line("if x > 0:\n        pass"), (X,), "`x > 0` is an array: True or False for each entry."),
    "max": (line("return max(0, x)"), (X,), "Python's own `max` needs one True or False"),
    "and": (line("return x and 1"), (X,), "`if`, `and`, `or`, `not`"),
    "cast": (line("x += 0.5"), (np.arange(3),), "`x` keeps its dtype, int64, when it is changed in place. The result has dtype float64"),
    "zero": (line("n = 0\n    return 1 / n"), (X,), "The right side of `/`, `n`, is 0 here."),
    "called number": (line("return n(x + 1)", "n, x"), (2, X), "`n` is the number 2, and the parentheses after it call it like a function. A product is written with `*`."),
    "called array": (line("return x(0)"), (X,), "`x` is an array of shape (4, 3). Parentheses call a function; square brackets take an entry."),
    "called shape": (line("return x.shape()"), (X,), "`x.shape` is a tuple of 2 items."),
    "function's entry": (line("return np.exp[x]"), (X,), "`np.exp` is a function. Square brackets take an entry; parentheses call a function."),
    "number's entry": (line("return x[0]"), (1.5,), "`x` is the number 1.5, but square brackets take an entry of a collection."),
    "loop over a number": (line("for i in x:\n        pass"), (3,), "`x` is the number 3, which has no items to loop over."),
    "length": (line("return len(x)"), (3,), "`x` is the number 3, which has no length."),
    "whole number": (line("n = len(x) / 2\n    return range(n)"), (X,), "A whole number is needed here. `n` is the number 2.0."),
    "shape of floats": (line("return np.zeros(x / 2)"), (3,), "A whole number is needed here. `/` between numbers always gives a float"),
    "shape not a tuple": (line("return np.zeros(3, x)"), (4,), "`np.zeros` takes the whole shape as its first argument, a tuple. The second one, here `x`, is the dtype."),
    "no axis": (line("return x.sum(axis=2)"), (X,), "The array has 2 axes, 0 and 1; there is no axis 2."),
    "itself": ("def f(x):\n    return f(x)\n", (X,), "`f` calls itself again and again"),
    "by way of": ("def g(x):\n    return f(x)\ndef f(x):\n    return g(x)\n", (X,), "`f` is called again and again, by way of `g`"),
    "joined": (line("return np.concatenate([x, w], axis=1)", "x, w"), (X, W), "Along axis 0, 4 meets 5. In `np.concatenate([x, w], axis=1)`, the shapes are (4, 3) and (5, 3)."),
    "stacked": (line("return np.stack([x, w])", "x, w"), (X, W), "The shapes are (4, 3) and (5, 3)."),
    "to be joined": (line("return np.concatenate(x, w)", "x, w"), (X, W), "`np.concatenate` takes all arrays together"),
    "read-only": (line("x[0] = 1"), (np.broadcast_to(1.0, 3),), "`x` is read-only."),
    "item of a tuple": (line("x[0] = 1"), ((1, 2),), "`x` is a tuple of 2 items. The entries of a tuple cannot be replaced."),
    "ragged": (line("return np.array([[1, 2], [3]])"), (X,), "Parts of different lengths or shapes do not make one array."),
    "an entry": (line("x[0] = [1, 2]"), (np.zeros(3),), "`x[0]` has room for one number."),
    "a list's shape": (line("return x.shape"), ([1, 2],), "`x` is a list of 2 items. `.shape` belongs to arrays, such as the one that `np.array(x)` makes."),
    "array's attribute": (line("return x.tranpose()"), (X,), "It has no `.tranpose`. Did you mean `.transpose`?"),
    "ufunc of None": (line("return np.exp(x)"), (None,), "`x` is None, where numbers are needed."),
    "not a number": (line("return float(x)"), ("a",), "The string 'a' cannot be read as a number."),
    "index of floats": (line("return x[np.arange(3), y]", "x, y"), (X, np.ones(3)), "`y` is an array of dtype float64"),
    "part of a list": ("def f(x):\n    for i in range(len(x)):\n        x[i + 1]\n", ([1, 2],), "`i + 1` is out of range. The loop runs over `range(len(x))`."),
    "range of an array": (line("return range(x)"), (X,), "`range` takes a whole number. `x` is an array of shape (4, 3)."),
    "shape an array": (line("return np.zeros(x)"), (X,), "`np.zeros` takes a shape. `x` is an array of shape (4, 3)."),
    "two to be joined": (line("return np.hstack(x, x)"), (X,), "`np.hstack` takes all arrays together as its first argument"),
    "a list's method": (line("return x.append(1)"), (X,), "`.append` belongs to lists."),
    "a method in a sum": (line("return sum(v for v in p.values)", "p"), (PARAMS,), "`p.values` is a function, which has no items"),
    "a result in NumPy": (line("a = (x, w)\n    return np.exp(a)", "x, w"), (X, B), "`a` is a tuple of 2 items."),
    "half a slice": (line("return x[:n / 2]", "x, n"), (X, 2), "`/` between numbers always gives a float"),
    "None of a parameter": (line("return 2 * x"), (None,), "`x` is None, and `*` needs a number or an array."),
    "shuffled": (line("i = np.random.default_rng(0).shuffle(x)\n    return i[0]"), (X,), "`i` is None, but square brackets take an entry of a collection. A function that ends"),
    "domain": (line("return math.log(x)"), (0,), "`math.log` has no value for its argument. `x` is the number 0."),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAYS)
def test_each_kind_is_explained(kind):
    source, args, expected = SAYS[kind]
    text = said(source, *(np.copy(a) if type(a) is np.ndarray and a.flags.writeable else a for a in args))
    assert expected in text and len(text) <= LIMIT and "  " not in text


SILENT = {
    "the student's own": (line("raise ValueError('operands could not be broadcast together with shapes (2,) (3,) ')"), (X,)),
    "the student's own in a function": ("def g():\n    raise TypeError(\"'int' object is not callable\")\ndef f():\n    g()\n", ()),
    "assert": (line("assert x is None"), (X,)),
    "from the standard library": ("import statistics\ndef f(x):\n    return statistics.mean(x)\n", ([None, 1],)),
    "from an import": ("import json\ndef f(x):\n    return json.dumps({x: 1}) + json.loads('[')\n", ((1,),)),
    "no whole number": (line("return int('x')"), (X,)),
    "no close name": (line("return quux"), (X,)),
    "an object of another kind": ("class A:\n    pass\ndef f():\n    return A() + 1\n", ()),
    "an error of one's own": ("class Mine(TypeError):\n    pass\ndef f(x):\n    raise Mine('x')\n", (X,)),
    "huge names": (f"def f(x):\n    return {'a' * 5000}\n", (X,)),
    "a deleted name": ("def f(x):\n    y = 1\n    del y\n    return y\n", (X,)),
    "a name of an inner list": ("def f(x):\n    [y for y in x]\n    a = y\n    y = [y for y in x]\n", (X,)),
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_nothing_is_said_where_nothing_is_certain(case):
    source, args = SILENT[case]
    assert said(source, *args) == ""


HOSTILE = """
class Odd:
    def fail(self, *args):
        raise SystemExit("run")
    __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = __getattr__ = __bool__ = fail
    shape = T = property(fail)
    @property
    def __class__(self):
        raise SystemExit("run")
class Sub(np.ndarray):
    shape = T = property(Odd.fail)
class Tuple(tuple):
    __len__ = __repr__ = Odd.fail
class Dict(dict):
    __iter__ = __contains__ = __getitem__ = Odd.fail
class Text(str):
    __str__ = __repr__ = __format__ = lower = Odd.fail
class Kind(type):
    __eq__ = __hash__ = __instancecheck__ = __getattribute__ = Odd.fail
class Strange(metaclass=Kind):
    pass
strange = object.__new__(Strange)
class Shout(TypeError):
    __str__ = Odd.fail
odd, sub, tup, text = Odd(), np.zeros(3).view(Sub), Tuple((1, 2)), Text("a")
def f():
    own = odd
    {}
"""


@pytest.mark.parametrize(
    "code",
    [
        "return own - 1", "return sub * np.zeros(4)", "return sub @ np.zeros(4)", "return 1 - tup", "return strange - 1", "return strange[0]", "return strange.a", "self = strange\n    return params", "x, y, z = tup",
        "return None + odd", "return {1: 2}[text]", "return odd + text", "return odd[0]", "return missin(own.shape)",
        "raise TypeError(odd)", "return np.zeros(3)[odd]", "return np.exp(odd)", "self = odd\n    return params",
        "return math.exp(np.zeros(2), odd)", "one = 1; return one(odd)", "return {text: 1, 'b': 2}['B']", "return tup.T",
        "globals()[text] = 1\n    return tez",
    ],
)  # fmt: skip
def test_no_code_of_the_students_runs(code):
    source = HOSTILE.format(code)
    try:
        error = raised(source)
    except SystemExit:
        pytest.skip("Python itself runs it")
    assert isinstance(explanation(error), str)


def test_a_text_that_is_no_source_changes_nothing():
    for lines in (["return ("], ["x" * 500_000], ["\n"] * 3, [None]):
        error = raised(line("return x @ 2"), X)
        linecache.cache["<a cell>"] = (1, None, lines, "<a cell>")
        assert isinstance(explanation(error), str)
    linecache.cache["<a cell>"] = (None,)
    assert "`" not in explanation(error)


def test_an_exception_that_was_never_raised_is_not_explained():
    assert explanation(TypeError("'int' object is not callable")) == ""


def test_values_are_as_they_stand_in_the_line_that_failed():
    source = "def g(a):\n    return a.T @ a.T\ndef f(x):\n    a = 1\n    return g(x) + a\n"
    assert "In `a.T @ a.T`, `a.T` has shape (3, 4) and `a.T` has shape (3, 4)" in said(source, X)


def test_non_ascii_letters_do_not_shift_what_is_quoted():
    assert "In `μ * w`" in said("def f(μ, w):\n    é = 'é'; return (μ * w)\n", X, W)


def test_without_columns_less_is_said_and_nothing_wrong():
    code = (
        "import sys; sys.path[:0] = ['tests/lessonkit/engine']\n"
        "from test_explain import SAYS, said\n"
        "import numpy as np\n"
        "for s, a, _ in SAYS.values():\n"
        "    print(said(s, *(np.copy(v) if type(v) is np.ndarray and v.flags.writeable else v for v in a)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-c", code], capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    assert len(lines) == len(SAYS) and "A power is written `**`." in run.stdout
    assert "It is called `np.prod` now." in run.stdout


def test_the_raw_message_stays_first_and_apart():
    local = LocalHost({"f": function(line("return x @ w", "x, w"))})
    with pytest.raises(StudentError) as info:
        local.call("f", (X, W))
    assert info.value.message.startswith("f raised ValueError: matmul:") and "`x`" not in info.value.message
    assert info.value.words == f"{info.value.message} {info.value.explanation}"
    assert "`x` has shape (4, 3)" in info.value.words and info.value.where == "line 2: return x @ w"


def test_a_name_of_the_first_cell_is_explained_once():
    assert as_student_error("f", raised("def f():\n    return plt\n")).explanation == ""
    assert "first" in host._of_the_setup(raised("def f():\n    return plt\n"))


def test_the_course_s_own_functions_say_what_they_were_given():
    source = "from reference_impl import relu_forward\ndef f(x, b):\n    a = (x, b)\n    return relu_forward(a)\n"
    assert said(source, X, B).endswith("`a` is a tuple of 2 items.")


def test_none_of_a_parameter_is_not_blamed_on_a_function():
    assert "return" not in said(line("return 2 * x"), None)
    assert "return" not in said(line("y = {}.get(x)\n    return 2 * y"), "a")


def test_a_list_that_makes_no_array_has_no_left_side():
    text = said(line("return np.array([x, x[:, :1]])"), X)
    assert "left side" not in text and "`" not in text
