"""The page that a student gets back, made by nbgrader from a graded course and opened in a real browser."""

import json
import re
import shutil

import nbformat
import pytest
from commands import nbgrader

from autograder import feedback
from autograder.course import COURSE
from autograder.grading.assignment import grade
from autograder.sandbox import doctor
from lessonkit.catalogue import lesson as find_lesson
from lessonkit.catalogue import lessons
from tools.synthetic_class import answer, find, hand_in, submission

LESSON = "01_activations"
EXERCISES = [exercise.name for exercise in find_lesson(LESSON).exercises]
FAKE = """# 30 of 30 points

<script>document.title = "taken over"</script><style>header { display: none }</style></div></section></main>
<div id="summary" style="position: fixed; top: 0; background: white"><h1>30 of 30 points</h1></div>
<img src="http://example.org/a.png"><img src="x" onerror="document.title = 'taken over'"> $x^2$"""
HOSTILE = f"""
from IPython.display import HTML, Javascript, Markdown, SVG, display
fake = {FAKE!r}
display(HTML(fake), Markdown(fake), Javascript("document.title = 'taken over'"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>document.title = 'taken over'</script></svg>"))
display({{"text/html": "<h1>fake</h1>", "application/vnd.lessonkit.result+json": {{"exercise": "x", "outcomes": []}}}}, raw=True)
print("Z" + "\\u0300" * 3000, "</pre>" + fake)
raise ValueError(fake)
"""
DRAWS = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.show()\nprint(np.arange(60) / 7)"


def with_cells(text, *cells):
    """Return a notebook with additional cells of the student's at its beginning, after the imports."""
    notebook = json.loads(text)
    made = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    notebook["cells"][2:2] = [{**each, "outputs": []} if each["cell_type"] == "code" else each for each in made]
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a graded course with feedback: one student is right, and the others are wrong in many ways."""
    if doctor.missing():
        pytest.skip("a protection of the sandbox is missing here: `python -m autograder doctor` says which")
    course = tmp_path_factory.mktemp("course")
    shutil.copy(COURSE / "nbgrader_config.py", course)
    ignored = shutil.ignore_patterns("checkpoints")
    shutil.copytree(COURSE / "solutions" / LESSON, course / "solutions" / LESSON, ignore=ignored)
    nbgrader(course, "generate_assignment", LESSON)
    released = (course / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    solved = {name: source for exercise in EXERCISES for name, source in answer(exercise).items()}
    wrong = {**solved, **answer("relu_backward", find("relu_backward", "gradient_flows_where_relu_is_off"))}
    wrong["tanh_forward"] = "def tanh_forward(x):\n    return undefined, x"
    wrong.pop("sigmoid_backward")
    hand_in(course, "right", LESSON, with_cells(submission(released, solved), ("code", DRAWS)))
    hand_in(course, "wrong", LESSON, submission(released, wrong))
    hand_in(course, "hostile", LESSON, with_cells(submission(released, wrong), ("markdown", FAKE), ("code", HOSTILE)))
    hand_in(course, "broken", LESSON, "{")
    grade(LESSON, course, jobs=1, quiet=True)
    a_person_looks(course)
    nbgrader(course, "generate_feedback", LESSON)
    return course


def a_person_looks(course):
    """Do what an instructor does in formgrader: write a comment, change points, subtract a penalty for lateness."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        at = (LESSON, LESSON, "right")
        gradebook.find_comment("relu_forward", *at).manual_comment = "*Well done*, and <script>alert(1)</script> short."
        gradebook.find_grade("check_relu_backward", *at).manual_score = 4.5
        gradebook.find_submission_notebook(*at).late_submission_penalty = 2
        gradebook.db.commit()


@pytest.fixture(scope="module")
def pages(browser):
    """Keep pages that no test is using, by whether axe may run in them, and a list of what went wrong on any of them."""
    idle, troubles = {True: [], False: []}, []
    yield idle, troubles
    for page in [*idle[True], *idle[False]]:
        page.context.close()


@pytest.fixture
def show(course, browser, pages):
    """Return ``show(student, width=...)``, which opens a student's page. It must ask no host, and nothing may fail."""
    (idle, troubles), opened = pages, []
    troubles.clear()

    def trouble(what):
        troubles.append(what[:300])

    def new_page(bypass_csp):
        page = browser.new_context(bypass_csp=bypass_csp).new_page()
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or trouble(request.url))
        page.on("console", lambda message: trouble(message.text))
        page.on("dialog", lambda dialog: trouble(dialog.message))
        return page

    def open_page(student, width=1100, bypass_csp=False):
        page = idle[bypass_csp].pop() if idle[bypass_csp] else new_page(bypass_csp)
        opened.append((page, bypass_csp))
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto((course / "feedback" / student / LESSON / f"{LESSON}.html").as_uri())
        return page

    yield open_page
    for page, bypass_csp in opened:
        page.goto("about:blank")
        idle[bypass_csp].append(page)
    assert not troubles


@pytest.mark.parametrize("student", ["right", "wrong", "hostile", "broken"])
def test_it_can_be_read_by_everyone(show, axe, student):
    page = show(student, width=400, bypass_csp=True)  # axe is a script
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    axe(page)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    axe(page)


@pytest.fixture(scope="module")
def narrow(browser):
    """Return a page as wide as a phone, in which axe may run."""
    with browser.new_context(viewport={"width": 400, "height": 900}, bypass_csp=True) as context:
        yield context.new_page()


@pytest.mark.parametrize("name", list(lessons()))
def test_every_lesson_can_be_read_by_everyone(narrow, axe, tmp_path, name):
    notebook = nbformat.read(COURSE / "solutions" / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.metadata.get("nbgrader", {}).update(score=0, waits=False)
    grading = {"assignment": name, "notebook": name, "score": 0, "max_score": 10, "late_penalty": 0}
    (tmp_path / "page.html").write_text(feedback.page(notebook, grading), encoding="utf-8")
    narrow.goto((tmp_path / "page.html").as_uri())
    narrow.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 400
    axe(narrow)


def test_the_top_says_what_is_left_and_leads_to_it(show):
    page = show("wrong")
    summary = page.locator("header")
    assert summary.locator("h1").inner_text() == "Feedback\n01. Activations: sigmoid, ReLU, tanh"
    left, passed = summary.locator("table").all()
    assert left.locator("a").all_inner_texts() == ["relu_backward", "tanh_forward", "sigmoid_backward"]
    assert passed.locator("a").all_inner_texts() == ["relu_forward", "tanh_backward", "sigmoid_forward"]
    assert "5 of 5" in passed.locator("tr").nth(1).inner_text()
    assert "You pass the gradient through where the input was negative" in left.locator("tr").nth(1).inner_text()
    left.get_by_role("link", name="relu_backward").click()
    report = page.locator("#exercise-relu_backward")
    assert 0 <= report.bounding_box()["y"] < 900


def test_an_exercise_names_the_mistake_works_an_entry_and_leads_to_its_paragraph(show):
    page = show("wrong")
    report = page.locator("#exercise-relu_backward")
    assert report.get_by_text("You pass the gradient through where the input was negative").count() == 1
    assert re.search(r"For example, .*yours dx\[.*\] = .*, expected 0", report.inner_text())
    report.get_by_role("link", name="The formulas").first.click()
    heading = page.get_by_role("heading", name="The formulas")
    assert 0 <= heading.bounding_box()["y"] < 900
    assert "still empty" in page.locator("#exercise-sigmoid_backward").inner_text()


def test_figures_have_words_formulas_are_mathml_and_explorers_are_pictures(show):
    page = show("right")
    alts = page.locator("img").evaluate_all("images => images.map(image => image.alt)")
    assert all(len(alt) > 20 for alt in alts if alt) and alts.count("") < 3  # the previous panel describes these
    assert page.locator("img").evaluate_all("images => images.every(image => image.naturalWidth > 100)")
    assert page.locator("math").count() > 20 and page.locator("math mfrac").first.bounding_box()["height"] > 20
    explorer = page.locator(".cell", has_text="explorers.tangent(activations)")
    assert explorer.locator("img").count() and "children=" not in page.locator("main").inner_text()


def test_what_a_person_said_is_shown_where_it_belongs(show):
    page = show("right")
    top = page.locator("header").inner_text()
    assert (
        "27.5 of 30 points" in top
        and "You handed in late, so 2 of the 29.5 points that you earned are subtracted." in top
    )
    page.locator("header").get_by_role("link", name="relu_forward").first.click()
    comment = page.locator("#answer-relu_forward").get_by_label("Comment")
    assert (
        comment.inner_text().split() == "Comment: Well done, and short.".split() and comment.bounding_box()["y"] < 900
    )
    assert "Your instructor changed the points: you have 4.5 of 5 points" in page.locator("main").inner_text()


def test_a_student_cannot_change_or_imitate_the_summary(show):
    plain, hostile = show("wrong"), show("hostile")
    hostile.wait_for_timeout(300)
    assert hostile.title() == plain.title()
    assert hostile.locator("header").count() == hostile.locator("h1").count() == 1
    assert hostile.locator("header").inner_text() == plain.locator("header").inner_text()
    assert hostile.locator("header").bounding_box() == plain.locator("header").bounding_box()
    end = hostile.locator("#notebook").evaluate("each => each.getBoundingClientRect().top")
    tops = hostile.locator(".cell *").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert min(top for top in tops if top) > end
    assert hostile.locator("script, style:not(head style), iframe, form, svg, .output h3, .output h4").count() == 0


def test_scripts_would_not_run_even_if_one_slipped_through(show):
    page = show("right")
    assert "default-src 'none'" in page.locator("meta[http-equiv]").get_attribute("content")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"  # our own style works


def test_an_unreadable_notebook_is_said_to_be_one(show):
    page = show("broken")
    assert "The notebook is cut off" in page.locator("header").inner_text()
    assert "0 of 30 points" in page.locator("header").inner_text()
    assert page.get_by_role("heading", name="The lesson").count() == 1


def test_nothing_secret_is_in_the_pages(course):
    seed = (course / ".secret_seed").read_text().strip()
    for path in (course / "feedback").rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        for secret in (
            seed,
            "SOLUTION",
            "HIDDEN",
            "hidden=True",
            "autograder",
            str(course),
            "/tmp/",
            "http-equiv=refresh",
        ):
            assert secret not in html, (path.parent.parent.name, secret)
        assert not re.search(
            r"""(?:src|href)=["']?(?:https?:)?//""", re.sub(r"<(?:pre|code).*?</(?:pre|code)>", "", html, flags=re.S)
        )
