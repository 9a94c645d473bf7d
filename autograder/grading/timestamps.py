"""When a submission was handed in, from ``timestamp.txt``: read for certain, or not at all, since late penalties hang on it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(.*)", re.S)
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?(?::?(\d{2}))?", re.I)
# A zone's name, and a place whose clocks bear it: whether they did on that day is looked up.
PLACES = {
    "BST": "Europe/London", "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin", "EET": "Europe/Helsinki", "EEST": "Europe/Helsinki", "MSK": "Europe/Moscow",
    "EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
    "MST": "America/Denver", "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu", "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland", "SAST": "Africa/Johannesburg",
}  # fmt: skip


class Uncertain(ValueError):
    """The text can be read in more than one way, or in none; the message says why."""


def when(text):
    """The moment that a timestamp names.

    Parameters
    ----------
    text : str
        A date and time as nbgrader writes it (``2026-03-01 18:30:00 UTC``; without a zone it is UTC, as there), in ISO
        8601, or with the month's name. The zone may be an offset or a name.

    Returns
    -------
    datetime
        In UTC, without a time zone, as nbgrader's gradebook keeps it.

    Raises
    ------
    Uncertain
    """
    text = text.strip("\ufeff \t\r\n\0")
    match = ISO.fullmatch(text)
    if match:
        *numbers, fraction, zone = match.groups()
        if numbers[3] is None:
            raise Uncertain(f"{text[:60]!r} names no time of day")
        microsecond = int((fraction or "0")[:6].ljust(6, "0"))
        try:
            moment = datetime(*(int(number or 0) for number in numbers), microsecond)
        except ValueError as error:
            raise Uncertain(f"{text[:60]!r} is no date ({error})") from None
    else:
        moment, zone = _by_month_name(text)
    return _in_utc(moment, zone.strip(), text)


def _by_month_name(text):
    """Date and zone of a text such as ``Sun, 1 Mar 2026 18:30:00 GMT``."""
    from dateutil import parser

    zone = ""
    match = re.fullmatch(
        r"(.*?\d:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?)\s*([A-Z][A-Za-z/_]*|[+-][\d:]+|)\s*(\d{4})?", text, re.S
    )
    if match:
        text, zone, year = match[1], match[2], match[3]
        text = f"{text} {year}" if year else text
    if not re.search(r"[A-Za-z]{3}", text) and (dates := re.match(r"\s*(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", text)):
        first, second = int(dates[1]), int(dates[2])
        if first <= 12 and second <= 12 and first != second:
            raise Uncertain(f"{text[:60]!r} may be day and month, or month and day")
        day_first = first > 12
    else:
        day_first = False
    if not re.search(r"\d{4}", text):
        raise Uncertain(f"{text[:60]!r} is no date and time")
    try:
        return parser.parse(text, dayfirst=day_first, ignoretz=True, default=datetime(1, 1, 1)), zone
    except (ValueError, OverflowError, TypeError):
        raise Uncertain(f"{text[:60]!r} is no date and time") from None


def _in_utc(moment, zone, text):
    """A local time of some zone, in UTC."""
    if zone.upper() in ("", "Z", "UTC", "GMT", "UT"):
        return moment
    if match := OFFSET.fullmatch(zone):
        sign, hours, minutes, seconds = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
        if offset >= timedelta(hours=15):
            raise Uncertain(f"{text[:60]!r} has an offset that no zone has")
        return _shifted(moment, -offset if sign == "+" else offset)
    try:
        place = ZoneInfo(PLACES[zone] if zone in PLACES else zone if "/" in zone else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Uncertain(f"the time zone {zone[:20]!r} of {text[:60]!r} is not known") from None
    for fold in (0, 1):  # in the hour that comes twice, the name says which one is meant
        local = moment.replace(tzinfo=place, fold=fold)
        if "/" in zone or local.tzname() == zone:
            return local.astimezone(UTC).replace(tzinfo=None)
    raise Uncertain(f"on that day no clock of {place.key} showed {zone}: {text[:60]!r}")


def _shifted(moment, difference):
    try:
        return moment + difference
    except OverflowError:
        raise Uncertain(f"{moment} is no date that can be reckoned with") from None
