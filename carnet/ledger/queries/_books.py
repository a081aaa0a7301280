"""What accountants' books are written from: cents by day, balances at a moment, and the cupboard's entries and exits.

Every figure up to a moment is counted from append-only rows alone; `balances` and `in_stock_by_holder` count the same things from the other
side (accounts, vouchers), so that a book can say whether it is equal to the ledger.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from carnet.ledger.models import Series
from carnet.ledger.queries._vouchers import _count
from carnet.ledger.rules import AccountKind, MovementKind, PassageKind


@dataclass(frozen=True, slots=True)
class Flow:
    """The cents and vouchers that one kind of movement moved on one legal day."""

    day: date
    kind: MovementKind
    cents: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Settled:
    """One payment of one organisation, given back or kept back (`kind`), as the ledger wrote it. `request_id` names the transfer's fact."""

    kind: MovementKind
    organisation_id: int
    request_id: UUID
    day: date
    cents: int
    quantity: int


@dataclass(frozen=True, slots=True)
class StockMovement:
    """Vouchers that entered a cupboard, left it, or went from one to another, by one passage: its number is the slip's."""

    number: int
    kind: PassageKind
    reason: str
    day: date
    series_id: int
    first_voucher_id: int
    last_voucher_id: int
    from_holder_id: int | None
    to_holder_id: int | None
    quantity: int


_FLOWS = """
SELECT (m.at AT TIME ZONE 'Europe/Paris')::date, m.kind, sum(m.cents), sum(m.quantity)
FROM ledger_movement m /* fan-out: books of an agreement */ JOIN ledger_account a ON a.id = m.debit_account_id
WHERE a.agreement_id = %(agreement)s AND m.at < %(until)s GROUP BY 1, 2 ORDER BY 1, 2"""

_BALANCES = """
SELECT a.kind, COALESCE(sum(m.cents), 0) FROM ledger_account a JOIN (
  SELECT debit_account_id AS account_id, cents FROM ledger_movement /* fan-out: books of an agreement */ WHERE at < %(until)s
  UNION ALL SELECT credit_account_id, -cents FROM ledger_movement /* fan-out: books of an agreement */ WHERE at < %(until)s
) m ON m.account_id = a.id WHERE a.agreement_id = %(agreement)s GROUP BY a.kind"""

_SETTLED = """
SELECT m.kind, p.organisation_id, m.request_id, (m.at AT TIME ZONE 'Europe/Paris')::date, sum(m.cents), sum(m.quantity)
FROM ledger_movement m /* fan-out: books of an agreement */
JOIN ledger_account p ON p.id = CASE WHEN m.kind IN ('PAY', 'REOPEN') THEN m.debit_account_id ELSE m.credit_account_id END
WHERE p.agreement_id = %(agreement)s AND m.kind IN ('PAY', 'UNPAY', 'RECOVER', 'REOPEN') AND m.at >= %(since)s AND m.at < %(until)s
GROUP BY 1, 2, 3, 4 ORDER BY 4, 2, 1, 3"""

# Who held each booklet, passage after passage; when each voucher left for good, and from whom. A voucher that is gone no longer moves.
_STOCK = """
WITH drawn AS (SELECT * FROM ledger_series WHERE agreement_id = %(agreement)s AND drawn_at IS NOT NULL),
-- The booklets of a passage by their numbers: a join by range would compare each passage with every booklet of the series.
moved AS (
  SELECT p.id, p.kind, p.at, p.series_id, p.from_holder_id, p.to_holder_id, b AS booklet_id
  FROM ledger_passage p JOIN drawn s ON s.id = p.series_id
  CROSS JOIN LATERAL generate_series(s.first_booklet_id + (p.first_voucher_id - s.first_voucher_id) / s.booklet_size,
    s.first_booklet_id + (p.last_voucher_id - s.first_voucher_id) / s.booklet_size) AS b
  WHERE p.kind IN ('SHIPPED', 'RECEIVED', 'RETURNED')),
origin AS (
  SELECT b.id AS booklet_id, COALESCE(f.from_holder_id, b.holder_id) AS holder_id FROM ledger_booklet b JOIN drawn s ON s.id = b.series_id
  LEFT JOIN (SELECT DISTINCT ON (booklet_id) booklet_id, from_holder_id FROM moved WHERE kind IN ('SHIPPED', 'RETURNED')
             ORDER BY booklet_id, at, id) f ON f.booklet_id = b.id),
held AS (
  SELECT m.id, m.kind, m.at, m.series_id, m.booklet_id, m.to_holder_id AS holder_id,
         COALESCE(lag(m.to_holder_id) OVER (PARTITION BY m.booklet_id ORDER BY m.at, m.id), o.holder_id) AS before_id
  FROM moved m JOIN origin o ON o.booklet_id = m.booklet_id WHERE m.kind IN ('RECEIVED', 'RETURNED')),
gone AS (
  SELECT DISTINCT ON (p.series_id, v) p.series_id, v AS voucher_id, p.id, p.kind, p.reason, p.at
  FROM ledger_passage p JOIN drawn s ON s.id = p.series_id, generate_series(p.first_voucher_id, p.last_voucher_id) AS v
  WHERE p.kind IN ('HANDED_OVER', 'TAKEN_OUT', 'VOIDED', 'LAPSED') ORDER BY p.series_id, v, p.at, p.id),
-- What happened to each voucher, in order: drawn, received or given back with its booklet, gone. Each row then looks at those before it:
-- one sort, for a join of what the planner cannot count (each voucher with every passage) took minutes.
happened AS (
  SELECT p.id, p.kind, '' AS reason, p.at, v.series_id, v.id AS voucher_id, NULL::bigint AS from_id, o.holder_id AS to_id
  FROM ledger_passage p JOIN drawn s ON s.id = p.series_id JOIN ledger_voucher v ON v.series_id = s.id JOIN origin o ON o.booklet_id = v.booklet_id
  WHERE p.kind = 'DRAWN'
  UNION ALL
  SELECT h.id, h.kind, '', h.at, v.series_id, v.id, h.before_id, h.holder_id
  FROM held h JOIN ledger_voucher v ON v.booklet_id = h.booklet_id AND v.series_id = h.series_id
  UNION ALL
  SELECT g.id, g.kind, g.reason, g.at, g.series_id, g.voucher_id, NULL, NULL FROM gone g),
told AS (
  SELECT h.id, h.kind, h.reason, h.at, h.series_id, h.voucher_id, h.to_id,
         CASE WHEN h.to_id IS NULL THEN lag(h.to_id) OVER w ELSE h.from_id END AS from_id,
         COALESCE(bool_or(h.to_id IS NULL) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS was_gone
  FROM happened h WINDOW w AS (PARTITION BY h.series_id, h.voucher_id ORDER BY h.at, h.id))
SELECT id, kind, reason, (at AT TIME ZONE 'Europe/Paris')::date, series_id, min(voucher_id), max(voucher_id), from_id, to_id, count(*)
FROM told WHERE NOT was_gone AND from_id IS DISTINCT FROM to_id
GROUP BY id, kind, reason, at, series_id, from_id, to_id ORDER BY at, id, from_id, to_id"""


def flows(*, agreement_id: int, until: datetime) -> list[Flow]:
    """What moved under an agreement before a moment, by legal day and kind. Whole cents; quantities where a kind counts vouchers."""
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, {"agreement": agreement_id, "until": until})
        return [Flow(day, MovementKind(kind), int(cents), int(quantity)) for day, kind, cents, quantity in cursor.fetchall()]


def balances(*, agreement_id: int, until: datetime) -> dict[AccountKind, int]:
    """What an agreement's accounts of each kind held just before a moment. Whole cents; a source is negative by what it brought in."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"agreement": agreement_id, "until": until})
        found = {AccountKind(kind): int(cents) for kind, cents in cursor.fetchall()}
    return {kind: found.get(kind, 0) for kind in AccountKind}


def settled(*, agreement_id: int, since: datetime, until: datetime) -> list[Settled]:
    """What organisations were paid, what came back or was kept back, in a half-open period; the first first."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"agreement": agreement_id, "since": since, "until": until})
        return [Settled(MovementKind(row[0]), row[1], row[2], row[3], int(row[4]), int(row[5])) for row in cursor.fetchall()]


def stock_movements(*, agreement_id: int) -> list[StockMovement]:
    """Every entry and exit of the cupboards of an agreement's vouchers since the first was drawn, slip by slip, in order.

    A voucher leaves once: handed over, taken out, ended in stock or lapsed there. On the way, it is still its sender's.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, {"agreement": agreement_id})
        return [StockMovement(row[0], PassageKind(row[1]), *row[2:]) for row in cursor.fetchall()]


def in_stock_by_holder(*, agreement_id: int) -> dict[int, int]:
    """How many vouchers of an agreement each holder has in stock now, counted from the vouchers themselves."""
    held: dict[int, int] = {}
    for _series_id, holder_id, counted in _count(None, agreement_id, None, None):
        held[holder_id] = held.get(holder_id, 0) + counted.in_stock
    return {holder_id: count for holder_id, count in sorted(held.items()) if count}


def returned_by_series(*, agreement_id: int, since: datetime, until: datetime) -> dict[int, int]:
    """Cents given back to the funders for the unspent vouchers of each series, in a half-open period."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.series_id, sum(m.cents) FROM ledger_movement m JOIN ledger_series s ON s.id = m.series_id"
            " WHERE s.agreement_id = %s AND m.kind = 'RETURN' AND m.at >= %s AND m.at < %s GROUP BY 1 ORDER BY 1",
            [agreement_id, since, until],
        )
        return {series_id: int(cents) for series_id, cents in cursor.fetchall()}


def activated_vouchers(*, agreement_id: int, since: datetime, until: datetime) -> list[tuple[int, int, int]]:
    """The series put in circulation in a half-open period: id, vouchers, face value of one in cents."""
    rows = Series.objects.filter(agreement_id=agreement_id, activated_at__gte=since, activated_at__lt=until).order_by("id")
    return list(rows.values_list("id", "voucher_count", "face_value_cents"))
