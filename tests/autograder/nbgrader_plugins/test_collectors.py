"""`nbgrader zip_collect` on the zip files of Canvas and Moodle: each notebook comes to its student, and none is lost in silence."""

import shutil
import zipfile

import pytest
from commands import nbgrader
from nbgrader.api import Gradebook

from autograder.course import COURSE, Course

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
CANVAS = {  # file in the zip: (student, name under which it is kept)
    f"lovelaceada_1815_901_{NOTEBOOK}": ("ada", NOTEBOOK),
    "lovelaceada_1815_908_notes_12_34.txt": None,
    f"obrienósúilleabháinseán_LATE_27_902_{LESSON}-1.ipynb": ("sean", NOTEBOOK),
    f"hoppergrace_4711_903_{LESSON} (2).ipynb": ("4711", NOTEBOOK),
    "李秀英_88_904_my_1_2_homework.ipynb": ("li", "my_1_2_homework.ipynb"),
    f"leekim_31_905_{NOTEBOOK}": ("kim1", NOTEBOOK),
    f"leekim_31_906_{LESSON}-1.ipynb": ("kim1", f"{LESSON}-1.ipynb"),
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
    f"Marie Jean_508_assignsubmission_file_{NOTEBOOK}": None,
}


def collect(course, platform, files):
    """A class's zip, collected: what nbgrader said, and the course's submissions as ``{(student, name): text}``."""
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
            file.writestr(name, name)
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
        assert "kim1 and kim2 on the roster are both called so" in twice


def test_what_was_collected_under_another_name_is_graded(tmp_path):
    collect(tmp_path, "Canvas", CANVAS)
    data, note = Course(tmp_path).submission(LESSON, "li")
    assert data.decode() == "李秀英_88_904_my_1_2_homework.ipynb"
    assert "its name is not 06_backward.ipynb" in note
