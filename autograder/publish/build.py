"""Generates a lesson's files: the recorded expected values, the executed solution and the released lesson.

From one text, ``solutions/NN_name/NN_name.py``, and the reference it makes

1. ``lessonkit/recorded/NN_name.npz``: the values of the reference and the mistakes on the visible seed,
2. ``solutions/NN_name/NN_name.ipynb``: the notebook with the reference's code in its exercises, executed,
3. ``lessons/NN_name/NN_name.ipynb``: the notebook that `nbgrader generate_assignment` makes from it.

Two builds give the same bytes. A file is replaced only when its new content is complete.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from autograder.course import COURSE, write_whole
from autograder.publish.fingerprints import inputs, recordings
from autograder.publish.source import BuildError, notebook
from lessonkit.catalogue import lesson as find_lesson

EXECUTION_LIMIT = 180  # seconds per cell
KERNEL_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LESSONKIT_LIVE_TRUTH": "autograder.bank.expected",
}


def execute(nb, folder):
    """Run the notebook in a fresh kernel; keep only outputs that are the same on every run.

    Raises
    ------
    BuildError
        If a cell fails, or writes to stderr.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    os.environ.update(KERNEL_ENVIRONMENT)
    client = NotebookClient(
        nb, timeout=EXECUTION_LIMIT, resources={"metadata": {"path": str(folder)}}, store_widget_state=False
    )
    # The kernel's log is about itself, not about the lesson.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        try:
            client.execute(stderr=log)
        except CellExecutionError as error:
            raise BuildError(f"{folder.name}: a cell of the solution fails.\n{error}") from None
        except DeadKernelError as error:
            log.seek(0)
            error.add_note(log.read())
            raise
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            _keep_what_is_the_same(folder.name, cell)
    return nb


def _keep_what_is_the_same(name, cell):
    """Remove from a cell's outputs everything that could differ in another run."""
    if "nbval-ignore-output" in cell.metadata.get("tags", ()):
        cell["outputs"] = [still for output in cell.outputs if (still := _without_widget(output))]
    noise = [output for output in cell.outputs if output.get("name") == "stderr"]
    if noise:
        raise BuildError(f"{name}: a cell of the solution writes to stderr:\n{noise[0].text[:800]}")
    cell["outputs"] = _merged(cell.outputs)
    if cell.metadata.get("nbgrader", {}).get("grade"):
        _require_full_points(name, cell)


def _without_widget(output):
    """Return what an explorer shows without widgets; None for other outputs."""
    if not output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None):
        return None
    return output if "text/html" in output["data"] else None


def _merged(outputs):
    """Merge consecutive pieces of one stream, which a slow machine cuts at random places."""
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
    """Return the text of the released notebook that `nbgrader generate_assignment` makes from an executed one."""
    with generated(lesson, source, course_config()) as folder:
        return (folder / "lessons" / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8")


@contextmanager
def generated(lesson, source, config):
    """Yield a folder in which nbgrader has generated the lesson from its executed notebook, with its own gradebook."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as staging:
        folder = Path(staging) / "solutions" / lesson.name
        folder.mkdir(parents=True)
        (folder / f"{lesson.name}.ipynb").write_text(source, encoding="utf-8")
        config.merge(Config({"CourseDirectory": {"root": staging, "db_url": f"sqlite:///{staging}/gradebook.db"}}))
        outcome = NbGraderAPI(config=config).generate_assignment(lesson.name, force=True)
        if not outcome["success"]:
            raise BuildError(
                f"{lesson.name}: nbgrader could not release it.\n{outcome.get('log') or outcome.get('error')}"
            )
        yield Path(staging)


def course_config():
    """Return the course's nbgrader configuration, as nbgrader itself reads it."""
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(COURSE)).load_config()


def build(name, course=COURSE):
    """Build one lesson into `course`, and return the fingerprint of its inputs."""
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
