"""What a desk needs to apply for somebody, and what anybody may read: the offers that take applications, and the residences they are for.

Public facts only: a residence is a building with a name on it, an offer is printed on a leaflet. No home, no connection.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from carnet.connectivity.models import Connection, Home, Offer, Residence
from carnet.connectivity.rules import LIVE, OfferState, OfferTerms, ResidenceUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day

RESIDENCES_MAX = 2_000
HOMES_MAX, HOMES_READ_MAX, TYPED_MAX = 8, 5_000, 80
_NOTHINGS = frozenset(
    {"bat", "batiment", "porte", "logement", "appartement", "appt", "apt", "no", "n", "numero", "etage", "e", "eme", "er", "lgt"}
)


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer that takes applications today. `left`: how many more homes it may connect."""

    id: int
    programme_id: int
    landlord_id: int
    provider_id: int
    terms: OfferTerms
    left: int

    def is_for(self, residence: "OpenResidence") -> bool:
        """Whether it is for this residence: the landlord's, and named if the offer names some."""
        is_theirs = (self.landlord_id, self.programme_id) == (residence.landlord_id, residence.programme_id)
        return is_theirs and (not self.terms.residence_ids or residence.id in self.terms.residence_ids)


@dataclass(frozen=True, slots=True)
class OpenResidence:
    """A residence where somebody may apply today, with the offers there. `place_id`: where lessons are given in it, if anywhere."""

    id: int
    programme_id: int
    landlord_id: int
    name: str
    address: str
    postcode: str
    city: str
    commune: str
    place_id: int | None
    offers: tuple[OpenOffer, ...] = ()


def open_offers(*, programme_ids: Collection[int] | None = None, at: datetime) -> tuple[OpenOffer, ...]:
    """The offers that take applications at that aware moment and have homes left, the cheapest for the household first. Two statements.

    `programme_ids` None: of every programme, as the public page says them.
    """
    with _reading(programme_ids):
        return _open(Offer.objects.all() if programme_ids is None else Offer.objects.filter(programme_id__in=programme_ids), legal_day(at))


def open_residences(*, programme_ids: Collection[int] | None = None, at: datetime) -> tuple[OpenResidence, ...]:
    """The residences where somebody may apply now, by name, each with its offers. Three statements. At most RESIDENCES_MAX."""
    offers = open_offers(programme_ids=programme_ids, at=at)
    if not offers:
        return ()
    wanted = Q()
    for each in offers:
        theirs = Q(landlord_id=each.landlord_id, programme_id=each.programme_id)
        wanted |= theirs & Q(id__in=each.terms.residence_ids) if each.terms.residence_ids else theirs
    with _reading(programme_ids):
        rows = list(Residence.objects.filter(wanted, ended_at=None).order_by("name", "id")[:RESIDENCES_MAX])
    return tuple(_residence(row, offers) for row in rows)


def open_residence(residence_id: int, *, programme_ids: Collection[int], at: datetime) -> OpenResidence:
    """One of them, of these programmes. Raises: ResidenceUnknown (none, of others, or without an open offer: the same)."""
    with _reading(programme_ids):
        row = Residence.objects.filter(id=residence_id, programme_id__in=programme_ids, ended_at=None).first()
        found = _open(Offer.objects.filter(programme_id=row.programme_id, landlord_id=row.landlord_id), legal_day(at)) if row else ()
    if row is None or not (residence := _residence(row, found)).offers:
        raise ResidenceUnknown
    return residence


@dataclass(frozen=True, slots=True)
class HomeCalled:
    """A home that answers to what was typed: a door, not a person."""

    id: int
    reference: str
    door: str


def homes_called(residence_id: int, typed: str, *, programme_ids: Collection[int]) -> tuple[HomeCalled, ...]:
    """The homes of a residence that answer to what a person says of theirs: the landlord's reference whole, else every word of their door.

    Empty when none does, or too many (HOMES_MAX): a desk is told of a home, it does not read a building.
    """
    wanted = said_words(typed)
    if not wanted:
        return ()
    with _reading(programme_ids):
        rows = Home.objects.filter(residence_id=residence_id, ended_at=None, programme_id__in=programme_ids).order_by("id")
        known = list(rows.values_list("id", "reference", "door")[:HOMES_READ_MAX])
    exact = [HomeCalled(*each) for each in known if "".join(said_words(each[1])) == "".join(wanted)]
    if exact:
        return tuple(exact)
    # Said in the order of the door when it can be: "A 2 03" is the second floor, not the third.
    in_order = [HomeCalled(*each) for each in known if _follows(wanted, said_words(each[2]))]
    found = in_order or [HomeCalled(*each) for each in known if set(wanted) <= set(said_words(each[2]))]
    return tuple(found) if len(found) <= HOMES_MAX else ()


def _follows(wanted: Sequence[str], said: Sequence[str]) -> bool:
    """Whether every word wanted is said, in that order."""
    left = iter(said)
    return all(word in left for word in wanted)


def said_words(text: str) -> list[str]:
    """Words and numbers, small, without accents or the nothings of a door: ``Bât. B, porte 012`` is ``b``, ``12``."""
    bare = unicodedata.normalize("NFKD", text[:TYPED_MAX].lower())
    parts = re.findall(r"[a-z]+|[0-9]+", "".join(each for each in bare if not unicodedata.combining(each)))
    return [each.lstrip("0") or "0" for each in parts if each not in _NOTHINGS]


def told_offer(row: Offer) -> OpenOffer:
    """An offer as its connections' papers say it, whether or not it takes more."""
    return _told(row, 0)


def _residence(row: Residence, offers: Collection[OpenOffer]) -> OpenResidence:
    bare = OpenResidence(
        row.id, row.programme_id, row.landlord_id, row.name, row.address, row.postcode, row.city, row.commune, row.place_id,
    )  # fmt: skip
    return replace(bare, offers=tuple(each for each in offers if each.is_for(bare)))


def _open(rows: QuerySet[Offer], today: date) -> tuple[OpenOffer, ...]:
    found = list(rows.filter(state=OfferState.OPEN.value, opens_on__lte=today, closes_on__gt=today).order_by("household_cents", "id"))
    live = Connection.objects.filter(offer_id__in=[each.id for each in found], state__in=sorted(LIVE)).order_by("offer_id")
    taken = dict(live.values_list("offer_id").annotate(count=Count("id"))) if found else {}
    told = (_told(each, each.home_limit - taken.get(each.id, 0)) for each in found)
    return tuple(each for each in told if each.left > 0)


def _told(row: Offer, left: int) -> OpenOffer:
    return OpenOffer(row.id, row.programme_id, row.landlord_id, row.provider_id, row.terms, left)


@contextmanager
def _reading(programme_ids: Collection[int] | None) -> Iterator[None]:
    if programme_ids is None:
        with acting_as_everything(why="who may have a connection, and where, is said to everybody"):
            yield
    else:
        with acting_as(programme_ids=programme_ids):
            yield
