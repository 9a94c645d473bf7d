"""Extractor plugin for nbgrader: one damaged file in a class's zip is named, and the others are extracted."""

import os
import shutil
import tarfile
import time
import zipfile
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from nbgrader.utils import unzip

from lessonkit.notebook_file import is_clutter

MOST = 2 * 2**30  # bytes that a student's zip file may hold
DEEPEST = 4  # zip files within zip files


class Extractor(ExtractorPlugin):
    """As nbgrader's own, which stops at the first damaged file, and drops the dates that a zip file keeps."""

    def extract(self, archive_path, extracted_path):
        """Copy the files of a folder to another, zip files as folders of what is in them."""
        paths = sorted(path for path in Path(archive_path).rglob("*") if path.is_file())
        if not paths:
            self.log.warning("No files found in directory: %s", archive_path)
        for path in paths:
            inside = path.relative_to(archive_path)
            if is_clutter(inside.as_posix()):
                continue
            folder = Path(extracted_path) / inside.parent
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder)
            self._unpack(folder / path.name, DEEPEST)

    def _unpack(self, path, depth):
        """Put a folder in the place of a zip file, and so for those in it; one that is damaged stays as it is."""
        if path.suffix not in self.zip_ext or depth == 0 or is_clutter(path.name):
            return
        name = path.stem.removesuffix(".tar")
        folder = path.with_name(name)
        while folder.exists():
            folder = folder.with_name(f"{folder.name}_")
        unfinished = path.with_name(f"{name}.part")
        unfinished.mkdir()
        try:
            self._refuse_too_much(path)
            unzip(str(path), str(unfinished), zip_ext=list(self.zip_ext))
            _keep_dates(path, unfinished)
        except Exception as error:  # whatever a student's file does to the unpacking: it concerns that file alone
            shutil.rmtree(unfinished)
            self.log.error("Not unpacked: %s. It is damaged, or no zip file (%s).", path, error)
            return
        path.unlink()
        unfinished.rename(folder)
        self.log.info("Extracted: %s", folder)
        for inner in sorted(folder.rglob("*")):
            if inner.is_file() and not inner.is_symlink():
                self._unpack(inner, depth - 1)

    def _refuse_too_much(self, path):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
        else:
            with tarfile.open(path) as archive:
                size = sum(entry.size for entry in archive)
        if size > MOST and path.stat().st_size < size / 20:
            raise ValueError(f"it would be {size / 2**30:.0f} GB")


def _keep_dates(path, folder):
    """Give files the dates that a zip file has for them: which of two is the later one may hang on it."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            file = folder / entry.filename
            if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
                moment = time.mktime((*entry.date_time, 0, 0, -1))
                os.utime(file, (moment, moment))
