"""The free digital space, from behind its counter: a tap for whoever comes in, seats booked by telephone, who is expected."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.activities import operations, queries
from carnet.activities.queries import SeatsOfDay, SeatView
from carnet.activities.rules import AGE_BANDS, UNKNOWN_AGE
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.places.queries import FreeSpaceView, PlaceSummary
from carnet.places.rules.opening import zone_of
from carnet.web import activities as words
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.place.help import place_of
from carnet.web.place.help_forms import VisitForm
from carnet.web.place.help_month import own_open_places
from carnet.web.place.lessons import CAME, CHANNELS
from carnet.web.seats import SeatForm, day_asked, days_around


def board(request: HttpRequest, *, form: SeatForm | None = None, status: int = 200) -> HttpResponse:
    """Today's visits, the seats of a day, who is expected."""
    found = _space(request)
    if found is None:
        return render(request, "place/space.html", {"space": None})
    space, place = found
    actor, at = actor_of(request), clock.now()
    day = day_asked(request, space, at)
    seats = queries.seats_of_day(place.place_id, day=day, at=at)
    zone = zone_of(space.postcode)
    today = at.astimezone(zone).date()
    visits = queries.visits(actor, place_id=place.place_id, day=today)
    free, tone = words.free_words(seats)
    context = {
        "space": space,
        "place": place,
        "free": free,
        "tone": tone,
        "figures": [
            Figure(formats.number(visits.count), _("visites aujourd’hui")),
            Figure(formats.number(seats.free_now or 0), _("places libres")),
            Figure(formats.number(seats.seat_count), _("places en tout")),
        ],
        "bands": [(code, _(label), visits.by_band[code]) for code, label in AGE_BANDS.items() if code != UNKNOWN_AGE],
        "unknown": visits.by_band[UNKNOWN_AGE],
        "latest": visits.latest,
        "visit_form": VisitForm(),
        "request_id": uuid4(),
        "day": formats.weekday(day),
        "day_value": day.isoformat(),
        "days": days_around(day, today),
        "is_today": day == today,
        "hours": words.hours_of(seats, at=at, with_running=True),
        "form": form or _form(seats, at),
        "may_book": space.is_bookable and any(each.minutes for each in seats.starts),
        "expected": _expected(seats, place, actor_of(request), at),
    }
    return render(request, "place/space.html", context, status=status)


def _space(request: HttpRequest) -> tuple[FreeSpaceView, PlaceSummary] | None:
    """The free space of the place this counter is at, else of another of its organisation's."""
    own, at = own_open_places(request), clock.now()
    asked = request.POST.get("place") or request.GET.get("place", "")
    current = next((each for each in own if str(each.place_id) == asked), place_of(request, own))
    spaces = places.free_spaces([each.place_id for each in own], at=at)
    ordered = sorted((each for each in own if each.place_id in spaces), key=lambda each: each != current)
    return (spaces[ordered[0].place_id], ordered[0]) if ordered else None


def _form(seats: SeatsOfDay, at: datetime, data: Any = None) -> SeatForm:
    return SeatForm(data, seats=seats, at=at, by_place=True, initial={"request_id": uuid4()})


def _expected(seats: SeatsOfDay, place: PlaceSummary, actor: Any, at: datetime) -> list[dict[str, Any]]:
    zone = zone_of(seats.space.postcode)
    begins = datetime.combine(seats.day, datetime.min.time(), tzinfo=zone)
    found = queries.seats_booked(actor, place_id=place.place_id, from_at=begins, until_at=begins + timedelta(days=1))
    return [_line(each, seats, at) for each in found]


def _line(found: SeatView, seats: SeatsOfDay, at: datetime) -> dict[str, Any]:
    zone = zone_of(seats.space.postcode)
    machine = seats.machines[found.station - 1] if found.station <= len(seats.machines) else ""
    return {
        "seat": found,
        "hours": _("de %(from)s à %(to)s")
        % {
            "from": formats.wall_time(found.starts_at.astimezone(zone).time()),
            "to": formats.wall_time(found.ends_at.astimezone(zone).time()),
        },
        "machine": words.machine_word(machine) if machine else "",
        "how": str(CHANNELS[found.channel]),
        "may_note": found.starts_at <= at,
        "may_give_back": at < found.ends_at and not found.came,
    }


def visit(request: HttpRequest) -> HttpResponse:
    """One tap: one more person. Another takes the last one back."""
    if request.method != "POST":
        return redirect("place:space")
    found, actor, at = _space(request), actor_of(request), clock.now()
    form = VisitForm(request.POST)
    request_id = words.number_of(request.POST.get("request_id", "")) or uuid4()
    if found is None or not form.is_valid():
        return redirect("place:space")
    try:
        if "undo" in request.POST:
            activity = words.number_of(request.POST["undo"]) or uuid4()
            operations.withdraw(activity=activity, revision=0, actor=actor, request_id=request_id, at=at)
            messages.success(request, _("La dernière visite est retirée."))
        else:
            operations.note_visit(
                place_id=found[1].place_id,
                age_band=form.cleaned_data["age"],
                themes=tuple(form.cleaned_data["themes"]),
                actor=actor,
                request_id=request_id,
                at=at,
            )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect(_own(found[1]) + "#door")


def seat(request: HttpRequest) -> HttpResponse:
    """A seat for somebody on the telephone, or who just came in."""
    if request.method != "POST":
        return redirect("place:space")
    found, actor, at = _space(request), actor_of(request), clock.now()
    if found is None:
        return redirect("place:space")
    space, place = found
    day = day_asked(request, space, at)
    form = _form(queries.seats_of_day(place.place_id, day=day, at=at), at, request.POST)
    if not form.is_valid():
        return board(request, form=form, status=422)
    try:
        done = operations.book_seat(
            place_id=place.place_id, starts_at=form.starts, minutes=form.cleaned_data["minutes"], machine=form.cleaned_data["machine"],
            actor=actor, request_id=form.cleaned_data["request_id"], at=at,
        )  # fmt: skip
    except Refusal as refusal:
        show_refusal(form, refusal, dict.fromkeys(("seats-taken", "space-closed", "stretch-over", "stretch-invalid"), "starts_at"))
        return board(request, form=form, status=422)
    said = _("Poste %(station)s réservé. Donnez ce numéro à la personne : %(number)s.")
    messages.success(request, said % {"station": done.station, "number": done.number})
    return redirect(_own(place, day) + "#seats")


def note(request: HttpRequest) -> HttpResponse:
    """One tap: came, did not come, not known; or the seat given back. Who came is a visit."""
    if request.method != "POST":
        return redirect("place:space")
    found, actor, at = _space(request), actor_of(request), clock.now()
    request_id = words.number_of(request.POST.get("request_id", "")) or uuid4()
    try:
        if "give-back" in request.POST:
            operations.give_seat_back(number=request.POST["give-back"], actor=actor, request_id=request_id, at=at)
            messages.success(request, _("La place est rendue."))
        else:
            came, _separator, booking = request.POST.get("came", "").partition("-")
            if came in CAME and booking.isascii() and booking.isdigit() and len(booking) < 19:
                operations.note_seat(booking_id=int(booking), came=CAME[came], actor=actor, request_id=request_id, at=at)
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    if found is None:
        return redirect("place:space")
    return redirect(_own(found[1], day_asked(request, found[0], at)) + "#seats")


def _own(place: PlaceSummary, day: date | None = None) -> str:
    return f"{reverse('place:space')}?place={place.place_id}" + (f"&day={day.isoformat()}" if day else "")


record = door("activities.see", post="activities.record")
urlpatterns = [
    path("space/", door("activities.see")(board), name="space"),
    path("space/visit/", record(visit), name="space-visit"),
    path("space/seat/", door("activities.see", post="activities.book-seat")(seat), name="space-seat"),
    path("space/note/", record(note), name="space-note"),
]
