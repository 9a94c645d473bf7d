"""Unpacks an archive that a student may have made: what is in it is not to be trusted, nor how much of it there is.

Files alone come out of it, each once and below the folder that it is unpacked to, up to what the archive may hold. Whatever
else is in it (a link, a device, a path that leads elsewhere) is left out, and told.
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

MAX_FOLDERS = 50  # within one another
LARGE = 20 * 2**20  # bytes up to which nothing is too large: a notebook may have as many
RATIO = 100  # times its packed size, beyond which nothing larger is believed; a notebook packs to a tenth
OTHERS = {b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive"}
UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # what acts on a terminal, in a name


@dataclass(frozen=True)
class Limits:
    """How many files and bytes one archive may hold."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Member:
    """One entry of an archive that is no folder.

    Attributes
    ----------
    name : str
    size, most : int
        Bytes that it says it has, and more than which are not believed.
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
    """What is in an archive and may not come out of it; the message says why."""


def is_archive(path, extensions=(".zip", ".gz")):
    """Whether a file's name is that of an archive which can be unpacked."""
    return Path(path).suffix.lower() in {*extensions, ".tar", ".tgz"}


def what_else(path):
    """What kind of archive a file is that cannot be unpacked; "" where it is none."""
    with open(path, "rb") as file:
        return OTHERS.get(file.read(4), "")


def name_on_disk(name):
    """A file's name without what a terminal would act on: what lists it later may print it as it is."""
    return UNSEEN.sub("_", name)


def unpack(path, folder, limits):
    """Unpack a zip or tar file.

    Parameters
    ----------
    path, folder : Path
        The archive, and an empty folder for what is in it.
    limits : Limits

    Returns
    -------
    list of str
        What was left out, and why.

    Raises
    ------
    Exception
        Of any kind, where nothing can be had of it.
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
            except Exception as error:  # it concerns this entry alone
                left_out.append(f"{member.name} ({_why(error)})")
    except Exception as error:  # a tar file that ends too early, or never
        if not files:
            raise
        left_out.append(f"all that follows ({_why(error)})")
    return left_out


def _of_zip(path, limits):
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                kind = stat.S_IFMT(entry.external_attr >> 16)
                most = max(LARGE, RATIO * entry.compress_size)
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # they unpack without bound
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
    """A stream that ends with an error where it is longer than it may be: what is passed over is unpacked too."""

    def __init__(self, stream, most):
        self.stream, self.left = stream, most + LARGE

    def read(self, size):
        if size > self.left:
            raise Refused("it is too large")
        data = self.stream.read(size)
        self.left -= len(data)
        return data


def _moment(date_time):
    """The moment of a zip file's date, which may be no date."""
    try:
        return time.mktime((*date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None


def _refuse(member, is_too_much):
    if not member.is_file:
        raise Refused("it is no file, but a link or a device")
    if member.name.count("/") > MAX_FOLDERS:
        raise Refused("it lies in too many folders")
    if is_too_much or member.size > member.most:
        if member.most < 0:
            raise Refused("it is packed in a way that is not read here")
        raise Refused(f"its {member.size / 2**20:.0f} MB are more than may be unpacked")


def _write(member, folder):
    path = folder / _inside(member.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, open(path, "xb") as target:
            shutil.copyfileobj(source, target)  # in pieces, up to the size that was looked at
    except (FileExistsError, NotADirectoryError):
        raise Refused("there is another one of this name") from None
    except Exception:
        path.unlink(missing_ok=True)
        raise
    if member.modified is not None:  # which of two is the later one may hang on it
        try:
            os.utime(path, (member.modified, member.modified))
        except (OverflowError, ValueError, OSError):  # no date that this machine knows
            pass


def _inside(name):
    """The path of an entry below the folder that it is unpacked to."""
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:/", path) or ".." in path.split("/"):
        raise Refused("its path leads elsewhere")
    return name_on_disk(path)


def _why(error):
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
