"""What became of booklets missing from a box: found, back, kept, or ended. And the boxes nobody confirms."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from carnet.issuing.access import parcels as access
from carnet.issuing.models import Order, Parcel, ParcelGap, ParcelSettlement
from carnet.issuing.operations._journal import by, note
from carnet.issuing.operations._receiving import RECEIVE, gone
from carnet.issuing.rules.parcels import (
    AWAITED_DAYS,
    GapKind,
    NotMissing,
    Outcome,
    ParcelNotYours,
    ParcelState,
    Run,
    check_outcome,
    common,
    count,
    label_number,
    minus,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import allowed, check_allowed_now


@transaction.atomic
def settle_parcel(
    *, parcel_id: int, outcome: Outcome, runs: Sequence[Run] | None = None, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Say what became of what is missing from a box (`runs` of it, or all); return how many booklets were dealt with now.

    The operator says any outcome; the receiver, only that they arrived after all. Of a box still on its way, the operator may say that it
    came back, or was lost or stolen: then all of it is missing, and told. Lost, stolen or spoiled booklets are ended at once; once the
    season has lapsed they have ended already, and only what became of them is kept.
    Raises: NotAllowed, SecondFactorNeeded, ParcelUnknown, ParcelNotYours, ParcelNotNow, NotMissing, OutcomeUnfit, NothingUnspent.
    Repeat: the same request_id changes nothing and returns the first count.
    """
    check_allowed_now(actor, _action(outcome, actor), at)
    row = access.parcel(parcel_id, lock=True)
    _check_says(actor, row, outcome)
    repeated = ParcelSettlement.objects.filter(gap__parcel=row, request_id=request_id)
    if repeated.exists():
        return count(repeated.values_list("first_booklet_id", "last_booklet_id"))
    if row.facts.state is ParcelState.SENT and outcome is not Outcome.ARRIVED:
        gone(row, actor=actor, request_id=request_id, at=at)
        row = access.parcel(parcel_id)
    facts = row.facts
    chosen = common(facts.open_gaps, facts.open_gaps if runs is None else runs)
    if not chosen:
        raise NotMissing
    parts = [
        (gap, run) for gap in row.gaps.order_by("first_booklet_id") for run in common([(gap.first_booklet_id, gap.last_booklet_id)], chosen)
    ]
    check_outcome(outcome, {GapKind(gap.kind) for gap, _run in parts})
    ParcelSettlement.objects.bulk_create(_settlement(gap, run, outcome, actor, request_id, at) for gap, run in parts)
    _move(row, chosen, outcome, actor=actor, request_id=request_id, at=at)
    _note(row, outcome, count(chosen), actor, request_id, at)
    if actor.organisation_id != row.to_organisation_id:
        _tell(row, outcome, count(chosen), left=count(minus(facts.open_gaps, chosen)), at=at)
    return count(chosen)


def _action(outcome: Outcome, actor: Actor) -> str:
    """What is asked of whoever says so: ending booklets is voiding them; a receiver says what it receives."""
    if outcome.end_reason is not None:
        return "issuing.void"
    is_operator = actor.kind == "system" or allowed(actor.roles, "issuing.settle-parcel")
    return RECEIVE if outcome is Outcome.ARRIVED and not is_operator else "issuing.settle-parcel"


def _check_says(actor: Actor, row: Parcel, outcome: Outcome) -> None:
    if access.settles(actor, row):
        return
    if outcome is not Outcome.ARRIVED or actor.organisation_id != row.to_organisation_id:
        raise ParcelNotYours


def _settlement(gap: ParcelGap, run: Run, outcome: Outcome, actor: Actor, request_id: UUID, at: datetime) -> ParcelSettlement:
    return ParcelSettlement(
        gap=gap,
        programme_id=gap.programme_id,
        series_id=gap.series_id,
        from_organisation_id=gap.from_organisation_id,
        to_organisation_id=gap.to_organisation_id,
        outcome=outcome,
        first_booklet_id=run[0],
        last_booklet_id=run[1],
        settled_at=at,
        settled_by_id=by(actor),
        request_id=request_id,
    )


def _move(row: Parcel, chosen: Sequence[Run], outcome: Outcome, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The ledger follows. What ends comes back first to whoever answers for it: it never loses sight of a booklet."""
    if outcome is Outcome.ARRIVED:
        ledger.receive_runs(
            series_id=row.series_id, runs=chosen, to_holder_id=row.to_organisation_id, actor=actor, request_id=request_id, at=at
        )  # fmt: skip
        return
    operator_id = Order.objects.values_list("operator_id", flat=True).get(id=row.order_id)
    for first, last in chosen:
        ends = {"series_id": row.series_id, "first_booklet_id": first, "last_booklet_id": last}
        asked = uuid5(request_id, f"run {first}")
        ledger.bring_back_booklets(**ends, from_holder_id=operator_id, actor=actor, request_id=asked, at=at)
        if outcome.end_reason is None:
            continue
        # Some may have been voided while they were on their way: those have ended already.
        ended = ledger_queries.ended_among(series_id=row.series_id, booklet_ids=range(first, last + 1))
        for low, high in minus([(first, last)], [(each, each) for each in ended]):
            ledger.end_unless_lapsed(
                series_id=row.series_id, first_booklet_id=low, last_booklet_id=high, holder_id=operator_id, reason=outcome.end_reason,
                actor=actor, request_id=asked, at=at,
            )  # fmt: skip


def _tell(row: Parcel, outcome: Outcome, booklets: int, *, left: int, at: datetime) -> None:
    """Write to the desk that counted the box: its shipment was closed then, and nothing else says what became of the rest."""
    number = label_number(ledger_queries.series(row.series_id).issuer_prefix, row.id)
    notices.post(
        kind="issuing.parcel-settled",
        to_organisation_id=row.to_organisation_id,
        context={"parcel": number, "outcome": outcome.value, "booklets": booklets, "left": left},
        programme_id=row.programme_id,
        at=at,
    )


def _note(row: Parcel, outcome: Outcome, booklets: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action="issuing.parcel-settled",
        subject=("parcel", row.id),
        facts={"series": row.series_id, "outcome": outcome.value, "booklets": booklets},
        programme_id=row.programme_id,
        organisation_id=row.to_organisation_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def remind_parcels(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Write to whoever has not counted boxes sent a week ago, and a week later to the operator that answers for them; return how many letters.

    Each is written to once for a shipment.
    """
    written = 0
    for shipment in access.open_shipments(programme_id):
        waited = at - shipment.shipped_at
        late = [
            name
            for name, days in (("receiver_reminded_at", AWAITED_DAYS), ("sender_reminded_at", 2 * AWAITED_DAYS))
            if getattr(shipment, name) is None and waited >= timedelta(days=days)
        ]
        boxes = shipment.parcels.filter(ended_at=None).count()
        context = {"parcels": boxes, "to": parties.organisation_name(shipment.to_organisation_id), "days": waited.days}
        if "receiver_reminded_at" in late:
            notices.post(
                kind="issuing.parcels-awaited", to_organisation_id=shipment.to_organisation_id, context=context, programme_id=programme_id, at=at
            )  # fmt: skip
        if "sender_reminded_at" in late:
            notices.post(
                kind="issuing.parcels-unconfirmed", to_organisation_id=shipment.order.operator_id, context=context, programme_id=programme_id, at=at
            )  # fmt: skip
        for name in late:
            setattr(shipment, name, at)
            written += 1
        if late:
            shipment.save(update_fields=late)
            note(
                shipment.order,
                "parcels-reminded",
                actor=actor,
                request_id=request_id,
                at=at,
                facts={"shipment": shipment.id, "letters": len(late)},
            )
    return written
