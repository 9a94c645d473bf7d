"""Collector plugins for nbgrader: submissions as Canvas and Moodle hand them out, in one zip file for a class.

``nbgrader zip_collect LESSON --ZipCollectApp.collector_plugin=autograder.nbgrader_plugins.collectors.Canvas`` puts each file of
``downloaded/LESSON/archive`` where the grader looks for it. The roster says who is who; whoever is not on it is named, and
not collected.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.course import SECRET, TIMESTAMP
from autograder.nbgrader_plugins.extractor import Extractor
from autograder.terminal import printable
from lessonkit.notebook_file import is_clutter

__all__ = ["Canvas", "Collector", "Extractor", "Moodle"]
APOSTROPHES = "'`´‘’ʼʹ′＇"
HYPHENS = re.compile("[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}]")


@dataclass(frozen=True)
class Upload:
    """One file that a student uploaded.

    Attributes
    ----------
    path : str
    student : str
    name : str
        Under which it is kept.
    order : tuple
        Later uploads have a greater one.
    """

    path: str
    student: str
    name: str
    order: tuple


class Collector(FileNameCollectorPlugin):
    """What the formats share: finding the student, and the name under which a file is kept.

    Attributes
    ----------
    pattern : str
        Regular expression for a file's path from where it names the student, with the groups ``who``, ``number`` and ``file``.
    """

    pattern = None

    def collect(self, submitted_file):
        """Whose file this is: ``student_id`` and ``file_id`` for nbgrader, or None to leave it out; why is logged where it matters."""
        upload = self._uploads.get(os.path.abspath(submitted_file))
        return {"student_id": upload.student, "file_id": upload.name} if upload else None

    @cached_property
    def _uploads(self):
        """What is collected, by path: of each student the latest file of a name, and no other kinds beside a notebook."""
        latest = {}
        for upload in filter(None, map(self._upload, self._files)):
            key = upload.student, upload.name
            earlier, later = sorted((latest.get(key, upload), upload), key=lambda one: one.order)
            if earlier is not later:
                paths = printable(earlier.path), printable(later.path)
                self.log.warning("Not collected: %s. %s is a later attempt of %s's.", *paths, upload.student)
            latest[key] = later
        with_notebook = {upload.student for upload in latest.values() if self._is_notebook(upload.name)}
        return {
            upload.path: upload
            for upload in latest.values()
            if self._is_notebook(upload.name) or upload.student not in with_notebook
        }

    @cached_property
    def _files(self):
        """Every file that was extracted, but for what macOS and editors leave."""
        folder = self._folder
        paths = sorted(str(path) for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        return [path for path in paths if not is_clutter(os.path.relpath(path, folder))]

    @property
    def _folder(self):
        return Path(os.path.abspath(self.parent._format_collect_path(self.parent.extracted_directory)))

    def _is_notebook(self, name):
        """Whether a file is to be collected for its name: a notebook, even if the name went on, or what is configured."""
        return ".ipynb" in name.lower() or Path(name).suffix in self.valid_ext

    def _upload(self, path):
        """Whose file it is; None, with an error, where that is not clear."""
        inside = Path(path).relative_to(self._folder).as_posix()
        match = self._match(inside)
        students = self.students(match["who"]) if match else set()
        if len(students) != 1:
            if match or self._is_notebook(inside):
                self._left_out(path, self._why(match, sorted(students)))
            return None
        name, again = self._name(match["file"].rpartition("/")[2])
        name = _as_kept(name, path)
        if name in (TIMESTAMP, SECRET):  # written by nbgrader, never by a student
            return None
        return Upload(path, *students, name, (*self._moment(path), int(match["number"]), again, path))

    def _match(self, inside):
        """Where a path names the student: in the outermost name that the platform gave. Those below are a student's own words."""
        parts = inside.split("/")
        paths = ("/".join(parts[start:]) for start in range(len(parts)))
        return next(filter(None, (re.match(self.pattern, path) for path in paths)), None)

    def _why(self, match, students):
        if not match:
            return f"Its name is not one that {type(self).__name__} gives."
        if students:
            why = f"{' and '.join(students)} on the roster are both called so. Enter who that is in the roster."
        else:
            why = (
                "nobody on the roster is. Enter who that is in the roster. If it is no student, but part of the name of a zip "
                "file of yours, rename that file."
            )
        return f"It is from {match['who']!r}, and {why}"

    def _left_out(self, path, why):
        self.log.error(
            "Not collected: %s. %s You can copy it to submitted/STUDENT/%s yourself.", printable(path), why, self.lesson
        )

    def _moment(self, path):
        """When a file was handed in, as far as the platform says it."""
        return ()

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

    def _name(self, name):
        """The file's own name, and the number that a second upload gets: ``06_backward-1.ipynb``, ``06_backward (1).ipynb``."""
        again = re.search(r"(?:-(\d{1,6})| ?\((\d{1,6})\))(?=\.ipynb$)", name)
        plain = name[: again.start()] + name[again.end() :] if again else name
        return (plain, int(again[1] or again[2])) if again and plain == f"{self.lesson}.ipynb" else (name, 0)


class Canvas(Collector):
    """The zip of Canvas's *Download Submissions*.

    Its files are named NAME_USER_FILE_ORIGINAL, with _LATE after the name when they came late, where USER is Canvas's number of
    the student: ``lms_user_id`` in the roster, or nbgrader's id (as the class ``ContentZipper`` of Canvas itself has it).
    """

    # the first pair of numbers: what a student called the file may hold another one
    pattern = r"(?:[^/]*?_)?(?P<who>\d+|anon_\w+?)_(?P<number>\d+)_(?P<file>.+)$"

    def students(self, who):
        return {student for student, _, _, number in self.roster if who in (number, student)}


class Moodle(Collector):
    """The zip of Moodle's *Download all submissions*, with a folder for each student or without.

    Its files are named NAME_NUMBER_assignsubmission_file/ORIGINAL, or the same with _ for the /. NUMBER is of that one download and tells
    nothing; NAME is the student's full name, after GROUP- in a group assignment (as ``download_submissions`` of Moodle's mod_assign
    has it). So the roster needs first and last names.
    """

    # what a student wrote in a text field lies beside the files, under the same name with another word at its end
    pattern = r"(?P<who>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?/?(?P<file>.+)$"

    def _moment(self, path):
        return (os.path.getmtime(path),)  # the zip file's own, to which `Extractor` sets it

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


def _as_kept(name, path):
    """The name that nbgrader keeps a file under, which stops at two that come to the same."""
    root = os.path.splitext(name.lstrip("."))[0] or "notebook"
    return root + os.path.splitext(path)[1]


def _plain(name):
    """A name as it is when Moodle has taken out what it does not want in a file's name, in one form of Unicode."""
    name = HYPHENS.sub("-", unicodedata.normalize("NFKC", name.replace("´", "'")).casefold())
    name = unicodedata.normalize("NFKC", name.replace("_", " "))
    return " ".join(re.sub(rf"[\x00-\x1f&<>\"|:/\\{APOSTROPHES}]", "", name).split())
