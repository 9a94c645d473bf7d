"""The instructor's commands: ``python -m autograder build``, and what else ``--help`` lists."""

import argparse
import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before NumPy: on networks this small, more threads cost up to ten times


def build(arguments):
    """Build what is not up to date, several lessons side by side."""
    from joblib import Parallel, delayed

    from autograder import build as tool

    names = tool.stale(arguments.lessons, arguments.force)
    for name in names:
        print(f"building {name}", flush=True)
    Parallel(n_jobs=min(len(names), arguments.jobs) or 1)(delayed(tool.build)(name) for name in names)
    for name in names:
        tool.remember(name)
    if (tool.COURSE / "README.md").exists():
        tool.update_readme()
    print(f"Built: {', '.join(names)}." if names else "Everything is up to date.")


def release(arguments):
    """Write the bundle of each lesson."""
    from autograder.build import COURSE
    from autograder.bundle import bundle

    for name in arguments.lessons:
        print(bundle(name).relative_to(COURSE))


def demo(arguments):
    """Show the whole loop on a small class."""
    from autograder import demo as tool

    tool.main()


def parser():
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="make the solutions, the released lessons and the recorded truth")
    command.add_argument("lessons", nargs="*", metavar="LESSON", help="06_backward, or 06; default: all")
    command.add_argument("--force", action="store_true", help="build what is up to date as well")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="lessons side by side (default: %(default)s)")
    command.set_defaults(run=build)
    command = commands.add_parser("release", help="write dist/LESSON.zip: all that a student gets")
    command.add_argument("lessons", nargs="+", metavar="LESSON", help="06_backward, or 06")
    command.set_defaults(run=release)
    command = commands.add_parser("demo", help="release a lesson, make a class, grade it, give feedback")
    command.set_defaults(run=demo)
    return top


def main(argv=None):
    """Run one command; a known error is one line on stderr and exit code 2."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except Exception as error:
        if type(error).__name__ not in ("BuildError", "ValueError", "CourseError"):
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
