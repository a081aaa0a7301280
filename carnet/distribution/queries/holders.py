"""How many people hold vouchers they can still spend, by the desk that gave them. Counts: no row is about one person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from carnet.distribution.rules import Kind
from carnet.ledger import queries as ledger

# One row a person: a hand-over, or the line of paper that says to whom a booklet taken out was given. What was exchanged for the rest of a
# booklet that still holds something is for the same person. A voucher given alone is marked: it is not of whoever had the rest of its booklet.
# Vouchers are counted by booklet before anything is joined to them: behind the walls no index leads from a booklet to its vouchers.
_HELD = f"""
WITH unspent AS MATERIALIZED (
  SELECT v.series_id, v.booklet_id, count(*) FILTER (WHERE v.accepted_until IS NULL) AS usual,
    count(*) FILTER (WHERE v.accepted_until > %(at)s) AS prolonged
  FROM ledger_voucher v WHERE v.series_id = ANY(%(series)s) AND v.mark = 0 GROUP BY 1, 2),
held AS MATERIALIZED (
  SELECT u.series_id, u.booklet_id,
    u.prolonged + CASE WHEN COALESCE(b.accepted_until, s.accepted_until) > %(at)s THEN u.usual ELSE 0 END AS vouchers
  FROM unspent u JOIN ledger_booklet b ON b.id = u.booklet_id JOIN ledger_series s ON s.id = u.series_id
  WHERE b.series_id = ANY(%(series)s) AND b.handed_over_at IS NOT NULL AND b.voided_at IS NULL),
person AS (
  SELECT h.programme_id, h.organisation_id, d.vouchers
  FROM distribution_handover h JOIN held d ON d.booklet_id = h.first_booklet_id
  WHERE h.series_id = ANY(%(series)s) AND h.kind = '{Kind.BOOKLETS.value}' AND h.last_booklet_id = h.first_booklet_id
  UNION ALL
  SELECT h.programme_id, h.organisation_id, sum(d.vouchers)
  FROM distribution_handover h CROSS JOIN LATERAL generate_series(h.first_booklet_id, h.last_booklet_id) AS each (booklet_id)
  JOIN held d ON d.booklet_id = each.booklet_id
  WHERE h.series_id = ANY(%(series)s) AND h.kind = '{Kind.BOOKLETS.value}' AND h.last_booklet_id > h.first_booklet_id
  GROUP BY h.id, h.programme_id, h.organisation_id
  UNION ALL
  SELECT h.programme_id, h.organisation_id, (
      SELECT count(*) FROM ledger_voucher v JOIN ledger_booklet b ON b.id = v.booklet_id JOIN ledger_series s ON s.id = v.series_id
      WHERE v.series_id = h.series_id AND v.id = ANY(h.voucher_ids) AND v.mark = 1 AND b.voided_at IS NULL
        AND COALESCE(v.accepted_until, b.accepted_until, s.accepted_until) > %(at)s)
  FROM distribution_handover h WHERE h.series_id = ANY(%(series)s) AND h.kind = '{Kind.VOUCHERS.value}'
    AND NOT EXISTS (SELECT 1 FROM distribution_exchange e JOIN held d ON d.booklet_id = e.booklet_id WHERE e.hand_over_id = h.id)
  UNION ALL
  SELECT l.programme_id, l.organisation_id, d.vouchers
  FROM distribution_papersheetline l JOIN distribution_handover h ON h.id = l.hand_over_id JOIN held d ON d.booklet_id = l.booklet_id
  WHERE h.series_id = ANY(%(series)s) AND l.was_taken_out)
SELECT programme_id, organisation_id, count(*), sum(vouchers) FROM person WHERE vouchers > 0 GROUP BY 1, 2 ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class HoldersOfDesk:
    """People to whom one desk gave vouchers of a programme that they can still spend, and those vouchers."""

    programme_id: int
    organisation_id: int
    people: int
    vouchers: int


def holders_by_desk(*, programme_ids: Collection[int], at: datetime) -> tuple[HoldersOfDesk, ...]:
    """Who still holds vouchers of some programmes, by desk, in two statements whatever the number of people.

    A booklet whose vouchers are all used, ended or past their last day counts nobody. What was taken out on paper counts once it is typed:
    before, nobody knows to how many people it went. The rest of a booklet opened by hand, voucher by voucher, counts each hand-over.
    """
    wanted = set(programme_ids)
    series = [each.id for each in ledger.series_list() if each.programme_id in wanted and each.activated_at and each.lapsed_at is None]
    if not series:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"series": series, "at": at})
        return tuple(HoldersOfDesk(row[0], row[1], int(row[2]), int(row[3])) for row in cursor.fetchall())
