"""How soon vouchers handed over are used: counted from append-only rows, so that any past moment can be seen again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from carnet.ledger.models import Series

# Each voucher's first hand-over, its latest use if it was not undone, whether it was ended unused; then counted by day.
_LIVES = """
WITH given AS (
  SELECT p.series_id, v AS voucher_id, min(p.at) AS at
  FROM ledger_passage p, generate_series(p.first_voucher_id, p.last_voucher_id) AS v
  WHERE p.series_id = ANY(%(series)s) AND p.kind IN ('HANDED_OVER', 'TAKEN_OUT') AND p.at < %(until)s GROUP BY 1, 2),
ended AS (
  SELECT DISTINCT p.series_id, v AS voucher_id FROM ledger_passage p, generate_series(p.first_voucher_id, p.last_voucher_id) AS v
  WHERE p.series_id = ANY(%(series)s) AND p.kind = 'VOIDED' AND p.at < %(until)s),
used AS (
  SELECT m.series_id, m.voucher_id, max(m.at) FILTER (WHERE m.kind = 'REDEEM') AS at FROM ledger_movement m
  WHERE m.series_id = ANY(%(series)s) AND m.voucher_id IS NOT NULL AND m.kind IN ('REDEEM', 'REVERSE') AND m.at < %(until)s
  GROUP BY 1, 2 HAVING sum(CASE m.kind WHEN 'REDEEM' THEN 1 ELSE -1 END) > 0)
SELECT (g.at AT TIME ZONE 'Europe/Paris')::date, (u.at AT TIME ZONE 'Europe/Paris')::date, count(*)
FROM given g LEFT JOIN used u ON u.series_id = g.series_id AND u.voucher_id = g.voucher_id
LEFT JOIN ended e ON e.series_id = g.series_id AND e.voucher_id = g.voucher_id
WHERE u.voucher_id IS NOT NULL OR e.voucher_id IS NULL
GROUP BY 1, 2 ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Lived:
    """How many vouchers handed over on one legal day were used on another (None: not yet)."""

    handed_on: date
    used_on: date | None
    count: int


def lives(*, agreement_ids: Collection[int], until: datetime) -> list[Lived]:
    """The vouchers of these agreements handed over before a moment, by the day they were given and the day they were used.

    What was ended unused (lost, stolen, recalled) is left out: it will never be spent.
    """
    series_ids = list(Series.objects.filter(agreement_id__in=list(agreement_ids)).values_list("id", flat=True))
    if not series_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LIVES, {"series": series_ids, "until": until})
        return [Lived(handed_on, used_on, int(count)) for handed_on, used_on, count in cursor.fetchall()]
