"""The words that people read in the project's files: text, comments, docstrings and strings, each on its own line."""

import io
import re
import tokenize

from autograder.course import COURSE

FILES = (
    "*.md", "*.toml", "*.yml", "Makefile", "nbgrader_config.py", "docs/*.md", "solutions/*/*.py", "lessonkit/**/*.py",
    "lessonkit/*.toml", "reference_impl/**/*.py", "autograder/**/*.py", "autograder/**/*.j2", "tools/**/*.py",
    "tools/**/*.toml",
)  # fmt: skip
CODE = re.compile(r"(?s)^ *```.*?^ *```|`[^`\n]*`|https?://\S+|\{[^{}\n]*\}", re.MULTILINE)


def files():
    """Return every file with prose, by its path in the project."""
    paths = {path for pattern in FILES for path in COURSE.glob(pattern)}
    return sorted(path.relative_to(COURSE).as_posix() for path in paths if "__pycache__" not in path.parts)


def prose(name):
    """Return the prose of a file, with blanks in place of code, so that lines keep their numbers."""
    text = (COURSE / name).read_text(encoding="utf-8")
    return CODE.sub(_blanks, _of_python(text) if name.endswith(".py") else text)


def _blanks(match):
    return re.sub(r"[^\n]", " ", match[0])


def _of_python(source):
    lines = [""] * (source.count("\n") + 1)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT or "STRING" in tokenize.tok_name[token.type]:
            for number, line in enumerate(token.string.split("\n"), start=token.start[0] - 1):
                lines[number] += f" {line}"
    return "\n".join(lines)
