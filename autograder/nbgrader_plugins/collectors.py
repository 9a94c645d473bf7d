"""Collector plugins for nbgrader: submissions as Canvas and Moodle hand them out, in one zip file for a class.

``nbgrader zip_collect LESSON --ZipCollectApp.collector_plugin=autograder.nbgrader_plugins.collectors.Canvas`` puts each file of
``downloaded/LESSON/archive`` where the grader looks for it. The roster says who is who; whoever is not on it is named, and
not collected.
"""

import re
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin


class Collector(FileNameCollectorPlugin):
    """What the formats share: finding the student, and the name under which a file is kept.

    Attributes
    ----------
    pattern : str
        Regular expression for the end of a file's path, with the groups ``who`` and ``file``.
    """

    pattern = None

    def __init__(self, **options):
        super().__init__(**options)
        self._kept = set()

    def collect(self, submitted_file):
        """Whose file this is: ``student_id`` and ``file_id`` for nbgrader, or None (with an error that names the file) to leave it out."""
        if Path(submitted_file).suffix not in self.valid_ext:
            return None
        match = re.search(self.pattern, Path(submitted_file).as_posix())
        if not match:
            return self._left_out(submitted_file, f"Its name is not one that {type(self).__name__} gives.")
        who = match["who"]
        students = sorted(self.students(who))
        if len(students) != 1:
            why = (
                f"{' and '.join(students)} on the roster are both called so" if students else "nobody on the roster is"
            )
            return self._left_out(submitted_file, f"It is from {who!r}, and {why}. Enter who that is in the roster.")
        (student,) = students
        name = self._name(student, match["file"])
        if (student, name) in self._kept:
            return self._left_out(submitted_file, f"There is another {name} of {student}'s, which was collected.")
        self._kept.add((student, name))
        return {"student_id": student, "file_id": name}

    def _left_out(self, path, why):
        self.log.error(
            "Not collected: %s. %s You can copy it to submitted/STUDENT/%s yourself.", path, why, self.lesson
        )

    def students(self, who):
        """The ids of the students on the roster that `who` may mean."""
        raise NotImplementedError

    @property
    def lesson(self):
        """The assignment that is collected."""
        return self.parent.coursedir.assignment_id

    @cached_property
    def roster(self):
        """Everyone on the roster: ``(id, first name, last name, number in the learning platform)``."""
        with Gradebook(self.parent.coursedir.db_url) as gradebook:
            return [
                (student.id, student.first_name, student.last_name, student.lms_user_id)
                for student in gradebook.students
            ]

    def _name(self, student, name):
        """The file's own name, without the number that a second upload gets: ``06_backward-1.ipynb``, ``06_backward (1).ipynb``."""
        plain = re.sub(r"(-\d+| ?\(\d+\))(?=\.ipynb$)", "", name)
        return plain if plain == f"{self.lesson}.ipynb" and (student, plain) not in self._kept else name


class Canvas(Collector):
    """The zip of Canvas's *Download Submissions*.

    Its files are named NAME_USER_FILE_ORIGINAL, with _LATE after the name when they came late, where USER is Canvas's number of
    the student: ``lms_user_id`` in the roster, or nbgrader's id (as the class ``ContentZipper`` of Canvas itself has it).
    """

    # the first pair of numbers: what a student called the file may hold another one
    pattern = r"/(?:[^/]*?_)?(?P<who>\d+|anon_\w+?)_\d+_(?P<file>[^/]+)$"

    def students(self, who):
        return {student for student, _, _, number in self.roster if who in (number, student)}


class Moodle(Collector):
    """The zip of Moodle's *Download all submissions*, with a folder for each student or without.

    Its files are named NAME_NUMBER_assignsubmission_file/ORIGINAL, or the same with _ for the /. NUMBER is of that one download and tells
    nothing; NAME is the student's full name, after GROUP- in a group assignment (as ``download_submissions`` of Moodle's mod_assign
    has it). So the roster needs first and last names.
    """

    pattern = r"/(?P<who>[^/]+?)_\d+_assignsubmission_file_?/?(?P<file>[^/]+)$"

    def students(self, who):
        who, exact, of_a_group = _plain(who), set(), set()
        for student, first, last, _ in self.roster:
            if not (first and last):
                continue
            names = [_plain(name) for name in (f"{first} {last}", f"{last} {first}", f"{last}, {first}")]
            if who in names:
                exact.add(student)
            elif who.endswith(tuple(f"-{name}" for name in names)):
                of_a_group.add(student)
        return exact or of_a_group


def _plain(name):
    """A name as it is when Moodle has taken out what it does not want in a file's name."""
    return " ".join(re.sub(r"[\x00-\x1f&<>\"'`|:/\\]", "", name.replace("_", " ")).casefold().split())
