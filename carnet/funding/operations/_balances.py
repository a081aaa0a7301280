"""What an agreement's account held: kept from its bank's statements, or stated by one person with a paper and agreed to by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.funding import access
from carnet.funding.models import Agreement, BankBalance, StatedBalance
from carnet.funding.rules import BalanceDecided, BalanceSource, BalanceWaiting, check_stated_balance
from carnet.gateways import documents
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties
from carnet.parties.rules import check_allowed_now, digest_of, person_of

STATE, AGREE = "funding.state-balance", "funding.approve-balance"


@dataclass(frozen=True, slots=True)
class FoundBalance:
    """One closing balance of a statement of an agreement's account. Unit: whole cents; below zero, overdrawn."""

    day: date
    cents: int
    opening_cents: int | None = None


def keep_balances(*, agreement_id: int, programme_id: int, found: Sequence[FoundBalance], digest: bytes, at: datetime) -> None:
    """Keep the closing balances of a statement that the caller read and believed; the same file again changes nothing."""
    BankBalance.objects.bulk_create(
        (
            BankBalance(
                programme_id=programme_id, agreement_id=agreement_id, day=each.day, cents=each.cents, opening_cents=each.opening_cents,
                source=BalanceSource.STATEMENT.value, digest=digest, recorded_at=at,
            )
            for each in found
        ),
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic
def state_balance(*, agreement_id: int, day: date, cents: int, paper: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Say what an agreement's account held at the close of a day, with the accountant's paper, and ask a second person; return its id.

    Units:   whole cents; below zero, overdrawn.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, BalanceInFuture, BalanceTooLarge, BalanceWaiting,
             DocumentTooHeavy, DocumentUnreadable, DocumentLocked.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, STATE, at)
    stated_by = person_of(actor, STATE)
    agreement = access.operated_agreement(actor, agreement_id, lock=True)
    repeated = StatedBalance.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_stated_balance(day=day, cents=cents, today=legal_day(at))
    read = documents.read(paper)
    row = _written(agreement, day, cents, read, stated_by, request_id, at)
    approval = parties.request_approval(
        action=AGREE, subject=("stated-balance", row.id), digest=_digest(row), organisation_id=agreement.programme.operator_id,
        programme_id=agreement.programme_id, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    row.approval_id = approval.id
    row.save(update_fields=["approval_id"])
    _note("balance-stated", row, actor=actor, request_id=request_id, at=at)
    return row.id


@transaction.atomic
def approve_balance(*, stated_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person read the same paper: the balance counts. The same person again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, BalanceUnknown, BalanceDecided, SamePerson.
    """
    row = _waiting(stated_id, actor, agreed=True, at=at)
    if row is None:
        return
    parties.approve(approval_id=row.approval_id or 0, digest=_digest(row), actor=actor, request_id=request_id, at=at)
    _decided(row, actor, agreed=True, at=at)
    BankBalance.objects.create(
        programme_id=row.programme_id, agreement_id=row.agreement_id, day=row.day, cents=row.cents, source=BalanceSource.STATED.value,
        digest=bytes(row.digest), stated=row, recorded_at=at,
    )  # fmt: skip
    _note("balance-agreed", row, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_balance(*, stated_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say no to a stated balance, and why: it never counts. Raises: as `approve_balance`, and ReasonMissing."""
    row = _waiting(stated_id, actor, agreed=False, at=at)
    if row is None:
        return
    parties.refuse(approval_id=row.approval_id or 0, digest=_digest(row), reason=reason, actor=actor, request_id=request_id, at=at)
    _decided(row, actor, agreed=False, at=at)
    _note("balance-refused", row, actor=actor, request_id=request_id, at=at)


def _written(
    agreement: Agreement, day: date, cents: int, read: documents.Document, stated_by: int, request_id: UUID, at: datetime
) -> StatedBalance:
    row = StatedBalance(
        programme_id=agreement.programme_id, agreement=agreement, day=day, cents=cents, media_type=read.media_type,
        digest=sha256(read.content).digest(), sealed_paper=key_ring().seal(access.paper_purpose(request_id), read.content),
        stated_by_id=stated_by, stated_at=at, request_id=request_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "one_waiting" in str(error):
            raise BalanceWaiting from None
        raise
    return row


def _waiting(stated_id: int, actor: Actor, *, agreed: bool, at: datetime) -> StatedBalance | None:
    """The stated balance, locked, while it waits; None when this person already answered the same."""
    check_allowed_now(actor, AGREE, at)
    decided_by = person_of(actor, AGREE)
    row = access.operated_balance(actor, stated_id, lock=True)
    if row.decided_at is None:
        return row
    if row.decided_by_id == decided_by and row.is_agreed is agreed:
        return None
    raise BalanceDecided


def _decided(row: StatedBalance, actor: Actor, *, agreed: bool, at: datetime) -> None:
    row.decided_at, row.decided_by_id, row.is_agreed = at, actor.person_id, agreed
    row.save(update_fields=["decided_at", "decided_by_id", "is_agreed"])


def _digest(row: StatedBalance) -> bytes:
    return digest_of(row.agreement_id, row.day.isoformat(), row.cents, bytes(row.digest).hex())


def _note(what: str, row: StatedBalance, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"funding.{what}",
        subject=("stated-balance", row.id),
        facts={"agreement": row.agreement_id, "day": row.day.isoformat(), "cents": row.cents},
        programme_id=row.programme_id,
        request_id=request_id,
        at=at,
    )
