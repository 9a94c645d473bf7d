"""Makes what is generated: the recorded truth, the executed solutions and the released lessons.

One text, ``solutions/NN_name/NN_name.py``, becomes

1. ``lessonkit/recorded/NN_name.npz``: what the reference and the mistakes yield on the visible seed,
2. ``solutions/NN_name/NN_name.ipynb``: the notebook with the reference's code in its exercises, executed,
3. ``lessons/NN_name/NN_name.ipynb``: what `nbgrader generate_assignment` makes of it.

Two builds give the same bytes. Each file is replaced only once it is complete.
"""

import ast
import hashlib
import inspect
import os
import re
import shutil
import tempfile
from pathlib import Path

import reference_impl
from autograder.course import COURSE, CourseError, write_whole
from autograder.publish import urls
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons
from lessonkit.engine.check import points_of

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
FINGERPRINTS = "solutions/fingerprints.txt"  # committed: what a fresh clone need not build again
EXECUTION_LIMIT = 180  # seconds a cell
KERNEL_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LESSONKIT_LIVE_TRUTH": "autograder.bank.expected",
}


class BuildError(CourseError):
    """A lesson cannot be built; the message says what to mend."""


def solution_source(exercise):
    """The reference's source of an exercise with each body between nbgrader's solution marks.

    Signatures and docstrings stay outside the marks: the student sees them.
    """
    source = inspect.getsource(getattr(reference_impl, exercise))
    lines = source.rstrip().splitlines()
    tree = ast.parse(source).body[0]
    functions = (
        [tree] if isinstance(tree, ast.FunctionDef) else [f for f in tree.body if isinstance(f, ast.FunctionDef)]
    )
    for function in reversed(functions):
        first = function.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        start = first.end_lineno if documented else first.lineno - 1
        while not documented and lines[start - 1].lstrip().startswith("#"):
            start -= 1  # a comment above the first statement belongs to the body
        indent = " " * function.body[0].col_offset
        lines.insert(function.end_lineno, indent + END)
        lines.insert(start, indent + BEGIN)
    return "\n".join(lines)


def check_source(exercise):
    """The graded cell: the visible check, and the hidden one between nbgrader's marks."""
    return f'check("{exercise}")\n### BEGIN HIDDEN TESTS\ncheck("{exercise}", hidden=True)\n### END HIDDEN TESTS'


def kit_source(lesson):
    """The first code cell of a lesson: Google Colab gets what the lesson imports."""
    return (
        "# Google Colab gets the course's kit here. Anywhere else this cell does nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f"    %pip install --quiet {urls.site()}/{urls.kit(lesson.name)}"
    )


def lesson_facts(lesson):
    """The line below a lesson's title: time, points, prerequisites."""
    points = sum(points_of(exercise.name) for exercise in lesson.exercises)
    *first, last = [name[:2] for name in lesson.after] or [""]
    after = f" · after lessons {', '.join(first)} and {last}" if first else f" · after lesson {last}" if last else ""
    return f"*About {lesson.minutes} minutes · {points:g} points{after}*"


def notebook(lesson):
    """The lesson's notebook, not yet executed, from its text.

    Raises
    ------
    BuildError
        If the text is missing, names an exercise that is not the lesson's, or leaves one out.
    """
    import jupytext
    from nbformat import from_dict

    text = COURSE / "solutions" / lesson.name / f"{lesson.name}.py"
    if not text.exists():
        raise BuildError(
            f"{lesson.name}: there is no text {text.relative_to(COURSE)}. Write it, or name another lesson."
        )
    nb = jupytext.reads(text.read_text(encoding="utf-8"), fmt="py:percent")
    own = [exercise.name for exercise in lesson.exercises]
    seen = {"exercise": [], "check": []}
    for number, cell in enumerate(nb.cells):
        metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        cell["id"] = f"{lesson.name}-{number:03d}"
        for kind in ("exercise", "check"):
            name = cell.metadata.get(kind)
            if name is None:
                continue
            if name not in own:
                raise BuildError(
                    f"{lesson.name}: {name!r} is no exercise of this lesson. Its own are {', '.join(own)}."
                )
            if cell.source.strip():
                raise BuildError(f"{lesson.name}: the cell {kind}={name!r} must be empty, the build fills it.")
            seen[kind].append(name)
            graded = kind == "check"
            cell["id"] = f"{kind}-{name}"
            cell["source"] = check_source(name) if graded else solution_source(name)
            metadata["nbgrader"] = {
                "grade": graded,
                "grade_id": f"check_{name}" if graded else name,
                "locked": graded,
                "schema_version": 3,
                "solution": not graded,
                "task": False,
            }
            if graded:
                metadata["nbgrader"]["points"] = points_of(name)
        cell["metadata"] = metadata
    for kind, names in seen.items():
        if sorted(names) != sorted(own):
            raise BuildError(
                f"{lesson.name}: needs one {kind} cell for each of {', '.join(own)}; has {', '.join(names)}."
            )
    title = nb.cells[0]
    heading, _, rest = title.source.partition("\n")
    if title.cell_type != "markdown" or not heading.startswith("# "):
        raise BuildError(f"{lesson.name}: the first cell must begin with the title, `# {lesson.title}`.")
    title["source"] = f"{heading}\n\n{lesson_facts(lesson)}\n{rest}"
    kit = {"id": f"{lesson.name}-kit", "source": kit_source(lesson), "metadata": {"tags": ["kit"]}}
    nb.cells.insert(1, {"cell_type": "code", "execution_count": None, "outputs": [], **kit})
    nb["metadata"] = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nb["nbformat"], nb["nbformat_minor"] = 4, 5
    return from_dict(nb)


def execute(nb, folder):
    """Run the notebook in a fresh kernel; keep only outputs that are the same on every run.

    Raises
    ------
    BuildError
        If a cell fails, or writes to stderr.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    os.environ.update(KERNEL_ENVIRONMENT)
    client = NotebookClient(
        nb, timeout=EXECUTION_LIMIT, resources={"metadata": {"path": str(folder)}}, store_widget_state=False
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise BuildError(f"{folder.name}: a cell of the solution fails.\n{error}") from None
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        if "nbval-ignore-output" in cell.metadata.get("tags", ()):
            cell["outputs"] = [still for output in cell.outputs if (still := _without_widget(output))]
        noise = [output for output in cell.outputs if output.get("name") == "stderr"]
        if noise:
            raise BuildError(f"{folder.name}: a cell of the solution writes to stderr:\n{noise[0].text[:800]}")
        cell["outputs"] = _merged(cell.outputs)
        if cell.metadata.get("nbgrader", {}).get("grade"):
            _require_full_points(folder.name, cell)
    return nb


def _without_widget(output):
    """What an explorer shows where no widgets run; nothing for other outputs."""
    if not output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None):
        return None
    return output if "text/html" in output["data"] else None


def _merged(outputs):
    """Consecutive pieces of one stream as one output: where a slow machine cuts it is chance."""
    merged = []
    for output in outputs:
        if merged and output.get("name") and output.get("name") == merged[-1].get("name"):
            merged[-1]["text"] += output["text"]
        else:
            merged.append(output)
    return merged


def _require_full_points(name, cell):
    earned = "".join(output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result")
    if float(earned or 0) != cell.metadata.nbgrader.points:
        raise BuildError(f"{name}: the solution earns {earned or 0} points at {cell.metadata.nbgrader.grade_id}.")


def release(lesson, source):
    """What `nbgrader generate_assignment` makes of an executed notebook: the text of the released one."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as staging:
        folder = Path(staging) / "solutions" / lesson.name
        folder.mkdir(parents=True)
        (folder / f"{lesson.name}.ipynb").write_text(source, encoding="utf-8")
        config = course_config()
        config.merge(Config({"CourseDirectory": {"root": staging, "db_url": f"sqlite:///{staging}/gradebook.db"}}))
        outcome = NbGraderAPI(config=config).generate_assignment(lesson.name, force=True)
        if not outcome["success"]:
            raise BuildError(
                f"{lesson.name}: nbgrader could not release it.\n{outcome.get('log') or outcome.get('error')}"
            )
        return (Path(staging) / "lessons" / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8")


def course_config():
    """The course's nbgrader configuration, as nbgrader itself reads it."""
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(COURSE)).load_config()


def build(name, course=COURSE):
    """Build one lesson into `course`. Returns the fingerprint of what it was made from."""
    import nbformat

    from autograder.bank.expected import record

    lesson = find_lesson(name)
    before = inputs(lesson)
    nb = notebook(lesson)
    recording = recordings(course) / f"{lesson.name}.npz"
    recording.parent.mkdir(parents=True, exist_ok=True)
    record(lesson.name, recording)
    source = COURSE / "solutions" / lesson.name
    executed = nbformat.writes(execute(nb, source)) + "\n"
    released = release(lesson, executed)
    write_whole(course / "solutions" / lesson.name / f"{lesson.name}.ipynb", executed)
    write_whole(course / "lessons" / lesson.name / f"{lesson.name}.ipynb", released.rstrip() + "\n")
    for attachment in source.iterdir():
        if attachment.is_file() and attachment.suffix not in (".py", ".ipynb"):
            shutil.copy(attachment, course / "lessons" / lesson.name / attachment.name)
    return before


def recordings(course):
    """Where the recorded truth stands."""
    return Path(course) / "lessonkit" / "recorded"


def inputs(lesson):
    """A fingerprint of all that a lesson is made from."""
    shared = [
        COURSE / "lessonkit" / "explorers" / "stage.py",
        *sorted((COURSE / "lessonkit").glob("*.py")),
        *sorted((COURSE / "reference_impl").glob("*.py")),
        COURSE / "autograder" / "urls.py",
        COURSE / "autograder" / "build.py",
        COURSE / "autograder" / "bank.py",
        COURSE / "autograder" / "truth.py",
        COURSE / "nbgrader_config.py",
        COURSE / "requirements.txt",
    ]
    pattern = f"**/lesson_{lesson.name[:2]}.py"
    own = [*sorted((COURSE / "lessonkit").glob(pattern)), *sorted((COURSE / "autograder").glob(pattern))]
    inits = sorted((COURSE / "lessonkit").glob("*/__init__.py"))
    source = COURSE / "solutions" / lesson.name
    beside = [path for path in sorted(source.glob("*")) if path.is_file() and path.suffix != ".ipynb"]
    return _fingerprint(f"{lesson!r}{kit_source(lesson)}", [*shared, *own, *inits, *beside])


def made(lesson):
    """A fingerprint of what the build makes of a lesson, as it now stands."""
    notebooks = [COURSE / folder / lesson.name / f"{lesson.name}.ipynb" for folder in ("solutions", "lessons")]
    return _fingerprint("", [recordings(COURSE) / f"{lesson.name}.npz", *notebooks])


def _fingerprint(words, paths):
    total = hashlib.sha256(words.encode())
    for path in paths:
        total.update(f"{path.relative_to(COURSE)}\0".encode())
        total.update(path.read_bytes() if path.exists() else b"missing")
    return total.hexdigest()[:32]


def stale(names=None, force=False):
    """The lessons among `names` (default: all that have a text) that are not up to date."""
    chosen = [find_lesson(name) for name in names] if names else [
        lesson for lesson in lessons().values() if (COURSE / "solutions" / lesson.name).is_dir()
    ]  # fmt: skip
    known = _known()
    return [lesson.name for lesson in chosen if force or (lesson.name, inputs(lesson), made(lesson)) not in known]


def remember(name, before):
    """Note that a lesson is up to date, made from inputs with the fingerprint `before`.

    It was taken before the build began: a file that changed meanwhile makes the lesson stale, as it should.
    """
    kept = {line for line in _known() if line[0] != name}
    lines = sorted(kept | {(name, before, made(find_lesson(name)))})
    write_whole(COURSE / FINGERPRINTS, "".join(f"{' '.join(line)}\n" for line in lines))


def _known():
    """Lines of lesson, inputs, made. After a merge a lesson may have two: whichever fits is true."""
    try:
        lines = (COURSE / FINGERPRINTS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return set()
    return {tuple(line.split()) for line in lines}


def lesson_table():
    """The README's table of lessons."""
    rows = ["| lesson | you build | time | points |", "|---|---|---|---|"]
    for lesson in lessons().values():
        points = sum(points_of(exercise.name) for exercise in lesson.exercises)
        rows.append(f"| {lesson.name[:2]} {lesson.title} | {lesson.builds} | {lesson.minutes} min | {points:g} |")
    return "\n".join(rows)


def update_readme(course=COURSE):
    """Put the badges and the table of lessons between their marks in the README."""
    path = Path(course) / "README.md"
    text = path.read_text(encoding="utf-8")
    for name, content in (("badges", urls.badges()), ("lessons", lesson_table())):
        marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(marks, lambda m, content=content: f"{m[1]}{content}\n{m[2]}", text, flags=re.DOTALL)
    write_whole(path, text)
