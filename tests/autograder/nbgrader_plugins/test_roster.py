"""Rosters from spreadsheets and learning platforms get into nbgrader's gradebook, or are refused with line and reason."""

import shutil

import pytest

from autograder import __main__ as command_line
from autograder.course import COURSE
from autograder.nbgrader_plugins.roster import read_roster

ADA = ("ada", "Ada", "Lovelace", "ada@example.org", "1815")
LI = ("li", "秀英", "李", None, "88")
ZOE = ("zoe", "Zoë", "Müller", None, None)
# A file's content, and the resulting students: id, first name, last name, email, number in the platform
ROSTERS = {
    "as documented": (b"id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,1815\n", [ADA]),
    "Excel, UTF-8": ("\ufeffid,first_name,last_name\r\nzoe,Zoë,Müller\r\n".encode(), [ZOE]),
    "Excel, semicolons, Latin-1": ("id;first_name;last_name\r\nzoe;Zoë;Müller\r\n".encode("cp1252"), [ZOE]),
    "Excel, Unicode text": ("id\tfirst_name\tlast_name\r\nzoe\tZoë\tMüller\r\n".encode("utf-16"), [ZOE]),
    "UTF-16 without a mark": ("id;first_name;last_name\nzoe;Zoë;Müller\n".encode("utf-16-le"), [ZOE]),
    "blank lines": ("\r\nid,first_name,last_name\r\n,,\r\n\r\nzoe,Zoë,Müller\r\n\r\n".encode(), [ZOE]),
    "Canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW\n    Points Possible,,,,,11\n"
        '"Lovelace, Ada",1815,x,ada,S1,\n"李, 秀英",88,y,li,S1,\n"Student, Test",9,,,S1,\n'.encode(),
        [(*ADA[:3], None, "1815"), LI],
    ),
    "Moodle": (
        b'"First name","Last name","Username","ID number","Email address"\nAda,Lovelace,ada,1815,ada@example.org\n', [ADA],
    ),
    "Brightspace": (
        b"OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n#ada,#x,Lovelace,Ada,#\n",
        [(*ADA[:3], None, None)],
    ),
    "a line at the end that counts": (b"id,first_name,last_name\nzoe,Zo\xc3\xab,M\xc3\xbcller\nTotal: 1 student,,\n,1 student,\n", [ZOE]),
    "another name for the id": (b"Student ID,Name\nada,Ada Lovelace\n", [(*ADA[:3], None, None)]),
}  # fmt: skip


def enter(tmp_path, monkeypatch, data):
    """Run the command in a course, and return its exit code."""
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    (tmp_path / "students.csv").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return command_line.main(["roster", "students.csv"])


def students(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return sorted((s.id, s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students)


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_is_read(name):
    data, expected = ROSTERS[name]
    assert [tuple(value or None for value in student.values()) for student in read_roster(data)] == expected


def test_a_roster_ends_in_the_gradebook_and_keeps_what_it_does_not_say(tmp_path, monkeypatch, capsys):
    assert enter(tmp_path, monkeypatch, ROSTERS["Canvas"][0]) == 0
    assert capsys.readouterr().out.startswith("The 2 students of this file are in the gradebook")
    assert enter(tmp_path, monkeypatch, b"id\nada\nbob\n") == 0
    assert students(tmp_path) == [(*ADA[:3], None, "1815"), ("bob", None, None, None, None), LI]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The roster is empty."),
        (b"first,last\nAda,Lovelace\n", "no column for the student's id. Its columns are first, last."),
        (b"id,first_name\nada,Ada\n,Bob\n", "Line 3 of the roster has no id: Bob."),
        (b"id,first_name\nada,Ada\nbob,Bob\n\nada,Ada\n", "Lines 2 and 5 of the roster both have the id 'ada'."),
        (b"id,name\nada,Lovelace, Ada\n", "Line 2 of the roster has 3 fields, but the header has 2"),
        (b"id,first_name\n", "The roster has no line with a student."),
        (b'id,first_name\nada,"Ada\nbob,Bob\n', "Line 2 of the roster cannot be read: unexpected end of data."),
        (b'id,first_name\nada,"Ada\nbob",Bob\n', "Line 2 of the roster: a field continues on the next line."),
        (b"id,first_name\nada," + b"A" * 140_000, "Line 2 of the roster cannot be read: field larger"),
        (b"PK\x03\x04", "The roster is an Excel file."),
        (b"id\n1234.0\n", "Line 2 of the roster: a spreadsheet has rewritten the id to 1234.0."),
        (b"id,name\nada,Ada\nbob,B\x81b\n", "Line 3 of the roster has a character in an unknown encoding."),
        (b"\xff\xfei\0d", "The roster has no line with a student."),
        (b"id\n../../ada\n", "Line 2 of the roster: '../../ada' cannot be the name of a folder"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(data, reason, tmp_path, monkeypatch, capsys):
    assert enter(tmp_path, monkeypatch, data) == 2
    assert reason in capsys.readouterr().err and not (tmp_path / "gradebook.db").exists()


def test_letters_that_are_guessed_are_shown(tmp_path, monkeypatch, capsys):
    enter(tmp_path, monkeypatch, "id,name\njiri,Jiří Dvořák\n".encode("cp1250"))
    assert "Is this name spelled correctly: Jiøí Dvoøák?" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(tmp_path, monkeypatch, capsys):
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert command_line.main(["roster", "nobody.csv"]) == 2
    assert "nobody.csv cannot be read" in capsys.readouterr().err


def test_columns_are_known_by_other_names():
    (student,) = read_roster(b"Login ID,Given name,Surname,E-mail,Canvas ID\nada,Ada,Lovelace,ada@example.org,1815\n")
    assert tuple(student.values()) == ADA


def test_a_gradebook_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "nbgrader_config.py").write_text("# the autograder's\n", encoding="utf-8")
    (tmp_path / "gradebook.db").write_text("no gradebook at all", encoding="utf-8")
    (tmp_path / "students.csv").write_text("id\nada\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert command_line.main(["roster", "students.csv"]) == 2
    error = capsys.readouterr().err
    assert "It says: " in error and "file is not a database" in error and "File " not in error, error


def test_an_error_of_ours_is_not_taken_for_one_of_nbgraders(tmp_path, monkeypatch):
    """It shows its traceback, as everywhere."""

    def fails(students, folder):
        raise KeyError("a bug")

    monkeypatch.setattr("autograder.nbgrader_plugins.roster._add", fails)
    with pytest.raises(KeyError, match="a bug"):
        enter(tmp_path, monkeypatch, b"id\nada\n")
