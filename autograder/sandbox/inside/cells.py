"""Runs notebook cells in an IPython shell of this process and keeps their outputs as nbclient would have stored them."""

import ast
import base64
import contextlib
import io
import math
import signal
import sys
import time
import types

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.sandbox.inside import kernel, stand_ins
from lessonkit import cell_log
from lessonkit.statements import imports_of, statement_of, statements

MAX_ITEMS, MAX_STOPS = 400, 50


class CellTimeout(BaseException):
    """The cell ran longer than a cell may. Derived from BaseException, so that `except Exception` lets it pass."""


class Outputs:
    """The outputs of the cell that runs now, up to a limit."""

    def __init__(self):
        self.start(0)

    def start(self, limit):
        self.items, self.left, self.by_display_id, self.clearing = [], limit, {}, False

    def stream(self, name, text):
        """Add text. As with nbclient, each stream is one output between others, and stdout comes first."""
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
        if size > self.left and not is_error:  # how a cell came to its end is told in any case
            return
        self.left = max(0, self.left - size)
        self._clear_if_asked()
        self.items.append(output)
        if display_id is not None:
            self.by_display_id[display_id] = output

    def update(self, display_id, data, metadata):
        """Replace what was displayed under a name."""
        if display_id in self.by_display_id and (size := _size(data)) <= self.left:
            self.left -= size
            self.by_display_id[display_id].update(data=data, metadata=metadata)

    def clear(self, wait):
        """Remove everything: now, or (`wait`) when something new comes."""
        self.clearing = True
        if not wait:
            self._clear_if_asked()

    def _clear_if_asked(self):
        if self.clearing:
            self.items, self.clearing = [], False


def _size(data):
    """How many characters a MIME bundle counts as: pictures are large and few."""
    return 100 + sum(len(str(value)) for value in data.values()) // 20


OUTPUTS = Outputs()


def jsonable(data):
    """A MIME bundle with bytes as base64 text."""
    return {
        key: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for key, value in data.items()
    }


class Stream(io.TextIOBase):
    """Stands in for stdout or stderr."""

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
        return 1 if self._name == "stdout" else 2  # which lead nowhere: what is written there is not shown

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        OUTPUTS.stream(self._name, text)
        return len(text)


class Bytes(io.BufferedIOBase):
    """What stands below a `Stream`: bytes that are written to it are its text."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def writable(self):
        return True

    def write(self, data):
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)


class Publisher(DisplayPublisher):
    """Keeps what is displayed."""

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


class Shell(kernel.KernelLike, InteractiveShell):
    """An IPython shell that keeps the outputs of its cells, and goes on after a statement that fails.

    Attributes
    ----------
    stops : list of list
        Where the cell that ran last stopped, when a name was lost with it: line, kind of error, message.
    end : float
        When the cell must be done, on `time.monotonic`'s clock.
    """

    stops = ()
    end = math.inf

    async def run_ast_nodes(self, nodelist, cell_name, interactivity="last_expr", compiler=compile, result=None):
        """Run a cell's statements. One that fails takes along those that need what it would have defined, no others."""
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
                    "ran longer than it may and was stopped."
                )  # it came while IPython was busy with the error, which lets nothing through
            first = first or error
            lost |= {name for name in before if self._is_lost(name, before[name])}
            if statement.binds or node is not nodelist[-1] or "get_ipython" in statement.needs:
                self.note_stop(node.lineno, error)
            if isinstance(error, CellTimeout):
                self.note_stop(node.lineno, error)
                break
        result.error_before_exec, result.error_in_exec = None, first
        return first is not None

    def _is_lost(self, name, before):
        """Whether a statement that failed has left a name without a value, or with its old one; a module is as good as ever."""
        value = self.user_ns.get(name)
        return value is before and not isinstance(value, types.ModuleType)

    def note_stop(self, line, error):
        """Note where the cell stopped; of what goes wrong in one line, the first."""
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
        """No second copy of all that is printed: IPython keeps one without limit."""
        return contextlib.nullcontext()


def _copes(node):
    """Whether a statement has a way to go on where a name is missing."""
    return isinstance(node, ast.Try) and bool(node.handlers)


def _line_in_cell_magic(error):
    """The line at which the code below ``%%time`` stopped; 0 for other errors."""
    trace, line = getattr(error, "__traceback__", None), 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in ("<timed exec>", "<timed eval>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _words_of(error):
    """What an error says; of several that led to each other, what is forbidden here says most."""
    seen, inner = set(), error
    while inner is not None and id(inner) not in seen:
        if isinstance(inner, stand_ins.Forbidden):
            error = inner
        seen.add(id(inner))
        inner = inner.__cause__ or inner.__context__
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(str(text).split())[:200]


KEPT = {}  # what the lesson itself imports, by name: it stays, whatever cells do to it


def keep_imports(shell, sources):
    """From now on the names that some cells import are there after every cell."""
    names = {
        name for source in sources for line in imports_of(source) for part in statements(line) for name in part.binds
    }
    KEPT.update({name: shell.user_ns[name] for name in names & set(shell.user_ns)})


def make_shell():
    """The shell, with Matplotlib's figures shown in the notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "Linux"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    shell.set_hook("show_in_pager", stand_ins.nothing, 0)  # the notebook's pager is no part of its outputs
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "inline")
    cell_log.follow(shell)
    return shell


def within(seconds, action):
    """Do `action`; raise `CellTimeout` in the middle of it when it takes longer."""

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
        Wall-clock limit. After it the cell is interrupted and what it has defined so far stays.
    limit : int
        Characters of output that are kept.

    Returns
    -------
    outputs : list of dict
        In nbformat's words.
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
            sys.stdout.flush()  # a wrapper of the student's own keeps text back
        sys.stdout, sys.stderr = stdout, stderr
    for name, value in KEPT.items():
        shell.user_ns.setdefault(name, value)
    return OUTPUTS.items, shell.stops
