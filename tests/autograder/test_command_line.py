"""``python -m autograder`` starts at once, an expected error is one line, and only a bug shows a traceback."""

import contextlib
import errno
import importlib
import os
import resource
import signal
import subprocess
import sys
import textwrap
import tomllib
import warnings

import pytest
from nbgrader.api import Gradebook

from autograder import __main__ as command_line
from autograder import commands, course, extras, new_course
from autograder.course import COURSE, Course, CourseError, lesson_name, write_whole
from autograder.grading.fingerprint import code_fingerprint
from autograder.sandbox import doctor, protections

COMMANDS = (
    "", "init", "progress", "build", "release", "site", "roster", "collect", "export", "grade", "explain", "report",
    "doctor",
)  # fmt: skip
ERRORS = {
    "autograder.publish.build": ["BuildError"],
    "autograder.site.lite": ["SiteError"],
    "autograder.site.packages": ["PackageError", "WrongPackageError"],
}


def run(code, folder=COURSE):
    """Run Python code in a process of its own. Return the finished process and its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=folder, env={**os.environ, "PYTHONPATH": str(COURSE)},
        capture_output=True, text=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current folder with a course that has only its configuration."""
    (tmp_path / "nbgrader_config.py").write_text("# the autograder's\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_comes_at_once(command):
    code = f"""
        import sys
        from autograder.__main__ import main
        try:
            main([*{command.split()!r}, "--help"])
        except SystemExit as error:
            heavy = {{"numpy", "nbgrader", "lessonkit", "joblib", "autograder.sandbox", "autograder.grading"}}
            sys.exit(error.code or ", ".join(sorted(heavy & set(sys.modules))) or 0)
    """
    for _ in range(3):  # usually the first takes a fifth of what it may take
        done, seconds = run(code)  # processor time, so other programs do not matter
        assert done.returncode == 0 and "usage: python -m autograder" in done.stdout, done
        if seconds < 0.5:
            break
    assert seconds < 0.5


def test_every_expected_error_is_known_by_its_type():
    for module, names in ERRORS.items():
        assert all(issubclass(getattr(importlib.import_module(module), name), CourseError) for name in names)


@pytest.mark.parametrize("command", ["grade 14", "report 14", "explain 14 ada", "release 14", "build 14", "grade mse"])
def test_an_unknown_lesson_is_one_line(command, here, capsys):
    assert command_line.main(command.split()) == 2
    error = capsys.readouterr().err
    assert f"There is no lesson '{command.split()[1]}'. " in error and error.count("\n") == 1


@pytest.mark.parametrize("text", ["6", "06", "006", "06_backward"])
def test_a_lesson_is_named_by_its_number_or_its_name(text):
    assert lesson_name(text) == "06_backward"


def test_an_unknown_student_is_refused_with_the_nearest_one(here, monkeypatch, capsys):
    (here / "submitted" / "bob").mkdir(parents=True)
    with Gradebook(f"sqlite:///{here / 'gradebook.db'}") as gradebook:
        gradebook.add_student("alice")
    course = Course(here)
    course.expect("alice")
    course.expect("bob")
    for wrong, nearest in (("alcie", "Did you mean alice?"), ("bobb", "Did you mean bob?")):
        with pytest.raises(CourseError, match=f"There is no student '{wrong}' in the gradebook. {nearest}"):
            course.expect(wrong)
    monkeypatch.setattr(Course, "released", lambda *_: {})
    assert command_line.main(["explain", "6", "alcie"]) == 2
    assert (
        capsys.readouterr().err == "There is no student 'alcie' in the gradebook. Did you mean alice?\n"
    )  # and not the name of an exception's class


def test_ctrl_c_is_one_line(monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.grading.assignment.grade", stopped)
    with warnings.catch_warnings():
        assert command_line.main(["grade", "6"]) == 130
    out, err = capsys.readouterr()
    assert (
        out == "" and err == "Stopped. The grades so far are saved. Run the same command again to go on from there.\n"
    )


@pytest.mark.parametrize("command", ["--help", "progress", "init course"])
def test_a_reader_that_has_read_enough_is_no_error(command, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    words = [sys.executable, "-m", "autograder", *command.split()]
    environment = {**os.environ, "PYTHONPATH": str(COURSE)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode in (0, 1) and done.stderr == ""  # argparse ignores the error


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows has no signal masks")
def test_processes_that_are_started_leave_ctrl_c_to_ours():
    """Ctrl-C is not lost either: it takes effect once the processes have started."""
    done, _ = run("""
        import os, signal, subprocess, sys
        from autograder.grading import pools
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background ignores it
        try:
            with pools._leaving_interrupts():
                code = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
                subprocess.run([sys.executable, "-c", code])
                os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            print(signal.getsignal(signal.SIGINT) == signal.default_int_handler)
        """)
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_a_damaged_release_is_one_line(here, capsys):
    path = here / "lessons" / "02_mse" / "02_mse.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": [')
    assert command_line.main(["grade", "02", "--unsandboxed"]) == 2
    error = capsys.readouterr().err
    assert "02_mse.ipynb is damaged" in error and error.count("\n") == 1


@pytest.mark.parametrize("error", ["np.zeros(2) + np.zeros(3)", "int('one')", "{}['key']"])
def test_a_bug_of_ours_shows_its_traceback(error, here):
    done, _ = run(
        f"""
        import sys
        import numpy as np
        import autograder.report
        from autograder.__main__ import main

        def report(*arguments):
            {error}

        autograder.report.report = report
        sys.exit(main(["report", "02"]))
        """,
        here,
    )
    assert done.returncode == 1 and "Traceback (most recent call last)" in done.stderr
    assert ("ValueError" in done.stderr) or ("KeyError" in done.stderr)


@pytest.mark.parametrize("command", ["scorecard", "demo"])
def test_the_tools_commands_take_their_own_options(command, capfd):
    assert command_line.main([command, "--help"]) == 0
    assert f"usage: python -m tools {command}" in capfd.readouterr().out


def test_an_option_that_does_not_exist_is_refused(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["grade", "01", "--nonsense"])
    assert "unrecognized arguments: --nonsense" in capsys.readouterr().err


def a_folder(path):
    path.mkdir(parents=True)


def a_file(text):
    def write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize(
    "name, make",
    [
        (".secret_seed", a_folder),
        ("lessons/01_activations/01_activations.ipynb", a_folder),
        ("lessons/01_activations/01_activations.ipynb", a_file("[]")),
        ("lessons/01_activations/01_activations.ipynb", a_file('{"cells": [{}]}')),
    ],
)
def test_what_stands_in_the_way_is_one_line(name, make, here, capsys):
    a_file('{"cells": []}')(here / "lessons/01_activations/01_activations.ipynb")
    (here / name).unlink(missing_ok=True)
    make(here / name)
    assert command_line.main(["grade", "01", "--unsandboxed"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_in_place_of_a_folder_is_told(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(CourseError, match="reports/01.html cannot be written"):
        write_whole(tmp_path / "reports" / "01.html", "text")


@pytest.mark.parametrize(
    "command",
    [
        "build", "release 01", "release 01 --undo", "site", "roster x.csv", "collect 01 canvas", "grade 01",
        "explain 01 ada", "report 01", "export csv", "export canvas 01 --dry-run", "progress",
    ],
)  # fmt: skip
def test_a_folder_that_is_no_course_is_told_and_left_empty(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command_line.main(command.split()) != 0
    said = capsys.readouterr()
    assert "init FOLDER" in said.out + said.err and len((said.out + said.err).splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []


def test_a_course_is_made_once_and_found_from_within(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "course"
    assert command_line.main(["init", str(folder)]) == 0
    lessons = {path.name for path in (COURSE / "lessons").iterdir()}
    assert {path.name for path in (folder / "lessons").iterdir()} == lessons
    assert course.course_above(folder / "lessons" / "06_backward") == folder.resolve()
    before = sorted(folder.rglob("*"))
    for there in (folder, folder / "lessons", folder / "new"):
        assert command_line.main(["init", str(there)]) == 2
    assert "is already a course" in capsys.readouterr().err and sorted(folder.rglob("*")) == before


def test_a_course_is_what_is_shipped_and_the_command_what_is_installed(tmp_path):
    folder = new_course.init(tmp_path / "course")
    assert {path.name for path in folder.iterdir()} == {path.name for path in new_course.shipped()}
    scripts = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert list(scripts) == [commands.COMMAND]


def test_a_lesson_that_the_course_lacks_is_one_line(here, capsys):
    assert command_line.main(["release", "01"]) == 2
    error = capsys.readouterr().err
    assert "Run `nbgrader generate_assignment 01_activations` first" in error and error.count("\n") == 1


def test_what_grades_is_known_by_the_packages_wherever_the_course_is(here):
    done, _ = run("from autograder.grading.fingerprint import code_fingerprint as of; print(of('02_mse'))", here)
    assert done.stdout.strip() == code_fingerprint("02_mse"), done.stderr


def test_no_course_is_made_over_what_is_there(tmp_path, capsys):
    (tmp_path / "lessons").mkdir()
    assert command_line.main(["init", str(tmp_path)]) == 2
    assert "already contains lessons" in capsys.readouterr().err and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("name", [".", "course"])
def test_half_a_course_is_taken_away(stop, name, here, monkeypatch, capsys):
    (here / "nbgrader_config.py").unlink()
    (here / "mine.txt").write_text("mine")

    def copy(source, target, copied=[]):  # noqa: B006
        copied.append(target.write_bytes(source.read_bytes()))
        if len(copied) == 9:
            raise stop

    monkeypatch.setattr(new_course.shutil, "copyfile", copy)
    with warnings.catch_warnings():
        assert command_line.main(["init", name]) in (2, 130)
    error = capsys.readouterr().err
    assert ("cannot be written: No space left on device" in error) == isinstance(stop, OSError)
    assert [path.name for path in here.iterdir()] == ["mine.txt"]


def test_a_current_folder_that_has_been_deleted_is_told():
    code = """
        import os, sys, tempfile
        from autograder.__main__ import main
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
        sys.exit(any(main(command.split()) != 2 for command in ("init", "init x", "progress", "doctor", "grade 06")))
    """
    done, _ = run(code)
    assert done.returncode == 0 and done.stderr.count("The current folder has been deleted.") == 5, done.stderr


@pytest.mark.parametrize(
    "command, missing", [("doctor", "packaging"), ("grade 01", "nbgrader"), ("release 01", "nbgrader")]
)
def test_a_package_that_is_missing_is_one_line(command, missing, here):
    code = f"""
        import sys
        for name in ("packaging", "packaging.requirements", {missing!r}):
            sys.modules[name] = None
        import importlib.util
        find_spec = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name == {missing!r} else find_spec(name)
        if {missing!r} != "packaging":
            del sys.modules[{missing!r}]
        from autograder.__main__ import main
        sys.exit(main({command.split()!r}))
    """
    (here / "gradebook.db").touch()
    done, _ = run(code, here)
    assert done.returncode == 2 and 'To install what is missing: python -m pip install "packaging"' in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_course_copied_by_a_student_is_none(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Exchange.root = '/srv/exchange'\n")
    assert course.course_above(tmp_path) is None


def test_doctor_names_the_extra_that_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(extras.metadata, "requires", lambda name: ["numpy", 'no-such-thing>=2; extra == "instructor"'])
    assert command_line.main(["doctor"]) == 2
    assert (
        'extra `instructor` is not complete here. To install what is missing: python -m pip install "no-such-thing>=2"'
        in (capsys.readouterr().err)
    )


def test_doctor_fails_where_a_protection_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "missing", lambda: {"files": "it needs Linux"})
    assert command_line.main(["doctor"]) == 1
    assert "--unsandboxed" in capsys.readouterr().out


@pytest.mark.parametrize("is_installed", [True, False])
def test_a_protection_whose_package_is_missing_is_installed_first(is_installed, monkeypatch):
    wanted = "packaging" if is_installed else "no-such-thing"
    monkeypatch.setattr(extras.metadata, "requires", lambda name: [f'{wanted}; extra == "instructor"'])
    monkeypatch.setattr(protections, "missing", lambda: {"files": "No module named 'landlock'"})
    with pytest.raises(CourseError) as raised:
        protections.protections()
    assert ("--unsandboxed" in str(raised.value)) == is_installed
    assert ('python -m pip install "no-such-thing"' in str(raised.value)) != is_installed


@pytest.mark.parametrize("module, told", [("msgpack", True), ("autograder.no_such_module", False)])
def test_a_module_that_is_missing_is_told_unless_it_is_ours(module, told, here, monkeypatch, capsys):
    def report(*arguments):
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("autograder.report.report", report)
    monkeypatch.setattr(extras.metadata, "requires", lambda name: ['no-such-thing>=2; extra == "instructor"'])
    with contextlib.nullcontext() if told else pytest.raises(ModuleNotFoundError):
        assert command_line.main(["report", "02"]) == 2
        assert "no-such-thing>=2" in capsys.readouterr().err


def test_every_command_says_what_it_does_and_ends_with_an_example_that_parses():
    (commands,) = (action.choices for action in command_line.parser()._actions if action.choices)
    for name, command in commands.items():
        if command.add_help:  # the other commands belong to `python -m tools`, which has its own help
            example = command.epilog.removeprefix("Example: python -m autograder ")
            assert command.description and example.split()[0] == name
            command_line.parser().parse_args(example.split())
