"""The evidence for a known mistake: it yields the student's values wherever it is wrong, and these values tell something."""

from dataclasses import dataclass, field

import numpy as np

from lessonkit.engine.compare import kinds, same_values
from lessonkit.engine.values import is_number, map_plain, parts

ENOUGH = 2  # different numbers: a single number, a zero or a one can come from anything
PATTERN = 4  # entries of an array of which some are right and some are wrong
TELLING = ("returns", "endless", "missing", "KeyError")  # errors that name what is wrong; the others have many causes
SAYS_NOTHING = (0.0, 1.0, -1.0)


@dataclass
class Evidence:
    """The evidence for one known mistake.

    Attributes
    ----------
    explained : set of str
        The checks whose first wrong value it yields.
    whole : int
        How many checks it explains to their end, including those that pass.
    numbers : set of float
        The wrong numbers that it yields as the student's code does.
    other : bool
        Whether it yields something wrong other than a number, as the student's code does: an error, a shape, a word.
    """

    explained: set = field(default_factory=set)
    whole: int = 0
    numbers: set = field(default_factory=set)
    other: bool = False

    @property
    def is_enough(self):
        """Whether another cause would hardly have given the same."""
        return bool(self.explained) and (self.other or len(self.numbers) >= ENOUGH)

    def add(self, check, transcript, yielded, expected):
        """Weigh one check at which the mistake is wrong; False where it is evidence against the mistake.

        Parameters
        ----------
        check : Check
        transcript : Transcript
            The student's.
        yielded : tuple
            The mistake's values there, and its error message or an empty one: see `lessonkit.engine.diagnose.Suspect`.
        expected : list of (str, object)

        Returns
        -------
        bool
        """
        values, message = yielded
        right = True  # so far, the student's
        differs = False
        for entry, (name, value), (_, truth) in zip(transcript.entries, values, expected):
            if entry.name != name:
                return False
            is_wrong = not same_values(value, truth, check.rtol)
            agrees = same_values(_in_floats(entry.value), _in_floats(value), check.rtol)
            if agrees and kinds(entry.value) == kinds(value):
                if is_wrong:
                    self.note(value, truth, check.rtol)
                    if right:
                        self.explained.add(check.name)
                    right = False
            elif is_wrong and not agrees:
                return False  # it is wrong where the student is right, or in a different way
            else:  # another cause in addition, such as numbers truncated to integers
                right, differs = False, True
        return self._ends_alike(check, transcript, len(values), message, right, differs)

    def _ends_alike(self, check, transcript, length, message, right, differs):
        """Weigh how the check ended: with which error, and how far it came."""
        error, came = transcript.error.message if transcript.error else "", len(transcript.entries)
        if came < length or came == length and message == "" != error:  # another cause has stopped the check
            return True
        if came > length or error != message:
            return False
        if message:
            self.other |= transcript.error.kind in TELLING
            if right:
                self.explained.add(check.name)
        self.whole += not differs
        return True

    def note(self, value, truth, rtol):
        """Keep what is wrong in a value that both yield."""
        leaves, yielded = dict(parts(truth)), dict(parts(value))
        self.other |= list(leaves) != list(yielded)
        for path in leaves.keys() & yielded.keys():
            self._note_leaf(yielded[path], leaves[path], rtol)

    def _note_leaf(self, leaf, truth, rtol):
        if not (is_number(leaf) and is_number(truth)):
            self.other = True  # a check's own words for what it saw
            return
        array, right = np.asarray(leaf), np.asarray(truth)
        if array.shape != right.shape or array.dtype.kind != right.dtype.kind:
            self.other = True
            return
        wrong = ~np.isclose(array, right, rtol=rtol, atol=1e-12, equal_nan=True)
        which = array.size >= PATTERN and wrong.any() and not wrong.all()
        self.other |= bool(which or not np.isfinite(array[wrong]).all())
        numbers = array[wrong & np.isfinite(array)] if array.dtype.kind != "b" else ()
        self.numbers.update(float(f"{number:.6g}") for number in numbers[:50] if number not in SAYS_NOTHING)


def _in_floats(value):
    """Integers as floats: a result truncated to integers has another cause, in addition to the one that is weighed."""
    return map_plain(
        value,
        lambda array: array * 1.0 if np.asarray(array).dtype.kind in "iu" else np.asarray(array),
        lambda part: part,
    )
