"""What everything else builds on: the course's folder, its errors, submissions, and writing a file whole or not at all.

A clone is a course and contains the packages. If the packages are installed instead, `SHIPPED` is the course in the wheel, which
`init` copies. Commands work on the course that contains the current folder.
"""

import contextlib
import difflib
import functools
import hashlib
import json
import os
import re
import secrets
from pathlib import Path

from autograder import handed_in
from autograder.handed_in import MAX_BYTES, SECRET, TIMESTAMP

__all__ = [
    "CONFIG",
    "COURSE",
    "MAX_BYTES",
    "PACKAGES",
    "SECRET",
    "SHIPPED",
    "TIMESTAMP",
    "Course",
    "CourseError",
    "course_above",
    "expect_folder",
    "expect_known",
    "lesson_name",
    "meant",
    "open_gradebooks_fast",
    "this_course",
    "version_of_tables",
    "write_whole",
]
CONFIG = "nbgrader_config.py"


def is_course(folder):
    """Whether a folder is a course: its nbgrader configuration names the autograder."""
    try:
        return b"autograder" in (folder / CONFIG).read_bytes()
    except OSError:
        return False


def course_above(folder=None):
    """Return the course that a folder is in (default: the current folder), or None."""
    try:
        folder = Path(folder or os.getcwd()).resolve()
    except FileNotFoundError:  # the current folder has been deleted
        return None
    return next(filter(is_course, (folder, *folder.parents)), None)


def expect_folder():
    """Refuse to go on where the current folder has been deleted.

    Raises
    ------
    CourseError
        If it has been.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        raise CourseError("The current folder has been deleted. Go to one that exists, then run this again.") from None


PACKAGES = Path(__file__).resolve().parent.parent  # the folder of lessonkit, reference_impl and autograder
SHIPPED = PACKAGES if is_course(PACKAGES) else PACKAGES / "autograder" / "shipped"
COURSE = course_above() or SHIPPED
SECRET_BITS = 128  # of the secret seed: too many for anyone to try them all


class CourseError(Exception):
    """A command cannot go on; the message says what to do. All expected errors derive from this one."""


class Course:
    """A course's folders and its gradebook.

    Parameters
    ----------
    folder : path
    db_url : str, optional
        Default: nbgrader's own, ``sqlite:///<folder>/gradebook.db``.
    """

    def __init__(self, folder, db_url=None):
        self.folder = Path(folder).resolve()
        self.db_url = db_url or f"sqlite:///{self.folder / 'gradebook.db'}"

    def config(self):
        """The course's nbgrader configuration."""
        from traitlets.config import Config, PyFileConfigLoader

        if not (self.folder / "nbgrader_config.py").exists():
            return Config()
        before = os.environ.get("LESSONKIT_COURSE")
        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.folder)).load_config()
        finally:  # the file sets it for kernels that nbgrader starts; this process may grade another course next
            os.environ.pop("LESSONKIT_COURSE", None)
            if before is not None:
                os.environ["LESSONKIT_COURSE"] = before

    def released(self, lesson):
        """Return the notebook as it was released, with its hidden tests."""
        path = self.folder / "lessons" / lesson / f"{lesson}.ipynb"
        if not path.exists():
            raise CourseError(f"{lesson} is not released yet. Run `nbgrader generate_assignment {lesson}` first.")
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            if all(cell["cell_type"] for cell in notebook["cells"]):
                return notebook
            raise ValueError
        except (ValueError, KeyError, TypeError, IsADirectoryError):
            raise CourseError(
                f"{path} is damaged. Run `python -m autograder release {lesson}`, which writes it again."
            ) from None

    def expect(self, student):
        """Refuse a student who is not on the roster and has handed in nothing.

        Raises
        ------
        CourseError
            The message names the most similar student.
        """
        if student in self.handed_in():
            return
        with self.gradebook() as gradebook:
            expect_known("student", [student], {known.id for known in gradebook.students} | self.handed_in())

    def strangers(self):
        """Return the students who handed something in but are not on the roster, since a folder's name may be wrong; none without a roster."""
        with self.gradebook() as gradebook:
            roster = {student.id for student in gradebook.students}
        return self.handed_in() - roster if roster else set()

    def handed_in(self):
        """Return everyone who handed something in."""
        return set(filter(is_text, self._folders()))

    def misnamed(self):
        """Return a sentence about each folder in ``submitted`` whose name is not valid text, by that name (``?`` for bad bytes)."""
        shown = (name.encode("utf-8", "replace").decode() for name in self._folders() if not is_text(name))
        return {
            name: f"the folder's name is not valid text, so the gradebook cannot store it. Rename submitted/{name}."
            for name in sorted(shown)
        }

    def _folders(self):
        submitted = self.folder / "submitted"
        entries = submitted.iterdir() if submitted.is_dir() else ()
        return [path.name for path in entries if path.is_dir() and not path.name.startswith(".")]

    @contextlib.contextmanager
    def gradebook(self):
        """Open nbgrader's gradebook, which must exist.

        Raises
        ------
        CourseError
            If there is none, or it cannot be used because it is locked, damaged or not a gradebook.
        """
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError

        shown = re.sub(r"//[^/@]*@", "//", self.db_url)  # without a password
        file = Path(self.db_url.removeprefix("sqlite:///"))
        if self.db_url.startswith("sqlite:///") and not file.exists():
            raise CourseError(f"There is no gradebook {file}. Run `nbgrader generate_assignment` here first.")
        try:
            with Gradebook(self.db_url) as gradebook:
                yield gradebook
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise CourseError(
                f"The gradebook {shown} cannot be used: {why}. Run this again when it can be used. Nothing is lost."
            ) from None

    def students(self, lesson):
        """Return everyone on the roster, and everyone who handed something in."""
        from nbgrader.api import MissingEntry

        with self.gradebook() as gradebook:
            try:
                gradebook.find_assignment(lesson)
            except MissingEntry:
                raise CourseError(
                    f"The gradebook does not know {lesson}. Run `nbgrader generate_assignment {lesson}` first."
                ) from None
            return sorted({student.id for student in gradebook.students} | self.handed_in())

    def beside(self, lesson, student, name):
        """Return the text of a file that `nbgrader collect` wrote beside a student's notebook; "" if there is none."""
        return handed_in.line(self.folder / "submitted" / student / lesson / name)

    def journal(self, lesson, student):
        """Return the path of a student's journal file, which notes that the student has been graded."""
        safe = re.sub(r"[^\w.@-]", lambda m: f"%{ord(m[0]):02x}" if m[0] < "\u0100" else f"%u{ord(m[0]):06x}", student)
        if len(safe.encode()) > 200:
            safe = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / "grading" / lesson / f"{safe}.json"

    @contextlib.contextmanager
    def only_grader(self, lesson):
        """Hold a lock so that no two runs write the same files; it ends with this process, even if that is killed.

        Raises
        ------
        CourseError
            If another run holds the lock, or its file cannot be written.
        """
        import fcntl  # not on Windows

        path = self.folder / "grading" / lesson / ".lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = open(path, "w", encoding="ascii")
        except OSError as error:
            raise CourseError(f"{path.parent} cannot be written to: {error.strerror}.") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError(
                    f"Another run is grading {lesson} in this folder. Wait until it has ended, then run this again."
                ) from None
            except OSError:  # a file system without locks
                pass
            yield

    def secret_seed(self):
        """Return the course's secret seed, which is drawn at first use and kept in ``.secret_seed`` (git ignores it).

        Raises
        ------
        CourseError
            If the file does not contain a number.
        """
        path = self.folder / ".secret_seed"
        try:
            with open(path, "x", encoding="ascii") as file:
                file.write(f"{secrets.randbits(SECRET_BITS)}\n")
        except FileExistsError:
            pass
        except OSError as error:
            raise CourseError(f"The secret seed cannot be written to {path}: {error.strerror}.") from None
        try:
            return int(path.read_text(encoding="ascii"))
        except (ValueError, OSError):
            raise CourseError(
                f"{path.name} does not contain a number. Delete it to draw a new secret seed, then grade again."
            ) from None

    def draw_secret_seed(self):
        """Replace the course's secret seed by a new one."""
        write_whole(self.folder / ".secret_seed", f"{secrets.randbits(SECRET_BITS)}\n")

    def has_folder(self, lesson, student):
        """Whether a student has a folder for this lesson in ``submitted``."""
        return (self.folder / "submitted" / student / lesson).is_dir()

    def submission(self, lesson, student, earlier=()):
        """Return what a student handed in, maybe from an earlier release: see `autograder.handed_in.submission`."""
        folder = self.folder / "submitted" / student / lesson
        return handed_in.submission(folder, lesson, lambda: [self.released(lesson), *earlier])


def lesson_name(text):
    """Return the full name of a lesson that is given as ``6``, ``06`` or ``06_backward``.

    Raises
    ------
    CourseError
        If there is no such lesson; the message names the most similar one.
    """
    from lessonkit.catalogue import UnknownName, lesson

    try:
        return lesson(f"{int(text):02d}" if text.isdecimal() else text).name
    except UnknownName as error:
        raise CourseError(str(error)) from None


def expect_known(kind, names, known):
    """Refuse names that are not known.

    Raises
    ------
    CourseError
        The message names the first unknown one, and the most similar known one.
    """
    for name in names:
        if name not in known:
            raise CourseError(f"There is no {kind} {name!r} in the gradebook.{meant(name, known)}")


def meant(name, known):
    """Return a space and a question with the most similar known name; "" if none is similar."""
    nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f" Did you mean {nearest[0]}?" if nearest else ""


def is_text(name):
    """Whether a file's name is valid text; it may be bytes in another encoding than this machine's."""
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def this_course():
    """Return the course that this process works for: ``LESSONKIT_COURSE``, which ``nbgrader_config.py`` sets, or this project."""
    return Course(os.environ.get("LESSONKIT_COURSE") or COURSE)


@functools.cache
def version_of_tables():
    """Return the version of the tables in a new gradebook; nbgrader itself starts a process to find out, which takes two seconds."""
    from alembic.script import ScriptDirectory
    from nbgrader import api

    return ScriptDirectory(str(Path(api.__file__).with_name("alembic"))).get_current_head()


def open_gradebooks_fast():
    """Spare nbgrader, which opens the gradebook ten times for each submission, to start and to compile the same each time.

    A new gradebook needs no other process, and one that is opened again keeps its engine, which knows the compiled statements.
    """
    from nbgrader import api

    api.get_alembic_version = version_of_tables
    if not hasattr(api.create_engine, "cache_info"):
        api.create_engine = functools.lru_cache(maxsize=4)(api.create_engine)


def write_whole(path, content):
    """Write text or bytes to a file whole or not at all: the old content stays until the new content is complete.

    Parameters
    ----------
    path : path
        Its folder is created if it is missing.
    content : str or bytes
        Text is written as UTF-8 with ``\\n`` at line ends; characters that are not valid Unicode are replaced.

    Raises
    ------
    CourseError
        If the file cannot be written: its folder is a file or is protected, or the disk is full.
    """
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror} ({error.filename or unfinished}).") from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
