"""What lies in a cupboard, and since when."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Min, Q

from carnet.kernel.identifiers import BookletSerial, SerialMistyped, VoucherSerial
from carnet.ledger import access
from carnet.ledger.models import Booklet, Passage
from carnet.ledger.queries._vouchers import _giving
from carnet.ledger.rules import PassageKind


def stock_ids(*, holder_id: int, programme_id: int, to_give_at: datetime | None = None, whole_only: bool = False) -> list[int]:
    """The ids of a holder's booklets of a programme, in order: what its cupboard should hold.

    `to_give_at` keeps those that may be handed over at that moment; `whole_only` leaves out those some vouchers of which were given.
    """
    rows = Booklet.objects.filter(
        holder_id=holder_id, programme_id=programme_id, handed_over_at=None, voided_at=None, in_transit_to_id=None
    )
    if to_give_at is not None:
        rows = rows.filter(series_id__in=_giving(to_give_at))
    if whole_only:
        rows = rows.filter(opened=False)
    return list(rows.order_by("id").values_list("id", flat=True))


def on_the_way(*, programme_id: int, holder_id: int | None = None) -> dict[int, int]:
    """How many booklets of a programme are on their way, by whom they are sent to."""
    rows = Booklet.objects.filter(programme_id=programme_id, in_transit_to_id__isnull=False)
    if holder_id is not None:
        rows = rows.filter(in_transit_to_id=holder_id)
    return dict(rows.order_by("in_transit_to_id").values_list("in_transit_to_id").annotate(Count("id")))


def on_the_way_of_series(series_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """How many booklets of these series are on their way, not ended, by series and whom they are sent to."""
    rows = Booklet.objects.filter(series_id__in=list(series_ids), in_transit_to_id__isnull=False, voided_at=None)
    lines = rows.order_by("series_id", "in_transit_to_id").values_list("series_id", "in_transit_to_id").annotate(Count("id"))
    return {(series_id, to_id): count for series_id, to_id, count in lines if to_id is not None}


def booklet_number(serial: str) -> tuple[int, int]:
    """The series and the booklet that a printed number names, a booklet's or one of its vouchers', whoever holds it.

    It says nothing of the booklet: numbers follow one another on paper. Raises: BookletUnknown, VoucherSerialUnknown, SerialMistyped.
    """
    try:
        cover = BookletSerial.parse(serial)
    except SerialMistyped:
        parsed = VoucherSerial.parse(serial)
        row = access.series_of_serial(parsed)
        return row.id, row.first_booklet_id + (parsed.number - row.first_serial) // row.booklet_size
    row = access.series_of_booklet_serial(cover)
    return row.id, row.first_booklet_id + cover.number - row.first_booklet_serial


def held_since(*, programme_id: int, holder_id: int | None = None) -> dict[int, tuple[datetime, datetime]]:
    """By holder, when the first and the latest of the booklets it still has arrived. A depot where they were printed is in none."""
    holder = "" if holder_id is None else " AND b.holder_id = %(holder)s"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.holder_id, min(p.at), max(p.at) FROM ledger_booklet b JOIN ledger_series s ON s.id = b.series_id"
            " JOIN ledger_passage p ON p.series_id = s.id AND p.kind = 'RECEIVED' AND p.to_holder_id = b.holder_id"
            " AND s.first_voucher_id + (b.id - s.first_booklet_id) * s.booklet_size BETWEEN p.first_voucher_id AND p.last_voucher_id"
            " WHERE b.programme_id = %(programme)s AND b.handed_over_at IS NULL AND b.voided_at IS NULL AND b.in_transit_to_id IS NULL"
            f"{holder} GROUP BY 1",
            {"programme": programme_id, "holder": holder_id},
        )
        return {holder: (first, latest) for holder, first, latest in cursor.fetchall()}


def arrivals(*, programme_id: int, holder_id: int | None = None) -> dict[int, tuple[datetime, datetime]]:
    """By holder, when booklets of a programme arrived there for the first and the last time, still there or not."""
    rows = Passage.objects.filter(programme_id=programme_id, kind=PassageKind.RECEIVED, to_holder_id__isnull=False)
    if holder_id is not None:
        rows = rows.filter(to_holder_id=holder_id)
    found = rows.order_by("to_holder_id").values_list("to_holder_id").annotate(Min("at"), Max("at"))
    return {holder: (first, latest) for holder, first, latest in found}


def with_booklets_to_give(asked: Iterable[tuple[int, int]], *, at: datetime) -> frozenset[tuple[int, int]]:
    """Of these (programme, holder) pairs, those with at least one whole booklet that may be handed over at that moment. One statement.

    It stops at the first booklet of each, so that a public page may ask it.
    """
    pairs = sorted(set(asked))
    if not pairs:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.programme, asked.holder FROM unnest(%(programmes)s::bigint[], %(holders)s::bigint[]) AS asked(programme, holder)"
            " WHERE EXISTS (SELECT 1 FROM ledger_booklet b JOIN ledger_series s ON s.id = b.series_id"
            " WHERE b.holder_id = asked.holder AND b.programme_id = asked.programme AND b.handed_over_at IS NULL AND b.voided_at IS NULL"
            " AND b.in_transit_to_id IS NULL AND NOT b.opened"
            " AND s.activated_at IS NOT NULL AND s.lapsed_at IS NULL AND s.hand_over_until > %(at)s"
            " AND (s.hand_overs_stop_at IS NULL OR s.hand_overs_stop_at > %(at)s))",
            {"programmes": [programme for programme, _holder in pairs], "holders": [holder for _programme, holder in pairs], "at": at},
        )
        return frozenset((programme, holder) for programme, holder in cursor.fetchall())


def coming_to(holder_id: int, booklet_ids: Iterable[int]) -> frozenset[int]:
    """Of these booklets, those on their way to a holder: a parcel it has not counted yet."""
    asked = sorted(set(booklet_ids))
    return (
        frozenset(Booklet.objects.filter(in_transit_to_id=holder_id, id__in=asked).values_list("id", flat=True)) if asked else frozenset()
    )


def travelling(*, programme_id: int, organisation_id: int) -> int:
    """How many booklets of a programme are on their way from an organisation or to it, not ended."""
    rows = Booklet.objects.filter(programme_id=programme_id, in_transit_to_id__isnull=False, voided_at=None)
    return rows.filter(Q(holder_id=organisation_id) | Q(in_transit_to_id=organisation_id)).count()
