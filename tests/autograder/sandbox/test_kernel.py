"""A session runs a notebook like a kernel. If something cannot be done here, the output says so, and the cell goes on."""

import importlib.util
import json

import numpy as np
import pytest

from autograder.course import COURSE
from autograder.grading.cells import opening
from autograder.sandbox import protections, session
from autograder.sandbox.budget import Budget
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside.lockdown import Limits
from autograder.sandbox.session import MAX_STOPS, Stop, clean_reply
from lessonkit.engine.host import StudentError
from lessonkit.statements import imports_of

LESSON = "02_mse"
RELEASED = json.loads((COURSE / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))

# Code that runs as at home, or is skipped: a cell's source, and what its outputs show
GOES = {
    "x = !ls\nprint(len(x))": "not run here: !ls\n0",
    "!!ls": "not run here: !ls",
    "!pip install pandas": "not run here: !pip install pandas",
    "%pip install -q pandas": "not run here: %pip install -q pandas",
    "%conda install pandas": "not run here: %conda",
    "def f():\n    !ls | head\n    x = !ls\n    return x\nprint(f())": "not run here: !ls | head",
    "if True:\n    !pip install x\n    %cd ..": "not run here: %cd ..",
    "get_ipython().system('ls')": "not run here: !ls",
    "get_ipython().magic('pip install x')": "not run here: %pip install x",
    "%time f = sum([1])": "Wall time",
    "x = %time sum([1, 2])\nprint(x)": "3",
    "%timeit -n 1 -r 1 sum([1])": "loop",
    "%load_ext autoreload\n%autoreload 2": "not run here: %autoreload 2",
    "%load_ext no_such_extension": "No module named 'no_such_extension'",
    "%env OMP_NUM_THREADS=1\nimport os; print(os.environ['OMP_NUM_THREADS'])": "1",
    "%autosave 60": "not run here: %autosave 60",
    "%cd ..": "not run here: %cd ..",
    "%pwd": "",
    "%debug": "not run here: %debug",
    "%config InlineBackend.figure_format = 'retina'": "",
    "%matplotlib notebook": "",
    "%matplotlib widget": "",
    "%matplotlib qt": "",
    "%pylab inline": "",
    "%reset -f\nnp.zeros(1)": "not run here: %reset -f",
    "import numpy\nnumpy.sum?": "",
    "import os\nos.environ['HOME'], os.environ['PATH'], os.environ['USER'], os.environ['PWD']": "",
    "import os\nprint(os.getlogin(), os.cpu_count() > 0)": "student True",
    "import pwd, grp, os\nprint(pwd.getpwuid(os.getuid())[0], grp.getgrgid(os.getgid())[0])": "student student",
    "import getpass\nprint(getpass.getuser())": "student",
    "import pathlib\nprint(pathlib.Path.home() == pathlib.Path.cwd())": "True",
    "import os\nos.nice(5), os.setpriority(os.PRIO_PROCESS, 0, 5)": "",
    "import psutil\nprint(psutil.cpu_count() > 0, psutil.virtual_memory().total)": "True 3221225472",
    "import psutil\nprint(psutil.Process().memory_info().rss > 0, psutil.cpu_percent())": "True",
    "import platform\nplatform.platform(), platform.node(), platform.processor()": "",
    "import socket\nsocket.gethostname(), socket.getfqdn()": "",
    "import multiprocessing\nprint(multiprocessing.cpu_count() > 0)": "True",
    "import multiprocessing as mp\nq = mp.Queue(); q.put(5); print(q.get())": "5",
    "from multiprocessing.pool import ThreadPool\nprint(ThreadPool(2).map(abs, [-1]))": "[1]",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as e: print(list(e.map(abs, [-2])))": "[2]",
    "import threading\nt = threading.Thread(target=lambda: print('in it')); t.start(); t.join()": "in it",
    "import joblib\nprint(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in [-3]))": "[3]",
    "import sys\nprint(sys.stdout.fileno(), sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.name)": "1 False utf-8",
    "import sys\nsys.stdout.buffer.write(b'bytes')": "bytes",
    "import sys\nsys.stdout.reconfigure(encoding='utf-8')": "",
    "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, 'utf-8')\nprint('wrapped')": "wrapped",
    "import faulthandler\nfaulthandler.enable()": "",
    "import argparse\nargparse.ArgumentParser().parse_args()": "",
    "breakpoint()\nimport pdb; pdb.set_trace()": "not run here: breakpoint()",
    "exit()": "not run here: exit",
    "quit()": "not run here: exit",
    "import matplotlib\nmatplotlib.use('TkAgg', force=True)": "",
    "import matplotlib.pyplot as plt\nplt.switch_backend('QtAgg'); plt.plot([1]); plt.show()": "Figure",
    "import tkinter": "",
    "import asyncio\nasync def f(): return 4\nprint(asyncio.run(f()))": "4",
    "import asyncio\nprint(await asyncio.gather(asyncio.sleep(0, 5), asyncio.to_thread(lambda: 6)))": "[5, 6]",
    "import asyncio\nloop = asyncio.get_event_loop(); print(loop.run_until_complete(asyncio.sleep(0, 7)))": "7",
    "import contextlib\n@contextlib.asynccontextmanager\nasync def c(): yield 8\nasync with c() as v: print(v)": "8",
    "async def g(): yield 9\nprint([i async for i in g()])": "[9]",
    "import asyncio\nloop = asyncio.SelectorEventLoop(); print(loop.run_until_complete(asyncio.sleep(0, 8)))": "8",
    "import asyncio, threading\nasync def f(): print(await asyncio.sleep(0, 9))\n"
    "t = threading.Thread(target=asyncio.run, args=(f(),)); t.start(); t.join()": "9",
    "import asyncio\nloop, done = asyncio.get_event_loop(), asyncio.Event()\n"
    "async def f():\n    await asyncio.to_thread(loop.call_soon_threadsafe, done.set)\n"
    "    print(await asyncio.wait_for(done.wait(), 5))\nawait f()": "True",
    "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(8) as pool: print(sum(pool.map(abs, range(-9, 0))))": "45",
    "from tqdm.auto import tqdm\nprint(sum(tqdm(range(4))))": "6",
    "import nest_asyncio\nnest_asyncio.apply()": "",
    "import warnings\nwarnings.simplefilter('error')": "",
    "np.seterr(all='raise')": "",
    "import sys\nsys.setrecursionlimit(10**6)": "",
    "import os\nos.chdir('..')": "",
    "from numpy import *": "",
    "import numpy as np\ndel np": "",
    "from ipywidgets import interact\n@interact(x=(0, 10))\ndef f(x=3): print(x)": "interactive",
    "from tqdm.notebook import tqdm\nfor i in tqdm(range(3)): pass": "0/3",
    "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'": "",
}  # fmt: skip
WHOLE_CELLS = {
    "%%bash\npip install x": "not run here: %%bash",
    "%%sh\nls": "not run here: %%sh",
    "%%writefile helper.py\ny = 10": "Writing helper.py",
    "%%html\n<b>bold</b>": "HTML",
    "%%javascript\nalert(1)": "Javascript",
    "%%time\nprint('timed')": "timed",
    "%%capture\nprint('not shown')": "",
}
# Code that cannot run: a cell's source, the line that stops, and what the student reads
STOPS = {
    "import pandas as pd\ndf = pd.DataFrame()": (1, "No module named 'pandas'"),
    "x = 1\nfrom google.colab import drive, files\ndrive.mount('/content/drive')": (2, "No module named 'google'"),
    "import subprocess\nsubprocess.run(['ls'])": (2, "Another program cannot be started here"),
    "import os\nos.system('ls')": (2, "Another process cannot be started here"),
    "import os\nos.popen('ls').read()": (2, "Another process cannot be started here"),
    "import os\nos.fork()": (2, "Another process cannot be started here"),
    "import multiprocessing as mp\nwith mp.Pool(2) as p: p.map(abs, [1])": (2, "Another process cannot be started here"),
    "import multiprocessing as mp\np = mp.Process(target=print); p.start(); p.join()": (2, "Another process cannot be"),
    "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as e: list(e.map(abs, [1]))": (2, "Another"),
    "from multiprocessing.shared_memory import SharedMemory\nSharedMemory(create=True, size=8)": (2, "Memory cannot be shared"),
    "import socket\ns = socket.socket()": (2, "The network cannot be used here"),
    "import urllib.request\nurllib.request.urlopen('http://example.com')": (2, "The network cannot be used here"),
    "import requests\nrequests.get('http://example.com')": (2, "The network cannot be used here"),
    "name = input('your name? ')": (1, "input() cannot be used here: nobody is there to answer"),
    "import getpass\ngetpass.getpass()": (2, "nobody is there to answer"),
    "import tkinter\nroot = tkinter.Tk()": (2, ""),
    "import sys\nsys.exit()": (2, "SystemExit"),
    "raise SystemExit": (1, "SystemExit"),
    "raise KeyboardInterrupt": (1, "KeyboardInterrupt"),
    "import warnings\nwarnings.simplefilter('error')\nwarnings.warn('x')": (3, "UserWarning: x"),
    "import numpy as np\nnp.seterr(all='raise')\nnp.log(np.zeros(1))": (3, "divide by zero"),
    "import os\nos.chdir('/content')": (2, "No such file or directory: '/content'"),
    "import numpy as np\nX = np.load('data/train.npy')": (2, "No such file"),
    "%run helper.py": (1, "File `'helper.py'` not found"),
    "x = {}\nx['key']": (2, "KeyError: 'key'"),
    "return 5": (1, "'return' outside function"),
}  # fmt: skip


def cases(sources):
    """Return sources as parameters of a test. Some Linux systems, such as Debian, have a Python without tkinter."""
    lacks = pytest.mark.skipif(not importlib.util.find_spec("tkinter"), reason="tkinter is not installed")
    return [pytest.param(source, marks=lacks if "tkinter" in source else ()) for source in sources]


def shown(outputs):
    """Return everything that a cell's outputs say, as one text."""
    return "".join(
        output.get("text", output.get("evalue", "")) or str(output.get("data", {}).get("text/plain"))
        for output in outputs
    )


@pytest.fixture(scope="module")
def fork_server():
    if protections.missing():
        pytest.skip(f"needs every protection of Linux; missing here: {protections.missing()}")
    prelude = [line for source in opening(RELEASED) for line in imports_of(source)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "GRACE", 0.5)
        with ForkServer(LESSON, Limits(cell=8), prelude=prelude) as fork_server:
            yield fork_server


@pytest.fixture
def run(fork_server):
    """Run cells in one session; return what the last one showed, and where it stopped."""
    opened = fork_server.session()

    def run_cells(*sources):
        for source in sources:
            outputs, stops = opened.run(source)
        return shown(outputs), stops

    yield run_cells
    opened.close()
    assert not opened.flags


@pytest.mark.parametrize("source", cases(GOES))
def test_what_runs_in_a_kernel_stops_no_cell_here(source, run):
    text, stops = run(f"{source}\nprint('went on')")
    assert not stops and GOES[source] in text and "went on" in text


@pytest.mark.parametrize("source", WHOLE_CELLS)
def test_magics_of_a_whole_cell(source, run):
    text, stops = run(source)
    assert not stops and WHOLE_CELLS[source] in text and "not shown" not in text


@pytest.mark.parametrize("source", cases(STOPS))
def test_what_cannot_be_done_says_why_and_the_cell_goes_on(source, run):
    text, stops = run(f"{source}\ndef answer():\n    return 'went on'\nprint(answer())")
    line, words = STOPS[source]
    assert [stop.line for stop in stops] == [line] and words in str(stops[0])
    assert "went on" in text


def test_a_file_that_a_cell_has_written_can_be_imported_and_run(run):
    assert (
        "11 12" in run("%%writefile helper.py\ny = 11\nz = 12", "import helper\n%run helper.py\nprint(helper.y, z)")[0]
    )


def test_what_the_lesson_imports_is_always_there(run):
    text, stops = run("del np, standardize, check", "print(np.ones(1), standardize.__name__)")
    assert text == "[1.] standardize\n" and not stops


def test_a_lost_name_takes_along_only_what_reads_it_at_once(run):
    text, stops = run(
        "import pandas as pd\n"
        "table = pd.DataFrame()\n"
        "rows = len(table)\n"
        "def later():\n    return pd.DataFrame()\n"
        "class Later:\n    def __call__(self):\n        return pd\n"
        "try:\n    pd.DataFrame()\nexcept NameError:\n    print('caught')\n"
        "def decorated(x=pd.NA):\n    pass\n"
        "rows = 5\n"
        "print(rows, callable(later), Later().__class__.__name__, 'decorated' in globals())"
    )
    assert text.endswith("caught\n5 True Later False\n") and len(stops) == 1


def test_a_statement_that_fails_halfway_keeps_what_it_has_defined(run):
    text, stops = run(
        "import numpy as np, pandas as pd\n"
        "np.newfunction[0] = 5\n"
        "import numpy.nothing\n"
        "for i in range(3):\n    seen = i\n    1 / (1 - i)\n"
        "print(np.ones(1), seen)"
    )
    assert text.endswith("[1.] 1\n") and [stop.line for stop in stops] == [1, 2, 3, 4]


def test_only_the_last_expression_is_shown(run):
    text, _ = run("1\nimport pandas\n2\n3")
    assert "3" in text and "2" not in text
    assert run("4\nimport pandas")[0] == "No module named 'pandas'"


def test_a_failure_at_the_very_end_loses_nothing_and_is_no_stop(run):
    assert run("x = 1\nprint(x / 0)")[1] == []


@pytest.mark.parametrize(
    "source, words",
    [
        ("print(open('.secret_seed').read())", "No such file or directory: '.secret_seed'"),
        ("open('/etc/hostname', 'w')", "/etc/hostname"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80))", "The network cannot be used here"),
        ("import os\nwhile True:\n    os.fork()", "Another process cannot be started here"),
        (
            "try:\n    import os; os.fork()\nexcept OSError:\n    raise ValueError('other words')",
            "Another process cannot be started here",
        ),
    ],
)
def test_what_lies_outside_the_notebook_is_a_stop_at_the_very_end_too(source, words, run):
    (stop,) = run(source)[1]
    assert words in str(stop)


def test_a_cell_that_is_no_python_says_at_which_line(run):
    for source, line, words in [
        ("x = 1\ndef f(:\n    pass", 2, "invalid syntax"),
        ("x = 1\n  y = 2", 2, "unexpected indent"),
        ("if x:\n        y = 1\n\tz = 2", 3, "tab"),
    ]:
        (stop,) = run(source)[1]
        assert stop.line == line and words in str(stop)


def test_lines_below_a_cell_magic_are_those_of_the_cell(run):
    assert [stop.line for stop in run("%%time\nx = 1\nimport pandas\ny = 2")[1]] == [3]
    assert [stop.line for stop in run("%%capture\nx = 1\nimport pandas\ny = 2")[1]] == [3]


def test_a_definition_below_a_magic_that_is_not_here_is_told(run):
    (stop,) = run("%%cython\ndef mse_loss(x, y):\n    return 0")[1]
    assert str(stop) == ' at line 1: "%%cython cannot be used here, and its cell was not run"'


@pytest.mark.parametrize(
    "source", ["while True: pass", "import time\ntime.sleep(100)", "x = [i for i in iter(int, 1)]"]
)
def test_time_ends_a_cell_and_nothing_goes_on(source, fork_server, monkeypatch):
    monkeypatch.setattr(fork_server, "limits", Limits(cell=8))
    opened = fork_server.session()
    outputs, (stop,) = opened.run(
        f"import signal; signal.setitimer(signal.ITIMER_REAL, 0.3)\n{source}\nprint('went on')"
    )
    assert stop.kind == "CellTimeout" and "was stopped" in str(stop) and "went on" not in shown(outputs)
    assert shown(opened.run("print('the next')")[0]) == "the next\n"
    opened.close()


def test_an_error_comes_with_its_explanation(fork_server):
    opened = fork_server.session()
    opened.run("def affine_forward(x, w, b):\n    return x @ w + b")
    with pytest.raises(StudentError) as caught:
        opened.call("affine_forward", (np.ones((4, 3)), np.ones((5, 3)), np.ones(3)))
    assert caught.value.where == "line 2: return x @ w + b" and "`x`" not in caught.value.message
    assert caught.value.explanation.startswith("In `x @ w`, `x` has shape (4, 3) and `w` has shape (5, 3).")
    opened.close()


def test_failures_without_end_are_ended_and_a_few_of_them_told(fork_server):
    opened = fork_server.session()
    failing = [f"x{number} = missing{number}" for number in range(2000)]
    assert len(opened.run("\n".join(failing[:30]))[1]) == MAX_STOPS
    start = "import time\nget_ipython().end = time.monotonic() - 1"
    (stop,) = opened.run("\n".join([start, *failing]))[1]
    assert stop.kind == "CellTimeout" and stop.line == 3
    opened.close()


@pytest.mark.parametrize(
    "reply",
    ["", "5", "[]", "null", "{", '{"outputs": 5}', '{"stops": []}', '{"outputs": {}, "stops": 5}', "[" * 10_000, None, 5, b"{}"],
    ids=range(12),
)  # fmt: skip
def test_a_reply_that_makes_no_sense_is_flagged(reply):
    flags = []
    assert clean_reply(reply, flags) == ([], []) and len(flags) == 1


@pytest.mark.parametrize("levels", [10, 60, 900])
def test_an_output_with_too_many_levels_is_left_out(levels):
    """nbformat and other readers of notebooks recurse into each level, and would fail there."""
    nested = "[" * levels + "]" * levels
    shown = (
        f'{{"output_type": "display_data", "data": {{"application/json": {nested}}}, "metadata": {{"a": {nested}}}}}'
    )
    outputs, _ = clean_reply(f'{{"outputs": [{shown}]}}', [])
    assert [bool(output["data"]) for output in Budget().kept(outputs)] == [levels == 10]


def test_stops_are_rebuilt_from_what_a_session_says():
    rows = [
        5, [], [1, "A"], [1.5, "A", "b"], [True, "A", "b"], [1, None, "b"], [1, "A", ["b"]], {"line": 1},
        [-3, "A", "one\n\ntwo\x1b[31m\u202e three"], [10**30, "A" * 999, "b" * 999], *[[7, "A", "b c"]] * 50,
    ]  # fmt: skip
    flags = []
    _, stops = clean_reply(json.dumps({"outputs": [], "stops": rows[7:]}), flags)
    assert stops[:2] == [Stop(0, "A", "one two[31m three"), Stop(0, "A" * 100, "b" * 200)]
    assert len(stops) == MAX_STOPS - 1 and not flags
    assert clean_reply(json.dumps({"outputs": [], "stops": rows[:8]}), flags)[1] == []
    assert str(stops[0]) == ': "one two[31m three"' and str(stops[2]) == ' at line 7: "b c"'
