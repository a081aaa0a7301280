"""Signing an agreement, amending its shares, closing it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access
from carnet.funding.models import Agreement, Share, ShareVersion
from carnet.funding.operations._studies import bind_study
from carnet.funding.rules import (
    AgreementHasNoRingFence,
    AgreementState,
    NameMissing,
    OrganisationLacksKind,
    ProgrammeEnded,
    ShareTerms,
    check_closing,
    check_shares,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Bic, Iban
from carnet.ledger import operations as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now

FUNDING_KINDS = frozenset({OrganisationKind.FUNDER.value, OrganisationKind.STATE.value})


@transaction.atomic
def sign_agreement(
    *,
    programme_id: int,
    name: str,
    signed_on: date,
    account_holder: str,
    iban: str,
    shares: Sequence[ShareTerms],
    bic: str = "",
    season: str = "",
    study_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Record a signed agreement with its first shares and open its accounts in the ledger; return its id.

    Shares are in the order of the signatures, which settles equal remainders. Cents are whole. `study_id`: the study of the
    State's part it was drafted from, which it then keeps.
    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, ProgrammeEnded, NameMissing, AgreementHasNoRingFence,
             IbanInvalid, BicInvalid, OrganisationLacksKind, StudyUnknown and the refusals of `rules.check_shares`.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.sign-agreement", at)
    programme = access.operated_programme(actor, programme_id)
    repeated = Agreement.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    if programme.ended_at is not None:
        raise ProgrammeEnded(ended_at=programme.ended_at)
    if not name.strip():
        raise NameMissing
    if not account_holder.strip() or not iban.strip():
        raise AgreementHasNoRingFence
    check_shares(shares)
    _check_funders(shares)
    row = Agreement.objects.create(
        programme=programme,
        name=name.strip(),
        season=season.strip(),
        signed_on=signed_on,
        state=AgreementState.SIGNED.value,
        account_holder=account_holder.strip(),
        iban=str(Iban.parse(iban)),
        bic=str(Bic.parse(bic)) if bic.strip() else "",
        request_id=request_id,
    )
    _write_version(row, number=1, shares=shares, reason="", request_id=request_id, at=at)
    if study_id is not None:
        bind_study(study_id, row)
    _journal(actor, "funding.agreement-signed", row, {"signed_on": signed_on.isoformat(), "shares": _written(shares)}, request_id, at)
    return row.id


@transaction.atomic
def amend_shares(*, agreement_id: int, shares: Sequence[ShareTerms], reason: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Put other shares in force for what is drawn from now on; return the version's number.

    What was drawn before keeps its shares: they are fixed in its vouchers.
    Raises:  NotAllowed, SecondFactorNeeded, AgreementUnknown, AgreementClosed, OrganisationLacksKind and the refusals of
             `rules.check_shares`.
    Repeat:  the same request_id returns the first number.
    """
    check_allowed_now(actor, "funding.sign-agreement", at)
    row = access.operated_agreement(actor, agreement_id, lock=True)
    return amend(row, shares, reason=reason, actor=actor, request_id=request_id, at=at).number


def amend(row: Agreement, shares: Sequence[ShareTerms], *, reason: str, actor: Actor, request_id: UUID, at: datetime) -> ShareVersion:
    """Write the next version of a locked agreement's shares, once per request."""
    repeated = ShareVersion.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated
    check_closing(row.closed_at)
    check_shares(shares)
    _check_funders(shares)
    number = ShareVersion.objects.filter(agreement=row).count() + 1
    version = _write_version(row, number=number, shares=shares, reason=reason, request_id=request_id, at=at)
    facts = {"version": number, "shares": _written(shares)}
    _journal(actor, "funding.shares-amended", row, facts, request_id, at)
    return version


@transaction.atomic
def close_agreement(*, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Close an agreement once settled: nothing more is ordered, received or amended under it. Closing again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, AgreementUnknown.
    """
    check_allowed_now(actor, "settlement.prepare-closing", at)
    row = access.operated_agreement(actor, agreement_id, lock=True)
    if row.closed_at is not None:
        return
    row.state, row.closed_at = AgreementState.CLOSED.value, at
    row.save(update_fields=["state", "closed_at"])
    _journal(actor, "funding.agreement-closed", row, {}, request_id, at)


def _check_funders(shares: Sequence[ShareTerms]) -> None:
    for share in shares:
        funder = parties.organisation(share.funder_id)
        if FUNDING_KINDS.isdisjoint(funder.kinds):
            raise OrganisationLacksKind(organisation=funder.name, kind=OrganisationKind.FUNDER.value)


def _write_version(
    row: Agreement, *, number: int, shares: Sequence[ShareTerms], reason: str, request_id: UUID, at: datetime
) -> ShareVersion:
    version = ShareVersion.objects.create(
        programme_id=row.programme_id, agreement=row, number=number, effective_at=at, reason=reason.strip(), request_id=request_id
    )
    Share.objects.bulk_create(
        Share(
            programme_id=row.programme_id,
            agreement_id=row.id,
            version=version,
            rank=rank,
            funder_id=share.funder_id,
            portion_numerator=share.portion.numerator if share.portion is not None else None,
            portion_denominator=share.portion.denominator if share.portion is not None else None,
            fixed_cents=share.fixed_cents,
            cap_cents=share.cap_cents,
            pays=share.pays.value,
            advanced_by_id=share.advanced_by_id,
        )
        for rank, share in enumerate(shares, start=1)
    )
    ledger.open_agreement_accounts(programme_id=row.programme_id, agreement_id=row.id, funder_ids=[share.funder_id for share in shares])
    return version


def _written(shares: Sequence[ShareTerms]) -> list[dict[str, object]]:
    return [
        {
            "funder": share.funder_id,
            "portion": str(share.portion) if share.portion is not None else None,
            "fixed_cents": share.fixed_cents,
            "cap_cents": share.cap_cents,
            "pays": share.pays.value,
            "advanced_by": share.advanced_by_id,
        }
        for share in shares
    ]


def _journal(actor: Actor, action: str, row: Agreement, facts: Mapping[str, object], request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("agreement", row.id),
        facts=facts,
        programme_id=row.programme_id,
        request_id=request_id,
        at=at,
    )
