"""Run the tests that a change of one lesson or one module needs, in half a minute: ``make quick`` or ``make quick LESSON=06``.

Without a lesson, ask git which files differ from the main branch, committed or not, and run the tests for those files.
"""

import re
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LESSON = re.compile(r"lesson_(\d\d)\.py$|^(?:solutions|lessons|lessonkit/recorded)/(\d\d)_")
OF_LESSONS = (  # tests with a case for each lesson or exercise that need no environment or browser of their own
    "tests/autograder/bank", "tests/autograder/feedback", "tests/autograder/sandbox/test_outputs.py",
    "tests/lessonkit", "tests/project/test_project.py",
)  # fmt: skip

WHOLE = ["tests/project/test_house.py", "tests/project/test_docs.py"]  # checks every module, in seconds
SLOW = {HOME / "tests", HOME / "tests/autograder", HOME / "tests/tools"}  # they take longer than half a minute


def changed():
    """Return the files that differ from the main branch where this branch left it, including those that git does not track yet."""
    start = _git("merge-base", "HEAD", "main") or _git("merge-base", "HEAD", "origin/main") or ["HEAD"]
    return sorted({*_git("diff", "--name-only", *start), *_git("ls-files", "--others", "--exclude-standard")})


def _git(*command):
    return subprocess.run(["git", *command], cwd=HOME, capture_output=True, text=True).stdout.split()


def lessons_with(paths):
    """Return the numbers of the lessons to which some files belong."""
    return sorted(
        {number for path in paths for number in (LESSON.search(path) or re.match("()", "")).groups() if number}
    )


def beside(path):
    """Return the tests for a file: those with its name, else those that mention it, else its folder's. A test stands for itself.

    A file without tests, such as a setting or a template, gets the tests that look at the whole project.
    """
    path = Path(path)
    if path.parts[0] == "tests":
        return [str(path)] if path.name.startswith("test_") and (HOME / path).exists() else []
    if path.suffix == ".md":
        return ["tests/project/test_docs.py"]
    if LESSON.search(str(path)) or path.parts[0] in ("solutions", "lessons"):
        return []
    if len(path.parts) == 1:
        return WHOLE
    folder = HOME / "tests" / path.parent
    while not folder.is_dir():
        folder = folder.parent
    own = [folder / f"test_{name}.py" for name in (path.stem, path.parent.name)]
    naming = [
        test for test in sorted(folder.glob("test_*.py")) if re.search(rf"\b{path.stem}\b", test.read_text("utf-8"))
    ]
    whole = [] if folder in SLOW else [folder]
    tests = [test for test in own if test.exists()][:1] or naming or whole
    return [*(str(test.relative_to(HOME)) for test in tests), *WHOLE]


def main(*lessons):
    paths = [] if lessons else changed()
    numbers = [lesson[:2] for lesson in lessons] or lessons_with(paths)
    for number in numbers if lessons else ():
        if not _solutions([number]):
            sys.exit(f"There is no lesson {number}. Name one by its number: make quick LESSON=06")
    tests = sorted({test for path in paths for test in beside(path)})
    runs = [tests] if tests else []
    if numbers:
        options = ["--nbval", "-n2", "--dist=loadfile", *(f"--lesson={number}" for number in numbers)]
        runs += [[*OF_LESSONS, *_solutions(numbers), *options]]
    commands = [["pytest", "-q", *run] for run in runs] + [["ruff", "check", "-q"], ["ruff", "format", "-q", "--check"]]
    return max([subprocess.run([sys.executable, "-m", *command], cwd=HOME).returncode for command in commands])


def _solutions(numbers):
    return [
        str(path.relative_to(HOME)) for number in numbers for path in (HOME / "solutions").glob(f"{number}_*/*.ipynb")
    ]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
