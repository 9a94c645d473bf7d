"""Settings for every test: what `nbgrader_config.py` sets for a kernel holds for the tests too."""

import gc
import os
import sys

import pytest
from traitlets.config.loader import PyFileConfigLoader

PyFileConfigLoader("nbgrader_config.py", path=os.path.dirname(__file__)).load_config()
os.environ.pop("LESSONKIT_COURSE")  # a test that has a course of its own names it

sys.modules.setdefault("rfc3987_syntax", None)  # jsonschema does without it, and to import it takes more than a second
pytest_plugins = ["nbval.plugin"]  # not by its entry point, which imports it before this line

# Where two processes run the tests: what takes longest begins first, so that both are busy to the end.
LONG = (
    "tests/browser/test_report.py",
    "tests/autograder/grading/",
    "tests/browser/",
    "tests/autograder/publish/",
    "tests/project/",
    "tests/tools/",
    "tests/autograder/sandbox/",
    "solutions/",
    "tests/autograder/nbgrader_plugins/",
    "tests/lessonkit/test_figures.py",
)
LAST = "tests/autograder/bank/"  # an exercise of the bank's is a small piece of work


def pytest_addoption(parser):
    parser.addoption("--lesson", action="append", default=[], help="only the cases of this lesson and its exercises")


def pytest_collection_modifyitems(config, items):
    items.sort(key=_turn)  # a stable sort: within a file nothing moves
    if chosen := config.getoption("--lesson"):
        from lessonkit.catalogue import lesson

        words = {word for each in map(lesson, chosen) for word in (each.name, *(e.name for e in each.exercises))}
        config.hook.pytest_deselected(items=[item for item in items if not _belongs(item, words)])
        items[:] = [item for item in items if _belongs(item, words)]


def pytest_collection_finish():
    """What has been imported and collected stays to the end: the garbage collector need not look at it all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _belongs(item, words):
    """Whether a test is one of a lesson's: by what it is a case of, or as a cell of its notebook."""
    case = getattr(item, "callspec", None)
    return item.path.stem in words or bool(case and words & {*filter(_is_text, case.params.values())})


def _is_text(value):
    return isinstance(value, str)


def _turn(item):
    if item.nodeid.startswith(LAST):
        return len(LONG) + 1
    return next((turn for turn, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))


def pytest_xdist_make_scheduler(config, log):
    """A file's tests stay together, since they share what they have made; an exercise of the bank's are a file's."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            return f"{file}::{test.partition('[')[2].partition('-')[0].strip(']')}" if nodeid.startswith(LAST) else file

    return Scheduler(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """The kernels that nbval starts look at every figure: `tests/solutions/startup.py`."""
    if not hasattr(item, "cell"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONSTARTUP", str(item.config.rootpath / "tests" / "solutions" / "startup.py"))
        patch.setenv("FIGURE_FAULTS", str(_faults(item.config)))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if hasattr(item, "cell") and (faults := _faults(item.config)).exists():
        said = faults.read_text(encoding="utf-8")
        faults.unlink()
        assert not said, f"{said}{item.cell.source}"
    return result


def _faults(config):
    """The file in which kernels note what is wrong with a figure: this process's own."""
    return config._tmp_path_factory.getbasetemp() / "figure_faults"
