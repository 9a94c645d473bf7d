"""``lessonkit.progress()``: which exercises of which lessons pass, read from the notebooks themselves."""

import contextlib
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lessonkit import definitions
from lessonkit.catalogue import lessons
from lessonkit.engine.check import points_of
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost, seconds_for
from lessonkit.engine.values import show_number

PASSES, PARTLY, EMPTY, WAITS = "✓ passes", "✗ not yet", "· empty", "… waits"


@dataclass(frozen=True)
class Row:
    """One exercise: where it stands and what it has earned."""

    lesson: str
    exercise: str
    state: str
    points: float
    max_points: float


class Progress:
    """A table of exercises; shows itself in a notebook, prints itself in a shell.

    Attributes
    ----------
    rows : list of Row
    notes : list of str
        What could not be read, in one line each.
    """

    def __init__(self, rows, notes):
        self.rows, self.notes = rows, notes

    @property
    def summary(self):
        if not self.rows:
            return "No lesson's notebook was found here. Go to the folder that holds your lessons, then try again."
        passing = sum(row.state == PASSES for row in self.rows)
        earned, most = (show_number(sum(values)) for values in zip(*((r.points, r.max_points) for r in self.rows)))
        return f"{passing} of {len(self.rows)} exercises pass, {earned} of {most} points."

    def __str__(self):
        lines = []
        for row in self.rows:
            points = f"{show_number(row.points)} of {show_number(row.max_points)}"
            lines.append(f"{row.lesson:<20} {row.exercise:<32} {row.state:<10} {points:>9}")
        return "\n".join([*lines, *self.notes, self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        cells = "".join(
            f"<tr><td>{escape(r.lesson)}</td><td><code>{escape(r.exercise)}</code></td><td>{r.state}</td>"
            f"<td>{show_number(r.points)} of {show_number(r.max_points)}</td></tr>"
            for r in self.rows
        )
        head = "<tr><th>lesson</th><th>exercise</th><th>state</th><th>points</th></tr>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>" if cells else ""
        return f"{table}{notes}<p><strong>{escape(self.summary)}</strong></p>"


def progress(folder=None):
    """Check every exercise of every lesson notebook that can be found.

    Notebooks are read as they were last saved.

    Parameters
    ----------
    folder : path, optional
        The folder with your lessons, or one lesson's folder. Default: the current one.

    Returns
    -------
    Progress
    """
    rows, notes = [], []
    for lesson in lessons().values():
        path = definitions.find_notebook(lesson.name, folder)
        if path is None:
            continue
        try:
            with _opened_in(path.parent):
                written = definitions.definitions(path, [exercise.name for exercise in lesson.exercises])
                notes += [f"{lesson.name}: {sentence}" for sentence in written.stopped]
                host = LocalHost(written.namespace)
                for exercise in lesson.exercises:
                    rows.append(_row(lesson.name, exercise.name, host))
        except ValueError as error:
            notes.append(f"{lesson.name}: {error}")
    return Progress(rows, notes)


@contextlib.contextmanager
def _opened_in(folder):
    """Within the context, import ``reference_impl`` from a lesson's folder if it contains one, made for that lesson."""
    if not (folder / "reference_impl").is_dir() or folder == Path.cwd():
        yield
        return
    here = _take_out_reference()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _take_out_reference()
        sys.modules.update(here)


def _take_out_reference():
    """Forget the reference's modules; return them."""
    names = [name for name in sys.modules if name.partition(".")[0] == "reference_impl"]
    return {name: sys.modules.pop(name) for name in names}


def _row(lesson, exercise, host):
    host.seconds = seconds_for(exercise)
    result = grade(exercise, host, expected_of(exercise))
    waits = all(outcome.kind in ("waits", "depends") for outcome in result.outcomes if not outcome.passed)
    state = PASSES if result.passed else EMPTY if result.empty else WAITS if waits else PARTLY
    return Row(lesson, exercise, state, result.points, points_of(exercise))
