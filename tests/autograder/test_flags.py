"""What `grade` prints at its end: one line for each kind of flag, however many flags there are."""

import json

import pytest

from autograder.__main__ import main
from autograder.course import COURSE, Course, write_whole
from autograder.flags import Telling, by_kind, kind_of, words_of
from autograder.grading import assignment
from autograder.grading.cells import labels, own_cells
from autograder.grading.repair import recognise
from autograder.grading.submission import Entry, GradedSubmission
from autograder.terminal import listed
from lessonkit.catalogue import lessons


def test_flags_of_one_kind_are_one_line_and_the_most_common_comes_first():
    flags = {
        "bob": [
            "a cell stopped: Code cell 3 stopped at line 1: no such name",
            "check cells were edited: check_relu_forward",
        ],
        **{f"s{number}": ["a cell stopped: in another way", "a cell stopped: and again"] for number in range(6)},
        "ada": [],
    }
    assert by_kind(flags) == [
        (7, "a cell stopped", ["bob", *(f"s{number}" for number in range(6))]),
        (1, "check cells were edited", ["bob"]),
    ]
    assert listed(by_kind(flags)[0][2]) == "bob, s0, s1, s2, s3, and 2 more"
    assert words_of(OSError("none left")) == "none left" and words_of(KeyError()) == "KeyError"
    assert kind_of("the grader itself failed: OSError: none left\nTraceback: ...") == "the grader itself failed"


def test_a_flag_need_not_say_its_kind_twice():
    told = Telling()
    told.notes, told.flags = [], []
    told.tell("a cell stopped", "Cell 3 stopped at line 1.", "Cell 3 at line 1.")
    told.tell("another file was graded", "a.ipynb contains answers.")
    assert told.notes == ["Cell 3 stopped at line 1.", "a.ipynb contains answers."]
    assert told.flags == ["a cell stopped: Cell 3 at line 1.", "another file was graded: a.ipynb contains answers."]


def test_cells_are_called_by_their_place_in_what_was_handed_in():
    released = json.loads((COURSE / "lessons" / "02_mse" / "02_mse.ipynb").read_text(encoding="utf-8"))
    handed_in = {**released, "cells": [*released["cells"], {"cell_type": "code", "metadata": {}, "source": "mine = 1"}]}
    notebook = recognise(json.dumps(handed_in).encode(), released).notebook
    kinds = [cell["cell_type"] for cell in handed_in["cells"]]
    places = [place for place, kind in enumerate(kinds, start=1) if kind == "code"]
    assert [*labels(notebook).values()] == [f"Cell {place}" for place in places]
    assert own_cells(notebook, released)[len(places) - 1] == f"Cell {len(kinds)}"


@pytest.mark.parametrize("lesson", [name for name in lessons()])
def test_a_solution_handed_in_has_few_flags(lesson):
    """An instructor who tries out the grading reads every flag: one about the marks and one about the check cells are enough."""
    solution = (COURSE / "solutions" / lesson / f"{lesson}.ipynb").read_bytes()
    released = json.loads((COURSE / "lessons" / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    kinds = [kind_of(flag) for flag in recognise(solution, released).flags]
    assert sorted(kinds) == ["check cells were edited", "grading marks were changed"]


def test_grade_prints_a_line_for_each_kind_and_writes_each_flag(monkeypatch, capsys, tmp_path):
    class_of = {
        "right": GradedSubmission(flags=["check cells were edited: check_a, check_b"], notes=["A.", "B."], seconds=1.0),
        "stuck": GradedSubmission(flags=["a cell stopped: here", "a cell stopped: there"], seconds=1.0),
        "absent": GradedSubmission(notes=["Nothing was handed in."]),
        "cut": GradedSubmission(notes=["The notebook is cut off."]),
        "fine": GradedSubmission(seconds=1.0),
        "old": None,
    }
    monkeypatch.setattr(assignment, "grade", lambda *_, **__: class_of)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("# the autograder's\n")
    for student, graded in class_of.items():
        if graded:
            write_whole(Course(tmp_path).journal("01_activations", student), Entry(student, "", 1, graded).to_json())
    assert main(["grade", "01"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "6 students: 3 graded, 1 could not be graded, 1 handed in nothing, 1 unchanged.",
        "Please look at these flags. Their full texts are in reports/01_activations_flags.csv.",
        "  1  check cells were edited  right",
        "  1  a cell stopped           stuck",
    ]
    written = (tmp_path / "reports" / "01_activations_flags.csv").read_text()
    assert "stuck,a cell stopped,a cell stopped: there\n" in written and written.count("\n") == 4
