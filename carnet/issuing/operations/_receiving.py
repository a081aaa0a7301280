"""A box counted by the organisation it was sent to: whole after its first and last booklet, or run by run, or not there at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.issuing.access import parcels as access
from carnet.issuing.models import Parcel, ParcelGap, Shipment
from carnet.issuing.operations._journal import by
from carnet.issuing.rules.parcels import (
    Ending,
    GapKind,
    NothingScanned,
    NotInParcel,
    ParcelState,
    Run,
    check_ends,
    check_state,
    check_within,
    count,
    counted,
    label_number,
    merged,
    minus,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import check_allowed_now

RECEIVE = "issuing.receive"


@transaction.atomic
def scan_parcel(
    *, parcel_id: int, first_serial: str, last_serial: str = "", is_damaged: bool = False, actor: Actor, at: datetime
) -> tuple[Run, ...]:
    """Note booklets read in an open box, one or a pile by its first and last; return everything read so far. Read twice counts once.

    Read again without `is_damaged`, a booklet set aside is good after all. The stock does not move before `close_count`: a count that is
    interrupted is taken up where it was.
    Raises: NotAllowed, ParcelUnknown, ParcelNotYours, ParcelNotNow, SerialMistyped, BookletUnknown, VoucherSerialUnknown, NotInParcel.
    """
    check_allowed_now(actor, RECEIVE, at)
    row = access.awaited_parcel(actor, parcel_id)
    check_state(row.facts.state, ParcelState.SENT)
    run = _read(row, first_serial, last_serial)
    row.seen = [list(each) for each in merged([*_runs(row.seen), run])]
    spoiled = [*_runs(row.damaged), run] if is_damaged else minus(_runs(row.damaged), [run])
    row.damaged = [list(each) for each in merged(spoiled)]
    row.save(update_fields=["seen", "damaged"])
    return _runs(row.seen)


@transaction.atomic
def restart_count(*, parcel_id: int, actor: Actor, at: datetime) -> None:
    """Forget what was read in a box that is not confirmed yet. Raises: NotAllowed, ParcelUnknown, ParcelNotYours, ParcelNotNow."""
    check_allowed_now(actor, RECEIVE, at)
    row = access.awaited_parcel(actor, parcel_id)
    check_state(row.facts.state, ParcelState.SENT)
    row.seen, row.damaged = [], []
    row.save(update_fields=["seen", "damaged"])


@transaction.atomic
def receive_parcel(*, parcel_id: int, first_serial: str, last_serial: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm that a box is whole, its first and last booklet read; return how many booklets. Again changes nothing.

    Raises: NotAllowed, ParcelUnknown, ParcelNotYours, ParcelNotNow, SerialMistyped, BookletUnknown, VoucherSerialUnknown, NotInParcel,
    EndsDiffer.
    """
    check_allowed_now(actor, RECEIVE, at)
    row = access.awaited_parcel(actor, parcel_id)
    if row.ending == Ending.RECEIVED.value:
        return count(row.facts.arrived)
    check_state(row.facts.state, ParcelState.SENT)
    check_ends(_read(row, first_serial, last_serial), row.run)
    return _account([row], whole={row.id: (row.run,)}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def close_count(*, parcel_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm what was read in a box: the good ones come into stock, the damaged and the missing are told to whoever answers for them.

    Return how many came. Again changes nothing.
    Raises: NotAllowed, ParcelUnknown, ParcelNotYours, ParcelNotNow, NothingScanned.
    """
    check_allowed_now(actor, RECEIVE, at)
    row = access.awaited_parcel(actor, parcel_id)
    if row.ending == Ending.RECEIVED.value:
        return count(row.facts.arrived)
    check_state(row.facts.state, ParcelState.SENT)
    if not row.seen:
        raise NothingScanned
    whole, spoiled, missing = counted(row.run, seen=_runs(row.seen), damaged=_runs(row.damaged))
    gaps = [(GapKind.DAMAGED, each) for each in spoiled] + [(GapKind.MISSING, each) for each in missing]
    return _account([row], whole={row.id: whole}, gaps=gaps, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def report_missing(*, parcel_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a box never came; its booklets stay on their way, and nobody can hand them over. Again changes nothing.

    Raises: NotAllowed, ParcelUnknown, ParcelNotYours, ParcelNotNow.
    """
    check_allowed_now(actor, RECEIVE, at)
    row = access.awaited_parcel(actor, parcel_id)
    if row.ending == Ending.GONE.value:
        return
    check_state(row.facts.state, ParcelState.SENT)
    gone(row, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def receive_all(*, shipment: Shipment, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm every box of a locked shipment that is still on its way, unopened; return how many booklets came."""
    rows = list(
        Parcel.objects.select_for_update(of=("self",))
        .filter(shipment=shipment, ended_at=None)
        .prefetch_related("gaps__settlements")
        .order_by("id")
    )
    return _account(rows, whole={row.id: (row.run,) for row in rows}, actor=actor, request_id=request_id, at=at) if rows else 0


def gone(row: Parcel, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End a locked box that was sent as one that never came: all of it is missing."""
    _account([row], whole={row.id: ()}, gaps=[(GapKind.MISSING, row.run)], ending=Ending.GONE, actor=actor, request_id=request_id, at=at)


def _account(
    rows: Sequence[Parcel],
    *,
    whole: dict[int, tuple[Run, ...]],
    gaps: Sequence[tuple[GapKind, Run]] = (),
    ending: Ending = Ending.RECEIVED,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Boxes of one shipment become stock and gaps, at once. `gaps` are of a single box."""
    first = rows[0]
    runs = [run for row in rows for run in whole[row.id]]
    came = ledger.receive_runs(
        series_id=first.series_id, runs=runs, to_holder_id=first.to_organisation_id, actor=actor, request_id=request_id, at=at
    )
    ParcelGap.objects.bulk_create(
        ParcelGap(
            parcel=first,
            programme_id=first.programme_id,
            series_id=first.series_id,
            from_organisation_id=first.from_organisation_id,
            to_organisation_id=first.to_organisation_id,
            kind=kind,
            first_booklet_id=run[0],
            last_booklet_id=run[1],
            told_at=at,
            told_by_id=by(actor),
            told_by_organisation_id=actor.organisation_id,
            request_id=request_id,
        )
        for kind, run in gaps
    )
    Parcel.objects.filter(id__in=[row.id for row in rows]).update(ending=ending.value, ended_at=at, ended_by_id=by(actor))
    assert first.shipment_id is not None, "a box that was sent is of a shipment"
    if not Parcel.objects.filter(shipment_id=first.shipment_id, ended_at=None).exists():
        Shipment.objects.filter(id=first.shipment_id, received_at=None).update(received_at=at, received_by_id=by(actor))
    told = {kind: count(run for each, run in gaps if each is kind) for kind in GapKind}
    journal.record(
        actor=actor,
        action="issuing.parcel-missing" if ending is Ending.GONE else "issuing.shipment-received",
        subject=("shipment", first.shipment_id),
        facts={
            "series": first.series_id,
            "parcels": [row.id for row in rows][:50],
            "came": came,
            "missing": told[GapKind.MISSING],
            "damaged": told[GapKind.DAMAGED],
        },
        programme_id=first.programme_id,
        organisation_id=first.to_organisation_id,
        request_id=request_id,
        at=at,
    )
    if gaps and actor.organisation_id == first.to_organisation_id:
        _tell_short(first, told, at)
    return came


def _tell_short(row: Parcel, told: dict[GapKind, int], at: datetime) -> None:
    """Write to whoever sent the box, and to the operator that answers for it."""
    operator_id = funding.programme(row.programme_id).operator_id
    context = {
        "parcel": label_number(ledger_queries.series(row.series_id).issuer_prefix, row.id),
        "sent": row.last_booklet_id - row.first_booklet_id + 1,
        "missing": told[GapKind.MISSING],
        "damaged": told[GapKind.DAMAGED],
        "to": parties.organisation_name(row.to_organisation_id),
    }
    for organisation_id in sorted({operator_id, row.from_organisation_id}):
        notices.post(
            kind="issuing.parcel-short", to_organisation_id=organisation_id, context=context, programme_id=row.programme_id, at=at
        )  # fmt: skip


def _read(row: Parcel, first_serial: str, last_serial: str) -> Run:
    """The booklets that one or two printed numbers name, which must be of this box."""
    series_id, first = ledger_queries.booklet_number(first_serial)
    last_series_id, last = ledger_queries.booklet_number(last_serial) if last_serial else (series_id, first)
    if {series_id, last_series_id} != {row.series_id}:
        raise NotInParcel(first=row.first_booklet_id, last=row.last_booklet_id)
    return check_within((first, last), row.run)


def _runs(kept: Sequence[Sequence[int]]) -> tuple[Run, ...]:
    return tuple((first, last) for first, last in kept)
