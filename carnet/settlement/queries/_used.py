"""Vouchers used under agreements, paid or still owed: counted by month, place or service, and one by one. No row names a voucher.

A number would say, to a funder that is also a desk, where the person it was given to went.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from carnet.kernel.periods import legal_day
from carnet.settlement.rules import ClaimState, TransferState

# A standing redemption of a series, its share pattern, and whether its claim is paid.
_FROM = f"""
FROM redemption_redemption r
JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id
LEFT JOIN settlement_claimline l ON l.series_id = r.series_id AND l.voucher_id = r.voucher_id AND l.generation = r.generation
LEFT JOIN settlement_claim c ON c.id = l.claim_id AND c.state = '{ClaimState.PAID.value}'
"""
# One living transfer a claim, by a constraint of its table.
_TRANSFER = f"LEFT JOIN settlement_transfer t ON t.claim_id = c.id AND t.state = '{TransferState.PAID.value}'"
_WHERE = """
WHERE r.series_id = ANY(%(series)s)
AND NOT EXISTS (SELECT 1 FROM redemption_reversal x
                WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)
"""


class UsedBy(StrEnum):
    """What used vouchers are counted by."""

    MONTH = "month"
    PLACE = "place"
    SERVICE = "service"


_KEYS = {
    UsedBy.MONTH: "to_char(r.at AT TIME ZONE 'Europe/Paris', 'YYYY-MM')",
    UsedBy.PLACE: "r.place_id::text",
    UsedBy.SERVICE: "r.service_code",
}


@dataclass(frozen=True, slots=True)
class UsedGroup:
    """Vouchers of one pattern used alike: `paid_count` of them are paid, the others owed."""

    key: str
    series_id: int
    pattern: int
    count: int
    paid_count: int


@dataclass(frozen=True, slots=True)
class UsedFilter:
    """Which used vouchers: of a month (``2026-03``), of places, of a service, paid or owed. Nothing said: all."""

    month: str = ""
    place_ids: tuple[int, ...] | None = None
    service: str = ""
    is_paid: bool | None = None


# Where a page stops: the moment and the number of its last line.
UsedKey = tuple[datetime, int, int, int]


@dataclass(frozen=True, slots=True)
class UsedVoucher:
    """One voucher used, as a funder may read it. `payment` is what the bank calls the transfer that paid it, empty when it is owed."""

    key: UsedKey
    used_on: date
    place_id: int
    service: str
    series_id: int
    pattern: int
    paid_on: date | None
    payment: str
    transfer_id: int | None


@dataclass(frozen=True, slots=True)
class UnpaidSince:
    """Vouchers used before a moment and not paid: how many, for how many cents, and since when the oldest waits."""

    count: int
    cents: int
    oldest_at: datetime


def used_groups(*, series_ids: Collection[int], by: UsedBy, where: UsedFilter = UsedFilter()) -> list[UsedGroup]:
    """Standing redemptions of these series, counted by one thing, in one statement. A few hundred rows however many vouchers."""
    clauses, values = _clauses(series_ids, where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_KEYS[by]}, r.series_id, v.pattern, count(*), count(c.id) {_FROM} {_WHERE} {clauses} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            values,
        )
        return [UsedGroup(*row) for row in cursor.fetchall()]


def used_vouchers(
    *, series_ids: Collection[int], where: UsedFilter, before: UsedKey | None = None, offset: int = 0, limit: int = 100
) -> list[UsedVoucher]:
    """Those vouchers one by one, the latest first. Pass the last key as `before` for what follows, or an `offset` to jump."""
    clauses, values = _clauses(series_ids, where)
    if before is not None:
        clauses += " AND (r.at, r.series_id, r.voucher_id, r.generation) < (%(at)s, %(b1)s, %(b2)s, %(b3)s)"
        values |= {"at": before[0], "b1": before[1], "b2": before[2], "b3": before[3]}
    values |= {"offset": offset, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.at, r.series_id, r.voucher_id, r.generation, r.place_id, r.service_code, v.pattern, c.paid_on, t.end_to_end_id, t.id"
            f" {_FROM} {_TRANSFER} {_WHERE} {clauses} ORDER BY r.at DESC, r.series_id DESC, r.voucher_id DESC, r.generation DESC"
            " OFFSET %(offset)s LIMIT %(limit)s",
            values,
        )
        return [
            UsedVoucher((row[0], row[1], row[2], row[3]), legal_day(row[0]), row[4], row[5], row[1], row[6], row[7], row[8] or "", row[9])
            for row in cursor.fetchall()
        ]


def unpaid_since(*, before: dict[int, datetime]) -> dict[int, UnpaidSince]:
    """By agreement, what was used before the moment given for it and is still not paid: nothing when all is. One statement."""
    if not before:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.agreement_id, count(*), sum(s.face_value_cents), min(r.at)"
            " FROM unnest(%(agreements)s::bigint[], %(moments)s::timestamptz[]) AS a (agreement_id, before)"
            " JOIN ledger_series s ON s.agreement_id = a.agreement_id"
            " JOIN redemption_redemption r ON r.series_id = s.id AND r.at < a.before"
            " WHERE NOT EXISTS (SELECT 1 FROM redemption_reversal x"
            " WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            " AND NOT EXISTS (SELECT 1 FROM settlement_claimline l JOIN settlement_claim c ON c.id = l.claim_id"
            " WHERE l.series_id = r.series_id AND l.voucher_id = r.voucher_id AND l.generation = r.generation"
            f" AND c.state = '{ClaimState.PAID.value}') GROUP BY 1",
            {"agreements": list(before), "moments": list(before.values())},
        )
        return {row[0]: UnpaidSince(row[1], int(row[2]), row[3]) for row in cursor.fetchall()}


def _clauses(series_ids: Collection[int], where: UsedFilter) -> tuple[str, dict[str, Any]]:
    clauses = ""
    values: dict[str, Any] = {"series": list(series_ids)}
    if where.month:
        clauses += f" AND {_KEYS[UsedBy.MONTH]} = %(month)s"
        values["month"] = where.month
    if where.place_ids is not None:
        clauses += " AND r.place_id = ANY(%(places)s)"
        values["places"] = list(where.place_ids)
    if where.service:
        clauses += " AND r.service_code = %(service)s"
        values["service"] = where.service
    if where.is_paid is not None:
        clauses += f" AND c.id IS {'NOT ' if where.is_paid else ''}NULL"
    return clauses, values
