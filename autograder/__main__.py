"""The command line of the course: ``nn-from-scratch COMMAND``, or ``python -m autograder COMMAND``."""

import argparse
import gc
import os
import signal
import sys
import warnings

from autograder import commands as do
from autograder.course import CourseError, expect_folder
from autograder.terminal import excepthook, say

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(
        name, "1"
    )  # set before NumPy is imported: on networks this small, more threads can take ten times as long
# jsonschema can do without this check of addresses, which takes a second to import
sys.modules.setdefault("rfc3987_syntax", None)


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog=do.called(), description="Make a course, grade its lessons, and report on a class.",
        epilog=f"Example: {do.called()} grade 06. To read about one command: {do.called()} grade --help",
    )  # fmt: skip
    commands = top.add_subparsers(dest="command", required=True)
    add_beginning(commands)
    add_making(commands)
    add_grading(commands)
    add_elsewhere(commands)
    return top


def added(commands, name, about, example=""):
    """Add a command: what it is about, and the arguments of an example."""
    return commands.add_parser(
        name, help=about, description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"Example: {do.called()} {name} {example}".rstrip(),
    )  # fmt: skip


def add_beginning(commands):
    """Add the commands that need no course."""
    command = added(commands, "init", "make a course: lessons, solutions, and nbgrader's configuration", "my-course")
    command.add_argument(
        "folder",
        nargs="?",
        default=".",
        metavar="FOLDER",
        help="the folder of the course (default: the current folder)",
    )
    command.set_defaults(run=do.init)
    command = added(commands, "progress", "show which exercises pass in which lessons", "work")
    command.add_argument("folder", nargs="?", help="the folder with your lessons (default: the current folder)")
    command.set_defaults(run=do.progress)
    command = added(commands, "doctor", "test which protections work on this machine")
    command.set_defaults(run=do.doctor)


def add_making(commands):
    """Add the commands that make what students get."""
    command = added(commands, "build", "build the solutions, the released lessons and the expected values", "06")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--force", action="store_true", help="also build lessons that are up to date")
    add_jobs(command, "how many lessons to build at a time")
    command.set_defaults(run=do.build)
    about = "write dist/LESSON.zip, everything that a student needs; or change a released lesson, and keep its grades"
    command = added(commands, "release", about, "06")
    command.add_argument("lessons", nargs="+", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("--yes", action="store_true", help="make the changes without asking")
    command.add_argument(
        "--dropped", choices=("nobody", "full"),
        help="a dropped exercise counts for nobody (default), or in full for everyone",
    )  # fmt: skip
    command.add_argument("--undo", action="store_true", help="go back to the previous release and its grades")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=do.release)
    command = added(commands, "site", "build the course site: pages to read, and the browser edition", "00 01 02")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--offline", action="store_true", help="leave out links to other hosts, such as Colab")
    command.set_defaults(run=do.site)


def add_grading(commands):
    """Add the commands that grade, and that show the results."""
    command = added(
        commands, "roster", "add your students to the gradebook, from any CSV file that lists them", "students.csv"
    )
    command.add_argument("file", metavar="FILE", help="students.csv, or a file from Canvas, Moodle or a spreadsheet")
    command.set_defaults(run=do.roster)
    command = added(commands, "collect", "collect submissions from a learning platform's zip file", "06 moodle")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("platform", choices=("canvas", "moodle"), help="where the zip file is from")
    command.add_argument("--force", action="store_true", help="replace submissions that were collected before")
    command.set_defaults(run=do.collect)
    add_grade(commands)
    command = added(commands, "explain", "explain a student's grade, with the numbers of the secret seed", "06 ada")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument("student", metavar="STUDENT", help="the student's id")
    command.add_argument("--unsandboxed", action="store_true", help="run even if a protection is missing here")
    command.set_defaults(run=do.explain)
    command = added(
        commands, "report", "write reports/LESSON.html and .csv: scores, checks, mistakes, flags", "06 --compare"
    )
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    command.add_argument(
        "--compare", nargs="?", const="previous", metavar="RUN",
        help="compare with an earlier run: its name in grading/LESSON/runs, a path, or the previous one (default)",
    )  # fmt: skip
    command.add_argument("--similar", action="store_true", help="look for submissions that are nearly the same")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=do.report)
    add_export(commands)


def add_grade(commands):
    """Add the command that grades."""
    about = "grade a class in parallel; students' code runs in a sandbox, and the checks run outside it"
    command = added(commands, "grade", about, "06")
    command.add_argument("lesson", metavar="LESSON", help="06_backward, 06 or 6")
    add_jobs(command, "how many notebooks to grade at a time")
    command.add_argument(
        "--student", action="append", metavar="STUDENT", help="grade only this student; can be repeated"
    )
    command.add_argument(
        "--group", "--section", action="append", default=[], metavar="GROUP",
        help="grade only this group of groups.csv; can be repeated",
    )  # fmt: skip
    command.add_argument("--yes", action="store_true", help="also replace existing grades whose points change")
    command.add_argument(
        "--csv", metavar="FILE", help="save what regrading changes, one line for each student and check"
    )
    command.add_argument("--force", action="store_true", help="also grade submissions that have not changed")
    command.add_argument(
        "--new-seed", action="store_true", help="draw a new secret seed first; existing grades keep theirs"
    )
    command.add_argument("--unsandboxed", action="store_true", help="grade even if a protection is missing here")
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.add_argument("--scheduler", metavar="ADDRESS", help="grade on the Dask cluster at tcp://host:8786")
    command.set_defaults(run=do.grade)


def add_export(commands):
    """Add the command that exports grades from the gradebook."""
    command = added(
        commands, "export", "write the grades for Canvas, for Moodle, or as plain CSV", "canvas 06 --dry-run"
    )
    command.add_argument("format", choices=("canvas", "moodle", "csv"), help="the format of the file")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, 06 or 6; default: all")
    command.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    command.add_argument(
        "--zeros", action="store_true", help="write 0 for students who handed in nothing by their due date"
    )
    command.add_argument("--student", action="append", default=[], help="export only this student; can be repeated")
    command.add_argument(
        "--to", metavar="FILE", help="the file to write (default: canvas.csv, moodle.csv or grades.csv in this folder)"
    )
    command.add_argument("--db-url", help="the gradebook (default: gradebook.db in this folder)")
    command.set_defaults(run=do.export)


def add_elsewhere(commands):
    """Add the commands of ``tools/``, under the names that they have always had."""
    for name, about in (
        ("scorecard", "grade the grader: measure what has changed, and write docs/scorecard.md"),
        ("demo", "release a lesson, make a class, grade it, and give feedback"),
    ):
        command = commands.add_parser(name, help=about, add_help=False)
        command.set_defaults(run=do.elsewhere)


def add_jobs(command, what):
    """Add ``--jobs``."""
    command.add_argument(
        "--jobs", type=at_least_one, default=os.cpu_count() or 1, help=f"{what} (default: %(default)s)"
    )


def at_least_one(text):
    """Parse a whole number of 1 or more."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def main(argv=None):
    """Run one command. An expected error prints one line on stderr and exits with code 2; a bug shows its traceback."""
    arguments, options = parser().parse_known_args(argv)
    if arguments.run is do.elsewhere:  # its options are those of `python -m tools`
        arguments.options = options
    elif options:
        parser().error(f"unrecognized arguments: {' '.join(options)}")
    try:
        expect_folder()
        if arguments.run not in (do.init, do.progress, do.doctor, do.elsewhere):
            arguments.course = do.course_here()
        return arguments.run(arguments) or 0
    except CourseError as error:
        warnings.simplefilter("ignore")  # as below
        say(error, file=sys.stderr)
    except KeyboardInterrupt:
        warnings.simplefilter("ignore")  # otherwise interrupted workers warn when this process ends
        goes_on = (
            " The grades so far are saved. Run the same command again to go on from there."
            if arguments.run is do.grade
            else ""
        )
        say(f"Stopped.{goes_on}", file=sys.stderr)
        return 128 + signal.SIGINT
    except ModuleNotFoundError as error:
        if not (sentence := what_is_missing(error.name or "")):
            raise
        say(sentence, file=sys.stderr)
    return 2


def what_is_missing(module):
    """Return a sentence about a missing module and what to do; "" if that is a bug in this project."""
    from autograder import extras

    if module in ("fcntl", "resource"):
        return "Grading runs on Linux, and with --unsandboxed on macOS. On Windows, use WSL."
    if module.split(".")[0] in ("autograder", "lessonkit", "reference_impl"):
        return ""
    return extras.what_is_missing("") or extras.what_is_missing("instructor")


def run():
    """Run the command line, and exit."""
    sys.excepthook = excepthook
    try:
        try:
            code = main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough; the rest must not fail again at the exit
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        code = 1
    gc.freeze()  # otherwise Python searches everything that was imported for garbage just before it exits
    sys.exit(code)


if __name__ == "__main__":
    run()
