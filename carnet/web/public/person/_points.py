"""The desks that hand booklets over, as a person reads them: where, when, for whom, is there any left, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import queries as distribution
from carnet.distribution.queries import DeskPointView, OpenPoint
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules import LocalityUnknown
from carnet.places.rules.geography import Commune
from carnet.places.rules.offers import LANGUAGES
from carnet.web.design import formats
from carnet.web.hours import grouped_week

SHOWN_MAX = 24
FAR_KM = 100.0
SERVED_TOLD = 6


@dataclass(frozen=True, slots=True)
class Told:
    """One desk in words. `is_open`, `has_booklets`: None when nobody said."""

    anchor: str
    name: str
    organisation: str
    programme: str
    address: str
    distance: str
    phone: str
    number: str
    week: tuple[tuple[str, str], ...]
    is_open: bool | None
    has_booklets: bool | None
    serves: tuple[str, ...]
    languages: str
    by_appointment: bool
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search of desks gives. `town`: where it looked around; `is_unread`: nobody knows the town that was typed."""

    desks: tuple[Told, ...]
    total: int
    town: str
    is_unread: bool
    is_elsewhere: bool


def found(typed: str, at: datetime) -> Found:
    """The desks around a town or a postal code; all of them when nothing is typed, or when there is none around."""
    town = _town(typed)
    around = distribution.open_points(at=at, around=town.code if town else None, limit=SHOWN_MAX)
    without = _without_points(at, town)
    elsewhere = town is not None and not around.total and not without
    if elsewhere and town:
        around, without = distribution.open_points(at=at, near=town.point, radius_km=FAR_KM, limit=SHOWN_MAX), _without_points(at, None)
        if not around.total:
            around = distribution.open_points(at=at, limit=SHOWN_MAX)
    desks = [_told(each, at) for each in around.points] + without
    total = around.total + len(without)
    return Found(tuple(desks[:SHOWN_MAX]), total, town.name if town else "", bool(typed) and town is None, elsewhere)


def _town(typed: str) -> Commune | None:
    if not typed:
        return None
    try:
        return places.locality(typed)
    except LocalityUnknown:
        return None


def _told(each: OpenPoint, at: datetime) -> Told:
    point = each.point
    return Told(
        anchor=f"point-{point.id}",
        name=point.name,
        organisation=each.organisation if each.organisation != point.name else "",
        programme=each.programme,
        address=", ".join(part for part in (point.street, point.street_extra, f"{point.postcode} {point.commune}") if part),
        # A point known by its commune alone is never said to be a few steps away.
        distance=formats.distance(each.km) if point.is_exact or (each.km or 0) >= 1 else "",
        phone=formats.phone(point.phone),
        number=formats.dialled(point.phone),
        week=grouped_week(point.opening_hours, day=legal_day(at)),
        is_open=point.is_open_at(at),
        has_booklets=each.has_booklets,
        serves=tuple(_serves(point)),
        languages=", ".join(formats.within(_(LANGUAGES[code])) for code in point.languages if code in LANGUAGES),
        by_appointment=point.by_appointment,
        note=point.note,
    )


def _serves(point: DeskPointView) -> Sequence[str]:
    """Whom a desk receives, in one or two short sentences; none when it receives everybody."""
    told = []
    if point.age_from is not None and point.age_until is not None:
        told.append(_("De %(from)s à %(until)s ans.") % {"from": point.age_from, "until": point.age_until})
    elif point.age_from is not None:
        told.append(_("À partir de %(from)s ans.") % {"from": point.age_from})
    elif point.age_until is not None:
        told.append(_("Jusqu’à %(until)s ans.") % {"until": point.age_until})
    names = [commune.name for commune in point.serves]
    if names:
        more = len(names) - SERVED_TOLD
        said = ", ".join(names[:SERVED_TOLD])
        told.append(_("Habitants de : %(towns)s.") % {"towns": said} if more <= 0 else _more(said, more))
    return told


def _more(said: str, more: int) -> str:
    words = ngettext("Habitants de : %(towns)s, et %(more)s autre commune.", "Habitants de : %(towns)s, et %(more)s autres communes.", more)
    return words % {"towns": said, "more": more}


def _without_points(at: datetime, town: Commune | None) -> list[Told]:
    """Organisations that hand over and never said where (of one town, if given): told by their own address, as they made it public."""
    cards = [each for each in parties.organisations(distribution.desks_without_points(at=at)).values() if not each.has_ended]
    told = []
    for card in sorted(cards, key=lambda each: (each.postcode, each.name)):
        if town is not None and card.postcode not in town.postcodes:
            continue
        address = ", ".join(part for part in (card.street, f"{card.postcode} {card.city}".strip()) if part)
        told.append(
            Told(
                anchor=f"desk-{card.id}", name=card.name, organisation="", programme="", phone=formats.phone(card.contact_phone),
                number=formats.dialled(card.contact_phone), distance="", week=(),
                address=address, is_open=None, has_booklets=None, serves=(), languages="",
                by_appointment=False, note="",
            )
        )  # fmt: skip
    return told
