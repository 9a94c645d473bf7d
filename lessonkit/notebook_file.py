"""Reads notebook files in all the forms that occur: one reader for `progress()`, `own.assemble()` and the grader.

It converts what it can read to nbformat's format. If a file is not a notebook, the error says what it is.
"""

import io
import json
import struct
import zipfile
import zlib

MAX_CELLS = 2000


class NotANotebook(ValueError):
    """The file is not a notebook; the message says, in plain words, what it is and what to do."""


# The first bytes of other kinds of files, and their names.
SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"version https://git-lfs", "a pointer of Git LFS, which stands for a file that was not uploaded"),
)
MAX_BYTES, MAX_PARTS = 20 * 2**20, 2_000_000  # of a notebook; in Python's memory, a part takes fifty times its bytes
SAVE_AGAIN = "Hand in the notebook itself: in Jupyter, File > Save Notebook, then the .ipynb file."


def read(data):
    """Return the notebook that a file holds.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    notebook : dict
        In nbformat's format, version 4: ``cells``, each with ``cell_type``, ``source`` (text) and ``metadata``, and
        None in place of an invalid cell.
    notes : list of str
        What had to be repaired to read it.

    Raises
    ------
    NotANotebook
    """
    notes = []
    if data[:4] == b"PK\x03\x04":
        data = _out_of_zip(data, notes)
    document = _document(data)
    if isinstance(document, dict) and isinstance(document.get("content"), dict):
        document = document["content"]  # what Jupyter's server sends: the notebook in an envelope
        notes.append("The file holds what Jupyter's server sends, with the notebook inside. The notebook was read.")
    cells = _cells(document)
    return {"metadata": _dict_of(document, "metadata"), "nbformat": 4, "nbformat_minor": 5, "cells": cells}, notes


def unpacked(archive, name, most):
    """Return a file of a zip archive.

    Its headers may claim any size. This does not read bzip2 and LZMA, which unpack a few bytes into any amount of data at once.

    Raises
    ------
    ValueError
        If it has more than `most` bytes, or is packed in one of those ways.
    """
    entry = archive.getinfo(name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that is not read here")
    with archive.open(entry) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError("it is too large")
    return data


def _out_of_zip(data, notes):
    """Return the only notebook in a zip file."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = [name for name in archive.namelist() if not name.endswith("/") and not is_clutter(name)]
        notebooks = [name for name in names if name.lower().endswith(".ipynb")]
        if any(name.startswith(("word/", "xl/", "ppt/")) for name in names):
            raise NotANotebook(f"The file is an Office document (Word, Excel or PowerPoint). {SAVE_AGAIN}")
        if len(notebooks) != 1:
            how_many = f"{len(notebooks)} notebooks" if notebooks else "no notebook"
            raise NotANotebook(f"The file is a zip file with {how_many} in it. {SAVE_AGAIN}")
        if archive.getinfo(notebooks[0]).file_size > MAX_BYTES:
            raise NotANotebook(f"The file is a zip file, and the notebook in it is larger than 20 MB. {SAVE_AGAIN}")
        notes.append(
            "The file is a zip file. The notebook in it was read. Please hand in the notebook itself next time."
        )
        return unpacked(archive, notebooks[0], MAX_BYTES)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, NotANotebook):
            raise
        raise NotANotebook(f"The file is a damaged zip file. {SAVE_AGAIN}") from None


def is_clutter(name):
    """Whether a path belongs to a file that macOS or an editor leaves beside the real ones."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or ".ipynb_checkpoints" in parts or parts[-1].startswith("._")


def _document(data):
    """Return the JSON document in some bytes, in any encoding."""
    for signature, words in SIGNATURES:
        if data.startswith(signature):
            raise NotANotebook(f"The file is {words}, not a notebook. {SAVE_AGAIN}")
    if not data.strip(b"\0 \t\r\n"):
        raise NotANotebook(f"The file is empty. {SAVE_AGAIN}")
    if sum(map(data.count, b"[{,")) > MAX_PARTS:
        raise NotANotebook(f"The file has more parts than any notebook has. {SAVE_AGAIN}")
    text = decode(data)
    try:
        return json.loads(text)
    except RecursionError:
        raise NotANotebook(f"The file is nested more deeply than any notebook is. {SAVE_AGAIN}") from None
    except ValueError as error:
        raise NotANotebook(_what_it_is(text, error)) from None


def decode(data):
    """Return the text of a JSON file: UTF-8, UTF-16 or UTF-32, with or without a byte order mark; otherwise Windows-1252."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _what_it_is(text, error):
    """Return a sentence that says what a text is that is not valid JSON."""
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return f"The file is a web page, not a notebook. {SAVE_AGAIN}"
    if "<<<<<<<" in text and ">>>>>>>" in text:
        return (
            "The file holds the marks of a merge conflict (<<<<<<<, >>>>>>>), where two versions of the notebook met. "
            "Choose one of the two versions, open it in Jupyter to see that it is whole, and hand it in again."
        )
    if not start.startswith(("{", "[")) and '"cells"' not in text:
        kind = "a Python script" if "def " in text or "import " in text else "a text file"
        return f"The file is {kind}, not a notebook. {SAVE_AGAIN}"
    cut = isinstance(error, json.JSONDecodeError) and (
        error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
    )
    if cut and not text.rstrip().endswith("}"):
        return (
            "The notebook is cut off: the download or the upload stopped halfway. "
            "Open your own copy in Jupyter, save it, and hand it in again."
        )
    line = getattr(error, "lineno", None)
    where = f" (at line {line} of the file)" if line else ""
    return (
        f"The notebook is damaged{where}: perhaps it was edited as text. "
        "Open it in Jupyter, save it, and hand it in again."
    )


def _cells(document):
    """Return the cells of a notebook of any version, each cleaned or None."""
    cells = document.get("cells") if isinstance(document, dict) else None
    if cells is None and isinstance(document, dict):
        sheets = document.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or ()] or None
    if not isinstance(cells, list):
        raise NotANotebook(f"The file is JSON, but not a notebook: it has no cells. {SAVE_AGAIN}")
    if len(cells) > MAX_CELLS:
        raise NotANotebook(
            f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are read. Delete those you do not need, and hand it in again."
        )
    return [_cell(cell) for cell in cells]


def _cell(cell):
    """Return a cell with the fields that nbformat knows, without outputs; None if it is not a valid cell."""
    if not isinstance(cell, dict):
        return None
    kind = str(cell.get("cell_type")).lower()
    kind = {"heading": "markdown", "html": "markdown"}.get(kind, kind)
    text = source_of(cell)
    if kind not in ("code", "markdown", "raw") or text is None:
        return None
    clean = {"cell_type": kind, "metadata": _dict_of(cell, "metadata"), "source": text}
    if isinstance(cell.get("attachments"), dict) and kind != "code":
        clean["attachments"] = cell["attachments"]
    return {**clean, "outputs": [], "execution_count": None} if kind == "code" else clean


def source_of(cell):
    """Return a cell's source as text, or None; invalid Unicode is replaced, and line ends are ``\\n``."""
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        if not all(isinstance(line, str) for line in source):
            return None
        bare = len(source) > 1 and not any(line.endswith(("\n", "\r")) for line in source[:-1])
        source = ("\n" if bare else "").join(source)
    if not isinstance(source, str):
        return None
    return source.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _dict_of(holder, key):
    value = holder.get(key)
    return dict(value) if isinstance(value, dict) else {}
