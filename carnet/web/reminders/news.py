"""What everybody may do: put an announcement away, turn the week's letter off, answer an invitation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.distribution import operations
from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.notices import operations as notices_writes
from carnet.notices import queries as notices
from carnet.notices.queries import AnnouncementShown
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door, signed_in


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that waits for a yes or a no."""

    id: int
    programme: str
    is_desk: bool


def programmes_of(actor: Actor, at: datetime) -> list[funding.ProgrammeFacts]:
    """The programmes a person works with in the organisation they act for."""
    ids: set[int] = set(actor.programme_ids)
    if actor.organisation_id is not None:
        ids |= {each.programme_id for each in distribution.participations(organisation_id=actor.organisation_id, at=at)}
        own = places.places_of([actor.organisation_id], at=at)
        ids |= {each.programme_id for place in own for each in place.acceptances}
        ids |= {each.id for each in funding.programmes_of_operator(actor.organisation_id)}
    return [each for each in funding.programmes(ids) if each.ended_at is None] if ids else []


def announcements(request: HttpRequest) -> list[AnnouncementShown]:
    """What is still to read on one's home page."""
    actor, at = actor_of(request), clock.now()
    if actor.kind != "person" or actor.person_id is None:
        return []
    found = programmes_of(actor, at)
    return notices.announcements_for(
        person_id=actor.person_id, roles=actor.roles, programme_ids=[each.id for each in found],
        operator_ids={each.operator_id for each in found}, language=(get_language() or "fr")[:2], at=at,
    )  # fmt: skip


def invited(request: HttpRequest) -> list[Invited]:
    """The seasons one's organisation is invited to, until it answers."""
    actor = actor_of(request)
    if actor.organisation_id is None or not allowed(actor.roles, "distribution.answer-invitation"):
        return []
    found = [each for each in distribution.season_invitations(organisation_id=actor.organisation_id) if each.answered_at is None]
    names = {each.id: each.name for each in funding.programmes({each.programme_id for each in found})} if found else {}
    return [Invited(each.id, names[each.programme_id], each.invited_as == "DESK") for each in found if each.programme_id in names]


@signed_in
@require_POST
def read(request: HttpRequest, announcement_id: int) -> HttpResponseBase:
    """It was read: it goes."""
    actor, at = actor_of(request), clock.now()
    try:
        notices_writes.read_announcement(
            announcement_id=announcement_id, operator_ids={each.operator_id for each in programmes_of(actor, at)},
            person_id=actor.person_id or 0, at=at,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect("accounts:home")


@signed_in
@require_POST
def digest(request: HttpRequest) -> HttpResponseBase:
    """The week's letter, on or off."""
    is_wanted = request.POST.get("wanted") == "yes"
    notices_writes.choose_digest(person_id=actor_of(request).person_id or 0, is_wanted=is_wanted, at=clock.now())
    messages.success(
        request, _("Vous recevrez la lettre de la semaine.") if is_wanted else _("Vous ne recevrez plus la lettre de la semaine.")
    )
    return redirect("accounts:account")


def answer(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    """Yes or no, for one's organisation."""
    said = request.POST.get("answer")
    if request.method == "POST" and said in ("yes", "no"):
        try:
            operations.answer_invitation(
                invitation_id=invitation_id, is_accepted=said == "yes", actor=actor_of(request), request_id=uuid4(), at=clock.now()
            )
            messages.success(request, _("Merci. L’opérateur lit votre réponse."))
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
    return redirect("accounts:home")


urlpatterns = [
    path("news/<int:announcement_id>/read/", read, name="read"),
    path("account/digest/", digest, name="digest"),
    path("season/<int:invitation_id>/", door("distribution.answer-invitation")(answer), name="season-answer"),
]
