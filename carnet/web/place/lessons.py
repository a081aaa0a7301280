"""A place's lessons: plan, change, cancel, take a booking by telephone, say who came, print a certificate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import add_months, legal_day, start_of_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.place import counter
from carnet.web.place.certificates import certificate_pdf
from carnet.web.place.lesson_forms import CancelForm, CertificateForm, ChangeForm, PlanForm, initial_of
from carnet.workshops import operations, queries
from carnet.workshops.queries import BookingView, Call, SessionView
from carnet.workshops.rules import BookingState, Channel, News, ToldBy, WorkshopSessionUnknown

REFUSAL_FIELDS = {
    "title-missing": "title",
    "hours-impossible": "begins",
    "session-in-the-past": "day",
    "rhythm-empty": "except_on",
    "rhythm-too-long": "until_on",
    "vouchers-not-taken-here": "voucher_count",
    "seats-below-booked": "seats",
    "nir-in-text": "note",
    "iban-in-text": "note",
}
CHANNELS = {
    Channel.DESK: gettext_lazy("par un guichet"),
    Channel.PLACE: gettext_lazy("par vous"),
    Channel.PUBLIC: gettext_lazy("avec un carnet"),
}
CAME = {"yes": True, "no": False, "unknown": None}


def _places(request: HttpRequest) -> tuple[PlaceSummary, ...]:
    """Every open place of the organisation, whether or not it takes vouchers: a lesson may be free."""
    organisation_id, at = counter.organisation_of(actor_of(request)), clock.now()
    counter.own_places(request, organisation_id, at)
    return places.places_of([organisation_id], at=at)


def _session(request: HttpRequest, session_id: int) -> SessionView:
    """A session of the actor's own. Raises: WorkshopSessionUnknown."""
    view = queries.session(session_id, at=clock.now())
    if view.organisation_id != counter.organisation_of(actor_of(request)):
        raise WorkshopSessionUnknown(session=session_id)
    return view


def _own(request: HttpRequest, session_id: int) -> str:
    return reverse("place:session", args=[session_id])


# --- the list ---------------------------------------------------------------------------------------------------------


def sessions(request: HttpRequest) -> HttpResponse:
    """The lessons of a month, in order, with what they came to."""
    own, at = _places(request), clock.now()
    month = lessons.month_of(request.GET.get("month", ""), legal_day(at))
    from_at, until_at = queries.month_around(month)
    found = queries.sessions_of(organisation_id=counter.organisation_of(actor_of(request)), from_at=from_at, until_at=until_at, at=at)
    standing = [view for view in found if view.cancelled_at is None]
    context = {
        "has_places": bool(own),
        "places": own,
        "month": formats.month(month),
        "month_code": f"{month:%Y-%m}",
        "earlier": f"?month={add_months(month, -1):%Y-%m}",
        "later": f"?month={add_months(month, 1):%Y-%m}",
        "figures": [
            Figure(formats.number(len(standing)), ngettext("séance", "séances", len(standing))),
            Figure(formats.number(sum(view.booked_count for view in standing)), _("places réservées")),
            Figure(formats.number(sum(view.came_count for view in standing)), _("personnes venues")),
        ],
        "table": _table(found, several=len(own) > 1, at=at),
    }
    return render(request, "place/sessions.html", context)


def _table(found: Sequence[SessionView], *, several: bool, at: datetime) -> Table:
    columns = [Column(_("Quand")), Column(_("Quoi")), Column(_("Places")), Column(_("Venus"), number=True), Column(_("État"))]
    if several:
        columns.insert(1, Column(_("Lieu")))
    rows = []
    for view in found:
        text, tone = _state_words(view, at)
        row: list[Any] = [
            Cell(f"{formats.weekday(view.day)}, {formats.wall_time(view.begins)}", url=reverse("place:session", args=[view.id])),
            view.title,
            _taken_words(view),
            formats.number(view.came_count),
            Cell(text, tone=tone),
        ]
        rows.append([row[0], view.place_name, *row[1:]] if several else row)
    return Table(_("Les séances du mois"), columns, rows, empty=_("Aucune séance ce mois-ci."))


def _state_words(view: SessionView, at: datetime) -> tuple[str, str]:
    """The seats of a lesson to come; of one that is over, whether anybody was noted."""
    if view.cancelled_at is not None or view.ends_at > at:
        return lessons.seats_words(view)
    if view.booked_count and not view.came_count:
        return _("Qui est venu ?"), "warning"
    return _("Terminée"), "neutral"


def _taken_words(view: SessionView) -> str:
    taken = _("%(booked)s sur %(seats)s") % {"booked": view.booked_count, "seats": view.seats}
    return f"{taken} (+{view.waiting_count})" if view.waiting_count else taken


# --- planning ---------------------------------------------------------------------------------------------------------


class PlanLesson(OperationView):
    """A new lesson, once or again and again."""

    template_name = "place/session_form.html"
    form_class = PlanForm
    refusal_fields = REFUSAL_FIELDS

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4(), "begins": "14:00", "voucher_count": 0}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"places": _places(self.request), "today": legal_day(clock.now())}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "is_new": True,
            "back": reverse("place:sessions"),
            "has_places": bool(_places(self.request)),
        }

    def perform(self, form: PlanForm) -> HttpResponse:
        done = operations.plan_workshop(
            place_id=form.cleaned_data["place_id"],
            plan=form.plan,
            details=form.details,
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        count = len(done.session_ids)
        text = ngettext("%(count)s séance est à l’agenda.", "%(count)s séances sont à l’agenda.", count) % {"count": count}
        messages.success(self.request, text)
        first = queries.session(done.session_ids[0], at=clock.now())
        return redirect(reverse("place:sessions") + f"?month={first.day:%Y-%m}")


class ChangeLesson(OperationView):
    """A session changed, alone or with the later ones."""

    template_name = "place/session_form.html"
    form_class = ChangeForm
    refusal_fields = REFUSAL_FIELDS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.view = _session(request, kwargs["session_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()} | initial_of(self.view)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"today": legal_day(clock.now())}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        _places(self.request)
        shown = {"is_new": False, "session": self.view, "when": lessons.when_words(self.view), "has_places": True}
        return super().get_context_data(**kwargs) | shown | {"back": _own(self.request, self.view.id)}

    def perform(self, form: ChangeForm) -> HttpResponse:
        said = form.cleaned_data
        changed = operations.change_session(
            session_id=self.view.id,
            details=form.details,
            day=said["day"],
            begins=said["begins"],
            minutes=said["minutes"],
            and_later=said["and_later"],
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        if changed:
            text = ngettext("%(count)s séance changée.", "%(count)s séances changées.", changed) % {"count": changed}
            told = _("Les guichets qui ont réservé sont prévenus si le jour ou l’heure change.")
            messages.success(self.request, f"{text} {told}")
        else:
            messages.info(self.request, _("Rien n’a changé."))
        return redirect(_own(self.request, self.view.id))


class CancelLesson(OperationView):
    """A session cancelled, alone or with the later ones; whoever booked is told."""

    template_name = "place/session_cancel.html"
    form_class = CancelForm
    refusal_fields = {"title-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.view = _session(request, kwargs["session_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        _places(self.request)
        rows = [Row(_("Quand"), lessons.when_words(self.view)), Row(_("Places réservées"), _taken_words(self.view))]
        return super().get_context_data(**kwargs) | {"session": self.view, "rows": rows, "back": _own(self.request, self.view.id)}

    def perform(self, form: CancelForm) -> HttpResponse:
        said = form.cleaned_data
        count = operations.cancel_session(
            session_id=self.view.id,
            reason=said["reason"],
            and_later=said["and_later"],
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        text = ngettext(
            "%(count)s séance annulée. Les guichets qui ont réservé sont prévenus ; voyez ci-dessous qui appeler.",
            "%(count)s séances annulées. Les guichets qui ont réservé sont prévenus ; voyez sur chacune qui appeler.",
            count,
        )
        messages.success(self.request, text % {"count": count})
        return redirect(_own(self.request, self.view.id))


# --- one session: who is expected, who came ------------------------------------------------------------------------------


def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """The list to hold in one's hand during the lesson."""
    view, actor, at = _session(request, session_id), actor_of(request), clock.now()
    _places(request)
    found, to_tell = queries.bookings_of_session(actor, session_id), queries.calls_of(actor, session_id)
    desks = parties.organisations({each.desk_id for each in found if each.desk_id is not None})
    is_today = legal_day(at) >= legal_day(view.starts_at)
    context = {
        "session": view,
        "lesson": lessons.lesson(view),
        "when": lessons.when_words(view),
        "rows": lessons.facts(view),
        "expected": [_expected(each, desks) for each in found if each.state is BookingState.BOOKED],
        "waiting": [_expected(each, desks) for each in found if each.state is BookingState.WAITING],
        "vouchers": queries.vouchers_at(actor, session_id),
        "calls": _calls(to_tell.calls),
        "unreachable": to_tell.unreachable_count,
        "may_seat": is_today and view.ends_at > at and view.cancelled_at is None,
        "may_note": is_today and view.cancelled_at is None,
        "may_change": view.starts_at > at and view.cancelled_at is None,
        "may_add": view.ends_at > at and view.cancelled_at is None,
        "takes_vouchers": is_today and view.voucher_count > 0 and view.cancelled_at is None,
        "request_id": uuid4(),
        "request_id_of_call": uuid4(),
    }
    return render(request, "place/session.html", context)


def _expected(found: BookingView, desks: Any) -> dict[str, Any]:
    how = str(CHANNELS[found.channel])
    if found.desk_id in desks:
        how = _("par %(desk)s") % {"desk": desks[found.desk_id].name}
    return {"booking": found, "how": how, "is_new": found.moved_up_at is not None and found.came is None}


def add(request: HttpRequest, session_id: int) -> HttpResponse:
    """A seat for somebody on the telephone, or at the door."""
    if request.method != "POST":
        return redirect("place:session", session_id=session_id)
    _session(request, session_id)
    try:
        done = operations.book(
            session_id=session_id,
            phone=request.POST.get("phone", "")[:30],
            actor=actor_of(request),
            request_id=_request_id(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
        return redirect("place:session", session_id=session_id)
    if done.state is BookingState.WAITING:
        messages.warning(
            request, _("Réservation %(number)s, sur la liste d’attente. Donnez ce numéro à la personne.") % {"number": done.number}
        )
    else:
        messages.success(request, _("Réservation %(number)s. Donnez ce numéro à la personne.") % {"number": done.number})
    return redirect("place:session", session_id=session_id)


def note(request: HttpRequest, session_id: int) -> HttpResponse:
    """One tap: came, did not come, not known; a seat given back, or given on the day; a person called."""
    if request.method != "POST":
        return redirect("place:session", session_id=session_id)
    view, actor, at = _session(request, session_id), actor_of(request), clock.now()
    try:
        if "give-back" in request.POST:
            operations.give_back(number=request.POST["give-back"], actor=actor, request_id=_request_id(request), at=at)
            messages.success(request, _("La place est rendue. Si quelqu’un attendait, il l’a."))
        elif (booking_id := _number(request.POST.get("seat", ""))) is not None:
            operations.seat_waiting(session_id=view.id, booking_id=booking_id, actor=actor, request_id=_request_id(request), at=at)
            messages.success(request, _("La personne a une place."))
        elif (booking_id := _number(request.POST.get("called", ""))) is not None:
            operations.note_called(session_id=view.id, booking_id=booking_id, actor=actor, request_id=_request_id(request), at=at)
        else:
            came, _separator, booking = request.POST.get("came", "").partition("-")
            if came in CAME and (booking_id := _number(booking)) is not None:
                operations.note_attendance(
                    session_id=view.id, booking_id=booking_id, came=CAME[came], actor=actor, request_id=_request_id(request), at=at
                )
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect(_own(request, session_id) + "#expected")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _calls(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Whom to call, in words: those still to be told first."""
    told = {ToldBy.TEXT: _("message envoyé"), ToldBy.CALL: _("appelé")}
    news = {News.SEAT: _("une place s’est libérée"), News.CHANGED: _("la séance a changé"), News.CANCELLED: _("la séance est annulée")}
    return [
        {
            "call": each,
            "phone": PhoneNumber.parse(each.phone).printed(),
            "news": news[each.news],
            "told": told[each.told_by] if each.told_by else "",
        }
        for each in sorted(calls, key=lambda each: each.told_by is not None)
    ]


def _request_id(request: HttpRequest) -> UUID:
    """The page's own number for this act; another when it was lost on the way."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()


def certificate(request: HttpRequest, session_id: int) -> HttpResponse:
    """A certificate to print. The name comes, goes onto the paper, and is forgotten."""
    view, at = _session(request, session_id), clock.now()
    _places(request)
    form = CertificateForm(request.POST if request.method == "POST" else None)
    is_over = view.cancelled_at is None and start_of_day(view.day) <= at
    if form.is_bound and form.is_valid() and is_over:
        organisation = parties.organisation_name(view.organisation_id)
        pdf = certificate_pdf(form.cleaned_data["name"].strip(), view, organisation=organisation, at=at)
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="attestation-{view.day:%Y-%m-%d}.pdf"'
        response["Cache-Control"] = "no-store"
        return response
    context = {"form": form, "session": view, "when": lessons.when_words(view), "is_over": is_over, "back": _own(request, view.id)}
    return render(request, "place/certificate.html", context, status=422 if form.is_bound else 200)


manage = door("workshops.see", post="workshops.manage")
urlpatterns = [
    path("sessions/", door("workshops.see")(sessions), name="sessions"),
    path("sessions/new/", door("workshops.manage")(PlanLesson.as_view()), name="session-new"),
    path("sessions/<int:session_id>/", door("workshops.see")(session), name="session"),
    path("sessions/<int:session_id>/add/", door("workshops.see", post="workshops.book")(add), name="session-add"),
    path("sessions/<int:session_id>/note/", manage(note), name="session-note"),
    path("sessions/<int:session_id>/change/", door("workshops.manage")(ChangeLesson.as_view()), name="session-change"),
    path("sessions/<int:session_id>/cancel/", door("workshops.manage")(CancelLesson.as_view()), name="session-cancel"),
    path("sessions/<int:session_id>/certificate/", manage(certificate), name="session-certificate"),
]
