"""Checks: what a student waits for in a notebook.

Every exercise is checked as `check(...)` does it, including the report: with the correct answer, and with every known mistake in turn.
"Only its calls" are the same calls of the student's code, without comparing or reporting anything. Imports are whole Python
processes. The targets: a check takes less than 50 ms in the median and at most 0.3 s, and `import lessonkit` takes less than 0.4 s.
"""

import subprocess
import sys

from autograder import bank
from lessonkit.catalogue import exercises
from lessonkit.engine.check import checks_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost
from lessonkit.engine.transcript import VISIBLE_SEED, run
from lessonkit.notebook import Report
from tools.benchmarks.timing import Figure, Row, in_turn

MEDIAN, MOST = 50, 300  # ms
IMPORT = 0.4  # s
ROUNDS = 3
SCRIPTS = {
    "import numpy": "import numpy",
    "import lessonkit": "import lessonkit",
    "import matplotlib.pyplot": "import matplotlib.pyplot",
    "import lessonkit.plots": "import lessonkit.plots",
    "the first check": "from lessonkit import check; from reference_impl import TrainableNet; check('TrainableNet')",
}


def measure(quick):
    names = list(exercises())[:2] if quick else list(exercises())
    rows = [row(name, quick) for name in names]
    for kind, worst in (("right", "right"), ("wrong", "slowest mistake")):
        slowest = max(rows, key=lambda row: row.figures[worst].median)
        yield Row(
            f"all {len(rows)} exercises, {'correct' if kind == 'right' else kind} answers",
            {
                "in the median": Figure.of([row.figures[kind].median for row in rows], "ms", at_most=MEDIAN),
                "at most": Figure.of([slowest.figures[worst].median], "ms", at_most=MOST),
            },
        )
        yield f"The slowest check of {'correct' if kind == 'right' else kind} answers is for {slowest.case}."
    yield from imports(quick)
    yield from rows


def checking(exercise, namespace):
    """Return a job that checks the exercise in this namespace and shows the report."""
    return lambda: Report(grade(exercise, LocalHost(namespace), expected_of(exercise)))._repr_mimebundle_()


def row(exercise, quick):
    """Measure how long one exercise's check takes."""
    right = bank.Replacement(exercise, "", "", ()).namespace()
    mistakes = {
        mistake.name: checking(exercise, mistake.namespace())
        for mistake in bank.mistakes_of(exercise)[: 1 if quick else None]
    }
    jobs = {
        "only its calls": lambda: [run(check, LocalHost(right), VISIBLE_SEED) for check in checks_of(exercise)],
        "the correct answer": checking(exercise, right),
        **mistakes,
    }
    times = in_turn(jobs, rounds=1 if quick else ROUNDS, warm_up=0 if quick else 1)
    wrong = {name: times.time(name, "ms") for name in mistakes}
    return Row(
        exercise,
        {
            "right / only its calls": times.ratio("the correct answer", "only its calls"),
            "right": times.time("the correct answer", "ms"),
            "wrong": Figure.of([time.median for time in wrong.values()], "ms"),
            "slowest mistake": max(wrong.values(), key=lambda time: time.median),
        },
    )


def imports(quick):
    """Measure whole processes, from start to end."""
    jobs = {name: lambda code=code: subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
            for name, code in SCRIPTS.items()}  # fmt: skip
    times = in_turn(jobs, rounds=1 if quick else ROUNDS, warm_up=0 if quick else 1)
    for name, under in zip(
        list(SCRIPTS)[1:], ("import numpy", "import numpy", "import matplotlib.pyplot", "import lessonkit")
    ):
        figures = {f"process / {under}": times.ratio(name, under)}
        figures["process"] = times.time(name, at_most=IMPORT if name == "import lessonkit" else None)
        yield Row(name, figures)
