"""Drawing codes: shares are fixed, a series is opened, then its vouchers are written chunk by chunk."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.keys import key_ring
from carnet.issuing import access
from carnet.issuing.models import Job, Order
from carnet.issuing.operations._journal import by, note
from carnet.issuing.operations._labels import check_operator_labelled
from carnet.issuing.rules import CODES_PER_CHUNK, JobKind, JobState, check_drawable, draw_codes
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.operations import SeriesPlan
from carnet.ledger.rules import CodesTaken
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def draw_order(*, order_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Fix the shares of an approved order, number its series, seal its seed; return the job that draws the codes.

    Raises:  NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotApproved, OrderAlreadyDrawn, OperatorNotLabelled, AgreementClosed,
             CapReached, FixedAmountsExhausted.
    Repeat:  while codes are being drawn, the job at work is returned.
    """
    check_allowed_now(actor, "issuing.draw", at)
    order = access.operated_order(actor, order_id, lock=True)
    at_work = Job.objects.filter(order=order, kind=JobKind.DRAW).order_by("-id").values_list("id", flat=True).first()
    if at_work is not None:
        return at_work
    check_drawable(order.facts)
    check_operator_labelled(order.operator_id, at=at)
    ring = key_ring()
    key_version = ring.create_programme_keys(order.programme_id)
    # Anew: a ring that outlived its database may hold the seed of another order of the same number.
    ring.create_seed(order.programme_id, order.id, anew=True)
    _open_series(order, key_version, actor=actor, request_id=request_id, at=at)
    job = Job.objects.create(
        order=order,
        programme_id=order.programme_id,
        kind=JobKind.DRAW,
        total=order.voucher_count,
        requested_at=at,
        requested_by_id=by(actor),
        request_id=request_id,
    )
    note(order, "drawing-started", actor=actor, request_id=request_id, at=at, facts={"job": job.id, "vouchers": job.total})
    return job.id


def _open_series(order: Order, key_version: int, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    dates = funding_queries.series_dates(order.programme_id)
    committed = funding.commit_order(
        agreement_id=order.agreement_id,
        total_cents=order.voucher_count * order.face_value_cents,
        actor=actor,
        request_id=uuid5(request_id, "commit"),
        at=at,
    )
    order.commitment_id = committed.id
    order.series_id = ledger.open_series(
        plan=SeriesPlan(
            programme_id=order.programme_id,
            agreement_id=order.agreement_id,
            holder_id=order.operator_id,
            issuer_prefix=order.issuer_prefix,
            booklet_count=order.booklet_count,
            booklet_size=order.booklet_size,
            face_value_cents=order.face_value_cents,
            hand_over_until=dates.hand_over_until,
            printed_until=dates.printed_until,
            accepted_until=dates.accepted_until,
            weights=committed.weights,
            key_version=key_version,
        ),
        actor=actor,
        request_id=uuid5(request_id, "series"),
        at=at,
    )
    order.save(update_fields=["commitment_id", "series_id"])


def draw_chunk(job: Job, order: Order, *, actor: Actor, at: datetime) -> None:
    """Write the next vouchers of a locked job; the last chunk declares the order drawn. Called by `run_job`."""
    assert order.series_id is not None, "a series is opened before its codes are drawn"
    stop = min(job.done + CODES_PER_CHUNK, job.total)
    _write_codes(order, range(job.done, stop), actor=actor)
    job.done = stop
    if stop < job.total:
        return
    ledger.finish_drawing(series_id=order.series_id, actor=actor, request_id=uuid5(job.request_id, "drawn"), at=at)
    order.drawn_at, order.drawn_by_id = at, job.requested_by_id
    order.save(update_fields=["drawn_at", "drawn_by_id"])
    job.state = JobState.DONE.value
    note(
        order, "order-drawn", actor=actor, request_id=job.request_id, at=at,
        facts={"job": job.id, "vouchers": job.total, "redrawn": len(order.redrawn), "requested_by": job.requested_by_id},
    )  # fmt: skip


def _write_codes(order: Order, ranks: range, *, actor: Actor) -> None:
    assert order.series_id is not None
    ring = key_ring()
    seed = ring.seed(order.programme_id, order.id)
    hasher = ring.hasher(order.programme_id, ledger_queries.series(order.series_id).key_version)
    while True:
        redrawn = {int(rank): attempt for rank, attempt in order.redrawn.items()}
        drawn = draw_codes(seed=seed, hasher=hasher, ranks=ranks, redrawn=redrawn)
        try:
            with transaction.atomic():
                ledger.draw_vouchers(
                    series_id=order.series_id, first_rank=ranks.start, code_hashes=(each.code_hash for each in drawn), actor=actor
                )
            return
        except CodesTaken as taken:
            for rank in taken.ranks:
                order.redrawn[str(rank)] = redrawn.get(rank, 0) + 1
            order.save(update_fields=["redrawn"])
