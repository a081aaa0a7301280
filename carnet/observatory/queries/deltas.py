"""What the rows written between two watermarks add to the roll-ups, or take away: one statement a thing counted.

Each statement gives rows of a daily figure and what they change by. It reads rows numbered `low` to `high` (excluded): `low` 0 counts everything from
the first, so that rebuilding and refreshing say the same. With `series`, only what belongs to those series. Call them seeing everything.

Sources: the ledger's movements and passages (docs/architecture.md#the-ledgers-grain), the desks' hand-overs, the places' claims.
"""

from carnet.distribution.rules import Kind
from carnet.observatory.queries._rolled import NO_DAY

TICKS = ("age_band", "reason", "area", "low_qualified_job_seeker", "came_before")
_BOOLEANS = ("low_qualified_job_seeker", "came_before")
# Vouchers given one by one are written as runs, of VOUCHERS_PER_ITEM_MAX at most.
_RUN_MAX = 1_000
_GIVEN = "('HANDED_OVER', 'TAKEN_OUT')"
_DAY = "({} AT TIME ZONE 'Europe/Paris')::date"
_WINDOW = "{0}.xid >= %(low)s AND {0}.xid < %(high)s"
# Passage by passage, by the vouchers' own numbers (+ 0: never by their series, which the planner would read whole for each passage).
_OF_PASSAGE = (
    "CROSS JOIN LATERAL (SELECT each.* FROM ledger_voucher each WHERE each.series_id + 0 = p.series_id"
    " AND each.id BETWEEN p.first_voucher_id AND p.last_voucher_id OFFSET 0) v"
)
COLUMNS = "day, programme_id, series_id, pattern, organisation_id, place_id, service_code, measure, detail, count"


def orders(*, series: bool) -> str:
    """Vouchers ordered, drawn and activated, by share pattern: the few rows of a series."""
    only = " AND {}.series_id = ANY(%(series)s)" if series else ""
    return f"""
SELECT {_DAY.format("s.created_at")}, p.programme_id, p.series_id, p.number, 0, 0, '', 'ordered', '', p.voucher_count
FROM ledger_sharepattern p JOIN ledger_series s ON s.id = p.series_id WHERE {_WINDOW.format("p")}{only.format("p")}
UNION ALL
SELECT {_DAY.format("e.at")}, p.programme_id, p.series_id, p.number, 0, 0, '', CASE e.kind WHEN 'DRAWN' THEN 'issued' ELSE 'activated' END, '',
  p.voucher_count
FROM ledger_passage e JOIN ledger_sharepattern p ON p.series_id = e.series_id
WHERE e.kind IN ('DRAWN', 'ACTIVATED') AND {_WINDOW.format("e")}{only.format("e")}"""


def uses(*, series: bool) -> str:
    """Vouchers used, each at its day, place and service; one undone is taken away from where it was counted."""
    only = " AND m.series_id = ANY(%(series)s)" if series else ""
    return f"""
SELECT {_DAY.format("r.at")}, r.programme_id, r.series_id, m.pattern, r.organisation_id, r.place_id, r.service_code, 'used', '',
  sum(CASE m.kind WHEN 'REDEEM' THEN 1 ELSE -1 END)
FROM ledger_movement m /* fan-out: figures */ JOIN redemption_redemption r
  ON r.series_id = m.series_id AND r.voucher_id = m.voucher_id AND r.generation = m.generation
WHERE m.kind IN ('REDEEM', 'REVERSE') AND m.voucher_id IS NOT NULL AND {_WINDOW.format("m")}{only}
GROUP BY 1, 2, 3, 4, 5, 6, 7"""


def recovered(*, series: bool) -> str:
    """What places gave back of what they were paid: of their organisation, of no place."""
    only = " AND m.series_id = ANY(%(series)s)" if series else ""
    return f"""
SELECT {_DAY.format("m.at")}, m.programme_id, m.series_id, m.pattern, a.organisation_id, 0, '', 'paid', '',
  sum(CASE m.kind WHEN 'RECOVER' THEN -m.quantity ELSE m.quantity END)
FROM ledger_movement m /* fan-out: figures */
JOIN ledger_account a ON a.id = CASE m.kind WHEN 'RECOVER' THEN m.credit_account_id ELSE m.debit_account_id END
WHERE m.kind IN ('RECOVER', 'REOPEN') AND m.voucher_id IS NULL AND {_WINDOW.format("m")}{only}
GROUP BY 1, 2, 3, 4, 5"""


def handed(*, series: bool) -> str:
    """Vouchers that left a desk for somebody's hands, each once: the rest of an opened booklet leaves out what was given of it before."""
    only = " AND p.series_id = ANY(%(series)s)" if series else ""
    return f"""
SELECT {_DAY.format("p.at")}, p.programme_id, p.series_id, v.pattern, COALESCE(p.from_holder_id, 0), 0, '', 'handed_over', '', count(*)
FROM ledger_passage p {_OF_PASSAGE}
JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
WHERE p.kind IN {_GIVEN} AND {_WINDOW.format("p")}{only}
AND (NOT b.opened OR NOT EXISTS (
  SELECT 1 FROM ledger_passage e WHERE e.series_id = v.series_id AND e.kind IN {_GIVEN} AND (e.xid, e.id) < (p.xid, p.id)
  AND e.first_voucher_id BETWEEN v.id - {_RUN_MAX} AND v.id AND e.last_voucher_id >= v.id))
GROUP BY 1, 2, 3, 4, 5"""


# What a booklet was given instead of (and what was exchanged) is for the person who had it first: no second person.
_LINKS = f"""
link AS MATERIALIZED (
  SELECT r.given_hand_over_id AS child_id, CASE lost.kind WHEN '{Kind.TAKEN_OUT.value}' THEN (
    SELECT -min(l.id) FROM distribution_papersheetline l WHERE l.hand_over_id = lost.id AND l.booklet_id = r.booklet_id AND l.was_taken_out
  ) ELSE lost.id END AS parent_id
  FROM distribution_replacement r JOIN distribution_handover lost ON lost.id = r.hand_over_id WHERE r.given_hand_over_id IS NOT NULL
  UNION ALL
  SELECT e.hand_over_id, (
    SELECT min(h.id) FROM distribution_handover h WHERE h.series_id = e.series_id AND h.kind <> '{Kind.TAKEN_OUT.value}'
      AND e.booklet_id BETWEEN h.first_booklet_id AND h.last_booklet_id)
  FROM distribution_exchange e WHERE e.replacement_id IS NULL),
followed AS (
  SELECT child_id, parent_id AS root_id, 1 AS depth FROM link
  UNION ALL SELECT f.child_id, l.parent_id, f.depth + 1 FROM followed f JOIN link l ON l.child_id = f.root_id WHERE f.depth < 100),
root AS MATERIALIZED (SELECT DISTINCT ON (child_id) child_id, root_id FROM followed ORDER BY child_id, depth DESC)"""


def _units(series: bool) -> str:
    """One row a person served: a hand-over, or the line of paper that says to whom a booklet taken out was given (below zero)."""
    only = " AND h.series_id = ANY(%(series)s)" if series else ""
    ticks = ", ".join(f"{{0}}.{tick}" for tick in TICKS)
    return f"""
unit AS (
  SELECT h.id, h.programme_id, h.series_id, h.organisation_id, {_DAY.format("h.handed_over_at")} AS given_on, h.xid, h.first_booklet_id,
    h.last_booklet_id, h.voucher_ids, {ticks.format("h")}
  FROM distribution_handover h
  WHERE h.kind <> '{Kind.TAKEN_OUT.value}' AND NOT EXISTS (SELECT 1 FROM link WHERE link.child_id = h.id){only}
  UNION ALL
  SELECT -l.id, l.programme_id, h.series_id, l.organisation_id, l.given_on, l.xid, l.booklet_id, l.booklet_id, '{{}}'::bigint[], {ticks.format("l")}
  FROM distribution_papersheetline l JOIN distribution_handover h ON h.id = l.hand_over_id WHERE l.was_taken_out{only})"""


def _ticked(measure: str, alias: str) -> str:
    told = []
    for tick in TICKS:
        value = f"{alias}.{tick}"
        if tick in _BOOLEANS:
            value = f"CASE {value} WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'not_said' END"
        told.append(f"('{measure}', '{tick}=' || {value})")
    return ", ".join([f"('{measure}', '')", *told])


def people(*, series: bool) -> str:
    """People served, and what was ticked for them."""
    return f"""
WITH RECURSIVE {_LINKS}, {_units(series)}
SELECT u.given_on, u.programme_id, u.series_id, 0, u.organisation_id, 0, '', t.measure, t.detail, count(*)
FROM unit u CROSS JOIN LATERAL (VALUES {_ticked("people", "u")}) AS t (measure, detail)
WHERE {_WINDOW.format("u")} GROUP BY 1, 2, 3, 5, 8, 9"""


def _spent(series: bool) -> str:
    """Every use of the vouchers of the people concerned: series by series, each use finds its booklet; else, each person finds its vouchers."""
    undone = (
        "LEFT JOIN ledger_movement x ON x.series_id = m.series_id AND x.voucher_id = m.voucher_id AND x.generation = m.generation"
        " AND x.kind = 'REVERSE'"
    )
    if series:
        return f"""
spread AS (
  SELECT e.root_id, e.series_id, e.voucher_ids, generate_series(e.first_booklet_id, e.last_booklet_id) AS booklet_id
  FROM touched JOIN member e ON e.root_id = touched.root_id),
spent AS (
  SELECT e.root_id, m.at, m.xid, x.xid AS undone
  FROM ledger_movement m JOIN ledger_series s ON s.id = m.series_id JOIN spread e ON e.series_id = m.series_id
    AND e.booklet_id = s.first_booklet_id + (m.voucher_id - s.first_voucher_id) / s.booklet_size
    AND (cardinality(e.voucher_ids) = 0 OR m.voucher_id = ANY(e.voucher_ids))
  {undone} WHERE m.kind = 'REDEEM' AND m.voucher_id IS NOT NULL AND m.xid < %(high)s AND m.series_id IN (SELECT series_id FROM spread))"""
    return f"""
spent AS (
  SELECT e.root_id, m.at, m.xid, x.xid AS undone
  FROM touched JOIN member e ON e.root_id = touched.root_id JOIN ledger_series s ON s.id = e.series_id
  CROSS JOIN LATERAL (
    SELECT each.* FROM ledger_movement each WHERE each.series_id = e.series_id AND each.kind = 'REDEEM' AND each.xid < %(high)s AND each.voucher_id
        BETWEEN s.first_voucher_id + (e.first_booklet_id - s.first_booklet_id) * s.booklet_size
        AND s.first_voucher_id + (e.last_booklet_id - s.first_booklet_id + 1) * s.booklet_size - 1
      AND (cardinality(e.voucher_ids) = 0 OR each.voucher_id = ANY(e.voucher_ids)) OFFSET 0) m
  {undone})"""


def first_uses(*, series: bool) -> str:
    """People who used a first voucher, and how many days after they had it: what it is now less what was counted before."""
    touched = (
        "touched AS (SELECT id AS root_id FROM unit)"
        if series
        else f"""
moved AS MATERIALIZED (
  SELECT DISTINCT m.series_id, v.booklet_id FROM ledger_movement m /* fan-out: figures */
  JOIN ledger_voucher v ON v.series_id = m.series_id AND v.id = m.voucher_id
  WHERE m.kind IN ('REDEEM', 'REVERSE') AND m.voucher_id IS NOT NULL AND {_WINDOW.format("m")}),
touched AS (
  SELECT DISTINCT b.root_id FROM (
    SELECT e.root_id, e.series_id, generate_series(e.first_booklet_id, e.last_booklet_id) AS booklet_id FROM member e
    WHERE e.series_id IN (SELECT series_id FROM moved)) b
  JOIN moved ON moved.series_id = b.series_id AND moved.booklet_id = b.booklet_id
  UNION SELECT id FROM unit u WHERE {_WINDOW.format("u")})"""
    )
    return f"""
WITH RECURSIVE {_LINKS}, {_units(series)},
member AS (
  SELECT id AS root_id, series_id, first_booklet_id, last_booklet_id, voucher_ids FROM unit
  UNION ALL SELECT root.root_id, c.series_id, c.first_booklet_id, c.last_booklet_id, c.voucher_ids
  FROM root JOIN distribution_handover c ON c.id = root.child_id JOIN unit ON unit.id = root.root_id),
{touched},
{_spent(series)},
used AS (
  SELECT root_id, min(at) FILTER (WHERE undone IS NULL OR undone >= %(high)s) AS now_at,
    min(at) FILTER (WHERE xid < %(low)s AND (undone IS NULL OR undone >= %(low)s)) AS before_at FROM spent GROUP BY 1),
told AS (
  SELECT u.*, {_DAY.format("n.now_at")} AS day, 1 AS way FROM used n JOIN unit u ON u.id = n.root_id WHERE n.now_at IS NOT NULL AND u.xid < %(high)s
  UNION ALL
  SELECT u.*, {_DAY.format("n.before_at")}, -1 FROM used n JOIN unit u ON u.id = n.root_id WHERE n.before_at IS NOT NULL AND u.xid < %(low)s)
SELECT u.day, u.programme_id, u.series_id, 0, u.organisation_id, 0, '', t.measure, t.detail, sum(u.way)
FROM told u CROSS JOIN LATERAL (VALUES {_ticked("first_use", "u")}, ('days_to_first_lesson', greatest(0, u.day - u.given_on)::text)) AS t (measure, detail)
GROUP BY 1, 2, 3, 5, 8, 9 HAVING sum(u.way) <> 0"""


def standing() -> str:
    """What is void, lapsed and in stock in some series (`series`) as they stand, less what was counted of it (`build`).

    A state is read where it is kept; when it changes again, the row that says so brings its series here again.
    """
    state = "ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at)"
    there = "JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id"
    return f"""
WITH ended AS (
  SELECT DISTINCT ON (v.series_id, v.id) p.at, v.programme_id, v.series_id, v.pattern
  FROM ledger_passage p JOIN ledger_series s ON s.id = p.series_id {_OF_PASSAGE} {there}
  WHERE p.series_id = ANY(%(series)s) AND p.kind = 'VOIDED' AND {state} = 'void' ORDER BY v.series_id, v.id, p.xid, p.id),
now AS (
  SELECT {_DAY.format("at")} AS day, programme_id, series_id, pattern, 0::bigint AS organisation_id, 'void' AS measure, count(*) AS count
  FROM ended GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT {_DAY.format("s.lapsed_at")}, s.programme_id, s.id, v.pattern, 0, 'lapsed', count(*)
  FROM ledger_series s JOIN ledger_voucher v ON v.series_id = s.id {there}
  WHERE s.id = ANY(%(series)s) AND s.lapsed_at IS NOT NULL AND {state} = 'lapsed' GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT '{NO_DAY}'::date, s.programme_id, s.id, 0, b.holder_id, 'in_stock', sum(CASE WHEN b.opened THEN (
      SELECT count(*) FROM ledger_voucher v WHERE v.series_id = s.id AND v.mark = 0 AND v.id
        BETWEEN s.first_voucher_id + (b.id - s.first_booklet_id) * s.booklet_size
        AND s.first_voucher_id + (b.id - s.first_booklet_id + 1) * s.booklet_size - 1)
    ELSE s.booklet_size END)
  FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id AND b.id
      BETWEEN s.first_booklet_id AND s.first_booklet_id + s.voucher_count / s.booklet_size - 1
  WHERE s.id = ANY(%(series)s) AND s.drawn_at IS NOT NULL AND s.lapsed_at IS NULL AND b.handed_over_at IS NULL AND b.voided_at IS NULL
  GROUP BY 2, 3, 5)
SELECT day, programme_id, series_id, pattern, organisation_id, 0, '', measure, '', sum(count) FROM (
  SELECT day, programme_id, series_id, pattern, organisation_id, measure, count FROM now
  UNION ALL
  SELECT day, programme_id, series_id, pattern, organisation_id, measure, -count FROM observatory_dailyfigure
  WHERE build_id = %(build)s AND series_id = ANY(%(series)s) AND measure IN ('void', 'lapsed', 'in_stock')
) changed GROUP BY 1, 2, 3, 4, 5, 8 HAVING sum(count) <> 0"""


# Whether anything was written that is counted: at night, nothing is.
ANYTHING = "SELECT " + " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} t /* fan-out: figures */ WHERE {_WINDOW.format('t')})"
    for table in ("ledger_movement", "ledger_passage", "ledger_sharepattern", "distribution_handover", "distribution_papersheetline")
)

# Series whose vouchers passed on, and those of which a use or an undoing concerns what was ended.
RESTING = f"""
SELECT DISTINCT series_id FROM ledger_passage p WHERE {_WINDOW.format("p")} AND kind <> 'PRINTED'
UNION
SELECT DISTINCT m.series_id FROM ledger_movement m /* fan-out: figures */ WHERE m.kind IN ('REDEEM', 'REVERSE') AND m.voucher_id IS NOT NULL
AND {_WINDOW.format("m")} AND EXISTS (SELECT 1 FROM ledger_passage e WHERE e.series_id = m.series_id AND e.kind IN ('VOIDED', 'LAPSED'))"""

# A claim whose row a transaction still to be counted wrote is left for the next time.
_SETTLED = "((c.xmin::text::bigint - %(high)s) & 4294967295) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint - %(high)s"
CLAIMS_GONE = f"""
DELETE FROM observatory_countedclaim k USING settlement_claim c
WHERE k.build_id = %(build)s AND c.id = k.claim_id AND (c.state <> 'PAID' OR c.paid_on <> k.paid_on) AND {_SETTLED}
RETURNING k.claim_id, k.paid_on"""
CLAIMS_PAID = f"""
INSERT INTO observatory_countedclaim (build_id, claim_id, programme_id, organisation_id, paid_on)
SELECT %(build)s, c.id, c.programme_id, c.organisation_id, c.paid_on FROM settlement_claim c
WHERE c.state = 'PAID' AND c.paid_on IS NOT NULL AND {_SETTLED}
AND NOT EXISTS (SELECT 1 FROM observatory_countedclaim k WHERE k.build_id = %(build)s AND k.claim_id = c.id)
ORDER BY c.id LIMIT %(most)s RETURNING claim_id, paid_on"""


def payments() -> str:
    """Vouchers of some claims (`claims`, `days` they were paid on), paid (`way` 1) or no longer (-1), and the days their places waited."""
    return f"""
WITH line AS (
  SELECT k.paid_on AS day, l.programme_id, l.series_id, l.pattern, l.organisation_id, l.place_id, r.service_code,
    greatest(0, k.paid_on - {_DAY.format("l.redeemed_at")})::text AS waited
  FROM unnest(%(claims)s::bigint[], %(days)s::date[]) AS k (claim_id, paid_on) JOIN settlement_claimline l ON l.claim_id = k.claim_id
  JOIN redemption_redemption r ON r.series_id = l.series_id AND r.voucher_id = l.voucher_id AND r.generation = l.generation)
SELECT day, programme_id, series_id, pattern, organisation_id, place_id, service_code, 'paid', '', %(way)s * count(*)
FROM line GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT day, programme_id, series_id, 0, organisation_id, place_id, '', 'days_to_payment', waited, %(way)s * count(*)
FROM line GROUP BY 1, 2, 3, 5, 6, 9"""
