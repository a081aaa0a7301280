"""One lesson and a seat in it: booked with the number of a booklet, seen again and given back by its own number. No account."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.kernel.refusals import Refusal
from carnet.web import clock, lessons
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.public import spaces
from carnet.web.public.places import shown
from carnet.workshops import operations, queries
from carnet.workshops.operations import Booked
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState, EndedBy, TooManyTries

WRONG_NUMBERS = ("booklet-not-good", "booking-unknown", "booking-number-mistyped")


class BookletForm(OperationForm):
    """The number on a booklet's cover: all that is asked to book."""

    serial = forms.CharField(
        label=gettext_lazy("Le numéro de votre carnet"),
        help_text=gettext_lazy("Il est sur la couverture, comme NM-C00001234-56. Ne donnez jamais le code secret d’un chèque."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro de la couverture.")},
    )
    phone = lessons.phone_field()


class PhoneForm(forms.Form):
    """The telephone left with a booking."""

    phone = lessons.phone_field()


class NumberForm(forms.Form):
    """The number of a booking."""

    number = forms.CharField(
        label=gettext_lazy("Le numéro de votre réservation"),
        help_text=gettext_lazy("Il est sur votre fiche, comme K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro de votre fiche.")},
    )


def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Everything about one session, and the way to a seat. GET shows; POST books with the number of a booklet."""
    at = clock.now()
    view = queries.session(session_id, at=at)
    form = BookletForm(request.POST if request.method == "POST" else None, initial={"request_id": uuid4()})
    status = 200
    if request.method == "POST":
        done = _book(request, view, form, at)
        if done is not None:
            return _slip(request, done, view, at)
        status = 429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
        view = queries.session(session_id, at=at)
    return shown(request, "public/session.html", _session_page(view, form, at), status=status)


def _book(request: HttpRequest, view: SessionView, form: BookletForm, at: datetime) -> Booked | None:
    try:
        lessons.check_tries(request)
        if not form.is_valid():
            return None
        return operations.book_with_booklet(
            session_id=view.id,
            serial=form.cleaned_data["serial"],
            phone=form.cleaned_data["phone"],
            language=get_language() or "fr",
            actor=actor_of(request),
            request_id=form.cleaned_data["request_id"],
            at=at,
        )
    except Refusal as refusal:
        if refusal.code in WRONG_NUMBERS:
            lessons.note_wrong(request)
        form.is_valid()
        on_serial = dict.fromkeys((*WRONG_NUMBERS, "already-booked", "too-many-bookings"), "serial")
        show_refusal(form, refusal, {**on_serial, "phone-number-invalid": "phone"})
    return None


def _session_page(view: SessionView, form: BookletForm, at: datetime) -> dict[str, Any]:
    told = lessons.lesson(view)
    phone, phone_read = lessons.phone_of(view)
    return {
        "session": view,
        "lesson": told,
        "rows": lessons.facts(view),
        "phone": phone,
        "phone_read": phone_read,
        "form": form,
        "is_over": view.starts_at <= at,
        "may_book": view.is_online and view.starts_at > at and told.can_book,
        "only_waits": not view.free_seats,
    }


def _slip(request: HttpRequest, done: Booked, view: SessionView, at: datetime) -> HttpResponse:
    waits = done.state is BookingState.WAITING
    return shown(request, "public/booked.html", _slip_words(done.number, waits, view))


def _slip_words(number: str, waits: bool, view: SessionView) -> dict[str, Any]:
    phone, phone_read = lessons.phone_of(view)
    return {"number": number, "waits": waits, "session": view, "rows": lessons.facts(view), "phone": phone, "phone_read": phone_read}


def booking(request: HttpRequest) -> HttpResponse:
    """A booking, by its number: what it is, and the way to give the seat back. The number is in no address."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return shown(request, "public/booking.html", {"form": form})
    try:
        lessons.check_tries(request)
        if form.is_valid():
            number = form.cleaned_data["number"]
            of_seat = spaces.answer_of_seat(request, number, at)
            if of_seat is not None:
                return of_seat
            phone_form = _act_on(request, number, at)
            found, view = queries.booking(number, at=at)
            page = _booking_page(found, view, at) | {"phone_form": phone_form, "has_phone": queries.has_phone(number)}
            return shown(request, "public/booking.html", page, status=422 if phone_form.is_bound and phone_form.errors else 200)
    except Refusal as refusal:
        if refusal.code in WRONG_NUMBERS:
            lessons.note_wrong(request)
        show_refusal(form, refusal, dict.fromkeys(WRONG_NUMBERS, "number"))
    return shown(request, "public/booking.html", {"form": form}, status=429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422)


def _act_on(request: HttpRequest, number: str, at: datetime) -> PhoneForm:
    """Give the seat back, leave a telephone or take it back, as the button says."""
    form = PhoneForm(request.POST if "leave-phone" in request.POST else None)
    if "give-back" in request.POST:
        operations.give_back(number=number, actor=actor_of(request), request_id=uuid4(), at=at)
    elif "forget-phone" in request.POST or (form.is_bound and form.is_valid()):
        phone = "" if "forget-phone" in request.POST else form.cleaned_data["phone"]
        try:
            operations.leave_phone(
                number=number, phone=phone, language=get_language() or "fr", actor=actor_of(request), request_id=uuid4(), at=at
            )
        except PhoneNumberInvalid as refusal:
            show_refusal(form, refusal, {"phone-number-invalid": "phone"})
    return form


def _booking_page(found: BookingView, view: SessionView, at: datetime) -> dict[str, Any]:
    state, tone = _state_words(found, view)
    rows = [Row(_("Numéro"), found.number), *lessons.facts(view)]
    phone, phone_read = lessons.phone_of(view)
    return {
        "booking": found,
        "session": view,
        "state": state,
        "tone": tone,
        "rows": rows,
        "phone": phone,
        "phone_read": phone_read,
        "may_give_back": found.is_standing and view.starts_at > at,
    }


def _state_words(found: BookingView, view: SessionView) -> tuple[str, str]:
    if found.ended_by is EndedBy.SESSION:
        return _("La séance est annulée : %(why)s.") % {"why": view.cancelled_because.rstrip(".")}, "danger"
    if found.state is BookingState.ENDED:
        return _("Cette place a été rendue."), "neutral"
    if found.state is BookingState.WAITING:
        return _("Vous êtes au rang %(rank)s de la liste d’attente.") % {"rank": found.place_in_line}, "warning"
    return _("Votre place est réservée."), "success"
