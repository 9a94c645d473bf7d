"""What an instructor should look at. A flag is a line of text that begins with its kind; where there is more to say, a colon ends that."""

UNGRADED = "could not be graded"
SHOWN = 5  # students that a line names


class Telling:
    """A mixin for what has `notes` for the student and `flags` for the instructor."""

    def tell(self, kind, sentence):
        """Tell both: the student in a note, the instructor in a flag of this kind."""
        self.notes.append(sentence)
        self.flags.append(f"{kind}: {sentence}")


def first_line(flag):
    """A flag without what only a programmer reads."""
    return flag.splitlines()[0]


def kind_of(flag):
    """The words that flags of one kind have in common."""
    return first_line(flag).partition(": ")[0]


def by_kind(flags):
    """One line for each kind of flag, most common first: how many students have it, and who.

    Parameters
    ----------
    flags : dict of str to iterable of str
        By student.

    Returns
    -------
    list of str
    """
    students = {}
    for student in sorted(flags):
        for kind in dict.fromkeys(map(kind_of, flags[student])):
            students.setdefault(kind, []).append(student)
    return [
        f"{kind}: {len(who)} ({_names(who)})" for kind, who in sorted(students.items(), key=lambda row: -len(row[1]))
    ]


def _names(students):
    more = len(students) - SHOWN
    return ", ".join(students[:SHOWN]) + (f", and {more} more" if more > 0 else "")
