"""One place of the public directory, with what it offers: open to anybody."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from carnet.api.problems import as_response, json_reply
from carnet.api.v1.directory import one
from carnet.api.v1.schemas import PlaceOut, Problem
from carnet.places import queries
from carnet.places.queries import FreeSpaceView, Offer
from carnet.web import clock

places = Router(tags=["public"])
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}


class TaughtOut(Schema):
    """A service taught. Prices in cents: null when not said, 0 when free."""

    service: str
    modes: list[str]
    price_cents: int | None
    vouchers: int | None
    beyond_cents: int | None = None
    note: str


class StopOut(Schema):
    """A stop of a mobile place; its hours as OpenStreetMap writes them."""

    commune_code: str
    commune: str
    spot: str
    hours: str


class FreeSpaceOut(Schema):
    """A free digital space; `opening_hours` its own, else its place's."""

    opening_hours: str
    seats: int
    machines: dict[str, int]
    printer: bool
    scanner: bool
    wifi: bool
    help: bool
    is_bookable: bool
    minutes_max: int | None
    rules: str


class PlaceDetailOut(PlaceOut):
    """A place and its offer. `access`: true, false, or null when only the national file lets one think so; absent: nobody said."""

    emails: list[str]
    websites: list[str]
    booking_urls: list[str]
    fees: list[str]
    taught: list[TaughtOut]
    cost_note: str
    access: dict[str, bool | None]
    access_note: str
    is_mobile: bool
    stops: list[StopOut]
    home_visits: bool
    home_communes: list[str]
    free_space: FreeSpaceOut | None
    declared: dict[str, date]
    confirmed_on: date | None
    updated_on: date


@places.get("/{int:number}", operation_id="place", auth=None, response={200: PlaceDetailOut, **PROBLEMS})
def place(request: HttpRequest, number: int) -> HttpResponse:
    at = clock.now()
    card, offer = queries.place_card(number, at=at), queries.offer(number, at=at)
    said = {
        **one(card.summary, at=at),
        "emails": list(card.emails),
        "websites": list(card.websites),
        "booking_urls": list(card.booking_urls),
        "fees": list(card.fees),
        **_offer(offer),
        "confirmed_on": queries.confirmed_on(number),
        "updated_on": card.updated_on,
    }
    return as_response(json_reply(said))


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "taught": [
            {
                "service": each.service,
                "modes": list(each.modes),
                "price_cents": each.price_cents,
                "vouchers": each.voucher_count,
                "beyond_cents": each.beyond_cents,
                "note": each.note,
            }
            for each in offer.taught
        ],
        "cost_note": offer.cost_note,
        "access": dict(offer.access),
        "access_note": offer.access_note,
        "is_mobile": offer.is_mobile,
        "stops": [
            {"commune_code": each.commune_code, "commune": each.commune, "spot": each.spot, "hours": each.hours} for each in offer.stops
        ],
        "home_visits": offer.has_home_visits,
        "home_communes": list(offer.home_communes),
        "free_space": _free_space(offer.free_space) if offer.free_space else None,
        "declared": {name: each.on for name, each in offer.declared.items()},
    }


def _free_space(space: FreeSpaceView) -> dict[str, Any]:
    return {
        "opening_hours": space.opening_hours,
        "seats": space.seats,
        "machines": dict(space.machines),
        "printer": space.has_printer,
        "scanner": space.has_scanner,
        "wifi": space.has_wifi,
        "help": space.has_help,
        "is_bookable": space.is_bookable,
        "minutes_max": space.minutes_max,
        "rules": space.rules,
    }
