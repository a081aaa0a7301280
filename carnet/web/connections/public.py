"""*Internet solidaire*, for anybody: who may have it, for how much, where, how to ask. And its leaflet, in four languages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse

from carnet.connectivity.queries import applying
from carnet.connectivity.queries.applying import OpenOffer, OpenResidence
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.geography import distance_km
from carnet.places.rules.refusals import LocalityUnknown
from carnet.web import clock
from carnet.web.connections import papers, words
from carnet.web.connections.desk import price_of
from carnet.web.public.person import page
from carnet.web.slips.languages import LANGUAGES
from carnet.web.slips.views import language_of, pdf_answer

RESIDENCES_SHOWN, NEAR_KM = 8, 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """An offer as anybody reads it. `more`: residences not shown."""

    id: int
    landlord: str
    provider: str
    price: str
    months: int
    speed: int
    has_box: bool
    lends_computer: bool
    needed: tuple[str, ...]
    one_of: tuple[str, ...]
    papers: str
    source: str
    residences: tuple[str, ...]
    more: int


def solidarity(request: HttpRequest) -> HttpResponse:
    """The offers that take applications, around a town if one is typed; and whether the door is elsewhere."""
    at, typed = clock.now(), (request.GET.get("where") or "").strip()[:60]
    residences, town, is_unknown = applying.open_residences(at=at), "", False
    if typed:
        try:
            commune = places.locality(typed)
            town, residences = commune.name, _near(residences, commune.point)
        except LocalityUnknown:
            is_unknown, residences = True, ()
    context = {
        "offers": told(residences),
        "typed": typed,
        "town": town,
        "is_unknown": is_unknown,
        "languages": [(each.name, each.code) for each in LANGUAGES],
    }
    return page(request, "solidarity", context, at, folder="connections")


def _near(residences: Sequence[OpenResidence], point: tuple[float, float] | None) -> tuple[OpenResidence, ...]:
    """Those within NEAR_KM of a town's point, by the points of their own towns, the nearest first."""
    reach: dict[str, float | None] = {}
    for code in {each.commune for each in residences}:
        commune = places.commune(code)
        known = point is not None and commune is not None and commune.point is not None
        reach[code] = distance_km(point, commune.point) if known else None  # type: ignore[arg-type, union-attr]
    near = [(reach[each.commune], each) for each in residences]
    return tuple(
        each for km, each in sorted(((km, each) for km, each in near if km is not None and km <= NEAR_KM), key=lambda pair: pair[0])
    )


def told(residences: Sequence[OpenResidence]) -> list[Told]:
    """Each offer once, with the residences it is for, in the order they come."""
    homes: dict[int, list[OpenResidence]] = defaultdict(list)
    offers: dict[int, OpenOffer] = {}
    for each in residences:
        for offer in each.offers:
            offers[offer.id] = offer
            homes[offer.id].append(each)
    names = {key: card.name for key, card in parties.organisations({party for each in offers.values() for party in _parties(each)}).items()}
    return [_told(offer, homes[offer.id], names) for offer in offers.values()]


def _parties(offer: OpenOffer) -> tuple[int, int]:
    return offer.landlord_id, offer.provider_id


def _told(offer: OpenOffer, homes: Sequence[OpenResidence], names: dict[int, str]) -> Told:
    terms = offer.terms
    needed, one_of = words.whose_words(terms.eligibility)
    shown = homes[:RESIDENCES_SHOWN]
    return Told(
        offer.id, names.get(offer.landlord_id, ""), names.get(offer.provider_id, ""), price_of(offer), terms.months, terms.down_mbps,
        terms.has_box, terms.lends_computer, tuple(needed), tuple(one_of), words.papers_words(terms.eligibility), terms.eligibility.source,
        tuple(_said(each) for each in shown), len(homes) - len(shown),
    )  # fmt: skip


def _said(each: OpenResidence) -> str:
    return ", ".join(part for part in (each.name, each.address, f"{each.postcode} {each.city}".strip()) if part)


def leaflet(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One offer on one page of A4, to pin on a wall. PDF/UA-1. Not found once it takes no application."""
    at = clock.now()
    homes = [each for each in applying.open_residences(at=at) if any(offer.id == offer_id for offer in each.offers)]
    offer = next((offer for each in homes for offer in each.offers if offer.id == offer_id), None)
    if offer is None:
        raise Http404
    return _leaflet(request, offer, homes, at)


def _leaflet(request: HttpRequest, offer: OpenOffer, homes: Sequence[OpenResidence], at: datetime) -> HttpResponse:
    names = {key: card.name for key, card in parties.organisations(set(_parties(offer))).items()}
    drawn = papers.leaflet(offer, homes, names=names, language=language_of(request), at=at)
    answer = pdf_answer(drawn, at=at, name="internet-solidaire")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
