"""How many people hold vouchers they can still spend, by the desk that gave them. Counts: no row is about one person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from carnet.distribution.rules import Kind

# One row a person: a hand-over, or the line of paper that says to whom a booklet taken out was given. What was exchanged for the rest of a
# booklet that still holds something is for the same person. A voucher given alone is marked: it is not of whoever had the rest of its booklet.
_HELD = f"""
WITH alive AS MATERIALIZED (
  SELECT s.id, s.first_voucher_id, s.first_booklet_id, s.booklet_size, s.accepted_until FROM ledger_series s
  WHERE s.programme_id = ANY(%(programmes)s) AND s.activated_at IS NOT NULL AND s.lapsed_at IS NULL),
held AS MATERIALIZED (
  SELECT v.series_id, v.booklet_id, count(*) AS vouchers
  FROM alive s JOIN ledger_voucher v ON v.series_id = s.id JOIN ledger_booklet b ON b.series_id = s.id AND b.id = v.booklet_id
  WHERE v.mark = 0 AND b.handed_over_at IS NOT NULL AND b.voided_at IS NULL
    AND COALESCE(v.accepted_until, b.accepted_until, s.accepted_until) > %(at)s
  GROUP BY 1, 2),
person AS (
  SELECT h.programme_id, h.organisation_id, (
      SELECT COALESCE(sum(d.vouchers), 0) FROM held d
      WHERE d.series_id = h.series_id AND d.booklet_id BETWEEN h.first_booklet_id AND h.last_booklet_id) AS vouchers
  FROM distribution_handover h WHERE h.programme_id = ANY(%(programmes)s) AND h.kind = '{Kind.BOOKLETS.value}'
    AND h.last_booklet_id > h.first_booklet_id
  UNION ALL
  SELECT h.programme_id, h.organisation_id, d.vouchers
  FROM distribution_handover h JOIN held d ON d.series_id = h.series_id AND d.booklet_id = h.first_booklet_id
  WHERE h.programme_id = ANY(%(programmes)s) AND h.kind = '{Kind.BOOKLETS.value}' AND h.last_booklet_id = h.first_booklet_id
  UNION ALL
  SELECT h.programme_id, h.organisation_id, (
      SELECT count(*) FROM ledger_voucher v JOIN alive s ON s.id = v.series_id JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
      WHERE v.series_id = h.series_id AND v.id = ANY(h.voucher_ids) AND v.mark = 1 AND b.voided_at IS NULL
        AND COALESCE(v.accepted_until, b.accepted_until, s.accepted_until) > %(at)s)
  FROM distribution_handover h WHERE h.programme_id = ANY(%(programmes)s) AND h.kind = '{Kind.VOUCHERS.value}'
    AND NOT EXISTS (
      SELECT 1 FROM distribution_exchange e JOIN held d ON d.series_id = e.series_id AND d.booklet_id = e.booklet_id WHERE e.hand_over_id = h.id)
  UNION ALL
  SELECT l.programme_id, l.organisation_id, d.vouchers
  FROM distribution_papersheetline l JOIN distribution_handover h ON h.id = l.hand_over_id
  JOIN held d ON d.series_id = h.series_id AND d.booklet_id = l.booklet_id
  WHERE l.programme_id = ANY(%(programmes)s) AND l.was_taken_out)
SELECT programme_id, organisation_id, count(*), sum(vouchers) FROM person WHERE vouchers > 0 GROUP BY 1, 2 ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class HoldersOfDesk:
    """People to whom one desk gave vouchers of a programme that they can still spend, and those vouchers."""

    programme_id: int
    organisation_id: int
    people: int
    vouchers: int


def holders_by_desk(*, programme_ids: Collection[int], at: datetime) -> tuple[HoldersOfDesk, ...]:
    """Who still holds vouchers of some programmes, by desk, in one statement.

    A booklet whose vouchers are all used, ended or past their last day counts nobody. What was taken out on paper counts once it is typed:
    before, nobody knows to how many people it went. The rest of a booklet opened by hand, voucher by voucher, counts each hand-over.
    """
    if not programme_ids:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"programmes": sorted(programme_ids), "at": at})
        return tuple(HoldersOfDesk(row[0], row[1], int(row[2]), int(row[3])) for row in cursor.fetchall())
