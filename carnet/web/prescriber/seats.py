"""A seat of a free space booked by a desk, for whoever is in front of it; and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.activities import operations, queries
from carnet.activities.queries import SeatView
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.web import activities as words
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.prescriber import desk
from carnet.web.seats import SeatForm, day_asked

RADIUS_KM = 20.0
SPACES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Near:
    """A space around the desk, in words."""

    place: PlaceSummary
    distance: str
    free: str
    tone: str


def book(request: HttpRequest, place_id: int) -> HttpResponse:
    """The seat is taken, the slip is there. The form is that of the space's public page."""
    if request.method != "POST":
        return redirect("public:space", place_id=place_id)
    actor, at = actor_of(request), clock.now()
    try:
        day = day_asked(request, queries.seats_of_day(place_id, at=at).space, at)
        form = SeatForm(request.POST, seats=queries.seats_of_day(place_id, day=day, at=at), at=at)
        if not form.is_valid():
            messages.error(request, _("Cette heure n’est plus libre. Choisissez-en une autre."))
            return redirect(f"{reverse('public:space', args=[place_id])}?day={day.isoformat()}")
        said = form.cleaned_data
        done = operations.book_seat(
            place_id=place_id, starts_at=form.starts, minutes=said["minutes"], machine=said["machine"], actor=actor,
            request_id=said["request_id"], at=at,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("prescriber:seats")
    return redirect(reverse("prescriber:seat", args=[done.id]) + "?new")


def seat(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The slip to take away, and the seat given back if the person cannot come."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    desk.programmes(request, organisation_id, at)
    found = queries.seat_of_desk(organisation_id=organisation_id, booking_id=booking_id)
    if request.method == "POST":
        try:
            operations.give_seat_back(number=found.number, actor=actor, request_id=uuid4(), at=at)
            messages.success(request, _("La place est rendue."))
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        return redirect("prescriber:seats")
    phone, phone_read = words.phone_of(found.place_id, at=at)
    state, tone = _became(found, at)
    context = {
        "seat": found,
        "number": found.number,
        "is_new": "new" in request.GET and found.is_standing,
        "rows": words.seat_facts(found, at=at),
        "phone": phone,
        "phone_read": phone_read,
        "state": state,
        "tone": tone,
        "may_give_back": found.is_standing and at < found.ends_at and not found.came,
    }
    return render(request, "prescriber/seat.html", context)


def seats(request: HttpRequest) -> HttpResponse:
    """The seats the desk booked, the latest first; and the spaces around, to book another."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    desk.programmes(request, organisation_id, at)
    booked = queries.seats_of_desk(organisation_id=organisation_id)
    cards = {each.place_id: each for each in places.summaries({each.place_id for each in booked}, at=at)}
    columns = [Column(_("Quand")), Column(_("Où")), Column(_("Numéro")), Column(_("Ce qui s’est passé"))]
    rows: list[list[Any]] = []
    for each in booked:
        state, tone = _became(each, at)
        card = cards[each.place_id]
        when = Cell(words.when_words(each, card.postcode), url=reverse("prescriber:seat", args=[each.id]))
        rows.append([when, card.name, each.number, Cell(state, tone=tone)])
    table = Table(_("Places réservées"), columns, rows, empty=_("Aucune place n’a encore été réservée ici."))
    return render(request, "prescriber/seats.html", {"table": table, "spaces": _near(organisation_id, at)})


def _near(organisation_id: int, at: datetime) -> list[_Near]:
    """The free spaces around the desk's own town, the nearest first."""
    card = parties.organisation(organisation_id)
    where = card.postcode or card.city or ""
    asked: dict[str, Any] = {"wishes": ["free-space"]}
    if where:
        try:
            asked |= {"around": places.locality(where).code, "radius_km": RADIUS_KM}
        except Refusal:
            return []
    found = places.search(at=at, per_page=SPACES_SHOWN, **asked).places
    told = places.free_spaces([each.place_id for each in found], at=at)
    return [
        _Near(each, formats.distance(each.distance_km), *words.free_words(queries.seats_of_day(each.place_id, at=at)))
        for each in found
        if each.place_id in told
    ]


def _became(found: SeatView, at: datetime) -> tuple[str, str]:
    if not found.is_standing:
        return _("Place rendue"), "neutral"
    if found.came is not None:
        return (_("Venu"), "success") if found.came else (_("Absent"), "warning")
    return (_("Pas encore noté"), "neutral") if found.ends_at <= at else (_("À venir"), "info")


book_door = door("activities.book-seat")
urlpatterns = [
    path("seats/", book_door(seats), name="seats"),
    path("seats/<int:booking_id>/", book_door(seat), name="seat"),
    path("spaces/<int:place_id>/book/", book_door(book), name="seat-book"),
]
