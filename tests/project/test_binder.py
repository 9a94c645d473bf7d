"""On Binder, JupyterLab starts without nbgrader's tools for instructors, and with its button "Validate"."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from checkout import checkout

PIP = '#!/bin/bash\nif [ "${1-} ${2-}" = "-m pip" ]; then echo "$@" >> %s; else exec %s "$@"; fi\n'


@pytest.mark.skipif(sys.platform == "win32", reason="Binder's machines have Linux")
def test_the_first_screen_on_binder_is_a_students(tmp_path):
    """The environment's packages are the ones here, so what pip is asked for is only noted."""
    course, prefix, noted = checkout(tmp_path / "course"), tmp_path / "env", tmp_path / "pip.txt"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", prefix], check=True)
    (tmp_path / "python").write_text(PIP % (noted, prefix / "bin" / "python"))
    (tmp_path / "python").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "postBuild"], cwd=course, env={**os.environ, "PATH": path}, check=True)
    assert noted.read_text() == "-m pip install --no-deps --editable .\n"

    disabled = disabled_in_lab(course, {**os.environ, "JUPYTER_CONFIG_PATH": str(prefix / "etc" / "jupyter")})
    assert {"@jupyter/nbgrader:create-assignment", "@jupyter/nbgrader:menu", "@jupyter/nbgrader:formgrader"} <= disabled
    assert not [name for name in disabled if "validate" in name]


def disabled_in_lab(folder, environment):
    """The extensions that are disabled in a JupyterLab that was started without any option that concerns them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.token=", f"--port={port}"],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/lab", timeout=30) as answer:
                    page = answer.read().decode()
                break
            except OSError:
                assert lab.poll() is None and time.monotonic() < end, "JupyterLab does not answer"
                time.sleep(0.1)
    finally:
        lab.terminate()
        lab.wait(timeout=60)
    settings = re.search(r'id="jupyter-config-data" type="application/json">\s*(.*?)\s*</script>', page, re.DOTALL)
    return set(json.loads(settings[1])["disabledExtensions"])
