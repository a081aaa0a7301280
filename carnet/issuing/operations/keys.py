"""New keys for the next editions of a programme, and the end of a version that leaked. Vouchers stay good through both."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.gateways.keys import key_ring
from carnet.issuing.models import KeyCopy, KeyVersion
from carnet.issuing.queries.keys import key_copies_here
from carnet.issuing.rules.keys import check_endable
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now

ROTATE = "issuing.rotate-keys"


@transaction.atomic
def rotate_keys(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Draw new signing and hashing keys for the programme's next editions; return their version.

    Editions already ordered keep the version they were drawn under; every older voucher is found by its code, its QR code, and offline.
    A ring on disk keeps the new keys even if the rest fails: nothing was drawn under them.
    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, KeysMissing (no edition yet: there is nothing to replace), KeysExhausted.
    Repeat:  the same request_id returns the first version.
    """
    check_allowed_now(actor, ROTATE, at)
    funding_access.operated_programme(actor, programme_id)
    repeated = KeyVersion.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.version
    version = key_ring().rotate(programme_id)
    KeyVersion.objects.create(programme_id=programme_id, version=version, drawn_at=at, request_id=request_id)
    _note("keys-rotated", programme_id, version, actor, request_id, at)
    return version


@transaction.atomic
def end_keys(*, programme_id: int, version: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a version leaked: no device believes its QR codes by itself any more. Again changes nothing. Locks: the version's row.

    Codes typed, and QR codes read with the network, stay good: what they name is a row, not a signature.
    Raises: NotAllowed, SecondFactorNeeded, ProgrammeUnknown, KeyVersionUnknown, KeyVersionCurrent.
    """
    check_allowed_now(actor, ROTATE, at)
    funding_access.operated_programme(actor, programme_id)
    check_endable(version, versions=key_ring().versions(programme_id))
    KeyVersion.objects.get_or_create(programme_id=programme_id, version=version, defaults={"request_id": request_id})
    row = KeyVersion.objects.select_for_update(of=("self",)).get(programme_id=programme_id, version=version)
    if row.ended_at is not None:
        return
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _note("keys-ended", programme_id, version, actor, request_id, at)


@transaction.atomic
def note_key_copies(*, machine: str, at: datetime) -> None:
    """Say once in the database which keys this machine holds, by a digest of their public halves. Call it seeing everything; again changes nothing.

    Raises: KeysUnreadable.
    """
    held = [KeyCopy(programme_id=programme_id, version=version, fingerprint=seen, machine=machine[:120], seen_at=at)
            for (programme_id, version), seen in key_copies_here().items()]  # fmt: skip
    KeyCopy.objects.bulk_create(held, ignore_conflicts=True)


def _note(what: str, programme_id: int, version: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"issuing.{what}",
        subject=("programme", programme_id),
        facts={"version": version},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
