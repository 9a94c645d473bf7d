"""In a real kernel, each report is shown once, as text too, and an interrupted check says so in one line."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

from lessonkit.engine.check import points_of

SETUP = "import numpy as np\nfrom lessonkit import check"
EMPTY = "def mse_loss(x, y):\n    raise NotImplementedError()"
EMPTY_REPORT = "mse_loss is still empty. Write your code in the cell above in place of"


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    run(client, SETUP)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, source, interrupt=None, silent=False):
    """Return what a cell shows: its messages, each as type and content."""
    request = client.execute(source, silent=silent, allow_stdin=False)
    messages = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            client.get_shell_msg(timeout=60)
            return messages
        if kind == "stream" and interrupt and "working" in content["text"]:
            time.sleep(0.5)
            interrupt()
        if kind in ("stream", "execute_result", "error", "display_data"):
            messages.append((kind, content))


def text(messages):
    """Return what a front end shows that knows only plain text."""
    parts = [
        content["text"] if kind == "stream" else "\n".join(content["traceback"]) if kind == "error" else content["data"]["text/plain"]
        for kind, content in messages
    ]  # fmt: skip
    return "\n".join(parts)


@pytest.mark.parametrize(
    "source, times",
    [
        ("check('mse_loss')", 1),
        ("check('mse_loss');", 1),
        ("check('mse_loss')\nx = 1", 1),
        ("check('mse_loss')\nx = 1\nx", 1),
        ("for _ in range(3): check('mse_loss')", 3),
        ("for _ in range(3): r = check('mse_loss')", 3),
        ("r = check('mse_loss')", 1),
        ("r = check('mse_loss')\nr", 1),
        ("print(check('mse_loss'))", 1),
        ("from IPython.display import display\ndisplay(check('mse_loss'))", 1),
        ("points = float(check('mse_loss'))", 1),
        ("get_ipython().displayhook.cache_size = 0\ncheck('mse_loss')", 1),
        ("check('mse_loss')\n1 / 0", 1),
    ],
)
def test_a_report_is_shown_once(kernel, source, times):
    run(kernel[1], EMPTY)
    shown = text(run(kernel[1], source))
    assert shown.count(EMPTY_REPORT) == times, shown
    assert text(run(kernel[1], "len(check.__globals__['_unseen'])")) == "0"
    assert "mse_loss is still" not in text(run(kernel[1], "1 + 1"))


def test_text_is_the_report_and_html_says_the_same(kernel):
    run(kernel[1], "def mse_loss(x, y): return 0, x")
    ((kind, content),) = run(kernel[1], "check('mse_loss')")
    assert kind == "execute_result"
    assert content["data"]["text/plain"].startswith("mse_loss: ")
    assert "✗ fails" in content["data"]["text/plain"] and "✗ fails" in content["data"]["text/html"]
    assert points_of("mse_loss") > float(text(run(kernel[1], "float(_)"))) >= 0


def test_an_interrupted_check_says_so_in_one_line(kernel):
    manager, client = kernel
    run(client, "import sys\nstream = sys.stdout")  # a check does not show what the code prints
    run(client, "def mse_loss(x, y):\n    stream.write('working')\n    stream.flush()\n    while True: pass")
    start = time.monotonic()
    messages = run(client, "check('mse_loss')", interrupt=manager.interrupt_kernel)
    assert time.monotonic() - start < 9, "the check ran until its time limit"
    (error,) = [content for kind, content in messages if kind == "error"]
    assert error["traceback"] == ["The check of mse_loss was interrupted."]
    assert text(run(client, "1 + 1")) == "2"


def test_a_check_of_an_endless_loop_ends_by_itself(kernel):
    client = kernel[1]
    run(client, "def mse_loss(x, y):\n    while True: pass")
    run(client, "check.__globals__['seconds_for'] = lambda exercise: 1")
    start = time.monotonic()
    shown = text(run(client, "check('mse_loss')"))
    assert time.monotonic() - start < 20
    assert "mse_loss did not finish within 1 second. Is there a loop in it that never ends?" in shown
    assert "mse_loss did not finish within 1 second the last time, so it was not called again." in shown
    assert text(run(client, "print('still here')")).strip() == "still here"


def test_what_stopped_is_quoted(kernel):
    client = kernel[1]
    run(client, "def mse_loss(x, y)\n    return 1")
    assert "The cell that defines mse_loss stopped at line 1, `def mse_loss(x, y)`: SyntaxError" in text(run(client, "check('mse_loss')"))  # fmt: skip
    run(client, "def mse_loss(x, y):\n    z = x - y\n    raise NotImplementedError()")
    shown = text(run(client, "check('mse_loss')"))
    assert "`raise NotImplementedError()` is still in mse_loss, next to your code. Delete that line." in shown
    assert "is still in mse_loss" in text(run(client, "mse_loss(1, 2)"))
    run(client, "del np\ndef mse_loss(x, y):\n    return np.mean(x), x")
    assert "The cell at the top of the notebook imports np: run it first" in text(run(client, "check('mse_loss')"))
    run(client, SETUP)


def test_many_reports_are_not_kept(kernel):
    client = kernel[1]
    run(client, EMPTY)
    run(client, "for _ in range(200): check('mse_loss')")
    assert text(run(client, "len(check.__globals__['_unseen'])")) == "0"
