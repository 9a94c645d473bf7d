"""Runs notebook cells in an IPython shell of this process, and keeps their outputs as nbclient would store them."""

import ast
import base64
import contextlib
import functools
import inspect
import io
import math
import os
import signal
import sys
import time
import types

import stack_data
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from pygments.lexer import words
from traitlets.config import Config

from autograder.sandbox.inside import kernel, stand_ins
from lessonkit import cell_log
from lessonkit.statements import imports_of, statement_of, statements

MAX_ITEMS, MAX_STOPS = 400, 50


class CellTimeout(BaseException):
    """The cell reached its time limit. Derived from BaseException, so that `except Exception` does not catch it."""


class Outputs:
    """The outputs of the running cell, up to a limit."""

    def __init__(self):
        self.start(0)

    def start(self, limit):
        self.items, self.left, self.by_display_id, self.clearing = [], limit, {}, False

    def stream(self, name, text):
        """Add text. As in nbclient, each stream is one output between others, and stdout comes first."""
        cut = len(text) > self.left
        text = text[: self.left]
        if not text:
            return
        self.left -= len(text)
        if cut:
            text += "\n... the rest of the output was cut off ...\n"
            self.left = 0
        self._clear_if_asked()
        trailing = {}
        for item in reversed(self.items):
            if item["output_type"] != "stream":
                break
            trailing[item["name"]] = item
        if name in trailing:
            trailing[name]["text"] += text
            return
        item = {"output_type": "stream", "name": name, "text": text}
        index = len(self.items) - (name == "stdout" and "stderr" in trailing)
        self.items.insert(index, item)

    def add(self, output, display_id=None):
        """Add a picture, a value or an error."""
        size = _size(output.get("data", {}))
        is_error = output["output_type"] == "error" and len(self.items) < MAX_ITEMS
        if size > self.left and not is_error:  # an error that ended the cell is always kept
            return
        self.left = max(0, self.left - size)
        self._clear_if_asked()
        self.items.append(output)
        if display_id is not None:
            self.by_display_id[display_id] = output

    def update(self, display_id, data, metadata):
        """Replace the output with a display id."""
        if display_id in self.by_display_id and (size := _size(data)) <= self.left:
            self.left -= size
            self.by_display_id[display_id].update(data=data, metadata=metadata)

    def clear(self, wait):
        """Remove everything: now, or with `wait` as soon as there is new output."""
        self.clearing = True
        if not wait:
            self._clear_if_asked()

    def _clear_if_asked(self):
        if self.clearing:
            self.items, self.clearing = [], False


def _size(data):
    """Return how many characters a MIME bundle counts as; pictures are large and few, so they count less."""
    return 100 + sum(len(str(value)) for value in data.values()) // 20


OUTPUTS = Outputs()


def jsonable(data):
    """Return a MIME bundle with bytes as base64 text."""
    return {
        key: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for key, value in data.items()
    }


class Stream(io.TextIOBase):
    """Replaces stdout or stderr."""

    encoding, errors, mode = "utf-8", "strict", "w"
    line_buffering, write_through = False, True

    def __init__(self, name):
        super().__init__()
        self.name = f"<{name}>"
        self._name = name

    @property
    def buffer(self):
        return Bytes(self)

    def reconfigure(self, **_):
        pass

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 1 if self._name == "stdout" else 2  # text written to these descriptors is not shown

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        OUTPUTS.stream(self._name, text)
        return len(text)


class Bytes(io.BufferedIOBase):
    """The buffer of a `Stream`: bytes written to it become the stream's text."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def writable(self):
        return True

    def write(self, data):
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class Publisher(DisplayPublisher):
    """Keeps displayed outputs."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        data, metadata, display_id = jsonable(data), metadata or {}, (transient or {}).get("display_id")
        if update:
            OUTPUTS.update(display_id, data, metadata)
        else:
            OUTPUTS.add({"output_type": "display_data", "data": data, "metadata": metadata}, display_id)

    def clear_output(self, wait=False):
        OUTPUTS.clear(wait)


class Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        output = {"output_type": "execute_result", "data": jsonable(format_dict), "metadata": md_dict or {}}
        OUTPUTS.add({**output, "execution_count": self.shell.execution_count})

    def finish_displayhook(self):
        pass


class Compiler(CachingCompiler):
    """Notes that a cell is no module's file: to find that out for each frame of a traceback takes as long as to run a cell."""

    def cache(self, *arguments, **options):
        name = super().cache(*arguments, **options)
        with contextlib.suppress(OSError):  # the current folder may be gone
            inspect.modulesbyfile.update(dict.fromkeys((name, os.path.abspath(name)), ""))
        return name


class Shell(kernel.KernelLike, InteractiveShell):
    """An IPython shell that keeps the outputs of its cells, and goes on after a statement that fails.

    Attributes
    ----------
    stops : list of list
        Where the last cell stopped, if something was lost there or lay outside the notebook: line, kind of error, message.
    end : float
        When the cell must be done, on `time.monotonic`'s clock.
    """

    compiler_class = Compiler
    stops = ()
    end = math.inf

    async def run_ast_nodes(self, nodelist, cell_name, interactivity="last_expr", compiler=compile, result=None):
        """Run a cell's statements. If one fails, only the statements that need its names are skipped."""
        result = types.SimpleNamespace() if result is None else result
        lost, first = set(), None
        for node in list(nodelist):
            statement = statement_of(node)
            if statement.needs & lost and not _copes(node):
                lost |= statement.binds
                continue
            result.error_before_exec = result.error_in_exec = None
            before = {name: self.user_ns.get(name) for name in statement.binds}
            mode = interactivity if node is nodelist[-1] or interactivity == "all" else "none"
            if not await super().run_ast_nodes([node], cell_name, mode, compiler, result):
                lost -= statement.binds
                continue
            error = result.error_in_exec or result.error_before_exec
            if time.monotonic() > self.end and not isinstance(error, CellTimeout):
                error = CellTimeout(
                    "reached its time limit and was stopped."
                )  # the limit was reached while IPython handled the error, which catches everything
            first = first or error
            lost |= {name for name in before if self._is_lost(name, before[name])}
            if statement.binds or node is not nodelist[-1] or "get_ipython" in statement.needs or _reaches_out(error):
                self.note_stop(node.lineno, error)
            if isinstance(error, CellTimeout):
                self.note_stop(node.lineno, error)
                break
        result.error_before_exec, result.error_in_exec = None, first
        return first is not None

    def _is_lost(self, name, before):
        """Whether a failed statement has left a name without a value or with its old one; an old module still works."""
        value = self.user_ns.get(name)
        return value is before and not isinstance(value, types.ModuleType)

    def note_stop(self, line, error):
        """Note where the cell stopped; only the first error of each line counts."""
        line = _line_in_cell_magic(error) or line
        if line not in [row[0] for row in self.stops] and len(self.stops) < MAX_STOPS:
            self.stops.append([line, type(error).__name__[:100], _words_of(error)])

    def _showtraceback(self, etype, evalue, stb):
        OUTPUTS.add(
            {
                "output_type": "error",
                "ename": str(getattr(etype, "__name__", etype))[:200],
                "evalue": str(evalue)[:2000],
                "traceback": [line[:5000] for line in stb[:60]],
            }
        )

    def _tee(self, channel):
        """Make no second copy of printed text: IPython would keep one without a limit."""
        return contextlib.nullcontext()

    def _format_exception_for_storage(self, *_, **__):
        """Keep no second copy of a traceback: to format it takes as long as to run ten cells."""
        return {}


def _copes(node):
    """Whether a statement can go on if a name is missing."""
    return isinstance(node, ast.Try) and bool(node.handlers)


def _line_in_cell_magic(error):
    """Return the line at which the code below ``%%time`` stopped; 0 for other errors."""
    trace, line = getattr(error, "__traceback__", None), 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in ("<timed exec>", "<timed eval>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _chain(error):
    """Return an error and those that led to it."""
    chain = []
    while error is not None and not any(error is other for other in chain):
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _reaches_out(error):
    """Whether a statement failed at something outside the notebook: a file, the network, another process."""
    return any(isinstance(inner, OSError) for inner in _chain(error))


def _words_of(error):
    """Return an error's message; in a chain of errors, a `Forbidden` one explains most."""
    error = [error, *(inner for inner in _chain(error) if isinstance(inner, stand_ins.Forbidden))][-1]
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(str(text).split())[:200]


KEPT = {}  # the lesson's own imports, by name: they stay even if a cell deletes them


def keep_imports(shell, sources):
    """Make sure that the names which some cells import exist after every cell."""
    names = {
        name for source in sources for line in imports_of(source) for part in statements(line) for name in part.binds
    }
    KEPT.update({name: shell.user_ns[name] for name in names & set(shell.user_ns)})


def make_shell():
    """Create the shell; Matplotlib's figures are shown in the notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "Linux"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    shell.set_hook("show_in_pager", stand_ins.nothing, 0)  # the pager's text is not part of a notebook's outputs
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "inline")
    cell_log.follow(shell)
    # for each frame of a traceback a lexer is made, and for each traceback a style: always the same ones
    words.get = functools.cache(words.get)
    stack_data.style_with_executing_node = functools.cache(stack_data.style_with_executing_node)
    return shell


def show_an_error(shell):
    """Import what shows a traceback, which takes as long as to run a hundred cells."""
    source = "def fails():\n    raise ValueError\nfails()"
    try:
        exec(compile(source, shell.compile.cache(source), "exec"), {})
    except ValueError:
        shell.showtraceback()
    for name in ("last_type", "last_value", "last_traceback"):
        delattr(sys, name)


def within(seconds, action):
    """Run `action`, and interrupt it with `CellTimeout` if it takes longer."""

    def over(*_):
        raise CellTimeout(f"ran longer than {seconds:g} seconds and was stopped.")

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def run_cell(shell, source, seconds, limit):
    """Run one cell.

    Parameters
    ----------
    shell : Shell
    source : str
    seconds : float
        Wall-clock limit. The cell is then interrupted; what it has defined so far stays.
    limit : int
        Characters of output that are kept.

    Returns
    -------
    outputs : list of dict
        In nbformat's form.
    stops : list of list
        Where it stopped: line, kind of error, message.
    """
    OUTPUTS.start(limit)
    shell.stops, shell.end = [], time.monotonic() + seconds
    stdout, stderr = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    try:
        result = within(seconds, lambda: shell.run_cell(source, store_history=True))
        if isinstance(result.error_before_exec, SyntaxError):
            shell.note_stop(result.error_before_exec.lineno or 0, result.error_before_exec)
    except BaseException as error:
        with contextlib.suppress(BaseException):
            shell.note_stop(0, error)
            shell._showtraceback(type(error), error, [f"{type(error).__name__}: This cell {error}"])
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()  # a student's own wrapper may hold text back
        sys.stdout, sys.stderr = stdout, stderr
    for name, value in KEPT.items():
        shell.user_ns.setdefault(name, value)
    return OUTPUTS.items, shell.stops
