"""The words that people read in the project's files: text, comments, docstrings and strings."""

import re

from autograder.course import COURSE

FILES = (
    "*.md", ".github/*.md", "docs/*.md", "Makefile", "pyproject.toml", "nbgrader_config.py", "setup.py", "solutions/*/*.py",
    "lessonkit/**/*.py", "lessonkit/*.toml", "reference_impl/**/*.py", "autograder/**/*.py", "autograder/**/*.j2",
    "autograder/**/*.js", "autograder/**/*.css", "tools/**/*.py",
)  # fmt: skip
COMMENT_OR_STRING = re.compile(
    r"#[^\n]*" r'|"""(?:\\.|[^\\])*?"""' r"|'''(?:\\.|[^\\])*?'''" r'|"(?:\\.|[^"\\\n])*"' r"|'(?:\\.|[^'\\\n])*'",
    re.DOTALL,
)
# A word in quotation marks is a name; so is a word with dots or slashes in it.
CODE = re.compile(
    r"^ *```.*?^ *```|`+[^`\n]+`+|https?://\S+|\{[^{}\n]*\}|\]\([^)\s]*\)|(\"|')[^\s\"']*\1|[\w/-]+(?:[./][\w/-]+)+",
    re.MULTILINE | re.DOTALL,
)


def files():
    """Return every file with prose, by its path in the project."""
    paths = {path for pattern in FILES for path in COURSE.glob(pattern)}
    return sorted(path.relative_to(COURSE).as_posix() for path in paths)


def prose(name):
    """Return a file's text with blanks in place of code, so that every word stays on its line."""
    text = (COURSE / name).read_text(encoding="utf-8")
    if name.endswith(".py"):
        text = _only(COMMENT_OR_STRING, text)
    return CODE.sub(lambda match: _blank(match[0]), text)


def _only(pattern, text):
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [_blank(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, _blank(text[end:])])


def _blank(text):
    return re.sub(r"[^\n]", " ", text)
