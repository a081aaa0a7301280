"""What one place redeemed and is owed for, redemption by redemption: what a case asks about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class OwedRedemption:
    """One standing redemption that can no longer be undone by its place. Unit: whole cents. `key`: series, voucher, generation."""

    key: Key
    organisation_id: int
    cents: int
    redeemed_at: datetime


def owed_at_place(*, programme_id: int, place_id: int, since: datetime, until: datetime, at: datetime, limit: int) -> list[OwedRedemption]:
    """What a place redeemed in `[since, until)` and is owed for at `at`, the oldest first, at most `limit`; claimed and paid included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, r.voucher_id, r.generation, r.organisation_id, r.value_cents, r.redeemed_at FROM redemption_claimable(%s, %s) r"
            " WHERE r.place_id = %s AND r.redeemed_at >= %s AND r.redeemed_at < %s"
            " ORDER BY r.redeemed_at, r.series_id, r.voucher_id LIMIT %s",
            [programme_id, at, place_id, since, until, limit],
        )
        return [OwedRedemption((row[0], row[1], row[2]), row[3], row[4], row[5]) for row in cursor.fetchall()]


def undone_among(keys: Collection[Key]) -> set[Key]:
    """Of these redemptions, those undone since."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT x.series_id, x.voucher_id, x.generation FROM redemption_reversal x"
            " JOIN unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k(series_id, voucher_id, generation)"
            " ON x.series_id = k.series_id AND x.voucher_id = k.voucher_id AND x.generation = k.generation",
            [[each[position] for each in keys] for position in range(3)],
        )
        return {(row[0], row[1], row[2]) for row in cursor.fetchall()}


def given_back_among(keys: Collection[Key]) -> set[Key]:
    """Of these redemptions, those undone, and those whose money is owed back because it was claimed before."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.series_id, d.voucher_id, d.generation FROM redemption_dispute d"
            " JOIN redemption_disputedecision x ON x.dispute_id = d.id AND x.outcome = 'TO_RECOVER'"
            " JOIN unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k(series_id, voucher_id, generation)"
            " ON d.series_id = k.series_id AND d.voucher_id = k.voucher_id AND d.generation = k.generation",
            [[each[position] for each in keys] for position in range(3)],
        )
        return undone_among(keys) | {(row[0], row[1], row[2]) for row in cursor.fetchall()}
