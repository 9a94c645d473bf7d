"""Which of the files in a submission's folder is graded, and what people are told about it."""

import io
import json
import os
import shutil
import zipfile

import pytest
from arena import LESSON, RELEASED, solved

from autograder import handed_in
from autograder.course import COURSE, Course
from autograder.handed_in import MAX_BYTES, MAX_FILES, NOTHING
from tools.synthetic_class import submission

EXACT = f"{LESSON}.ipynb"
WORK = submission(RELEASED, solved("relu_forward"))
OTHER = submission(RELEASED, solved("tanh_forward"))
TEMPLATE = RELEASED
UNTITLED = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
ANOTHER_LESSON = (COURSE / "solutions" / "02_mse" / "02_mse.ipynb").read_text(encoding="utf-8")


def sentence_of(flag):
    return flag.partition(": ")[2]


def zipped(**texts):
    """Return a zip file with notebooks, and with what macOS adds."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.ipynb", text)
        archive.writestr("__MACOSX/._x.ipynb", b"\0\5\x16\7")
    return file.getvalue()


@pytest.fixture
def course(tmp_path):
    """Return a course with a released lesson. `put(path, content)` writes into alice's submission, each file a minute newer."""
    (tmp_path / "lessons").mkdir()
    shutil.copytree(COURSE / "lessons" / LESSON, tmp_path / "lessons" / LESSON)
    moments = iter(range(1_700_000_000, 2_000_000_000, 60))

    def put(path, content=UNTITLED):
        path = tmp_path / "submitted" / "alice" / LESSON / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        moment = next(moments)
        os.utime(path, (moment, moment))
        return path

    course = Course(tmp_path)
    course.put = put
    course.handed_in_by_alice = lambda: course.submission(LESSON, "alice")
    return course


NAMES = (
    f"{LESSON}.ipynb.txt", f"{LESSON}.IPYNB", f"{LESSON}.ipynb.json", f"{LESSON}.json", f"{LESSON} (1).ipynb",
    f"{LESSON}-Copy1.ipynb", "mine.ipynb", LESSON, f"{EXACT}.download", "notebook.txt", "ünï `<b>`.ipynb",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_under_another_name_is_graded_with_a_note(name, course):
    course.put(name, WORK)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.flags
    (note,) = graded.notes
    assert f"was graded, although its name is not {EXACT}" in note and "<b>" not in note


def test_under_its_own_name_nothing_is_said(course):
    course.put(EXACT, WORK)
    for name in ("timestamp.txt", "submission_secret.txt", "data.csv", "__MACOSX/._x.ipynb", f"._{EXACT}",
                 f".ipynb_checkpoints/{LESSON}-checkpoint.ipynb"):  # fmt: skip
        course.put(name, OTHER)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.notes and not graded.flags


@pytest.mark.parametrize("name", [f"{LESSON}/{EXACT}", f"home/work/{EXACT}"])
def test_a_notebook_in_a_folder_is_graded_with_a_note(name, course):
    course.put(name, WORK)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.flags
    assert graded.notes == [
        f"Your notebook was inside a folder, as {name}. It was graded. Please hand in the notebook itself next time."
    ]


@pytest.mark.parametrize("name", ["work.zip", EXACT, f"{EXACT}.zip"])
def test_a_notebook_in_a_zip_file_is_graded_with_a_note(name, course):
    course.put(name, zipped(mine=WORK))
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.flags
    assert "inside a zip file" in graded.notes[0]


def test_in_a_zip_file_the_one_with_answers_is_graded(course):
    course.put("work.zip", zipped(**{LESSON: TEMPLATE, "mine": WORK}))
    assert course.handed_in_by_alice().data == WORK.encode()


EARLIER_RELEASE = json.dumps(json.loads(TEMPLATE.replace("(N, ...)", "(N, D)").replace("array", "ndarray")))


@pytest.mark.parametrize(
    "beside",
    [TEMPLATE, EARLIER_RELEASE, UNTITLED, ANOTHER_LESSON],
    ids=["template", "earlier release", "empty", "another lesson"],
)
def test_the_one_with_answers_is_graded_and_both_are_told(beside, course):
    course.put(f"{LESSON} (1).ipynb", WORK)
    course.put(EXACT, beside)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode()
    sentence = f"{EXACT} contains no answer. {LESSON} (1).ipynb contains answers, and was graded."
    assert graded.flags == [f"another file was graded: {sentence}"] and sentence in graded.notes


def test_an_empty_notebook_of_an_earlier_release_holds_no_answer(course):
    """It holds none even if the present release has other words there. But an answer to an exercise dropped since is an answer."""
    earlier = TEMPLATE.replace("raise NotImplementedError()", "return None").replace("tanh_forward", "swish_forward")
    course.put(f"{LESSON} (1).ipynb", WORK)
    course.put(EXACT, earlier)
    assert len(course.handed_in_by_alice().flags) == 1 and course.handed_in_by_alice().data != WORK.encode()
    releases = [json.loads(earlier)]
    assert course.submission(LESSON, "alice", releases).data == WORK.encode()
    dropped = submission(earlier, {"swish_forward": "def swish_forward(x):\n    return x"})
    course.put(EXACT, dropped)
    course.put(f"{LESSON} (1).ipynb", TEMPLATE)
    graded = course.submission(LESSON, "alice", releases)
    assert graded.data == dropped.encode() and not graded.flags


def test_a_copy_beside_an_empty_notebook_is_graded_with_a_note(course):
    course.put(f"{LESSON}-Copy1.ipynb", WORK)
    course.put("Untitled.ipynb")
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.flags and "its name is not" in graded.notes[0]


def test_a_file_that_cannot_be_read_does_not_stand_in_the_way(course):
    course.put(f"{LESSON} (1).ipynb", WORK)
    course.put(EXACT, b"")
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and "could not be read (The file is empty)" in graded.flags[0]


def test_equal_copies_need_no_choice(course):
    saved_again = json.loads(WORK)
    saved_again["metadata"]["kernelspec"] = {"name": "another"}
    course.put(f"{LESSON} (1).ipynb", WORK)
    course.put(f"{LESSON} (2).ipynb", json.dumps(saved_again))
    graded = course.handed_in_by_alice()
    assert not graded.flags and len(graded.notes) == 1
    course.put(EXACT, WORK)
    course.put(f"{LESSON} (3).ipynb", WORK)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and not graded.notes and not graded.flags


def test_of_two_with_answers_the_lessons_name_counts_else_the_newest(course):
    course.put("b.ipynb", OTHER)
    course.put("a.ipynb", WORK)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode()
    assert "2 different notebooks with answers were handed in: a.ipynb, b.ipynb" in graded.flags[0]
    assert (
        "a.ipynb was graded, because it is the newest" in graded.flags[0]
        and sentence_of(graded.flags[0]) in graded.notes
    )
    course.put(EXACT, submission(RELEASED, solved("sigmoid_forward")))
    os.utime(course.folder / "submitted" / "alice" / LESSON / EXACT, (1, 1))
    graded = course.handed_in_by_alice()
    assert f"{EXACT} was graded, because it has the lesson's name" in graded.flags[0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.html", b"<!DOCTYPE html><html></html>", "a web page"),
        (EXACT + ".html", b"<html>", "a web page"),
        ("work.pdf", b"%PDF-1.7", "a PDF"),
        ("work.docx", b"", "is empty"),
        ("code.py", b"import numpy as np\n\ndef relu_forward(x):\n    pass\n", "a Python script"),
        ("a.ipynb", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        ("a.ipynb", b"", "is empty"),
        ("work.zip", b"PK\x03\x04 cut short", "a damaged zip file"),
        ("a.ipynb", WORK.encode()[:3000], "cut off"),
    ],
)
def test_what_is_no_notebook_is_called_what_it_is(name, data, words, course):
    course.put(name, data)
    graded = course.handed_in_by_alice()
    assert graded.data is None and graded.flags == [f"could not be graded: {graded.notes[0]}"]
    assert words in graded.notes[0] and name in graded.notes[0] and f"no notebook named {EXACT}" in graded.notes[0]


def test_the_work_beside_the_template_is_named_where_it_cannot_be_graded(course):
    course.put(EXACT, TEMPLATE)
    course.put("code.py", b"import numpy as np\n")
    graded = course.handed_in_by_alice()
    assert graded.data == TEMPLATE.encode() and graded.notes == [sentence_of(flag) for flag in graded.flags]
    assert "contains no answer" in graded.flags[0] and "code.py: The file is a Python script" in graded.flags[0]


@pytest.mark.parametrize("names", [[], [".ipynb_checkpoints/x.ipynb"], ["timestamp.txt"], ["data.csv"]])
def test_without_a_notebook_the_reason_is_told(names, course):
    (course.folder / "submitted" / "alice" / LESSON).mkdir(parents=True)
    for name in names:
        course.put(name)
    graded = course.handed_in_by_alice()
    sentence = f"There is no notebook named {EXACT}. Give yours this name and hand it in again."
    assert (graded.data, graded.notes, graded.flags) == (None, [sentence], [f"could not be graded: {sentence}"])
    nothing = course.submission(LESSON, "bob")
    assert (nothing.data, nothing.notes, nothing.flags) == (None, [NOTHING], [])


@pytest.mark.parametrize("level", ["file", "folder", "student"])
def test_links_are_not_followed(level, course, tmp_path):
    other = course.put(EXACT, "alice's work")
    person = tmp_path / "submitted" / "mallory"
    if level == "student":
        person.symlink_to(tmp_path / "submitted" / "alice")
    elif level == "folder":
        person.mkdir()
        (person / LESSON).symlink_to(other.parent)
    else:
        (person / LESSON).mkdir(parents=True)
        (person / LESSON / EXACT).symlink_to(other)
        (person / LESSON / "inside").symlink_to(other.parent)
    graded = course.submission(LESSON, "mallory")
    assert graded.data is None and "is a link" in graded.notes[0] and graded.flags


def test_a_pipe_or_a_folder_is_no_notebook(course):
    path = course.put("timestamp.txt")
    os.mkfifo(path.with_name(EXACT))
    assert course.handed_in_by_alice().data is None
    os.remove(path.with_name(EXACT))
    (path.parent / EXACT).mkdir()
    assert course.handed_in_by_alice().data is None


def test_no_more_is_read_than_a_submission_may_have(course):
    course.put(EXACT, b" " * (MAX_BYTES + 1000))
    assert len(course.handed_in_by_alice().data) == MAX_BYTES + 1
    course.put("bomb.zip", zipped(bomb=" " * (MAX_BYTES + 1)))
    assert len(course.handed_in_by_alice().data) == MAX_BYTES + 1


def test_the_notebook_is_found_among_many_files(course):
    for number in range(MAX_FILES + 5):
        course.put(f"{number:03d}/{number}.txt", "{}")
    course.put(f"zz/{EXACT}", WORK)
    graded = course.handed_in_by_alice()
    assert graded.data == WORK.encode() and "some were not looked at" in graded.flags[0]


def test_the_fingerprint_changes_with_what_is_said(course):
    course.put("a.ipynb", WORK)
    before = course.handed_in_by_alice().fingerprint()
    assert course.handed_in_by_alice().fingerprint() == before
    course.put("b.ipynb", OTHER)
    assert course.handed_in_by_alice().fingerprint() != before


def test_small_zip_files_that_hold_notebooks_without_end_are_read_in_part(course, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.handed_in.MAX_HELD", 50_000)
    bomb = {f"bomb{i}": json.dumps({"cells": [], "metadata": {"x": " " * 9_000}}) for i in range(30)}
    for i in range(3):
        course.put(f"bomb{i}.zip", zipped(**bomb))
    course.put(EXACT, WORK)
    files = []
    study = handed_in._study
    monkeypatch.setattr(handed_in, "_study", lambda file, released: (files.append(file), study(file, released)))
    graded = Course(tmp_path).submission(LESSON, "alice")
    assert graded.data == WORK.encode() and sum(len(file.data) for file in files if file.archive) <= 50_000
