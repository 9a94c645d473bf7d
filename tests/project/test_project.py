"""Checks of the project as a whole: the build makes what is committed, the setup files agree, and nothing leaks."""

import re
import subprocess
import sys
import textwrap
import tomllib

import jupytext
import nbformat
import pytest
import yaml
from checkout import tracked

from autograder.course import COURSE
from autograder.publish import build, colab, readme, source, urls
from autograder.publish.source import BuildError
from lessonkit.catalogue import lesson, lessons

CONDA_NAMES = {"matplotlib": "matplotlib-base"}
NAME = re.compile(r"^[A-Za-z0-9._-]+")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_environment_agrees_with_pyproject(project):
    environment = yaml.safe_load((COURSE / "environment.yml").read_text(encoding="utf-8"))
    assert set(environment) == {"name", "channels", "dependencies"} and environment["channels"] == ["conda-forge"]
    wanted = [f"python{project['requires-python']}", "pip"]  # pip installs the course itself
    for each in project["dependencies"]:
        name = NAME.match(each)[0]
        wanted.append(CONDA_NAMES.get(name, name) + each[len(name) :])
    assert environment["dependencies"] == wanted


@pytest.mark.parametrize(
    "file, extras", [("requirements.txt", ()), ("requirements-dev.txt", ("instructor", "site", "cluster", "test"))]
)
def test_requirements_pin_what_pyproject_names(project, file, extras):
    lines = (COURSE / file).read_text(encoding="utf-8").splitlines()
    pinned = {NAME.match(line)[0].lower() for line in lines}
    assert all("==" in line and "://" not in line and "@" not in line for line in lines)
    named = project["dependencies"] + [each for extra in extras for each in project["optional-dependencies"][extra]]
    assert {NAME.match(each)[0].lower() for each in named} <= pinned


def test_the_two_requirements_do_not_disagree():
    student, everyone = (
        {line.split(";")[0].strip() for line in (COURSE / file).read_text(encoding="utf-8").splitlines()}
        for file in ("requirements.txt", "requirements-dev.txt")
    )
    assert student <= everyone


def test_the_readme_lists_the_lessons_as_they_are():
    assert readme.lesson_table() in (COURSE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(lessons()))
def test_what_is_committed_is_what_the_build_makes(name, tmp_path):
    """nbval checks the outputs of the solution; this test checks its sources, and the release made from it."""
    each = lesson(name)
    made = source.notebook(each)
    text = (COURSE / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    committed = nbformat.reads(text, as_version=4)
    assert [(c.id, c.cell_type, c.source, c.metadata) for c in made.cells] == [
        (c.id, c.cell_type, c.source, c.metadata) for c in committed.cells
    ]
    released = (COURSE / "lessons" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    assert build.release(each, text).rstrip() == released.rstrip()
    assert "colab" not in released
    copy = COURSE / "colab" / name / f"{name}.ipynb"
    assert copy.exists() == bool(urls.repository())
    assert not copy.exists() or colab.copy(each, released) == copy.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a lesson in a folder of its own."""
    folder = tmp_path_factory.mktemp("built")
    build.build("01", folder)
    return folder


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_two_builds_have_the_same_bytes(built, tmp_path):
    build.build("01", tmp_path)
    assert len(contents(built)) == 3 and contents(built) == contents(tmp_path)


@pytest.mark.parametrize("step", ["execute", "release"])
def test_an_interrupted_build_leaves_nothing_half_written(step, built, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    before = contents(built)
    monkeypatch.setattr(build, "execute", lambda nb, folder: nb)
    monkeypatch.setattr(build, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.build("01", built)
    assert contents(built) == before


@pytest.mark.parametrize(
    "text, words",
    [
        ("# %% [markdown]\n# # T\n", "needs one exercise cell for each of"),
        (
            '# %% [markdown]\n# # T\n\n# %% exercise="softmax_loss"\n',
            "'softmax_loss' is not an exercise of this lesson",
        ),
        ('# %% [markdown]\n# # T\n\n# %% check="relu_forward"\nx = 1\n', "must be empty, because the build fills it"),
    ],
)
def test_a_text_that_cannot_be_built_says_what_to_mend(text, words, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "COURSE", tmp_path)
    (tmp_path / "solutions" / "01_activations").mkdir(parents=True)
    (tmp_path / "solutions" / "01_activations" / "01_activations.py").write_text(text)
    with pytest.raises(BuildError, match=words):
        source.notebook(lesson("01"))


def test_an_unknown_lesson_is_one_line(capsys):
    from autograder.__main__ import main

    assert main(["build", "14"]) == 2
    said = capsys.readouterr().err
    assert "There is no lesson '14'" in said and len(said.splitlines()) == 1


def test_every_text_is_plain_percent_format():
    for name in lessons():
        text = (COURSE / "solutions" / name / f"{name}.py").read_text(encoding="utf-8")
        notebook = jupytext.reads(text, fmt="py:percent")
        assert notebook.cells[0].source.startswith("# ") and "BEGIN SOLUTION" not in text


def test_released_lessons_hold_no_solution():
    for name in lessons():
        text = (COURSE / "lessons" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "SOLUTION" not in text and "HIDDEN" not in text and "hidden=True" not in text
        assert [path.suffix for path in (COURSE / "lessons" / name).iterdir() if path.suffix == ".py"] == []


def test_every_image_has_alt_text():
    for name in lessons():
        notebook = nbformat.read(COURSE / "solutions" / name / f"{name}.ipynb", as_version=4)
        for cell in notebook.cells:
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                assert "image/png" not in data, f"{name}: show figures with lessonkit.plots.show"
                alts = re.findall(r'<img alt="([^"]*)"', data.get("text/html", ""))
                assert len(alts) == data.get("text/html", "").count("<img ")
                # The first panel of an explorer has the description of all of them.
                assert all(len(alt) >= 20 or number and not alt for number, alt in enumerate(alts)), name
            assert not re.search(r"!\[\]\(", cell.source)


def test_nothing_names_this_machine_or_a_registry():
    words = re.compile(
        rf"(?<![\w.])/{'work'}/|/{'root'}/|{'pypi'}\.org|{'files.python'}hosted|{'registry.npm'}js", re.I
    )
    for path in tracked():
        if path.suffix in (".npz", ".png") or not path.exists():
            continue
        found = words.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(COURSE)}: {found[0]}"


def test_ruff_finds_nothing():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=COURSE, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:]


def test_the_gradebook_comes_without_nbgraders_applications_until_they_are_asked_for():
    code = """
    import sys
    from autograder.commands import on_demand
    on_demand("nbgrader")
    from nbgrader.api import Gradebook
    assert "nbgrader.apps" not in sys.modules and "jupyter_server" not in sys.modules
    from nbgrader.preprocessors import AssignLatePenalties
    AssignLatePenalties().init_plugin()
    import nbgrader
    assert nbgrader.api.Gradebook is Gradebook and nbgrader.__version__
    assert nbgrader._jupyter_server_extension_points() and "nbgrader.apps" in sys.modules
    on_demand("nbgrader")
    assert sys.modules["nbgrader"] is nbgrader
    try:
        nbgrader.no_such_thing
    except AttributeError:
        print("as ever")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.stdout == "as ever\n", done.stderr
