"""The parts that `make bench` measures, each a module here, in the order of the report.

A part has a function ``measure(quick)`` that yields a `Row` for each case, and a sentence (a plain string) for what a
reader should know besides, for instance which peer was left out. Its docstring is its introduction in the report. To add
a part, write that module and put its name into `PARTS`:

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
    "cold",
)
LONG = ("cold",)  # measured only when named
