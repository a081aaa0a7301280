"""Opening hours as people write them in French, said as OpenStreetMap does; only what is understood whole.

``Lundi : 9h-12h / 14h-17h30`` becomes ``Mo 09:00-12:00,14:00-17:30``. A word that is not understood, and nothing is guessed.
"""

import re
from collections.abc import Mapping, Sequence

from carnet.places.rules import opening

CHARACTERS_MAX = 1000
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_BEGINNINGS = {"lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}

_TIME = r"(?:\d{1,2}\s*(?:h|:)\s*(?:\d{2})?)"
_RANGE = rf"(?:de\s+)?{_TIME}\s*(?:-|–|—|à|a)\s*{_TIME}"
_RANGES = rf"{_RANGE}(?:\s*(?:/|,|et(?:\s+de)?|&|puis|\+|-|\s)\s*{_RANGE})*"
_DAY = r"(?:lun(?:di)?|mar(?:di)?|mer(?:credi)?|jeu(?:di)?|ven(?:dredi)?|sam(?:edi)?|dim(?:anche)?)s?\b\.?"
_JOINED = r"(?:au|à|-|–|et(?:\s+le)?|,|&|/)"
_DAYS = rf"(?:(?:du|le|les)\s+)?{_DAY}(?:\s*{_JOINED}\s*{_DAY})*"
_CLOSED = r"(?:fermé|ferme|fermeture|closed)e?s?"
_PART = re.compile(rf"(?P<days>{_DAYS})\s*:?\s*(?:(?P<ranges>{_RANGES})|(?P<closed>{_CLOSED}))", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;.|/\x1f]*(?:et\s+)?", re.IGNORECASE)

Spans = tuple[tuple[int, int], ...]


def spans(text: str) -> Spans | None:
    """The stretches of one day, in minutes; empty when closed or blank; None when the text is not understood."""
    plain = _plain(text)
    if not plain or re.fullmatch(rf"-|/|{_CLOSED}", plain):
        return ()
    if len(plain) > CHARACTERS_MAX or not re.fullmatch(rf"{_RANGES}\.?", plain):
        return None
    return _spans(plain)


def week(text: str) -> str | None:
    """A whole week in one text, as OpenStreetMap writes it; None when any of it is not understood."""
    plain = _plain(text)
    if not plain or len(plain) > CHARACTERS_MAX:
        return None
    by_day: dict[int, Spans] = {}
    at = 0
    while at < len(plain):
        found = _PART.match(plain, at)
        if found is None:
            return None
        told = () if found["closed"] else _spans(found["ranges"])
        if told is None:
            return None
        for day in _days(found["days"]):
            by_day[day] = (*by_day.get(day, ()), *told)
        between = _BETWEEN.match(plain, found.end())
        at = between.end() if between else found.end()
    return written({DAYS[day]: told for day, told in by_day.items()})


def written(by_day: Mapping[str, Spans]) -> str | None:
    """The week of these days ("Mo" to "Su") as OpenStreetMap writes it; None when no day opens."""
    groups: list[tuple[list[str], Spans]] = []
    for day in DAYS:
        told = tuple(sorted(by_day.get(day, ())))
        if groups and groups[-1][1] == told:
            groups[-1][0].append(day)
        else:
            groups.append(([day], told))
    said = "; ".join(f"{_named(days)} {','.join(map(_stretch, told))}" for days, told in groups if told)
    return said if said and opening.is_readable(said) else None


def _plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").lower().replace("midi", "12h").replace("\n", " ; ").split()).strip(" ;")


def _spans(text: str) -> Spans | None:
    told: list[tuple[int, int]] = []
    moments = re.findall(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?", text)
    for (first_hour, first_minute), (last_hour, last_minute) in zip(moments[::2], moments[1::2], strict=True):
        start = int(first_hour) * 60 + int(first_minute or 0)
        end = int(last_hour) * 60 + int(last_minute or 0)
        if not 0 <= start < end <= 24 * 60 or int(first_minute or 0) > 59 or int(last_minute or 0) > 59:
            return None
        told.append((start, end))
    return tuple(told)


def _days(text: str) -> Sequence[int]:
    names = [(_BEGINNINGS[found[1]], found.start(), found.end()) for found in re.finditer(r"(lun|mar|mer|jeu|ven|sam|dim)\w*\.?", text)]
    days: list[int] = []
    for rank, (day, start, _end) in enumerate(names):
        joint = text[names[rank - 1][2] : start].strip() if rank else ""
        if joint in ("au", "à", "-", "–") and names[rank - 1][0] < day:
            days += range(names[rank - 1][0] + 1, day + 1)
        else:
            days.append(day)
    return days


def _named(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}" if len(days) > 2 else ",".join(days)


def _stretch(span: tuple[int, int]) -> str:
    return "-".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in span)
