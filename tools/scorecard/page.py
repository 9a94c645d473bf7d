"""The scorecard as a page, ``docs/scorecard.md``, and what on it must not be."""

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
NAMED_RIGHT = 0.92  # of all mistakes: the others have too little evidence on some seed, and get no name
TOLD = 0.8  # of the mutants that change a value: those of which more is said than that a value is wrong
MOST_FALSE = 1 / 300  # of what is told of mutants
SMALL = 0.8  # of the worked examples
COLUMNS = (
    "exercise", "mistakes", "caught", "named", "misnamed", "variants", "accepted", "variant seeds", "mutants", "killed", "listed",
    "two at once", "beside wrong", "checks", "check seeds", "flaky", "empty",
)  # fmt: skip
SEEDS_OF_ALL = {COLUMNS.index(name) - 1: min for name in ("variant seeds", "check seeds")}  # other columns are added up
SENTENCES = ("changing", "named", "put_in_words", "pattern", "bare", "false", "shown", "small", "hints", "misled")
LISTED = 5  # mutants of each exercise without a sentence
INTRODUCTION = """\
# The grader's scorecard

How well do the checks tell right code from wrong? `make scorecard` measures it and writes this page. A test fails when the page
is not up to date, or when a number is worse than it may be.
"""
EXPLANATION = f"""\
## What is measured

- **mistakes**: wrong code in known ways (`autograder/bank/mistakes`), on {SEEDS["mistakes"]} seeds, each as it stands there and with other
  random draws and rounding errors. *Caught*: a check fails. *Named*: every check that fails shows the mistake's own sentence on every
  one of these runs. *Misnamed*: the sentence of another mistake is shown somewhere.
- **variants**: right code in other styles (`autograder/bank/variants`), and the reference in float32. *Accepted*: every check passes on every
  seed.
- **mutants**: the reference with one small thing changed by a machine (`autograder/bank/mutants.py`): an operator, a constant,
  an axis, an index, a sign, a comparison, a statement or a call left out, arguments exchanged. *Killed*: a check fails on every one of
  {SEEDS["mutants"]} seeds. *Listed*: it survives, and why that is no harm is said below.
- **two at once**: pairs of mistakes made together. They must earn the points of the checks that neither of them fails.
- **beside wrong**: notebooks in which another exercise, not used by this one, is wrong. The right one must keep all its points.
- **flaky**: failures of the checks, each on many seeds. A check must run to its end without a warning, its expected values must be finite, and it
  must accept the reference *written otherwise*: other random draws where the draw is free, and every number off by 4 units in the
  last place. (That the reference agrees with itself would say nothing.)
- **sentences on mutants**: what students are told of the mutants that change a value, on the visible seed. *Named*: a mistake of the bank.
  *In words*: the small change that gives these values. *Pattern*: a sign, a factor, a shape. *Bare*: only which entry is wrong. *False*: what was
  said does not hold on two other seeds. *Small*: the worked example has at most {FEW} numbers. *Sent elsewhere*: right code beside a mistake in an exercise that it
  uses; *misled*: to one that is right.
- **empty**: the most points for the released notebook as it is, and for functions that return None, zeros, ones or halves of the right
  shape, or what they were given.

After a change of the code, its variants are first measured on {LEAST["variants"]} seeds and its checks on {LEAST["flakiness"]} (`--quick` stops there), and then on
{SEEDS["variants"]} and {SEEDS["flakiness"]:,}: the columns *seeds* say how far it has come.
"""


@cache
def reviewed():
    """What was read and found to be right as it is: ``reviewed.toml``."""
    return tomllib.loads(REVIEWED.read_text(encoding="utf-8"))


def reasons(exercise):
    """Why a mutant may survive: ``{change: (kind, why)}``."""
    listed = reviewed()["mutants"].get(exercise, [])
    return {change: (group["kind"], group["why"]) for group in listed for change in group["changes"]}


def unlisted(exercise, parts):
    """The surviving mutants that nobody has looked at."""
    return [change for change in parts["mutants"]["survivors"] if change not in reasons(exercise)]


def unequal(exercise, parts):
    """The pairs of mistakes that earn other points than they should, save those that were looked at."""
    known = {name for group in reviewed()["pairs"].get(exercise, []) for name in group["names"]}
    return [name for name in parts["combinations"]["unequal"] if name not in known]


def problems(results):
    """What is worse than it may be, in sentences; and what is not measured yet."""
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
        "the mistake {} is named as another one": parts["mistakes"]["misnamed"],
        "the mistake {} is not always named, and not in reviewed.toml": set(nameless) - set(may_be_nameless),
        "a mistake in reviewed.toml is always named: {}": set(may_be_nameless) - set(nameless),
        "the variant {} is refused": parts["variants"]["refused"],
        "a mutant survives and is not in reviewed.toml: {}": unlisted(exercise, parts),
        "a mutant in reviewed.toml does not survive: {}": set(reasons(exercise)) - set(survivors),
        "two mistakes at once earn other points than they should: {}": unequal(exercise, parts),
        "the right answer loses points beside {}": parts["combinations"]["robbed"],
        "flaky: {}": parts["flakiness"]["first"],
    }
    yield from (sentence.format(name) for sentence, names in sentences.items() for name in names)
    for sentence in parts["sentences"]["misled"]:
        yield f"a student is sent to the wrong exercise: {sentence}"
    for slip in parts["slips"]["dear"]:
        yield f"one wrong result costs more than its share and a point, or nothing: {slip}"
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
        yield f"{named} of {number} mistakes are named right, fewer than {NAMED_RIGHT:.0%}"

    of = _told(results)
    if of["changing"] and of["changing"] - of["bare"] < TOLD * of["changing"]:
        yield f"of {of['changing']} mutants that change a value, {of['bare']} are told no more than that: {TOLD:.0%} should be"
    if of["false"] > MOST_FALSE * (of["named"] + of["put_in_words"]):
        yield f"{of['false']} sentences about mutants are false, more than {MOST_FALSE:.2%}"
    if of["small"] < SMALL * of["shown"]:
        yield f"{of['small']} of {of['shown']} worked examples are small, fewer than {SMALL:.0%}"


def _told(results):
    """The sums over all exercises of what is told of mutants; of lists, their lengths."""
    rows = [parts["sentences"] for parts in results.values()]
    counts = [{key: len(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows]
    return {key: sum(row[key] for row in counts) for key in SENTENCES}


def text(results):
    """The page, in Markdown."""
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
- {of["mistakes"]:,} mistakes: {of["caught"]:,} are caught, {of["named"]:,} are named every time, {of["misnamed"]:,} are named as another one.
- {of["variants"]:,} right answers, each on at least {of["variant seeds"]:,} seeds: {of["accepted"]:,} are accepted.
- {of["mutants"]:,} mutants of the reference: {of["killed"]:,} are killed, {of["listed"]:,} survive for a reason that is listed below.
- {of["two at once"] + of["beside wrong"]:,} combinations, of two mistakes at once or of a right answer beside a wrong one, earn the points that they should.
- {of["checks"]:,} checks, each on at least {of["check seeds"]:,} seeds: {of["flaky"]:,} failures on right code.
- A notebook with nothing written in it, or with answers that know nothing, earns {of["empty"]:g} points.
- {slips:,} times one of several results is wrong: each costs its share of the points, and at most one more.
"""


def _table(rows, total):
    yield "## Exercise by exercise\n"
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|---|{'---:|' * len(total)}"
    yield f"| **all** | {' | '.join(f'**{value:,}**' for value in total)} |"
    yield from (f"| `{name}` | {' | '.join(f'{value:,}' for value in row)} |" for name, row in rows.items())
    yield ""


def write(results):
    """Write the page, as far as everything has been measured."""
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
    yield "## What is told of code that is in no bank\n"
    yield f"- {of['changing']:,} mutants change a value. {of['named']:,} are named, {of['put_in_words']:,} are put in words, of {of['pattern']:,} a pattern is told."
    yield f"- {of['false']:,} of these sentences do not hold on other seeds."
    yield f"- {of['hints']:,} times a student is sent to another exercise; {of['misled']:,} times to one that is right."
    yield f"- {of['small']:,} of {of['shown']:,} worked examples have at most {FEW} numbers.\n"
    yield "Of these, a student learns only which entry is wrong; a mistake in the bank, or words for the change, would say more:\n"
    yield "| exercise | mutant |"
    yield "|---|---|"
    for exercise in exercises():
        changes = sorted(results[exercise]["sentences"]["bare"], key=len)  # a short change is a likely one
        yield from (f"| `{exercise}` | `{change.replace('|', '¦')}` |" for change in changes[:LISTED])
    yield ""


def _survivors():
    yield "## Mutants that survive, and why\n"
    yield "- *equivalent*: no input that a check can give tells it from the reference."
    yield "- *free*: the exercise leaves it open, so it is right as well."
    yield "- *not graded*: the text says how it should be, but no points are asked for it.\n"
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
    yield "## Mistakes that are caught, and not always named\n"
    yield "They yield what depends on the draw; where none fits, the student is told what to look at first.\n"
    for exercise, names in reviewed()["nameless"].items():
        yield from (f"- `{exercise}`: {name.replace('_', ' ')}" for name in names)
