"""One word for one thing, in American English, in everything that people read: `words.toml` lists the project's own terms."""

import re
import tomllib

import pytest
from codespell_lib import main as codespell

from autograder.course import PACKAGES
from tests.project.prose import files, prose

WORDS = tomllib.loads((PACKAGES / "tests" / "project" / "words.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def texts():
    return {name: prose(name) for name in files()}


def test_the_projects_own_terms_are_used(texts):
    instead = list(WORDS["instead"].values())
    avoided = re.compile(rf"\b(?:{'|'.join(f'({word})' for word in WORDS['instead'])})\b", re.IGNORECASE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]!r}, better {instead[match.lastindex - 1]!r}"
        for name, text in texts.items()
        for match in avoided.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_words_are_spelled_as_in_american_english(texts, tmp_path, capsys):
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    dictionaries = "clear,rare,en-GB_to_en-US"
    ignored = ",".join(WORDS["known"]["words"])
    wrong = codespell("--builtin", dictionaries, "--ignore-words-list", ignored, "--check-hidden", str(tmp_path))
    assert not wrong, capsys.readouterr().out.replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    "source, words",
    [
        ('x = "a colour"  # of a teacher\n', "a colour of a teacher"),
        ('def f(colour):\n    """Return `colour` as\n    grey."""\n', "Return as grey"),
        ("f'{colour} is {name!r}: grey'\n", "is grey"),
        ('kind = "neighbours"  # of a centre\n', "of a centre"),
    ],
)
def test_prose_is_what_stands_in_strings_and_comments(source, words, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.project.prose.COURSE", tmp_path)
    (tmp_path / "x.py").write_text(source)
    assert re.findall(r"\w\w+|a", prose("x.py")) == words.split()
    assert prose("x.py").count("\n") == source.count("\n")
