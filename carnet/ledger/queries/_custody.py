"""Where every booklet of a series is, in runs: each booklet has one row, so that the runs are a partition of those there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from carnet.ledger import access
from carnet.ledger.models import Booklet


class Whereabouts(StrEnum):
    """The one place a booklet is in. OPENED: at its desk, some of its vouchers given; SPENT: handed over, nothing left to spend."""

    HELD = "HELD"
    ON_THE_WAY = "ON_THE_WAY"
    OPENED = "OPENED"
    HANDED_OVER = "HANDED_OVER"
    SPENT = "SPENT"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class CustodyRun:
    """Booklets numbered in a row and in the same place. `holder_id` has them, sent them or handed them over; `to_id` awaits them."""

    series_id: int
    first_booklet_id: int
    last_booklet_id: int
    whereabouts: Whereabouts
    holder_id: int
    to_id: int | None

    @property
    def booklet_count(self) -> int:
        """How many they are."""
        return self.last_booklet_id - self.first_booklet_id + 1


_PLACE = """CASE WHEN b.voided_at IS NOT NULL THEN 'ENDED' WHEN b.in_transit_to_id IS NOT NULL THEN 'ON_THE_WAY'
  WHEN b.handed_over_at IS NOT NULL AND v.done = s.booklet_size THEN 'SPENT' WHEN b.handed_over_at IS NOT NULL THEN 'HANDED_OVER'
  WHEN b.opened AND v.done = s.booklet_size THEN 'SPENT' WHEN b.opened AND v.given = s.booklet_size THEN 'HANDED_OVER'
  WHEN b.opened THEN 'OPENED' ELSE 'HELD' END"""


def custody(*, series_id: int) -> list[CustodyRun]:
    """Every booklet of a series, in the fewest runs, in order. Raises: SeriesUnknown."""
    row = access.series(series_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH v AS (SELECT v.booklet_id, count(*) FILTER (WHERE v.mark IN (2, 4)) AS done, count(*) AS given"
            "  FROM ledger_voucher v WHERE v.series_id = %(series)s AND v.mark <> 0 GROUP BY 1),"
            " placed AS (SELECT b.id, " + _PLACE + " AS place, b.holder_id,"
            "   CASE WHEN b.voided_at IS NULL THEN b.in_transit_to_id END AS goes_to"
            "  FROM ledger_booklet b JOIN ledger_series s ON s.id = b.series_id LEFT JOIN v ON v.booklet_id = b.id"
            "  WHERE b.series_id = %(series)s),"
            " rows AS (SELECT *, id - row_number() OVER (PARTITION BY place, holder_id, goes_to ORDER BY id) AS island FROM placed)"
            " SELECT min(id), max(id), place, holder_id, goes_to FROM rows GROUP BY place, holder_id, goes_to, island ORDER BY 1",
            {"series": row.id},
        )
        return [
            CustodyRun(row.id, first, last, Whereabouts(place), holder, goes_to)
            for first, last, place, holder, goes_to in cursor.fetchall()
        ]


def booklets_on_the_way(*, programme_id: int | None = None) -> list[CustodyRun]:
    """Every run of booklets between two holders, of a programme or of all that are seen, ended ones left out."""
    rows = Booklet.objects.filter(in_transit_to_id__isnull=False, voided_at=None)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    found: list[CustodyRun] = []
    for booklet_id, series_id, holder_id, to_id in rows.order_by("id").values_list("id", "series_id", "holder_id", "in_transit_to_id"):
        latest = found[-1] if found else None
        same = latest and (latest.series_id, latest.holder_id, latest.to_id) == (series_id, holder_id, to_id)
        if latest and same and latest.last_booklet_id + 1 == booklet_id:
            found[-1] = CustodyRun(series_id, latest.first_booklet_id, booklet_id, Whereabouts.ON_THE_WAY, holder_id, to_id)
        else:
            found.append(CustodyRun(series_id, booklet_id, booklet_id, Whereabouts.ON_THE_WAY, holder_id, to_id))
    return found


def ended_among(*, series_id: int, booklet_ids: Iterable[int]) -> Collection[int]:
    """Of these booklets of a series, those that ended."""
    asked = list(booklet_ids)
    return set(Booklet.objects.filter(series_id=series_id, id__in=asked, voided_at__isnull=False).values_list("id", flat=True))


def longest_run(*, series_id: int, holder_id: int, count: int, without: Collection[tuple[int, int]] = ()) -> tuple[int, int] | None:
    """The first run of at least `count` untouched booklets of a holder, outside some runs; else the longest; None when it has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH held AS (SELECT b.id, b.id - row_number() OVER (ORDER BY b.id) AS island FROM ledger_booklet b"
            "  WHERE b.series_id = %(series)s AND b.holder_id = %(holder)s AND b.in_transit_to_id IS NULL AND b.handed_over_at IS NULL"
            "  AND b.voided_at IS NULL AND NOT b.opened AND NOT EXISTS (SELECT 1"
            "   FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r(first, last) WHERE b.id BETWEEN r.first AND r.last)),"
            " runs AS (SELECT min(id) AS first, max(id) AS last, count(*) AS n FROM held GROUP BY island)"
            " SELECT first, last FROM runs ORDER BY n >= %(count)s DESC, CASE WHEN n >= %(count)s THEN first END, n DESC, first LIMIT 1",
            {
                "series": series_id,
                "holder": holder_id,
                "count": count,
                "firsts": [first for first, _last in without],
                "lasts": [last for _first, last in without],
            },
        )
        found: tuple[int, int] | None = cursor.fetchone()
        return found
