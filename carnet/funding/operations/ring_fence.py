"""Another account for an agreement's money, when the one it had is of an operator that is no more: two people, and the money's rows stay as they are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.funding import access
from carnet.funding.models import Agreement, RingFenceChange
from carnet.funding.rules.ring_fence import RingFenceDecided, RingFenceSame, RingFenceUnknown, RingFenceWaiting
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.parties import operations as parties
from carnet.parties.rules import check_allowed_now, digest_of, person_of

ENTER, AGREE = "funding.enter-ring-fence", "funding.approve-ring-fence"


@dataclass(frozen=True, slots=True)
class EnteredAccount:
    """A new account as it was entered. `is_agreed` is None while it waits."""

    id: int
    programme_id: int
    agreement_id: int
    agreement_name: str
    holder: str
    iban: str
    bic: str
    former_iban: str
    entered_by: int
    entered_at: datetime
    is_agreed: bool | None


@transaction.atomic
def enter_ring_fence(*, agreement_id: int, holder: str, iban: str, bic: str = "", actor: Actor, request_id: UUID, at: datetime) -> int:
    """Enter the account an agreement's money will stay in, and ask a second person; return the change's id. Nothing changes yet.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, IbanInvalid, RingFenceSame, RingFenceWaiting.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, ENTER, at)
    entered_by = person_of(actor, ENTER)
    agreement = access.operated_agreement(actor, agreement_id, lock=True)
    repeated = RingFenceChange.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return int(repeated)
    read = str(Iban.parse(iban))
    if read == agreement.iban:
        raise RingFenceSame
    row = RingFenceChange(
        programme_id=agreement.programme_id, agreement=agreement, account_holder=holder.strip()[:140], iban=read, bic=bic.strip().upper()[:11],
        entered_by_id=entered_by, entered_at=at, request_id=request_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "one_waiting" in str(error):
            raise RingFenceWaiting from None
        raise
    approval = parties.request_approval(
        action=AGREE, subject=("ring-fence", row.id), digest=_digest(row), organisation_id=agreement.programme.operator_id,
        programme_id=agreement.programme_id, actor=actor, request_id=uuid5(request_id, "approval"), at=at,
    )  # fmt: skip
    row.approval_id = approval.id
    row.save(update_fields=["approval_id"])
    _note("ring-fence-entered", row, actor, request_id, at)
    return int(row.id)


@transaction.atomic
def decide_ring_fence(*, change_id: int, refused_because: str | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person compared it with the bank's paper: it is the agreement's account from now on; or it is refused, and why.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, RingFenceUnknown, RingFenceDecided, SamePerson, ReasonMissing.
    """
    check_allowed_now(actor, AGREE, at)
    row = _operated(actor, change_id)
    if row.decided_at is not None:
        raise RingFenceDecided
    assert row.approval_id is not None, "a change asks for its approval when it is entered"
    if refused_because is None:
        parties.approve(approval_id=row.approval_id, digest=_digest(row), actor=actor, request_id=request_id, at=at)
        Agreement.objects.filter(id=row.agreement_id).update(
            account_holder=row.account_holder, iban=row.iban, bic=row.bic, account_ended_at=None
        )
    else:
        parties.refuse(approval_id=row.approval_id, digest=_digest(row), reason=refused_because, actor=actor, request_id=request_id, at=at)
    row.decided_at, row.decided_by_id, row.is_agreed = at, person_of(actor, AGREE), refused_because is None
    row.save(update_fields=["decided_at", "decided_by_id", "is_agreed"])
    _note("ring-fence-agreed" if row.is_agreed else "ring-fence-refused", row, actor, request_id, at)


def entered_account(*, change_id: int, actor: Actor) -> EnteredAccount:
    """A change as it was entered, for the agreement's operator. Raises: RingFenceUnknown."""
    return _entered(_operated(actor, change_id, lock=False))


def waiting_account(agreement_id: int) -> EnteredAccount | None:
    """The change of an agreement that waits for a second person, or None."""
    row = RingFenceChange.objects.filter(agreement_id=agreement_id, decided_at=None).select_related("agreement").first()
    return _entered(row) if row is not None else None


def _entered(row: RingFenceChange) -> EnteredAccount:
    return EnteredAccount(
        row.id, row.programme_id, row.agreement_id, row.agreement.name, row.account_holder, row.iban, row.bic, row.agreement.iban,
        row.entered_by_id, row.entered_at, row.is_agreed,
    )  # fmt: skip


def _operated(actor: Actor, change_id: int, *, lock: bool = True) -> RingFenceChange:
    rows = RingFenceChange.objects.select_for_update(of=("self",)) if lock else RingFenceChange.objects
    row = rows.select_related("agreement").filter(id=change_id).first()
    if row is None:
        raise RingFenceUnknown(change=change_id)
    access.operated_agreement(actor, row.agreement_id)
    return row


def _digest(row: RingFenceChange) -> bytes:
    return digest_of(row.agreement_id, row.account_holder, row.iban, row.bic)


def _note(what: str, row: RingFenceChange, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=f"funding.{what}", subject=("ring-fence", row.id), facts={"agreement": row.agreement_id},
        programme_id=row.programme_id, request_id=request_id, at=at,
    )  # fmt: skip
