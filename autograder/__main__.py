"""The course's commands: ``nn-from-scratch grade 06`` (or ``python -m autograder grade 06``), and what ``--help`` lists."""

import argparse
import gc
import importlib.util
import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

from autograder.course import COURSE, PACKAGES, SHIPPED, CourseError, course_above, lesson_name
from autograder.terminal import excepthook, listed, say, table

COMMAND = "nn-from-scratch"  # as pyproject.toml names it

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy: on networks this small, more threads cost up to ten times
# A check of addresses that jsonschema can do without: a second to import
sys.modules.setdefault("rfc3987_syntax", None)


def on_demand(name):
    """Let a package's modules be imported without all that the package itself imports, until something asks for that.

    nbgrader's brings along Jupyter's server, the exchange and all applications: a second more than its gradebook takes.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    package = sys.modules[name] = importlib.util.module_from_spec(spec)

    def find(attribute):
        try:
            return importlib.import_module(f"{name}.{attribute}")
        except ModuleNotFoundError:
            del package.__getattr__
            spec.loader.exec_module(package)
            return getattr(package, attribute)

    package.__getattr__ = find


def init(arguments):
    """Make a course."""
    from autograder.new_course import init as tool

    say(f"{tool(arguments.folder)} is a course now. Go there; `{called()} doctor` says whether you can grade here.")


def progress(arguments):
    """Show how far a student is."""
    from lessonkit.__main__ import main as tool

    code = tool(["progress", *([arguments.folder] if arguments.folder else [])])
    if code and not course_above():
        say(f"To make a course, with all lessons: {called()} init FOLDER")
    return code


def build(arguments):
    """Build what is not up to date, several lessons side by side."""
    if COURSE != PACKAGES:
        raise CourseError("`build` makes lessons from the packages' own source: run it in a clone of the course.")
    from autograder.publish import build as tool
    from autograder.publish import fingerprints, readme

    readme.update_readme()
    names = fingerprints.stale(list(map(lesson_name, arguments.lessons)), arguments.force)
    if not names:
        say("Everything is up to date.")
        return
    from joblib import Parallel, delayed  # a third of a second, which an idle build need not wait

    for name in names:
        say(f"building {name}")
    inputs = Parallel(n_jobs=min(len(names), arguments.jobs))(delayed(tool.build)(name) for name in names)
    for name, fingerprint in zip(names, inputs):
        fingerprints.remember(name, fingerprint)
    say(f"Built: {', '.join(names)}.")


def release(arguments):
    """Bring each lesson in the gradebook to its present form, and write its bundle."""
    from autograder.course import Course
    from autograder.publish.bundle import bundle

    for name in map(lesson_name, arguments.lessons):
        course = Course(arguments.course, arguments.db_url)
        if arguments.undo or arguments.db_url or (course.folder / "gradebook.db").exists():
            change(course, name, arguments)
        else:
            say(os.path.relpath(bundle(name, course.folder / "dist", course.folder)))


def change(course, name, arguments):
    """Show what changes in a lesson that the gradebook knows; do it when that is agreed to."""
    from autograder.grading.underway import plan
    from autograder.publish.bundle import bundle

    on_demand("nbgrader")
    planned = plan(course, name, arguments.dropped, arguments.undo)
    if planned is None or not planned.lines:
        say(os.path.relpath(bundle(name, course.folder / "dist", course.folder)))
        return
    say("\n".join([f"{name}, with grades of {planned.students} in the gradebook:", *(f"  {s}" for s in planned.lines)]))
    if not (arguments.yes or agreed()):
        say("Nothing has been changed. With --yes this is done without a question.")
        return
    planned.carry_out()
    say(planned.done)


def agreed():
    """Whether the one at the keyboard says yes; nobody does where there is none."""
    return sys.stdin.isatty() and input("Do this? [y/N] ").strip().lower() in ("y", "yes")


def site(arguments):
    """Build the course site."""
    from autograder import extras

    if sentence := extras.what_is_missing("site"):
        raise CourseError(sentence)
    from autograder.site import build_site

    folder = build_site(list(map(lesson_name, arguments.lessons)), arguments.offline).relative_to(COURSE)
    say(f"Built {folder}. Look at it: python -m http.server --bind 127.0.0.1 --directory {folder} 8000")


def roster(arguments):
    """Enter a roster in the gradebook."""
    from autograder.nbgrader_plugins.roster import enter

    students, doubtful = enter(arguments.file, arguments.course)
    say(f"{len(students)} students are in the gradebook now, or were already.")
    if doubtful:
        say(
            f"The file does not say how its letters are written. Is this name right: {doubtful}? "
            "If not, save the roster as UTF-8 and enter it again."
        )


def collect(arguments):
    """Collect what a class handed in through a learning platform."""
    from autograder.nbgrader_plugins.commands import collect as tool

    say(tool(arguments.course, lesson_name(arguments.lesson), arguments.platform, arguments.force))


def export(arguments):
    """Write what has a grade for a learning platform."""
    from autograder.nbgrader_plugins.commands import export as tool

    lessons = list(map(lesson_name, arguments.lessons))
    options = [f"--Exporter.{name}={getattr(arguments, name)}" for name in ("zeros", "dry_run")]
    options += [f"--ExportPlugin.to={arguments.to}"] if arguments.to else []
    options += [f"--CourseDirectory.db_url={arguments.db_url}"] if arguments.db_url else []
    for name, values in (("assignment", lessons), ("student", arguments.student)):
        options += [f"--ExportPlugin.{name}={value}" for value in values]
    tool(arguments.course, arguments.format, options)


def grade(arguments):
    """Grade a class and say how it went."""
    from autograder.flags import by_kind
    from autograder.grading.assignment import grade as tool

    on_demand("nbgrader")
    submissions = tool(
        arguments.lesson, arguments.course, arguments.jobs, arguments.force, arguments.unsandboxed, arguments.db_url,
        arguments.scheduler, arguments.student, yes=arguments.yes, new_seed=arguments.new_seed, groups=arguments.group,
        csv=arguments.csv,
    )  # fmt: skip
    fresh = {student: graded for student, graded in submissions.items() if graded}
    states = Counter("failed" if one.failed else "graded" if one.handed_in else "absent" for one in fresh.values())
    again = f", {states['failed']} not graded: the next run tries them again" if states["failed"] else ""
    unchanged = len(submissions) - len(fresh)
    many = "student" if len(submissions) == 1 else "students"
    say(
        f"{len(submissions)} {many}: {states['graded']} graded, {states['absent']} handed in nothing, "
        f"{unchanged} unchanged{again}."
    )
    kinds = by_kind({student: graded.flags for student, graded in fresh.items()})
    if kinds:
        from autograder.report import write_flags

        path = write_flags(lesson_name(arguments.lesson), arguments.course)
        say(f"Look at this. Each stands in full in {os.path.relpath(path)}.")
        say(table((count, kind, listed(who)) for count, kind, who in kinds))


def explain(arguments):
    """Say how a grade came about."""
    from autograder.grading.assignment import explain as tool

    say(tool(lesson_name(arguments.lesson), arguments.student, arguments.course, arguments.unsandboxed))


def report(arguments):
    """Write the instructor's report."""
    from autograder.report import report as tool

    on_demand("nbgrader")
    lesson = lesson_name(arguments.lesson)
    for path in tool(lesson, arguments.course, arguments.compare, arguments.similar, arguments.db_url):
        say(os.path.relpath(path))


def doctor(arguments):
    """Look for what grading needs, and try every protection."""
    from autograder import extras
    from autograder.sandbox.doctor import main as tool

    if sentence := extras.what_is_missing("instructor"):
        raise CourseError(sentence)
    if tool():
        say("Grading asks for --unsandboxed here.")
        return 1


def elsewhere(arguments):
    """Run a command of the project's own tools, which are no part of the autograder."""
    if SHIPPED != PACKAGES or not (PACKAGES / "tools").is_dir():
        raise CourseError(f"`{arguments.command}` measures the project itself: run it in a clone of the course.")
    command = [sys.executable, "-m", "tools", arguments.command, *arguments.options]
    with subprocess.Popen(command, cwd=PACKAGES) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # it has been told as well, and says so
            return process.wait()


def called():
    """How this command was called: by its name, or as a module."""
    return COMMAND if Path(sys.argv[0]).stem == COMMAND else "python -m autograder"


def parser():
    """The command line."""
    top = argparse.ArgumentParser(prog=called(), description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    add_beginning(commands)
    add_making(commands)
    add_grading(commands)
    add_elsewhere(commands)
    return top


def add_beginning(commands):
    """The commands that need no course."""
    command = commands.add_parser("init", help="make a course: lessons, solutions, and nbgrader's configuration")
    command.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the current folder")
    command.set_defaults(run=init)
    command = commands.add_parser("progress", help="show which exercises of which lessons pass")
    command.add_argument("folder", nargs="?", help="the folder with your lessons (default: this one)")
    command.set_defaults(run=progress)
    command = commands.add_parser("doctor", help="try which protections hold on this machine")
    command.set_defaults(run=doctor)


def add_making(commands):
    """The commands that make what students get."""
    command = commands.add_parser("build", help="make the solutions, the released lessons and the expected values")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--force", action="store_true", help="build what is up to date as well")
    add_jobs(command, "lessons side by side")
    command.set_defaults(run=build)
    command = commands.add_parser(
        "release", help="write dist/LESSON.zip, all that a student gets; change a lesson under way, and keep its grades"
    )
    command.add_argument("lessons", nargs="+", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("--yes", action="store_true", help="do what is shown without a question")
    command.add_argument(
        "--dropped", choices=("nobody", "full"),
        help="an exercise that was dropped counts for nobody (default), or full for everyone",
    )  # fmt: skip
    command.add_argument("--undo", action="store_true", help="go back to the release before, with the grades of then")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=release)
    command = commands.add_parser("site", help="build the course site: pages to read, and the browser edition")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--offline", action="store_true", help="serve everything from the site itself")
    command.set_defaults(run=site)


def add_grading(commands):
    """The commands that grade, and show what came of it."""
    command = commands.add_parser(
        "roster", help="enter your students in the gradebook, from any CSV file that names them"
    )
    command.add_argument("file", metavar="FILE", help="students.csv, or what Canvas, Moodle or a spreadsheet wrote")
    command.set_defaults(run=roster)
    command = commands.add_parser("collect", help="take submissions out of the zip file of a learning platform")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("platform", choices=("canvas", "moodle"), help="where the zip file is from")
    command.add_argument("--force", action="store_true", help="replace what was collected before")
    command.set_defaults(run=collect)
    add_grade(commands)
    command = commands.add_parser(
        "explain", help="say how a student's grade came about, with the secret seed's numbers"
    )
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("student", metavar="STUDENT")
    command.add_argument("--unsandboxed", action="store_true", help="run although a protection is missing here")
    command.set_defaults(run=explain)
    command = commands.add_parser("report", help="write reports/LESSON.html and .csv: scores, checks, mistakes, flags")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument(
        "--compare", nargs="?", const="previous", metavar="RUN",
        help="set beside an earlier run: its name in grading/LESSON/runs, a path, or the previous one (default)",
    )  # fmt: skip
    command.add_argument("--similar", action="store_true", help="look for submissions that are nearly the same")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=report)
    add_export(commands)


def add_grade(commands):
    """The command that grades."""
    command = commands.add_parser("grade", help="grade a class: sandboxed, in parallel, from outside")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    add_jobs(command, "notebooks side by side")
    command.add_argument(
        "--student", action="append", metavar="STUDENT", help="grade this student alone; may be repeated"
    )
    command.add_argument(
        "--group", "--section", action="append", default=[], metavar="GROUP",
        help="grade this group of groups.csv alone; may be repeated",
    )  # fmt: skip
    command.add_argument("--yes", action="store_true", help="record also what changes the points of grades that stand")
    command.add_argument("--csv", metavar="FILE", help="save what regrading changes, a line for each student and check")
    command.add_argument("--force", action="store_true", help="grade again what has not changed")
    command.add_argument(
        "--new-seed", action="store_true", help="draw a new secret seed first; grades that stand keep theirs"
    )
    command.add_argument("--unsandboxed", action="store_true", help="grade although a protection is missing here")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.add_argument("--scheduler", metavar="ADDRESS", help="grade on the Dask cluster at tcp://host:8786")
    command.set_defaults(run=grade)


def add_export(commands):
    """The command that takes grades out of the gradebook."""
    command = commands.add_parser("export", help="write what has a grade, for Canvas, for Moodle, or as plain CSV")
    command.add_argument("format", choices=("canvas", "moodle", "csv"), help="for whom")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--dry-run", action="store_true", help="a first look: print what would be written")
    command.add_argument("--zeros", action="store_true", help="write 0 for who handed in nothing until their due date")
    command.add_argument("--student", action="append", default=[], help="only this one; may be given several times")
    command.add_argument("--to", metavar="FILE", help="default: canvas.csv, moodle.csv or grades.csv in this folder")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=export)


def add_elsewhere(commands):
    """The commands of ``tools/``, under the names that they have always had."""
    for name, about in (
        ("scorecard", "grade the grader: measure what has changed, write docs/scorecard.md"),
        ("demo", "release a lesson, make a class, grade it, give feedback"),
    ):
        command = commands.add_parser(name, help=about, add_help=False)
        command.set_defaults(run=elsewhere)


def add_jobs(command, what):
    """How much is done at a time."""
    command.add_argument(
        "--jobs", type=at_least_one, default=os.cpu_count() or 1, help=f"{what} (default: %(default)s)"
    )


def at_least_one(text):
    """A number of things to do side by side."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)


def course_here():
    """The course that the current folder is in.

    Raises
    ------
    CourseError
        If it is in none.
    """
    if course := course_above():
        return course
    raise CourseError(f"This folder is in no course. Go to your course's folder, or make one: {called()} init FOLDER")


def main(argv=None):
    """Run one command; an expected error is one line on stderr and exit code 2. A bug of ours shows its traceback."""
    arguments, options = parser().parse_known_args(argv)
    if arguments.run is elsewhere:  # its options are those of `python -m tools`
        arguments.options = options
    elif options:
        parser().error(f"unrecognized arguments: {' '.join(options)}")
    try:
        if arguments.run not in (init, progress, doctor, elsewhere):
            arguments.course = course_here()
        return arguments.run(arguments) or 0
    except CourseError as error:
        say(error, file=sys.stderr)
    except KeyboardInterrupt:
        warnings.simplefilter("ignore")  # what is broken off says so at the end of this process
        goes_on = " Who is graded stays graded: the same command goes on from there." if arguments.run is grade else ""
        say(f"Stopped.{goes_on}", file=sys.stderr)
        return 128 + signal.SIGINT
    except ModuleNotFoundError as error:
        if not (sentence := what_is_missing(error.name or "")):
            raise
        say(sentence, file=sys.stderr)
    return 2


def what_is_missing(module):
    """What to do about a module that is not here, in a sentence; empty where it is a bug of ours."""
    from autograder import extras

    if module in ("fcntl", "resource"):
        return "Grading runs on Linux, and with --unsandboxed on macOS. On Windows, use WSL."
    if module.split(".")[0] in ("autograder", "lessonkit", "reference_impl"):
        return ""
    return extras.what_is_missing("") or extras.what_is_missing("instructor")


def run():
    """Run the command line, and end."""
    sys.excepthook = excepthook
    code = main()
    gc.freeze()  # or Python looks for garbage in all that was imported, at the end, when all of it is to go
    sys.exit(code)


if __name__ == "__main__":
    run()
