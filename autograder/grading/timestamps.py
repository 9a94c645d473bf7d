"""When a submission was handed in, from ``timestamp.txt``: read without guessing or not at all, since late penalties depend on it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp][Mm])?"
)
ZONE = r"\s*(?P<zone>|[A-Z][A-Za-z]*(?:/[A-Za-z_/]+)?|(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d{2}){0,2})"
COMMENT = r"(?:\s*[(\[][A-Za-z_/ ]*[)\]])?"  # a zone's name after its offset, as e-mail and Java write it
ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})[T ]+{TIME}{ZONE}{COMMENT}")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = r"(?P<month>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_DAY = r"(?:(?P<weekday>(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*),?\s+)?"
# As in e-mail, `Sun, 1 Mar 2026 18:30:00 +0100 (CET)`.
NAMED = re.compile(rf"{_DAY}(?P<day>\d{{1,2}})[ -]{_MONTH}[ -](?P<year>\d{{4}}),?\s+{TIME}{ZONE}{COMMENT}")
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?(?::?(\d{2}))?", re.I)
# A zone's name, and a place whose clocks use it; whether they used it on that day is looked up.
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
    """The text can be read in more than one way, or not at all; the message says why."""


def when(text):
    """Return the moment that a timestamp names.

    Parameters
    ----------
    text : str
        A date and time as nbgrader writes it (``2026-03-01 18:30:00 UTC``; UTC is also the default zone), in ISO
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
    match = ISO.fullmatch(text) or NAMED.fullmatch(text)
    if not match:
        raise Uncertain(f"{text[:60]!r} cannot be read as a date and time without guessing")
    part = match.groupdict()
    month = part["month"] if part["month"].isdecimal() else MONTHS.index(part["month"][:3].lower()) + 1
    hour = int(part["hour"])
    if half := part["half"]:
        if not 1 <= hour <= 12:
            raise Uncertain(f"{text[:60]!r} has an hour that is not between 1 and 12")
        hour = hour % 12 + 12 * (half.lower() == "pm")
    microsecond = int((part["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(
            int(part["year"]),
            int(month),
            int(part["day"]),
            hour,
            int(part["minute"]),
            int(part["second"] or 0),
            microsecond,
        )
    except ValueError as error:
        raise Uncertain(f"{text[:60]!r} is not a date ({error})") from None
    weekday = part.get("weekday")
    if weekday and DAYS[moment.weekday()] != weekday[:3].lower():
        raise Uncertain(f"{text[:60]!r} does not fall on that day of the week")
    return _in_utc(moment, part["zone"].strip(), text)


def _in_utc(moment, zone, text):
    """Return a zone's local time in UTC."""
    if zone.upper() in ("", "Z", "UTC", "GMT", "UT"):
        return moment
    if match := OFFSET.fullmatch(zone):
        sign, hours, minutes, seconds = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
        if offset >= timedelta(hours=15):
            raise Uncertain(f"{text[:60]!r} has an offset that no time zone has")
        return _shifted(moment, -offset if sign == "+" else offset)
    if "/" in zone and _is_odd_hour(moment, zone):
        raise Uncertain(f"{text[:60]!r} is in an hour that occurs twice, or not at all, in that time zone")
    try:
        place = ZoneInfo(PLACES[zone] if zone in PLACES else zone if "/" in zone else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Uncertain(f"the time zone {zone[:20]!r} of {text[:60]!r} is not known") from None
    for fold in (0, 1):  # in the hour that occurs twice, the name says which one is meant
        local = moment.replace(tzinfo=place, fold=fold)
        if "/" in zone or local.tzname() == zone:
            return local.astimezone(UTC).replace(tzinfo=None)
    raise Uncertain(f"on that day no clock of {place.key} showed {zone}: {text[:60]!r}")


def _is_odd_hour(moment, zone):
    """Whether clocks in a place are set back or forward across this time of day."""
    try:
        offsets = {moment.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return len(offsets) > 1


def _shifted(moment, difference):
    try:
        return moment + difference
    except OverflowError:
        raise Uncertain(f"{moment} is outside the dates that can be converted to UTC") from None
