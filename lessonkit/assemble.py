"""A network of the student's own: what a student wrote in lessons 01 to 09 replaces the reference.

`assemble` loads a second copy of the reference; the installed one does not change. Lesson by lesson, it runs the
definitions of the student's notebook, with imports from ``reference_impl`` redirected to that copy, and puts every exercise
that passes its checks into the copy. So the student's network calls the student's layers, and the student's solver draws
the student's batches. What does not pass stays the reference's.
"""

import importlib
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

from lessonkit import definitions
from lessonkit.catalogue import lessons
from lessonkit.engine.diagnose import grade
from lessonkit.engine.expected import expected_of
from lessonkit.engine.host import LocalHost, seconds_for

FIRST, LAST = 1, 9
REFERENCE = "reference_impl"
# A backward pass reads the cache of its forward pass, so the two must match.
FORWARD_OF = {f"{name}_backward": f"{name}_forward" for name in ("sigmoid", "relu", "tanh", "affine", "affine_relu")}
FORWARD_OF["TrainableNet"] = "ForwardNet"
ALSO_CALLED = {"TrainableNet": "FullyConnectedNet"}  # until lesson 12 builds another one


@dataclass
class Part:
    """One exercise: whether it is the student's, and if not, why."""

    lesson: str
    name: str
    yours: bool
    reason: str = ""

    @property
    def words(self):
        return "yours" if self.yours else f"the reference's, because {self.reason}"


class Own:
    """The functions and classes of the course, the student's own where they pass; displays itself as a table.

    Every name that you can import from ``reference_impl`` is an attribute: ``mine.Solver``, ``mine.affine_forward``.

    Attributes
    ----------
    parts : list of Part
        One for each exercise of lessons 01 to 09.
    """

    def __init__(self, package, parts):
        self._package, self.parts = package, parts

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._package, name)

    @property
    def summary(self):
        return f"{sum(part.yours for part in self.parts)} of {len(self.parts)} parts are yours."

    def __str__(self):
        lines = [f"{part.name}: {part.words} (lesson {part.lesson[:2]})" for part in self.parts]
        return "\n".join([*lines, self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        head = "<tr><th>lesson</th><th>part</th><th>whose code</th></tr>"
        cells = "".join(
            f"<tr><td>{part.lesson[:2]}</td><td><code>{escape(part.name)}</code></td>"
            f'<td style="text-align:left">{"✓" if part.yours else "○"} {escape(part.words)}</td></tr>'
            for part in self.parts
        )
        table = f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>"
        return f"{table}<p><strong>{escape(self.summary)}</strong></p>"


def assemble(folder=None):
    """Put together what you wrote in lessons 01 to 09.

    This reads the notebooks as they were last saved. It checks every part together with the other parts that are
    yours. A part that does not pass stays the reference's, and the table says so.

    Parameters
    ----------
    folder : path, optional
        The folder with your lessons, or one lesson's folder. Default: the current one.

    Returns
    -------
    Own

    Raises
    ------
    ValueError
        If this copy of the course ends before lesson 10, and so lacks the reference's parts.
    """
    assembly = _Assembly()
    for lesson in lessons().values():
        if FIRST <= lesson.number <= LAST:
            assembly.add(lesson, folder)
    return Own(assembly.package, assembly.parts)


@contextmanager
def _imports_led_to(modules):
    """Within the context, import the reference and its modules from `modules`, and add new ones to it."""

    def take():
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == REFERENCE}

    installed = take()
    sys.modules.update(modules)
    try:
        yield
    finally:
        modules.update(take())
        sys.modules.update(installed)


class _Assembly:
    """A copy of the reference in which parts are replaced one by one."""

    def __init__(self):
        self.modules = {}
        with _imports_led_to(self.modules):
            self.package = importlib.import_module(REFERENCE)
        self.reference = dict(vars(self.package))
        if "Solver" not in self.reference:
            raise ValueError("A network of your own can be put together from lesson 10 on: open that lesson's bundle.")
        self.spaces = [vars(module) for module in self.modules.values()]  # later also those of the student's notebooks
        self.parts = []
        for name, alias in ALSO_CALLED.items():
            self.put(alias, self.reference[name])

    def add(self, lesson, folder):
        """Take the exercises that pass from the student's notebook of a lesson."""
        space, lost, absent = self.read(lesson, folder)
        for name in (exercise.name for exercise in lesson.exercises):
            written = space.get(name, self.reference[name])
            if written is self.reference[name]:
                self.decide(lesson, name, absent or lost.get(name, "yours is not in the notebook"))
                continue
            self.put(name, written)
            reason = self.why_not(name, space)
            if reason and self.is_yours(FORWARD_OF.get(name)):
                reason = self.settle(name, reason, space)
            elif reason:
                self.put(name, self.reference[name])
            self.decide(lesson, name, reason)

    def read(self, lesson, folder):
        """Return what the notebook defines, what is lost and why, and the reason if there is no usable notebook."""
        path = definitions.find_notebook(lesson.name, folder)
        if path is None:
            return {}, {}, f"no notebook of lesson {lesson.name[:2]} was found"
        try:
            with _imports_led_to(self.modules):
                written = definitions.definitions(path, [exercise.name for exercise in lesson.exercises])
        except ValueError as error:
            return {}, {}, str(error)
        self.spaces.append(written.namespace)
        return written.namespace, written.lost, ""

    def put(self, name, part):
        """Let every module of the copy, and every notebook, use `part` under this name."""
        old = vars(self.package)[name]
        for space in self.spaces:
            if name in space:
                space[name] = part
            for heir in list(space.values()):
                if isinstance(heir, type) and old in heir.__bases__ and heir is not part:
                    heir.__bases__ = tuple(part if base is old else base for base in heir.__bases__)
        if name in ALSO_CALLED:
            self.put(ALSO_CALLED[name], part)

    def why_not(self, name, space):
        """Return why the part that now has this name cannot stay, or "" if it passes."""
        try:
            result = grade(name, LocalHost(space, seconds=seconds_for(name)), expected_of(name))
        except ValueError as error:  # this copy lacks the checks, or their expected values
            return f"it could not be checked. {error}"
        if result.passed:
            return ""
        if result.empty:
            return "yours is still empty"
        failed = next(outcome for outcome in result.outcomes if not outcome.passed)
        return f"yours does not pass its checks. {failed.sentence}"

    def settle(self, name, reason, space):
        """Keep one of the two, or none, when the student's backward pass fails with the student's forward pass."""
        forward = FORWARD_OF[name]
        own_forward = vars(self.package)[forward]
        self.put(forward, self.reference[forward])
        if not self.why_not(name, space):
            self.give_up(forward, f"your {name} does not match it: it needs the cache of the reference's {forward}")
            return ""
        self.put(name, self.reference[name])
        self.put(forward, own_forward)
        if self.why_not(name, space):
            self.put(forward, self.reference[forward])
            self.give_up(forward, f"it must match {name}, which is not yours")
        return reason

    def is_yours(self, name):
        return any(part.name == name and part.yours for part in self.parts)

    def give_up(self, name, reason):
        part = next(part for part in self.parts if part.name == name)
        part.yours, part.reason = False, reason

    def decide(self, lesson, name, reason):
        self.parts.append(Part(lesson.name, name, not reason, reason.rstrip(".")))
