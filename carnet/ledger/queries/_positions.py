"""Where the vouchers of agreements stand, and the money beside them: many agreements in a few statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from carnet.ledger.models import Account, Movement, Series
from carnet.ledger.queries._money import MoneyTable, _table, patterns
from carnet.ledger.rules import AccountKind, MovementKind, SharePattern, State

_PAID = {MovementKind.PAY: 1, MovementKind.UNPAY: -1, MovementKind.RECOVER: -1, MovementKind.REOPEN: 1}
# Counted once for the whole agreement: behind the walls no index leads from a booklet to its vouchers.
_LEFT = (
    "WITH leftover AS MATERIALIZED (SELECT v.booklet_id, v.pattern, count(*) AS vouchers FROM ledger_voucher v"
    " WHERE v.series_id = ANY(%(series)s) AND v.mark = 0 GROUP BY 1, 2)"
)
_IN_STOCK = (
    " FROM ledger_booklet b JOIN ledger_series s ON s.id = b.series_id"
    " WHERE s.id = ANY(%(series)s) AND s.activated_at IS NOT NULL AND s.lapsed_at IS NULL"
    " AND b.handed_over_at IS NULL AND b.voided_at IS NULL AND (b.holder_id = %(holder)s OR b.in_transit_to_id IS NOT NULL) <> %(desks)s"
    # Vouchers given one by one may have emptied a booklet that still counts as not handed over.
    " AND b.id IN (SELECT booklet_id FROM leftover)"
)
_RECOVERED = {MovementKind.RECOVER: 1, MovementKind.REOPEN: -1}


@dataclass(frozen=True, slots=True)
class Position:
    """Vouchers of one series and share pattern, in one state, that one holder has or handed over. `on_the_way`: left it, not arrived yet.

    `reached_somebody`: handed over, whatever became of them since.
    """

    agreement_id: int
    series_id: int
    pattern: int
    holder_id: int
    on_the_way: bool
    state: State
    is_active: bool
    reached_somebody: bool
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of some agreements. Unit: vouchers, and whole cents.

    `returned_by_series`: cents of lapsed and ended vouchers given back, by series and funder. `paid_counts`: vouchers paid, net of what came
    back, by agreement. `recovered`: vouchers spent whose money a place gave back, by series and pattern: used no longer.
    """

    positions: tuple[Position, ...]
    money: dict[int, MoneyTable]
    returned_by_series: dict[tuple[int, int], int]
    paid_counts: dict[int, int]
    recovered: dict[tuple[int, int], int]
    patterns: dict[tuple[int, int], SharePattern]


def standing(*, agreement_ids: Collection[int]) -> Standing:
    """Where every voucher and every cent of these agreements stand, in five statements however many they are."""
    wanted = sorted(set(agreement_ids))
    agreement_of = dict(Series.objects.filter(agreement_id__in=wanted).order_by("id").values_list("id", "agreement_id"))
    shares = patterns(series_ids=agreement_of)
    groups = _groups(wanted, list(agreement_of))
    returned: dict[tuple[int, int], int] = {}
    recovered: dict[tuple[int, int], int] = {}
    paid: dict[int, int] = dict.fromkeys(wanted, 0)
    by_agreement: dict[int, list[tuple[Any, ...]]] = {agreement_id: [] for agreement_id in wanted}
    for agreement_id, series_id, kind_name, pattern, funder_id, cents, quantity in groups:
        kind = MovementKind(kind_name)
        by_agreement[agreement_id].append((series_id, kind_name, pattern, funder_id, cents, quantity))
        if kind == MovementKind.RETURN:
            returned[series_id, funder_id] = returned.get((series_id, funder_id), 0) + cents
        paid[agreement_id] += _PAID.get(kind, 0) * quantity
        if kind in _RECOVERED:
            recovered[series_id, pattern] = recovered.get((series_id, pattern), 0) + _RECOVERED[kind] * quantity
    money = {agreement_id: _table(rows, shares) for agreement_id, rows in by_agreement.items()}
    return Standing(_positions(agreement_of), money, returned, paid, recovered, shares)


def recovered_vouchers(*, agreement_id: int) -> dict[tuple[int, int], int]:
    """Vouchers spent whose money a place gave back, by series and pattern. Usually none."""
    accounts = Account.objects.filter(agreement_id=agreement_id, kind__in=[AccountKind.CIRCULATION, AccountKind.DUE]).values("id")
    rows = (
        Movement.objects.filter(debit_account_id__in=accounts, kind__in=list(_RECOVERED), series_id__in=_series_of(agreement_id))
        .order_by("series_id", "pattern", "kind")
        .values_list("series_id", "pattern", "kind")
        .annotate(Sum("quantity"))
    )
    found: dict[tuple[int, int], int] = {}
    for series_id, pattern, kind, quantity in rows:
        found[series_id, pattern or 0] = found.get((series_id, pattern or 0), 0) + _RECOVERED[MovementKind(kind)] * quantity
    return {key: count for key, count in found.items() if count}


def patterns_of_agreement(*, agreement_id: int) -> dict[tuple[int, int], SharePattern]:
    """How the cents of each voucher of an agreement are shared, by series and pattern number."""
    return patterns(series_ids=_series_of(agreement_id))


def _series_of(agreement_id: int) -> list[int]:
    return list(Series.objects.filter(agreement_id=agreement_id).order_by("id").values_list("id", flat=True))


def _groups(agreement_ids: Collection[int], series_ids: Collection[int]) -> list[tuple[Any, ...]]:
    agreement_of = dict(Account.objects.filter(agreement_id__in=agreement_ids).order_by("id").values_list("id", "agreement_id"))
    rows = (
        # Series 0: money that is of no series yet.
        Movement.objects.filter(debit_account_id__in=list(agreement_of), series_id__in=[0, *series_ids])
        .order_by("debit_account_id", "series_id", "kind", "pattern", "funder_id")
        .values_list("debit_account_id", "series_id", "kind", "pattern", "funder_id")
        .annotate(Sum("cents"), Sum("quantity"))
    )
    return [(agreement_of[account_id], series_id, *rest) for account_id, series_id, *rest in rows]


def _positions(agreement_of: dict[int, int]) -> tuple[Position, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.series_id, v.pattern, b.holder_id, b.in_transit_to_id IS NOT NULL,"
            " ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at), s.activated_at IS NOT NULL,"
            " b.handed_over_at IS NOT NULL OR v.mark IN (1, 2), count(*)"
            " FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id"
            " JOIN ledger_voucher v ON v.series_id = b.series_id AND v.booklet_id = b.id"
            " WHERE s.id = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7",
            [sorted(agreement_of)],
        )
        return tuple(
            Position(agreement_of[series_id], series_id, pattern, holder_id, on_the_way, State(state), is_active, reached, count)
            for series_id, pattern, holder_id, on_the_way, state, is_active, reached, count in cursor.fetchall()
        )


@dataclass(frozen=True, slots=True)
class FunderMovement:
    """Cents of one funder coming in, put in vouchers, or given back; `series_id` 0 when they are of no series yet."""

    id: int
    kind: MovementKind
    series_id: int
    funder_id: int
    cents: int
    at: datetime


def funder_movements(*, agreement_id: int, funder_id: int | None = None) -> list[FunderMovement]:
    """Every movement of an agreement that is one funder's (money in, vouchers activated, money back), the oldest first: a few dozen."""
    sides = [
        AccountKind.UNISSUED, AccountKind.RETURNED, AccountKind.CIRCULATION, AccountKind.RESERVED, AccountKind.BILLED, AccountKind.SERVED,
    ]  # fmt: skip
    accounts = Account.objects.filter(agreement_id=agreement_id, kind__in=sides).values("id")
    rows = Movement.objects.filter(
        debit_account_id__in=accounts, series_id__in=[0, *_series_of(agreement_id)], funder_id__isnull=False, voucher_id__isnull=True
    )
    if funder_id is not None:
        rows = rows.filter(funder_id=funder_id)
    found = rows.order_by("at", "id").values_list("id", "kind", "series_id", "funder_id", "cents", "at")
    return [FunderMovement(key, MovementKind(kind), series_id, owner or 0, cents, at) for key, kind, series_id, owner, cents, at in found]


@dataclass(frozen=True, slots=True)
class StockBooklet:
    """A booklet not handed over whole: how many of its vouchers are in stock, by share pattern. Nobody has it yet."""

    id: int
    series_id: int
    holder_id: int
    on_the_way_to_id: int | None
    patterns: dict[int, int]


def stock_booklets(
    *, agreement_id: int, of_holder_id: int, at_desks: bool, after_id: int = 0, offset: int = 0, limit: int = 100
) -> list[StockBooklet]:
    """Active booklets with vouchers in stock, in order of number: `of_holder_id`'s own and those on their way; or, `at_desks`, the others'.

    Pass the last id as `after_id` for what follows, or an `offset` to jump.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_LEFT}, page AS (SELECT b.id, b.series_id, b.holder_id, b.in_transit_to_id {_IN_STOCK} AND b.id > %(after)s"
            " ORDER BY b.id OFFSET %(offset)s LIMIT %(limit)s)"
            " SELECT p.id, p.series_id, p.holder_id, p.in_transit_to_id, l.pattern, l.vouchers FROM page p"
            " JOIN leftover l ON l.booklet_id = p.id ORDER BY 1, 5",
            {
                "series": _series_of(agreement_id),
                "holder": of_holder_id,
                "desks": at_desks,
                "after": after_id,
                "offset": offset,
                "limit": limit,
            },
        )
        found: dict[int, StockBooklet] = {}
        for booklet_id, series_id, holder_id, to_id, pattern, count in cursor.fetchall():
            row = found.setdefault(booklet_id, StockBooklet(booklet_id, series_id, holder_id, to_id, {}))
            row.patterns[pattern] = count
    return list(found.values())


def stock_booklet_count(*, agreement_id: int, of_holder_id: int, at_desks: bool) -> int:
    """How many booklets `stock_booklets` gives in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_LEFT} SELECT count(*) {_IN_STOCK}", {"series": _series_of(agreement_id), "holder": of_holder_id, "desks": at_desks}
        )
        return int(cursor.fetchone()[0])
