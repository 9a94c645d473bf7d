"""``python -m tools.benchmarks.scale [SUBMISSIONS]``: grade a very large class through Dask and PostgreSQL, and write docs/scale.md.

The class hands in lesson 02 with only its exercises. A real scheduler and two workers grade it, and one of the workers is killed in
the middle. The gradebook is on a real PostgreSQL server. The cost of a real lesson comes from tools/benchmarks/results.json.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

from autograder.course import COURSE, write_whole
from tools.benchmarks.classes import course, run
from tools.benchmarks.report import load, machine

LESSON = "02_mse"
RESULTS = COURSE / "tools" / "benchmarks" / "scale.json"
REPORT = COURSE / "docs" / "scale.md"
DAY = 24 * 3600


def simulate(submissions):
    """Grade the class; return the measurements as plain values."""
    import pgserver

    from tools.benchmarks.cluster import Cluster

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        server = pgserver.get_server(folder / "postgres")
        cluster = Cluster(folder, 2)
        try:
            db_url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            class_of = course(folder / "course", LESSON, submissions, figures=False)
            database = f"--CourseDirectory.db_url={db_url}"
            run(class_of, "-m", "nbgrader", "generate_assignment", LESSON, "--force", database)
            outcomes, seconds, writes = grade_with_a_worker_lost(class_of, submissions, cluster, db_url)
            tenth = max(1, submissions // 10)
            return {
                "submissions": submissions,
                "graded": sum(graded.earned > 0 for graded in outcomes.values()),
                "in the gradebook": in_gradebook(db_url),
                "why not all points": why_not_all_points(outcomes),
                "seconds": seconds,
                "ms to record one, first tenth": 1e3 * statistics.median(writes[:tenth]),
                "ms to record one, last tenth": 1e3 * statistics.median(writes[-tenth:]),
                "writer's peak memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "kB of the gradebook a submission": database_size(db_url) / 1e3 / submissions,
                "kB of files a submission": size(class_of, "autograded", "grading") / 1e3 / submissions,
                "machine": machine(),
            }
        finally:
            cluster.close()
            server.cleanup()


def grade_with_a_worker_lost(class_of, submissions, cluster, db_url):
    """Grade the class, and kill one of the two workers when half of the class is in the gradebook.

    Returns
    -------
    graded : dict
        The graded submissions, by student.
    seconds : float
        The total time.
    writes : list of float
        The seconds for each record in the gradebook.
    """
    from autograder.grading.assignment import grade
    from autograder.grading.gradebook import Writer

    writes, honest = [], Writer.record

    def record(self, *arguments):
        if len(writes) == submissions // 2:
            cluster.workers[0].kill()
        start = time.perf_counter()
        honest(self, *arguments)
        writes.append(time.perf_counter() - start)

    Writer.record = record
    start = time.perf_counter()
    try:
        graded = grade(LESSON, class_of, scheduler=cluster.address, db_url=db_url)
    finally:
        Writer.record = honest
    return graded, time.perf_counter() - start, writes


def why_not_all_points(submissions):
    """Return what was said to students who got fewer points than others, although their answers are correct."""
    most = max(graded.earned for graded in submissions.values())
    lacking = [graded for graded in submissions.values() if graded.earned < most]
    sentences = [outcome.sentence for graded in lacking for _, outcome in graded.outcomes()]
    return sorted(
        {sentence for graded in lacking for sentence in graded.notes + graded.flags} | {*filter(None, sentences)}
    )


def in_gradebook(db_url):
    """Return how many submissions have all their points."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        return sum(outcome.score == outcome.max_score for outcome in gradebook.assignment_submissions(LESSON))


def database_size(db_url):
    from sqlalchemy import create_engine, text

    engine = create_engine(db_url)
    with engine.connect() as connection:
        return connection.execute(text("select pg_database_size(current_database())")).scalar()


def size(folder, *parts):
    return sum(path.stat().st_size for part in parts for path in (folder / part).rglob("*") if path.is_file())


def page(seen, bench):
    """The report as Markdown."""
    lesson = next(row for row in bench["grading"]["rows"] if row["case"].endswith("one job"))
    core = lesson["figures"]["a submission"]["median"] / 1e3
    record = seen["ms to record one, last tenth"] / 1e3
    database, files = seen["kB of the gradebook a submission"], seen["kB of files a submission"]
    rows = [
        f"| {n:,} | {duration(n * core)} | {cores(n * core)} | {duration(n * record)} | {amount(n * database)} | "
        f"{amount(n * files)} |"
        for n in (100, 10_000, 1_000_000)
    ]
    most = DAY / record
    if seen["in the gradebook"] == seen["submissions"]:
        why = "the killed worker lost none of them"
    else:
        why = "the others were told: " + " ".join(seen["why not all points"])
    return PAGE.format(
        n=seen["submissions"], graded=seen["graded"], booked=seen["in the gradebook"], minutes=seen["seconds"] / 60,
        rate=seen["submissions"] / seen["seconds"], first=seen["ms to record one, first tenth"],
        last=seen["ms to record one, last tenth"], memory=seen["writer's peak memory in MB"], database=database, files=files,
        why=why, core=core, rows="\n".join(rows), most=round(most, -4), processor=seen["machine"]["processor"],
        cores=seen["machine"]["cores"],
    )  # fmt: skip


def cores(seconds):
    """Return how many cores finish within a day, in words."""
    return "less than one" if seconds < DAY else f"{seconds / DAY:,.0f}"


def duration(seconds):
    for unit, factor in (("h", 3600), ("min", 60)):
        if seconds >= 2 * factor:
            return f"{seconds / factor:,.0f} {unit}"
    return f"{seconds:.0f} s"


def amount(kilobytes):
    for unit, factor in (("GB", 1e6), ("MB", 1e3)):
        if kilobytes >= factor:
            return f"{kilobytes / factor:,.1f} {unit}"
    return f"{kilobytes:,.0f} kB"


PAGE = """# How it scales

`python -m tools.benchmarks.scale` writes this page from its own measurements and from [benchmarks.md](benchmarks.md). The numbers belong to
one machine ({processor}, {cores} cores); their proportions are similar elsewhere.

## What a day of submissions takes

A submission of lesson 06 with its figures takes {core:.2f} s of one core, with a start-up shared by forty. "Cores" says how many cores are enough
if submissions arrive evenly over the day. Before a deadline you need several times as many.

| submissions a day | grading, one core | cores | writing, one process | gradebook | files |
|---|---|---|---|---|---|
{rows}

The gradebook grows by {database:.0f} kB per submission. The graded notebooks and the journal grow by {files:.0f} kB without figures; each figure adds 20 to 60 kB.

## What was simulated

{n:,} submissions of lesson 02, reduced to its exercises, were graded by a real Dask scheduler with two workers and recorded on a real
PostgreSQL server, all on one machine. Halfway, one worker was killed with SIGKILL.

- {graded:,} of {n:,} were graded, and {booked:,} are in the gradebook with all their points: {why}.
- It took {minutes:.1f} min, or {rate:.0f} submissions per second, with only one worker for the second half.
- Recording one submission took {first:.0f} ms in the first tenth and {last:.0f} ms in the last.
- The writing process needed {memory:.0f} MB at its peak: it keeps outcomes, but no notebooks.

## What limits it first

1. **The single writer.** At {last:.0f} ms per record, one process writes about {most:,.0f} submissions a day, whatever the number of workers. Beyond that, give each
   lesson (or each section of the course) its own writer on the same PostgreSQL server: runs of different lessons share only the students' rows.
2. **The journal and the runs.** Each student has a file for each lesson, and each run keeps one file of all of them. With more than some tens of thousands
   of students in one lesson, split the course.
3. **The disk space for graded notebooks**, which contain every figure of every student. You can delete `autograded/` after you have released feedback: the
   gradebook and the journal contain the grades.

SQLite, the default, is right for a course on one machine: only one process writes, so nothing waits for a lock. Use PostgreSQL if formgrader and grading
run on different machines.
"""


def main():
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks.scale",
        description="Grade a very large class through Dask and PostgreSQL, and write docs/scale.md.",
        epilog="Example: python -m tools.benchmarks.scale 1000",
    )
    parser.add_argument(
        "submissions", nargs="?", type=int, default=10_000, metavar="SUBMISSIONS",
        help="how many submissions to grade (default: %(default)s)",
    )  # fmt: skip
    submissions = parser.parse_args().submissions
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    seen = simulate(submissions)
    write_whole(RESULTS, json.dumps(seen, indent=1) + "\n")
    write_page()
    print(json.dumps(seen, indent=1))


def write_page():
    """Write the report again from the last simulation and the present cost of a real lesson."""
    write_whole(REPORT, page(json.loads(RESULTS.read_text(encoding="utf-8")), load()))


if __name__ == "__main__":
    main()
