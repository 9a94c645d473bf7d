"""Cold: the first `make lab`, and `make test`.

The commands run in a fresh clone without an environment. `make lab` creates one, and is timed until a kernel
answers; `make test` then runs every test in the same clone, which takes minutes. `make bench` leaves both out; `make bench PARTS=cold`
measures them, once each.
"""

from contextlib import nullcontext

from tools.benchmarks.setup import clone, link_environment, row, run, until_a_kernel_answers
from tools.benchmarks.timing import Row, in_turn


def measure(quick):
    with clone() as ready, nullcontext(ready) if quick else clone() as fresh:
        link_environment(ready)
        jobs = {"cold": lambda: until_a_kernel_answers(fresh), "not cold": lambda: until_a_kernel_answers(ready)}
        if quick:  # if the environment exists already, both are the same
            del jobs["cold"]
        times = in_turn(jobs, rounds=1, warm_up=0)
        times.wall.setdefault("cold", times.wall["not cold"])
        yield row("make lab, cold, until a kernel answers", times, "cold", "not cold", "make lab, not cold")
        yield "uv used this machine's cache. With a slow connection, the first `make lab` takes as long as the download."
        if not quick:
            times = in_turn({"test": lambda: run("make", "test", cwd=fresh)}, rounds=1, warm_up=0)
            figures = {"wall-clock time": times.time("test"), "processor time": times.time("test", kind="cpu")}
            yield Row("make test, three processes", figures)
