"""Makes a lesson's bundle: everything that a student gets, in one zip file.

It contains the released notebook, lessonkit with the checks and expected values up to this lesson, and the reference for the
earlier lessons: no reference for this lesson or a later one, and no code of a mistake.
"""

import ast
import functools
import io
import re
import symtable
import zipfile
from pathlib import Path

from autograder.course import COURSE, PACKAGES, SHIPPED, write_whole
from autograder.publish import urls
from autograder.publish.source import BuildError, lesson_facts
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons

LAB = Path(__file__).with_name("jupyter_lab_config.py")
README = """# {title}

{facts}. You build {builds}.

1. Create the environment once, with Python 3.11 or newer; it works for every lesson. On Linux and macOS, in a terminal in this folder: `python3 -m venv ../environment`, then `source ../environment/bin/activate`.
   On Windows, in PowerShell: `py -m venv ../environment`, then `../environment/Scripts/Activate.ps1`. Or with conda: `conda env create -f environment.yml`, then `conda activate neural-networks-from-scratch`.
   Without conda, install the packages, in half a minute: `python -m pip install uv`, then `python -m uv pip install -r requirements.txt`. Without uv: `python -m pip install -r requirements.txt`.
2. In this folder, start `jupyter lab --config=jupyter_lab_config.py {name}.ipynb`, and work from top to bottom. The next time, activate the environment first.
3. Run a `check(...)` cell as often as you like: it tells you what it sees. `python -m lessonkit progress` shows how far you are.
4. Save, press Validate, and hand in `{name}.ipynb`. Only this file is graded.
"""

UNTIL_BATCH_NORM = """

# Lessons 07 to 11 use the network under its final name; lesson 12 adds batch normalization to it.
FullyConnectedNet = TrainableNet
"""


# In a bundle, `reference_impl/later.py` lists the missing exercises. Code that still mentions one imports a substitute from
# there, which fails when it is called.
LATER = '''"""The exercises that this copy of the reference lacks, and the lessons that build them."""

LESSONS = {lessons}


def lacks(name):
    return f"{{name}} is built in lesson {{LESSONS[name]}}: this copy of reference_impl lacks it"


def __getattr__(name):
    """Return a substitute for a missing exercise, which says so when it is called."""
    if name not in LESSONS:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")

    def missing(*args, **kwargs):
        raise AttributeError(lacks(name))

    return missing
'''

SAYS_WHAT_IT_LACKS = '''

def __getattr__(name):
    """Say which lesson builds an exercise that this copy lacks."""
    from .later import LESSONS, lacks

    if name in LESSONS:
        raise AttributeError(lacks(name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
'''


def bundle(name, folder=None, course=COURSE):
    """Write ``dist/NN_name.zip`` and return its path.

    Parameters
    ----------
    name : str
        Name or number of the lesson.
    folder : path, optional
        Where to write it. Default: ``dist``.
    course : path
        The folder that contains the released lesson.

    Raises
    ------
    BuildError
        If the lesson has not been built.
    """
    lesson = find_lesson(name)
    files = {f"{lesson.name}/{inside}": data for inside, data in contents(lesson, course)}
    return _zip(files, (folder or COURSE / "dist") / f"{lesson.name}.zip")


def kit(lesson, folder):
    """Write what a lesson imports as a wheel, for notebooks outside a bundle; return its path.

    It requires no other package: NumPy, matplotlib and IPython are already there when it is installed.
    """
    path = folder / Path(urls.kit(lesson.name)).name
    write_whole(path, wheel(path.name, dict(library(lesson))))
    return path


def wheel(file_name, files):
    """Return the bytes of a wheel with this name and these files: ``{path inside: bytes}``."""
    name, version, *_ = file_name.split("-")
    about = f"{name}-{version}.dist-info"
    files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{about}/RECORD"] = "".join(f"{inside},,\n" for inside in [*sorted(files), f"{about}/RECORD"]).encode()
    return _zipped(files)


def _zip(files, path):
    """Write a zip file completely or not at all; return its path."""
    write_whole(path, _zipped(files))
    return path


def _zipped(files):
    """Return a zip file, with the same bytes each time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, data in sorted(files.items()):
            entry = zipfile.ZipInfo(inside, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return content.getvalue()


def contents(lesson, course=COURSE):
    """Yield all files of a bundle: ``(path inside, bytes)``."""
    released = course / "lessons" / lesson.name
    if not (released / f"{lesson.name}.ipynb").exists():
        raise BuildError(
            f"{lesson.name} is not in {course / 'lessons'}. Run `nbgrader generate_assignment {lesson.name}` first, "
            "or `make build` in a clone of the course."
        )
    for path in released.iterdir():
        if path.is_file():
            yield path.name, path.read_bytes()
    yield from library(lesson)
    yield LAB.name, LAB.read_bytes()
    for name in ("environment.yml", "requirements.txt", "LICENSE"):
        yield name, (SHIPPED / name).read_bytes()
    facts = lesson_facts(lesson).strip("*")
    yield "README.md", README.format(title=lesson.title, facts=facts, builds=lesson.builds, name=lesson.name).encode()


def library(lesson):
    """Yield what a bundle's notebook imports: ``(path inside, bytes)``. Only the installed package is needed."""
    known = [each for each in lessons().values() if each.number <= lesson.number]
    for path in sorted((PACKAGES / "lessonkit").rglob("*")):
        if path.suffix in (".py", ".toml", ".npz", ".js") and _belongs(path, known):
            yield path.relative_to(PACKAGES).as_posix(), path.read_bytes()
    for inside, source in early_reference(lesson):
        yield inside, source.encode()


def early_reference(lesson):
    """Yield the reference without the exercises of a lesson and the later ones: ``(path inside, source)``."""
    paths = sorted((PACKAGES / "reference_impl").rglob("*.py"))
    yield from _early(lesson, tuple((path.relative_to(PACKAGES), path.read_text(encoding="utf-8")) for path in paths))


@functools.cache  # the site needs each lesson's three times
def _early(lesson, modules):
    """Return what `early_reference` yields, from the reference's modules: ``(path inside, source)``."""
    later = {
        e.name: each.name[:2] for each in lessons().values() if each.number >= lesson.number for e in each.exercises
    }
    taken_out, alias = set(later), "FullyConnectedNet" in later and "TrainableNet" not in later
    if alias:
        del later["FullyConnectedNet"]
    files = []
    for inside, whole in modules:
        source = _without(whole, taken_out)
        if inside.stem == "network" and alias:
            source += UNTIL_BATCH_NORM
        source = _with_stand_ins(source, later, dots="." * (len(inside.parts) - 1))
        if inside.name == "__init__.py" and len(inside.parts) == 2:
            source += SAYS_WHAT_IT_LACKS
        files.append((inside.as_posix(), source))
    return (*files, ("reference_impl/later.py", LATER.format(lessons=later)))


def _belongs(path, known):
    """Whether a file of lessonkit belongs to one of the known lessons, or to all."""
    if path.suffix == ".npz":
        return path.stem in {lesson.name for lesson in known}
    if path.stem.startswith("lesson_"):
        return path.stem.removeprefix("lesson_") in {lesson.name[:2] for lesson in known}
    return True


def _without(source, names):
    """Return a module's source without the top-level functions and classes in `names` and without unused private helpers."""
    while True:
        body, used = _parsed(source)
        gone = [node for node in body if _name(node) in names or _is_left_over(node, used)]
        if not gone:
            return source
        lines = source.splitlines()
        for node in reversed(gone):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
            while first and lines[first - 1].startswith("#"):
                first -= 1
            del lines[first : node.end_lineno]
        source = "\n".join(lines).rstrip() + "\n"


@functools.cache  # most modules are the same for most lessons
def _parsed(source):
    """Return a module's statements, and the names that it uses."""
    tree = ast.parse(source)
    return tree.body, {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _name(node):
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return getattr(node, "name", None)


def _is_left_over(node, used):
    name = _name(node) or ""
    return name.startswith("_") and not name.startswith("__") and name not in used


def _with_stand_ins(source, missing, dots):
    """Return a module's source without imports and exports of missing names; code that uses one gets a substitute.

    Parameters
    ----------
    source : str
    missing : dict or set of str
        Names of exercises.
    dots : str
        The relative path from the module to its package's top: "." or "..".
    """
    lines, body = source.splitlines(), ast.parse(source).body
    after_imports = max((node.end_lineno for node in body if isinstance(node, (ast.Import, ast.ImportFrom))), default=0)
    if stand_ins := sorted(_globals(source) & set(missing)):
        lines.insert(after_imports, f"from {dots}later import {', '.join(stand_ins)}")
    for node in reversed(body):
        if isinstance(node, ast.ImportFrom) and any(alias.name in missing for alias in node.names):
            node.names = [alias for alias in node.names if alias.name not in missing]
            lines[node.lineno - 1 : node.end_lineno] = [ast.unparse(node)] if node.names else []
        elif _name(node) == "__all__":
            exported = [name for name in ast.literal_eval(node.value) if name not in missing]
            lines[node.lineno - 1 : node.end_lineno] = [f"__all__ = {exported}"]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines).rstrip()) + "\n"


def _globals(source):
    """Return the global and built-in names that a module's code uses."""
    tables, names = [symtable.symtable(source, "", "exec")], set()
    for table in tables:
        tables += table.get_children()
        names |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and not s.is_local()}
        if table.get_type() == "module":
            names |= {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    return names
