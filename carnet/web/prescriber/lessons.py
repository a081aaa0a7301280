"""The first lesson, found and booked while the person is there: the next with a seat, near, in one tap; and what became of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.prescriber import desk
from carnet.web.public.agenda import AgendaForm
from carnet.web.public.bookings import PhoneForm
from carnet.workshops import operations, queries
from carnet.workshops.queries import BookingView
from carnet.workshops.rules import BookingState

LESSONS_SHOWN = 12
RADIUS_KM = 20
FIGURES_DAYS = timedelta(days=90)


class LessonForm(AgendaForm):
    """What the person wants to learn, and around where: the desk's own town unless told otherwise."""

    free = None  # type: ignore[assignment]
    day = None  # type: ignore[assignment]
    seats = forms.BooleanField(label=gettext_lazy("Avec une place libre"), required=False)


def find(request: HttpRequest) -> HttpResponse:
    """The next lessons with a seat, the soonest first."""
    at = clock.now()
    organisation_id = desk.organisation_of(actor_of(request))
    desk.programmes(request, organisation_id, at)
    card = parties.organisation(organisation_id)
    usual = {"where": card.postcode or card.city or "", "radius": str(RADIUS_KM), "seats": "on"}
    form = LessonForm(request.GET.dict() | {"radius": request.GET.get("radius") or str(RADIUS_KM)} if request.GET else usual)
    found, town = None, ""
    if form.is_valid():
        said = form.cleaned_data
        try:
            asked: dict[str, Any] = {name: said[name] or None for name in ("service", "need", "language")}
            if said["where"].strip():
                commune = places.locality(said["where"])
                asked |= {"around": commune.code, "radius_km": float(said["radius"])}
                town = commune.name
            found = queries.agenda(at=at, with_seats=said["seats"], per_page=LESSONS_SHOWN, **asked)
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
    context = {
        "form": form,
        "town": town,
        "lessons": lessons.lessons(found.sessions) if found else [],
        "total": found.total if found else 0,
        "is_refused": found is None,
    }
    return render(request, "prescriber/lessons.html", context, status=200 if found else 422)


def book(request: HttpRequest, session_id: int) -> HttpResponse:
    """One tap: the seat is taken, the slip is there."""
    if request.method != "POST":
        return redirect("prescriber:lessons")
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid4()
    try:
        done = operations.book(session_id=session_id, actor=actor_of(request), request_id=request_id, at=clock.now())
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("prescriber:lessons")
    return redirect(reverse("prescriber:booking", args=[done.id]) + "?new")


def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The slip to take away, and the seat given back if the person cannot come."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    desk.programmes(request, organisation_id, at)
    found, view = queries.booking_of_desk(organisation_id=organisation_id, booking_id=booking_id, at=at)
    phone_form = PhoneForm(request.POST if "leave-phone" in request.POST else None)
    if phone_form.is_bound:
        if _leave_phone(request, found, phone_form, at):
            messages.success(request, _("Le téléphone est noté. Il est effacé la nuit qui suit la leçon."))
            return redirect(reverse("prescriber:booking", args=[found.id]) + "?new")
    elif request.method == "POST":
        try:
            operations.give_back(number=found.number, actor=actor, request_id=uuid4(), at=at)
            messages.success(request, _("La place est rendue."))
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        return redirect("prescriber:bookings")
    phone, phone_read = lessons.phone_of(view)
    state, tone = lessons.became(found, view, at)
    context = {
        "booking": found,
        "session": view,
        "number": found.number,
        "waits": found.state is BookingState.WAITING,
        "is_new": "new" in request.GET and found.is_standing,
        "rows": lessons.facts(view),
        "phone": phone,
        "phone_read": phone_read,
        "state": state,
        "tone": tone,
        "may_give_back": found.is_standing and view.starts_at > at,
        "phone_form": phone_form,
        "has_phone": queries.has_phone(found.number),
    }
    return render(request, "prescriber/booking.html", context, status=422 if phone_form.is_bound else 200)


def _leave_phone(request: HttpRequest, found: BookingView, form: PhoneForm, at: datetime) -> bool:
    if not form.is_valid():
        return False
    try:
        operations.leave_phone(number=found.number, phone=form.cleaned_data["phone"], actor=actor_of(request), request_id=uuid4(), at=at)
    except Refusal as refusal:
        show_refusal(form, refusal, {"phone-number-invalid": "phone"})
        return False
    return True


def bookings(request: HttpRequest) -> HttpResponse:
    """What the desk booked, and what became of it: came, did not come, cancelled. Its first figure."""
    at = clock.now()
    organisation_id = desk.organisation_of(actor_of(request))
    desk.programmes(request, organisation_id, at)
    told = queries.desk_figures(organisation_id=organisation_id, since=at - FIGURES_DAYS, at=at)
    noted = told.came + told.absent
    columns = [Column(_("Séance")), Column(_("Quoi")), Column(_("Où")), Column(_("Numéro")), Column(_("Ce qui s’est passé"))]
    rows = []
    for found, view in queries.bookings_of_desk(organisation_id=organisation_id, at=at):
        state, tone = lessons.became(found, view, at)
        when = Cell(f"{formats.day(view.day)}, {formats.wall_time(view.begins)}", url=reverse("prescriber:booking", args=[found.id]))
        rows.append([when, view.title, view.place_name, found.number, Cell(state, tone=tone)])
    context = {
        "figures": [
            Figure(formats.percent(told.came, noted), _("sont venus"), _("des personnes dont on sait si elles sont venues")),
            Figure(formats.number(told.came), _("venus en 90 jours")),
            Figure(formats.number(told.absent), _("pas venus")),
            Figure(formats.number(told.cancelled), _("annulées par le lieu")),
        ],
        "table": Table(_("Leçons réservées"), columns, rows, empty=_("Aucune leçon n’a encore été réservée ici.")),
    }
    return render(request, "prescriber/bookings.html", context)


book_door = door("workshops.book")
urlpatterns = [
    path("lessons/", book_door(find), name="lessons"),
    path("lessons/<int:session_id>/book/", book_door(book), name="lesson-book"),
    path("bookings/", book_door(bookings), name="bookings"),
    path("bookings/<int:booking_id>/", book_door(booking), name="booking"),
]
