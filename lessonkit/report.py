"""What a student reads after a check: text for a terminal, HTML for a notebook. The two say the same."""

import re
import sys
from html import escape

from lessonkit.engine.values import show_number

STATES = {"waits": "… waits", "depends": "… waits", "unseen": "… unseen"}
SAME = "The same cause as above."
ADVICE = (  # what to do with an exercise that is still empty
    "Write your code in the cell above in place of `raise NotImplementedError()`, run that cell, then run this one again."
)


def headline(result):
    """Return one line: how many checks pass, and how many points that gives."""
    if result.empty:
        return f"{result.exercise} is still empty."
    passing = sum(outcome.passed for outcome in result.outcomes)
    points = f"{show_number(result.points)} of {show_number(result.max_points)} points"
    if result.passed:
        count = "its check passes" if len(result.outcomes) == 1 else f"all {passing} checks pass"
        return f"{result.exercise}: {count}, {points}."
    return f"{result.exercise}: {passing} of {len(result.outcomes)} checks pass, {points}."


def text(result):
    """Return the report as plain text."""
    if result.empty:
        return f"{headline(result)} {ADVICE}"
    lines = [headline(result), *filter(None, [lent(result)])]
    if result.passed:
        return "\n".join(lines)
    for outcome, sentence, example in diagnoses(result):
        lines.append(f"  {state(outcome):<10}{outcome.title} ({earned(outcome)})")
        lines += [f"      {line}" for line in (sentence, example) if line]
    return "\n".join(lines)


def put_out(words):
    """Print words; a character that the output cannot encode, as in some files on Windows, becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(str(words).encode(encoding, "replace").decode(encoding))


def html(result):
    """The report as HTML: no script, no color that carries meaning, readable in light and dark."""
    mark = "✓" if result.passed else "…" if result.empty else "✗"
    first = f"<strong>{mark} {escape(headline(result))}</strong>"
    if result.empty:
        return _box(f"{first} {set_code(ADVICE)}")
    first += f"<br>{set_code(lent(result))}" if result.lent else ""
    if result.passed:
        return _box(first)
    rows = []
    for outcome, sentence, example in diagnoses(result):
        row = f"<strong>{state(outcome)}:</strong> {escape(outcome.title)} ({earned(outcome)})"
        row += f"<br>{set_code(sentence)}" if sentence else ""
        row += f"<br><code>{escape(example)}</code>" if example else ""
        rows.append(f'<li style="margin:0.4em 0">{row}</li>')
    return _box(f'{first}<ul style="list-style:none;padding-left:0.5em;margin:0.3em 0">{"".join(rows)}</ul>')


def diagnoses(result):
    """Yield each outcome with its diagnosis, ``(outcome, sentence, example)``; each cause is explained only once."""
    causes = {}  # and the check that explained each one
    for outcome in result.outcomes:
        if outcome.passed:
            yield outcome, outcome.sentence, ""
        elif outcome.kind == "unseen" and "unseen" in causes:
            yield outcome, "", ""
        elif outcome.kind == "unseen":
            causes["unseen"] = ""
            yield outcome, outcome.sentence, ""
        elif (cause := re.sub(r"\([^()]*\)|\d+", "", outcome.sentence)) in causes:  # other shapes, the same cause
            yield (
                outcome,
                SAME if len(causes.keys() - {"unseen"}) == 1 else f"The same cause as in “{causes[cause]}”.",
                "",
            )
        else:
            causes[cause] = outcome.title
            yield outcome, outcome.sentence, outcome.example and _example(outcome)


def state(outcome):
    """Return how a check went, in one word with its symbol."""
    if outcome.passed:
        return "✓ passes"
    return STATES.get(outcome.kind) or ("◐ partly" if outcome.worth else "✗ fails")


def lent(result):
    """Return a sentence that says which reference exercises replaced the student's own for grading; or ""."""
    if not result.lent:
        return ""
    names, one = " and ".join(f"`{name}`" for name in result.lent), len(result.lent) == 1
    article, does = ("a correct ", "yours does") if one else ("correct ", "yours do")
    return f"Graded with {article}{names}, since {does} not pass yet."


def earned(outcome):
    """Return what a check earned, and out of how many points."""
    return f"{show_number(outcome.worth)} of {show_number(outcome.points)} point{'s' if outcome.points != 1 else ''}"


def _example(outcome):
    return outcome.example if outcome.example.startswith("line ") else f"For example, {outcome.example}"


def set_code(sentence):
    """Return escaped text in which `code` between backticks is set as code."""
    parts = escape(sentence).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _box(inside):
    return f'<div style="border-left:4px solid currentColor;padding:0.3em 0.8em">{inside}</div>'
