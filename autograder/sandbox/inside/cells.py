"""Runs notebook cells in an IPython shell of this process and keeps their outputs as nbclient would have stored them."""

import base64
import contextlib
import io
import signal
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MAX_ITEMS = 400


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
        data = output.get("data", {})
        size = 100 + sum(len(str(value)) for value in data.values()) // 20  # pictures are large and few
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
        if display_id in self.by_display_id:
            self.by_display_id[display_id].update(data=data, metadata=metadata)

    def clear(self, wait):
        """Remove everything: now, or (`wait`) when something new comes."""
        self.clearing = True
        if not wait:
            self._clear_if_asked()

    def _clear_if_asked(self):
        if self.clearing:
            self.items, self.clearing = [], False


OUTPUTS = Outputs()


def jsonable(data):
    """A MIME bundle with bytes as base64 text."""
    return {
        key: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for key, value in data.items()
    }


class Stream(io.TextIOBase):
    """Stands in for stdout or stderr."""

    encoding = "utf-8"

    def __init__(self, name):
        super().__init__()
        self._name = name

    def writable(self):
        return True

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        OUTPUTS.stream(self._name, text)
        return len(text)


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


class Shell(InteractiveShell):
    """An IPython shell that keeps the outputs of its cells."""

    def _showtraceback(self, etype, evalue, stb):
        OUTPUTS.add(
            {
                "output_type": "error",
                "ename": str(getattr(etype, "__name__", etype))[:200],
                "evalue": str(evalue)[:2000],
                "traceback": [line[:5000] for line in stb[:60]],
            }
        )

    def enable_gui(self, gui=None):
        pass

    def _tee(self, channel):
        """No second copy of all that is printed: IPython keeps one without limit."""
        return contextlib.nullcontext()


def make_shell():
    """The shell, with Matplotlib's figures shown in the notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "Linux"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "inline")
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
    list of dict
        Outputs in nbformat's words.
    """

    OUTPUTS.start(limit)
    stdout, stderr = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    try:
        within(seconds, lambda: shell.run_cell(source, store_history=True))
    except BaseException as error:
        with contextlib.suppress(BaseException):
            shell._showtraceback(type(error), error, [f"{type(error).__name__}: This cell {error}"])
    finally:
        sys.stdout, sys.stderr = stdout, stderr
    return OUTPUTS.items
