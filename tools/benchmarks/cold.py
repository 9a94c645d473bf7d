"""Cold: the first `make lab`, and `make test`.

A fresh clone of what is committed, without an environment. `make lab` makes one, mostly by pip, and is timed until a kernel
answers; `make test` then runs every test in the same clone. Both take minutes: `make bench` leaves them out, `make bench PARTS=cold`
measures them, once each.
"""

import sys
from contextlib import nullcontext
from pathlib import Path

from tools.benchmarks.setup import clone, link_environment, row, run, until_a_kernel_answers
from tools.benchmarks.timing import Row, in_turn


def measure(quick):
    cached = "warm" if pip_cache() else "empty"
    with clone() as ready, nullcontext(ready) if quick else clone() as fresh:
        link_environment(ready)
        jobs = {"cold": lambda: until_a_kernel_answers(fresh), "not cold": lambda: until_a_kernel_answers(ready)}
        if quick:  # in an environment that is there, both are the same
            del jobs["cold"]
        times = in_turn(jobs, rounds=1, warm_up=0)
        times.wall.setdefault("cold", times.wall["not cold"])
        yield row("make lab, cold, until a kernel answers", times, "cold", "not cold", "make lab, not cold")
        yield f"pip's cache was {cached}. Most of the first `make lab` is pip: over a slow line it takes as long as the download."
        if not quick:
            times = in_turn({"test": lambda: run("make", "test", cwd=fresh)}, rounds=1, warm_up=0)
            figures = {"by the clock": times.time("test"), "of processors": times.time("test", kind="cpu")}
            yield Row("make test, two processes", figures)


def pip_cache():
    """Files that pip has downloaded before."""
    folder = Path(run(sys.executable, "-m", "pip", "cache", "dir").strip())
    return [path for path in folder.glob("http*/*/*")]
