"""The page ``docs/messages.md``: every general message once, as the check's own functions give it for a real result."""

import re

import numpy as np
from message_cases import ERRORS, LEAVES, TOGETHER, keeps_running

from autograder.bank import reference_names
from autograder.bank.expected import Live
from autograder.course import COURSE
from lessonkit.engine.compare import difference
from lessonkit.engine.diagnose import grade
from lessonkit.engine.host import LocalHost
from lessonkit.engine.proxy import Call
from lessonkit.engine.transcript import VISIBLE_SEED, Entry

PAGE = COURSE / "docs" / "messages.md"
COMMAND = "python tests/lessonkit/engine/message_table.py"
HEAD = f"""# What a check says when it does not recognize the mistake

If a check recognizes a mistake, it names it. Otherwise it says one of the sentences below: what the result is, and
where to look. Each sentence here comes from a real wrong result.

<!-- The tests compare this page with the messages. After a change, generate it again: `{COMMAND}`. -->
"""


class WithoutMistakes(Live):
    """The expected values alone, so that the check names no known mistake."""

    def find_suspects(self, exercise):
        return []


def of_a_value(case):
    """Return the sentence about one value, and its worked example."""
    name, value, expected, inputs = case
    found = difference(Entry(name, value, (), Call("f", inputs)), expected, rtol=1e-5)
    return found.sentence, found.example


def of_an_exercise(case, expected):
    """Return the first sentence of a failing check that contains these words, and its example."""
    exercise, functions, words = case
    names = {name: value for name, value in {**reference_names(), **functions}.items() if value is not None}
    seconds = 0.3 if keeps_running in functions.values() else 60
    outcomes = grade(exercise, LocalHost(names, seconds=seconds), expected).outcomes
    found = next(outcome for outcome in outcomes if not outcome.passed and words in outcome.sentence)
    return found.sentence, re.sub(r"^line \d+", "line 3", found.example)


def cell(text):
    """Return a text for a table, with its bars, stars and angle brackets escaped."""
    for sign in "\\|*<>":
        text = "".join(part if i % 2 else part.replace(sign, f"\\{sign}") for i, part in enumerate(split_at_code(text)))
    return text


def split_at_code(text):
    """Split a text at its `code`: plain text at even places, code with its backticks at odd ones."""
    parts = text.split("`")
    return [f"`{part}`" if i % 2 else part for i, part in enumerate(parts)]


def table(title, rows):
    """Yield a table's lines; without the column of examples, if no row has one."""
    rows = [(result, *said) if any(example for _, (_, example) in rows) else (result, said[0]) for result, said in rows]
    head = ("the result", "message", "example")[: len(rows[0])]
    yield f"\n## {title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def page():
    """Return the whole page as text."""
    expected = WithoutMistakes(VISIBLE_SEED)
    lines = [HEAD.rstrip()]
    for title, cases in LEAVES.items():
        lines += table(title, [(result, of_a_value(case)) for result, case in cases.items()])
    for title, cases in {**TOGETHER, **ERRORS}.items():
        lines += table(title, [(result, of_an_exercise(case, expected)) for result, case in cases.items()])
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        PAGE.write_text(page(), encoding="utf-8")
