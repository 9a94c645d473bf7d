"""A fingerprint of the code that grades a lesson: a grade stands until that changes."""

import hashlib
from functools import cache

import reference_impl
from autograder.course import PACKAGES
from autograder.publish.definitions import digest, origin, reached
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons
from lessonkit.engine.check import checks_of, examples_of

# The code that grades every lesson. Recording grades, the report, the plugins and the site change no grade.
ENGINE = (
    "lessonkit/*.py",
    "lessonkit/engine/*.py",
    "reference_impl/given/*.py",
    "autograder/handed_in.py",
    "autograder/bank/*.py",
    "autograder/grading/answers.py",
    "autograder/grading/cells.py",
    "autograder/grading/form.py",
    "autograder/grading/forward.py",
    "autograder/grading/how_computed.py",
    "autograder/grading/lending.py",
    "autograder/grading/notebook.py",
    "autograder/grading/repair.py",
    "autograder/grading/worker.py",
    "autograder/sandbox/fork_server.py",
    "autograder/sandbox/session.py",
    "autograder/sandbox/inside/*.py",
)


@cache
def code_fingerprint(lesson):
    """Return a digest that changes when the code that grades a lesson changes.

    That code is the lesson's checks and mistakes, the reference for this lesson and the earlier ones, which its notebook may
    use, and the engine. Comments and layout do not count in checks and reference.

    Parameters
    ----------
    lesson : str
        Its full name.

    Returns
    -------
    str
    """
    total = hashlib.sha256(_definitions(lesson).encode())
    mistakes = f"autograder/bank/mistakes/lesson_{lesson[:2]}.py"
    for path in sorted(path for pattern in (*ENGINE, mistakes) for path in PACKAGES.glob(pattern)):
        total.update(path.read_bytes())
    return total.hexdigest()[:32]


def _definitions(lesson):
    """Return a digest of the checks of a lesson, and of the reference for it and the lessons before."""
    own = [exercise.name for exercise in find_lesson(lesson).exercises]
    known = [exercise.name for other in lessons().values() if other.name <= lesson for exercise in other.exercises]
    checks = [check for name in own for check in (*checks_of(name), *examples_of(name))]
    roots = [origin(check.values) for check in checks]
    return digest(reached(roots), reached([origin(getattr(reference_impl, name)) for name in known]))
