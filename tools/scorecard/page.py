"""The scorecard as a page, ``docs/scorecard.md``, and the limits for its numbers."""

import tomllib
from functools import cache
from pathlib import Path

from autograder.course import COURSE, write_whole
from lessonkit.catalogue import exercises
from tools.scorecard.results import LEAST, SEEDS
from tools.scorecard.sentences import FEW

PAGE = COURSE / "docs" / "scorecard.md"
REVIEWED = Path(__file__).with_name("reviewed.toml")
KINDS = ("equivalent", "free", "not graded")
NAMED_RIGHT = 0.92  # of all mistakes; the others have too little evidence on some seed, and are not named
TOLD = 0.8  # of the mutants that change a value: more is said than that a value is wrong
MOST_FALSE = 1 / 300  # of the sentences about mutants
SMALL = 0.8  # of the worked examples
COLUMNS = (
    "exercise", "mistakes", "caught", "named", "misnamed", "variants", "accepted", "variant seeds", "mutants", "killed", "listed",
    "two at once", "beside wrong", "checks", "check seeds", "flaky", "empty",
)  # fmt: skip
SEEDS_OF_ALL = {
    COLUMNS.index(name) - 1: min for name in ("variant seeds", "check seeds")
}  # the other columns are summed
SENTENCES = ("changing", "named", "put_in_words", "pattern", "bare", "false", "shown", "small", "hints", "misled")
LISTED = 5  # mutants of each exercise for which only the wrong entry is told
INTRODUCTION = """\
# The grader's scorecard

How well do the checks tell correct code from wrong code? `make scorecard` measures it and writes this page. A test fails if the page
is not up to date, or if a number is outside its limit.
"""
EXPLANATION = f"""\
## What is measured

- **mistakes**: code that is wrong in known ways (`autograder/bank/mistakes`), on {SEEDS["mistakes"]} seeds, each as it is there and with other
  random draws and rounding errors. *Caught*: a check fails. *Named*: every failing check shows the mistake's own sentence in every
  one of these runs. *Misnamed*: the sentence of another mistake is shown somewhere.
- **variants**: correct code in other styles (`autograder/bank/variants`), and the reference in float32. *Accepted*: every check passes on every
  seed.
- **mutants**: the reference with one small change made by a program (`autograder/bank/mutants.py`): an operator, a constant,
  an axis, an index, a sign, a comparison, a statement or a call left out, arguments exchanged. *Killed*: a check fails on every one of
  {SEEDS["mutants"]} seeds. *Listed*: it survives, for a harmless reason that is given below.
- **two at once**: pairs of mistakes made together. They must earn the points of the checks that neither of them fails.
- **beside wrong**: notebooks in which another exercise, not used by this one, is wrong. The correct one must keep all its points.
- **flaky**: failures of the checks on correct code, each on many seeds. A check must run to its end without a warning, its expected values must be
  finite, and it must accept the reference *written differently*: with other random draws if the exercise leaves them open, and with every number off
  by 4 units in the last place. (The reference always agrees with itself, which proves nothing.)
- **sentences about mutants**: what students are told about mutants that change a value, on the visible seed. *Named*: a mistake in the bank.
  *In words*: the small change that gives these values. *Pattern*: a sign, a factor, a shape. *Bare*: only which entry is wrong. *False*: the
  sentence is not true on two other seeds. *Small*: the worked example has at most {FEW} numbers. *Sent elsewhere*: a student whose code is
  correct is sent to another exercise that it uses and that is wrong; *misled*: to one that is correct.
- **empty**: the most points for the released notebook as it is, and for functions that return None, their arguments, or zeros, ones or halves of the
  right shape.

After a change in an exercise, its variants are first measured on {LEAST["variants"]} seeds and its checks on {LEAST["flakiness"]} (`--quick` stops there), and then on
{SEEDS["variants"]} and {SEEDS["flakiness"]:,}. The *seeds* columns say how many seeds have been measured.
"""


@cache
def reviewed():
    """Load ``reviewed.toml``: what a person has reviewed and accepted."""
    return tomllib.loads(REVIEWED.read_text(encoding="utf-8"))


def reasons(exercise):
    """Return why mutants may survive: ``{change: (kind, why)}``."""
    listed = reviewed()["mutants"].get(exercise, [])
    return {change: (group["kind"], group["why"]) for group in listed for change in group["changes"]}


def unlisted(exercise, parts):
    """Return the surviving mutants that nobody has reviewed."""
    return [change for change in parts["mutants"]["survivors"] if change not in reasons(exercise)]


def unequal(exercise, parts):
    """Return the pairs of mistakes that earn wrong points and have not been reviewed."""
    known = {name for group in reviewed()["pairs"].get(exercise, []) for name in group["names"]}
    return [name for name in parts["combinations"]["unequal"] if name not in known]


def problems(results):
    """Return sentences about numbers outside their limits, and about parts that are not measured yet."""
    sentences = []
    for exercise in exercises():
        parts = results.get(exercise, {})
        for part, seeds in LEAST.items():
            if parts.get(part, {}).get("seeds", 0) < seeds:
                sentences.append(
                    f"{exercise}: {part} is measured on {parts.get(part, {}).get('seeds', 0)} of {seeds} seeds"
                )
        if set(parts) == set(SEEDS):
            sentences += [f"{exercise}: {sentence}" for sentence in _problems(exercise, parts)]
    return sentences or list(_problems_in_all(results))


def _problems(exercise, parts):
    survivors, nameless = parts["mutants"]["survivors"], parts["mistakes"]["nameless"]
    may_be_nameless = reviewed()["nameless"].get(exercise, [])
    sentences = {
        "no check fails on the mistake {}": parts["mistakes"]["missed"],
        "the mistake {} is named as another mistake": parts["mistakes"]["misnamed"],
        "the mistake {} is not always named, and is not in reviewed.toml": set(nameless) - set(may_be_nameless),
        "a mistake in reviewed.toml is always named: {}": set(may_be_nameless) - set(nameless),
        "the variant {} is refused": parts["variants"]["refused"],
        "a mutant survives and is not in reviewed.toml: {}": unlisted(exercise, parts),
        "a mutant in reviewed.toml does not survive: {}": set(reasons(exercise)) - set(survivors),
        "two mistakes at once earn the wrong number of points: {}": unequal(exercise, parts),
        "the correct answer loses points beside {}": parts["combinations"]["robbed"],
        "flaky: {}": parts["flakiness"]["first"],
    }
    yield from (sentence.format(name) for sentence, names in sentences.items() for name in names)
    for sentence in parts["sentences"]["misled"]:
        yield f"a student is sent to the wrong exercise: {sentence}"
    for slip in parts["slips"]["dear"]:
        yield f"one wrong result costs nothing, or more than its share plus one point: {slip}"
    if parts["empty"]["points"]:
        yield f"an empty notebook earns {parts['empty']['points']:g} points"


def _problems_in_all(results):
    for kind, least in reviewed()["least"].items():
        number = sum(parts[kind]["number"] for parts in results.values())
        if number < least:
            yield f"{number} {kind} are fewer than the {least} of reviewed.toml"
    number = sum(parts["mistakes"]["number"] for parts in results.values())
    named = number - sum(len(parts["mistakes"]["nameless"]) for parts in results.values())
    if named < NAMED_RIGHT * number:
        yield f"{named} of {number} mistakes are named correctly, fewer than {NAMED_RIGHT:.0%}"

    of = _told(results)
    if of["changing"] and of["changing"] - of["bare"] < TOLD * of["changing"]:
        yield f"for {of['bare']} of {of['changing']} mutants that change a value, only the wrong entry is told; more should be told for {TOLD:.0%}"
    if of["false"] > MOST_FALSE * (of["named"] + of["put_in_words"]):
        yield f"{of['false']} sentences about mutants are false, more than {MOST_FALSE:.2%}"
    if of["small"] < SMALL * of["shown"]:
        yield f"{of['small']} of {of['shown']} worked examples are small, fewer than {SMALL:.0%}"


def _told(results):
    """Sum over all exercises what is told about mutants; lists count by their lengths."""
    rows = [parts["sentences"] for parts in results.values()]
    counts = [{key: len(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows]
    return {key: sum(row[key] for row in counts) for key in SENTENCES}


def text(results):
    """Return the page in Markdown."""
    rows = {name: _row(name, results[name]) for name in exercises()}
    columns = list(zip(*rows.values()))
    total = [SEEDS_OF_ALL.get(index, sum)(column) for index, column in enumerate(columns)]
    sections = [
        _summary(dict(zip(COLUMNS[1:], total)), sum(parts["slips"]["number"] for parts in results.values())),
        [EXPLANATION],
        _table(rows, total),
    ]
    lines = [INTRODUCTION, *(line for section in sections for line in section)]
    return "\n".join([*lines, *_sentences(results), *_survivors(), *_pairs(), *_nameless()]) + "\n"


def _summary(of, slips):
    yield f"""\
- {of["mistakes"]:,} mistakes: {of["caught"]:,} are caught, {of["named"]:,} are named every time, {of["misnamed"]:,} are named as another mistake.
- {of["variants"]:,} correct answers, each on at least {of["variant seeds"]:,} seeds: {of["accepted"]:,} are accepted.
- {of["mutants"]:,} mutants of the reference: {of["killed"]:,} are killed, {of["listed"]:,} survive for a reason that is listed below.
- {of["two at once"] + of["beside wrong"]:,} combinations, of two mistakes at once or of a correct answer beside a wrong one, earn the points that they should.
- {of["checks"]:,} checks, each on at least {of["check seeds"]:,} seeds: {of["flaky"]:,} failures on correct code.
- An empty notebook, or one with constant answers, earns {of["empty"]:g} points.
- In {slips:,} tests, one of several results is wrong. Each time this costs the result's share of the points, and at most one point more.
"""


def _table(rows, total):
    yield "## Exercise by exercise\n"
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|---|{'---:|' * len(total)}"
    yield f"| **all** | {' | '.join(f'**{value:,}**' for value in total)} |"
    yield from (f"| `{name}` | {' | '.join(f'{value:,}' for value in row)} |" for name, row in rows.items())
    yield ""


def write(results):
    """Write the page if everything has been measured."""
    if all(set(SEEDS) <= set(results.get(name, {})) for name in exercises()):
        write_whole(PAGE, text(results))


def _row(exercise, parts):
    mistakes, variants, mutants = parts["mistakes"], parts["variants"], parts["mutants"]
    combinations = parts["combinations"]
    return (
        mistakes["number"],
        mistakes["number"] - len(mistakes["missed"]),
        mistakes["number"] - len(mistakes["nameless"]),
        len(mistakes["misnamed"]),
        variants["number"],
        variants["number"] - len(variants["refused"]),
        variants["seeds"],
        mutants["number"],
        mutants["number"] - len(mutants["survivors"]),
        len(set(mutants["survivors"]) & set(reasons(exercise))),
        combinations["pairs"] - len(unequal(exercise, parts)),
        combinations["neighbours"] - len(combinations["robbed"]),
        parts["flakiness"]["checks"],
        parts["flakiness"]["seeds"],
        parts["flakiness"]["failures"],
        parts["empty"]["points"],
    )


def _sentences(results):
    of = _told(results)
    yield "## What students are told about code that is not in the bank\n"
    yield f"- {of['changing']:,} mutants change a value. Of these, {of['named']:,} are named and {of['put_in_words']:,} are put in words; for {of['pattern']:,} the student is told a pattern."
    yield f"- {of['false']:,} of these sentences are not true on other seeds."
    yield f"- {of['hints']:,} times a student is sent to another exercise; {of['misled']:,} times that exercise is correct."
    yield f"- {of['small']:,} of {of['shown']:,} worked examples have at most {FEW} numbers.\n"
    yield f"For the following mutants, a student learns only which entry is wrong. A mistake in the bank, or words for the change, would say more. The table has the {LISTED} shortest of each exercise.\n"
    yield "| exercise | mutant |"
    yield "|---|---|"
    for exercise in exercises():
        changes = sorted(results[exercise]["sentences"]["bare"], key=len)  # a short change is a likely one
        yield from (f"| `{exercise}` | `{change.replace('|', '¦')}` |" for change in changes[:LISTED])
    yield ""


def _survivors():
    yield "## Mutants that survive, and why\n"
    yield "- *equivalent*: no input from a check can distinguish it from the reference."
    yield "- *free*: the exercise leaves this open, so it is correct too."
    yield "- *not graded*: the text says what it should do, but this is not graded.\n"
    yield "| exercise | mutants | kind | why |"
    yield "|---|---:|---|---|"
    for exercise, groups in reviewed()["mutants"].items():
        yield from (
            f"| `{exercise}` | {len(group['changes'])} | {group['kind']} | {group['why']} |" for group in groups
        )
    yield ""


def _pairs():
    yield "## Pairs of mistakes that undo or help each other\n"
    for exercise, groups in reviewed()["pairs"].items():
        yield from (f"- `{exercise}` ({len(group['names'])}): {group['why']}" for group in groups)
    yield ""


def _nameless():
    yield "## Mistakes that are caught but not always named\n"
    yield "Their values depend on the random draw. If no mistake matches, the student is told what to look at first.\n"
    for exercise, names in reviewed()["nameless"].items():
        yield from (f"- `{exercise}`: {name.replace('_', ' ')}" for name in names)
