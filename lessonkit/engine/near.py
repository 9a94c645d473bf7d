"""Recognize a wrong value as the result of a small known change, by a few numbers computed from it."""

import zlib
from dataclasses import dataclass

import numpy as np

from lessonkit.engine.compare import same_values
from lessonkit.engine.evidence import Evidence
from lessonkit.engine.values import is_number, parts

RTOL = 1e-5
TELLING = 3  # different wrong numbers that must agree before anything is said


@dataclass(frozen=True)
class Fingerprint:
    """A few numbers that tell one wrong value from another.

    Attributes
    ----------
    place : int
        Its index among the values that a check yields: that of the first wrong one; -1 where an error came first.
    form : int
        A checksum of its shapes, dtypes and words.
    numbers : array of shape (3,)
        The sum of the absolute values, and two weighted sums.
    """

    place: int
    form: int = 0
    numbers: object = ()

    def fits(self, other):
        """Whether two wrong values are the same, as far as fingerprints can tell."""
        if (self.place, self.form) != (other.place, other.form) or self.place < 0:
            return False
        ours, theirs = np.asarray(self.numbers, dtype=float), np.asarray(other.numbers, dtype=float)
        return bool(np.all(np.abs(ours - theirs) <= RTOL * max(ours[0], theirs[0])))


@dataclass(frozen=True)
class Change:
    """A small change to an exercise's formula.

    Attributes
    ----------
    words : str
        The change that gives the values: "without the factor `dout`".
    fingerprints : dict
        By the name of a check: the `Fingerprint` of its first wrong value; a check that passes is left out.
    """

    words: str
    fingerprints: dict


def first_wrong(transcript, values, rtol):
    """The place of the first value of a check that differs from the expected one; None where there is none."""
    pairs = zip(transcript.entries, values)
    return next((i for i, (entry, (_, value)) in enumerate(pairs) if not same_values(entry.value, value, rtol)), None)


def fingerprint_of(transcript, values, rtol):
    """The `Fingerprint` of the first wrong value of a check; None where it passes."""
    place = first_wrong(transcript, values, rtol)
    if place is not None:
        return fingerprint(place, transcript.entries[place].value)
    return Fingerprint(-1) if transcript.error or len(transcript.entries) < len(values) else None


def fingerprint(place, value):
    """The `Fingerprint` of the wrong value at one place of a check."""
    form, numbers = [], []
    for path, leaf in parts(value):
        if is_number(leaf):
            array = np.asarray(leaf)
            finite = np.isfinite(array)
            form.append(f"{path} {array.shape} {array.dtype.kind} {np.flatnonzero(~finite).tolist()[:100]}")
            numbers.append(np.where(finite, np.real(array), 0).astype(float).ravel())
        else:
            form.append(f"{path} {leaf if isinstance(leaf, str) else type(leaf).__name__}")
    flat = np.concatenate(numbers) if numbers else np.zeros(0)
    steps = np.arange(1, flat.size + 1)
    with np.errstate(all="ignore"):
        sums = [np.abs(flat).sum(), flat @ np.sin(steps), flat @ np.cos(1.7 * steps)]
    return Fingerprint(place, zlib.crc32(" ".join(form).encode()), np.array(sums))


@dataclass(frozen=True)
class Wrong:
    """The first wrong value of a check.

    Attributes
    ----------
    result : str
        Which result of the exercise it is.
    value, expected : object
    rtol : float
        The check's.
    fingerprint : Fingerprint
    """

    result: str
    value: object
    expected: object
    rtol: float
    fingerprint: Fingerprint


def what_they_are(wrong, changes):
    """Say in words what wrong values are, by the name of each check about which something can be said.

    Parameters
    ----------
    wrong : dict
        By the name of each check that fails: its first wrong value (`Wrong`), or None where an error came first.
    changes : list of Change
        The most plausible first.

    Returns
    -------
    dict of str
    """
    words = {}
    for change in changes:
        agreeing = _agreeing(change, wrong)
        if agreeing and _is_telling([wrong[check] for check in agreeing]):
            words = {**dict.fromkeys(agreeing, change.words), **words}
    return words


def _agreeing(change, wrong):
    """The checks at which a change gives the student's values; none where there is evidence against it.

    The student's code must fail wherever the change does, mostly with the same values, and the same result must not be wrong
    in a different way in another check.
    """
    if not change.fingerprints.keys() <= wrong.keys():
        return []
    agreeing = [
        check
        for check, expected in change.fingerprints.items()
        if wrong[check] is not None and wrong[check].fingerprint.fits(expected)
    ]
    results = {wrong[check].result for check in agreeing}
    otherwise = any(one and one.result in results and check not in agreeing for check, one in wrong.items())
    return agreeing if 2 * len(agreeing) > len(change.fingerprints) and not otherwise else []


def _is_telling(wrong):
    evidence = Evidence()
    for one in wrong:
        evidence.note(one.value, one.expected, one.rtol)
    return len(evidence.numbers) >= TELLING
