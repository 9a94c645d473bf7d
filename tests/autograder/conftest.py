"""A fork server with short limits, and an outside world that no submission may see or touch.

The fixtures import what needs Linux, because the tests of the bundles run on every system.
"""

from contextlib import nullcontext

import pytest


@pytest.fixture(scope="module")
def grader(request):
    """Grades one submission at a time. Where a module has ``COLD = True``, nothing of the tests' is in the process attacked."""
    import warm
    from arena import LESSON, MARKER, SHORT, Grader

    from autograder.sandbox import fork_server as module
    from autograder.sandbox import protections, session
    from autograder.sandbox.fork_server import ForkServer

    missing = protections.missing()
    if missing:
        pytest.skip(f"needs every protection of Linux; missing here: {missing}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "GRACE", 0.5)
        patch.setenv("COURSE_TOKEN", MARKER)
        with warm.cold(module) if getattr(request.module, "COLD", False) else nullcontext():
            fork_server = ForkServer(LESSON, limits=SHORT)
        with fork_server:
            yield Grader(fork_server)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return a folder that no submission may see or touch, with a gradebook, a solution and another submission."""
    from arena import MARKER

    folder = tmp_path_factory.mktemp("course")
    for name in ("gradebook.db", ".secret_seed", "solutions/solution.py", "submitted/alice/notebook.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(MARKER)
    return folder
