"""One edit makes the course ready to publish: before it, nothing links to a published course; after it, every link is its own."""

import re
import tomllib

import nbformat
import pytest
import yaml
from checkout import tracked

from autograder.course import COURSE, CourseError
from autograder.publish import colab, urls
from autograder.site.pages import write_pages
from lessonkit.catalogue import lesson
from tools import links, publishing

REPOSITORY = ("Ada-L", "my.networks")


@pytest.fixture(params=[None, REPOSITORY], ids=["unset", "set"])
def published(request, tmp_path):
    """Return a course that says where it is published, and one that does not."""
    for name in ("pyproject.toml", "README.md"):
        (tmp_path / name).write_bytes((COURSE / name).read_bytes())
    text = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(publishing.LINE.sub("# Repository = ", text), encoding="utf-8")
    publishing.readme.update_readme(tmp_path)
    if request.param:
        publishing.publish_as("/".join(request.param), tmp_path)
    return tmp_path, request.param


def test_one_edit_says_where(published):
    folder, repository = published
    assert urls.repository(folder) == repository
    assert tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_readme_has_badges_only_where_the_course_is_published(published):
    folder, repository = published
    text = (folder / "README.md").read_text(encoding="utf-8")
    badges = re.search(r"<!-- badges -->\n(.*?)<!-- /badges -->", text, re.DOTALL)[1]
    assert badges.count("Ada-L/my.networks") == (2 if repository else 0)
    assert badges.count("https://ada-l.github.io/my.networks/lite/") == (1 if repository else 0)
    assert bool(badges) == bool(repository)


def test_the_site_and_colab_do_the_same(published, monkeypatch):
    folder, repository = published
    monkeypatch.setattr(urls, "repository", lambda course=None: repository)
    (folder / "site").mkdir()
    write_pages([lesson("10")], folder / "site", offline=False)
    words = ["github.com/", "colab.research", "mybinder.org"]
    pages = "".join(path.read_text(encoding="utf-8") for path in (folder / "site").rglob("*.html"))
    assert [word in pages for word in words] == [bool(repository)] * 3


def test_copies_for_colab_are_made_where_the_course_is_published(published, monkeypatch):
    folder, repository = published
    monkeypatch.setattr(urls, "repository", lambda course=None: repository)
    released = folder / "lessons" / "10_regression" / "10_regression.ipynb"
    released.parent.mkdir(parents=True)
    released.write_bytes((COURSE / "lessons" / "10_regression" / released.name).read_bytes())
    colab.write_copies(folder)
    copy = folder / "colab" / "10_regression" / released.name
    assert copy.exists() == bool(repository)
    if repository:
        first, kit, *others = nbformat.read(copy, 4).cells
        assert [first, *others] == nbformat.read(released, 4).cells
        assert "https://ada-l.github.io/my.networks/kit/" in kit.source and len(kit.source.splitlines()) == 5
        compile(kit.source.replace("%pip", "pip = '").replace(".whl", ".whl'"), "kit", "exec")
        assert f"{urls.site()}/{urls.kit('10_regression')}" in links.links(copy)
        monkeypatch.setattr(urls, "repository", lambda course=None: None)
        colab.write_copies(folder)
        assert not copy.exists()


def test_links_to_the_course_are_followed_before_it_is_published(monkeypatch):
    monkeypatch.setattr(urls, "repository", lambda course=None: REPOSITORY)
    name, page = "/".join(REPOSITORY), COURSE / "README.md"
    for target, there in {
        f"https://github.com/{name}": True,
        f"https://github.com/{name}/blob/main/docs/site.md#publish-it": True,
        f"https://github.com/{name}/blob/main/docs/site.md#nowhere": False,
        f"https://github.com/{name}/blob/main/docs/nowhere.md": False,
        f"{urls.colab('01_activations')}": True,
        f"{urls.colab('01_activation')}": False,
        f"{urls.binder('01_activations')}": True,
        f"{urls.binder('01_activation')}": False,
        "docs/site.md#publish-it": True,
        "docs/nowhere.md": False,
        "#two-commands": True,
        "#three-commands": False,
        "https://example.org/anything": True,
        "htp://example.org": False,
    }.items():
        assert links.leads_somewhere(page, target) == there, target


@pytest.mark.parametrize("repository, path", [(REPOSITORY, "/my.networks"), (("Ada-L", "ada-l.github.io"), "")])
def test_the_site_stands_where_github_serves_it(repository, path, monkeypatch):
    monkeypatch.setattr(urls, "repository", lambda course=None: repository)
    assert urls.site() == f"https://ada-l.github.io{path}"
    assert links.own(f"{urls.site()}/01_activations/") == links.SITE / "01_activations" / "index.html"
    assert links.own(f"{urls.site()}/{urls.kit('01_activations')}") == links.SITE / urls.kit("01_activations")
    assert links.own("https://ada-l.github.io.example.org/") is None


@pytest.mark.parametrize(
    "name",
    [
        "course", "https://github.com/ada/course", "github.com/ada/course", "git@github.com:ada/course", "ada/course/tree",
        "ada /course", "ada/my course", "ada/course.git", "ada/.", "ada/..", "ada/", "/course", "-ada/course", "ada-/course",
        "ada/kürs", "ada/course\n", "ada/$(touch x)", "",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(name, tmp_path):
    with pytest.raises(CourseError, match="ada/neural-networks"):
        publishing.publish_as(name, tmp_path)


def test_another_name_takes_the_place_of_the_first(published):
    folder, _ = published
    publishing.publish_as("eve/other-course", folder)
    written = [(folder / name).read_bytes() for name in ("pyproject.toml", "README.md")]
    for name in ("bob/b.github.io", "eve/other-course", "eve/other-course"):
        publishing.publish_as(name, folder)
        assert urls.repository(folder) == tuple(name.split("/"))
    assert [(folder / name).read_bytes() for name in ("pyproject.toml", "README.md")] == written


def test_the_version_stands_in_one_place():
    version = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = yaml.safe_load((COURSE / "CITATION.cff").read_text(encoding="utf-8"))
    log = (COURSE / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d[\d.]*)\] - (\d{4}-\d\d-\d\d)$", log, re.MULTILINE)
    assert (str(citation["version"]), str(citation["date-released"])) == released[0]
    assert version == released[0][0] and "## [Unreleased]" in log


def test_the_forms_are_what_github_reads():
    for path in tracked():
        if path.parent.name == "ISSUE_TEMPLATE" and path.stem != "config":
            form = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert {"name", "description", "body"} <= set(form) and len({field["id"] for field in form["body"]}) == len(
                form["body"]
            )
            assert all(field["attributes"]["label"] for field in form["body"])
