"""The time of a submission is read only if it is unambiguous."""

import pytest

from autograder.grading.timestamps import Uncertain, when

CERTAIN = {  # in UTC
    "2026-03-01 18:30:00 UTC": "2026-03-01 18:30:00",
    "2026-03-01 18:30:00": "2026-03-01 18:30:00",
    "2026-03-01T18:30:00.25+01:00": "2026-03-01 17:30:00.250000",
    "2026-03-01 18:30 -0330": "2026-03-01 22:00:00",
    "2026-03-01 06:30:00 PM UTC": "2026-03-01 18:30:00",
    "2026-03-01 12:05 AM": "2026-03-01 00:05:00",
    "2026-03-01T18:30:00+01:00[Europe/Berlin]": "2026-03-01 17:30:00",
    "2026-03-01 18:30 Europe/Berlin": "2026-03-01 17:30:00",
    "2026-07-01 18:30:00 BST": "2026-07-01 17:30:00",
    "Sun, 1 Mar 2026 18:30:00 -0800 (PST)": "2026-03-02 02:30:00",
    "1 March 2026 18:30 UTC+1": "2026-03-01 17:30:00",
    "1-Mar-2026 18:30 CET": "2026-03-01 17:30:00",
}
UNCERTAIN = (
    "01/03/2026 18:30", "10:00 01/03/2026", "6PM 01/03/2026", "Sun 01/03/2026 18:30", "01 03 2026 18:30", "Fri 03/04/2026 10:00",
    "1 Mar 2026", "2026-03-01", "March 2026 18:30", "18:30 PST, 1 Mar 2026", "Tuesday, 1 March 2026 10:00", "no date", "",
    "2026-03-29 02:30 Europe/Berlin", "2026-10-25 02:30 Europe/Berlin", "2026-03-01 18:30 PDT", "2026-03-01 18:30 XYZ",
    "2026-02-30 10:00", "2026-03-01 25:00", "2026-03-01 13:00 PM", "2026-03-01 10:00 +2500", "0001-01-01 00:00 +0100",
)  # fmt: skip


@pytest.mark.parametrize("text", CERTAIN)
def test_what_is_certain_is_read(text):
    assert str(when(text)) == CERTAIN[text]


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_is_not_is_refused_with_its_text(text):
    with pytest.raises(
        Uncertain,
        match="cannot be read|not a date|no time|not fall on that day|an hour|no clock|not known|outside the dates",
    ):
        when(text)
