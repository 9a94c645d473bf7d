"""What each of the course's commands does; `autograder.__main__` says how they are called."""

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from autograder.course import COURSE, PACKAGES, SHIPPED, CourseError, course_above, lesson_name
from autograder.terminal import listed, say, table

COMMAND = "nn-from-scratch"  # as pyproject.toml names it


def on_demand(name):
    """Import a package's modules without everything that the package itself imports, until something needs it.

    nbgrader also imports Jupyter's server, the exchange and all applications, a second more than its gradebook takes.
    """
    if name in sys.modules:
        return
    if (spec := importlib.util.find_spec(name)) is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package = sys.modules[name] = importlib.util.module_from_spec(spec)

    def find(attribute):
        try:
            return importlib.import_module(f"{name}.{attribute}")
        except ModuleNotFoundError:
            del package.__getattr__
            spec.loader.exec_module(package)
            return getattr(package, attribute)

    package.__getattr__ = find


def init(arguments):
    """Make a course."""
    from autograder.new_course import init as tool

    say(
        f"{tool(arguments.folder)} is a course now. Go to that folder; `{called()} doctor` says whether you can grade on this machine."
    )


def progress(arguments):
    """Show a student's progress."""
    from lessonkit.__main__ import main as tool

    code = tool(["progress", *([arguments.folder] if arguments.folder else [])])
    if code and not course_above():
        say(f"To make a course, with all lessons: {called()} init FOLDER")
    return code


def build(arguments):
    """Build every lesson that is not up to date, several at a time."""
    if COURSE != PACKAGES:
        raise CourseError("`build` makes lessons from the packages' own source: run it in a clone of the course.")
    from autograder.publish import build as tool
    from autograder.publish import colab, fingerprints, readme

    readme.update_readme()
    names = fingerprints.stale(list(map(lesson_name, arguments.lessons)), arguments.force)
    for name in names:
        say(f"building {name}")
    if names:
        from joblib import Parallel, delayed  # takes a third of a second, which a build with nothing to do can save

        inputs = Parallel(n_jobs=min(len(names), arguments.jobs))(delayed(tool.build)(name) for name in names)
        for name, fingerprint in zip(names, inputs):
            fingerprints.remember(name, fingerprint)
    colab.write_copies()
    say(f"Built: {', '.join(names)}." if names else "Everything is up to date.")


def release(arguments):
    """Update each lesson in the gradebook, and write its bundle."""
    from autograder.course import Course
    from autograder.publish.bundle import bundle

    for name in list(map(lesson_name, arguments.lessons)):  # all names are known before anything changes
        course = Course(arguments.course, arguments.db_url)
        if arguments.undo or arguments.db_url or (course.folder / "gradebook.db").exists():
            change(course, name, arguments)
        else:
            say(os.path.relpath(bundle(name, course.folder / "dist", course.folder)))


def change(course, name, arguments):
    """Show what would change in a lesson that the gradebook knows, and change it after the user agrees."""
    from autograder.grading.underway import plan
    from autograder.publish.bundle import bundle

    on_demand("nbgrader")
    planned = plan(course, name, arguments.dropped, arguments.undo)
    if planned is None or not planned.lines:
        say(os.path.relpath(bundle(name, course.folder / "dist", course.folder)))
        return
    many = f"{planned.students} student{'s' * (planned.students != 1)}"
    say("\n".join([f"{name}, with grades of {many} in the gradebook:", *(f"  {s}" for s in planned.lines)]))
    if not (arguments.yes or agreed()):
        say("Nothing has been changed. Add --yes to make these changes without being asked.")
        return
    planned.carry_out()
    say(planned.done)


def agreed():
    """Whether the user says yes; without a terminal the answer is no."""
    return sys.stdin.isatty() and input("Make these changes? [y/N] ").strip().lower() in ("y", "yes")


def site(arguments):
    """Build the course site."""
    from autograder import extras

    if sentence := extras.what_is_missing("site"):
        raise CourseError(sentence)
    from autograder.site import build_site

    folder = build_site(list(map(lesson_name, arguments.lessons)), arguments.offline).relative_to(COURSE)
    say(f"Built {folder}. To look at it: python -m http.server --bind 127.0.0.1 --directory {folder} 8000")


def roster(arguments):
    """Add a roster's students to the gradebook."""
    from autograder.nbgrader_plugins.roster import enter

    students, doubtful = enter(arguments.file, arguments.course)
    many = "1 student of this file is" if len(students) == 1 else f"The {len(students)} students of this file are"
    say(f"{many} in the gradebook.")
    if doubtful:
        say(
            f"The file does not say which encoding it uses. Is this name spelled correctly: {doubtful}? "
            "If not, save the file as UTF-8 and run this command again."
        )


def collect(arguments):
    """Collect a class's submissions from a learning platform."""
    from autograder.nbgrader_plugins.commands import collect as tool

    say(tool(arguments.course, lesson_name(arguments.lesson), arguments.platform, arguments.force))


def export(arguments):
    """Write the grades for a learning platform."""
    from autograder.nbgrader_plugins.commands import export as tool

    lessons = list(map(lesson_name, arguments.lessons))
    options = [f"--Exporter.{name}={getattr(arguments, name)}" for name in ("zeros", "dry_run")]
    options += [f"--ExportPlugin.to={arguments.to}"] if arguments.to else []
    options += [f"--CourseDirectory.db_url={arguments.db_url}"] if arguments.db_url else []
    for name, values in (("assignment", lessons), ("student", arguments.student)):
        options += [f"--ExportPlugin.{name}={value}" for value in values]
    tool(arguments.course, arguments.format, options)


def grade(arguments):
    """Grade a class, and print a summary."""
    from autograder.flags import by_kind
    from autograder.grading.assignment import grade as tool

    on_demand("nbgrader")
    submissions = tool(
        arguments.lesson, arguments.course, arguments.jobs, arguments.force, arguments.unsandboxed, arguments.db_url,
        arguments.scheduler, arguments.student, yes=arguments.yes, new_seed=arguments.new_seed, groups=arguments.group,
        csv=arguments.csv,
    )  # fmt: skip
    fresh = {student: graded for student, graded in submissions.items() if graded}
    states = Counter(
        "failed" if one.failed else "absent" if not one.handed_in else "graded" if one.ran else "unreadable"
        for one in fresh.values()
    )
    unreadable = f", {states['unreadable']} could not be graded" if states["unreadable"] else ""
    again = f", {states['failed']} not graded, which the next run tries again" if states["failed"] else ""
    unchanged = len(submissions) - len(fresh)
    many = "student" if len(submissions) == 1 else "students"
    say(
        f"{len(submissions)} {many}: {states['graded']} graded{unreadable}, {states['absent']} handed in nothing, "
        f"{unchanged} unchanged{again}."
    )
    kinds = by_kind({student: graded.flags for student, graded in fresh.items()})
    if kinds:
        from autograder.report import write_flags

        path = write_flags(lesson_name(arguments.lesson), arguments.course)
        say(f"Please look at these flags. Their full texts are in {os.path.relpath(path)}.")
        say(table((count, kind, listed(who)) for count, kind, who in kinds))


def explain(arguments):
    """Explain a grade."""
    from autograder.grading.assignment import explain as tool

    say(tool(lesson_name(arguments.lesson), arguments.student, arguments.course, arguments.unsandboxed))


def report(arguments):
    """Write the instructor's report."""
    from autograder.report import report as tool

    on_demand("nbgrader")
    lesson = lesson_name(arguments.lesson)
    for path in tool(lesson, arguments.course, arguments.compare, arguments.similar, arguments.db_url):
        say(os.path.relpath(path))


def doctor(arguments):
    """Look for packages that grading needs, and try every protection."""
    from autograder import extras
    from autograder.sandbox.doctor import main as tool

    if sentence := extras.what_is_missing("instructor"):
        raise CourseError(sentence)
    if tool():
        say("On this machine, grading works only with --unsandboxed.")
        return 1


def elsewhere(arguments):
    """Run a command of the project's own tools, which are not part of the autograder."""
    if SHIPPED != PACKAGES or not (PACKAGES / "tools").is_dir():
        raise CourseError(f"`{arguments.command}` measures the project itself: run it in a clone of the course.")
    command = [sys.executable, "-m", "tools", arguments.command, *arguments.options]
    with subprocess.Popen(command, cwd=PACKAGES) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the child process got the signal too, and reports it
            return process.wait()


def called():
    """Return how this command was called: by its name, or as a module."""
    return COMMAND if Path(sys.argv[0]).stem == COMMAND else "python -m autograder"


def course_here():
    """Return the course that the current folder is in.

    Raises
    ------
    CourseError
        If it is not in a course.
    """
    if course := course_above():
        return course
    raise CourseError(
        f"This folder is not in a course. Go to your course's folder, or make one: {called()} init FOLDER"
    )
