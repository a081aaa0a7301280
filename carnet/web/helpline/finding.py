"""A place near a commune for somebody who telephones: with what the person needs, its next lesson, booked in one tap."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.places.rules.needs import NEEDS
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.helpline.complaints import base_of
from carnet.web.lessons import Lesson, service_choices
from carnet.web.slips.forms import TextForm
from carnet.workshops import operations, queries
from carnet.workshops.rules import BookingState

SHOWN, LOOKED_AT, RADIUS_KM = 6, 60, 30.0


class FindForm(forms.Form):
    """Around where, to learn what, ready for what."""

    where = forms.CharField(
        label=gettext_lazy("Près de quelle commune ?"),
        help_text=gettext_lazy("Une commune ou un code postal."),
        max_length=100,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Écrivez une commune ou un code postal.")},
    )
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre quoi ?"), required=False, choices=service_choices)
    need = forms.ChoiceField(label=gettext_lazy("Un accueil pensé pour"), required=False, choices=[])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["need"].choices = [("", _("Tout le monde")), *((each.code, _(each.label)) for each in NEEDS)]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Near:
    """One place to say on the telephone: where, how far, its number, and its next lesson with a seat."""

    place_id: int
    name: str
    address: str
    distance: str
    phone: str
    lesson: Lesson | None


def find(request: HttpRequest) -> HttpResponse:
    """The nearest places that take the vouchers, those with a lesson soon first."""
    actor, at = actor_of(request), clock.now()
    form, found, status = FindForm(request.GET if request.GET else None), None, 200
    if form.is_bound:
        try:
            found = _near(actor, form.cleaned_data, at) if form.is_valid() else None
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
        status = 200 if found is not None else 422
    return render(request, "helpline/find.html", {"base": base_of(actor), "form": form, "found": found}, status=status)


def _near(actor: Actor, said: dict[str, Any], at: datetime) -> list[Near]:
    """Of the places that accept one of the operator's programmes."""
    commune = places.locality(said["where"])
    by_id: dict[int, PlaceSummary] = {}
    for programme in funding.programmes_of_operator(actor.organisation_id or 0):
        if programme.is_open_at(at):
            page = places.search(
                at=at, around=commune.code, radius_km=RADIUS_KM, accepts=programme.id, service=said["service"] or None,
                need=said["need"] or None, per_page=LOOKED_AT,
            )  # fmt: skip
            by_id |= {each.place_id: each for each in page.places}
    taught = queries.next_with_seats(place_ids=by_id, at=at, service=said["service"] or None)
    near = sorted(by_id.values(), key=lambda each: (each.place_id not in taught, each.distance_km or 0.0))
    return [_told(each, taught.get(each.place_id)) for each in near[:SHOWN]]


def _told(place: PlaceSummary, session: queries.SessionView | None) -> Near:
    lesson = lessons.lesson(replace(session, distance_km=place.distance_km)) if session is not None else None
    return Near(
        place.place_id, place.name, f"{place.address}, {place.postcode} {place.commune}", formats.distance(place.distance_km),
        formats.phone(place.phone), lesson,
    )  # fmt: skip


@never_cache
def book(request: HttpRequest, session_id: int) -> HttpResponse:
    """One tap: the seat is taken, and its number is there to be said. Shown once: it is in no address."""
    if request.method != "POST":
        return redirect("helpline:find")
    actor, at = actor_of(request), clock.now()
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid4()
    try:
        done = operations.book(session_id=session_id, actor=actor, request_id=request_id, at=at)
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect(f"{reverse('helpline:find')}?{request.GET.urlencode()}")  # what was looked for stays
    view = queries.session(session_id, at=at)
    context = {
        "base": base_of(actor),
        "number": done.number,
        "waits": done.state is BookingState.WAITING,
        "rows": lessons.facts(view),
        "text_form": TextForm(initial={"request_id": uuid4()}) if sms.is_offered() else None,
    }
    return render(request, "helpline/booked.html", context)


urlpatterns = [
    path("find/", door("helpline.ask")(find), name="find"),
    path("book/<int:session_id>/", door("helpline.ask", post="workshops.book-by-phone")(book), name="book"),
]
