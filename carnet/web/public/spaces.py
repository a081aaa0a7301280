"""A free digital space for whoever needs a computer: what there is, what is free now, a seat booked with a number."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.activities import operations, queries
from carnet.activities.operations import SeatBooked
from carnet.activities.queries import SeatsOfDay, SeatView
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.places.queries import FreeSpaceView
from carnet.places.rules.opening import spans_of, zone_of
from carnet.web import activities as words
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.hours import spans_words
from carnet.web.seats import SeatForm, day_asked, days_around
from carnet.workshops.rules import BookingUnknown, EndedBy, TooManyTries

# Numbers that were not the right ones: counted against the address they came from.
WRONG_NUMBERS = ("booklet-not-good", "booking-unknown", "booking-number-mistyped")
ON_THE_HOUR = ("seats-taken", "space-closed", "stretch-over", "stretch-invalid", "stretch-too-far")


class BookletSeatForm(SeatForm):
    """A seat, and the number on a booklet's cover: all that is asked."""

    serial = forms.CharField(
        label=gettext_lazy("Le numéro de votre carnet"),
        help_text=gettext_lazy("Il est sur la couverture, comme NM-C00001234-56. Aucun chèque n’est pris."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro de la couverture.")},
    )


def space(request: HttpRequest, place_id: int) -> HttpResponse:
    """Everything about one space, its free seats, and the way to one. GET shows; POST books with the number of a booklet."""
    at = clock.now()
    found = queries.seats_of_day(place_id, at=at)
    day = day_asked(request, found.space, at)
    seats = queries.seats_of_day(place_id, day=day, at=at)
    form = BookletSeatForm(request.POST if request.method == "POST" else None, seats=seats, at=at, initial={"request_id": uuid4()})
    status = 200
    if request.method == "POST":
        done = _book(request, place_id, form, at)
        if done is not None:
            return render(request, "public/seat_booked.html", _slip(done.number, queries.seat(done.number), at))
        status = 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    return render(request, "public/space.html", _page(request, seats, form, at), status=status)


def _book(request: HttpRequest, place_id: int, form: BookletSeatForm, at: datetime) -> SeatBooked | None:
    try:
        lessons.check_tries(request)
        if not form.is_valid():
            return None
        said = form.cleaned_data
        return operations.book_seat_with_booklet(
            place_id=place_id, starts_at=form.starts, minutes=said["minutes"], machine=said["machine"], serial=said["serial"],
            actor=actor_of(request), request_id=said["request_id"], at=at,
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code in WRONG_NUMBERS:
            lessons.note_wrong(request)
        form.is_valid()
        fields = dict.fromkeys((*WRONG_NUMBERS, "too-many-seats"), "serial") | dict.fromkeys(ON_THE_HOUR, "starts_at")
        show_refusal(form, refusal, fields)
    return None


def _page(request: HttpRequest, seats: SeatsOfDay, form: BookletSeatForm, at: datetime) -> dict[str, Any]:
    place_id = seats.space.place_id
    free, tone = words.free_words(seats)
    phone, phone_read = words.phone_of(place_id, at=at)
    today = at.astimezone(zone_of(seats.space.postcode)).date()
    roles = actor_of(request).roles
    return {
        "space": seats.space,
        "place": places.place_card(place_id, at=at).summary,
        "free": free,
        "tone": tone,
        "rows": facts(seats.space, today),
        "phone": phone,
        "phone_read": phone_read,
        "day": formats.weekday(seats.day),
        "day_value": seats.day.isoformat(),
        "days": days_around(seats.day, today),
        "hours": words.hours_of(seats, at=at, with_running=False),
        "next_open": formats.weekday(seats.next_open_on) if seats.next_open_on else "",
        "form": form,
        "may_book": seats.space.is_bookable and bool(words.bookable(seats.starts, at=at, with_running=False)),
        "is_desk": "PRESCRIBER" in " ".join(roles) and allowed(roles, "activities.book-seat"),
        "desk_form": SeatForm(seats=seats, at=at, initial={"request_id": uuid4()}),
    }


def facts(space: FreeSpaceView, today: date) -> list[Row]:
    """What a space offers, in words."""
    also = (
        (space.has_printer, _("imprimante")),
        (space.has_scanner, _("scanner")),
        (space.has_wifi, _("wifi")),
        (space.has_help, _("quelqu’un pour aider")),
    )
    found = (
        (_("Prix"), _("Gratuit, sans chèque et sans inscription")),
        (_("Machines"), words.machines_words(dict(space.machines))),
        (_("Places"), formats.number(space.seats)),
        (_("Il y a aussi"), ", ".join(word for has, word in also if has)),
        (_("Aujourd’hui"), spans_words(spans_of(space.opening_hours, day=today)) if space.opening_hours else _("Horaires inconnus")),
        (
            _("Votre tour"),
            _("au plus %(time)s quand d’autres attendent") % {"time": words.minutes_words(space.minutes_max)} if space.minutes_max else "",
        ),
        (_("Bon à savoir"), space.rules),
    )
    return [Row(label, value) for label, value in found if value]


def _slip(number: str, found: SeatView, at: datetime) -> dict[str, Any]:
    phone, phone_read = words.phone_of(found.place_id, at=at)
    return {"number": number, "rows": words.seat_facts(found, at=at), "phone": phone, "phone_read": phone_read, "seat": found}


def seat_page(found: SeatView, at: datetime) -> dict[str, Any]:
    """A booked seat, for the page of a booking's number."""
    state, tone = _state_words(found, at)
    rows = [Row(_("Numéro"), found.number), *words.seat_facts(found, at=at)]
    return _slip(found.number, found, at) | {
        "rows": rows,
        "state": state,
        "tone": tone,
        "may_give_back": found.is_standing and at < found.ends_at and not found.came,
    }


def _state_words(found: SeatView, at: datetime) -> tuple[str, str]:
    if not found.is_standing:
        by_place = found.ended_by is EndedBy.PLACE
        return (_("Le lieu a repris cette place. Téléphonez-lui.") if by_place else _("Cette place a été rendue.")), "neutral"
    if at >= found.ends_at:
        return _("L’heure de cette place est passée."), "neutral"
    return _("Votre place est réservée."), "success"


def answer_of_seat(request: HttpRequest, number: str, at: datetime) -> HttpResponse | None:
    """The page of a seat, given back first when that was asked; None when no seat has this number.

    Raises: BookingNumberMistyped, StretchOver.
    """
    try:
        if "give-back" in request.POST:
            operations.give_seat_back(number=number, actor=actor_of(request), request_id=uuid4(), at=at)
        return render(request, "public/seat.html", seat_page(queries.seat(number), at))
    except BookingUnknown:
        return None
