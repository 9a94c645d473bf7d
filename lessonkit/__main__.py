"""``python -m lessonkit progress``: show in a terminal which exercises pass."""

import argparse
import sys


def main(argv=None):
    """Run the command line; return its exit code."""
    example = "Example: python -m lessonkit progress work"
    parser = argparse.ArgumentParser(
        prog="python -m lessonkit", description="Show which exercises of which lessons pass.", epilog=example
    )
    commands = parser.add_subparsers(dest="command", required=True)
    about = "show which exercises of which lessons pass"
    command = commands.add_parser("progress", help=about, description=f"{about.capitalize()}.", epilog=example)
    command.add_argument("folder", nargs="?", help="the folder with your lessons (default: the current folder)")
    arguments = parser.parse_args(argv)

    from lessonkit.progress import progress
    from lessonkit.report import put_out

    table = progress(arguments.folder)
    put_out(table)
    return 0 if table.rows else 1


if __name__ == "__main__":
    sys.exit(main())
