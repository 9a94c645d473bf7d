"""Outside notebooks, a report is printed once: in a script, at a Python prompt, and in IPython in a terminal."""

import os
import subprocess
import sys

import pytest

EMPTY = "from lessonkit import check\ndef mse_loss(x, y):\n    raise NotImplementedError()\n\n"
CALLS = ["check('mse_loss')", "r = check('mse_loss')", "for _ in [1]: check('mse_loss')\n"]
IPYTHON = ["-m", "IPython", "--no-banner", "--simple-prompt", "--no-confirm-exit"]
REPORT = "mse_loss is still empty. Write your code"


def output(arguments, text=""):
    done = subprocess.run([sys.executable, *arguments], input=text, capture_output=True, text=True, timeout=120)
    return done.stdout


@pytest.mark.parametrize("program", [["script.py"], ["-i"], IPYTHON], ids=["script", "Python", "IPython"])
def test_a_report_is_printed_once(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = EMPTY + "\nprint('-----')\n".join(CALLS) + "\n"
    (tmp_path / "script.py").write_text(source)
    shown = output(program, "" if program == ["script.py"] else source)
    assert [part.count(REPORT) for part in shown.split("-----")] == [1, 1, 1], shown


def test_progress_in_a_shell_names_what_cannot_be_read(tmp_path):
    (tmp_path / "02_mse.ipynb").write_text("{")
    shown = output(["-m", "lessonkit", "progress", tmp_path])
    assert "02_mse: 02_mse.ipynb cannot be read. The notebook is cut off" in shown


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_what_the_output_has_no_letter_for_is_a_question_mark(encoding, tmp_path):
    """The consoles of Spyder and PyCharm on Windows have such an encoding, and so does output to a file there."""
    wrong = "from lessonkit import check\ndef mse_loss(x, y):\n    return 0.0, x\n\ncheck('mse_loss')\n"
    (tmp_path / "script.py").write_text(wrong, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"}
    for words in (["script.py"], ["-m", "lessonkit", "progress"]):
        done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True)
        assert done.stdout and not done.stderr, done.stderr.decode()
        assert words[0] != "script.py" or "? fails" in done.stdout.decode(encoding)


def test_ipython_is_not_loaded_where_it_is_not_used():
    """`import lessonkit` takes little longer than `import numpy`."""
    heavy = "{'IPython', 'matplotlib', 'nbformat', 'tokenize_rt'}"
    assert output(["-c", f"import lessonkit, sys; print({heavy} & set(sys.modules))"]).strip() == "set()"
