"""`make quick`: the lessons and tests that it chooses for a changed file."""

import pytest
from quick import WHOLE, beside, lessons_with, main

from autograder.course import COURSE


@pytest.mark.parametrize("path", [
    "lessonkit/checks/lesson_06.py", "lessonkit/explorers/lesson_06.py", "autograder/bank/mistakes/lesson_06.py",
    "solutions/06_backward/06_backward.py", "lessons/06_backward/06_backward.ipynb", "lessonkit/recorded/06_backward.npz",
])  # fmt: skip
def test_what_belongs_to_a_lesson_asks_for_its_cases(path):
    assert lessons_with([path, "pyproject.toml"]) == ["06"] and beside(path) == []


@pytest.mark.parametrize("path, tests", {
    "reference_impl/layers.py": ["tests/reference_impl/test_layers.py", *WHOLE],
    "autograder/feedback/page.py": ["tests/autograder/feedback/test_page.py", *WHOLE],
    "lessonkit/engine/compare.py": ["tests/lessonkit/engine/test_compare.py", *WHOLE],
    "docs/students.md": ["tests/project/test_docs.py"],
    "tests/tools/test_demo.py": ["tests/tools/test_demo.py"],
    "tests/tools/test_that_is_gone.py": [],
    "pyproject.toml": WHOLE,
    "lessonkit/progress.py": [
        "tests/lessonkit/test_at_a_prompt.py", "tests/lessonkit/test_definitions.py", "tests/lessonkit/test_editors.py",
        "tests/lessonkit/test_own.py", *WHOLE,
    ],
    "lessonkit/notebook_file.py": ["tests/lessonkit", *WHOLE],
    "autograder/report/page.html.j2": ["tests/autograder/report", *WHOLE],
}.items())  # fmt: skip
def test_a_module_asks_for_the_tests_beside_it(path, tests):
    assert beside(path) == tests and not lessons_with([path])


def test_what_a_module_asks_for_is_there():
    modules = [
        str(path.relative_to(COURSE)) for folder in ("autograder", "tools") for path in (COURSE / folder).rglob("*.py")
    ]
    assert all((COURSE / test).exists() for module in modules for test in beside(module))


def test_a_lesson_that_is_not_there_is_told():
    with pytest.raises(SystemExit, match="There is no lesson 99. Name one by its number"):
        main("99")
