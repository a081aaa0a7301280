"""Ranges of vouchers passing from one holder or stage to another: one row a range."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from carnet.kernel.actors import Actor
from carnet.ledger import access
from carnet.ledger.models import Booklet, Passage, Series, Voucher
from carnet.ledger.rules import AlreadyHandedOver, Mark, NotHolder, PassageKind, SeriesNotEnded


def _passed(
    kind: PassageKind,
    series: Series,
    ends: tuple[int, int],
    *,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    from_holder_id: int | None = None,
    to_holder_id: int | None = None,
    reason: str = "",
) -> None:
    Passage.objects.create(
        kind=kind,
        series_id=series.id,
        programme_id=series.programme_id,
        first_voucher_id=ends[0],
        last_voucher_id=ends[1],
        from_holder_id=from_holder_id,
        to_holder_id=to_holder_id,
        reason=reason,
        actor_person_id=actor.person_id,
        request_id=request_id,
        at=at,
    )


def _repeated(kind: PassageKind, series_id: int, request_id: UUID, first_voucher_id: int) -> bool:
    return Passage.objects.filter(series_id=series_id, request_id=request_id, kind=kind, first_voucher_id=first_voucher_id).exists()


def _in_stock(series_id: int, first: int, last: int, holder_id: int) -> QuerySet[Booklet]:
    return Booklet.objects.filter(
        series_id=series_id,
        id__range=(first, last),
        holder_id=holder_id,
        in_transit_to_id=None,
        handed_over_at=None,
        voided_at=None,
    )


def _untouched(series_id: int, first: int, last: int, holder_id: int) -> QuerySet[Booklet]:
    # An opened booklet stays where vouchers of it were given: moved, they would count for a desk that never gave them.
    return _in_stock(series_id, first, last, holder_id).filter(opened=False)


def ship_booklets(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    from_holder_id: int,
    to_holder_id: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Send a range of untouched booklets on its way to another holder; return how many. One is many of one.

    Raises: RangeReversed, NotHolder, SeriesUnknown.
    """
    run = (first_booklet_id, last_booklet_id, to_holder_id)
    return ship_runs(series_id=series_id, runs=[run], from_holder_id=from_holder_id, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def ship_runs(
    *, series_id: int, runs: Sequence[tuple[int, int, int]], from_holder_id: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Send runs of untouched booklets (first, last, to whom) on their way, all or none, in one statement; return how many booklets.

    Raises: RangeReversed, NotHolder, SeriesUnknown.
    """
    series = access.series(series_id)
    ends = [access.check_range(series, first, last) for first, last, _to in runs]
    wanted = sum(last - first + 1 for first, last, _to in runs)
    if not runs or _repeated(PassageKind.SHIPPED, series_id, request_id, ends[0][0]):
        return wanted
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_booklet b SET in_transit_to_id = r.holder"
            " FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[], %(holders)s::bigint[]) AS r(first, last, holder)"
            " WHERE b.series_id = %(series)s AND b.id BETWEEN r.first AND r.last AND b.holder_id = %(from)s AND b.in_transit_to_id IS NULL"
            " AND b.handed_over_at IS NULL AND b.voided_at IS NULL AND NOT b.opened",
            _of_runs(runs) | {"series": series_id, "from": from_holder_id},
        )
        sent: int = cursor.rowcount
    if sent != wanted:
        raise NotHolder(wanted=wanted, held=sent)
    _all_passed(
        PassageKind.SHIPPED, series, [(each, from_holder_id, to) for each, (_f, _l, to) in zip(ends, runs, strict=True)],
        actor=actor, request_id=request_id, at=at,
    )  # fmt: skip
    return sent


def _of_runs(runs: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    firsts, lasts, holders = ([run[place] for run in runs] for place in range(3))
    return {"firsts": firsts, "lasts": lasts, "holders": holders}


def _all_passed(
    kind: PassageKind,
    series: Series,
    passed: Sequence[tuple[tuple[int, int], int | None, int | None]],
    *,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """One row a run: its first and last vouchers, from whom, to whom."""
    Passage.objects.bulk_create(
        [
            Passage(
                kind=kind,
                series_id=series.id,
                programme_id=series.programme_id,
                first_voucher_id=first,
                last_voucher_id=last,
                from_holder_id=giver,
                to_holder_id=receiver,
                actor_person_id=actor.person_id,
                request_id=request_id,
                at=at,
            )
            for (first, last), giver, receiver in passed
        ],
        batch_size=1_000,
    )


def receive_booklets(
    *, series_id: int, first_booklet_id: int, last_booklet_id: int, to_holder_id: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Confirm that a shipped range arrived; return how many booklets. One is many of one.

    Raises: RangeReversed, NotHolder (some were not on their way to this holder), SeriesUnknown.
    """
    run = (first_booklet_id, last_booklet_id)
    return receive_runs(series_id=series_id, runs=[run], to_holder_id=to_holder_id, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def receive_runs(
    *, series_id: int, runs: Sequence[tuple[int, int]], to_holder_id: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Confirm that shipped runs of one series arrived, all or none; return how many booklets.

    Raises: RangeReversed, NotHolder (some were not on their way to this holder), SeriesUnknown.
    """
    series = access.series(series_id)
    ends = [access.check_range(series, first, last) for first, last in runs]
    wanted = sum(last - first + 1 for first, last in runs)
    if not runs or _repeated(PassageKind.RECEIVED, series_id, request_id, ends[0][0]):
        return wanted
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH r AS (SELECT * FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r(first, last)),"
            " coming AS (SELECT b.id, b.holder_id, r.first FROM ledger_booklet b JOIN r ON b.id BETWEEN r.first AND r.last"
            "  WHERE b.series_id = %(series)s AND b.in_transit_to_id = %(to)s ORDER BY b.id FOR NO KEY UPDATE OF b),"
            " came AS (UPDATE ledger_booklet b SET holder_id = %(to)s, in_transit_to_id = NULL FROM coming"
            "  WHERE b.series_id = %(series)s AND b.id = coming.id RETURNING b.id)"
            " SELECT coming.first, min(coming.holder_id), count(*) FROM coming JOIN came ON came.id = coming.id GROUP BY 1",
            {"firsts": [run[0] for run in runs], "lasts": [run[1] for run in runs], "series": series_id, "to": to_holder_id},
        )
        found = {first: (giver, count) for first, giver, count in cursor.fetchall()}
    received: int = sum(count for _giver, count in found.values())
    if received != wanted:
        raise NotHolder(wanted=wanted, held=received)
    _all_passed(
        PassageKind.RECEIVED, series, [(each, found[first][0], to_holder_id) for each, (first, _l) in zip(ends, runs, strict=True)],
        actor=actor, request_id=request_id, at=at,
    )  # fmt: skip
    return received


def move_booklets(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    from_holder_id: int,
    to_holder_id: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Send a range between two points: it counts at the new one once received. Raises as ship_booklets."""
    return ship_booklets(
        series_id=series_id,
        first_booklet_id=first_booklet_id,
        last_booklet_id=last_booklet_id,
        from_holder_id=from_holder_id,
        to_holder_id=to_holder_id,
        actor=actor,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def return_booklets(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    from_holder_id: int,
    to_holder_id: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Take a range of untouched booklets back at once; return how many. Raises: RangeReversed, NotHolder."""
    series = access.series(series_id)
    ends = access.check_range(series, first_booklet_id, last_booklet_id)
    wanted = last_booklet_id - first_booklet_id + 1
    if _repeated(PassageKind.RETURNED, series_id, request_id, ends[0]):
        return wanted
    returned = _untouched(series_id, first_booklet_id, last_booklet_id, from_holder_id).update(holder_id=to_holder_id)
    if returned != wanted:
        raise NotHolder(wanted=wanted, held=returned)
    _passed(
        PassageKind.RETURNED,
        series,
        ends,
        actor=actor,
        request_id=request_id,
        at=at,
        from_holder_id=from_holder_id,
        to_holder_id=to_holder_id,
    )
    return returned


@transaction.atomic
def hand_over_booklets(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    holder_id: int,
    accepted_until: datetime | None = None,
    on_paper: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Hand over whole booklets, or declare a range taken out on paper; return how many.

    `accepted_until` is the booklets' own exclusive end of acceptance, when the programme counts it
    from the hand-over. The rest of an opened booklet is handed over the same way.

    Raises: RangeReversed, NotHolder, AlreadyHandedOver, SeriesUnknown.
    """
    series = access.series(series_id)
    ends = access.check_range(series, first_booklet_id, last_booklet_id)
    kind = PassageKind.TAKEN_OUT if on_paper else PassageKind.HANDED_OVER
    wanted = last_booklet_id - first_booklet_id + 1
    if _repeated(kind, series_id, request_id, ends[0]):
        return wanted
    given = _in_stock(series_id, first_booklet_id, last_booklet_id, holder_id).update(handed_over_at=at, accepted_until=accepted_until)
    if given != wanted:
        _refuse_hand_over(series_id, first_booklet_id, last_booklet_id, holder_id)
    _passed(kind, series, ends, actor=actor, request_id=request_id, at=at, from_holder_id=holder_id)
    return given


def _refuse_hand_over(series_id: int, first: int, last: int, holder_id: int) -> None:
    rows = Booklet.objects.filter(series_id=series_id, id__range=(first, last))
    gone = rows.filter(holder_id=holder_id).exclude(handed_over_at=None, voided_at=None).order_by("id").first()
    if gone is not None:
        raise AlreadyHandedOver(booklet_id=gone.id, handed_over_at=gone.handed_over_at, voided_at=gone.voided_at)
    raise NotHolder(wanted=last - first + 1, held=rows.filter(holder_id=holder_id, in_transit_to_id=None).count())


@transaction.atomic
def hand_over_vouchers(
    *,
    series_id: int,
    voucher_ids: Sequence[int],
    holder_id: int,
    accepted_until: datetime | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Hand over some vouchers of booklets the desk holds; return how many.

    Raises: NotHolder, AlreadyHandedOver, SeriesUnknown.
    """
    series = access.series(series_id)
    wanted = sorted(set(voucher_ids))
    assert wanted, "no voucher to hand over"
    if _repeated(PassageKind.HANDED_OVER, series_id, request_id, wanted[0]):
        return len(wanted)
    # The booklet's row is the lock: given whole, sent or taken back at the same instant, it is one or the other.
    touched = {_booklet_of(series, each) for each in wanted}
    held = set(
        Booklet.objects.filter(
            series_id=series_id, id__in=touched, holder_id=holder_id, in_transit_to_id=None, handed_over_at=None, voided_at=None
        )
        .order_by("id")
        .select_for_update(no_key=True)
        .values_list("id", flat=True)
    )
    if held != touched:
        _refuse_vouchers(series_id, wanted, holder_id)
    given = Voucher.objects.filter(series_id=series_id, id__in=wanted, mark=Mark.NONE).update(
        mark=Mark.HANDED_OVER, accepted_until=accepted_until
    )
    if given != len(wanted):
        _refuse_vouchers(series_id, wanted, holder_id)
    Booklet.objects.filter(series_id=series_id, id__in=touched, opened=False).update(opened=True)
    for first, last in _runs(wanted):
        _passed(PassageKind.HANDED_OVER, series, (first, last), actor=actor, request_id=request_id, at=at, from_holder_id=holder_id)
    return given


def _refuse_vouchers(series_id: int, wanted: Sequence[int], holder_id: int) -> None:
    rows = Voucher.objects.filter(series_id=series_id, id__in=wanted)
    booklet_ids = set(rows.values_list("booklet_id", flat=True))
    held = Booklet.objects.filter(series_id=series_id, id__in=booklet_ids, holder_id=holder_id, in_transit_to_id=None)
    if len(booklet_ids) == 0 or held.count() != len(booklet_ids):
        raise NotHolder(wanted=len(wanted), held=0)
    raise AlreadyHandedOver(
        voucher_ids=[each for each in wanted if each not in set(rows.filter(mark=Mark.NONE).values_list("id", flat=True))]
    )


def _booklet_of(series: Series, voucher_id: int) -> int:
    return series.first_booklet_id + (voucher_id - series.first_voucher_id) // series.booklet_size


def _runs(ids: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for each in ids:
        if runs and each == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return runs


@transaction.atomic
def void_booklets(
    *, series_id: int, first_booklet_id: int, last_booklet_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """End every unspent voucher of a range of booklets: lost, stolen, damaged, recalled. Spent ones stay spent.

    Returns how many booklets. Raises: RangeReversed, SeriesUnknown.
    """
    series = access.series(series_id)
    ends = access.check_range(series, first_booklet_id, last_booklet_id)
    if _repeated(PassageKind.VOIDED, series_id, request_id, ends[0]):
        return last_booklet_id - first_booklet_id + 1
    ended = Booklet.objects.filter(series_id=series_id, id__range=(first_booklet_id, last_booklet_id), voided_at=None).update(voided_at=at)
    _passed(PassageKind.VOIDED, series, ends, actor=actor, request_id=request_id, at=at, reason=reason)
    return ended


@transaction.atomic
def void_vouchers(
    *,
    series_id: int,
    voucher_ids: Sequence[int],
    reason: str,
    holder_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """End some unspent vouchers; return how many. Spent or ended ones are left as they are. Raises: SeriesUnknown.

    `holder_id` is the desk that handed them over, named by the passage: a desk writes only passages of its own.
    """
    series = access.series(series_id)
    wanted = sorted(set(voucher_ids))
    assert wanted, "no voucher to void"
    if _repeated(PassageKind.VOIDED, series_id, request_id, wanted[0]):
        return len(wanted)
    ended = Voucher.objects.filter(Q(mark=Mark.NONE) | Q(mark=Mark.HANDED_OVER), series_id=series_id, id__in=wanted).update(
        mark=Mark.VOID, reserved_by_id=None, reserved_until=None
    )
    for run in _runs(wanted):
        _passed(PassageKind.VOIDED, series, run, actor=actor, request_id=request_id, at=at, from_holder_id=holder_id, reason=reason)
    return ended


@transaction.atomic
def lapse_series(*, series_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End the life of every voucher of the series still unspent, once its grace has ended.

    Raises: SeriesNotEnded, SeriesUnknown.
    """
    series = access.series(series_id, lock=True)
    if series.lapsed_at is not None:
        return
    ends_at = max([series.accepted_until, *_own_ends(series_id, at)])
    if at < ends_at:
        raise SeriesNotEnded(accepted_until=ends_at)
    _passed(
        PassageKind.LAPSED,
        series,
        (series.first_voucher_id, series.first_voucher_id + series.voucher_count - 1),
        actor=actor,
        request_id=request_id,
        at=at,
    )
    Series.objects.filter(id=series_id).update(lapsed_at=at)


def _own_ends(series_id: int, at: datetime) -> list[datetime]:
    """The latest ends, still to come, of booklets and of vouchers that count theirs from their hand-over."""
    booklets = Booklet.objects.filter(series_id=series_id, accepted_until__gt=at, voided_at=None)
    vouchers = Voucher.objects.filter(series_id=series_id, accepted_until__gt=at, mark=Mark.HANDED_OVER)
    latest = [rows.aggregate(latest=Max("accepted_until"))["latest"] for rows in (booklets, vouchers)]
    return [each for each in latest if each is not None]
