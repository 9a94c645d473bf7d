"""What a run says about its checks: how difficult each is, how well it separates students, and which mistakes were made.

The measures are those of classical test theory (Crocker and Algina, *Introduction to Classical and Modern Test Theory*, 1986,
chapters 5 and 14).
"""

from dataclasses import dataclass, field

import numpy as np

FEW = 30  # below it, correlations are rough


@dataclass(frozen=True)
class Item:
    """One check, or a whole exercise.

    Attributes
    ----------
    exercise, title : str
        `title` is empty for a whole exercise.
    points : float
    taken, passed, empty : int
        How many submissions were checked, passed completely, and were still empty. A property check that saw no correct
        value does not count as taken: it would only repeat the other checks.
    difficulty : float
        The share of the points that the submissions earned; for a check, the share that passed. Higher means easier.
    discrimination : float or None
        See `discrimination`.
    why : str
        Why `discrimination` is None.
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
    """A sentence that was told to, or about, several students.

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
    """Return the submissions whose notebook could be run."""
    return {student: graded for student, graded in submissions.items() if graded.ran}


def discrimination(item, rest):
    """Return the corrected item-total correlation: how well an item separates strong students from weak ones.

    It is Pearson's correlation between the item's points and the points of all *other* items; for a check, which passes or fails, it is
    the point-biserial correlation with the rest. Leaving the item out of the total is the correction of Henrysson (1963), "Correction of
    item-total correlations in item analysis", Psychometrika 28, 211-218.

    Parameters
    ----------
    item, rest : array of float, shape (students,)

    Returns
    -------
    value : float or None
        Between -1 and 1; None if it is not defined.
    why : str
        Why it is not defined.
    """
    if len(item) < 2:
        return None, "there is only one submission" if len(item) else "there is no submission"
    if np.ptp(item) == 0:
        return None, "everyone earned the same"
    if np.ptp(rest) == 0:
        return None, "everyone earned the same on the rest"
    return float(np.corrcoef(item, rest)[0, 1]), ""


def analyse(submissions):
    """Analyze every exercise and its checks.

    Parameters
    ----------
    submissions : dict of str to GradedSubmission
        The submissions whose notebook was run.

    Returns
    -------
    list of (Item, list of Item)
        Each whole exercise, and its checks.
    """
    keys, columns_of = [], {}
    for graded in submissions.values():
        for exercise, outcome in graded.outcomes():
            if (exercise, outcome.check) not in columns_of:
                columns_of[exercise, outcome.check] = len(keys)
                keys.append((exercise, outcome.title, outcome.points))
    earned = np.full(
        (len(submissions), len(keys)), np.nan
    )  # (students, checks); nan if a check did not exist yet, or saw nothing
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
    """Return the known mistakes, most common first; a student counts once, even if several checks show the mistake."""
    return _findings(submissions, lambda outcome: outcome.mistake)


def unnamed(submissions):
    """Return failures without a known mistake, most common first, by exercise and by what the values look like.

    The sentence is the first student's; a student counts once for each kind.
    """
    named = ("mistake", "empty", "waits", "depends", "unseen")
    return _findings(submissions, lambda outcome: not outcome.passed and outcome.kind not in named and outcome.kind)


def _findings(submissions, name):
    """Group outcomes by exercise and by the value of `name`, if that is not empty."""
    findings = {}
    for student, graded in submissions.items():
        for exercise, outcome in graded.outcomes():
            if what := name(outcome):
                finding = findings.setdefault((exercise, what), Finding((exercise, what), outcome.sentence))
                if student not in finding.students[-1:]:
                    finding.students.append(student)
    return _most_common_first(findings)


def group(pairs):
    """Group pairs of student and sentence by sentence, most common first."""
    findings = {}
    for student, sentence in pairs:
        findings.setdefault(sentence, Finding((), sentence)).students.append(student)
    return _most_common_first(findings)


def _most_common_first(findings):
    return sorted(findings.values(), key=lambda finding: (-len(finding.students), finding.what, finding.sentence))
