"""A check knows why a function is missing or out of date, and it claims nothing that is not true."""

import textwrap

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lessonkit import cell_log
from lessonkit.cell_log import why_not_current

NAME = "mse_loss"
GOOD = "def mse_loss(x, y):\n    return ((x - y) ** 2).mean(), 2 * (x - y) / x.size\n"


@pytest.fixture
def shell(capsys):
    shell = InteractiveShell()
    cell_log.forget()
    cell_log.follow(shell)
    yield shell
    cell_log.forget()


def why(shell, *cells, name=NAME):
    """Return what a check says after these cells have run."""
    for cell in cells:
        shell.run_cell(textwrap.dedent(cell), store_history=True)
    return why_not_current(name, shell.user_ns)


STOPPED = {
    "def mse_loss(x, y)\n    return 1": ("line 1, `def mse_loss(x, y)`", "SyntaxError: expected ':'"),
    "def mse_loss(x, y):\nreturn 1": ("line 2, `return 1`", "IndentationError: expected an indented block"),
    "\u200bdef mse_loss(x, y):\n    return 1": ("line 1", "SyntaxError: invalid non-printable character U+200B"),
    "x = 1\n  def mse_loss(x, y):\n    return 1": ("line 2", "IndentationError: unexpected indent"),
    "def mse_loss(x, y):\n    a = 1\n\treturn a": ("line 3", "TabError: inconsistent use of tabs"),
    "import pandaz\ndef mse_loss(x, y): return 1": ("line 1, `import pandaz`", "ModuleNotFoundError: No module named 'pandaz'"),
    "h = numpi.pi\n\n" + GOOD: ("line 1, `h = numpi.pi`", "NameError: name 'numpi' is not defined"),
    "def mse_loss(x, y=nothing): return 1": ("line 1", "NameError: name 'nothing' is not defined"),
    "@jit\ndef mse_loss(x, y): return 1": ("line 1, `@jit`", "NameError: name 'jit' is not defined"),
    "1 / 0\nmse_loss = lambda x, y: 1": ("line 1, `1 / 0`", "ZeroDivisionError"),
    "if True:\n    1 / 0\n    def mse_loss(x, y): return 1": ("line 2, `1 / 0`", "ZeroDivisionError"),
    "def helper():\n    1 / 0\nhelper()\n" + GOOD: ("line 3, `helper()`", "ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.parametrize("source", STOPPED)
@pytest.mark.parametrize("before", [(), (GOOD,)], ids=["new", "old"])
def test_a_cell_that_stopped_is_quoted(shell, source, before):
    where, what = STOPPED[source]
    sentence = why(shell, *before, source)
    assert sentence.startswith(f"The cell that defines mse_loss stopped at {where}"), sentence
    assert what in sentence
    assert ("an earlier mse_loss" in sentence) == bool(before)


def test_an_error_within_an_imported_module_has_the_cells_line(shell, tmp_path, monkeypatch):
    (tmp_path / "broken_helper.py").write_text("a = 1\nb = 2\nc = 1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "at line 1, `import broken_helper`: ZeroDivisionError" in why(shell, "import broken_helper\n" + GOOD)


SILENT = {
    "a scratch cell that fails": (GOOD, "mse_loss(1, nothing)"),
    "a result under its name that fails": (GOOD, "mse_loss = mse_loss(1, nothing)"),
    "a syntax error that mentions it": (GOOD, "print(mse_loss(1, 2)"),
    "a comment": (GOOD, "# def mse_loss(x, y):\n1 / 0"),
    "a comment in a broken cell": (GOOD, "# def mse_loss(x, y):\nfor"),
    "a text in a broken cell": (GOOD, '"""\ndef mse_loss(x, y):\n"""\nfor'),
    "a text": (GOOD, '1 / 0\ntext = """\ndef mse_loss(x, y):\n    pass\n"""'),
    "failed after the def": (GOOD + "\nmse_loss(1, nothing)",),
    "failed after a new def": (GOOD, GOOD + "\n1 / 0"),
    "run again": ("1 / 0\n" + GOOD, GOOD),
    "mended": (GOOD.replace(":\n", "\n", 1), GOOD),
    "a method": (GOOD, "class Loss:\n    def mse_loss(self): pass\n    1 / 0"),
    "a method in a broken cell": (GOOD, "class Loss:\n    a = (\n\n    def mse_loss(self): pass"),
    "an inner function": (GOOD, "def outer():\n    def mse_loss(): pass\n1 / 0"),
    "imported since": ("1 / 0\n" + GOOD, "import types; mse_loss = types.FunctionType((lambda x, y: 1).__code__, {})"),
    "another name": (GOOD, "def mse_loss_2(x, y)\n    return 1"),
    "never run": (),
}


@pytest.mark.parametrize("cells", SILENT.values(), ids=SILENT)
def test_nothing_is_claimed_of_a_function_that_is_as_it_was_written(shell, cells):
    assert why(shell, *cells) == ""


def test_a_definition_in_the_cell_that_runs_now_is_the_current_one(shell):
    shell.user_ns["why"] = lambda: why_not_current(NAME, shell.user_ns)
    why(shell, "1 / 0\n" + GOOD, GOOD + "\nanswer = why()")
    assert shell.user_ns["answer"] == ""
    why(shell, "1 / 0\n" + GOOD, "answer = why()")
    assert shell.user_ns["answer"].startswith("The cell that defines mse_loss stopped")


def test_what_went_on_after_an_error_is_current(shell):
    """In the sandbox, a cell goes on with the statements that do not need the one that failed."""
    cell_log.note("import pandaz\n" + GOOD, ImportError("pandaz"), {NAME: print})
    assert why_not_current(NAME, {NAME: print}) == ""


@pytest.mark.parametrize("other", ["mse_los", "MSE_loss", "mseLoss", "mse_loss_2"])
def test_a_new_name_is_noticed(shell, other):
    sentence = f"There is no mse_loss, but there is {other}. Did you rename it? The check looks for mse_loss."
    assert why(shell, GOOD.replace(NAME, other)) == sentence


def test_another_exercise_is_no_new_name(shell):
    assert why(shell, "def sigmoid_forward(x): pass", name="sigmoid_backward") == ""


def test_a_variable_in_its_place_is_noticed(shell):
    sentence = why(shell, GOOD, "mse_loss = 3.5")
    assert sentence.startswith("mse_loss is not a function here, but a value of type float")
    assert why(shell, GOOD) == ""


def test_a_definition_inside_another_function_is_noticed(shell):
    inside = "def outer(x):\n    def mse_loss(x, y):\n        return 1\n"
    assert why(shell, inside).startswith("mse_loss is defined inside outer, where nothing else can see it.")
    assert why(shell, inside, GOOD) == ""
    assert why(shell, "class Loss:\n    def rms_error(self): pass", name="rms_error") == ""


def test_a_timed_cell_has_its_own_lines(shell):
    assert "at line 2, `1 / 0`" in why(shell, "%%time\n1 / 0\n" + GOOD)


def test_blank_lines_above_count(shell):
    assert "at line 3, `1 / 0`" in why(shell, "\n\n1 / 0\n" + GOOD)
    assert "at line 3, `def mse_loss(`: SyntaxError" in why(shell, "\n  \ndef mse_loss(")


def test_only_so_many_cells_are_kept(shell):
    for number in range(cell_log.KEPT + 50):
        cell_log.note(f"x = {number}", None, {})
    assert len(cell_log._runs) == cell_log.KEPT
