"""After the hand-over: what to say to the person, the lesson booked or to book, where else it is helped, and the slip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView, PlanView
from carnet.distribution.rules import HandOverUnknown, Help
from carnet.funding import queries as funding
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.places.rules import PROCEDURE_BY_CODE
from carnet.places.rules.geography import Commune
from carnet.web import clock, lessons, theming
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.lessons import Lesson
from carnet.web.prescriber import desk, near
from carnet.web.prescriber.words import AGE_BANDS, AREAS, BLOCKS, HELPS, KINDS, REASONS
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState


def given(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """What was given, what to say to the person, and the slip to take away: until when, where, whom to call."""
    actor, at = actor_of(request), clock.now()
    line = distribution.hand_over(hand_over_id)
    programme = funding.programme(line.programme_id)
    theming.carry(request, programme)
    typed = request.GET.get("near", "").strip()[:80]
    organisation_id = desk.organisation_of(actor)
    town, places_near = desk.nearest_places(organisation_id=organisation_id, programme_id=programme.id, typed=typed, at=at)
    plan = distribution.plan_of(hand_over_id)
    booked = [each for each in distribution.lessons_of(hand_over_id, at=at) if each[0].is_standing and each[1].starts_at > at]
    context = {
        "line": line,
        "is_new": "new" in request.GET,
        "is_over": at >= line.printed_until,
        "programme": programme,
        "serial": desk.booklet_serial(line),
        "value_cents": ledger.series(line.series_id).face_value_cents,
        "places": places_near,
        "town": town,
        "typed": typed,
        "rows": noted(line, plan),
    }
    return render(request, "prescriber/given.html", context | _next_steps(request, line, plan, booked))


def _next_steps(
    request: HttpRequest, line: HandOverView, plan: PlanView | None,
    booked: Sequence[tuple[BookingView, SessionView]],
) -> dict[str, Any]:  # fmt: skip
    """The lesson booked, or those that may be; where else the person is helped. Offered by the desk that gave."""
    at, helps = clock.now(), plan.helps if plan else ()
    organisation_id = desk.organisation_of(actor_of(request))
    town = near.town_of(organisation_id, line.programme_id, request.GET.get("near", "")[:80])
    is_ours = line.organisation_id == organisation_id
    found = _lessons_to_book(line, plan, booked, town, at=at) if is_ours else []
    return {
        "booked": [told(*each) for each in booked],
        "lessons": found,
        "not_taught": [lessons.service_word(code) for code in _still_to_learn(plan, booked)] if is_ours and booked and not found else [],
        "helpers": near.helpers_near(
            town, acting_for=Help.MANDATE in helps, at=at, own_id=organisation_id, wants=plan.answers.wants if plan else ()
        )
        if near.needs_helper(helps)
        else [],
        "acts_for": Help.MANDATE in helps,
        "needs_computer": Help.COMPUTER in helps,
        "needs_connection": Help.CONNECTION in helps,
    }


def _lessons_to_book(
    line: HandOverView, plan: PlanView | None, booked: Sequence[tuple[BookingView, SessionView]], town: Commune | None, *, at: datetime
) -> list[Lesson]:
    """The first lesson, or the next ones of the plan once the first is booked."""
    services = _still_to_learn(plan, booked)
    after = max((session.ends_at for _booking, session in booked), default=None)
    return near.lessons_near(town, programme_id=line.programme_id, services=services, printed_until=line.printed_until, at=at, after=after)


def _still_to_learn(plan: PlanView | None, booked: Sequence[tuple[BookingView, SessionView]]) -> tuple[str, ...]:
    """What the plan holds that no booked lesson teaches yet, in its order: a later one may have been taken before an earlier."""
    taught = {session.service for _booking, session in booked}
    return tuple(each for each in plan.lessons if each not in taught) if plan else ()


def told(booking: BookingView, session: SessionView) -> dict[str, Any]:
    """A booking as it is said to the person."""
    _phone, phone_read = lessons.phone_of(session)
    return {
        "booking": booking,
        "waits": booking.state is BookingState.WAITING,
        "session": session,
        "when": lessons.when_words(session),
        "phone_read": phone_read,
    }


def book(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """One tap on the page of what was given: the seat is taken for the person who is still there."""
    if request.method != "POST":
        return redirect("prescriber:given", hand_over_id=hand_over_id)
    try:
        request_id, session_id = UUID(request.POST.get("request_id", "")), int(request.POST.get("session", ""))
    except ValueError:
        raise HandOverUnknown(hand_over=hand_over_id) from None
    phone = request.POST.get("phone", "")[:30]
    try:
        booked = operations.book_lesson(
            hand_over_id=hand_over_id, session_id=session_id, phone=phone, actor=actor_of(request), request_id=request_id, at=clock.now()
        )
        messages.success(request, _("La leçon est réservée : %(number)s.") % {"number": booked.number})
    except HandOverUnknown:
        raise
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect(reverse("prescriber:given", args=[hand_over_id]) + "?new")


def noted(line: HandOverView, plan: PlanView | None) -> list[Row]:
    """What is kept of a hand-over: the ticks, and what was answered."""
    return [*_ticks(line), *_said(plan)]


def _ticks(line: HandOverView) -> list[Row]:
    seeker = line.ticks.low_qualified_job_seeker
    return [
        # As the telephone line reads it.
        Row(_("Numéro de la remise"), f"H{line.id}"),
        Row(_("Remis le"), formats.moment(line.handed_over_at)),
        Row(_("Quoi"), str(KINDS[line.kind])),
        Row(_("Pour quoi faire"), str(REASONS[line.ticks.reason])),
        Row(_("Âge"), str(AGE_BANDS[line.ticks.age_band])),
        Row(_("Habite"), str(AREAS[line.ticks.area])),
        Row(_("Cherche un emploi, peu diplômé"), _yes_no(seeker)),
        Row(_("Déjà venue dans un lieu d’aide numérique"), _yes_no(line.ticks.came_before)),
    ]


def _said(plan: PlanView | None) -> list[Row]:
    """What the person answered, when it did."""
    if plan is None:
        return []
    said = plan.answers
    blocks = [str(label) for block, label in BLOCKS.items() if getattr(said, block)]
    rows = (
        (_("Veut pouvoir"), ", ".join(_(PROCEDURE_BY_CODE[code].label) for code in said.wants)),
        (_("A envoyé un mail"), _yes_no(said.sends_mail)),
        (_("A copié ou joint un fichier"), _yes_no(said.moves_files)),
        (_("Ce qui bloque"), ", ".join(blocks)),
        (_("Proposé"), ", ".join(str(HELPS[each]) for each in plan.helps)),
        (_("Leçons prévues"), ", ".join(lessons.service_word(code) for code in plan.lessons)),
    )
    return [Row(label, value) for label, value in rows if value]


def _yes_no(said: bool | None) -> str:
    return _("Non dit") if said is None else _("Oui") if said else _("Non")


urlpatterns = [
    path("hand-overs/<int:hand_over_id>/", door("distribution.see-stock")(given), name="given"),
    path("hand-overs/<int:hand_over_id>/lessons/", door("distribution.see-stock", post="distribution.hand-over")(book), name="given-book"),
]
