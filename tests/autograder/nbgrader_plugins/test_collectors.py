"""`nbgrader zip_collect` on the zip files of Canvas and Moodle: each notebook gets to its student, and none is lost silently."""

import csv
import io
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest
from commands import nbgrader
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.course import COURSE, Course
from autograder.nbgrader_plugins.collected import not_collected, path_of

LESSON = "06_backward"
NOTEBOOK = f"{LESSON}.ipynb"
PEOPLE = {  # id: (first name, last name, LMS id)
    "ada": ("Ada", "Lovelace", "1815"),
    "sean": ("Seán", "O'Brien_Ó Súilleabháin", "27"),
    "4711": ("Grace", "Hopper", None),
    "li": ("秀英", "李", "88"),
    "kim1": ("Kim", "Lee", "31"),
    "kim2": ("Kim", "Lee", "32"),
    "jean": ("Anne-Marie", "Jean", "33"),
    "marie": ("Marie", "Jean", "34"),
}
CANVAS = {  # file in the zip: (student, name of the collected file)
    f"lovelaceada_1815_901_{NOTEBOOK}": ("ada", NOTEBOOK),
    "lovelaceada_1815_908_notes_12_34.txt": None,
    f"obrienósúilleabháinseán_LATE_27_902_{LESSON}-1.ipynb": ("sean", NOTEBOOK),
    f"hoppergrace_4711_903_{LESSON} (2).ipynb": ("4711", NOTEBOOK),
    "李秀英_88_904_my_1_2_homework.ipynb": ("li", "my_1_2_homework.ipynb"),
    f"leekim_31_906_{LESSON}-1.ipynb": ("kim1", NOTEBOOK),
    f"strangerthe_99_907_{NOTEBOOK}": None,
    f"anon_x7Yz1_909_{NOTEBOOK}": None,
    NOTEBOOK: None,
}
MOODLE = {
    f"Ada Lovelace_500_assignsubmission_file/{NOTEBOOK}": ("ada", NOTEBOOK),
    f"Seán OBrien Ó Súilleabháin_501_assignsubmission_file_/{NOTEBOOK}": ("sean", NOTEBOOK),
    f"Hopper, Grace_502_assignsubmission_file_{LESSON}-1.ipynb": ("4711", NOTEBOOK),
    f"Group 7-李 秀英_503_assignsubmission_file/{NOTEBOOK}": ("li", NOTEBOOK),
    "Ada Lovelace_500_assignsubmission_onlinetext/onlinetext.html": None,
    f"Kim Lee_504_assignsubmission_file/{NOTEBOOK}": None,
    f"The Stranger_505_assignsubmission_file/{NOTEBOOK}": None,
    f"Anne-Marie Jean_506_assignsubmission_file/{NOTEBOOK}": ("jean", NOTEBOOK),
    f"Group-Marie Jean_507_assignsubmission_file/{NOTEBOOK}": ("marie", NOTEBOOK),
}


def prepare(course, files):
    """Make a course with a class's zip."""
    shutil.copy(COURSE / "nbgrader_config.py", course)
    (course / "lessons" / LESSON).mkdir(parents=True)
    shutil.copy(COURSE / "lessons" / LESSON / NOTEBOOK, course / "lessons" / LESSON)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student, (first, last, number) in PEOPLE.items():
            gradebook.add_student(student, first_name=first, last_name=last, lms_user_id=number)
    archive = course / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as file:
        for name in files:
            file.writestr(name, files[name] if isinstance(files[name], bytes) else name)


def collect(course, platform, files):
    """Collect a class's zip; return nbgrader's log, and the course's submissions as ``{(student, name): text}``."""
    prepare(course, files)
    plugin = f"--ZipCollectApp.collector_plugin=autograder.nbgrader_plugins.collectors.{platform}"
    said = nbgrader(course, "zip_collect", LESSON, plugin)
    kept = {
        (path.parts[-3], path.name): path.read_text(encoding="utf-8")
        for path in (course / "submitted").glob(f"*/{LESSON}/*")
    }
    return said.stderr, kept


@pytest.mark.parametrize(("platform", "files"), [("Canvas", CANVAS), ("Moodle", MOODLE)])
def test_each_notebook_comes_to_its_student_and_the_others_are_named(tmp_path, platform, files):
    said, kept = collect(tmp_path, platform, files)
    assert kept == {whose: name for name, whose in files.items() if whose}
    left_out = [name for name, whose in files.items() if whose is None and name.endswith(".ipynb")]
    complaints = [line for line in said.splitlines() if "ERROR" in line]
    assert len(complaints) == len(left_out)
    for name in left_out:
        assert sum(f"/{name}." in line for line in complaints) == 1
    if platform == "Moodle":
        (twice,) = (line for line in complaints if "Kim Lee" in line)
        assert "kim1 and kim2 on the roster share this name" in twice


FOR_PEOPLE = {
    f"lovelaceada_1815_901_{NOTEBOOK}": "ada",
    "lovelaceada_1815_902_notes.txt": "ada",
    f"leekim_31_903_{NOTEBOOK}": "kim1",
    f"leekim_31_904_{LESSON}-1.ipynb": "kim1",
    "obrien_27_905_work.pdf": "sean",
    "strangerthe_99_906_notes.txt": "",
    "nobodysfile.txt": "",
    "jean_33_907_work.zip": "jean",
}


def test_collect_says_in_a_short_table_what_became_of_each_file(tmp_path, monkeypatch, capfd):
    prepare(tmp_path, {**FOR_PEOPLE, "jean_33_907_work.zip": b"PK\x03\x04 cut short"})
    monkeypatch.chdir(tmp_path)
    assert main(["collect", "6", "canvas"]) == 0
    out, err = capfd.readouterr()
    assert not err and out.splitlines() == [
        "  2  handed in a notebook",
        "  2  handed in no notebook                                      jean, sean",
        "  2  not collected: it is not clear who sent it                 submissions/nobodysfile.txt, strangerthe_99",
        "  1  not collected: not a notebook, and there is one beside it  ada",
        "  1  not collected: there is a later attempt                    kim1",
        "  1  not unpacked, or not completely                            jean",
        "  4  on the roster, and nothing collected                       4711, kim2, li, marie",
        "What happened to each file is listed in grading/06_backward/collected.csv.",
    ]
    with open(tmp_path / "grading" / LESSON / "collected.csv", encoding="utf-8", newline="") as file:
        rows = {(row["file"].rpartition("/")[2], row["student"]) for row in csv.DictReader(file)}
    assert rows == set(FOR_PEOPLE.items())


def test_in_a_subfolder_the_course_is_collected_and_exported(tmp_path, monkeypatch, capfd):
    prepare(tmp_path, {f"lovelaceada_1815_901_{NOTEBOOK}": ""})
    monkeypatch.chdir(tmp_path / "lessons")
    assert main(["collect", "6", "canvas"]) == main(["export", "csv"]) == 0
    out, err = capfd.readouterr()
    assert "is listed in ../grading/06_backward/collected.csv." in out and not err
    assert (tmp_path / "submitted" / "ada" / LESSON / NOTEBOOK).exists()
    assert {path.name for path in Path.cwd().iterdir()} == {LESSON, "grades.csv"}


def test_collecting_again_is_refused_before_anything_is_changed(tmp_path, monkeypatch, capsys):
    prepare(tmp_path, {f"leekim_31_903_{NOTEBOOK}": "", f"lovelaceada_1815_901_{NOTEBOOK}": ""})
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "submitted" / "kim1" / LESSON / NOTEBOOK
    kept.parent.mkdir(parents=True)
    kept.write_text("by hand")
    assert main(["collect", "06", "canvas"]) == 2
    assert capsys.readouterr().err == (
        "submitted/kim1/06_backward contains files from an earlier collection. Add --force to replace them.\n"
    )
    assert kept.read_text() == "by hand" and not (tmp_path / "submitted" / "ada").exists()
    assert main(["collect", "06", "canvas", "--force"]) == 0 and kept.read_text() != "by hand"
    shutil.rmtree(tmp_path / "downloaded")
    assert main(["collect", "06", "moodle"]) == 2
    assert "There is no file in downloaded/06_backward/archive. Put Moodle's zip file there." in capsys.readouterr().err


def test_who_sent_something_that_was_not_collected_is_known(tmp_path):
    collect(tmp_path, "Moodle", {**MOODLE, "Ada Lovelace_499_assignsubmission_file/notes.txt": None})
    assert not_collected(path_of(tmp_path, LESSON)) == {"kim1", "kim2"}
    assert not_collected(path_of(tmp_path, "07_optimizers")) == set()


def test_what_was_collected_under_another_name_is_graded(tmp_path):
    text = (COURSE / "lessons" / LESSON / NOTEBOOK).read_bytes()
    collect(tmp_path, "Canvas", {"李秀英_88_904_my_1_2_homework.ipynb": text})
    graded = Course(tmp_path).submission(LESSON, "li")
    assert graded.data == text and "its name is not 06_backward.ipynb" in graded.notes[0]


def zipped(**contents):
    """Return the bytes of a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name.replace("_ipynb", ".ipynb"), content)
    return file.getvalue()


JUNK = b"\0\5\x16\7\0\2\0\0Mac OS X"
DECOMPOSED = unicodedata.normalize("NFD", "Seán")
# A class's zip as it arrives, and the content that is collected, by student and name
ODD = {
    "macOS, Canvas": ("Canvas", {f"lovelaceada_1815_901_{NOTEBOOK}": b"REAL", f"__MACOSX/._lovelaceada_1815_901_{NOTEBOOK}": JUNK,
        f"._lovelaceada_1815_901_{NOTEBOOK}": JUNK}, {("ada", NOTEBOOK): "REAL"}),
    "macOS, Moodle": ("Moodle", {"Ada Lovelace_500_assignsubmission_file/my work.ipynb": b"REAL",
        "__MACOSX/Ada Lovelace_500_assignsubmission_file/._my work.ipynb": JUNK,
        "Ada Lovelace_500_assignsubmission_file/.ipynb_checkpoints/my work-checkpoint.ipynb": JUNK}, {("ada", "my work.ipynb"): "REAL"}),
    "Unicode and apostrophes": ("Moodle", {
        f"{DECOMPOSED} O’Brien Ó Súilleabháin_501_assignsubmission_file/{NOTEBOOK}": b"REAL",
        f"Anne\u2011Marie Jean_506_assignsubmission_file/{NOTEBOOK}": b"REAL"}, {("sean", NOTEBOOK): "REAL", ("jean", NOTEBOOK): "REAL"}),
    "a damaged zip file": ("Canvas", {f"li_88_910_{NOTEBOOK}": b"REAL", "sean_27_932_06_backward.zip": b"PK\x03\x04 cut short"},
        {("li", NOTEBOOK): "REAL", ("sean", "06_backward.zip"): "PK\x03\x04 cut short"}),
    "a zip file's own name": ("Canvas", {"sean_27_932_06_backward.zip": zipped(my_1_2_homework_ipynb="REAL")},
        {("sean", "my_1_2_homework.ipynb"): "REAL"}),
    "a zip file, Moodle": ("Moodle", {"Ada Lovelace_500_assignsubmission_file/work.zip": zipped(**{"06_backward_ipynb": "REAL"}),
        "Grace Hopper_501_assignsubmission_file_work.zip": zipped(**{"06_backward_ipynb": "TOO"})},
        {("ada", NOTEBOOK): "REAL", ("4711", NOTEBOOK): "TOO"}),
    "names that went on": ("Canvas", {f"ada_1815_901_{NOTEBOOK}.txt": b"REAL", "li_88_902_06_backward.IPYNB": b"REAL"},
        {("ada", f"{NOTEBOOK}.txt"): "REAL", ("li", "06_backward.IPYNB"): "REAL"}),
    "no notebook at all": ("Canvas", {"ada_1815_901_work.pdf": b"%PDF", f"li_88_902_{NOTEBOOK}": b"REAL", "li_88_903_work.pdf": b"%PDF",
        "kim_31_904_timestamp.txt": b"2000-01-01 00:00:00 UTC"}, {("ada", "work.pdf"): "%PDF", ("li", NOTEBOOK): "REAL"}),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_what_comes_in_a_class_zip_is_collected(case, tmp_path):
    platform, files, expected = ODD[case]
    log, kept = collect(tmp_path, platform, files)
    assert kept == expected
    errors = [line for line in log.splitlines() if "ERROR" in line]
    assert len(errors) == (case == "a damaged zip file")
    assert all("sean_27_932_06_backward.zip. It is damaged" in line for line in errors)


@pytest.mark.parametrize(
    ("platform", "earlier", "later"),
    [
        ("Canvas", f"leekim_31_905_{NOTEBOOK}", f"leekim_31_906_{LESSON}-1.ipynb"),
        ("Canvas", f"leekim_31_99_{NOTEBOOK}", f"leekim_LATE_31_100_{NOTEBOOK}"),
        ("Moodle", f"Marie Jean_507_assignsubmission_file/{NOTEBOOK}", f"Marie Jean_508_assignsubmission_file_{NOTEBOOK}"),
    ],
)  # fmt: skip
def test_of_several_attempts_the_later_one_is_collected_and_told(platform, earlier, later, tmp_path):
    log, kept = collect(tmp_path, platform, {later: b"LATER", earlier: b"EARLIER"} if platform == "Canvas" else
                        {earlier: b"EARLIER", later: b"LATER"})  # fmt: skip
    ((_, name),) = kept
    assert name == NOTEBOOK and kept.popitem()[1] == "LATER"
    (line,) = (line for line in log.splitlines() if "is a later attempt" in line)
    assert line.index(earlier) < line.index(later) and "WARNING" in line and "ERROR" not in log


def test_what_else_was_handed_in_is_called_what_it_is(tmp_path):
    collect(tmp_path, "Canvas", {"ada_1815_901_work.pdf": b"%PDF-1.7", "sean_27_932_06_backward.zip": b"PK\x03\x04"})
    for student, words in (("ada", "a PDF"), ("sean", "a damaged zip file")):
        graded = Course(tmp_path).submission(LESSON, student)
        assert words in graded.notes[0] and graded.flags == [f"could not be graded: {graded.notes[0]}"]
