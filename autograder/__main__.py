"""The course's commands: ``nn-from-scratch grade 06`` (or ``python -m autograder grade 06``), and what ``--help`` lists."""

import argparse
import gc
import os
import signal
import sys
import warnings

from autograder import commands as do
from autograder.course import CourseError
from autograder.terminal import excepthook, say

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy: on networks this small, more threads cost up to ten times
# A check of addresses that jsonschema can do without: a second to import
sys.modules.setdefault("rfc3987_syntax", None)


def parser():
    """The command line."""
    top = argparse.ArgumentParser(prog=do.called(), description=__doc__)
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
    command.set_defaults(run=do.init)
    command = commands.add_parser("progress", help="show which exercises of which lessons pass")
    command.add_argument("folder", nargs="?", help="the folder with your lessons (default: this one)")
    command.set_defaults(run=do.progress)
    command = commands.add_parser("doctor", help="try which protections hold on this machine")
    command.set_defaults(run=do.doctor)


def add_making(commands):
    """The commands that make what students get."""
    command = commands.add_parser("build", help="make the solutions, the released lessons and the expected values")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--force", action="store_true", help="build what is up to date as well")
    add_jobs(command, "lessons side by side")
    command.set_defaults(run=do.build)
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
    command.set_defaults(run=do.release)
    command = commands.add_parser("site", help="build the course site: pages to read, and the browser edition")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--offline", action="store_true", help="serve everything from the site itself")
    command.set_defaults(run=do.site)


def add_grading(commands):
    """The commands that grade, and show what came of it."""
    command = commands.add_parser(
        "roster", help="enter your students in the gradebook, from any CSV file that names them"
    )
    command.add_argument("file", metavar="FILE", help="students.csv, or what Canvas, Moodle or a spreadsheet wrote")
    command.set_defaults(run=do.roster)
    command = commands.add_parser("collect", help="take submissions out of the zip file of a learning platform")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("platform", choices=("canvas", "moodle"), help="where the zip file is from")
    command.add_argument("--force", action="store_true", help="replace what was collected before")
    command.set_defaults(run=do.collect)
    add_grade(commands)
    command = commands.add_parser(
        "explain", help="say how a student's grade came about, with the secret seed's numbers"
    )
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("student", metavar="STUDENT")
    command.add_argument("--unsandboxed", action="store_true", help="run although a protection is missing here")
    command.set_defaults(run=do.explain)
    command = commands.add_parser("report", help="write reports/LESSON.html and .csv: scores, checks, mistakes, flags")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument(
        "--compare", nargs="?", const="previous", metavar="RUN",
        help="set beside an earlier run: its name in grading/LESSON/runs, a path, or the previous one (default)",
    )  # fmt: skip
    command.add_argument("--similar", action="store_true", help="look for submissions that are nearly the same")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=do.report)
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
    command.set_defaults(run=do.grade)


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
    command.set_defaults(run=do.export)


def add_elsewhere(commands):
    """The commands of ``tools/``, under the names that they have always had."""
    for name, about in (
        ("scorecard", "grade the grader: measure what has changed, write docs/scorecard.md"),
        ("demo", "release a lesson, make a class, grade it, give feedback"),
    ):
        command = commands.add_parser(name, help=about, add_help=False)
        command.set_defaults(run=do.elsewhere)


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


def main(argv=None):
    """Run one command; an expected error is one line on stderr and exit code 2. A bug of ours shows its traceback."""
    arguments, options = parser().parse_known_args(argv)
    if arguments.run is do.elsewhere:  # its options are those of `python -m tools`
        arguments.options = options
    elif options:
        parser().error(f"unrecognized arguments: {' '.join(options)}")
    try:
        if arguments.run not in (do.init, do.progress, do.doctor, do.elsewhere):
            arguments.course = do.course_here()
        return arguments.run(arguments) or 0
    except CourseError as error:
        warnings.simplefilter("ignore")  # as below
        say(error, file=sys.stderr)
    except KeyboardInterrupt:
        warnings.simplefilter("ignore")  # what is broken off says so at the end of this process
        goes_on = (
            " Who is graded stays graded: the same command goes on from there." if arguments.run is do.grade else ""
        )
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
