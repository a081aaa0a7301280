"""Vouchers held for a lesson to come: held with the code in hand, taken in one touch on the day, or given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.actors import Actor
from carnet.kernel.periods import end_of_day, legal_day
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.redemption import operations as redemption_writes
from carnet.redemption import queries as redemption
from carnet.redemption.queries import Reservation
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.place import counter, till
from carnet.web.place.forms import ActForm, ReserveForm

# How long a reservation that holds nothing any more is still told.
PAST_DAYS = timedelta(days=30)
FIELDS = {"service-not-accepted": "service", "reservation-too-late": "lesson_on", "reservation-in-past": "lesson_on"}
STATES = {
    "held": (gettext_lazy("Réservé"), "info"),
    "captured": (gettext_lazy("Accepté"), "success"),
    "undone": (gettext_lazy("Accepté puis annulé"), "warning"),
    "released": (gettext_lazy("Libéré"), "neutral"),
    "replaced": (gettext_lazy("Remplacé par une autre réservation"), "neutral"),
    "expired": (gettext_lazy("Le jour est passé"), "neutral"),
    "ended": (gettext_lazy("Le chèque n’est plus valable"), "danger"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One reservation that waits for its lesson, with the key of each of its two buttons."""

    number: str
    serial: str
    value: str
    service: str
    place: str
    lesson_on: str
    request_id: UUID


def reserve(request: HttpRequest) -> HttpResponse:
    """Hold a voucher just tested until the end of the day of its lesson."""
    if request.method != "POST":
        return redirect("place:voucher")
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    place_id, code = request.POST.get("place_id", ""), request.POST.get("code", "")
    if not (place_id.isascii() and place_id.isdigit() and len(place_id) < 19 and code):
        return redirect("place:voucher")
    seen = redemption_writes.check_quietly(code=code, actor=actor, place_id=int(place_id), channel=till.CHANNEL, at=at)
    if isinstance(seen, Refusal):
        return _not_this_one(request, counter.refused(seen, place_names=own))
    if seen.outcome != "redeemable":
        return _not_this_one(request, counter.refused_seen(seen, own))
    options: dict[str, Any] = {"service_codes": till.services(int(place_id), seen.programme_id), "today": legal_day(at)}
    # The first time the button of the voucher's page is pressed: no day of a lesson to come was chosen yet.
    if "lesson_on" not in request.POST:
        kept = {"code": code, "place_id": place_id, "request_id": uuid4(), "service": request.POST.get("service", "")}
        form = ReserveForm(initial=kept, **options)
    else:
        form = ReserveForm(request.POST, **options)
        if form.is_valid() and _held(form, actor, at):
            text = _("Réservé jusqu’au %(day)s au soir. Le jour de la leçon, acceptez-le d’ici.")
            messages.success(request, text % {"day": formats.day(form.cleaned_data["lesson_on"])})
            return redirect("place:reservations")
    context = {"form": form, "ticket": counter.good_ticket(seen)}
    return render(request, "place/reserve.html", context, status=422 if form.is_bound else 200)


def _held(form: ReserveForm, actor: Actor, at: datetime) -> bool:
    given = form.cleaned_data
    answer = redemption_writes.reserve_quietly(
        code=given["code"],
        service=given["service"],
        until=end_of_day(given["lesson_on"]),
        place_id=given["place_id"],
        actor=actor,
        channel=till.CHANNEL,
        request_id=given["request_id"],
        at=at,
    )
    if isinstance(answer, Refusal):
        show_refusal(form, answer, FIELDS)
        return False
    return True


def _not_this_one(request: HttpRequest, refused: counter.Refused) -> HttpResponse:
    return render(request, "place/voucher.html", till.context(request) | {"refused": refused}, status=422)


def reservations(request: HttpRequest, *, refused: counter.Refused | None = None) -> HttpResponse:
    """The vouchers held, by day of lesson, and what became of the others."""
    actor, at = actor_of(request), clock.now()
    organisation_id = counter.organisation_of(actor)
    own = counter.own_places(request, organisation_id, at)
    lines = redemption.reservations_of(organisation_id=organisation_id, place_id=actor.place_id, since=at - PAST_DAYS, at=at)
    names = places.names_of({line.place_id for line in lines})
    context = {
        "held": [_shown(line, names, own) for line in lines if line.is_held],
        "past": _past([line for line in lines if not line.is_held], names),
        "refused": refused,
    }
    return render(request, "place/reservations.html", context, status=422 if refused else 200)


def _shown(line: Reservation, names: dict[int, str], own: Sequence[PlaceSummary]) -> Held:
    place = names.get(line.place_id, "") if len(own) > 1 else ""
    value = formats.euros(line.value_cents, short=True)
    return Held(line.number, line.voucher_serial, value, counter.service_word(line.service), place, formats.last_day(line.until), uuid4())


def _past(lines: Sequence[Reservation], names: dict[int, str]) -> Table:
    columns = [Column(_("Chèque"), code=True), Column(_("Service")), Column(_("Lieu")), Column(_("Réservé jusqu’au")), Column(_("État"))]
    rows = [
        [
            line.voucher_serial,
            counter.service_word(line.service),
            names.get(line.place_id, ""),
            formats.last_day(line.until),
            Cell(str(STATES[line.state][0]), tone=STATES[line.state][1]),
        ]
        for line in reversed(lines)
    ]
    return Table(_("Réservations terminées, sur trente jours"), columns, rows, empty=_("Aucune."))


def capture(request: HttpRequest, number: str) -> HttpResponse:
    """Take a voucher held, in one touch: its code was given when it was reserved."""
    form = ActForm(request.POST or None)
    if not form.is_valid():
        return redirect("place:reservations")
    actor, at = actor_of(request), clock.now()
    try:
        done = redemption_writes.capture(
            number=number, actor=actor, channel=till.CHANNEL, request_id=form.cleaned_data["request_id"], at=at
        )
    except Refusal as refusal:
        return reservations(request, refused=counter.refused(refusal))
    return redirect(reverse("place:redemption", args=[done.number]) + "?new")


def release(request: HttpRequest, number: str) -> HttpResponse:
    """Give a voucher held back to whoever has it: any place may take it again."""
    form = ActForm(request.POST or None)
    if not form.is_valid():
        return redirect("place:reservations")
    try:
        redemption_writes.release(number=number, actor=actor_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
    except Refusal as refusal:
        return reservations(request, refused=counter.refused(refusal))
    messages.success(request, _("Le chèque est libéré : la personne peut l’utiliser où elle veut."))
    return redirect("place:reservations")


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """The lessons of today whose voucher is held: what waits at the counter."""
    today = legal_day(at)
    lines = redemption.reservations_of(
        organisation_id=counter.organisation_of(actor),
        place_id=actor.place_id,
        since=at,
        until=end_of_day(today) + timedelta(microseconds=1),
        at=at,
    )
    held = [line for line in lines if line.is_held]
    if not held:
        return []
    title = ngettext("%(count)s chèque réservé pour aujourd’hui", "%(count)s chèques réservés pour aujourd’hui", len(held))
    cents = formats.euros(sum(line.value_cents for line in held))
    return [Task(title % {"count": len(held)}, _("Accepter"), reverse("place:reservations"), detail=cents)]
