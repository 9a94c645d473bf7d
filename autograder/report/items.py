"""What a run says about its checks: how hard each is, how well it separates, and which mistakes the class made.

The measures are those of classical test theory (Crocker and Algina, *Introduction to Classical and Modern Test Theory*, 1986,
chapters 5 and 14).
"""

from dataclasses import dataclass, field

import numpy as np

FEW = 30  # below it, correlations are rough


@dataclass(frozen=True)
class Item:
    """One check, or one exercise as a whole.

    Attributes
    ----------
    exercise, title : str
        `title` is empty for the exercise as a whole.
    points : float
    taken, passed, empty : int
        How many submissions were checked, passed it (all of it), and had nothing written. A check of a property that could
        not be seen, as no value was right, is none that was taken: it would only repeat what the other checks say.
    difficulty : float
        The share of its points that those who took it earned: for a check, the share that passed. The higher, the easier.
    discrimination : float or None
        See `discrimination`.
    why : str
        Why there is none.
    """

    exercise: str
    title: str
    points: float
    taken: int
    passed: int
    empty: int
    difficulty: float
    discrimination: float | None
    why: str = ""


@dataclass
class Finding:
    """Something that was said to, or of, several students.

    Attributes
    ----------
    what : tuple of str
        What it is about, such as exercise and check.
    sentence : str
    students : list of str
    """

    what: tuple
    sentence: str
    students: list = field(default_factory=list)


def ran(submissions):
    """The submissions of those whose notebook could be run."""
    return {student: graded for student, graded in submissions.items() if graded.ran}


def discrimination(item, rest):
    """The corrected item-total correlation: how well an item separates strong students from weak ones.

    It is Pearson's correlation of the item's points with the points of all *other* items; for a check, which one passes or not, that is the
    point-biserial correlation with the rest. Leaving the item out of the total is the correction of Henrysson (1963), "Correction of
    item-total correlations in item analysis", Psychometrika 28, 211-218.

    Parameters
    ----------
    item, rest : array of float, shape (students,)

    Returns
    -------
    value : float or None
        Between -1 and 1; None where it is not defined.
    why : str
        Why it is not.
    """
    if len(item) < 2:
        return None, "one submission says nothing" if len(item) else "no submission"
    if np.ptp(item) == 0:
        return None, "everyone earned the same"
    if np.ptp(rest) == 0:
        return None, "the rest separates nobody"
    return float(np.corrcoef(item, rest)[0, 1]), ""


def analyse(submissions):
    """Every exercise with its checks.

    Parameters
    ----------
    submissions : dict of str to GradedSubmission
        Of those whose notebook was run.

    Returns
    -------
    list of (Item, list of Item)
        The exercise as a whole, and its checks.
    """
    keys, columns_of = [], {}
    for graded in submissions.values():
        for exercise, outcome in graded.outcomes():
            if (exercise, outcome.check) not in columns_of:
                columns_of[exercise, outcome.check] = len(keys)
                keys.append((exercise, outcome.title, outcome.points))
    earned = np.full(
        (len(submissions), len(keys)), np.nan
    )  # (students, checks), nan where a check was not there yet, or saw nothing
    blank = np.zeros(earned.shape, bool)
    for row, graded in enumerate(submissions.values()):
        for exercise, outcome in graded.outcomes():
            column = columns_of[exercise, outcome.check]
            earned[row, column] = np.nan if outcome.kind == "unseen" else outcome.worth
            blank[row, column] = outcome.kind in ("empty", "waits")
    total = np.nansum(earned, axis=1)

    def item(exercise, title, columns):
        took = ~np.isnan(earned[:, columns]).all(axis=1)
        most = sum(keys[column][2] for column in columns)
        mine = np.nansum(earned[:, columns], axis=1)[took]
        value, why = discrimination(mine, total[took] - mine)
        full, nothing = int((mine >= most).sum()), int(blank[took][:, columns].all(axis=1).sum())
        share = float(mine.mean() / most) if most and len(mine) else 0.0
        return Item(exercise, title, most, int(took.sum()), full, nothing, share, value, why)

    analysis = []
    for exercise in dict.fromkeys(key[0] for key in keys):
        columns = [column for column, key in enumerate(keys) if key[0] == exercise]
        checks = [item(exercise, keys[column][1], [column]) for column in columns]
        analysis.append((item(exercise, "", columns), checks))
    return analysis


def mistakes(submissions):
    """The known mistakes, most common first; one that a student made in several checks of an exercise counts once."""
    return _findings(submissions, lambda outcome: outcome.mistake)


def unnamed(submissions):
    """What failed without a known mistake, most common first: by exercise, and by what the values looked like.

    The sentence is that of the first student; a student counts once at each kind.
    """
    named = ("mistake", "empty", "waits", "depends", "unseen")
    return _findings(submissions, lambda outcome: not outcome.passed and outcome.kind not in named and outcome.kind)


def _findings(submissions, name):
    """Outcomes by exercise and by what `name` returns of them, where it returns something."""
    findings = {}
    for student, graded in submissions.items():
        for exercise, outcome in graded.outcomes():
            if what := name(outcome):
                finding = findings.setdefault((exercise, what), Finding((exercise, what), outcome.sentence))
                if student not in finding.students[-1:]:
                    finding.students.append(student)
    return _most_common_first(findings)


def group(pairs):
    """What was said, most common first, from pairs of student and sentence."""
    findings = {}
    for student, sentence in pairs:
        findings.setdefault(sentence, Finding((), sentence)).students.append(student)
    return _most_common_first(findings)


def _most_common_first(findings):
    return sorted(findings.values(), key=lambda finding: (-len(finding.students), finding.what, finding.sentence))
