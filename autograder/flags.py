"""Flags: what an instructor should look at. A flag is a line of text that begins with its kind; a colon separates the details."""

UNGRADED = "could not be graded"


class Telling:
    """A mixin for objects with `notes` for the student and `flags` for the instructor."""

    def tell(self, kind, sentence, details=None):
        """Tell both: the student in a note, the instructor in a flag of this kind, with `details` if the sentence repeats it."""
        self.notes.append(sentence)
        self.flags.append(f"{kind}: {sentence if details is None else details}")


def words_of(error):
    """Return an exception's message without the name of its class, which tells nobody what to do."""
    return str(getattr(error, "orig", None) or error) or type(error).__name__


def first_line(flag):
    """Return the first line of a flag, without the traceback that may follow it."""
    return flag.splitlines()[0]


def kind_of(flag):
    """Return the words that flags of one kind have in common."""
    return first_line(flag).partition(": ")[0]


def by_kind(flags):
    """Return each kind of flag, most common first.

    Parameters
    ----------
    flags : dict of str to iterable of str
        By student.

    Returns
    -------
    list of (int, str, list of str)
        How many students have this kind of flag, the words that its flags have in common, and the students.
    """
    students = {}
    for student in sorted(flags):
        for kind in dict.fromkeys(map(kind_of, flags[student])):
            students.setdefault(kind, []).append(student)
    return [(len(who), kind, who) for kind, who in sorted(students.items(), key=lambda row: -len(row[1]))]
