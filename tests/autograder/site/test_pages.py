"""What a page of the site makes of a lesson's or a guide's text."""

import pytest

from autograder.course import COURSE
from autograder.site.environment import BYTECODE
from autograder.site.pages import GUIDES, _links, markdown, with_anchors
from autograder.site.search import sections

EXERCISE = "## The formulas\n\n**Exercise 1 of 6: ReLU `forward`** · easy · 5 min\n\nReturn it."


def test_an_exercise_has_a_heading_with_an_entry_in_the_contents():
    contents = []
    html = with_anchors(markdown(EXERCISE), contents)
    assert contents[1] == (3, "exercise-1-of-6-relu-forward", "Exercise 1 of 6: ReLU forward")
    assert '<h3 id="exercise-1-of-6-relu-forward">' in html and "<small>· easy · 5&nbsp;min</small>" in html


def test_the_search_finds_an_exercise_by_its_title_and_a_lesson_without_its_number():
    html = with_anchors(markdown(f"# 01. Activations\n\n{EXERCISE}"), [])
    headings = [section["heading"] for section in sections("Lesson 01", "01/index.html", html)]
    assert headings == ["Activations", "The formulas", "Exercise 1 of 6: ReLU forward"]


@pytest.mark.parametrize("name", GUIDES)
def test_a_link_to_a_guide_shows_its_title_and_no_file_name(name):
    html = _links(markdown(f"see [{name}.md]({name}.md), or [there]({name}.md#here)"), offline=True)
    assert f'<a href="{name}.html">“{GUIDES[name]}”</a>' in html
    assert f'<a href="{name}.html#here">there</a>' in html


def test_only_a_cell_with_many_characters_keeps_some_width():
    html = markdown('| a | b |\n| --- | ---: |\n| `"classification"` | how much the loss changes |')
    assert html.count("class=long") == 1 and "<td class=long style=text-align:right>how much" in html


def test_long_code_in_a_cell_may_break_between_its_words():
    html = markdown("| a |\n| --- |\n| `.venv eval_numerical_gradient(f, fan_in)` |")
    assert "<code>.venv eval_<wbr>numerical_<wbr>gradient(f, fan_in)</code>" in html


def test_a_short_cell_stays_on_one_line():
    assert "<td>15&nbsp;min</td>" in markdown("| a |\n| --- |\n| 15 min |")


def test_no_line_breaks_between_a_number_and_its_unit_or_its_lesson():
    assert markdown("Lesson 08 is off by 90 m.") == "<p>Lesson&nbsp;08 is off by 90&nbsp;m.</p>\n"


def test_an_option_of_a_command_is_not_broken_at_its_hyphens():
    html = markdown("Run `python -m autograder grade 06 --new-seed` (`-m`).")
    assert (
        '<code>python <span class="whole">-m</span> autograder grade 06 <span class="whole">--new-seed</span></code>'
        in html
    )
    assert "whole" not in markdown("`x = y`")


def test_the_first_page_looks_for_bytecode_where_the_kit_has_it():
    worker = COURSE / "autograder" / "site" / "live_worker.js"
    assert f'PYTHONPYCACHEPREFIX: "{BYTECODE}"' in worker.read_text(encoding="utf-8")
