"""Unpacks an archive that may come from a student: neither its content nor its size can be trusted.

Only files are unpacked, each once, inside the target folder, and up to a limit. Everything else (a link, a device, a path that
leads out of the folder) is left out and reported.
"""

import gzip
import os
import re
import shutil
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lessonkit.notebook_file import is_clutter

MAX_FOLDERS = 50  # levels of nested folders
LARGE = 20 * 2**20  # bytes: a file of this size is always accepted, since a notebook may be as large
RATIO = 100  # a larger file may have at most this many times its packed size; about 10 for a notebook
OTHERS = {b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive"}
UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)  # characters in a name that control a terminal


@dataclass(frozen=True)
class Limits:
    """How many files and bytes one archive may contain."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Member:
    """One entry of an archive that is not a folder.

    Attributes
    ----------
    name : str
    size, most : int
        The number of bytes that it claims, and the largest number that is accepted.
    modified : float or None
    is_file : bool
        Whether it is a plain file.
    open : function
    """

    name: str
    size: int
    most: int
    modified: float | None
    is_file: bool
    open: Callable


class Refused(ValueError):
    """An entry that must not be unpacked; the message says why."""


def is_archive(path, extensions=(".zip", ".gz")):
    """Whether a file has the name of an archive that can be unpacked."""
    return Path(path).suffix.lower() in {*extensions, ".tar", ".tgz"}


def what_else(path):
    """Return the kind of an archive that cannot be unpacked; "" for other files."""
    with open(path, "rb") as file:
        return OTHERS.get(file.read(4), "")


def name_on_disk(name):
    """Return a file's name without characters that control a terminal, so that it can be printed."""
    return UNSEEN.sub("_", name)


def unpack(path, folder, limits):
    """Unpack a zip or tar file.

    Parameters
    ----------
    path, folder : Path
        The archive, and an empty folder for its files.
    limits : Limits

    Returns
    -------
    list of str
        What was left out, and why.

    Raises
    ------
    Exception
        Any kind of exception, if nothing can be unpacked.
    """
    left_out, files, size = [], 0, 0
    try:
        for member in (_of_zip if zipfile.is_zipfile(path) else _of_tar)(path, limits):
            if is_clutter(member.name):
                continue
            try:
                _refuse(member, files + 1 > limits.files or size + member.size > limits.bytes)
                _write(member, folder)
                files, size = files + 1, size + member.size
            except Exception as error:  # the error concerns only this entry
                left_out.append(f"{member.name} ({_why(error)})")
    except Exception as error:  # a tar file that ends too early, or never
        if not files:
            raise
        left_out.append(f"everything after that ({_why(error)})")
    return left_out


def _of_zip(path, limits):
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                kind = stat.S_IFMT(entry.external_attr >> 16)
                most = max(LARGE, RATIO * entry.compress_size)
                if entry.compress_type not in (
                    zipfile.ZIP_STORED,
                    zipfile.ZIP_DEFLATED,
                ):  # zipfile unpacks other methods without a limit
                    most = -1
                yield Member(
                    entry.filename, entry.file_size, most, _moment(entry.date_time), kind in (0, stat.S_IFREG),
                    partial(archive.open, entry),
                )  # fmt: skip


def _of_tar(path, limits):
    with open(path, "rb") as packed:
        is_gzip = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        stream = _Bounded(gzip.GzipFile(fileobj=packed) if is_gzip else packed, limits.bytes)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for entry in archive:
                if not entry.isdir():
                    yield Member(
                        entry.name, entry.size, limits.bytes, entry.mtime, entry.isreg(),
                        partial(archive.extractfile, entry),
                    )  # fmt: skip


class _Bounded:
    """A stream that raises an error beyond a limit, because tarfile also unpacks the entries that it skips."""

    def __init__(self, stream, most):
        self.stream, self.left = stream, most + LARGE

    def read(self, size):
        if size > self.left:
            raise Refused("it is too large")
        data = self.stream.read(size)
        self.left -= len(data)
        return data


def _moment(date_time):
    """Return the time of a zip file's date, or None if it is not a valid date."""
    try:
        return time.mktime((*date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None


def _refuse(member, is_too_much):
    if not member.is_file:
        raise Refused("it is a link or a device, not a file")
    if member.name.count("/") > MAX_FOLDERS:
        raise Refused("it is inside too many folders")
    if is_too_much or member.size > member.most:
        if member.most < 0:
            raise Refused("its compression method is not supported")
        raise Refused(f"its size, {member.size / 2**20:.0f} MB, is too large to unpack")


def _write(member, folder):
    path = folder / _inside(member.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, open(path, "xb") as target:
            shutil.copyfileobj(source, target)  # in pieces, up to the size that was checked
    except (FileExistsError, NotADirectoryError):
        raise Refused("another file has the same name") from None
    except Exception:
        path.unlink(missing_ok=True)
        raise
    if member.modified is not None:  # the time may decide which of two files is the later one
        try:
            os.utime(path, (member.modified, member.modified))
        except (OverflowError, ValueError, OSError):  # not a date that this machine accepts
            pass


def _inside(name):
    """Return the path of an entry inside the target folder."""
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:/", path) or ".." in path.split("/"):
        raise Refused("its path leads out of the folder")
    return name_on_disk(path)


def _why(error):
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
