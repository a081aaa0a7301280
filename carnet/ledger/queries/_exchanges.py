"""Vouchers that ended in somebody's hands: which may be exchanged, which were."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from carnet.ledger.models import Passage
from carnet.ledger.rules import PassageKind


def exchangeable(*, series_id: int, voucher_ids: Collection[int], at: datetime) -> tuple[int, ...]:
    """Those of these vouchers that were handed over, then ended, lapsed or were blocked, and were not exchanged yet; in order.

    A passage says that each was handed over: a blocked voucher's own row no longer does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.id FROM ledger_voucher v JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id"
            " JOIN ledger_series s ON s.id = v.series_id WHERE v.series_id = %(series)s AND v.id = ANY (%(ids)s)"
            " AND (ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at) IN ('lapsed', 'void')"
            "  OR ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at) = 'handed_over'"
            "     AND COALESCE(v.accepted_until, b.accepted_until, s.accepted_until) <= %(at)s)"
            " AND EXISTS (SELECT 1 FROM ledger_passage p WHERE p.series_id = v.series_id AND p.kind IN ('HANDED_OVER', 'TAKEN_OUT')"
            "             AND v.id BETWEEN p.first_voucher_id AND p.last_voucher_id)"
            " AND NOT EXISTS (SELECT 1 FROM ledger_passage p WHERE p.series_id = v.series_id AND p.kind = 'EXCHANGED'"
            "                 AND p.first_voucher_id = v.id) ORDER BY v.id",
            {"series": series_id, "ids": sorted(voucher_ids), "at": at},
        )
        return tuple(row[0] for row in cursor.fetchall())


def exchanged_at(*, series_id: int, voucher_ids: Collection[int]) -> datetime | None:
    """When the first of these vouchers was exchanged, or None."""
    rows = Passage.objects.filter(series_id=series_id, kind=PassageKind.EXCHANGED, first_voucher_id__in=list(voucher_ids))
    return rows.order_by("at").values_list("at", flat=True).first()


def voided_by(*, series_id: int, request_id: UUID) -> tuple[int, ...]:
    """The vouchers that one request blocked, in order."""
    rows = Passage.objects.filter(series_id=series_id, request_id=request_id, kind=PassageKind.VOIDED).order_by("first_voucher_id")
    ends = rows.values_list("first_voucher_id", "last_voucher_id")
    return tuple(each for first, last in ends for each in range(first, last + 1))


def exchanged_days(*, agreement_id: int, until: datetime) -> list[tuple[datetime, int, int]]:
    """The vouchers of an agreement exchanged before a moment: when, how many at once, and their face value in cents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.at, count(*), sum(s.face_value_cents) FROM ledger_passage p JOIN ledger_series s ON s.id = p.series_id"
            " WHERE s.agreement_id = %s AND p.kind = 'EXCHANGED' AND p.at < %s GROUP BY p.at ORDER BY p.at",
            [agreement_id, until],
        )
        return [(at, int(count), int(cents)) for at, count, cents in cursor.fetchall()]
