"""`make demo`, as an instructor runs it: everyone has a row, the hostile earn what their honest part earned."""

import csv
import re
import subprocess
import sys

import pytest

from autograder.course import COURSE
from autograder.sandbox import doctor
from tools import demo


def test_the_demo_grades_everyone_and_names_mistakes():
    if doctor.missing():
        pytest.skip("a protection of the sandbox is missing here: `python -m autograder doctor` says which")
    done = subprocess.run([sys.executable, "-m", "autograder", "demo"], cwd=COURSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = dict(re.findall(r"^(\S+) +([\d.]+) of 30 ", done.stdout, flags=re.MULTILINE))
    assert len(rows) == 60 and set(demo.HONEST) | set(demo.HOSTILE) | set(demo.BROKEN) == set(rows)
    # Their cell of the first exercise, and so the backward pass that needs it, is lost; the rest is honest.
    assert {rows[name] for name in demo.HOSTILE} == {"20"}
    assert [rows[name] for name in demo.BROKEN] == ["0", "30", "0", "30", "30", "0"]
    assert "You ignore the upstream gradient" in done.stdout and "The file is no readable notebook" in done.stdout
    folder = COURSE / "build" / "demo"
    assert "You ignore the upstream gradient" in (folder / "reports" / "01_activations.html").read_text(
        encoding="utf-8"
    )
    assert (folder / "feedback" / "ada" / "01_activations" / "01_activations.html").exists()
    with open(folder / "grades.csv", newline="", encoding="utf-8") as file:
        grades = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert grades == {name: float(points) for name, points in rows.items()}
