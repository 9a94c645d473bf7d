"""The content of the report's HTML page. Its layout is in ``page.html.j2``."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from autograder.publish import stylesheet
from autograder.report import items, svg
from autograder.report.gather import megabytes, needs_a_person
from autograder.terminal import printable
from lessonkit.report import set_code

HERE = Path(__file__).parent
STATES = ("graded", "unreadable", "nothing handed in", "excused", "not graded")
EVERYONE = 300  # a larger class is listed only at both ends of the scores; the CSV file has everyone
ENDS = 20
PAIRS = 100  # similar pairs on the page
FEW_NAMES = 8  # names that are shown without a click
MISTAKES = 15  # mistakes that are shown without a click
KINDS = {
    "error": "raised an error",
    "undefined": "uses a name that is not defined",
    "kept": "needs something that is not available",
    "nan": "NaN or infinite",
    "value": "wrong values",
    "shape": "wrong shape",
    "dtype": "wrong dtype",
    "type": "wrong type",
    "structure": "wrong structure",
    "sign": "opposite sign",
    "factor": "off by a factor",
    "offset": "off by a constant",
    "transposed": "transposed",
    "axis": "one row or column wrong",
    "misplaced": "correct values in the wrong place",
}


@dataclass(frozen=True)
class Spread:
    """How numbers are distributed.

    `bins` are ``(from, to, count)``; the last one includes its upper end.
    """

    values: np.ndarray
    bins: list
    plot: Markup

    @property
    def median(self):
        return float(np.median(self.values))

    @property
    def mean(self):
        return float(np.mean(self.values))

    def quantile(self, share):
        return float(np.quantile(self.values, share))


def page(lesson, group, before=None, pairs=None):
    """Return the page.

    Parameters
    ----------
    lesson : lessonkit.catalogue.Lesson
    group : autograder.report.gather.Class
    before : Run, optional
        An earlier run, to compare with.
    pairs : list of Pair, optional
        Similar submissions; None if nobody looked for them.

    Returns
    -------
    str
    """
    graded = group.graded
    analysis = items.analyse(graded)
    return _environment(group).get_template("page.html.j2").render(
        lesson=lesson,
        **stylesheet.style((HERE / "page.css").read_text(encoding="utf-8")),
        group=group,
        written=datetime.now(UTC),
        states={name: [s for s in group.names if group.state(s) == name] for name in STATES},
        attention=needs_a_person(group),
        spread=points_spread(group),
        mistakes=items.mistakes(graded),
        unnamed=items.unnamed(graded),
        analysis=analysis,
        exercises_plot=_exercises_plot(analysis),
        seconds=_resource([submission.seconds for submission in graded.values()], "seconds", "Time"),
        memory=_resource([m for m in map(megabytes, graded.values()) if m], "MB", "Memory"),
        heaviest=_ends(graded),
        everyone=_listed(group),
        pairs=pairs,
        then=comparison(group, before) if before else None,
        megabytes=megabytes,
        state=group.state,
        limits={"few": items.FEW, "everyone": EVERYONE, "ends": ENDS, "pairs": PAIRS, "mistakes": MISTAKES},
    )  # fmt: skip


def _about(value):
    """Return a number with three digits that count, but never with an exponent: 0.985, 104, 2,900."""
    return f"{float(f'{value:.3g}'):,.12g}"


def _environment(group):
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals.update(kinds=KINDS, few_names=FEW_NAMES)
    environment.filters.update(
        code=lambda text: Markup(set_code(printable(text))),
        names=lambda students: [group.names.get(student, student) for student in students],
        about=_about,
        number=lambda value: f"{value:.4g}",
        percent=_percent,
        signed=lambda value: f"{value:+.2f}".replace("-", "\N{MINUS SIGN}"),
        spark=svg.spark,
        moment=_moment,
    )  # fmt: skip
    return environment


def _percent(share):
    return f"{round(100 * share)}%"


def _moment(name):
    """Return the name of a run as a readable date and time; any other name stays as it is."""
    try:
        return f"{datetime.strptime(name[:19], '%Y-%m-%dT%H-%M-%S'):%Y-%m-%d at %H:%M:%S} UTC"
    except ValueError:
        return name


def bins(values, most, wanted, whole=False):
    """Return bins with a round width from 0 to at least `most`, and the count in each.

    Parameters
    ----------
    values : array of float, shape (n,)
    most : float
    wanted : int
        The approximate largest number of bins.
    whole : bool
        Whether the maximum gets its own bin at the top.

    Returns
    -------
    edges : array, shape (bins + 1,)
    counts : array of int, shape (bins,)
    """
    raw = max(most, 1e-9) / wanted
    scale = 10.0 ** np.floor(np.log10(raw))
    width = next(step * scale for step in (1, 2, 5, 10) if step * scale >= raw * (1 - 1e-9))
    width = max(width, 1.0) if whole else width
    edges = np.arange(int(np.ceil(most / width - 1e-9)) + 1 + whole) * width
    return edges, np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]


def _point_bins(values, most):
    """Return a bin for each point, or for every few points."""
    return bins(values, most, max(most, 1) if most <= 30 else 20, whole=True)


def points_spread(group):
    """Return the final scores of students whose notebook was run and who are not excused; None if there are none."""
    values = np.array([group.score(student) for student in group.graded if student not in group.excused])
    if not len(values):
        return None
    return _spread(values, *_point_bins(values, max(group.max_score, values.max())), "points", "Scores", whole=True)


def _resource(values, unit, name):
    values = np.array(values)
    return _spread(values, *bins(values, values.max(), 12), unit, name) if len(values) else None


def _spread(values, edges, counts, unit, name, whole=False):
    described = (
        f"{len(values)} submissions. Median {np.median(values):.4g} {unit}, from {values.min():.4g} to {values.max():.4g}. "
        "The numbers are in the table below."
    )
    title = f"{name}: number of submissions by {unit}"
    plot = svg.histogram(title, described, edges, counts, unit, whole=whole)
    return Spread(values, list(zip(edges[:-1], edges[1:], counts)), plot)


def _exercises_plot(analysis):
    rows = [(whole.exercise, whole.difficulty, _percent(whole.difficulty)) for whole, _ in analysis]
    described = "; ".join(f"{name} {words}" for name, _, words in rows)
    return svg.bars("Share of each exercise's points that the class earned", described, rows)


def _ends(graded):
    """Return the students whose notebooks took longest, and those whose notebooks took most memory."""

    def most(measure):
        return sorted(graded, key=lambda student: -(measure(graded[student]) or 0))[: min(ENDS, 5)]

    return {"seconds": most(lambda submission: submission.seconds), "memory": most(megabytes)}


def _listed(group):
    """Return the students to list: everyone or, in a large class, those with the highest and the lowest scores."""
    students = sorted(group.submissions, key=lambda student: (-group.score(student), group.names[student]))
    return students if len(students) <= EVERYONE else [*students[:ENDS], *students[-ENDS:]]


@dataclass(frozen=True)
class Comparison:
    """Two runs, ``then`` and ``now``, compared by the autograder's points.

    Attributes
    ----------
    run : Run
    then, now : dict
        How many were graded, their mean and median, and the share who earned all points; None if nobody was graded.
    plot, moves : Markup
        The distributions, and the exercises.
    rows : list of (str, str, Item or None, Item or None)
        Exercise, check, and its item then and now.
    mistakes : list of (Finding or None, Finding or None)
        Then and now, with the largest changes first.
    both : int
        How many students were graded in both runs.
    changed : list of (str, float, float)
        Students whose points changed, with both.
    """

    run: object
    then: dict
    now: dict
    plot: Markup
    moves: Markup
    rows: list
    mistakes: list
    both: int
    changed: list


def comparison(group, before):
    """Compare the class's present state with an earlier run."""
    old, new = items.ran(before.submissions), group.graded
    was, now = ({student: graded.earned for student, graded in run.items()} for run in (old, new))
    pairs = _matched(items.analyse(old), items.analyse(new))
    wholes = [(name, a, b) for name, title, a, b in pairs if not title and a and b]
    moved = [
        (name, a.difficulty, b.difficulty, f"{_percent(a.difficulty)} → {_percent(b.difficulty)}")
        for name, a, b in wholes
    ]
    changed = [
        (student, was[student], now[student]) for student in now if student in was and was[student] != now[student]
    ]
    return Comparison(
        before, _summary(was, group.max_score), _summary(now, group.max_score), _overlay(was, now, group.max_score),
        svg.pairs("Share of each exercise's points that the class earned, then and now",
                  "; ".join(f"{name} {words}" for name, _, _, words in moved), moved),
        pairs, _mistakes_then_and_now(old, new), len(set(was) & set(now)),
        sorted(changed, key=lambda row: (row[2] - row[1], row[0])),
    )  # fmt: skip


def _matched(old, new):
    """Match the items of two runs by exercise and check: first those of the new run, then those only in the old one."""
    flat = [{(i.exercise, i.title): i for whole, checks in run for i in (whole, *checks)} for run in (old, new)]
    return [(*key, flat[0].get(key), flat[1].get(key)) for key in dict.fromkeys([*flat[1], *flat[0]])]


def _summary(points, most):
    values = np.array(list(points.values()))
    if not len(values):
        return None
    return {
        "count": len(values), "mean": float(values.mean()), "median": float(np.median(values)),
        "full": float((values >= most).mean()),
    }  # fmt: skip


def _overlay(was, now, most):
    if not was or not now:
        return None
    most = max(most, *was.values(), *now.values())
    edges, then = _point_bins(list(was.values()), most)
    _, counts = _point_bins(list(now.values()), most)
    described = (
        f"Now {len(now)} submissions, mean {np.mean(list(now.values())):.4g}; then {len(was)}, mean "
        f"{np.mean(list(was.values())):.4g}. Filled: now. Outlined: then."
    )
    return svg.histogram(
        "Shares of the class by points, then and now", described, edges, counts, "points", then, whole=True
    )


def _mistakes_then_and_now(old, new):
    """Return each mistake of either run, sorted by how much its share of the class has changed."""
    then, now = ({finding.what: finding for finding in items.mistakes(run)} for run in (old, new))

    def share(finding, run):
        return len(finding.students) / len(run) if finding else 0.0

    rows = [(then.get(what), now.get(what)) for what in dict.fromkeys([*now, *then])]
    return sorted(rows, key=lambda row: -abs(share(row[1], new) - share(row[0], old)))
