"""Texts that people read are inert: no name and no message from a student acts on a terminal or in a spreadsheet."""

import ast
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from autograder import __main__ as command_line
from autograder.course import COURSE, CourseError
from autograder.grading.answers import Answer
from autograder.grading.spreadsheet import text
from autograder.grading.submission import GradedSubmission
from autograder.terminal import printable, say
from lessonkit import report
from lessonkit.engine.compare import _keys
from lessonkit.engine.values import describe

ACTS = "\x1b]0;owned\x07\x1b[2J\x9b1m\r\x08\u202e\u2066\u200b\u2028"
PLAIN = r"\x1b]0;owned\x07\x1b[2J\x9b1m\r\x08\u202e\u2066\u200b\u2028"


def test_what_acts_on_a_terminal_is_shown_by_its_code():
    assert printable(f"a{ACTS}\n\ud800") == f"a{PLAIN}" + r"\n\ud800"
    for kept in ("Seán 秀英 ✓ ½", "50\N{NARROW NO-BREAK SPACE}%", "李\N{IDEOGRAPHIC SPACE}秀英"):
        assert printable(kept) == kept


def test_lines_of_a_text_stay_lines(capsys):
    say(f"one\n  two{ACTS}")
    assert capsys.readouterr().out == f"one\n  two{PLAIN}\n"


def test_no_command_prints_in_another_way():
    inside = ("autograder/bank/", "autograder/sandbox/inside/", "autograder/terminal.py")
    for path in (COURSE / "autograder").rglob("*.py"):
        if not path.relative_to(COURSE).as_posix().startswith(inside):
            names = [node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)]
            assert "print" not in names, path


def test_grade_explain_and_errors_print_what_a_student_wrote_as_text(monkeypatch, capsys):
    graded = GradedSubmission(notes=[f"note {ACTS}\n  bob: forged"], flags=[f"flag {ACTS}"])
    monkeypatch.setattr("autograder.grading.assignment.grade", lambda *_, **__: {f"ada{ACTS}\n": graded})
    monkeypatch.setattr("autograder.report.write_flags", lambda *_: "flags.csv")
    monkeypatch.setattr("autograder.grading.assignment.explain", lambda *_: f"ada {ACTS}\nsecond line")
    assert command_line.main(["grade", "02"]) == command_line.main(["explain", "02", "ada"]) == 0

    def fails(*_):
        raise CourseError(f"no {ACTS}")

    monkeypatch.setattr("autograder.report.report", fails)
    assert command_line.main(["report", "02"]) == 2
    out, err = capsys.readouterr()
    assert not set(ACTS) & set(out + err) - set("]0;owned[2J1m")
    assert out.count("\n  bob: forged") == out.count("\n)") == 0 and out.count(PLAIN) == 2 and err.count(PLAIN) == 1


def test_an_uncaught_exception_is_printed_as_text():
    code = f"import sys\nfrom autograder.terminal import excepthook\nsys.excepthook = excepthook\nraise ValueError({ACTS!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=COURSE, capture_output=True)
    assert done.returncode == 1 and b"ValueError: " in done.stderr and b"\x1b" not in done.stderr


def test_a_students_keys_are_shown_short_and_on_one_line():
    forged = {f"W{ACTS}\n  ✓ passes": 1, "(" * 100_000: 2}
    for sentence in (describe(forged), _keys("grads", forged, {"W1": 1})):
        assert sentence.isprintable() and len(sentence) < 250
    assert describe({"W1": 1, "b1": 2}) == "a dict with the keys W1, b1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "; =", ";="])
def test_a_spreadsheet_sees_no_formula(start):
    cell = text(f"{start}HYPERLINK(1)")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) and "'" in cell and ";=" not in cell
    assert text(np.float64(0.5)) == "0.5" and text("a - b; c") == "a - b; c"
    assert text("\u202e=1") == r"\u202e=1"


def test_what_a_students_text_meets_takes_time_in_its_length():
    start = time.process_time()
    answer = SimpleNamespace(name="relu_forward")
    assert not Answer._may_bind(answer, {"cell_type": "code", "source": "import x " * 100_000})
    assert Answer._may_bind(answer, {"cell_type": "code", "source": "x\nfrom a import b, relu_forward"})
    failed = SimpleNamespace(passed=False, kind="value", sentence="(" * 500_000, title="a", example="")
    assert len(list(report.diagnoses(SimpleNamespace(outcomes=[failed, failed])))) == 2
    assert time.process_time() - start < 2
