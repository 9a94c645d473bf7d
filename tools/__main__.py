"""``python -m tools COMMAND``: measure, show and publish the project itself."""

import argparse
import os
import sys

from autograder.course import CourseError

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(
        name, "1"
    )  # set before NumPy is imported: on networks this small, more threads can take ten times as long


def scorecard(arguments):
    """Grade the grader: measure what has changed, write the page, and report numbers below their limits."""
    from tools.scorecard import page, results

    wanted = results.LEAST if arguments.quick else results.SEEDS
    numbers = results.measure_what_is_stale(arguments.jobs, wanted)
    page.write(numbers)
    if problems := page.problems(numbers):
        raise CourseError("The scorecard has problems:\n  " + "\n  ".join(problems))
    print(f"Written: {page.PAGE.name}. All numbers are within their limits.")


def demo(arguments):
    """Show the whole loop on a small class."""
    from tools import demo as tool

    tool.main(arguments.lesson)


def publish_as(arguments):
    """Set the address at which the course is published."""
    from tools import publishing

    publishing.publish_as(arguments.repository)


def links(arguments):
    """Follow every link."""
    from tools import links as tool

    pages = list(tool.pages())
    broken = [
        f"{page.relative_to(tool.COURSE)}: {link}" for page in pages for link in tool.broken(page, arguments.online)
    ]
    if broken:
        raise CourseError("These links are broken:\n  " + "\n  ".join(broken))
    others = "" if arguments.online else " Links to other hosts were not followed: python -m tools links --online"
    print(f"No link on {len(pages)} pages is broken.{others}")


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m tools", description="Measure, show and publish the project itself.",
        epilog="Example: python -m tools scorecard --quick",
    )  # fmt: skip
    commands = top.add_subparsers(dest="command", required=True)
    command = added(commands, "scorecard", "grade the grader: measure what has changed, and write the page", "--quick")
    command.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1,
        help="how many exercises to measure at a time (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--quick", action="store_true",
        help="use only as many seeds as a change needs; this takes minutes instead of hours",
    )  # fmt: skip
    command.set_defaults(run=scorecard)
    command = added(commands, "demo", "release a lesson, make a class, grade it, and give feedback", "06")
    command.add_argument("lesson", nargs="?", default="01_activations", metavar="LESSON", help="default: %(default)s")
    command.set_defaults(run=demo)
    command = added(commands, "publish-as", "set the address at which the course is published", "ada/neural-networks")
    command.add_argument("repository", metavar="NAME/REPOSITORY", help="the repository's owner and name on GitHub")
    command.set_defaults(run=publish_as)
    command = added(commands, "links", "find broken links in README, docs, lessons and the built site", "--online")
    command.add_argument("--online", action="store_true", help="also follow links to other hosts")
    command.set_defaults(run=links)
    return top


def added(commands, name, about, example):
    """Add a command: what it is about, and the arguments of an example."""
    return commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"Example: python -m tools {name} {example}",
    )


def main(argv=None):
    """Run one command; an expected error prints one line on stderr and exits with code 2."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
