"""Which protections of the sandbox work on this machine."""

from functools import cache

from autograder import extras
from autograder.course import CourseError
from autograder.sandbox import doctor

PROTECTIONS = ("namespaces", "capabilities", "resources", "files", "system calls")


def protections(unsandboxed=False):
    """Return the protections that work on this machine.

    Raises
    ------
    CourseError
        If one is missing and `unsandboxed` is false.
    """
    reasons = missing()
    if reasons and not unsandboxed:
        what = "; ".join(f"{name} ({reason})" for name, reason in reasons.items())
        remedy = extras.what_is_missing("instructor") or (
            "Grade on Linux, or add --unsandboxed to grade without them: students' code then runs with your own permissions."
        )
        raise CourseError(f"Some protections are missing on this machine: {what}. {remedy}")
    return tuple(name for name in PROTECTIONS if name not in reasons)


@cache
def missing():
    """Return `doctor.missing()`, which is called only once."""
    return doctor.missing()
