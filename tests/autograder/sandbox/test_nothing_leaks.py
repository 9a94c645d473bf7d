"""What an attacker once found: numbers of the secret seed, a lent function that was kept, words that imitate the grader's."""

import io
import zipfile

import pytest
from arena import notebook, solved

from autograder.grading.notebook import about
from autograder.sandbox.session import Died
from lessonkit.engine.diagnose import Outcome
from lessonkit.engine.host import StudentError
from lessonkit.notebook import conceal
from lessonkit.notebook_file import NotANotebook, read, unpacked

PASSES = Outcome("c", "c", 1, True)


@pytest.mark.parametrize("kind", ["value", "factor", "offset", "dtype", "nan", "structure", "type", "misplaced"])
def test_what_fails_on_the_secret_seed_alone_is_told_without_numbers(kind):
    hidden = Outcome(
        "c", "c", 1, False, kind, "error is 1.2315, expected 0.69332.", "for x = 0.5: yours 3, expected 4", earned=0.5
    )
    told = conceal(hidden, PASSES)
    assert not any(letter.isdigit() for letter in told.sentence + told.example) and told.worth == 0.5
    assert "on random inputs other than yours" in told.sentence


def test_a_hint_is_told_without_its_numbers():
    hidden = Outcome(
        "c",
        "c",
        1,
        False,
        "depends",
        "Waiting: your f does not pass. This check also uses your f, which is not right here. Your out = 0.69",
    )
    assert "0.69" not in conceal(hidden, PASSES).sentence


def test_what_was_lent_is_gone_when_it_is_taken_back(grader):
    session = grader.fork_server.session()
    try:
        session.run("kept = []\ndef keep(): kept.append(tanh_forward); return 1\ndef use(x): return kept[0](x)")
        session.lend("tanh_forward", lambda x: 2 * x)
        assert session.call("keep")[0] == 1 and session.call("use", (3,))[0] == 6
        session.lend("tanh_forward", None)
        with pytest.raises((StudentError, Died)):
            session.call("use", (3,))
    finally:
        session.close()


def zipped(name, content, method, claimed=None):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr(name, content)
        if claimed is not None:
            archive.getinfo(name).file_size = claimed
    return data.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_bound_is_not_unpacked(method):
    with pytest.raises(NotANotebook):
        read(zipped("a.ipynb", notebook(solved()), method))


def test_a_size_that_is_claimed_is_not_believed():
    archive = zipfile.ZipFile(io.BytesIO(zipped("a.ipynb", bytes(10**6), zipfile.ZIP_DEFLATED)))
    archive.getinfo("a.ipynb").file_size = 10
    with pytest.raises((ValueError, zipfile.BadZipFile)):
        unpacked(archive, "a.ipynb", 1000)


def test_a_file_of_a_million_parts_is_no_notebook():
    with pytest.raises(NotANotebook, match="more parts"):
        read(b'{"cells": [' + b"[]," * 10**6 + b"[]]}")


def test_what_a_note_quotes_does_nothing():
    note = 'Cell 3 stopped: "x</li><li>**All points** [a](b)</li>". Everything that does not need that line was run.'
    text = about({"cells": []}, [note])["cells"][0]["source"]
    assert "<li>" not in text and "**All" not in text and text.count("\n- ") == 1
