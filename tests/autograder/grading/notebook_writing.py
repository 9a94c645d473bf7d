"""Ways to write a notebook to a file: each takes a random generator and a notebook, and returns bytes."""

import json

FILES = {}


def of_file(function):
    """Register a way to write a notebook to a file."""
    FILES[function.__name__] = function
    return function


@of_file
def as_ever(rng, notebook):
    return json.dumps(notebook, indent=1).encode()


@of_file
def in_another_encoding(rng, notebook):
    text = json.dumps(notebook, ensure_ascii=rng.random() < 0.5)
    return text.encode(
        rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]), "surrogatepass"
    )


@of_file
def with_other_line_ends(rng, notebook):
    text = json.dumps(notebook, indent=rng.choice([None, 0, 4, "\t"]))
    return rng.choice([text.replace("\n", "\r\n"), text.replace("\\n", "\\r\\n"), f"\n\n{text}\n\0"[:-1]]).encode()


@of_file
def with_sources_as_lists(rng, notebook):
    keep = rng.random() < 0.5
    for cell in notebook.get("cells", ()):
        if isinstance(cell, dict) and isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].splitlines(keepends=keep)
    return json.dumps(notebook).encode()


@of_file
def in_an_envelope(rng, notebook):
    return json.dumps({"name": "x.ipynb", "type": "notebook", "format": "json", "content": notebook}).encode()
