"""The site's pages in a real browser: they read well everywhere, link to each other, and let a reader try an exercise."""

import itertools
import re
import time

import pytest

from lessonkit.catalogue import lessons
from tests.browser.conftest import only_the_site

GUIDES = [f"guide/{name}.html" for name in ("students", "instructors", "site", "messages", "contributors")]
LESSONS = [f"{name}/index.html" for name in lessons()]
PAGES = ["index.html", "instructors.html", *LESSONS, *GUIDES]
LOOKS = [({"color_scheme": "light"}, PAGES), ({"color_scheme": "dark"}, [*PAGES[:4], GUIDES[1]])]
HEAVIEST = 1_000_000  # bytes of a page with all its figures, without the kernel
MENDED = "def relu_forward(x):\n    return np.maximum(x, 0.0), x\n\n\ndef relu_backward(dout, cache):\n    return dout * (cache > 0)"


UNFOLD = "() => document.querySelectorAll('details').forEach(each => each.open = true)"
WIDTH = "() => document.documentElement.scrollWidth"
UNNAMED = "() => document.querySelectorAll('img:not([alt]), img[alt=\"\"]:not(.explorer img)').length"
SMALL = """() => [...document.querySelectorAll('main img')].filter(
    image => image.getBoundingClientRect().width < 0.69 * image.getAttribute('width')).length"""
NARROW = "() => [...document.querySelectorAll('.long')].filter(cell => cell.getBoundingClientRect().width < 130).length"


@pytest.mark.parametrize("page, paths", LOOKS, indirect=["page"], ids=["light", "dark"])
def test_every_page_reads_well_on_a_phone_and_for_a_screen_reader(page, paths, site, axe):
    """In lessons and guides, figures and tables are large enough to read, too."""
    page.set_viewport_size({"width": 400, "height": 800})
    for path in paths:
        page.goto(f"{site.url}/{path}")
        large = path not in (*LESSONS, *GUIDES) or page.evaluate(SMALL) == 0
        assert large, f"{path}: a figure is too small"
        page.evaluate(UNFOLD)
        assert page.evaluate(WIDTH) <= 400, path
        assert page.evaluate(UNNAMED) == 0, path  # an explorer is described once, at one of its pictures
        wide = path not in (*LESSONS, *GUIDES) or page.evaluate(NARROW) == 0
        assert wide, f"{path}: a cell of a table is too narrow"
        axe(page)


BESIDE = ["sample/report.html", "sample/feedback.html", "404.html"]


def test_a_small_phone_scrolls_no_page_sideways(page, site):
    for path, width in itertools.product([*BESIDE, "index.html"], (320, 400)):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(f"{site.url}/{path}")
        page.evaluate(UNFOLD)
        assert page.evaluate(WIDTH) <= width, (path, width)


def test_a_page_beside_the_others_leads_back(page, site):
    for path in BESIDE:
        page.goto(f"{site.url}/{path}")
        page.get_by_role("navigation", name="Course").get_by_role("link", name="Neural networks from scratch").click()
        page.wait_for_url(f"{site.url}/index.html")


def targets(site, path):
    return re.findall(r'(?:href|src|srcset)="([^"#]+)', (site.folder / path).read_text(encoding="utf-8"))


def test_every_link_of_the_pages_leads_somewhere(site):
    for path in PAGES:
        for target in targets(site, path):
            assert not target.startswith("http"), f"{path} needs another host: {target}"
            assert ((site.folder / path).parent / target.partition("?")[0]).exists(), (path, target)


def test_every_anchor_of_a_guide_is_there(site):
    for path in GUIDES:
        html = (site.folder / path).read_text(encoding="utf-8")
        for target, anchor in re.findall(r'href="([^"#]*)#([^"]+)"', html):
            there = (site.folder / path).parent / target if target else site.folder / path
            assert f'id="{anchor}"' in there.read_text(encoding="utf-8"), (path, target, anchor)


def test_no_page_is_heavy(site):
    for path in PAGES:
        files = {target for target in targets(site, path) if target.endswith((".png", ".js", ".css", ".svg"))}
        whole = sum(((site.folder / path).parent / name).stat().st_size for name in files if "-dark" not in name)
        assert whole + (site.folder / path).stat().st_size < HEAVIEST, path


def test_pages_show_figures_and_no_solution(site):
    for name, lesson in lessons().items():
        text = (site.folder / name / "index.html").read_text(encoding="utf-8")
        assert len(re.findall(r"<img ", text)) >= 1 and text.count("NotImplementedError") >= len(lesson.exercises)
        assert "$" not in re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", text, flags=re.DOTALL), (
            f"{name}: some mathematics was not converted"
        )
        assert "google.colab" not in text


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)
def test_a_figure_has_a_dark_picture_for_a_dark_page(page, site):
    page.goto(f"{site.url}/{LESSONS[0]}")
    image = page.locator("main img").first
    image.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('main img').complete")
    assert image.evaluate("image => image.currentSrc").endswith("-dark.png")
    corner = """image => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
        canvas.getContext('2d').drawImage(image, 0, 0);
        return Math.max(...canvas.getContext('2d').getImageData(0, 0, 1, 1).data.slice(0, 3));
    }"""
    assert image.evaluate(corner) < 50


def test_contents_neighbors_and_search_lead_on(page, site):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site.url}/{LESSONS[0]}")
    page.get_by_role("navigation", name="On this page").get_by_role("link").nth(1).click()
    anchor = page.evaluate("() => decodeURIComponent(location.hash)")
    assert 0 <= page.locator(f"[id='{anchor[1:]}']").bounding_box()["y"] < 450
    page.get_by_role("link", name="01 Activations").last.click()
    page.wait_for_url(f"**/{LESSONS[1]}")
    page.get_by_role("link", name="00 Welcome").last.click()
    page.wait_for_url(f"**/{LESSONS[0]}")
    page.get_by_role("searchbox").click()
    page.keyboard.type("momentum")
    page.locator("#found a", has_text="Lesson 07").first.click()
    page.wait_for_url(re.compile("07_optimizers/index.html#"))
    page.get_by_role("searchbox").fill("xylophone")
    page.get_by_text("No results for “xylophone”.").wait_for()


QUESTIONS = {
    "learning rate": "Lesson 07: How large a learning rate?",
    "softmx": "Lesson 11: ",
    "how do I hand in": "Working through the course: Hand in",
    "fan_in": "Lesson 04",
    "sigma": "Lesson 00: Standardized columns",
    "overfitting zebra": "Lesson 10: What overfitting looks like",
}


def test_a_question_finds_the_section_that_answers_it(page, site):
    for question, first in QUESTIONS.items():
        page.goto(f"{site.url}/index.html")
        page.get_by_role("searchbox").fill(question)
        page.locator("#found a").first.wait_for()
        assert page.locator("#found a").first.inner_text().startswith(first), question
        assert re.fullmatch("[1-8] results?", page.locator("#count").inner_text()), question


def test_the_results_of_a_search_are_reached_with_the_keyboard(page, site):
    page.goto(f"{site.url}/index.html")
    page.get_by_role("searchbox").click()
    page.keyboard.type("momentum")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => [...document.querySelectorAll('#found a')].indexOf(document.activeElement)") == 1
    page.keyboard.press("Escape")
    assert page.locator("#found").is_hidden() and page.get_by_role("searchbox").evaluate(
        "e => e === document.activeElement"
    )
    page.keyboard.type("momentum")
    page.locator("#found a").first.wait_for()
    page.mouse.click(5, 5)
    assert page.locator("#found").is_hidden()
    page.get_by_role("searchbox").click()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("07_optimizers/index.html#"))


@pytest.fixture(scope="module")
def first_page(browser, site):
    """The first page. In its tests, Python starts only where it has to."""
    with only_the_site(browser, site) as page:
        page.goto(f"{site.url}/index.html")
        yield page


def test_the_exercise_on_the_first_page_names_the_mistake_and_is_mended(first_page):
    page = first_page
    start = time.monotonic()
    given = page.get_by_label("Your code").input_value()
    page.get_by_label("Your code").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("You pass the gradient through where the input was negative").wait_for()
    first = time.monotonic() - start
    assert page.get_by_role("button", name="Check").evaluate("button => button === document.activeElement")
    assert page.locator("#live [role=status]").inner_text().startswith("Not yet.")
    page.get_by_label("Your code").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(MENDED)
    page.keyboard.press("Control+Enter")
    page.get_by_text("all 4 checks pass, 5 of 5 points").wait_for()
    page.get_by_text("You have fixed it.").wait_for()
    page.get_by_label("Your code").fill(given.replace("def relu_forward(x)", "def relu_forward(x"))
    page.get_by_role("button", name="Check").click()
    page.get_by_text(re.compile("SyntaxError in line 1")).wait_for()
    page.get_by_label("Your code").fill("")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Your code has no function relu_forward.").wait_for()
    page.get_by_label("Your code").fill(given.replace("return dout", "return dout * (x > 1)"))
    page.get_by_role("button", name="Check").click()
    page.get_by_text("0 of 4 checks pass").wait_for()
    assert page.get_by_text("your relu_forward does not pass").count() == 0  # what the page gives is right
    print(f"\nThe first page's exercise answers {first:.1f} s after the click.")


HARD = {
    "check = None": "You pass the gradient through where the input was negative",  # the page's own check is used
    "np.asarray = np.array = None; return dout": "The check stopped, TypeError",
}


@pytest.fixture
def checked(first_page):
    """Return ``checked(code, answer)``, which replaces the code, or a line of the given code, and waits for the check's answer."""
    field = first_page.get_by_label("Your code")
    given = field.evaluate("field => field.defaultValue")

    def check(source, answer):
        if "def " not in source:
            source = f"{given}\n\n{source}" if source.startswith("check") else given.replace("return dout", source)
        field.fill(source)
        first_page.get_by_role("button", name="Check").click()
        first_page.get_by_text(answer).wait_for(timeout=40_000)  # an endless loop is given up after 60 seconds

    return check


def test_code_that_breaks_the_check_is_told_so_at_once_and_the_next_check_works(checked):
    for line, told in HARD.items():
        checked(line, told)
        checked(MENDED, "all 4 checks pass, 5 of 5 points")


def test_after_code_that_breaks_it_a_slow_download_is_waited_for_and_a_broken_one_is_tried_again(first_page, checked):
    page = first_page
    checked("raise KeyboardInterrupt", "The check stopped, CheckInterrupted")
    page.clock.install()
    python, held = "**/static/pyodide/pyodide.asm.wasm", []
    page.route(python, lambda route: held.append(route))
    page.get_by_label("Your code").fill(MENDED)
    page.get_by_role("button", name="Check").click()
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    page.clock.fast_forward(90_000)
    status = page.locator("#live [role=status]")
    assert status.inner_text().startswith("Checking")
    held.pop().abort()
    page.get_by_text("If your connection was lost, press Check again.").wait_for()
    page.unroute(python)
    checked(MENDED, "all 4 checks pass, 5 of 5 points")


def test_the_search_says_that_it_could_not_be_loaded_and_tries_again(page, site):
    page.route("**/search.json", lambda route: route.abort())
    page.goto(f"{site.url}/index.html")
    page.get_by_role("searchbox").fill("momentum")
    page.locator("#found").get_by_text("The search could not be loaded.").wait_for()
    page.unroute("**/search.json")
    page.get_by_role("searchbox").fill("momentum ")
    page.locator("#found a", has_text="Lesson 07").first.wait_for()


def test_words_that_every_object_of_javascript_has_can_be_searched(page, site):
    page.route("**/search.json", lambda route: route.fulfill(json=[WITH_A_HARD_WORD]))
    page.goto(f"{site.url}/index.html")
    page.get_by_role("searchbox").fill("constructor")
    page.locator("#found a", has_text="Classes").wait_for()


WITH_A_HARD_WORD = {"id": 0, "page": "Lesson", "heading": "Classes", "text": "the constructor", "url": "index.html"}
