"""``docs/messages.md`` holds every general message in its present words."""

import re

from message_cases import ERRORS, LEAVES, TOGETHER
from message_table import COMMAND, PAGE, of_a_value, page


def test_the_page_is_what_the_functions_say():
    assert PAGE.exists() and PAGE.read_text(encoding="utf-8") == page(), f"{PAGE.name} is out of date. Run {COMMAND}"


def test_every_result_is_told_in_words_of_its_own():
    said = [of_a_value(case)[0] for cases in LEAVES.values() for case in cases.values()]
    assert len(said) == len(set(said)) > 60
    assert sum(map(len, [*TOGETHER.values(), *ERRORS.values()])) > 20


def test_no_number_is_a_negative_zero():
    assert not re.search(r"-0(?![.\d])", PAGE.read_text(encoding="utf-8"))
