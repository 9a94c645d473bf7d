"""nbgrader's commands for a class's download and its grades, with short messages; the details are in a file."""

import contextlib
import os

from nbgrader.apps import ExportApp, ZipCollectApp
from tqdm import tqdm

from autograder.course import Course, CourseError
from autograder.nbgrader_plugins import collectors, exporters

PLATFORMS = {"canvas": "Canvas", "moodle": "Moodle"}
FORMATS = {**PLATFORMS, "csv": "Csv"}
QUIETLY = ("--Application.log_format=%(message)s", "--Application.log_level=WARN")


class Collect(ZipCollectApp):
    """nbgrader's own command, which would stop at the first student with files, in the middle of collecting."""

    def fail(self, msg, *args):
        raise CourseError(msg % args if args else msg)

    def _clear_existing_files(self, path):
        if os.listdir(path) and not self.force:
            raise CourseError(
                f"{os.path.relpath(path)} contains files from an earlier collection. Add --force to replace them."
            )
        super()._clear_existing_files(path)

    def _transfer_files(self, collected_data):
        course = self.coursedir
        for student in collected_data if not self.force else ():
            folder = course.format_path(course.submitted_directory, student, course.assignment_id)
            if os.path.isdir(folder):
                self._clear_existing_files(folder)
        for student in tqdm(collected_data, unit="student", leave=False, disable=None):
            super()._transfer_files({student: collected_data[student]})


def collect(course, lesson, platform, force=False):
    """Collect the files of ``downloaded/LESSON/archive``.

    Parameters
    ----------
    course : path
    lesson : str
    platform : str
        One of `PLATFORMS`.
    force : bool
        Replace what was collected before.

    Returns
    -------
    str
        A summary to print.

    Raises
    ------
    CourseError
        If there is nothing to collect, or it was collected before.
    """
    plugin = f"--ZipCollectApp.collector_plugin={_name(collectors, PLATFORMS[platform])}"
    app = ready(course, Collect(force=force), lesson, plugin)
    archive = app._format_collect_path(app.archive_directory)
    if not any(files for _, _, files in os.walk(archive)):
        raise CourseError(
            f"There is no file in {os.path.relpath(archive)}. Put {PLATFORMS[platform]}'s zip file there."
        )
    app.log_level = "CRITICAL"  # its messages about each file are in the table
    app.start()
    plugin = app.collector_plugin_inst
    return f"{plugin.summary()}\nWhat happened to each file is listed in {os.path.relpath(plugin.note)}."


def export(course, form, options=()):
    """Write the grades, or print what would be written; the exporter prints a summary.

    Parameters
    ----------
    course : path
    form : str
        One of `FORMATS`.
    options : iterable of str
        As on nbgrader's command line.
    """
    app = ready(course, ExportApp(), f"--ExportApp.plugin_class={_name(exporters, FORMATS[form])}", *options)
    with Course(app.coursedir.root, app.coursedir.db_url).gradebook():
        app.start()


def _name(module, plugin):
    return f"{module.__name__}.{plugin}"


def ready(course, app, *arguments):
    """Return one of nbgrader's commands for a course, set up to print only our own messages."""
    with contextlib.chdir(course):  # where nbgrader looks for its configuration
        app.initialize([*arguments, f"--CourseDirectory.root={course}", *QUIETLY])
    return app
