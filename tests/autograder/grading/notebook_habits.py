"""What people add to notebooks although no exercise needs it, and what editors write into a cell's metadata."""

LINES = (
    "!pip install numpy", "%pip install -q numpy", "x = !ls", "%cd ..", "%matplotlib widget", "%matplotlib inline", "%autosave 0",
    "%load_ext autoreload\n%autoreload 2", "%config InlineBackend.figure_format = 'retina'", "%env OMP_NUM_THREADS=1",
    "import pandas as pd", "import torch, os", "from google.colab import drive\ndrive.mount('/content/drive')",
    "import matplotlib; matplotlib.use('TkAgg')", "import seaborn as sns\nsns.set_theme()", "import getpass; getpass.getuser()",
    "import os; os.nice(0); os.environ['PATH']", "import subprocess; subprocess.run(['ls'])", "await __import__('asyncio').sleep(0)",
    "import socket; socket.create_connection(('example.com', 80))", "import multiprocessing as mp; pool = mp.Pool(2)",
    "name = input('name: ')", "import warnings; warnings.simplefilter('error')", "np.seterr(all='raise')", "del np", "exit()",
    "raise SystemExit", "import sys; sys.exit(0)", "from numpy import *", "import os; os.chdir('/content')", "1 / 0", "%reset -f",
    "assert False", "x: int = 'five'", "%lsmagic", "?len", "len?", "import sys; sys.setrecursionlimit(10_000)", "undefined_name",
    "print('caf\\u00e9 \\N{SNOWMAN}')", "plt.show()", "import numpy as np, pandas as pd", "%%time", "%%capture", "# %%",
    "import os; os._exit(0)", "from __future__ import annotations", "%run helpers.py", "breakpoint()", "this is no Python",
)  # fmt: skip
EDITORS = {
    "vscode": lambda index: {"vscode": {"languageId": "python"}},
    "colab": lambda index: {"id": f"a{index}", "colab": {"base_uri": "https://x/"}, "outputId": "b", "executionInfo": {"user": {}}},
    "deepnote": lambda index: {"cell_id": f"c{index}", "deepnote_cell_type": "code", "source_hash": "5", "is_code_hidden": False},
    "kaggle": lambda index: {"_uuid": f"d{index}", "_cell_guid": "e", "trusted": True, "execution": {"iopub.status.busy": "x"}},
    "pycharm": lambda index: {"pycharm": {"name": "#%%\n", "is_executing": False}, "collapsed": False},
    "lab": lambda index: {"jupyter": {"source_hidden": True}, "editable": True, "slideshow": {"slide_type": "slide"}, "tags": ["x"]},
    "ExecuteTime": lambda index: {"ExecuteTime": {"start_time": "2026-01-01"}, "hidden": True, "scrolled": "auto", "lines_to_next_cell": 2},
    "odd": lambda index: {"tags": {"a": 1}, "name": 5, "deletable": "no", "nbgrader_": {}},
}  # fmt: skip
