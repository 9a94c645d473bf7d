"""What an environment that a test makes can have from the one in which the tests run."""

import contextlib
import os
import sysconfig
from pathlib import Path


def lend_bytecode(python):
    """Give a new environment of this Python's version the bytecode of the packages that both have.

    Its commands would compile all that they import, which takes longer than what they do. Python itself looks whether bytecode is
    that of a source: with another version of a package, or an installer that sets new times, it compiles as ever.
    """
    ours = Path(sysconfig.get_path("purelib"))
    theirs = Path(python).parent.parent / ours.relative_to(Path(sysconfig.get_path("data")))
    for folder, _, names in os.walk(ours):
        beside = theirs / os.path.relpath(folder, ours)
        if os.path.basename(folder) == "__pycache__" and beside.parent.is_dir():
            beside.mkdir(exist_ok=True)
            for name in names:
                with contextlib.suppress(FileExistsError):
                    os.link(os.path.join(folder, name), beside / name)
