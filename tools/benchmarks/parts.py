"""The parts that `make bench` measures, in the order of the report. Each is a module in this package.

A part has a function ``measure(quick)`` that yields a `Row` for each case, and sentences (plain strings) for other things that a
reader should know, for instance which peer was left out. Its docstring is its introduction in the report. To add a part, write
its module and add its name to `PARTS`:

    def measure(quick):
        times = in_turn({"ours": ours, "theirs": theirs}, rounds=2 if quick else 7)
        yield Row("ten submissions", {"theirs / ours": times.ratio("theirs", "ours", at_least=25)})
"""

PARTS = (
    "training",
    "grading",
    "checks",
    "setup",
    "explorers",
    "browser",
    "cold",
)
LONG = ("browser", "cold")  # measured only when named
