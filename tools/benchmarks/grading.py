"""Grading: a class's solved notebooks, compared with stock nbgrader, otter-grader, and the bare fork of a warm process.

The figures are for whole commands, in wall-clock time per submission, including start-up and gradebook. All grade the same solved
notebook of lesson 06, with its figures and the same checks. Ours runs every notebook in a sandbox and grades it from outside; stock
`nbgrader autograde` and `otter run` (otter-grader without containers) do neither. Stock and otter take tens of times as long, so a
round has fewer submissions for them than our forty. The floor forks a warm process that has run the cells before the first
exercise, and runs the other cells and the checks in the fork, without a sandbox, outside checks or a gradebook.

Two things keep ours from the target. One is the start: every command imports Python, nbgrader, the workers and the warm process
with Matplotlib again. The row "beyond the start" leaves this out, and in a class of 300 it hardly counts. The other is the student's
own code: half of the rest is the figure that every notebook draws with its own functions, and a quarter is the checks' calls. The
floor draws the same figure on one processor. Two processors could at best halve its time, so no grader of these notebooks can exceed
twice "stock nbgrader / fork floor".
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from importlib.util import find_spec
from pathlib import Path

from tools.benchmarks.classes import course, run
from tools.benchmarks.timing import Figure, Row, in_turn

LESSON = "06_backward"
HERE = "tools.benchmarks.grading"
SIZES = {"stock": 8, "otter": 1, "two jobs": 40, "one job": 40, "the start": 2, "floor": 40}  # submissions in a round
LARGE = 300
GROWTH = (10, 100, 1000)


def measure(quick):
    if sys.platform != "linux":
        yield "Grading was not measured: the sandbox needs Linux."
        return
    sizes = {**dict.fromkeys(SIZES, 2), "stock": 1, "otter": 1, "the start": 1} if quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        ours = course(folder / "ours", LESSON, sizes["two jobs"])
        few = course(folder / "few", LESSON, sizes["the start"])
        stock = course(folder / "stock", LESSON, sizes["stock"], stock=True)
        jobs = {
            "stock": lambda: run(stock, "-m", "nbgrader", "autograde", LESSON, "--force"),
            "two jobs": lambda: ours_with(ours, 2),
            "one job": lambda: ours_with(ours, 1),
            "the start": lambda: ours_with(few, 2),
            "floor": lambda: run(ours, "-m", HERE, "floor", LESSON, str(sizes["floor"]), path=True),
        }
        if find_spec("otter"):
            package = otter_package(folder / "otter")
            jobs["otter"] = lambda: otter_run(package, ours, sizes["otter"])
        else:
            yield "otter-grader is left out: it is not installed. `pip install .[bench]` installs it."
        times = in_turn(jobs, rounds=1 if quick else 3, warm_up=0)
        yield from beside_the_peers(times, sizes)
        yield large(folder, sizes["stock"], jobs["stock"], 1 if quick else LARGE)
        yield phases(ours, 1 if quick else 20)
        yield from growth(folder, (1,) if quick else GROWTH)


def beside_the_peers(times, sizes):
    """Yield rows with the time for one submission, by how many are graded at a time."""
    beyond = "two jobs, beyond the start"
    more = sizes["two jobs"] - sizes["the start"]
    both = zip(times.wall["two jobs"], times.wall["the start"])
    per_submission = {name: [time / sizes[name] for time in wall] for name, wall in times.wall.items()}
    times.wall = {**per_submission, beyond: [(all_ - few) / more for all_, few in both]}
    for ours, target in (("two jobs", 25), (beyond, None), ("one job", None)):
        figures = {"stock nbgrader / ours": times.ratio("stock", ours, at_least=target)}
        if "otter" in times.wall:
            figures["otter / ours"] = times.ratio("otter", ours)
        if ours == "one job":
            figures["ours / fork floor"] = times.ratio(ours, "floor", at_most=1.5)
            figures["stock nbgrader / fork floor"] = times.ratio("stock", "floor")
        figures["a submission"] = times.time(ours, "ms")
        yield Row(f"{LESSON}, {ours}", figures)


def large(folder, few, stock, size):
    """Measure one round for a class so large that the start hardly counts."""
    class_of = course(folder / "large", LESSON, size)
    times = in_turn({"stock": stock, "large": lambda: ours_with(class_of, 2)}, rounds=1, warm_up=0)
    shutil.rmtree(class_of)
    times.wall["stock"] = [seconds / few for seconds in times.wall["stock"]]
    times.wall["large"] = [seconds / size for seconds in times.wall["large"]]
    figures = {"stock nbgrader / ours": times.ratio("stock", "large"), "a submission": times.time("large", "ms")}
    return Row(f"{LESSON}, two jobs, a class of {size}", figures)


def ours_with(folder, jobs):
    run(folder, "-m", "autograder", "grade", LESSON, "--force", "--jobs", str(jobs))


# otter-grader, with the same checks


OTTER_TEST = """
    OK_FORMAT = False
    from otter.test_files import test_case
    name = {name!r}
    points = {points}
    @test_case()
    def passes_every_check(env):
        from autograder.bank.expected import live_expected
        from lessonkit.engine.diagnose import grade
        from lessonkit.engine.host import LocalHost
        assert grade({name!r}, LocalHost(env), live_expected({name!r})).passed
"""


def otter_package(folder):
    """Make an autograder.zip whose tests are the lesson's checks; it must give all points to the solved notebook."""
    from lessonkit.catalogue import lesson
    from lessonkit.engine.check import points_of

    (folder / "tests").mkdir(parents=True)
    for exercise in lesson(LESSON).exercises:
        text = OTTER_TEST.format(name=exercise.name, points=points_of(exercise.name))
        (folder / "tests" / f"{exercise.name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    otter(folder, "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements", "--no-environment")
    return folder / "autograder.zip"


def otter_run(package, folder, students):
    from lessonkit.catalogue import lesson
    from lessonkit.engine.check import points_of

    wanted = sum(points_of(exercise.name) for exercise in lesson(LESSON).exercises)
    for number in range(students):
        handed_in = folder / "submitted" / f"student-{number:05d}" / LESSON / f"{LESSON}.ipynb"
        otter(package.parent, "run", str(handed_in), "-a", str(package), "-o", str(package.parent), "--no-logo")
        results = json.loads((package.parent / "results.json").read_text(encoding="utf-8"))
        earned = sum(test["score"] for test in results["tests"] if "max_score" in test)
        if earned != wanted:
            raise RuntimeError(f"otter gave {earned} of {wanted} points to a correct notebook")


def otter(folder, *command):
    subprocess.run([sys.executable, "-m", "otter", *command], cwd=folder, capture_output=True, check=True)


# The floor


def floor(lesson, students):
    """Fork a warm process for each notebook, one after the other, and run the cells and checks in the fork."""
    from autograder.bank.expected import live_expected
    from autograder.grading.cells import checks_of, opening
    from autograder.sandbox.inside import cells
    from lessonkit.engine.diagnose import grade
    from lessonkit.engine.host import LocalHost

    path = Path("submitted", "student-00000", lesson, f"{lesson}.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first = opening(notebook)
    shell = cells.make_shell()
    for source in first:
        cells.run_cell(shell, source, 60, 10**6)
    for exercise in (name for *_, name in checks_of(notebook) if name):
        live_expected(exercise)
    for _ in range(students):
        pid = os.fork()
        if pid == 0:
            outputs = []
            for _, source, exercise in list(checks_of(notebook))[len(first) :]:
                if exercise:
                    result = grade(exercise, LocalHost(shell.user_ns), live_expected(exercise))
                    outputs.append([] if result.passed else os._exit(1))
                else:
                    outputs.append(cells.run_cell(shell, source, 60, 10**6))
            with open(os.devnull, "w", encoding="utf-8") as file:
                json.dump(outputs, file, default=str)
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("A correct notebook did not pass.")


# Where the time goes, and how it grows


class Stopwatch:
    """Sums the time that some functions take while they are patched."""

    def __init__(self):
        self.seconds = {}

    @contextlib.contextmanager
    def on(self, phase, owner, name):
        function = getattr(owner, name)

        def timed(*arguments, **options):
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - start

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, function)


def phases(folder, students):
    """Measure where the time for one submission goes, with one job in this process."""
    from autograder.course import Course
    from autograder.grading import gradebook, notebook, worker
    from autograder.sandbox.fork_server import ForkServer
    from autograder.sandbox.session import Session

    course = Course(folder)
    released, seed = course.released(LESSON), course.secret_seed()
    submission = course.submission(LESSON, "student-00000")
    worker.work(LESSON, submission, released, seed)  # starts the fork server
    watch = Stopwatch()
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(gradebook.Writer(course, LESSON, seed))
        for phase, owner, name in (
            ("repair", worker, "recognise"),
            ("fork and sandbox", ForkServer, "session"),
            ("cells and figures", Session, "run"),
            ("checks", notebook, "grade_secretly"),
            ("end the process", Session, "close"),
        ):
            stack.enter_context(watch.on(phase, owner, name))
        start = time.perf_counter()
        for _ in range(students):
            outcome = worker.work(LESSON, submission, released, seed)
        recorded = time.perf_counter()
        for number in range(students):
            writer.record(f"student-{number:05d}", outcome, "")
        end = time.perf_counter()
    watch.seconds["gradebook and files"], total = end - recorded, end - start
    worker.close_all()
    watch.seconds["everything else"] = total - sum(watch.seconds.values())
    figures = {f"{phase}": Figure.of([1e3 * s / students], "ms") for phase, s in watch.seconds.items()}
    return Row("where a submission's time goes, one job", figures)


def grade_and_tell(lesson):
    """Grade the class in this folder; print the seconds that it took and this process's peak memory in MB."""
    import resource  # not on Windows, where this module is imported and measures nothing

    from autograder.grading.assignment import grade

    start = time.perf_counter()
    grade(lesson, os.getcwd(), jobs=2, quiet=True)
    print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def growth(folder, sizes):
    """Measure the cost of a submission as the class grows: lesson 02 without its figures, two jobs."""
    for size in sizes:
        class_of = course(folder / f"class-of-{size}", "02_mse", size, figures=False)
        text = run(class_of, "-m", HERE, "grade", "02_mse", path=True)
        seconds, writer = json.loads(text.splitlines()[-1])
        shutil.rmtree(class_of)
        figures = {
            "a submission": Figure.of([1e3 * seconds / size], "ms"),
            "peak memory of the writer": Figure.of([writer], "MB"),
        }
        yield Row(f"a class of {size:,}, without figures, two jobs", figures)


if __name__ == "__main__":
    if sys.argv[1] == "floor":
        floor(sys.argv[2], int(sys.argv[3]))
    else:
        grade_and_tell(sys.argv[2])
