"""Collector plugins for nbgrader: submissions from Canvas and Moodle, in one zip file for a class.

``python -m autograder collect LESSON canvas``, or ``nbgrader zip_collect LESSON
--ZipCollectApp.collector_plugin=autograder.nbgrader_plugins.collectors.Canvas``, puts each file of ``downloaded/LESSON/archive`` where the
grader looks for it. The roster identifies the students; files from anyone else are reported, and not collected.
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
from autograder.nbgrader_plugins import collected
from autograder.nbgrader_plugins.extractor import Extractor
from autograder.terminal import listed, printable, table
from lessonkit.notebook_file import is_clutter

__all__ = ["Canvas", "Collector", "Extractor", "Moodle"]
APOSTROPHES = "'`´‘’ʼʹ′＇"
UNCLEAR = "not collected: it is not clear who sent it"
EARLIER = "not collected: there is a later attempt"
BESIDE = "not collected: not a notebook, and there is one beside it"
NOT_OURS = "not collected: nbgrader itself writes a file of this name"
NOT_UNPACKED = "not unpacked, or not completely"
HYPHENS = re.compile("[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}]")


@dataclass(frozen=True)
class Upload:
    """One file that a student uploaded.

    Attributes
    ----------
    path : str
    student : str
    name : str
        The name under which it is saved.
    order : tuple
        Greater for later uploads.
    """

    path: str
    student: str
    name: str
    order: tuple


class Collector(FileNameCollectorPlugin):
    """What the formats share: finding the student, and the name under which a file is saved.

    Attributes
    ----------
    pattern : str
        Regular expression for the part of a file's path that names the student, with groups ``who``, ``number`` and ``file``.
    """

    pattern = None

    def collect(self, submitted_file):
        """Return ``student_id`` and ``file_id`` of a file for nbgrader, or None to leave it out."""
        upload = self._uploads.get(os.path.abspath(submitted_file))
        return {"student_id": upload.student, "file_id": upload.name} if upload else None

    def summary(self):
        """Return a table: how many students handed in what, and what was not collected."""
        notebooks, others = ({one.student for one in self.outcomes if one.kind == kind} for kind in collected.KINDS)
        rows = [
            (len(notebooks), "handed in a notebook", ""),
            (len(others), "handed in no notebook", listed(sorted(others))),
        ]
        owners = {}
        for one in self.outcomes:
            if not one.is_collected:
                owners.setdefault(one.kind, []).append(one.owner)
        for kind in sorted(owners, key=lambda kind: (-len(owners[kind]), kind)):
            rows.append((len(owners[kind]), kind, listed(owners[kind])))
        absent = sorted({student for student, *_ in self.roster} - notebooks - others)
        rows.append((len(absent), "on the roster, and nothing collected", listed(absent)))
        return table(row for row in rows if row[0])

    @property
    def note(self):
        """The file with the details."""
        return collected.path_of(self.parent.coursedir.root, self.lesson)

    @cached_property
    def _uploads(self):
        """The collected files by path: each student's latest file of a name, and no other kinds of files beside a notebook."""
        self.outcomes, latest = [], {}
        for path, why in getattr(self.parent.extractor_plugin_inst, "told", ()):
            self._note(path, NOT_UNPACKED, why)
        for upload in filter(None, map(self._upload, self._files)):
            key = upload.student, upload.name
            earlier, later = sorted((latest.get(key, upload), upload), key=lambda one: one.order)
            if earlier is not later:
                paths = printable(earlier.path), printable(later.path)
                self.log.warning("Not collected: %s. %s is a later attempt by %s.", *paths, upload.student)
                self._note(earlier.path, EARLIER, f"{os.path.basename(later.path)} is the later one.")
            latest[key] = later
        with_notebook = {upload.student for upload in latest.values() if self._is_notebook(upload.name)}
        uploads = {}
        for upload in latest.values():
            if self._is_notebook(upload.name) or upload.student not in with_notebook:
                uploads[upload.path] = upload
                self._note(upload.path, collected.KINDS[upload.student not in with_notebook])
            else:
                self._note(upload.path, BESIDE)
        collected.write(self.note, self.outcomes)
        self.log.warning("What happened to each file is listed in %s.", self.note)
        return uploads

    @cached_property
    def _files(self):
        """Every extracted file, except those that macOS and editors leave behind."""
        folder = self._folder
        paths = sorted(str(path) for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        return [path for path in paths if not is_clutter(os.path.relpath(path, folder))]

    @property
    def _folder(self):
        return Path(os.path.abspath(self.parent._format_collect_path(self.parent.extracted_directory)))

    def _is_notebook(self, name):
        """Whether a file's name marks it for collection: a notebook, even with a longer ending, or a configured extension."""
        return ".ipynb" in name.lower() or Path(name).suffix in self.valid_ext

    def _upload(self, path):
        """Return a file as an `Upload`; None, with an error, if it is not clear who sent it."""
        match, students = self._owners(path)
        if len(students) != 1:
            why = self._why(match, students)
            if match or self._is_notebook(self._inside(path)):
                words = printable(path), why, self.lesson
                self.log.error("Not collected: %s. %s You can copy it to submitted/STUDENT/%s yourself.", *words)
            self._note(path, UNCLEAR, why)
            return None
        name, again = self._name(match["file"].rpartition("/")[2])
        name = _as_kept(name, path)
        if name in (TIMESTAMP, SECRET):  # written by nbgrader, never by a student
            self._note(path, NOT_OURS)
            return None
        return Upload(path, *students, name, (*self._moment(path), int(match["number"]), again, path))

    def _owners(self, path):
        """Return the match of a file's name, and the students that it may be from."""
        match = self._match(self._inside(path))
        return match, sorted(self.students(match["who"])) if match else []

    def _inside(self, path):
        """Return a file's path in the download."""
        for step in (self.parent.extracted_directory, self.parent.archive_directory):
            if Path(path).is_relative_to(folder := os.path.abspath(self.parent._format_collect_path(step))):
                return Path(path).relative_to(folder).as_posix()
        return Path(path).name

    def _note(self, path, kind, why=""):
        """Note what happened to a file."""
        match, students = self._owners(os.path.abspath(path))
        sender = match.string[: match.end("who")] if match else ""
        self.outcomes.append(
            collected.Outcome(self._inside(os.path.abspath(path)), collected.BETWEEN.join(students), sender, kind, why)
        )

    def _match(self, inside):
        """Match the part of a path that names the student: the outermost match, since the inner names are the student's own."""
        parts = inside.split("/")
        paths = ("/".join(parts[start:]) for start in range(len(parts)))
        return next(filter(None, (re.match(self.pattern, path) for path in paths)), None)

    def _why(self, match, students):
        if not match:
            return f"{type(self).__name__} does not give files such names."
        if students:
            why = f"{' and '.join(students)} on the roster share this name. Add to the roster what tells them apart."
        else:
            why = (
                "nobody on the roster matches this. If it is a student, correct the roster. If it is part of the name of your "
                "zip file, rename that file."
            )
        return f"It is from {match['who']!r}, and {why}"

    def _moment(self, path):
        """Return when a file was handed in, if the platform says so."""
        return ()

    def students(self, who):
        """Return the ids of the students on the roster whom `who` may mean."""
        raise NotImplementedError

    @property
    def lesson(self):
        """The assignment to collect."""
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
        """Return a file's own name, and the number of a repeated upload: ``06_backward-1.ipynb``, ``06_backward (1).ipynb``."""
        again = re.search(r"(?:-(\d{1,6})| ?\((\d{1,6})\))(?=\.ipynb$)", name)
        plain = name[: again.start()] + name[again.end() :] if again else name
        return (plain, int(again[1] or again[2])) if again and plain == f"{self.lesson}.ipynb" else (name, 0)


class Canvas(Collector):
    """The zip file from Canvas's *Download Submissions*.

    Its files are named NAME_USER_FILE_ORIGINAL, with _LATE after the name if they are late. USER is Canvas's number for the
    student: ``lms_user_id`` in the roster, or nbgrader's id (see Canvas's class ``ContentZipper``).
    """

    # the first pair of numbers: a student's own file name may contain another one
    pattern = r"(?:[^/]*?_)?(?P<who>\d+|anon_\w+?)_(?P<number>\d+)_(?P<file>.+)$"

    def students(self, who):
        return {student for student, _, _, number in self.roster if who in (number, student)}


class Moodle(Collector):
    """The zip file from Moodle's *Download all submissions*, with or without a folder for each student.

    Its files are named NAME_NUMBER_assignsubmission_file/ORIGINAL, or the same with _ for the /. NUMBER belongs to that one download and
    says nothing; NAME is the student's full name, after GROUP- in a group assignment (see ``download_submissions`` in Moodle's
    mod_assign). So the roster needs first and last names.
    """

    # a student's text entry is beside the files, under the same name with another word at its end
    pattern = r"(?P<who>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?/?(?P<file>.+)$"

    def _moment(self, path):
        return (os.path.getmtime(path),)  # the time in the zip file, which `Extractor` keeps

    def students(self, who):
        who, exact, of_a_group = _plain(who), set(), set()
        for student, names in self._names:
            if who in names:
                exact.add(student)
            elif who.endswith(tuple(f"-{name}" for name in names)):
                of_a_group.add(student)
        return exact or of_a_group

    @cached_property
    def _names(self):
        """The names that each student may have: ``(id, names)``."""
        named = [(student, first, last) for student, first, last, _ in self.roster if first and last]
        return [
            (student, [_plain(name) for name in (f"{first} {last}", f"{last} {first}", f"{last}, {first}")])
            for student, first, last in named
        ]


def _as_kept(name, path):
    """Return the name under which nbgrader saves a file; nbgrader stops if two names become the same."""
    root = os.path.splitext(name.lstrip("."))[0] or "notebook"
    return root + os.path.splitext(path)[1]


def _plain(name):
    """Return a name in one form of Unicode, without the characters that Moodle removes from file names."""
    name = HYPHENS.sub("-", unicodedata.normalize("NFKC", name.replace("´", "'")).casefold())
    name = unicodedata.normalize("NFKC", name.replace("_", " "))
    return " ".join(re.sub(rf"[\x00-\x1f&<>\"|:/\\{APOSTROPHES}]", "", name).split())
