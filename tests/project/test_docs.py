"""The documentation is true: its commands and options exist, its links lead somewhere, and its messages are the kit's own."""

import linecache
import re
import shlex

import numpy as np
import pytest

import reference_impl
from autograder.__main__ import parser
from autograder.bank import mistakes_of
from autograder.course import COURSE
from autograder.publish import urls
from lessonkit import report, time_limit
from lessonkit.catalogue import exercises
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import SECONDS, LocalHost
from tools import links
from tools.links import FENCE

PAGES = {
    str(path.relative_to(COURSE)): path.read_text(encoding="utf-8")
    for path in (COURSE / "README.md", COURSE / "CONTRIBUTING.md", *sorted((COURSE / "docs").glob("*.md")))
}
FILE = re.compile(r"`((?:\.github|autograder|tools|docs|lessonkit|lessons|reference_impl|solutions|tests)/[\w./-]+)`")
MADE_UP = re.compile(r"NN|LESSON|STUDENT|my_")  # placeholders for names
HEADLINE = re.compile(r"^(\w+)(?: is still empty|: (?:all )?\d+ (?:of \d+ )?checks pass)", re.MULTILINE)


def commands(page):
    """Return every command on a page, without comments: the lines of its plain code blocks, and its inline code."""
    text = PAGES[page]
    lines = [line for language, body in FENCE.findall(text) if language == "" for line in body.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return [line.split("#")[0].strip() for line in lines]


def starting(words):
    """Return every command on the pages that starts with these words, as page and arguments."""
    return [
        (page, command[len(words) :].strip())
        for page in PAGES
        for command in commands(page)
        if command.startswith(words)
    ]


@pytest.mark.parametrize("page", list(links.pages()), ids=lambda page: str(page.relative_to(COURSE)))
def test_every_link_leads_somewhere(page):
    assert links.broken(page) == []


def test_the_instructors_page_begins_with_its_table_of_contents():
    contents, _, rest = FENCE.sub("", PAGES["docs/instructors.md"]).partition("\n## ")
    headings = [urls.anchor(heading) for heading in re.findall(r"^## (.*)$", f"## {rest}", re.MULTILINE)]
    assert [target for target in links.LINK.findall(contents) if target[1:] in headings] == [
        f"#{name}" for name in headings
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page):
    for name in FILE.findall(PAGES[page]):
        assert MADE_UP.search(name) or (COURSE / name).exists(), f"{page}: {name}"


def test_every_make_target_exists():
    targets = re.findall(r"^([\w-]+):", (COURSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = starting("make ")
    assert len(named) > 10
    for page, arguments in named:
        assert arguments.split()[0] in targets, f"{page}: make {arguments}"


@pytest.mark.parametrize("words, least", [("python -m autograder ", 11), ("nn-from-scratch ", 4)])
def test_every_command_of_the_autograder_is_understood(words, least):
    named = starting(words)
    assert len(named) >= least
    for page, arguments in named:
        try:
            parser().parse_args(shlex.split(arguments))
        except SystemExit:
            if len(arguments.split()) > 1:  # in a sentence, `python -m autograder grade` names the command
                pytest.fail(f"{page}: {words}{arguments}")
            assert arguments in parser().format_help()


def test_every_command_of_nbgrader_exists_with_its_options():
    from nbgrader.apps.nbgraderapp import NbGraderApp

    named = starting("nbgrader ")
    assert len(named) > 10
    for page, arguments in named:
        app, words = NbGraderApp(), shlex.split(arguments)
        while words and words[0] in app.subcommands:
            app = app.subcommands[words.pop(0)][0]()
        assert not isinstance(app, NbGraderApp), f"{page}: nbgrader {arguments}"
        known = {
            name.strip("-")
            for names in (*app.flags, *app.aliases)
            for name in (names if isinstance(names, tuple) else [names])
        }
        for option in (word[2:].split("=")[0] for word in words if word.startswith("--")):
            assert option in known or "." in option, f"{page}: nbgrader {arguments}"


def message(source):
    """Return what the check says about the last exercise in `source`, with the reference for the rest."""
    linecache.cache["cell"] = (len(source), None, source.splitlines(keepends=True), "cell")
    space = {"np": np}
    exec(compile(source, "cell", "exec"), space)
    *_, exercise = [name for name in space if name in exercises()]
    names = {name: getattr(reference_impl, name) for name in reference_impl.__all__}
    return report.text(grade(exercise, LocalHost({**names, **space}, seconds=SECONDS), expected_of(exercise)))


def excerpt(shown, whole):
    """Return whether every line of `shown` is in `whole`, in this order."""
    lines = iter(whole.splitlines())
    return all(line in lines for line in shown.splitlines())


def test_every_message_shown_to_students_is_what_the_check_says(monkeypatch):
    way = time_limit._way()  # one of the examples never ends: its time is over sooner than the message says
    monkeypatch.setattr(time_limit, "_way", lambda: lambda seconds, *rest: way(seconds / 20, *rest))
    blocks = FENCE.findall(PAGES["docs/students.md"])
    pairs = [
        (code, shown) for (kind, code), (_, shown) in zip(blocks, blocks[1:]) if kind == "python" and "def " in code
    ]
    assert len(pairs) >= 8
    for code, shown in pairs:
        assert excerpt(shown.rstrip(), message(code)), f"{code}\n{message(code)}"


def test_the_message_on_the_first_page_is_one_of_the_checks():
    (shown,) = [body for _, body in FENCE.findall(PAGES["README.md"]) if HEADLINE.search(body)]
    exercise = HEADLINE.search(shown)[1]
    reports = [
        report.text(grade(exercise, LocalHost(mistake.namespace()), expected_of(exercise)))
        for mistake in mistakes_of(exercise)
    ]
    assert any(excerpt(shown.rstrip(), whole) for whole in reports)
