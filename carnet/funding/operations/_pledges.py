"""A company says it will help, signs, then joins: its share applies to what is drawn afterwards."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access, queries
from carnet.funding.models import Pledge
from carnet.funding.operations._agreements import FUNDING_KINDS, amend
from carnet.funding.rules import (
    OrganisationLacksKind,
    PledgeState,
    ReceiptNotPositive,
    ShareTerms,
    check_closing,
    check_pledge_step,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now


@transaction.atomic
def record_pledge(*, agreement_id: int, organisation_id: int, cents: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Note that an organisation announced an amount; return the pledge's id. A promise covers nothing.

    Raises:  NotAllowed, AgreementUnknown, AgreementClosed, ReceiptNotPositive, OrganisationLacksKind.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.prepare-agreement", at)
    row = access.operated_agreement(actor, agreement_id)
    repeated = Pledge.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_closing(row.closed_at)
    if cents <= 0:
        raise ReceiptNotPositive(cents=cents)
    organisation = parties.organisation(organisation_id)
    if FUNDING_KINDS.isdisjoint(organisation.kinds):
        raise OrganisationLacksKind(organisation=organisation.name, kind=OrganisationKind.FUNDER.value)
    pledge = Pledge.objects.create(
        programme_id=row.programme_id,
        agreement=row,
        organisation_id=organisation_id,
        cents=cents,
        state=PledgeState.PLEDGED.value,
        pledged_at=at,
        request_id=request_id,
    )
    _journal(actor, "funding.pledge-recorded", pledge, request_id, at)
    return pledge.id


@transaction.atomic
def sign_pledge(*, pledge_id: int, signed_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Note that the pledge was signed. Raises: NotAllowed, PledgeUnknown, PledgeStepWrong."""
    check_allowed_now(actor, "funding.prepare-agreement", at)
    pledge = access.operated_pledge(actor, pledge_id)
    check_pledge_step(PledgeState(pledge.state), PledgeState.SIGNED)
    pledge.state, pledge.signed_on = PledgeState.SIGNED.value, signed_on
    pledge.save(update_fields=["state", "signed_on"])
    _journal(actor, "funding.pledge-signed", pledge, request_id, at)


@transaction.atomic
def join_pledge(*, pledge_id: int, shares: Sequence[ShareTerms] | None = None, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Turn a signed pledge into a share for what is drawn from now on; return the version's number.

    Without `shares`, its amount joins the shares in force as a fixed amount, spent first; the others keep their portions
    of the rest.
    Raises: NotAllowed, SecondFactorNeeded, PledgeUnknown, PledgeStepWrong, AgreementClosed and `rules.check_shares`'s.
    """
    check_allowed_now(actor, "funding.sign-agreement", at)
    pledge = access.operated_pledge(actor, pledge_id)
    if pledge.joined_version is not None:
        return pledge.joined_version.number
    check_pledge_step(PledgeState(pledge.state), PledgeState.JOINED)
    row = access.operated_agreement(actor, pledge.agreement_id, lock=True)
    if shares is None:
        in_force = queries.agreement_for_order(row.id, at=at).version.shares
        shares = [*in_force, ShareTerms(pledge.organisation_id, fixed_cents=pledge.cents)]
    version = amend(row, shares, reason=parties.organisation(pledge.organisation_id).name, actor=actor, request_id=request_id, at=at)
    pledge.state, pledge.joined_version = PledgeState.JOINED.value, version
    pledge.save(update_fields=["state", "joined_version"])
    _journal(actor, "funding.pledge-joined", pledge, request_id, at)
    return version.number


@transaction.atomic
def withdraw_pledge(*, pledge_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Note that the organisation will not come. Raises: NotAllowed, PledgeUnknown, PledgeStepWrong."""
    check_allowed_now(actor, "funding.prepare-agreement", at)
    pledge = access.operated_pledge(actor, pledge_id)
    check_pledge_step(PledgeState(pledge.state), PledgeState.WITHDRAWN)
    pledge.state, pledge.ended_at = PledgeState.WITHDRAWN.value, at
    pledge.save(update_fields=["state", "ended_at"])
    _journal(actor, "funding.pledge-withdrawn", pledge, request_id, at)


def _journal(actor: Actor, action: str, pledge: Pledge, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("pledge", pledge.id),
        facts={"agreement": pledge.agreement_id, "organisation": pledge.organisation_id, "cents": pledge.cents},
        programme_id=pledge.programme_id,
        organisation_id=pledge.organisation_id,
        request_id=request_id,
        at=at,
    )
