"""Whether the roll-ups say what they are counted from: every row that differs is named. Call it seeing everything.

The statements are not those that count: they start from vouchers, redemptions, claims and hand-overs as they stand, not from what changed. What a
transaction still to be counted touches is compared the next time (`left_out` series).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.kernel.actors import Actor
from carnet.observatory.models import FigureComparison
from carnet.observatory.queries._rolled import BORNE, OF_NO_TERRITORY, SHARED
from carnet.parties.rules import check_may
from carnet.places.rules.areas import AreaLevel

FAULTS_MAX = 100
NIGHTS_SHOWN = 30

_DAY = "({} AT TIME ZONE 'Europe/Paris')::date"
_SUMMED = (
    "SELECT {keys}, sum(count) AS count FROM observatory_dailyfigure WHERE build_id = %(build)s AND measure = '{measure}' GROUP BY {keys}"
)
_STATE = "ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at)"
_VOUCHERS = "FROM ledger_series s JOIN ledger_booklet b ON b.series_id = s.id JOIN ledger_voucher v ON v.series_id = b.series_id AND v.booklet_id = b.id"
_PLACED = "day, series_id, pattern, organisation_id, place_id, service_code"

# What is compared: its name, what it is summed by, the measure of the roll-up, and the same counted from its source.
_CHECKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "vouchers ordered",
        "series_id",
        "ordered",
        "SELECT id AS series_id, voucher_count AS count FROM ledger_series",
    ),
    (
        "vouchers issued",
        "series_id, pattern",
        "issued",
        "SELECT s.id AS series_id, v.pattern, count(*) AS count FROM ledger_series s JOIN ledger_voucher v ON v.series_id = s.id"
        " WHERE s.drawn_at IS NOT NULL GROUP BY 1, 2",
    ),
    (
        "vouchers activated",
        "day, series_id",
        "activated",
        f"SELECT {_DAY.format('activated_at')} AS day, id AS series_id, voucher_count AS count FROM ledger_series WHERE activated_at IS NOT NULL",
    ),
    (
        "vouchers handed over",
        "day, series_id, pattern, organisation_id",
        "handed_over",
        f"SELECT {_DAY.format('at')} AS day, series_id, pattern, holder_id AS organisation_id, count(*) AS count FROM ("
        " SELECT DISTINCT ON (p.series_id, v.id) p.at, p.series_id, v.pattern, COALESCE(p.from_holder_id, 0) AS holder_id"
        " FROM ledger_passage p CROSS JOIN LATERAL (SELECT each.* FROM ledger_voucher each WHERE each.series_id + 0 = p.series_id"
        " AND each.id BETWEEN p.first_voucher_id AND p.last_voucher_id OFFSET 0) v"
        " WHERE p.kind IN ('HANDED_OVER', 'TAKEN_OUT') ORDER BY p.series_id, v.id, p.xid, p.id) given GROUP BY 1, 2, 3, 4",
    ),
    (
        "vouchers used",
        _PLACED,
        "used",
        f"SELECT {_DAY.format('r.at')} AS day, r.series_id, v.pattern, r.organisation_id, r.place_id, r.service_code, count(*) AS count"
        " FROM redemption_redemption r /* fan-out: verify */ JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id"
        " WHERE NOT EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id"
        " AND x.generation = r.generation) GROUP BY 1, 2, 3, 4, 5, 6",
    ),
    (
        "vouchers used and the ledger's own marks",
        "series_id, pattern",
        "used",
        "SELECT v.series_id, v.pattern, count(*) AS count FROM ledger_voucher v /* fan-out: verify */ WHERE v.mark = 2 GROUP BY 1, 2",
    ),
    (
        "vouchers paid",
        "series_id, pattern, organisation_id",
        "paid",
        "SELECT m.series_id, m.pattern, a.organisation_id, sum(CASE WHEN m.kind IN ('PAY', 'REOPEN') THEN m.quantity ELSE -m.quantity END) AS count"
        " FROM ledger_movement m /* fan-out: verify */"
        " JOIN ledger_account a ON a.id = CASE WHEN m.kind IN ('PAY', 'REOPEN') THEN m.debit_account_id ELSE m.credit_account_id END"
        " WHERE m.kind IN ('PAY', 'UNPAY', 'RECOVER', 'REOPEN') GROUP BY 1, 2, 3",
    ),
    (
        "days until places were paid",
        "day, series_id, organisation_id, place_id, detail",
        "days_to_payment",
        f"SELECT c.paid_on AS day, l.series_id, l.organisation_id, l.place_id, greatest(0, c.paid_on - {_DAY.format('l.redeemed_at')})::text AS detail,"
        " count(*) AS count FROM settlement_claim c JOIN settlement_claimline l ON l.claim_id = c.id WHERE c.state = 'PAID' GROUP BY 1, 2, 3, 4, 5",
    ),
    *(
        (
            f"vouchers {measure}",
            "series_id, pattern",
            measure,
            f"SELECT s.id AS series_id, v.pattern, count(*) AS count {_VOUCHERS} WHERE {_STATE} = '{measure}' GROUP BY 1, 2",
        )
        for measure in ("void", "lapsed")
    ),
    (
        "vouchers in stock",
        "series_id, organisation_id",
        "in_stock",
        f"SELECT s.id AS series_id, b.holder_id AS organisation_id, count(*) AS count {_VOUCHERS} WHERE {_STATE} = 'in_stock' AND s.drawn_at IS NOT NULL"
        " GROUP BY 1, 2",
    ),
    (
        "people served",
        "day, series_id, organisation_id",
        "people",
        f"SELECT day, series_id, organisation_id, count(*) AS count FROM ("
        f" SELECT {_DAY.format('h.handed_over_at')} AS day, h.series_id, h.organisation_id FROM distribution_handover h WHERE h.kind <> 'TAKEN_OUT'"
        " AND NOT EXISTS (SELECT 1 FROM distribution_replacement r WHERE r.given_hand_over_id = h.id)"
        " AND NOT EXISTS (SELECT 1 FROM distribution_exchange e WHERE e.hand_over_id = h.id)"
        " UNION ALL SELECT l.given_on, h.series_id, l.organisation_id FROM distribution_papersheetline l"
        " JOIN distribution_handover h ON h.id = l.hand_over_id WHERE l.was_taken_out) served GROUP BY 1, 2, 3",
    ),
)
# Rows with a detail are the same people again, by what was ticked.
_WHOLE = {"people": " AND detail = ''"}

_COARSE = """
SELECT COALESCE(d.programme_id, m.programme_id), COALESCE(d.month_on, m.month_on), COALESCE(d.measure, m.measure), COALESCE(d.cut, m.cut),
  COALESCE(d.key, m.key), COALESCE(d.level, m.level), COALESCE(d.count, 0), COALESCE(m.count, 0)
FROM (SELECT c.*, l.level FROM (
  SELECT programme_id, date_trunc('month', day)::date AS month_on, measure,
    CASE WHEN measure LIKE 'days%%' THEN 'DELAY' WHEN detail = '' THEN '' ELSE 'PUBLIC' END AS cut, detail AS key, sum(count) AS count
  FROM observatory_dailyfigure WHERE build_id = %(build)s GROUP BY 1, 2, 3, 4, 5 HAVING sum(count) <> 0
  UNION ALL
  SELECT programme_id, date_trunc('month', day)::date, measure, 'SERVICE', service_code, sum(count)
  FROM observatory_dailyfigure WHERE build_id = %(build)s AND service_code <> '' GROUP BY 1, 2, 3, 5 HAVING sum(count) <> 0
  UNION ALL
  SELECT f.programme_id, date_trunc('month', f.day)::date, f.measure, 'FUNDER', s.funder_id::text, sum(f.count)
  FROM observatory_dailyfigure f JOIN ledger_sharepattern h ON h.series_id = f.series_id AND h.number = f.pattern
  CROSS JOIN LATERAL unnest(h.funder_ids, h.held_cents, h.borne_cents) AS s (funder_id, held, borne)
  WHERE f.build_id = %(build)s AND f.measure = ANY(%(shared)s) AND CASE WHEN f.measure = ANY(%(borne)s) THEN s.borne ELSE s.held END > 0
  GROUP BY 1, 2, 3, 5 HAVING sum(f.count) <> 0) c
  -- Each level holds everything once, what is of no known territory under an empty code.
  JOIN unnest(%(levels)s::text[]) AS l (level) ON l.level = 'NATION' OR c.measure <> ALL(%(nowhere)s)) d
FULL JOIN (
  SELECT programme_id, month_on, measure, cut, key, level, sum(count) AS count FROM observatory_monthlyfigure
  WHERE build_id = %(build)s
  GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(count) <> 0) m
ON m.programme_id = d.programme_id AND m.month_on = d.month_on AND m.measure = d.measure AND m.cut = d.cut AND m.key = d.key AND m.level = d.level
WHERE COALESCE(d.count, 0) <> COALESCE(m.count, 0) ORDER BY 1, 2, 3, 4, 5, 6 LIMIT %(most)s"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of figures that is not what it is counted from: whose, which row, and both numbers."""

    programme_id: int
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared, up to where, and what differs, the first `FAULTS_MAX` of it. `left_out`: series being written to meanwhile."""

    build_id: int
    xid: int
    row_count: int
    left_out: int
    faults: tuple[Difference, ...]


def compared(*, build_id: int, xid: int) -> Compared:
    """Compare one counting, row by row, with what it is counted from."""
    values: dict[str, Any] = {
        "build": build_id,
        "xid": xid,
        "most": FAULTS_MAX,
        "shared": [each.value for each in SHARED],
        "borne": [each.value for each in BORNE],
        "levels": [each.value for each in AreaLevel],
        "nowhere": list(OF_NO_TERRITORY),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT series_id FROM ledger_movement /* fan-out: verify */ WHERE xid >= %(xid)s UNION SELECT series_id FROM ledger_passage"
            " WHERE xid >= %(xid)s UNION SELECT series_id FROM ledger_sharepattern WHERE xid >= %(xid)s"
            " UNION SELECT series_id FROM distribution_handover WHERE xid >= %(xid)s",
            values,
        )
        values["busy"] = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM observatory_dailyfigure WHERE build_id = %(build)s", values)
        row_count = int(cursor.fetchone()[0])
    faults = [fault for check in _CHECKS for fault in _differing(*check, values)]
    faults += _coarse(values)
    return Compared(build_id, xid, row_count, len(values["busy"]), tuple(faults[:FAULTS_MAX]))


def _differing(what: str, keys: str, measure: str, truth: str, values: Mapping[str, Any]) -> list[Difference]:
    names = keys.split(", ")
    rolled = _SUMMED.format(keys=keys, measure=measure).replace(f"= '{measure}'", f"= '{measure}'{_WHOLE.get(measure, '')}")
    same = " AND ".join(f"t.{name} = f.{name}" for name in names)
    shown = ", ".join(f"COALESCE(t.{name}, f.{name})::text" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {shown}, (SELECT programme_id FROM ledger_series s WHERE s.id = COALESCE(t.series_id, f.series_id)), COALESCE(t.count, 0),"
            f" COALESCE(f.count, 0) FROM ({truth}) t FULL JOIN ({rolled}) f ON {same}"
            " WHERE COALESCE(t.count, 0) <> COALESCE(f.count, 0) AND COALESCE(t.series_id, f.series_id) <> ALL(%(busy)s::bigint[])"
            " ORDER BY 1 LIMIT %(most)s",
            values,
        )
        rows = cursor.fetchall()
    return [
        Difference(
            row[-3],
            ", ".join(f"{name} {value}" for name, value in zip(names, row[:-3], strict=True)),
            f"{what}: {row[-1]} counted, {row[-2]} there",
        )
        for row in rows
    ]


def _coarse(values: Mapping[str, Any]) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_COARSE, values)
        return [
            Difference(
                programme,
                f"programme {programme}, month {month:%Y-%m}, {measure} {cut} {key}".rstrip() + (f", {level}" if level else ""),
                f"the month and its days differ: {monthly} and {daily}",
            )
            for programme, month, measure, cut, key, level, daily, monthly in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Night:
    """One comparison as a reader may see it: the differences of its own programmes; of the others, how many."""

    compared_at: datetime
    row_count: int
    differences: tuple[Difference, ...]
    other_count: int

    @property
    def holds(self) -> bool:
        """Whether nothing differed, anywhere."""
        return not self.differences and not self.other_count


def comparisons(actor: Actor) -> list[Night]:
    """The latest comparisons of figures with the ledger, the latest first. Raises: NotAllowed."""
    check_may(actor, "observatory.see")
    found = []
    for row in FigureComparison.objects.order_by("-compared_at", "-id")[:NIGHTS_SHOWN]:
        own = tuple(Difference(**each) for each in row.faults if each["programme_id"] in actor.programme_ids)
        found.append(Night(row.compared_at, row.row_count, own, row.fault_count - len(own)))
    return found
