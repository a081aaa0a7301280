"""Opening hours in words, a week at a time."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from carnet.places.rules import declaring, opening
from carnet.places.rules.offers import OfferRefused
from carnet.places.rules.opening import Span
from carnet.web.design import formats

DAYS_AHEAD = 62


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the timetable, in words."""

    name: str
    hours: str
    is_today: bool
    is_open: bool


def week_words(hours: str, *, day: date) -> list[Day]:
    """The seven days from the Monday of `day`; empty when the hours say nothing."""
    return [Day(week_day(on), spans_words(spans), on == day, bool(spans)) for on, spans in opening.week_of(hours, day=day)]


def grouped_week(hours: str, *, day: date) -> tuple[tuple[str, str], ...]:
    """The week of `day` with the days that say the same together: ``Lundi à vendredi``; empty when the hours say nothing."""
    told: list[tuple[str, str, str]] = []
    for on, spans in opening.week_of(hours, day=day):
        name, words = week_day(on), spans_words(spans)
        if told and told[-1][2] == words:
            told[-1] = (told[-1][0], name, words)
        else:
            told.append((name, name, words))
    return tuple(
        (first if first == last else _("%(from)s à %(to)s") % {"from": first, "to": formats.within(last)}, words)
        for first, last, words in told
    )


def spoken_hours(hours: str, *, day: date) -> str:
    """The open days of a week in a line, for a letter: ``Lundi à vendredi : de 9 h à 12 h.`` Empty when the hours say nothing."""
    told = [each for each in grouped_week(hours, day=day) if each[1] != spans_words(())]
    return "".join(_("%(label)s : %(text)s") % {"label": days, "text": words} + ". " for days, words in told).strip()


def typed_hours(hours: str, *, day: date) -> str:
    """Hours as somebody types them, to be changed in a field; as they are kept, where words would be read back as something else."""
    words = " ; ".join(f"{days} : {told}" for days, told in grouped_week(hours, day=day)).replace(formats.NO_BREAK, " ")
    try:
        return words if declaring.checked_hours(words) == hours else hours
    except OfferRefused:
        return hours


def next_days(hours: str, *, day: date, most: int) -> list[date]:
    """The next days with any opening, from `day` on, within two months."""
    coming = (day + timedelta(days=rank) for rank in range(DAYS_AHEAD))
    return list(islice((each for each in coming if opening.spans_of(hours, day=each)), most))


def week_day(day: date) -> str:
    """The name of a day of the week."""
    names = (_("Lundi"), _("Mardi"), _("Mercredi"), _("Jeudi"), _("Vendredi"), _("Samedi"), _("Dimanche"))
    return names[day.weekday()]


def spans_words(spans: tuple[Span, ...]) -> str:
    """``de 9 h à 12 h, de 14 h à 18 h 30``, or closed."""
    if spans == ((time(0), time(0)),):
        return _("Jour et nuit")
    told = [_("de %(from)s à %(to)s") % {"from": hour_words(begin), "to": hour_words(end, is_end=True)} for begin, end in spans]
    return ", ".join(told) or _("Fermé")


def hour_words(moment: time, *, is_end: bool = False) -> str:
    """``9 h``, ``18 h 30``, never broken at the end of a line; the midnight that ends a day in a word."""
    if is_end and moment == time(0):
        return _("minuit")
    pattern = _("%(hour)s h %(minute)s") if moment.minute else _("%(hour)s h")
    return (pattern % {"hour": moment.hour, "minute": f"{moment.minute:02d}"}).replace(" ", formats.NO_BREAK)
