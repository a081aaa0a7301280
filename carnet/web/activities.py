"""Free help in words, and the seats of a free space: the same for whoever walks in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.activities.queries import Figures, SeatsOfDay, SeatView, Start
from carnet.activities.rules import (
    AGE_BANDS,
    KIND_LABELS,
    OWN_MACHINE,
    OWN_MACHINE_LABEL,
    THEMES,
    UNKNOWN_AGE,
    WHERE_LABELS,
    Told,
    Where,
    lengths,
)
from carnet.places import queries as places
from carnet.places.rules.offers import MACHINES
from carnet.places.rules.opening import zone_of
from carnet.web.design import formats
from carnet.web.design.components import Figure, Row

THEMES_SHOWN = 12
# One of each: the directory says them in the plural.
ONE_MACHINE = {
    "computer": gettext_lazy("Ordinateur"),
    "laptop": gettext_lazy("Ordinateur portable"),
    "tablet": gettext_lazy("Tablette"),
    "telephone": gettext_lazy("Téléphone"),
    "adapted": gettext_lazy("Poste adapté"),
}


@dataclass(frozen=True, slots=True)
class Hour:
    """One half hour of a space's day, in words."""

    value: str
    label: str
    free: int
    is_full: bool
    is_past: bool


def minutes_words(minutes: int) -> str:
    """``30 minutes``, ``1 h``, ``1 h 30``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return (_("%(minutes)s minutes") % {"minutes": minutes}).replace(" ", formats.NO_BREAK)
    return (_("%(hours)s h %(rest)s") % {"hours": hours, "rest": f"{rest:02d}"} if rest else _("%(hours)s h") % {"hours": hours}).replace(
        " ", formats.NO_BREAK
    )


def hours_words(person_minutes: int) -> str:
    """Hours, to the nearest."""
    return _("%(hours)s h") % {"hours": formats.number((person_minutes + 30) // 60)}


def themes_words(codes: Iterable[str]) -> str:
    """The themes of an activity, in the tool's words."""
    return ", ".join(_(THEMES[code]) for code in codes)


def people_words(told: Told) -> str:
    """``1 personne``, ``7 personnes``, with the ages that are known."""
    count = told.people_count
    words = ngettext("%(count)s personne", "%(count)s personnes", count) % {"count": formats.number(count)}
    known = [(band, number) for band, number in told.people.items() if number and band != UNKNOWN_AGE]
    if not known:
        return words
    if len(known) == 1 and known[0][1] == count:
        return f"{words}, {_(AGE_BANDS[known[0][0]])}"
    return f"{words} ({', '.join(f'{_(AGE_BANDS[band])} : {number}' for band, number in known)})"


def told_words(told: Told) -> str:
    """One activity in one line: what, how long, on what, with whom."""
    where = "" if told.where is Where.PLACE else _(WHERE_LABELS[told.where])
    parts = (told.title or _(KIND_LABELS[told.kind]), minutes_words(told.minutes), where, themes_words(told.themes), people_words(told))
    return " · ".join(part for part in parts if part)


# --- figures ----------------------------------------------------------------------------------------------------------


def month_figures(found: Figures) -> list[Figure]:
    """The four figures of a month."""
    return [
        Figure(formats.number(found.people), _("personnes aidées"), _("quelqu’un qui vient deux fois compte deux fois")),
        Figure(formats.number(found.activities), ngettext("moment noté", "moments notés", found.activities)),
        Figure(hours_words(found.person_minutes), _("passées avec elles"), _("la durée de chacun, additionnée")),
        Figure(formats.number(found.returning), _("déjà venues avant")),
    ]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """People by something: each line a name, a count, a share."""

    caption: str
    lines: tuple[tuple[str, str, str], ...]


def breakdown(caption: str, rows: Sequence[tuple[str, int | None]], total: int) -> Breakdown:
    """People by something. A count that is hidden says so."""
    told = (
        (label, _("moins de 5") if count is None else formats.number(count), "" if count is None else formats.percent(count, total))
        for label, count in rows
    )
    return Breakdown(caption, tuple(told))


def labelled(counts: dict[str, int], labels: dict[str, str], *, most: int | None = None) -> list[tuple[str, int | None]]:
    """Counts under their names in the reader's language; zeros left out when there are many names."""
    found = [(_(labels[code]), count) for code, count in counts.items() if count or most is None]
    return list(found[:most])


# --- seats ------------------------------------------------------------------------------------------------------------


def machine_word(kind: str) -> str:
    """The name of a station's machine."""
    return _(OWN_MACHINE_LABEL) if kind == OWN_MACHINE else str(ONE_MACHINE.get(kind) or _(MACHINES[kind]))


def machines_words(machines: dict[str, int]) -> str:
    """``4 ordinateurs``…: what there is, with how many."""
    return ", ".join(f"{_(label)} : {machines[kind]}" for kind, label in MACHINES.items() if machines.get(kind))


def free_words(seats: SeatsOfDay) -> tuple[str, str]:
    """How many seats are free now, and the tone of it."""
    if seats.free_now is None:
        return _("Fermé en ce moment"), "neutral"
    if not seats.free_now:
        return _("Complet en ce moment"), "warning"
    return ngettext("%(count)s place libre", "%(count)s places libres", seats.free_now) % {"count": seats.free_now}, "success"


def hours_of(seats: SeatsOfDay, *, at: datetime, with_running: bool) -> list[Hour]:
    """The half hours of the day at which a seat may be asked for; the one that runs is the place's own."""
    zone = zone_of(seats.space.postcode)
    return [
        Hour(
            value=start.starts_at.isoformat(),
            label=formats.wall_time(start.starts_at.astimezone(zone).time()),
            free=start.free,
            is_full=not start.minutes,
            is_past=start.starts_at <= at,
        )
        for start in seats.starts
        if with_running or start.starts_at > at
    ]


def bookable(starts: Iterable[Start], *, at: datetime, with_running: bool) -> list[Start]:
    """The half hours where a seat is left."""
    return [start for start in starts if start.minutes and (with_running or start.starts_at > at)]


def length_choices(minutes_max: int | None) -> list[tuple[int, str]]:
    """The lengths a space offers."""
    return [(minutes, minutes_words(minutes)) for minutes in lengths(minutes_max)]


def machine_choices(seats: SeatsOfDay) -> list[tuple[str, str]]:
    """Any machine, then each kind there is."""
    kinds = dict.fromkeys(seats.machines)
    return [("", _("Peu importe")), *((kind, machine_word(kind)) for kind in kinds)]


def when_words(found: SeatView, postcode: str) -> str:
    """``mardi 10 mars 2026, de 14 h à 15 h``, by the clock on the wall of the space."""
    zone = zone_of(postcode)
    starts, ends = found.starts_at.astimezone(zone), found.ends_at.astimezone(zone)
    hours = _("de %(from)s à %(to)s") % {"from": formats.wall_time(starts.time()), "to": formats.wall_time(ends.time())}
    return _("%(day)s, %(hours)s") % {"day": formats.weekday(starts.date()), "hours": hours}


def seat_facts(found: SeatView, *, at: datetime) -> list[Row]:
    """Everything said of a seat, for its page and for a slip."""
    summary = places.place_card(found.place_id, at=at).summary
    return [
        Row(_("Quand"), when_words(found, summary.postcode)),
        Row(_("Où"), f"{summary.name}, {summary.address}, {summary.postcode} {summary.commune}"),
        Row(_("Poste"), str(found.station)),
        Row(_("À apporter"), _("Rien : c’est gratuit.")),
    ]


def phone_of(place_id: int, *, at: datetime) -> tuple[str, str]:
    """The telephone of a place: as dialled, as read. Both empty when it has none."""
    phone = places.place_card(place_id, at=at).phone
    return phone, formats.phone(phone)


def number_of(text: str) -> UUID | None:
    """The number of an activity in an address or a form; None when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None
