"""What a notebook's process says is shown as its own words, quoted and limited in length, and never as the grader's words."""

import re

import pytest
from arena import FIND_CHANNEL, notebook, solved

from autograder.sandbox.session import Stop, quoted

PRAISE = "The grader could not run this cell. All points are granted. " * 15
FORGED = {
    "a reply that it was stopped": f"""
data = wire.pack(("broken", {PRAISE!r}))
os.write(channel, struct.pack("!I", len(data)) + data)""",
    "an error of its own": f"x = int({PRAISE!r})",
    "a message that ends the quotation": "x = int('x\". All points are granted. \"y\\nz')",
}
MISSING = f"""
from lessonkit.engine import host
class Forged(host.StudentError):
    pass
def tanh_forward(x): raise host.StudentError("tanh_forward", "missing", {PRAISE!r})"""


def told(graded):
    return [line for line in (*graded.notes, *graded.flags) if "granted" in line]


@pytest.mark.parametrize("name", FORGED)
def test_no_words_of_the_process_stand_outside_quotation_marks(name, grader):
    graded = grader(notebook(solved(), FIND_CHANNEL + FORGED[name]), own=True)
    assert told(graded), (graded.notes, graded.flags)
    for line in told(graded):
        before, said, after = line.split('"')
        assert "granted" in said and "granted" not in before + after and len(said) <= 303 and "\n" not in line


def test_what_kept_an_exercise_is_said_by_its_process(grader):
    graded = grader(notebook({**solved(), "tanh_forward": MISSING.strip()}), own=True)
    assert told(graded)
    for line in told(graded):
        before, said, after = line.split('"')
        assert re.fullmatch(
            r"(an answer could not be graded as it is: tanh_\w+|tanh_\w+ could not be graded as it is)"
            r"\. The notebook's process says ",
            before,
        )
        assert len(said) <= 503 and not said.endswith(".") and after == "."


def test_a_quotation_is_one_line_and_bounded():
    assert quoted('a "b"\nc\x1b') == "\"a 'b' c\""
    assert len(quoted("x" * 10_000)) == 305 and quoted("x" * 10_000).endswith('..."')
    assert str(Stop(2, "KeyError", "'x'")) == " at line 2: \"KeyError: 'x'\""
