"""Which names the statements of a cell bind and need; and line numbers stay the same, whatever the cell contains."""

import builtins

import pytest

from lessonkit.statements import imports_of, plain_python, statements

CASES = {
    "x = a + 1": ({"x"}, {"a"}, set()),
    "x: int = a": ({"x"}, {"a", "int"}, set()),
    "x += a": ({"x"}, {"x", "a"}, set()),
    "x.y[0] = a": ({"x"}, {"x", "a"}, set()),
    "del x": ({"x"}, set(), set()),
    "x, (y, *z) = a": ({"x", "y", "z"}, {"a"}, set()),
    "import a.b as c, d.e": ({"c", "d"}, set(), set()),
    "from a import b as c": ({"c"}, set(), set()),
    "from a import *": ({"*"}, set(), set()),
    "def f(x=a): return x + b": ({"f"}, {"a"}, {"b"}),
    "@a\ndef f(x: b) -> c: pass": ({"f"}, {"a"}, {"b", "c"}),
    "def f():\n    global x\n    x = 1": ({"f"}, set(), {"x"}),
    "f = lambda x: x + b": ({"f"}, set(), {"b"}),
    "class A(B):\n    c = d\n    def f(self): return e": ({"A"}, {"B", "d"}, {"e"}),
    "def f():\n    def g(): return b\n    return g": ({"f"}, set(), {"b"}),
    "for x in a: b": ({"x"}, {"a", "b"}, set()),
    "with a as x: y = b": ({"x", "y"}, {"a", "b"}, set()),
    "try: import a\nexcept E as e: a = None": ({"a", "e"}, {"E"}, set()),
    "print(x := a)": ({"x"}, {"a", "print"}, set()),
    "x = await a": ({"x"}, {"a"}, set()),
}


@pytest.mark.parametrize("source", CASES)
def test_what_a_statement_binds_and_needs(source):
    (part,) = statements(source)
    assert (set(part.binds), set(part.needs), set(part.uses)) == CASES[source]


LINES = [
    "\n\n1 / 0",
    "%%time\nx = 1\n1 / 0",
    "\n%%time\nx = 1\n1 / 0",
    "!ls\n%matplotlib inline\nx?\n1 / 0",
    "if True:\n    %pip install x\n    !ls\n1 / 0",
    "x = !ls\ny = %pwd\n1 / 0",
    "  x = 1\n  1 / 0",
    ">>> x = 1\n1 / 0",
]


@pytest.mark.parametrize("source", LINES)
@pytest.mark.parametrize("has_ipython", [True, False])
def test_lines_stay_where_they_are(source, has_ipython, monkeypatch):
    if not has_ipython:
        if source[0] in ">" or source.startswith("  x"):
            pytest.skip("only IPython repairs pasted text")
        real = builtins.__import__

        def without(name, *rest):
            if name.startswith("IPython"):
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
    assert statements(source)[-1].node.lineno == source.count("\n") + 1


def test_magics_and_shell_lines_become_calls():
    assert "get_ipython()" in plain_python("!ls")
    compile(plain_python("files = !ls\n%timeit f(x)\nnp.mean?"), "cell", "exec")


def test_imports_of_a_cell():
    source = "import numpy as np\n%matplotlib inline\nfrom a import b\nx = 1\nif x:\n    import c"
    assert imports_of(source) == ["import numpy as np", "from a import b"]
    assert imports_of("def f(:") == []


def test_a_syntax_error_has_its_line():
    with pytest.raises(SyntaxError) as error:
        statements("\n\nx = 1\ndef f(:\n    pass")
    assert error.value.lineno == 4
