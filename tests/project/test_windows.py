"""What a student runs on Windows needs nothing that Windows lacks: modules, functions, paths, encodings, make."""

import ast
import os
import re
import subprocess
import sys

import pytest

from autograder.course import COURSE
from autograder.publish.bundle import README
from tools.links import FENCE

MODULES = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
FUNCTIONS = {
    "fork", "forkpty", "getuid", "geteuid", "getgid", "killpg", "mkfifo", "setsid", "uname", "wait", "alarm", "setitimer",
    "getloadavg", "statvfs", "chown",
}  # fmt: skip
OPENERS = {"open", "read_text", "write_text"}
FILES = sorted(path for package in ("lessonkit", "reference_impl") for path in (COURSE / package).rglob("*.py"))
FILES += [
    COURSE / "autograder" / f"{name}.py"
    for name in ("__main__", "commands", "course", "extras", "handed_in", "new_course", "terminal")
]
UNIX = re.compile(r"(?<![\w.])/(?:tmp|usr|etc|dev|proc|home|bin)/")
# Modules that use a function of POSIX, and the code that asks whether it exists
GUARDED = {
    "lessonkit/time_limit.py": 'hasattr(signal, "setitimer")',
    "autograder/course.py": "import fcntl  # not on Windows",
}
# Commands outside the blocks for one system must run in every shell, so they must not match this.
ONLY_UNIX = re.compile(r"^(?:source |export |make |sudo |mkdir -p|cp |rm |\./)|python3|&&|/bin/")


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def faults(source, name=""):
    """Yield in words what a module's source needs and Windows lacks."""
    tree, guarded = ast.parse(source), name in GUARDED and GUARDED[name] in source
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (f"imports {name}" for name in names if name.split(".")[0] in MODULES and not guarded)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("os", "signal"):
            if node.attr in FUNCTIONS and not guarded:
                yield f"uses {node.value.id}.{node.attr}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and UNIX.search(node.value):
            yield f"names {node.value!r}"
    for call in calls(tree):
        opener = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if ast.unparse(call.func) == "archive.open":  # members of a zip file are read as bytes
            continue
        if opener in OPENERS and not any(keyword.arg == "encoding" for keyword in call.keywords):
            modes = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            if not any(isinstance(mode, str) and re.fullmatch(r"[rwxa]b\+?", mode) for mode in modes):
                yield f"{opener} without an encoding, in line {call.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(COURSE).as_posix())
def test_what_a_student_imports_is_free_of_posix(path):
    assert list(faults(path.read_text(encoding="utf-8"), path.relative_to(COURSE).as_posix())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl", "from resource import getrusage", "import os\nos.fork()", "open('a')", "open('a', 'w')",
        "path.read_text()", "path.write_text('a')", "x = '/tmp/a'", "import signal\nsignal.setitimer(0, 1)",
    ],
)  # fmt: skip
def test_a_fault_is_seen(source):
    assert list(faults(source))


def blocks(name):
    """Return the plain code blocks of a page, each with the line before it."""
    text = (COURSE / "docs" / name).read_text(encoding="utf-8")
    return [
        (text[: block.start()].rstrip().rpartition("\n")[2], block[2]) for block in FENCE.finditer(text) if not block[1]
    ]


def test_there_is_a_way_without_make_in_the_shells_of_windows():
    shown = [
        (before, body)
        for before, body in blocks("students.md")
        if re.search(r"^(?:python|py|conda|jupyter)", body, re.M)
    ]
    assert len(shown) >= 4 and any("Windows" in before for before, _ in shown)
    for before, body in shown:
        if not re.search("macOS|Linux", before):
            assert not [line for line in body.splitlines() if ONLY_UNIX.search(line)], body


def test_a_bundle_says_what_windows_understands():
    lines = [line for line in README.splitlines() if "On Linux and macOS" not in line]
    assert not [command for line in lines for command in re.findall(r"`([^`]+)`", line) if ONLY_UNIX.search(command)]
    assert "Activate.ps1" in README and len(lines) == len(README.splitlines()) - 1


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_to_be_had_without_a_compiler(file, system, tmp_path):
    for version in ("3.11", "3.14"):
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--dry-run",
            "--only-binary",
            ":all:",
            "--target",
            tmp_path,
            "--requirement",
            file,
        ]
        command += ["--python-platform", system, "--python-version", version]
        done = subprocess.run(command, cwd=COURSE, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-1000:]


def test_git_writes_the_same_line_ends_on_every_system():
    """In WSL, make and shells run files that git has written on Windows."""
    for name in ("Makefile", "postBuild", "start", ".ci/run"):
        done = subprocess.run(["git", "check-attr", "eol", name], cwd=COURSE, capture_output=True, text=True)
        assert done.returncode or done.stdout.strip().endswith("eol: lf"), name  # an unpacked zip has no git


def test_files_are_read_as_utf8_whatever_the_system_writes():
    """Read the catalog, a recording and a notebook where the default encoding is not UTF-8, and any use of it is an error."""
    code = f"""
import warnings
warnings.filterwarnings("error", category=EncodingWarning, module="lessonkit|reference_impl|autograder")
from autograder.__main__ import main
main(["progress", {str(COURSE / "solutions")!r}])
"""
    command = [sys.executable, "-X", "utf8=0", "-X", "warn_default_encoding", "-c", code]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "cp1252:strict"}
    done = subprocess.run(command, capture_output=True, cwd=COURSE, env=environment)
    assert done.returncode == 0 and b"exercises pass" in done.stdout, done.stderr.decode()[-2000:]
