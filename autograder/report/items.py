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
        How many submissions were checked, passed it (all of it), and had nothing written.
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
class Told:
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


def ran(entries):
    """The entries of those whose notebook could be run."""
    return {student: entry for student, entry in entries.items() if entry["seconds"] > 0}


def outcomes(entry):
    """Every check's outcome in a journal entry: ``(exercise, outcome as a dict)``."""
    for exercise, result in entry["results"].items():
        for row in result["outcomes"]:
            yield exercise, row


def points(entry):
    """The points that the autograder gave."""
    return float(sum(entry["points"].values()))


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


def analyse(entries):
    """Every exercise with its checks.

    Parameters
    ----------
    entries : dict of str to dict
        Journal entries of those whose notebook was run.

    Returns
    -------
    list of (Item, list of Item)
        The exercise as a whole, and its checks.
    """
    keys, places = [], {}
    for entry in entries.values():
        for exercise, row in outcomes(entry):
            if (exercise, row["check"]) not in places:
                places[exercise, row["check"]] = len(keys)
                keys.append((exercise, row["title"], row["points"]))
    earned = np.full((len(entries), len(keys)), np.nan)  # (students, checks), nan where a check was not there yet
    blank = np.zeros(earned.shape, bool)
    for number, entry in enumerate(entries.values()):
        for exercise, row in outcomes(entry):
            place = places[exercise, row["check"]]
            earned[number, place] = row["points"] * row["passed"]
            blank[number, place] = row["kind"] in ("empty", "waits")
    total = np.nansum(earned, axis=1)

    def item(exercise, title, columns):
        took = ~np.isnan(earned[:, columns]).all(axis=1)
        most = sum(keys[column][2] for column in columns)
        mine = np.nansum(earned[:, columns], axis=1)[took]
        value, why = discrimination(mine, total[took] - mine)
        full, nothing = int((mine >= most).sum()), int(blank[took][:, columns].all(axis=1).sum())
        share = float(mine.mean() / most) if most and len(mine) else 0.0
        return Item(exercise, title, most, int(took.sum()), full, nothing, share, value, why)

    found = []
    for exercise in dict.fromkeys(key[0] for key in keys):
        columns = [place for place, key in enumerate(keys) if key[0] == exercise]
        checks = [item(exercise, keys[column][1], [column]) for column in columns]
        found.append((item(exercise, "", columns), checks))
    return found


def mistakes(entries):
    """The known mistakes, most common first; one that a student made in several checks of an exercise counts once."""
    found = {}
    for student, entry in entries.items():
        for exercise, row in outcomes(entry):
            if row["mistake"]:
                told = found.setdefault((exercise, row["mistake"]), Told((exercise, row["mistake"]), row["sentence"]))
                if student not in told.students[-1:]:
                    told.students.append(student)
    return _most_common_first(found)


def unnamed(entries):
    """What failed without a known mistake, most common first: by exercise, and by what the values looked like.

    The sentence is that of the first student; a student counts once at each kind.
    """
    found = {}
    for student, entry in entries.items():
        for exercise, row in outcomes(entry):
            if not row["passed"] and row["kind"] not in ("mistake", "empty", "waits"):
                told = found.setdefault((exercise, row["kind"]), Told((exercise, row["kind"]), row["sentence"]))
                if student not in told.students[-1:]:
                    told.students.append(student)
    return _most_common_first(found)


def group(pairs):
    """What was said, most common first, from pairs of student and sentence."""
    found = {}
    for student, sentence in pairs:
        found.setdefault(sentence, Told((), sentence)).students.append(student)
    return _most_common_first(found)


def _most_common_first(found):
    return sorted(found.values(), key=lambda told: (-len(told.students), told.what, told.sentence))
