"""What the screens of a desk read, as frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import BookletView
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.web import theming
from carnet.web.prescriber import near
from carnet.web.public.places import phone_words

PLACES_SHOWN = 6
BOOKLETS_AT_HAND = 6


@dataclass(frozen=True, slots=True)
class Stock:
    """Untouched booklets a desk has, and how many vouchers they hold when none was taken out of them."""

    booklet_count: int
    at_hand: tuple[BookletView, ...]


@dataclass(frozen=True, slots=True)
class PlacePrinted:
    """One place on the slip a person takes away."""

    name: str
    address: str
    phone: str
    distance: str


def organisation_of(actor: Actor) -> int:
    """The desk's organisation. A door let this actor in, so there is one."""
    assert actor.organisation_id is not None
    return actor.organisation_id


def programmes(request: HttpRequest, organisation_id: int, at: datetime) -> list[ProgrammeFacts]:
    """The programmes this desk hands over for; when there is one only, the page carries its name."""
    parts = distribution.participations(organisation_id=organisation_id, at=at)
    found = funding.programmes({part.programme_id for part in parts})
    theming.carry_only_one(request, found, at)
    return found


def choices(actor: Actor, at: datetime, *, to_give_only: bool = False) -> list[tuple[int, str]]:
    """The programmes of a desk, the latest first; `to_give_only` those whose booklets may still be handed over."""
    parts = distribution.participations(organisation_id=actor.organisation_id, at=at)
    found = funding.programmes({part.programme_id for part in parts})
    return [(each.id, each.name) for each in found if not to_give_only or distribution.days_left(each, at) > 0]


def stock(organisation_id: int, at: datetime) -> Stock:
    """What is in the cupboard and may still be given, the oldest booklets first."""
    lines = ledger.stock(holder_id=organisation_id, to_give_at=at)
    at_hand = ledger.booklets(holder_id=organisation_id, to_give_at=at, limit=BOOKLETS_AT_HAND)
    return Stock(sum(line.booklet_count for line in lines), tuple(at_hand))


def kept_from_ended_seasons(organisation_id: int, at: datetime) -> int:
    """How many booklets are still in the cupboard that may no longer be given: they go back to the operator."""
    everything = ledger.stock(holder_id=organisation_id)
    to_give = ledger.stock(holder_id=organisation_id, to_give_at=at)
    return sum(line.booklet_count for line in everything) - sum(line.booklet_count for line in to_give)


def given(organisation_id: int, at: datetime) -> tuple[distribution.DeskTotal, distribution.DeskTotal]:
    """What the desk gave today, and in the last thirty days."""
    today = start_of_day(legal_day(at))
    return (
        distribution.totals(organisation_id=organisation_id, since=today),
        distribution.totals(organisation_id=organisation_id, since=today - timedelta(days=30)),
    )


def booklet_serial(line: HandOverView) -> str:
    """The number on the first cover of a hand-over."""
    return ledger.serial_of_booklet(ledger.series(line.series_id), line.first_booklet_id)


def nearest_places(*, organisation_id: int, programme_id: int, typed: str, at: datetime) -> tuple[str, Sequence[PlacePrinted]]:
    """Where the vouchers are taken, around a town or postcode (the desk's own by default): the town understood, and the places."""
    town = near.town_of(organisation_id, programme_id, typed)
    around = town.code if town else None
    found = places.search(at=at, around=around, radius_km=30, accepts=programme_id, per_page=PLACES_SHOWN)
    if around and not found.places:
        found = places.search(at=at, accepts=programme_id, per_page=PLACES_SHOWN)
    return (town.name if town else ""), [_printed(place) for place in found.places]


def _printed(place: PlaceSummary) -> PlacePrinted:
    distance = "" if place.distance_km is None else _("à %(km)s km") % {"km": round(place.distance_km) or 1}
    address = ", ".join(part for part in (place.address, f"{place.postcode} {place.commune}".strip()) if part)
    return PlacePrinted(place.name, address, phone_words(place.phone), distance)
