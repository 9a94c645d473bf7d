"""Writes what the parts measured to tools/benchmarks/results.json, and from that writes docs/benchmarks.md."""

import datetime
import importlib
import importlib.metadata
import inspect
import json
import os
import platform
import time
from pathlib import Path

from autograder.course import COURSE, write_whole
from tools.benchmarks.parts import PARTS

RESULTS = COURSE / "tools" / "benchmarks" / "results.json"
REPORT = COURSE / "docs" / "benchmarks.md"
NAMED = ("numpy", "scikit-learn", "torch", "nbgrader", "otter-grader", "jupyterlab", "matplotlib")

HEAD = """# Benchmarks

`make bench` writes this page, and `tools/benchmarks/results.json` with the numbers behind it. Nothing here is written by hand.

Every ratio compares two things that were timed in turn in one run (A B A B ...), so that a busy machine slows both. A cell gives
the median and, in parentheses, the lower and the upper quartile. "A / B" says how many times as long A takes as B. Times are
wall-clock times on the machine named below each heading; ratios vary less between machines. There is one BLAS thread unless a
line says otherwise. `pip install .[bench]` installs the peers. A peer that is not installed is left out, and the part says so.
"""


def measure(part, quick=False):
    """Measure one part in this process; return the results as plain values."""
    began = time.perf_counter()
    rows, notes = [], []
    for row in importlib.import_module(f"tools.benchmarks.{part}").measure(quick):
        if isinstance(row, str):
            notes.append(row)
            print(f"  {row}", flush=True)
        else:
            rows.append(row.plain())
            figures = ", ".join(f"{name} {figure.median:.3g}" for name, figure in row.figures.items())
            print(f"  {row.case}: {figures}", flush=True)
    return {
        "date": datetime.date.today().isoformat(),
        "seconds": time.perf_counter() - began,
        "machine": machine(),
        "rows": rows,
        "notes": notes,
    }


def machine():
    """Return what the figures depend on: processor, system and versions."""
    versions = {}
    for name in NAMED:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {"python": platform.python_version(), **versions},
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load(path=RESULTS):
    """Load the earlier results, by part."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def save(results, path=RESULTS, report=REPORT):
    """Write both files."""
    results = {name: results[name] for name in PARTS if name in results}
    write_whole(path, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    write_whole(report, page(results))


def page(results):
    """Return the report as Markdown."""
    return "\n".join([HEAD, *_missed(results), *(_section(name, part) for name, part in results.items())])


def _missed(results):
    figures = [
        (part, row["case"], name, figure)
        for part, result in results.items()
        for row in result["rows"]
        for name, figure in row["figures"].items()
        if (figure["at_least"], figure["at_most"]) != (None, None)
    ]
    missed = [entry for entry in figures if not entry[-1]["met"]]
    yield f"{len(figures) - len(missed)} of {len(figures)} targets are met.{' Missed:' if missed else ''}\n"
    for part, case, name, figure in missed:
        yield f"- {part}, {case}: {name} is {_number(figure['median'])}{_unit(figure)}, {_target(figure)}"
    if missed:
        yield ""


def _section(name, part):
    title, _, about = inspect.getdoc(importlib.import_module(f"tools.benchmarks.{name}")).partition("\n")
    columns = list(dict.fromkeys(column for row in part["rows"] for column in row["figures"]))
    lines = [f"## {title.rstrip('.')}", about, "", _measured(part), ""]
    lines += ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in part["rows"]:
        cells = [_cell(row["figures"].get(column)) for column in columns]
        lines.append(f"| {row['case']} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *(f"{note}\n" for note in part["notes"])])


def _measured(part):
    on = part["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in on["versions"].items())
    return f"*{part['date']}, in {part['seconds']:.0f} s, {on['processor']}, {on['cores']} cores, {on['system']}; {versions}.*"


def _cell(figure):
    if figure is None:
        return ""
    text = f"{_number(figure['median'])}{_unit(figure)} ({_number(figure['low'])} to {_number(figure['high'])})"
    return text if figure["met"] else f"{text}, **{_target(figure)}**"


def _unit(figure):
    return "" if figure["unit"] == "times" else f" {figure['unit']}"


def _target(figure):
    bounds = [
        f"{word} {figure[key]:g}" for key, word in (("at_least", "at least"), ("at_most", "at most")) if figure[key]
    ]
    return "target " + " and ".join(bounds)


def _number(value):
    """Return a number with three digits and without an exponent."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"
