"""``python -m tools.benchmarks [PART ...]``: measure the named parts, or all that do not take long, and write the report.

Each part runs in a fresh process. The report keeps an earlier run's results for other parts.
"""

import argparse
import multiprocessing
import os
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported, here and in what is started from here

from tools.benchmarks import report, scale  # noqa: E402
from tools.benchmarks.parts import LONG, PARTS  # noqa: E402


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmarks", description="Measure how fast everything is, and write docs/benchmarks.md.",
        epilog="Example: python -m tools.benchmarks checks setup",
    )  # fmt: skip
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; default: all except {', '.join(LONG)}"
    )
    parser.add_argument("--quick", action="store_true", help="use tiny sizes, to see whether it runs; write nothing")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing; write the report again from the known results"
    )
    options = parser.parse_args(arguments)
    if options.report:
        report.save(report.load())
        scale.write_page()
        return 0
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: the parts are {', '.join(PARTS)}")
    failed = []
    for part in options.parts or [part for part in PARTS if part not in LONG]:
        print(part, flush=True)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            try:
                result = process.submit(report.measure, part, options.quick).result()
            except Exception:
                traceback.print_exc()
                failed.append(part)
                continue
        if not options.quick:
            report.save({**report.load(), part: result})
            scale.write_page()
    if failed:
        print(f"Not measured: {', '.join(failed)}. The report keeps their earlier results.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
