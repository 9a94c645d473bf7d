"""Collecting trusts nothing in a student's archive: it names hostile entries and leaves them out, and collects the class."""

import gzip
import io
import logging
import stat
import tarfile
import zipfile

import pytest
from test_collectors import LESSON, NOTEBOOK, collect, zipped

from autograder.nbgrader_plugins import archive, extractor

REST = {f"li_88_910_{NOTEBOOK}": b"LI"}


def tarred(*members, packed=False):
    """Return the bytes of a tar file with ``(name, content or kind)`` entries."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz" if packed else "w") as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            if isinstance(content, bytes) and len(content) == 1:  # a kind of entry
                entry.type, entry.linkname = content, "/etc/hostname"
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def with_link():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.ipynb")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
        archive.writestr(NOTEBOOK, "SEAN")
    return file.getvalue()


def bomb(size=60 * 2**20):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("zeros.ipynb", "w", force_zip64=True) as member:
            for _ in range(size // 2**20):
                member.write(bytes(2**20))
        archive.writestr(NOTEBOOK, "SEAN")
    return file.getvalue()


def twice():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(NOTEBOOK, "SEAN")
        archive.writestr(NOTEBOOK, "OTHER")
    return file.getvalue()


def of(**contents):
    return zipped(**{"06_backward_ipynb": "SEAN", **contents})


# What a student's archive contains besides the notebook, and the words that name it
HOSTILE = {
    "a path upwards": (".zip", lambda: zipped(**{f"../../{LESSON}_ipynb": "X", "06_backward_ipynb": "SEAN"}), "leads out of the folder"),
    "a Windows path upwards": (".zip", lambda: of(**{"..\\..\\x_ipynb": "X"}), "leads out of the folder"),
    "an absolute path": (".zip", lambda: of(**{"/tmp/absolute_ipynb": "X"}), "leads out of the folder"),
    "a drive": (".zip", lambda: of(**{"C:\\x_ipynb": "X"}), "leads out of the folder"),
    "a link": (".zip", with_link, "a link or a device"),
    "two of a name": (".zip", twice, "another file has the same name"),
    "a file as a folder": (".zip", lambda: of(**{"06_backward_ipynb/x_ipynb": "X"}), "another file has the same name"),
    "a long name": (".zip", lambda: of(**{f"{'x' * 300}_ipynb": "X"}), "too long"),
    "a bomb": (".zip", bomb, "60 MB, is too large to unpack"),
    "links and devices": (".tar.gz", lambda: tarred((NOTEBOOK, b"SEAN"), ("a.ipynb", tarfile.SYMTYPE),
        ("b.ipynb", tarfile.LNKTYPE), ("c.ipynb", tarfile.CHRTYPE), ("d.ipynb", tarfile.FIFOTYPE), packed=True), "a link or a device"),
    "a tar path": (".tar", lambda: tarred((NOTEBOOK, b"SEAN"), ("../../x.ipynb", b"XX"), ("/tmp/absolute.ipynb", b"XX")), "leads out of the folder"),
    "a tar bomb": (".tgz", lambda: gzip.compress(tarred((NOTEBOOK, b"SEAN"), ("zeros.ipynb", bytes(240 * 2**20))), 1), "everything after that"),
    "an archive in it": (".zip", lambda: of(inner_zip=zipped(x_ipynb="X")).replace(b"inner_zip", b"inner.zip"), "archive inside"),
}  # fmt: skip


@pytest.fixture
def extract(tmp_path, caplog):
    """Return a function that extracts a class's zip and returns the errors and the extracted files by path."""

    def extracted(files):
        came, to = tmp_path / "archive", tmp_path / "extracted"
        came.mkdir(exist_ok=True)
        (came / "submissions.zip").write_bytes(zipped(**files))
        plugin = extractor.Extractor()
        plugin.log = logging.getLogger("extractor")
        plugin.extract(str(came), str(to))
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        texts = {path.relative_to(to / "submissions").as_posix(): path for path in to.rglob("*") if path.is_file()}
        return errors, {name: path.read_bytes() for name, path in texts.items()}

    return extracted


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_hostile_in_an_archive_is_named_and_the_others_are_extracted(case, extract, tmp_path):
    end, content, words = HOSTILE[case]
    (error,), kept = extract({f"sean_27_932_work{end}": content(), **REST})
    inner = kept.pop("sean_27_932_work/inner.zip", None)
    assert kept == {f"sean_27_932_work/{NOTEBOOK}": b"SEAN", f"li_88_910_{NOTEBOOK}": b"LI"}
    assert words in error and "sean_27_932_work" in error and bool(inner) == (case == "an archive in it")


# Students use other students' names inside their own archive or folder. What is collected, by student:
FORGED = {
    "Canvas": ({f"lovelaceada_1815_900_{NOTEBOOK}": b"ADA",
        "sean_27_932_work.zip": zipped(lovelaceada_1815_999_06_backward_ipynb="SEAN"),
        "stranger_99_932_work.zip": zipped(lovelaceada_1815_999_06_backward_ipynb="FORGED"),
        "stranger_98_932_work.tar.gz": tarred((f"lovelaceada_1815_999_{NOTEBOOK}", b"FORGED"), packed=True)},
        {"ada": "ADA", "sean": "SEAN"}),
    "Moodle": ({f"Ada Lovelace_500_assignsubmission_file/{NOTEBOOK}": b"ADA",
        "Kim Lee_501_assignsubmission_file/work.zip": zipped(**{"Ada Lovelace_999_assignsubmission_file/06_backward_ipynb": "FORGED"}),
        f"The Stranger_502_assignsubmission_file/Ada Lovelace_999_assignsubmission_file/{NOTEBOOK}": b"FORGED",
        f"Marie Jean_502_assignsubmission_onlinetext/Ada Lovelace_999_assignsubmission_file/{NOTEBOOK}": b"MARIE"},
        {"ada": "ADA", "marie": "MARIE"}),
}  # fmt: skip


@pytest.mark.parametrize("platform", FORGED)
def test_a_name_inside_a_students_archive_is_nobody_elses(platform, tmp_path):
    files, expected = FORGED[platform]
    log, kept = collect(tmp_path, platform, files)
    assert {student: content for (student, _), content in kept.items()} == expected
    assert sum("ERROR" in line and "Not collected" in line for line in log.splitlines()) == 2


def test_two_names_that_nbgrader_takes_for_one_stop_no_class(tmp_path):
    odd = {".ipynb": "A", ".ipynb.ipynb": "B", "..": "C", "...ipynb": "D"}
    files = {f"sean_27_93{i}_{name}": text.encode() for i, (name, text) in enumerate(odd.items())}
    log, kept = collect(tmp_path, "Canvas", {**files, **REST})
    assert kept["li", NOTEBOOK] == "LI" and any(student == "sean" for student, _ in kept)
    assert "Duplicate" not in log and "overwrite" not in log


def test_a_name_that_a_terminal_would_obey_is_printed_by_nobody(tmp_path):
    name = "\x1b]0;owned\x07\x9b2J\u202e06_backward_ipynb"
    log, kept = collect(
        tmp_path, "Canvas", {"sean_27_932_work.zip": zipped(**{name: "SEAN", f"../{name}": "X"}), **REST}
    )
    assert set(kept.values()) == {"SEAN", "LI"}
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(log)


@pytest.mark.parametrize(
    ("start", "kind"), [(b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07", "a RAR archive")]
)
def test_an_archive_of_another_kind_is_told(start, kind, extract):
    (error,), kept = extract({"sean_27_932_work.7z": start, **REST})
    assert f"sean_27_932_work.7z. It is {kind}, which cannot be unpacked" in error and len(kept) == 2


def test_an_archive_of_which_nothing_is_left_stays_for_the_grader_to_name(extract):
    (error,), kept = extract({"sean_27_932_work.zip": zipped(**{"../x_ipynb": "X"}), **REST})
    assert "leads out of the folder" in error and "sean_27_932_work.zip" in kept


def test_a_link_in_the_folder_is_not_followed(extract, tmp_path):
    (tmp_path / "secret").write_text("4711")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / f"sean_27_932_{NOTEBOOK}").symlink_to(tmp_path / "secret")
    (error,), kept = extract(REST)
    assert "It is a link, not a file" in error and list(kept) == [f"li_88_910_{NOTEBOOK}"]


def test_there_are_only_so_many_files_in_an_archive(tmp_path):
    (tmp_path / "many.zip").write_bytes(zipped(**{f"{i}_ipynb": "" for i in range(30)}))
    (tmp_path / "to").mkdir()
    left_out = archive.unpack(tmp_path / "many.zip", tmp_path / "to", archive.Limits(10, 2**20))
    assert len(left_out) == 20 and len(list((tmp_path / "to").iterdir())) == 10
