"""Holding back what one place is owed, for a while, with a reason; letting it go again. The others are never touched."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Claim, Hold
from carnet.settlement.operations._claims import review_waiting
from carnet.settlement.rules import (
    ClaimState,
    HoldAlreadyPlaced,
    HoldEnded,
    HoldWords,
    check_hold_words,
    check_reason,
    hold_until,
    is_held,
)

HOLD = "settlement.hold-payment"
ENDED_BY_ITSELF = "ended by itself"


@transaction.atomic
def place_hold(
    *,
    programme_id: int,
    organisation_id: int,
    claim_id: int | None = None,
    words: HoldWords,
    days: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Keep back one claim, or everything a programme owes one place operator, for `days`; tell the place why; return the hold's id.

    What was redeemed and is not claimed yet stays so; claims that wait are set aside; what is in a run whose file is not written
    leaves it when it is released. What is at the bank already is not touched.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ProgrammeUnknown, ClaimUnknown, HoldWordsMissing, HoldTooLong,
             HoldAlreadyPlaced.
    Repeat:  the same request_id returns the first hold.
    """
    check_allowed_now(actor, HOLD, at)
    placed_by = person_of(actor, HOLD)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    repeated = Hold.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    if claim_id is not None:
        organisation_id = access.claim_of_programme(claim_id, programme_id).organisation_id
    words, until = check_hold_words(words), hold_until(at=at, days=days)
    _end_what_ended(programme_id, organisation_id, claim_id, at)
    hold = Hold.objects.create(
        programme_id=programme_id,
        organisation_id=organisation_id,
        claim_id=claim_id,
        reason=words.reason,
        words=words.words,
        phone=words.phone,
        placed_by_id=placed_by,
        placed_at=at,
        until=until,
        request_id=request_id,
    )
    _review(hold, actor, request_id, at)
    _tell(actor, "settlement.hold-placed", hold, request_id, at)
    notices.post(
        kind="settlement.payment-held",
        to_organisation_id=organisation_id,
        context={"words": hold.words, "phone": hold.phone, "ends_at": until},
        programme_id=programme_id,
        at=at,
    )
    return hold.id


@transaction.atomic
def renew_hold(*, hold_id: int, days: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Decide again to wait, for `days` from now. Raises: NotAllowed, SecondFactorNeeded, HoldUnknown, HoldEnded, HoldTooLong, ReasonMissing."""
    hold = _open_hold(hold_id, actor, at)
    reason = check_reason(reason)
    hold.until, hold.renewal_count = hold_until(at=at, days=days), hold.renewal_count + 1
    hold.reason = f"{hold.reason}\n{reason}"[:500]
    hold.save(update_fields=["until", "renewal_count", "reason"])
    _tell(actor, "settlement.hold-renewed", hold, request_id, at)


@transaction.atomic
def release_hold(*, hold_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let what was held be paid with the next run, and say so to the place; whoever placed it may, and anybody else who may hold.

    Raises: NotAllowed, SecondFactorNeeded, HoldUnknown, HoldEnded, ReasonMissing.
    """
    hold = _open_hold(hold_id, actor, at)
    reason = check_reason(reason)
    hold.released_at, hold.released_by_id, hold.released_because = at, person_of(actor, HOLD), reason
    hold.save(update_fields=["released_at", "released_by_id", "released_because"])
    _review(hold, actor, request_id, at)
    _tell(actor, "settlement.hold-released", hold, request_id, at)
    notices.post(
        kind="settlement.payment-freed",
        to_organisation_id=hold.organisation_id,
        context={},
        programme_id=hold.programme_id,
        at=at,
    )


def _open_hold(hold_id: int, actor: Actor, at: datetime) -> Hold:
    check_allowed_now(actor, HOLD, at)
    hold = access.operated_hold(actor, hold_id)
    if not is_held(until=hold.until, released_at=hold.released_at, at=at):
        raise HoldEnded(ended_at=hold.released_at or hold.until)
    return hold


def _end_what_ended(programme_id: int, organisation_id: int, claim_id: int | None, at: datetime) -> None:
    rows = Hold.objects.filter(programme_id=programme_id, organisation_id=organisation_id, released_at__isnull=True)
    earlier = (rows.filter(claim__isnull=True) if claim_id is None else rows.filter(claim_id=claim_id)).first()
    if earlier is None:
        return
    if is_held(until=earlier.until, released_at=None, at=at):
        raise HoldAlreadyPlaced(until=earlier.until)
    earlier.released_at, earlier.released_because = earlier.until, ENDED_BY_ITSELF
    earlier.save(update_fields=["released_at", "released_because"])


def _review(hold: Hold, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Look again at what waits for this place: its claims are set aside, or free again."""
    waiting = Claim.objects.filter(
        programme_id=hold.programme_id, organisation_id=hold.organisation_id, state__in=[ClaimState.READY, ClaimState.SET_ASIDE]
    )
    for agreement_id in sorted(set(waiting.values_list("agreement_id", flat=True))):
        review_waiting(agreement_id, actor=actor, request_id=request_id, at=at)


def _tell(actor: Actor, action: str, hold: Hold, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("hold", hold.id),
        facts={"claim": hold.claim_id, "until": hold.until, "renewals": hold.renewal_count},
        programme_id=hold.programme_id,
        organisation_id=hold.organisation_id,
        request_id=request_id,
        at=at,
    )
