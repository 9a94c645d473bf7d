"""``python -m lessonkit progress``: show in a shell which exercises pass."""

import argparse
import sys


def main(argv=None):
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lessonkit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("progress", help="show which exercises of which lessons pass")
    command.add_argument("folder", nargs="?", help="the folder with your lessons (default: the current folder)")
    arguments = parser.parse_args(argv)

    from lessonkit.progress import progress
    from lessonkit.report import put_out

    table = progress(arguments.folder)
    put_out(table)
    return 0 if table.rows else 1


if __name__ == "__main__":
    sys.exit(main())
