"""Finds the notebook among the files that a student handed in, whatever its name and folder.

The files come from a student: links are not followed, only a limited number of files is looked at, and none beyond `MAX_BYTES`.
The kit is imported where it is used: it imports NumPy, and no command's ``--help`` should wait for that.
"""

import hashlib
import io
import json
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from autograder.flags import UNGRADED, Telling

MAX_BYTES = 20 * 2**20  # of one notebook
MAX_HELD = 5 * MAX_BYTES  # of all files of one submission
MAX_ENTRIES, MAX_FILES, MAX_DEPTH = 2000, 40, 4  # files looked at, files opened, levels of nested folders
TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"  # when it was handed in; who may fetch the feedback
SAVED = ".ipynb_checkpoints"  # where Jupyter keeps a copy of what was saved
NOTHING = "Nothing was handed in."
DATA = (".csv", ".tsv", ".npz", ".npy", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".pkl", ".pyc", ".md", ".log")


@dataclass
class Submission(Telling):
    """What a student handed in for one lesson.

    Attributes
    ----------
    data : bytes, None or Exception
        The notebook's file; None if there is none; or the error that kept it from being read, which is not the student's
        fault.
    notes : list of str
        What to tell the student about it.
    flags : list of str
        What an instructor should look at.
    """

    data: bytes | Exception | None = None
    notes: list = field(default_factory=list)
    flags: list = field(default_factory=list)

    def fingerprint(self):
        """Return a digest that changes when anything in the submission changes."""
        total = hashlib.sha256(json.dumps([self.notes, self.flags]).encode())
        total.update(self.data if isinstance(self.data, bytes) else repr(self.data).encode())
        return total.hexdigest()


@dataclass
class File:
    """One file of a submission, or one notebook in a zip file.

    Attributes
    ----------
    name : str
        Its path below the submission's folder.
    data : bytes
        Its first `MAX_BYTES` bytes, and one more if it is longer.
    modified : float
    archive : str
        The zip file that it is in, or "".
    words : str
        What it is if it is not a notebook, or "".
    answers : frozenset of str
        The exercises that it answers.
    content : tuple
        The sources of its cells: equal for two copies.
    """

    name: str
    data: bytes
    modified: float
    archive: str = ""
    words: str = ""
    answers: frozenset = frozenset()
    content: tuple = ()

    @property
    def shown(self):
        """Its name, safe to show to anyone."""
        name = self.name.encode("utf-8", "replace").decode()
        name = "".join(
            letter if letter.isprintable() and letter not in '`<>"*_[]' or letter == "_" else "?" for letter in name
        )
        name = name if len(name) <= 80 else f"{name[:50]}...{name[-27:]}"
        return (
            f'"{name}"' if re.search(r"[.,;:!?] ", name) else name
        )  # otherwise it could be read as the grader's own sentence


def submission(folder, lesson, released=None):
    """Return what a student handed in.

    Parameters
    ----------
    folder : path
        ``submitted/STUDENT/LESSON``.
    lesson : str
    released : function, optional
        Returns the released notebook and the earlier ones that students may have, the latest first; it is called if there are
        several files to choose from.

    Returns
    -------
    Submission
    """
    folder = Path(folder)
    try:
        if folder.parent.is_symlink() or folder.is_symlink():
            return _none("The submission is a link, not a file. Hand in the notebook itself.")
        if not folder.is_dir():
            return Submission(None, [NOTHING])
        return _in_folder(folder, f"{lesson}.ipynb", released)
    except OSError as error:
        return Submission(error)
    except Exception as error:  # an error while reading a student's file concerns that student alone
        return Submission(RuntimeError(f"{error} ({type(error).__name__})"))


def line(path):
    """Return the text of a small file such as ``timestamp.txt``, in any encoding; "" if there is none or it is a link."""
    from lessonkit import notebook_file

    path = Path(path)
    if path.is_symlink() or not path.is_file():
        return ""
    with open(path, "rb") as file:
        return notebook_file.decode(file.read(400)).strip("\ufeff\0 \t\r\n")[:200]


def _none(sentence):
    """Return a submission without a notebook, and say why."""
    return Submission(None, [sentence], [f"{UNGRADED}: {sentence}"])


def _in_folder(folder, exact, released):
    entries, left_out = _entries(folder, exact)
    files = list(_within_limits(file for entry in entries for file in _opened(folder, entry)))
    saved = folder / SAVED
    if len(files) == 1 and files[0].name == exact and not left_out and not saved.is_dir():
        return Submission(files[0].data)
    releases = _releases(released)
    for file in files:
        _study(file, releases)
    if saved.is_dir() and not saved.is_symlink() and not any(file.answers for file in files):
        files += _saved(folder, saved, releases)
    if not files:
        if (folder / exact).is_symlink():
            return _none("The submission is a link, not a file. Hand in the notebook itself.")
        return _none(f"There is no notebook named {exact}. Give yours this name and hand it in again.")
    chosen = _choose(files, exact)
    if left_out:
        chosen.flags.append(f"more than {MAX_FILES} files were handed in, and some were not looked at")
    return chosen


def _saved(folder, saved, releases):
    """Return those of Jupyter's checkpoint copies that contain an answer."""
    copies = [(path, path.stat()) for path in sorted(saved.glob("*.ipynb"))[:MAX_FILES] if not path.is_symlink()]
    kept = [file for entry in copies if entry[0].is_file() for file in _opened(folder, entry)]
    for file in kept:
        _study(file, releases)
    return [file for file in kept if file.answers]


def _entries(folder, exact):
    """Return a submission's files as ``(path, status)``, the most promising first, and whether some were left out."""
    from lessonkit import notebook_file

    entries, folders, seen = [], [(folder, 0)], 0
    while folders and seen < MAX_ENTRIES:
        parent, depth = folders.pop(0)
        with os.scandir(parent) as scan:
            for entry in scan:
                seen += 1
                path = Path(entry.path)
                if seen > MAX_ENTRIES or notebook_file.is_clutter(entry.name) or entry.name == "__MACOSX":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth < MAX_DEPTH and entry.name not in (SAVED, "__pycache__", ".git"):
                        folders.append((path, depth + 1))
                elif entry.is_file(follow_symlinks=False) and entry.name not in (TIMESTAMP, SECRET):
                    if path.suffix.lower() not in DATA:
                        entries.append((path, entry.stat(follow_symlinks=False)))
    entries.sort(key=lambda entry: (entry[0] != folder / exact, ".ipynb" not in entry[0].name.lower(), str(entry[0])))
    return entries[:MAX_FILES], len(entries) > MAX_FILES or seen > MAX_ENTRIES


def _within_limits(files):
    """Yield the files that fit in memory together."""
    size = 0
    for file in files:
        size += len(file.data)
        if size <= MAX_HELD:
            yield file


def _opened(folder, entry):
    """Return a file or, for a zip file, the notebooks in it."""
    path, status = entry
    with open(path, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    file = File(path.relative_to(folder).as_posix(), data, status.st_mtime)
    return list(_in_zip(file)) or [file] if data[:4] == b"PK\x03\x04" else [file]


def _in_zip(file):
    """Yield the notebooks in a zip file; none if it is damaged or none can be unpacked."""
    from lessonkit import notebook_file

    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        names = [name for name in archive.namelist() if not notebook_file.is_clutter(name)]
        unpacked = 0
        for name in [name for name in names if name.lower().endswith(".ipynb")][:MAX_FILES]:
            size = archive.getinfo(name).file_size
            if size <= min(MAX_BYTES, MAX_HELD - unpacked):
                unpacked += size
                yield File(
                    f"{file.name}/{name}", notebook_file.unpacked(archive, name, MAX_BYTES), file.modified, file.name
                )
    except Exception:  # if a student's file cannot be unpacked, it counts as a file without a notebook
        return


def _releases(released):
    try:
        return released() if released else ()
    except Exception:  # the command itself says that the lesson is not released
        return ()


def _study(file, releases):
    """Note what a file is, and which exercises it answers."""
    from lessonkit import notebook_file

    if len(file.data) > MAX_BYTES:
        file.words = "The file is larger than 20 MB. Clear its outputs, save it, and hand it in again."
        return
    try:
        notebook, _ = notebook_file.read(file.data)
    except notebook_file.NotANotebook as error:
        file.words = str(error)
        return
    cells = [cell for cell in notebook["cells"] if cell]
    file.content = tuple((cell["cell_type"], cell["source"]) for cell in cells)
    released = [cell for release in reversed(releases) for cell in release["cells"]]
    given = set(map(_said, released))
    wanted = {name: names for name, names in map(_exercise, released) if name}
    answers = set()
    for cell in cells:
        if _said(cell) not in given:
            marks, defined = _grade_id(cell), _defined(cell) if cell["cell_type"] == "code" else set()
            answers |= {name for name, names in wanted.items() if name == marks or names & defined}
    if not wanted:  # without the released notebook, any code may be an answer
        answers = {source for kind, source in file.content if kind == "code" and source.strip()}
    file.answers = frozenset(answers)


def _said(cell):
    """Return a cell's content without its layout."""
    from lessonkit import notebook_file, statements

    source = notebook_file.source_of(cell) or ""
    return statements.form(source) if cell["cell_type"] == "code" else statements.lines_of(source)


def _exercise(cell):
    """Return the name of a released answer cell, and the names that it defines."""
    marks = cell["metadata"].get("nbgrader") or {}
    if not marks.get("solution"):
        return None, frozenset()
    return marks.get("grade_id"), frozenset(_defined(cell)) | {marks.get("grade_id")}


def _defined(cell):
    from lessonkit import notebook_file

    return set(re.findall(r"^(?:async +)?(?:def|class) +(\w+)", notebook_file.source_of(cell) or "", re.M))


def _grade_id(cell):
    marks = cell["metadata"].get("nbgrader")
    return marks.get("grade_id") if isinstance(marks, dict) else None


def _choose(files, exact):
    """Return the notebook to grade, with notes about the choice."""
    notebooks = [file for file in files if not file.words]
    own = next((file for file in files if file.name == exact), None)
    in_order = sorted(notebooks, key=lambda file: (file is own, _newness(file)))  # of equal notebooks, the last counts
    answered = list({file.content: file for file in in_order if file.answers}.values())
    if not notebooks:
        return Submission(own.data) if own else _not_graded(files, exact)
    if not answered:
        chosen = own if own in notebooks else max(notebooks, key=_newness)
        graded = Submission(chosen.data)
        _tell_what_else(graded, chosen, files)
    else:
        chosen = own if own in answered else max(answered, key=_newness)
        graded = Submission(chosen.data)
        if len(answered) > 1:
            names = ", ".join(sorted(file.shown for file in answered))
            why = "it has the lesson's name" if chosen is own else "it is the newest"
            graded.tell(
                "several notebooks with answers were handed in",
                f"{len(answered)} different notebooks with answers were handed in: {names}. "
                f"{chosen.shown} was graded, because {why}.",
            )
        elif own and chosen is not own:
            why = f"could not be read ({own.words.split('. ')[0]})" if own.words else "contains no answer"
            graded.tell("another file was graded", f"{exact} {why}. {chosen.shown} contains answers, and was graded.")
    _note_name(graded, chosen, exact)
    return graded


def _newness(file):
    """Return a sort key: when a file was changed, then the numbers in its name."""
    return (
        file.modified,
        [int(part) if part.isdecimal() else 0 for part in re.split(r"(\d{1,9})", file.name)],
        file.name,
    )


def _note_name(graded, chosen, exact):
    """Tell the student where the notebook was found, if it was not in its usual place."""
    if chosen.archive:
        graded.notes.append(
            f"Your notebook was inside a zip file, as {chosen.shown}. It was graded. "
            "Please hand in the notebook itself next time."
        )
    elif chosen.name != exact and chosen.name.rpartition("/")[2] == exact:
        graded.notes.append(
            f"Your notebook was inside a folder, as {chosen.shown}. It was graded. "
            "Please hand in the notebook itself next time."
        )
    elif chosen.name != exact:
        graded.notes.append(
            f"The notebook {chosen.shown} was graded, although its name is not {exact}. Please use that name next time."
        )


def _tell_what_else(graded, chosen, files):
    """Tell about the unreadable files beside a notebook without answers: they may contain the answers."""
    others = [file for file in files if file.words]
    if others:
        names = "; ".join(f"{file.shown}: {file.words.split('. ')[0].rstrip('.')}" for file in others[:3])
        graded.tell(
            "a file beside an empty notebook could not be graded",
            f"{chosen.shown} contains no answer. Other files that were handed in could not be graded. {names}.",
        )


def _not_graded(files, exact):
    """Say that no file is a notebook, and what the first ones are."""
    kinds = " ".join(f"{file.shown}: {file.words}" for file in files[:3])
    return _none(f"There is no notebook named {exact}, and no other file is a notebook. {kinds}")
