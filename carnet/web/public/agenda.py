"""The agenda of lessons: find one, book a seat with a booklet, give it back by its number, follow a place's calendar. No account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules import LEVEL_LABELS, NEEDS, SERVICE_KINDS, Level, PlaceUnknown
from carnet.web import calendars, clock, lessons
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.public import spaces
from carnet.workshops import operations, queries
from carnet.workshops.operations import Booked
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import LANGUAGES, BookingState, EndedBy, TooManyTries

RADII_KM = (2, 5, 10, 20, 50)
WRONG_NUMBERS = ("booklet-not-good", "booking-unknown", "booking-number-mistyped")
FEED_DAYS_BEFORE, FEED_DAYS_AFTER = 30, 400


def service_choices() -> list[tuple[str, Any]]:
    """The catalogue, in its three levels, with nothing chosen first."""
    groups = [
        (str(_(LEVEL_LABELS[level])), [(kind.code, _(kind.label)) for kind in SERVICE_KINDS if kind.level is level]) for level in Level
    ]
    return [("", _("Peu importe")), *groups]


def _needs() -> list[tuple[str, str]]:
    return [("", _("Aucun")), *((need.code, _(need.label)) for need in NEEDS)]


def _languages() -> list[tuple[str, str]]:
    return [("", _("Peu importe")), *((code, _(label)) for code, label in LANGUAGES.items())]


class AgendaForm(forms.Form):
    """What a person wants to learn, where, from when. Every field may be left empty."""

    where = forms.CharField(
        label=gettext_lazy("Où ?"),
        help_text=gettext_lazy("Une commune ou un code postal."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    radius = forms.TypedChoiceField(label=gettext_lazy("Jusqu’à"), coerce=int, required=False, empty_value="10", choices=[])
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre quoi ?"), required=False, choices=service_choices)
    day = DayField(label=gettext_lazy("À partir du"), required=False)
    need = forms.ChoiceField(label=gettext_lazy("Un besoin particulier"), required=False, choices=_needs)
    language = forms.ChoiceField(label=gettext_lazy("Langue"), required=False, choices=_languages)
    free = forms.BooleanField(label=gettext_lazy("Gratuit"), required=False)
    seats = forms.BooleanField(label=gettext_lazy("Avec une place libre"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["radius"].choices = [(km, _("%(km)s km") % {"km": km}) for km in RADII_KM]  # type: ignore[attr-defined]


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


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose agenda it is: everybody's, a place's, an organisation's, a programme's. `place_ids` None: every place."""

    title: str
    lead: str
    feed_url: str
    back_url: str = ""
    place_ids: tuple[int, ...] | None = None


def scope_of(at: datetime, *, place_id: int | None = None, organisation_id: int | None = None, slug: str | None = None) -> Scope:
    """The agenda that an address names. Raises: PlaceUnknown, OrganisationUnknown, ProgrammeUnknown."""
    if place_id is not None:
        place_id = places.merged_into(place_id) or place_id
        found = places.names_of([place_id]).get(place_id)
        if found is None:
            raise PlaceUnknown(place_id=place_id)
        feed = reverse("public:agenda-place-feed", args=[place_id])
        title = _("Agenda : %(name)s") % {"name": found}
        return Scope(title, _("Les séances à venir dans ce lieu."), feed, reverse("public:place", args=[place_id]), (place_id,))
    if organisation_id is not None:
        name = parties.organisation(organisation_id).name
        own = tuple(place.place_id for place in places.places_of([organisation_id], at=at))
        feed = reverse("public:agenda-network-feed", args=[organisation_id])
        return Scope(_("Agenda : %(name)s") % {"name": name}, _("Les séances à venir dans tous ses lieux."), feed, "", own)
    if slug is not None:
        programme = funding.programme_by_slug(slug)
        feed = reverse("public:agenda-programme-feed", args=[slug])
        title = _("Agenda : %(name)s") % {"name": programme.name}
        lead = _("Les séances à venir dans les lieux qui acceptent ces chèques.")
        return Scope(title, lead, feed, "", places.places_accepting(programme.id, at=at))
    lead = _("Trouvez une séance près de chez vous, et réservez votre place : sans compte, sans donner votre nom.")
    return Scope(_("Les prochaines leçons"), lead, "")


def agenda(request: HttpRequest, **named: Any) -> HttpResponse:
    """Lessons to come, the soonest first. Every search is an address."""
    at = clock.now()
    scope = scope_of(at, **named)
    form = AgendaForm({"radius": "10"} | request.GET.dict())
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found, town = None, ""
    if form.is_valid():
        try:
            asked, town = _asked(form.cleaned_data, scope)
            found = queries.agenda(at=at, page=page, **asked)
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
    context = {
        "form": form,
        "scope": scope,
        "town": town,
        "lessons": lessons.lessons(found.sessions) if found else [],
        "total": found.total if found else 0,
        "is_refused": found is None,
        "is_searched": bool(request.GET.keys() - {"page"}),
        "is_precise": any(request.GET.get(name) for name in ("need", "language", "free", "seats")),
        "page_of": Paginator(range(found.total), queries.PER_PAGE).get_page(found.page) if found else None,
        "feed_url": scope.feed_url,
        "month_url": f"{request.path}mois.pdf" if scope.feed_url else "",
    }
    return render(request, "public/agenda.html", context, status=200 if found else 422)


def _asked(said: dict[str, Any], scope: Scope) -> tuple[dict[str, Any], str]:
    asked: dict[str, Any] = {name: said[name] or None for name in ("service", "need", "language")}
    asked |= {"from_on": said["day"], "with_seats": said["seats"], "place_ids": scope.place_ids}
    if said["free"]:
        asked["is_free"] = True
    if not said["where"].strip():
        return asked, ""
    town = places.locality(said["where"])
    return asked | {"around": town.code, "radius_km": float(said["radius"])}, town.name


# --- one session, and a seat ----------------------------------------------------------------------------------------


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
    return render(request, "public/session.html", _session_page(view, form, at), status=status)


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
    return render(request, "public/booked.html", _slip_words(done.number, waits, view))


def _slip_words(number: str, waits: bool, view: SessionView) -> dict[str, Any]:
    phone, phone_read = lessons.phone_of(view)
    return {"number": number, "waits": waits, "session": view, "rows": lessons.facts(view), "phone": phone, "phone_read": phone_read}


def booking(request: HttpRequest) -> HttpResponse:
    """A booking, by its number: what it is, and the way to give the seat back. The number is in no address."""
    at = clock.now()
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "public/booking.html", {"form": form})
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
            return render(request, "public/booking.html", page, status=422 if phone_form.is_bound and phone_form.errors else 200)
    except Refusal as refusal:
        if refusal.code in WRONG_NUMBERS:
            lessons.note_wrong(request)
        show_refusal(form, refusal, dict.fromkeys(WRONG_NUMBERS, "number"))
    return render(
        request, "public/booking.html", {"form": form}, status=429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422
    )


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


# --- calendars --------------------------------------------------------------------------------------------------------


def feed(request: HttpRequest, **named: Any) -> HttpResponse:
    """The calendar of a place, of an organisation's places, of a programme: to follow in any calendar."""
    at = clock.now()
    scope = scope_of(at, **named)
    since = at - timedelta(days=FEED_DAYS_BEFORE)
    # The window moves with the day, not with the second: asked twice, it is the same.
    from_at = since.replace(hour=0, minute=0, second=0, microsecond=0)
    latest, *counts = queries.version(place_ids=scope.place_ids, since=from_at)
    etag = calendars.etag_of(latest, counts, scope.title, scope.place_ids, legal_day(from_at), get_language())
    known = calendars.fresh(request, etag=etag, latest=latest)
    if known is not None:
        return known
    until_at = from_at + timedelta(days=FEED_DAYS_BEFORE + FEED_DAYS_AFTER)
    sessions = queries.sessions_of(place_ids=scope.place_ids, from_at=from_at, until_at=until_at, at=at)
    return calendars.feed(scope.title, sessions, etag=etag, latest=latest)


def session_file(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session, for one's own calendar."""
    view = queries.session(session_id, at=clock.now())
    etag = calendars.etag_of(view.id, view.revision, get_language())
    response = calendars.feed(view.title, [view], etag=etag, latest=view.changed_at)
    response["Content-Disposition"] = f'attachment; filename="seance-{view.id}.ics"'
    return response
