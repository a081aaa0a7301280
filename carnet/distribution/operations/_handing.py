"""Hand-overs, and ranges taken out to be given on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import HandOver, Plan
from carnet.distribution.rules import (
    Answers,
    HandOverItem,
    Kind,
    NothingToHandOver,
    advise,
    check_items,
    check_not_stopped,
    check_series_active,
    runs_of,
)
from carnet.funding import queries as funding
from carnet.funding.rules import acceptance_after, check_hand_over_open
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.parties import operations as parties_writes
from carnet.places.rules import checked_procedures


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was given. `printed_until` is the exclusive end that the person is told; grace comes after it."""

    id: int
    request_id: UUID
    voucher_count: int
    printed_until: datetime


@dataclass(frozen=True, slots=True)
class _Terms:
    """One series as it is handed over now. `payable`: the services its vouchers pay."""

    series: SeriesView
    printed_until: datetime
    own_accepted_until: datetime | None
    payable: tuple[str, ...]


@transaction.atomic
def hand_over_many(
    *, items: Sequence[HandOverItem], organisation_id: int | None = None, actor: Actor, request_id: UUID, at: datetime
) -> list[HandedOver]:
    """Hand over booklets, or some vouchers of booklets, from one desk: all of them, or none. The only implementation.

    `organisation_id` is the desk's organisation (by default the one acted for). Each item has its own request id: items already done
    are given back as they were. Adjacent booklets become one passage of the ledger. What was answered is kept as a plan, in codes.

    Raises: NotAllowed, NotYourDesk, NothingToHandOver, TooManyAtOnce, OutsidePerimeter, ProcedureUnknown, NotPrescriber,
    SeriesNotActive, HandOversStopped, SeriesUnknown, HandOverNotOpen, HandOverEnded, RangeReversed, NotHolder, AlreadyHandedOver,
    DailyLimitReached (by PIN).
    """
    access.check_may_hand_over(actor)
    desk_id = access.desk(actor, organisation_id)
    check_items(items)
    done = _done_before(items)
    waiting = [item for item in items if item.request_id not in done]
    if waiting:
        rows = _hand_over(waiting, desk_id, actor=actor, request_id=request_id, at=at)
        parties_writes.count_by_pin(actor=actor, voucher_count=sum(row.voucher_count for row in rows), at=at)
        done |= {row.request_id: _handed_over(row) for row in rows}
    return [done[item.request_id] for item in items]


def hand_over(*, item: HandOverItem, organisation_id: int | None = None, actor: Actor, at: datetime) -> HandedOver:
    """Hand one thing over to one person. Raises: as `hand_over_many`."""
    return hand_over_many(items=[item], organisation_id=organisation_id, actor=actor, request_id=item.request_id, at=at)[0]


@transaction.atomic
def take_out_range(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    organisation_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> HandedOver:
    """Declare a range of booklets taken out of the stock to be given on paper, away from a screen: it counts as handed over.

    Raises: as `hand_over_many`.
    """
    access.check_may_hand_over(actor)
    desk_id = access.desk(actor, organisation_id)
    item = HandOverItem(request_id, series_id, first_booklet_id, last_booklet_id)
    check_items([item])
    done = _done_before([item])
    if done:
        return done[request_id]
    terms = _terms(series_id, desk_id, at)
    _give_booklets(terms, first_booklet_id, last_booklet_id, desk_id, on_paper=True, actor=actor, request_id=request_id, at=at)
    row = _row(item, terms, desk_id, _given_apart([item], desk_id), actor, at)
    row.kind = Kind.TAKEN_OUT
    row.save(force_insert=True)
    parties_writes.count_by_pin(actor=actor, voucher_count=row.voucher_count, at=at)
    _journal("distribution.taken-out", [row], actor=actor, request_id=request_id, at=at)
    return _handed_over(row)


def _done_before(items: Sequence[HandOverItem]) -> dict[UUID, HandedOver]:
    rows = HandOver.objects.filter(request_id__in=[item.request_id for item in items])
    return {row.request_id: _handed_over(row) for row in rows}


def _hand_over(items: Sequence[HandOverItem], desk_id: int, *, actor: Actor, request_id: UUID, at: datetime) -> list[HandOver]:
    terms = {series_id: _terms(series_id, desk_id, at) for series_id in sorted({item.series_id for item in items})}
    for run in runs_of(items):
        _give_booklets(terms[run.series_id], run.first_booklet_id, run.last_booklet_id, desk_id, actor=actor, request_id=request_id, at=at)
    for item in items:
        if item.voucher_ids:
            ledger_writes.hand_over_vouchers(
                series_id=item.series_id,
                voucher_ids=item.voucher_ids,
                holder_id=desk_id,
                accepted_until=terms[item.series_id].own_accepted_until,
                actor=actor,
                request_id=item.request_id,
                at=at,
            )
    given = _given_apart(items, desk_id)
    rows = HandOver.objects.bulk_create(_row(item, terms[item.series_id], desk_id, given, actor, at) for item in items)
    said = [(item.answers, row, terms[item.series_id]) for item, row in zip(items, rows, strict=True) if not item.answers.is_blank]
    Plan.objects.bulk_create(_plan(answers, row, of) for answers, row, of in said)
    _journal("distribution.handed-over", rows, actor=actor, request_id=request_id, at=at)
    return rows


def _terms(series_id: int, desk_id: int, at: datetime) -> _Terms:
    series = ledger.series(series_id)
    programme = funding.programme(series.programme_id)
    access.check_takes_part(organisation_id=desk_id, programme_id=programme.id, programme=programme.name, at=at)
    check_series_active(series_id=series_id, activated_at=series.activated_at)
    check_not_stopped(stop_at=series.hand_overs_stop_at, at=at)
    check_hand_over_open(programme.windows, at=at)
    acceptance = acceptance_after(programme.windows, handed_over_at=at)
    counted_from_hand_over = programme.windows.months_after_hand_over is not None
    own_accepted_until = acceptance.accepted_until if counted_from_hand_over else None
    return _Terms(series, acceptance.printed_until, own_accepted_until, programme.terms.service_codes)


def _give_booklets(
    terms: _Terms,
    first_booklet_id: int,
    last_booklet_id: int,
    desk_id: int,
    *,
    on_paper: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    ledger_writes.hand_over_booklets(
        series_id=terms.series.id,
        first_booklet_id=first_booklet_id,
        last_booklet_id=last_booklet_id,
        holder_id=desk_id,
        accepted_until=terms.own_accepted_until,
        on_paper=on_paper,
        actor=actor,
        request_id=request_id,
        at=at,
    )


def _given_apart(items: Sequence[HandOverItem], desk_id: int) -> set[int]:
    """Vouchers that left one by one, earlier, from the booklets now given whole: their booklets give only the rest.

    Of this desk: an opened booklet never moves. Without it, every earlier hand-over of the edition would be read at each new one.
    """
    whole = [item for item in items if not item.voucher_ids]
    if not whole:
        return set()
    rows = HandOver.objects.filter(
        kind=Kind.VOUCHERS,
        organisation_id=desk_id,
        series_id__in={item.series_id for item in whole},
        last_booklet_id__gte=min(item.first_booklet_id for item in whole),
        first_booklet_id__lte=max(item.last_booklet_id for item in whole),
    )
    return {voucher_id for ids in rows.values_list("voucher_ids", flat=True) for voucher_id in ids}


def _row(item: HandOverItem, terms: _Terms, desk_id: int, given: set[int], actor: Actor, at: datetime) -> HandOver:
    series = terms.series
    if item.voucher_ids:
        touched = [series.first_booklet_id + (each - series.first_voucher_id) // series.booklet_size for each in item.voucher_ids]
        first, last, count = min(touched), max(touched), len(set(item.voucher_ids))
    else:
        first, last = item.first_booklet_id, item.last_booklet_id
        voucher_range = range(
            series.first_voucher_id + (first - series.first_booklet_id) * series.booklet_size,
            series.first_voucher_id + (last - series.first_booklet_id + 1) * series.booklet_size,
        )
        count = len(voucher_range) - sum(1 for each in given if each in voucher_range)
        if count == 0:
            raise NothingToHandOver
    return HandOver(
        kind=item.kind,
        programme_id=series.programme_id,
        organisation_id=desk_id,
        series_id=series.id,
        first_booklet_id=first,
        last_booklet_id=last,
        voucher_ids=sorted(set(item.voucher_ids)),
        voucher_count=count,
        printed_until=terms.printed_until,
        age_band=item.ticks.age_band,
        reason=item.ticks.reason,
        area=item.ticks.area,
        low_qualified_job_seeker=item.ticks.low_qualified_job_seeker,
        came_before=item.ticks.came_before,
        handed_over_at=at,
        actor_person_id=actor.person_id,
        request_id=item.request_id,
    )


def _plan(answers: Answers, row: HandOver, terms: _Terms) -> Plan:
    advice = advise(answers, payable=terms.payable, left=row.voucher_count)
    return Plan(
        hand_over=row,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        wants=list(checked_procedures(answers.wants)),
        sends_mail=answers.sends_mail,
        moves_files=answers.moves_files,
        no_equipment=answers.no_equipment,
        no_connection=answers.no_connection,
        too_costly=answers.too_costly,
        prefers_somebody=answers.prefers_somebody,
        helps=[each.value for each in advice.helps],
        lessons=list(advice.lessons),
    )


def _handed_over(row: HandOver) -> HandedOver:
    return HandedOver(row.id, row.request_id, row.voucher_count, row.printed_until)


def _journal(action: str, rows: Sequence[HandOver], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    # One line a request and programme: the rows themselves say the rest, and are append-only too.
    for programme_id in sorted({row.programme_id for row in rows}):
        mine = [row for row in rows if row.programme_id == programme_id]
        journal.record(
            actor=actor,
            action=action,
            subject=("hand-over", mine[0].id),
            facts={"hand_overs": len(mine), "vouchers": sum(row.voucher_count for row in mine), "last_id": mine[-1].id},
            programme_id=programme_id,
            organisation_id=mine[0].organisation_id,
            request_id=request_id,
            at=at,
        )
