"""Print shops an operator works with, and the keys their files are sealed for: proposed by one person, agreed to by another."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from carnet.gateways.sealed_files import read_certificate
from carnet.issuing.access import print_shops as access
from carnet.issuing.models import Job, PrintKey, PrintShop
from carnet.issuing.operations._journal import by
from carnet.issuing.rules import JobState
from carnet.issuing.rules.print_shops import (
    NotAPrintShop,
    PrintKeyDecided,
    PrintKeyKnown,
    PrintShopBusy,
    PrintShopEnded,
    check_spoken,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import (
    OrganisationEnded,
    OrganisationKind,
    check_allowed_now,
    check_second_person,
    digest_of,
    person_of,
)

APPROVE = "issuing.approve-print-key"
_MANAGE = "issuing.manage-print-shops"


@transaction.atomic
def admit_print_shop(*, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Work with a registered print shop; return the tie's id.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, OrganisationUnknown, OrganisationEnded, NotAPrintShop.
    Repeat:  the one there is already.
    """
    check_allowed_now(actor, _MANAGE, at)
    admitted_by = person_of(actor, _MANAGE)
    organisation = parties_queries.organisation(organisation_id)
    if organisation.has_ended:
        raise OrganisationEnded(organisation=organisation.name)
    if OrganisationKind.PRINT_SHOP.value not in organisation.kinds:
        raise NotAPrintShop(organisation=organisation.name)
    try:
        with transaction.atomic():
            row, is_new = PrintShop.objects.get_or_create(
                operator_id=actor.organisation_id,
                organisation_id=organisation_id,
                ended_at=None,
                defaults={"admitted_at": at, "admitted_by_id": admitted_by, "request_id": request_id},
            )
    except IntegrityError:
        row, is_new = PrintShop.objects.get(request_id=request_id), False
    if is_new:
        _note("print-shop-admitted", ("print-shop", row.id), row, {}, actor=actor, request_id=request_id, at=at)
    return row.id


@transaction.atomic
def end_print_shop(*, print_shop_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Stop working with a print shop once nothing waits at its press; its keys end with it. Again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, PrintShopUnknown, PrintShopBusy.
    """
    check_allowed_now(actor, _MANAGE, at)
    row = access.operated_print_shop(actor, print_shop_id, lock=True)
    if row.ended_at is not None:
        return
    busy = Job.objects.filter(print_key__print_shop=row, order__printed_at=None).exclude(state=JobState.FAILED.value)
    orders = busy.values("order_id").distinct().count()
    if orders:
        raise PrintShopBusy(orders=orders)
    PrintKey.objects.filter(print_shop=row, approved_at__isnull=False, ended_at=None).update(ended_at=at, ended_by_id=by(actor))
    row.ended_at, row.ended_by_id = at, by(actor)
    row.save(update_fields=["ended_at", "ended_by_id"])
    _note("print-shop-ended", ("print-shop", row.id), row, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def propose_print_key(*, print_shop_id: int, content: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Give a print shop's certificate, as the shop itself or as the operator that received it; a second person of the operator is asked.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, PrintShopUnknown, PrintShopEnded, PrintKeyKnown, ApprovalAlreadyWaiting,
             PrivateKeySent, CertificateUnreadable, CertificateKeyUnfit, CertificateKeyWeak, CertificateExpired: nothing of it is kept.
    Repeat:  the same request_id returns the first id.
    """
    row = access.print_shop(actor, print_shop_id, lock=True)
    action = "issuing.offer-print-key" if row.organisation_id == actor.organisation_id else _MANAGE
    check_allowed_now(actor, action, at)
    proposed_by = person_of(actor, action)
    repeated = PrintKey.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    if row.ended_at is not None:
        raise PrintShopEnded(ended_at=row.ended_at)
    certificate = read_certificate(content, at=at)
    known = PrintKey.objects.filter(print_shop=row, fingerprint=certificate.fingerprint).values_list("version", flat=True).first()
    if known is not None:
        raise PrintKeyKnown(version=known)
    version = PrintKey.objects.filter(print_shop=row).count() + 1
    key = PrintKey.objects.create(
        print_shop=row,
        operator_id=row.operator_id,
        organisation_id=row.organisation_id,
        version=version,
        certificate=certificate.pem,
        fingerprint=certificate.fingerprint,
        bits=certificate.bits,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        proposed_at=at,
        proposed_by_id=proposed_by,
        request_id=request_id,
    )
    approval = parties.request_approval(
        action=APPROVE,
        subject=("print-key", key.id),
        digest=_digest(key),
        organisation_id=row.operator_id,
        actor=actor,
        request_id=uuid5(request_id, "approval"),
        at=at,
    )
    key.approval_id = approval.id
    key.save(update_fields=["approval_id"])
    _note("print-key-proposed", ("print-key", key.id), row, {"version": version}, actor=actor, request_id=request_id, at=at)
    return key.id


@transaction.atomic
def approve_print_key(*, key_id: int, spoken: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Agree to a key after hearing the end of its fingerprint on the telephone; the one before ends. The same person again changes nothing.

    Whoever proposed the key, or admitted the print shop, does not agree to it: alone, one could make up a print shop and read every code.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, SamePerson, PrintKeyUnknown, PrintKeyDecided, PrintShopEnded,
             FingerprintDiffers.
    """
    check_allowed_now(actor, APPROVE, at)
    decided_by = person_of(actor, APPROVE)
    key, row = _decided_about(key_id, actor)
    if key.approved_at is not None and key.approved_by_id == decided_by:
        return
    if key.approved_at is not None or key.refused_at is not None:
        raise PrintKeyDecided(key=key_id)
    if row.ended_at is not None:
        raise PrintShopEnded(ended_at=row.ended_at)
    for earlier in (key.proposed_by_id, row.admitted_by_id):
        check_second_person(requested_by=earlier, decided_by=decided_by, action=APPROVE)
    check_spoken(bytes(key.fingerprint), spoken)
    assert key.approval_id is not None, "a key asks for its approval when it is proposed"
    parties.approve(approval_id=key.approval_id, digest=_digest(key), actor=actor, request_id=request_id, at=at)
    PrintKey.objects.filter(print_shop=row, approved_at__isnull=False, ended_at=None).update(ended_at=at, ended_by_id=decided_by)
    key.approved_at, key.approved_by_id = at, decided_by
    key.save(update_fields=["approved_at", "approved_by_id"])
    _note("print-key-approved", ("print-key", key.id), row, {"version": key.version}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_print_key(*, key_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say no to a key, and why. Raises: as `approve_print_key`, and ReasonMissing."""
    check_allowed_now(actor, APPROVE, at)
    decided_by = person_of(actor, APPROVE)
    key, row = _decided_about(key_id, actor)
    if key.refused_at is not None and key.refused_by_id == decided_by:
        return
    if key.approved_at is not None or key.refused_at is not None:
        raise PrintKeyDecided(key=key_id)
    assert key.approval_id is not None, "a key asks for its approval when it is proposed"
    parties.refuse(approval_id=key.approval_id, digest=_digest(key), reason=reason, actor=actor, request_id=request_id, at=at)
    key.refused_at, key.refused_by_id = at, decided_by
    key.save(update_fields=["refused_at", "refused_by_id"])
    _note("print-key-refused", ("print-key", key.id), row, {"version": key.version}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def end_print_key(*, key_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Seal nothing more for a key: its private half was lost, or seen by somebody else. Again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, PrintKeyUnknown, PrintKeyDecided (it was never in force).
    """
    found = access.print_key(actor, key_id)
    own = found.organisation_id == actor.organisation_id
    check_allowed_now(actor, "issuing.offer-print-key" if own else _MANAGE, at)
    row = access.print_shop(actor, found.print_shop_id, lock=True)
    key = access.print_key(actor, key_id)
    if key.ended_at is not None:
        return
    if key.approved_at is None:
        raise PrintKeyDecided(key=key_id)
    key.ended_at, key.ended_by_id = at, by(actor)
    key.save(update_fields=["ended_at", "ended_by_id"])
    _note("print-key-ended", ("print-key", key.id), row, {"version": key.version}, actor=actor, request_id=request_id, at=at)


def _decided_about(key_id: int, actor: Actor) -> tuple[PrintKey, PrintShop]:
    """The key, read again once its print shop's row is held: two people decide one after the other."""
    row = access.operated_print_shop(actor, access.print_key(actor, key_id).print_shop_id, lock=True)
    return access.print_key(actor, key_id), row


def _digest(key: PrintKey) -> bytes:
    return digest_of(key.print_shop_id, key.version, bytes(key.fingerprint).hex(), key.valid_until.isoformat())


def _note(
    what: str, subject: tuple[str, int], row: PrintShop, facts: dict[str, int], *, actor: Actor, request_id: UUID, at: datetime
) -> None:
    journal.record(
        actor=actor,
        action=f"issuing.{what}",
        subject=subject,
        facts={"print_shop": row.organisation_id, **facts},
        organisation_id=row.operator_id,
        request_id=request_id,
        at=at,
    )
