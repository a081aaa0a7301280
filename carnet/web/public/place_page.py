"""Everything about one place, in plain words: getting there, the week, what one learns, what it costs, who can come in, the machines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.places.queries import Acceptance, PlaceCard
from carnet.places.rules.offers import FREE, FREE_ON
from carnet.web import clock, labels, lessons
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.figures import costs_words, service_words
from carnet.web.hours import week_words
from carnet.web.offers.words import is_rdv_service_public, offer_words
from carnet.web.public.places import shown
from carnet.workshops import queries as workshops

LESSONS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Accepted:
    """One programme this place accepts, in words."""

    name: str
    is_simulated: bool
    services: tuple[str, ...]
    several: tuple[str, ...]  # those that cost more than one voucher, with how many
    until: str


@dataclass(frozen=True, slots=True)
class _Booking:
    """An address of appointments; the public service of appointments is named."""

    url: str
    is_public_service: bool


@dataclass(frozen=True, slots=True)
class Share:
    """The page's own address, and links that write it in a letter or a text message: nothing follows whoever shares."""

    url: str
    mail: str
    text: str


def place(request: HttpRequest, place_id: int) -> HttpResponse:
    """Everything about one place."""
    at = clock.now()
    card = queries.place_card(place_id, at=at)
    # A merged place is one with another: whoever kept its address finds the one that stays.
    if card.summary.ended_on is not None and (kept_id := queries.merged_into(place_id)) is not None:
        return redirect("public:place", kept_id)
    offer, today = queries.offer(place_id, at=at), legal_day(at)
    has_ended = card.summary.ended_on is not None and card.summary.ended_on <= today
    context = {
        "card": card,
        "place": card.summary,
        "address": ", ".join(part for part in (card.summary.address, card.address_extra) if part),
        "ended_on": card.summary.ended_on if has_ended else None,
        "accepted": _accepted(card, at),
        "labels": labels.place_sentences(queries.labels_of_places([place_id], day=today).get(place_id, ())),
        "week": week_words(card.summary.opening_hours, day=today),
        "offer": offer_words(offer, at=at),
        "is_free": FREE in offer.traits,
        "is_free_on": FREE_ON in offer.traits,
        "bookings": [_Booking(url, is_rdv_service_public(url)) for url in card.booking_urls],
        "lessons": lessons.lessons(workshops.agenda(at=at, place_ids=[place_id], per_page=LESSONS_SHOWN).sessions),
        "rows": _rows(card, has_levels=bool(offer.taught)),
        "phone": formats.phone(card.phone),
        "map_url": _map_url(card),
        "confirmed_on": queries.confirmed_on(place_id),
        "share": share(request, card),
    }
    return shown(request, "public/place.html", context)


def share(request: HttpRequest, card: PlaceCard) -> Share:
    """How to pass the page of a place on."""
    url = request.build_absolute_uri(reverse("public:place", args=[card.summary.place_id]))
    told = f"{card.summary.name}, {card.summary.address}, {card.summary.postcode} {card.summary.commune}"
    if card.phone:
        told += f", {formats.phone(card.phone)}"
    body = f"{told}\n{url}"
    return Share(url, f"mailto:?subject={quote(card.summary.name)}&body={quote(body)}", f"sms:?&body={quote(body)}")


def _accepted(card: PlaceCard, at: datetime) -> list[_Accepted]:
    """What may still be spent here: a season that is over, grace included, is not listed."""
    found = funding.programmes({acceptance.programme_id for acceptance in card.summary.acceptances})
    programmes = {each.id: each for each in found if each.is_open_at(at)}
    return [
        _in_words(acceptance, programmes[acceptance.programme_id])
        for acceptance in card.summary.acceptances
        if acceptance.programme_id in programmes
    ]


def _in_words(acceptance: Acceptance, programme: ProgrammeFacts) -> _Accepted:
    counts = programme.terms.service_voucher_counts
    return _Accepted(
        name=programme.name,
        is_simulated=programme.is_simulated,
        services=tuple(service_words([code for code in acceptance.service_codes if code not in counts])),
        several=tuple(costs_words({code: counts[code]}) for code in acceptance.service_codes if code in counts),
        until=formats.day(acceptance.until_on - timedelta(days=1)) if acceptance.until_on else "",
    )


def _rows(card: PlaceCard, *, has_levels: bool) -> list[Row]:
    """The facts a file declares, in the national words, which are French; what is said better elsewhere on the page is left out."""
    facts = (
        (_("Services"), () if has_levels else card.summary.services),
        (_("Comment on apprend"), () if has_levels else card.support_modes),
        (_("Comment y aller ou prendre contact"), card.access_modes),
        (_("Public"), card.audiences),
        (_("Réseaux et labels"), (*card.national_programmes, *card.labels)),
        (_("Déplacement"), card.roaming),
    )
    return [Row(label, ", ".join(values)) for label, values in facts if values]


def _map_url(card: PlaceCard) -> str:
    if card.summary.point is None:
        return ""
    latitude, longitude = card.summary.point
    return f"https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=17/{latitude:.5f}/{longitude:.5f}"
