"""The benchmarks run, and their report says what they measured."""

import functools
import json
import time

import pytest
from commands import python

from autograder.course import COURSE
from tools.benchmarks import classes, grading, report, scale
from tools.benchmarks.__main__ import main
from tools.benchmarks.parts import PARTS
from tools.benchmarks.timing import Figure, Row, in_turn


def test_jobs_are_timed_in_turn():
    calls = []
    times = in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3, warm_up=1)
    assert "".join(calls) == "abababab"
    assert len(times.wall["a"]) == len(times.cpu["b"]) == 3


def test_a_ratio_compares_round_with_round():
    times = in_turn({"a": lambda: None, "b": lambda: None})
    times.wall = {"a": [2, 20, 8], "b": [1, 10, 2]}  # the machine was ten times slower in the second round
    assert times.ratio("a", "b", at_most=2) == Figure(2, 2, 3, at_most=2)
    assert times.ratio("a", "b", at_most=1.9).met is False
    assert times.time("a", "ms", per=2).median == 4000


def test_processor_time_counts_work_and_not_sleep():
    times = in_turn({"sleep": lambda: time.sleep(0.05)}, rounds=1, warm_up=0)
    assert times.cpu["sleep"][0] < 0.04 < times.wall["sleep"][0]


def test_the_report_names_what_misses_its_target():
    row = Row(
        "a case", {"theirs / ours": Figure(0.5, 0.4, 0.6, at_least=1), "ours": Figure(12, 11, 13, "ms", at_most=20)}
    )
    part = {
        "date": "2026-01-01",
        "seconds": 1.0,
        "machine": report.machine(),
        "rows": [row.plain()],
        "notes": ["A note."],
    }
    page = report.page({"training": part})
    assert "1 of 2 targets are met. Missed:" in page
    assert "- training, a case: theirs / ours is 0.500, target at least 1" in page
    assert "| a case | 0.500 (0.400 to 0.600), **target at least 1** | 12.0 ms (11.0 to 13.0) |" in page
    assert "A note." in page


def test_the_report_that_is_kept_is_that_of_the_results():
    assert report.REPORT.read_text(encoding="utf-8") == report.page(report.load())
    seen = json.loads(scale.RESULTS.read_text(encoding="utf-8"))
    assert scale.REPORT.read_text(encoding="utf-8") == scale.page(seen, report.load())


@pytest.fixture
def started(monkeypatch):
    """Start commands without importing everything again: these tests do not measure how long a start takes.

    A command that has run in a folder, as stock nbgrader has when a larger class is measured beside it, does not run again.
    """

    @functools.cache
    def run(folder, module, *command, path=False):
        assert module == "-m"
        return python(folder, *command, **({"PYTHONPATH": str(COURSE)} if path else {})).stdout

    for module in (classes, grading):
        monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(grading, "LESSON", "02_mse")  # a short lesson


@pytest.mark.parametrize("part", PARTS)
def test_every_part_measures(part, started):
    """The sizes are tiny: this shows only that a part runs and produces figures."""
    result = report.measure(part, quick=True)
    assert result["rows"] and all(row["figures"] for row in result["rows"])


def test_an_unknown_part_is_one_line(capsys):
    with pytest.raises(SystemExit):
        main(["tea"])
    assert "there is no part tea: the parts are training" in capsys.readouterr().err
