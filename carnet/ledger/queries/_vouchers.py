"""Where every voucher is, and in what state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from carnet.kernel.identifiers import BookletSerial, SerialMistyped, VoucherSerial
from carnet.ledger import access
from carnet.ledger.models import Booklet, Series, Voucher
from carnet.ledger.rules import Counts, State, effective_state


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series as the rooms above see it."""

    id: int
    programme_id: int
    agreement_id: int
    issuer_prefix: str
    first_serial: int
    first_booklet_serial: int
    voucher_count: int
    booklet_size: int
    face_value_cents: int
    first_voucher_id: int
    first_booklet_id: int
    key_version: int
    hand_over_until: datetime
    printed_until: datetime
    accepted_until: datetime
    drawn_at: datetime | None
    activated_at: datetime | None
    lapsed_at: datetime | None
    hand_overs_stop_at: datetime | None = None

    @property
    def booklet_count(self) -> int:
        """How many booklets the series has."""
        return self.voucher_count // self.booklet_size

    @property
    def last_booklet_id(self) -> int:
        """The id of its last booklet, included."""
        return self.first_booklet_id + self.booklet_count - 1


@dataclass(frozen=True, slots=True)
class BookletView:
    """A booklet and its own printed serial; `rank` counts from 1 in its series."""

    id: int
    series_id: int
    rank: int
    serial: str
    holder_id: int
    in_transit_to_id: int | None
    opened: bool
    handed_over_at: datetime | None
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher and its state, without its secret, which nobody keeps."""

    id: int
    series_id: int
    programme_id: int
    booklet_id: int
    serial: str
    state: State
    value_cents: int
    active: bool
    reserved_until: datetime | None
    accepted_until: datetime


@dataclass(frozen=True, slots=True)
class StockLine:
    """What a holder has of one series: untouched booklets in stock, and the range they span."""

    series_id: int
    holder_id: int
    booklet_count: int
    first_booklet_id: int
    last_booklet_id: int


@dataclass(frozen=True, slots=True)
class RangeView:
    """A range of booklets, as far as the reader sees it: what would end with them. Vouchers are counted by state."""

    series_id: int
    first_booklet_id: int
    last_booklet_id: int
    first_serial: str
    last_serial: str
    booklet_count: int
    voided_at: datetime | None
    lapsed_at: datetime | None
    counts: Counts

    @property
    def unspent_count(self) -> int:
        """How many vouchers may still be spent, or handed over."""
        return self.counts.in_stock + self.counts.handed_over


_SERIES_FIELDS = tuple(SeriesView.__dataclass_fields__)


def series(series_id: int) -> SeriesView:
    """One series. Raises: SeriesUnknown."""
    row = access.series(series_id)
    return SeriesView(*(getattr(row, name) for name in _SERIES_FIELDS))


def series_list(*, programme_id: int | None = None, agreement_id: int | None = None) -> list[SeriesView]:
    """Series, oldest first."""
    rows = Series.objects.order_by("id")
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if agreement_id is not None:
        rows = rows.filter(agreement_id=agreement_id)
    return [SeriesView(*row) for row in rows.values_list(*_SERIES_FIELDS)]


def serial_of_voucher(row: SeriesView | Series, voucher_id: int) -> str:
    """The public serial printed on a voucher."""
    return VoucherSerial(row.issuer_prefix, row.first_serial + voucher_id - row.first_voucher_id).printed()


def serial_of_booklet(row: SeriesView | Series, booklet_id: int) -> str:
    """The public serial printed on a booklet's cover."""
    return BookletSerial(row.issuer_prefix, row.first_booklet_serial + booklet_id - row.first_booklet_id).printed()


def booklet(serial: str) -> BookletView:
    """The booklet of a cover's serial, or of the serial of any voucher in it.

    Raises: BookletUnknown, VoucherSerialUnknown, SerialMistyped.
    """
    try:
        cover = BookletSerial.parse(serial)
    except SerialMistyped:
        parsed = VoucherSerial.parse(serial)
        row = access.series_of_serial(parsed)
        return _booklet_view(row, access.booklet(row.first_booklet_id + (parsed.number - row.first_serial) // row.booklet_size))
    row = access.series_of_booklet_serial(cover)
    return _booklet_view(row, access.booklet(row.first_booklet_id + cover.number - row.first_booklet_serial))


def _booklet_view(row: Series, found: Booklet) -> BookletView:
    return BookletView(
        id=found.id,
        series_id=row.id,
        rank=found.id - row.first_booklet_id + 1,
        serial=serial_of_booklet(row, found.id),
        holder_id=found.holder_id,
        in_transit_to_id=found.in_transit_to_id,
        opened=found.opened,
        handed_over_at=found.handed_over_at,
        voided_at=found.voided_at,
    )


def booklets(
    *,
    holder_id: int,
    in_stock_only: bool = True,
    series_id: int | None = None,
    to_give_at: datetime | None = None,
    after_id: int = 0,
    limit: int = 50,
) -> list[BookletView]:
    """A holder's booklets in order, at most `limit`; pass the last id as `after_id` for the next page.

    `to_give_at` keeps those that may still be handed over at that moment: active, not ended.
    """
    rows = Booklet.objects.filter(holder_id=holder_id, id__gt=after_id).order_by("id")
    if series_id is not None:
        rows = rows.filter(series_id=series_id)
    if to_give_at is not None:
        rows = rows.filter(series_id__in=_giving(to_give_at))
    if in_stock_only:
        rows = rows.filter(handed_over_at=None, voided_at=None, in_transit_to_id=None)
    found = list(rows[:limit])
    by_id = Series.objects.in_bulk({each.series_id for each in found})
    return [_booklet_view(by_id[each.series_id], each) for each in found]


def booklet_range(*, series_id: int, first_booklet_id: int, last_booklet_id: int, holder_id: int | None = None) -> RangeView:
    """The booklets of a range, or those of them that one holder has or handed over. Raises: SeriesUnknown, RangeReversed.

    `voided_at` is when the last of them was ended, if all were.
    """
    row = access.series(series_id)
    access.check_range(row, first_booklet_id, last_booklet_id)
    rows = Booklet.objects.filter(series_id=series_id, id__range=(first_booklet_id, last_booklet_id))
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id, in_transit_to_id=None)
    found = rows.aggregate(count=Count("id"), standing=Count("id", filter=Q(voided_at=None)), latest=Max("voided_at"))
    return RangeView(
        series_id,
        first_booklet_id,
        last_booklet_id,
        serial_of_booklet(row, first_booklet_id),
        serial_of_booklet(row, last_booklet_id),
        found["count"],
        found["latest"] if found["standing"] == 0 else None,
        row.lapsed_at,
        sum((line[2] for line in _count(None, None, series_id, holder_id, (first_booklet_id, last_booklet_id))), Counts()),
    )


def _giving(at: datetime) -> QuerySet[Series, Any]:
    rows = Series.objects.filter(activated_at__isnull=False, lapsed_at=None, hand_over_until__gt=at)
    return rows.filter(Q(hand_overs_stop_at=None) | Q(hand_overs_stop_at__gt=at)).values("id")


def vouchers_of_booklet(booklet_id: int) -> list[VoucherView]:
    """The vouchers of one booklet, in order. Raises: BookletUnknown."""
    cover = access.booklet(booklet_id)
    row = access.series(cover.series_id)
    first = row.first_voucher_id + (booklet_id - row.first_booklet_id) * row.booklet_size
    rows = Voucher.objects.filter(series_id=row.id, id__range=(first, first + row.booklet_size - 1)).order_by("id")
    return [_voucher_view(row, cover, each) for each in rows]


def voucher_by_serial(serial: str) -> VoucherView:
    """The voucher of a printed serial. Raises: VoucherSerialUnknown, BookletUnknown, SerialMistyped."""
    parsed = VoucherSerial.parse(serial)
    row = access.series_of_serial(parsed)
    found = access.voucher(series_id=row.id, voucher_id=row.first_voucher_id + parsed.number - row.first_serial)
    return _voucher_view(row, access.booklet(found.booklet_id), found)


def _voucher_view(row: Series, cover: Booklet, found: Voucher) -> VoucherView:
    return VoucherView(
        id=found.id,
        series_id=row.id,
        programme_id=row.programme_id,
        booklet_id=cover.id,
        serial=serial_of_voucher(row, found.id),
        state=effective_state(
            mark=found.mark,
            booklet_handed_over_at=cover.handed_over_at,
            booklet_voided_at=cover.voided_at,
            series_lapsed_at=row.lapsed_at,
        ),
        value_cents=row.face_value_cents,
        active=row.activated_at is not None,
        reserved_until=found.reserved_until,
        accepted_until=found.accepted_until or cover.accepted_until or row.accepted_until,
    )


def stock(
    *, holder_id: int | None = None, programme_id: int | None = None, to_give_at: datetime | None = None, whole_only: bool = False
) -> list[StockLine]:
    """Untouched booklets by series and holder; only those that may still be handed over, if a moment is given.

    `whole_only` leaves out those some vouchers of which were given: they stay where they are.
    """
    rows = Booklet.objects.filter(handed_over_at=None, voided_at=None, in_transit_to_id=None)
    if whole_only:
        rows = rows.filter(opened=False)
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if to_give_at is not None:
        rows = rows.filter(series_id__in=_giving(to_give_at))
    lines = (
        rows.order_by("series_id", "holder_id").values_list("series_id", "holder_id").annotate(Count("id"), Min("id"), Max("id"))
    )  # fmt: skip
    return [StockLine(*line) for line in lines]


def to_receive(*, holder_id: int) -> list[StockLine]:
    """Booklets on their way to a holder, by series and sender."""
    lines = (
        Booklet.objects.filter(in_transit_to_id=holder_id)
        .order_by("series_id", "holder_id")
        .values_list("series_id", "holder_id")
        .annotate(Count("id"), Min("id"), Max("id"))
    )
    return [StockLine(*line) for line in lines]


def counts(
    *, programme_id: int | None = None, agreement_id: int | None = None, series_id: int | None = None, holder_id: int | None = None
) -> Counts:
    """How many vouchers are in each state, for whatever is named (everything seen when nothing is)."""
    return sum((line[2] for line in _count(programme_id, agreement_id, series_id, holder_id)), Counts())


def counts_by_holder(*, programme_id: int) -> dict[int, Counts]:
    """How many vouchers are in each state, by who has or handed over their booklet."""
    by_holder: dict[int, Counts] = {}
    for _series_id, holder_id, counted in _count(programme_id, None, None, None):
        by_holder[holder_id] = by_holder.get(holder_id, Counts()) + counted
    return by_holder


def counts_by_pattern(*, agreement_id: int) -> dict[tuple[int, int], Counts]:
    """How many vouchers are in each state, by series and share pattern: what a funder's own part of each state follows from."""
    by_pattern: dict[tuple[int, int], Counts] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, v.pattern, ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at), count(*)"
            " FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id"
            " JOIN ledger_voucher v ON v.series_id = b.series_id AND v.booklet_id = b.id"
            " WHERE s.agreement_id = %s GROUP BY 1, 2, 3 ORDER BY 1, 2",
            [agreement_id],
        )
        for series_id, pattern, state, count in cursor.fetchall():
            counted = Counts(issued=count, **{state: count})
            by_pattern[series_id, pattern] = by_pattern.get((series_id, pattern), Counts()) + counted
    return by_pattern


def _count(
    programme_id: int | None,
    agreement_id: int | None,
    series_id: int | None,
    holder_id: int | None,
    booklet_ids: tuple[int, int] | None = None,
) -> Iterable[tuple[int, int, Counts]]:
    wanted: list[tuple[str, Any]] = [
        ("s.programme_id = %s", programme_id),
        ("s.agreement_id = %s", agreement_id),
        ("s.id = %s", series_id),
        ("b.holder_id = %s", holder_id),
        ("b.id >= %s", booklet_ids[0] if booklet_ids else None),
        ("b.id <= %s", booklet_ids[1] if booklet_ids else None),
    ]
    where = [clause for clause, value in wanted if value is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, b.holder_id, ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at), count(*)"
            " FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id"
            " JOIN ledger_voucher v ON v.series_id = b.series_id AND v.booklet_id = b.id"
            f" {'WHERE ' + ' AND '.join(where) if where else ''} GROUP BY 1, 2, 3 ORDER BY 1, 2",
            [value for _clause, value in wanted if value is not None],
        )
        rows = cursor.fetchall()
    return [(each[0], each[1], Counts(issued=each[3], **{each[2]: each[3]})) for each in rows]
