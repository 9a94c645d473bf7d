"""Extractor plugin for nbgrader: reports damaged or hostile files in a class's zip file, and extracts the others."""

import os
import shutil
import tempfile
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from tqdm import tqdm

from autograder.handed_in import MAX_BYTES, MAX_ENTRIES
from autograder.nbgrader_plugins import archive
from autograder.terminal import printable
from lessonkit.notebook_file import is_clutter

OF_A_STUDENT = archive.Limits(MAX_ENTRIES, 10 * MAX_BYTES)
CLASS_FILES = 1_000_000
NAMED = 5  # how many left-out files of one archive are named


class Extractor(ExtractorPlugin):
    """nbgrader's own class would stop at the first damaged file, and unpack archives inside archives to any depth.

    Attributes
    ----------
    told : list of (Path, str)
        What was not extracted, and why.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.told = []

    def extract(self, archive_path, extracted_path):
        """Copy files to another folder, and unpack the class's zip file and the students' zip files in it."""
        paths = [Path(folder, name) for folder, _, names in os.walk(archive_path) for name in names]
        if not paths:
            self.log.warning("No files found in directory: %s", archive_path)
        for path in sorted(paths):
            inside = path.relative_to(archive_path)
            if is_clutter(inside.as_posix()):
                continue
            if path.is_symlink() or not path.is_file():
                self._tell("Not extracted: %s. It is a link, not a file. Put the file itself there.", path)
                continue
            copy = Path(extracted_path, *map(archive.name_on_disk, inside.parts))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
            of_class = archive.Limits(CLASS_FILES, max(MAX_BYTES, archive.RATIO * path.stat().st_size))
            self._unpack(copy, of_class)

    def _unpack(self, path, limits):
        """Replace an archive by a folder, and also the archives in the class's archive; a damaged one stays as it is."""
        if kind := archive.what_else(path):
            self._tell(
                f"Not unpacked: %s. It is {kind}, which cannot be unpacked here. Ask for the notebook itself.", path
            )
        if not archive.is_archive(path, self.zip_ext):
            return
        name = path.stem.removesuffix(".tar")
        folder = path.with_name(name)
        while folder.exists():
            folder = folder.with_name(f"{folder.name}_")
        unfinished = Path(tempfile.mkdtemp(dir=path.parent))
        try:
            left_out = archive.unpack(path, unfinished, limits)
            files = [file for file in sorted(unfinished.rglob("*")) if file.is_file()]
        except Exception as error:  # an error while unpacking a student's file concerns only that file
            shutil.rmtree(unfinished, ignore_errors=True)
            self._tell("Not unpacked: %s. It is damaged, or not a zip file (%s).", path, error)
            return
        if left_out:
            more = f", and {len(left_out) - NAMED} more" if len(left_out) > NAMED else ""
            self._tell("Left out of %s: %s.", path, f"{'; '.join(left_out[:NAMED])}{more}")
        if not files:  # then grading says what the archive is
            shutil.rmtree(unfinished)
            return
        path.unlink()
        unfinished.rename(folder)
        self.log.info("Extracted: %s", folder)
        for file in tqdm(files, unit="file", leave=False, disable=None if limits is not OF_A_STUDENT else True):
            self._unpack_inner(folder / file.relative_to(unfinished), limits)

    def _unpack_inner(self, path, limits):
        """Unpack an archive in the class's archive, which is a student's; an archive inside that stays as it is."""
        if limits is not OF_A_STUDENT:
            self._unpack(path, OF_A_STUDENT)
        elif archive.is_archive(path, self.zip_ext):
            self._tell("Not unpacked: %s. It is an archive inside a student's archive.", path)

    def _tell(self, sentence, path, *words):
        self.log.error(sentence, *map(printable, (path, *words)))
        self.told.append((Path(path), sentence % (printable(Path(path).name), *words)))
