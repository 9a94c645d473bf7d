"""`make demo` as an instructor runs it: everyone has a row, and hostile students earn what their honest part earned."""

import csv
import json
import re
from dataclasses import replace

import pytest
from commands import nbgrader

from autograder import __main__ as command_line
from autograder.course import COURSE
from autograder.sandbox import doctor
from tools import __main__ as tools
from tools import demo
from tools.synthetic_class import submission

HONEST = 10  # of the demo's 45: the others would show nothing new


def up_to_the_last_check(released, answers):
    """Return a submission without the cells that draw what its functions compute, which take half of the time."""
    notebook = json.loads(submission(released, answers))
    cells = notebook["cells"]
    last = max(place for place, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade"))
    return json.dumps({**notebook, "cells": cells[: last + 1]})


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Run the demo in this process: all hostile and broken submissions, few honest ones, no last figures, and short limits."""

    monkeypatch.setattr(command_line.do, "elsewhere", lambda told: tools.main([told.command, *told.options]))
    monkeypatch.setattr(demo, "run", lambda *command: nbgrader(demo.FOLDER, *command))
    monkeypatch.setattr(demo, "SAMPLE", tmp_path)  # the site's sample shows the whole class
    monkeypatch.setattr(demo, "HONEST", demo.HONEST[:HONEST])
    monkeypatch.setattr(demo, "submission", up_to_the_last_check)
    monkeypatch.setattr(demo, "LIMITS", replace(demo.LIMITS, memory=2**31, cell=2, call=2))


def test_the_demo_has_a_class_of_sixty():
    assert len({*demo.HONEST, *demo.HOSTILE, *demo.BROKEN}) == 60


def test_the_demo_grades_everyone_and_names_mistakes(quick, capsys):
    if doctor.missing():
        pytest.skip("a protection of the sandbox is missing here: `python -m autograder doctor` says which")
    assert command_line.main(["demo"]) == 0
    said = capsys.readouterr().out
    rows = dict(re.findall(r"^(\S+) +(?:([\d.]+) of 30|no grade) ", said, flags=re.MULTILINE))
    assert set(rows) == {*demo.HONEST, *demo.HOSTILE, *demo.BROKEN}
    # The attacks lose their cell of the first exercise. The backward pass that needs it is graded with a correct one.
    assert {rows[name] for name in demo.HOSTILE} == {"25"}
    assert [rows[name] for name in demo.BROKEN] == [
        "",
        "30",
        "",
        "30",
        "30",
        "0",
    ]  # without a notebook there is no grade
    assert "You ignore the upstream gradient" in said and "The notebook is cut off" in said
    folder = COURSE / "build" / "demo"
    assert "You ignore the upstream gradient" in (folder / "reports" / "01_activations.html").read_text(
        encoding="utf-8"
    )
    assert (folder / "feedback" / "ada" / "01_activations" / "01_activations.html").exists()
    with open(folder / "grades.csv", newline="", encoding="utf-8") as file:
        grades = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert {name: score and float(score) for name, score in grades.items()} == {
        name: points and float(points) for name, points in rows.items()
    }
