"""Those of an earlier season invited to another: a letter each, once; and their answer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import SeasonInvitation
from carnet.distribution.operations._notes import note
from carnet.distribution.queries._inviting import invitable
from carnet.distribution.rules.inviting import InvitedAs, SameProgramme, SeasonInvitationUnknown, check_ticked
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import check_may


@transaction.atomic
def invite_again(
    *,
    programme_id: int,
    earlier_id: int,
    desk_ids: Collection[int],
    place_organisation_ids: Collection[int],
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Write to the organisations ticked, of an earlier programme of one's own; return how many letters. Lock: the programme.

    Who was invited before, or takes part already, is left alone: nobody is written to twice.
    Raises: NotAllowed, ProgrammeUnknown, SameProgramme, NotOfTheEarlierSeason, NobodyToInvite.
    """
    check_may(actor, "distribution.invite-again")
    funding_access.operated_programme(actor, programme_id, lock=True)
    funding_access.operated_programme(actor, earlier_id)
    if programme_id == earlier_id:
        raise SameProgramme
    done = SeasonInvitation.objects.filter(programme_id=programme_id, request_id=request_id).count()
    if done:
        return done
    known = invitable(programme_id=programme_id, earlier_id=earlier_id, at=at)
    ticked = {InvitedAs.DESK: set(desk_ids), InvitedAs.PLACE: set(place_organisation_ids)}
    chosen = [
        (invited_as, organisation_id)
        for invited_as, ids in ticked.items()
        if ids
        for organisation_id in check_ticked(
            ids, earlier=known[invited_as].earlier, present=known[invited_as].present, invited=known[invited_as].invited
        )
    ]
    if not chosen:
        check_ticked((), earlier=(), present=(), invited=())
    SeasonInvitation.objects.bulk_create(
        [
            SeasonInvitation(
                programme_id=programme_id, organisation_id=organisation_id, earlier_programme_id=earlier_id, invited_as=invited_as,
                invited_at=at, request_id=request_id,
            )
            for invited_as, organisation_id in chosen
        ]
    )  # fmt: skip
    programme, earlier = funding.programme(programme_id), funding.programme(earlier_id)
    for invited_as, organisation_id in chosen:
        context = {
            "programme_id": programme_id, "programme": programme.name, "earlier": earlier.name, "invited_as": invited_as.value,
            "organisation_id": organisation_id, "until_on": legal_day(programme.windows.hand_over_until),
        }  # fmt: skip
        notices.post(
            kind="distribution.season-invitation", to_organisation_id=organisation_id, context=context, programme_id=programme_id, at=at
        )
    facts = {"earlier": earlier_id, "desks": sum(kind is InvitedAs.DESK for kind, _id in chosen), "invited": len(chosen)}
    note("season-invited", ("programme", programme_id), programme_id, actor.organisation_id or 0, facts, actor, request_id, at)
    return len(chosen)


@transaction.atomic
def answer_invitation(*, invitation_id: int, is_accepted: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say yes or no for one's organisation; its operator reads the answer. Said again the same way, it changes nothing.

    A yes opens no door by itself: the operator admits the desk, or accepts the place, in the same screens as any other.
    Lock: the invitation. Raises: NotAllowed, SeasonInvitationUnknown.
    """
    check_may(actor, "distribution.answer-invitation")
    row = SeasonInvitation.objects.select_for_update(of=("self",)).filter(id=invitation_id).first()
    if row is None or not access.acts_for(actor, row.organisation_id):
        raise SeasonInvitationUnknown
    if row.answered_at is not None:
        if row.is_accepted != is_accepted:
            raise SeasonInvitationUnknown
        return
    row.answered_at, row.is_accepted = at, is_accepted
    row.save(update_fields=["answered_at", "is_accepted"])
    facts = {"accepted": is_accepted, "as": row.invited_as}
    note("season-answered", ("season-invitation", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
