"""Every editor shows a report: as HTML if it can (JupyterLab, VS Code, PyCharm), and otherwise as text (Spyder, Python).

An output's MIME bundle holds several forms, and an editor shows the richest one that it knows. Every editor knows text.
"""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbconvert.exporters import ScriptExporter

from autograder.course import COURSE
from lessonkit import plots, report
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.notebook import Report
from lessonkit.progress import progress

ANSWERS = {
    "right": "def relu_forward(x): return np.maximum(x, 0.0), x",
    "wrong": "def relu_forward(x): return np.abs(x), x",
    "empty": "def relu_forward(x): raise NotImplementedError()",
}
# An editor's output must not run a script, ask another host, or convey something by color alone.
FORBIDDEN = re.compile(r"<script|<link|<iframe|https?://|@import|javascript:|\bon\w+=", re.IGNORECASE)


@pytest.fixture(scope="module")
def formatter():
    """Return what makes an object's MIME bundle in a kernel."""
    return InteractiveShell().display_formatter


def report_of(answer):
    space = {"np": np}
    exec(ANSWERS[answer], space)
    return Report(grade("relu_forward", LocalHost(space), expected_of("relu_forward")))


def shown(folder):
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots()
    axes.plot([0, 1])
    yield from map(report_of, ANSWERS)
    shutil.copy(COURSE / "solutions" / "02_mse" / "02_mse.ipynb", folder)  # beside it, the other lessons would run too
    yield progress(folder)
    yield plots.picture.Picture(fig, "a line that rises from 0 to 1")
    plt.close(fig)


def test_what_is_forbidden_is_seen():
    for html in ("<p onclick='x()'>", "<script>", '<img src="https://example.org/x.png">'):
        assert FORBIDDEN.search(html)


def test_everything_shown_has_text_and_html_that_needs_nothing(formatter, tmp_path):
    for thing in shown(tmp_path):
        bundle, metadata = formatter.format(thing)
        assert set(bundle) == {"text/plain", "text/html"} and metadata == {}
        assert len(bundle["text/plain"]) > 10 and not bundle["text/plain"].startswith("<")
        assert not FORBIDDEN.search(bundle["text/html"])
        json.dumps(bundle)  # the bundle travels as JSON


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_editor_of_text_alone_shows_the_whole_report(answer, formatter):
    thing = report_of(answer)
    words = report.text(thing.result)
    assert formatter.format(thing, include={"text/plain"})[0]["text/plain"] == words
    html = formatter.format(thing)[0]["text/html"]
    for outcome, sentence, _ in report.diagnoses(thing.result) if answer == "wrong" else ():
        assert outcome.title in words and report.set_code(sentence) in html


@pytest.mark.parametrize(
    "program", [["-m", "IPython", "--no-banner", "--simple-prompt", "-c", "%run script.py"], ["script.py"]]
)
def test_a_script_prints_each_report_once(program, tmp_path):
    """Spyder runs a file with IPython's ``%run``; PyCharm and VS Code run it with Python."""
    cells = "\n\n\n".join(f"{answer}\n\n\ncheck('relu_forward')" for answer in ANSWERS.values())
    source = f"import numpy as np\nfrom lessonkit import check\n\n{cells}\n"
    (tmp_path / "script.py").write_text(source, encoding="utf-8")
    done = subprocess.run([sys.executable, *program], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    headlines = {report.headline(report_of(answer).result) for answer in ANSWERS}
    assert [done.stdout.count(headline) for headline in headlines] == [1, 1, 1], done.stdout + done.stderr


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """A solved lesson as a script."""
    folder, name = tmp_path_factory.mktemp("script"), "02_mse"
    text, _ = ScriptExporter().from_filename(COURSE / "solutions" / name / f"{name}.ipynb")
    path = folder / f"{name}.py"
    path.write_text(text.replace(", hidden=True", ""), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [["-m", "IPython", "--no-banner"], []], ids=["IPython", "Python"])
def test_a_lesson_as_a_script_says_the_same(words, script, tmp_path):
    command = [sys.executable, *words, script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    for exercise in ("mse_loss", "rms_error"):
        assert f"{exercise}: all" in done.stdout
